"""MODS, as DiVA and other Swedish repositories export it, by itself or inside OAI-PMH."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingest.records.imported import (
    BadRecord,
    Publication,
    Read,
    address,
    imported,
    language_codes,
    numbers_in,
)

OPENING = re.compile(r"<(?:[\w-]+:)?mods[\s>]")

_CLOSING = re.compile(r"</(?:[\w-]+:)?mods\s*>")
_PREFIX = re.compile(r"\sxmlns:[\w-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")
_WRAP = "<r{}>"
_TYPES = (
    ("doctoralthesis", "thesis", "dissertation"),
    ("licentiatethesis", "thesis", "licentiate thesis"),
    ("studentthesis", "thesis", "student thesis"),
    ("avhandling", "thesis", "dissertation"),
    ("thesis", "thesis", ""),
    ("chapter", "chapter", ""),
    ("conference", "paper-conference", ""),
    ("article", "article-journal", ""),
    ("review", "article-journal", ""),
    ("report", "report", ""),
    ("rapport", "report", ""),
    ("book", "book", ""),
)
_PUBLISHES = frozenset({"pbl", "publisher", "isb"})
_WROTE = frozenset({"aut", "author", "cre", "creator"})
_EDITED = frozenset({"edt", "editor"})


class NotXml(BadRecord):
    """A record is not well-formed XML."""

    code = "record_not_xml"


def read_mods(name: str, text: str) -> Iterator[Read]:
    """The records of a file, each read by itself, and what is wrong with those that cannot be read."""
    starts = [found.start() for found in OPENING.finditer(text)]
    if not starts:
        return
    prefixes = dict.fromkeys(found.split("=")[0] for found in _PREFIX.findall(text, 0, starts[0]))
    declared = {found.split("=")[0]: found for found in _PREFIX.findall(text, 0, starts[0])}
    wrapping = _WRAP.format("".join(declared[prefix] for prefix in prefixes))
    line, at = 1, 0
    for begin, following in zip(starts, [*starts[1:], len(text)], strict=True):
        line, at = line + text.count("\n", at, begin), begin
        closing = _CLOSING.search(text, begin, following)
        piece = text[begin : closing.end() if closing else following]
        yield _record(name, line, f"{wrapping}{piece}</r>")


def _record(name: str, line: int, xml: str) -> Read:
    try:
        return _imported(name, line, fromstring(xml)[0])
    except ParseError as error:
        return NotXml(line=line + error.position[0] - 1)
    except (DefusedXmlException, RecursionError):
        return NotXml(line=line)
    except BadRecord as bad:
        return bad


def _imported(name: str, line: int, mods: Element) -> Read:
    published = _publication(mods)
    values = {
        "title": _title(mods),
        "authors": _people(mods, _WROTE) or _people(mods, _EDITED) or _corporate(mods),
        "year": next((text for text in _dates(mods) if text), ""),
        "abstract": _text(_child(mods, "abstract")),
        "topics": [_text(topic) for subject in _children(mods, "subject") for topic in _children(subject, "topic")],
        "languages": _languages(mods),
        "publisher": published.publisher,
    }
    return imported(name, line, values, _numbers(mods), published)


def _title(mods: Element) -> str:
    """The title in the work's own language, with its subtitle; a title that has a type is another one."""
    info = next((info for info in _children(mods, "titleInfo") if not info.get("type")), None)
    if info is None:
        return ""
    parts = (_text(_child(info, part)) for part in ("nonSort", "title", "subTitle"))
    non_sort, title, subtitle = parts
    return ": ".join(filter(None, (f"{non_sort} {title}".strip(), subtitle)))


def _people(mods: Element, roles: frozenset[str]) -> list[str]:
    return [_name(name) for name in _children(mods, "name") if _roles(name) & roles and _name(name)]


def _corporate(mods: Element) -> list[str]:
    """Who is named without a role, for some leave it out."""
    return [_name(name) for name in _children(mods, "name") if not _roles(name) and _name(name)]


def _roles(name: Element) -> set[str]:
    return {_text(term).casefold() for role in _children(name, "role") for term in _children(role, "roleTerm")}


def _name(name: Element) -> str:
    """Family name, given names; a body from the largest to the smallest part."""
    parts = {part.get("type", ""): _text(part) for part in _children(name, "namePart")}
    if parts.get("family"):
        return ", ".join(filter(None, (parts["family"], parts.get("given", ""))))
    return ", ".join(filter(None, (_text(part) for part in _children(name, "namePart") if not part.get("type"))))


def _dates(mods: Element) -> Iterator[str]:
    for origin in _children(mods, "originInfo"):
        for date in ("dateIssued", "copyrightDate", "dateCreated"):
            yield _text(_child(origin, date))
    for host in _related(mods, "host"):
        yield _text(_child(_child(host, "part"), "date"))


def _languages(mods: Element) -> tuple[str, ...]:
    terms = (term for language in _children(mods, "language") for term in _children(language, "languageTerm"))
    return language_codes(map(_text, terms))


def _numbers(mods: Element) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for identifier in _children(mods, "identifier"):
        kind, text = (identifier.get("type") or "").casefold(), _text(identifier)
        if kind in ("doi", "isbn", "issn", "urn", "hdl"):
            found += numbers_in(text)
        elif kind == "uri":
            found += address(text)
    hosts = [*_related(mods, "host"), *_related(mods, "series")]
    found += [pair for host in hosts for pair in numbers_in(_identifier(host, "issn")) if pair[0] == "issn"]
    urls = (url for location in _children(mods, "location") for url in _children(location, "url"))
    return [*found, *(pair for url in urls for pair in address(_text(url)))]


def _publication(mods: Element) -> Publication:
    kind, genre = _kind(mods)
    host = next(iter(_related(mods, "host")), None)
    series = next((s for s in _related(mods, "series") if _title(s)), None)
    publishers = [_text(_child(origin, "publisher")) for origin in _children(mods, "originInfo")]
    bodies = (_name(name) for name in _children(mods, "name") if _roles(name) & _PUBLISHES)
    start, end = _pages(host)
    return Publication(
        type=kind,
        container=_title(host) if host is not None else _title(series) if series is not None else "",
        volume=_detail(host, "volume"),
        issue=_detail(host, "issue"),
        pages=f"{start}-{end}" if start and end else start,
        publisher=next((publisher for publisher in [*publishers, *bodies] if publisher), ""),
        genre=genre,
        number=_series_number(mods, series),
        language="".join(_languages(mods)[:1]),
    )


def _kind(mods: Element) -> tuple[str, str]:
    """CSL's type and, for theses and what is of no known type, the genre as it is called."""
    genres = [_text(genre) for genre in _children(mods, "genre")]
    for genre in genres:
        for sign, kind, called in _TYPES:
            if sign in re.sub(r"\W", "", genre.casefold()):
                return kind, called
    return "", next((genre for genre in reversed(genres) if genre), "")


def _series_number(mods: Element, series: Element | None) -> str:
    within = [] if series is None else [_identifier(series, "issue number"), _detail(series, "volume"), _part(series)]
    own = [_identifier(mods, kind) for kind in ("report number", "report-number")]
    return next((number for number in [*within, *own] if number), "")


def _part(series: Element) -> str:
    info = _child(series, "titleInfo")
    return _text(_child(info, "partNumber"))


def _identifier(element: Element, kind: str) -> str:
    return next((_text(i) for i in _children(element, "identifier") if (i.get("type") or "").casefold() == kind), "")


def _related(mods: Element, kind: str) -> list[Element]:
    return [related for related in _children(mods, "relatedItem") if related.get("type") == kind]


def _detail(host: Element | None, kind: str) -> str:
    details = (detail for part in _children(host, "part") for detail in _children(part, "detail"))
    return next((_text(_child(detail, "number")) for detail in details if detail.get("type") == kind), "")


def _pages(host: Element | None) -> tuple[str, str]:
    extents = (extent for part in _children(host, "part") for extent in _children(part, "extent"))
    return next(((_text(_child(extent, "start")), _text(_child(extent, "end"))) for extent in extents), ("", ""))


def _children(element: Element | None, name: str) -> Iterable[Element]:
    """Children of a name, whatever their namespace."""
    return [] if element is None else [child for child in element if child.tag.rpartition("}")[2] == name]


def _child(element: Element | None, name: str) -> Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())
