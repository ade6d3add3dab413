"""What the XMP packet inside a PDF says, as plain texts by property."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.front.lines import tidy

_PACKET_BYTES = 1 << 20
_TEXTS, _TEXT = 60, 5_000  # kept of one property, and letters kept of one text
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_WANTED = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/pdfx/1.3/": "pdfx",
    "http://crossref.org/crossmark/1.0/": "crossmark",
}
_PRISM = re.compile(r"http://prismstandard\.org/namespaces/(?:basic/)?[\d.]+/?$")
_TAG = re.compile(r"\{([^}]*)\}(.+)", re.DOTALL)


def read_xmp(packet: bytes) -> dict[str, list[str]]:
    """The Dublin Core, PRISM, pdfx and Crossmark properties, as {"dc:creator": ["Anna Berg", …], …}.

    A packet that is broken, too large (1 MiB) or defines entities says nothing; nothing is raised. Of a text in
    several languages the default comes first.
    """
    try:
        root = fromstring(packet.strip(b"\x00 \t\r\n")) if len(packet) <= _PACKET_BYTES else None
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for said in root.iter(f"{_RDF}Description") if root is not None else ():
        for name, text in _properties(said):
            if len(found[name]) < _TEXTS and (words := tidy(text[:_TEXT])):
                found[name].append(words)
    return {name: texts for name, texts in found.items() if texts}


def _properties(said: Element) -> Iterator[tuple[str, str]]:
    """Each property as prefix and name, with a text: properties may be attributes, elements, or lists in elements."""
    for tag, value in said.attrib.items():
        if name := _name(tag):
            yield name, value
    for element in said:
        if name := _name(element.tag):
            items = sorted(element.iter(f"{_RDF}li"), key=lambda item: item.get(_LANGUAGE) not in (None, "x-default"))
            for item in items or [element]:
                yield name, "".join(item.itertext())


def _name(tag: str) -> str:
    parts = _TAG.fullmatch(str(tag))
    if parts is None:
        return ""
    prefix = "prism" if _PRISM.match(parts[1]) else _WANTED.get(parts[1], "")
    return f"{prefix}:{parts[2].lower()}" if prefix else ""
