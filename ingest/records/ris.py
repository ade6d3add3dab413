"""RIS: records of lines that each begin with a tag, from TY to ER."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rispy
from rispy.config import LIST_TYPE_TAGS

from ingest.records.imported import (
    BadRecord,
    Publication,
    Read,
    address,
    file_names_in,
    imported,
    language_codes,
    numbers_in,
)

OPENING = re.compile(r"^TY  -", re.MULTILINE)

_TAG = re.compile(r"([A-Z][A-Z0-9])  -(?: |$)")
_MANY = [*LIST_TYPE_TAGS, "SN", "L1", "L2", "L4", "LA", "M1", "DO"]
_TYPES = {
    "JOUR": "article-journal",
    "EJOUR": "article-journal",
    "MGZN": "article-magazine",
    "NEWS": "article-newspaper",
    "RPRT": "report",
    "GOVDOC": "report",
    "THES": "thesis",
    "BOOK": "book",
    "EBOOK": "book",
    "EDBOOK": "book",
    "CHAP": "chapter",
    "ECHAP": "chapter",
    "CONF": "paper-conference",
    "CPAPER": "paper-conference",
    "BILL": "bill",
    "STAT": "legislation",
    "ELEC": "webpage",
}


class OutsideRecord(BadRecord):
    """A line with a tag stands outside any record."""

    code = "record_outside"


class NoEnd(BadRecord):
    """A record is not ended with ER."""

    code = "record_no_end"


def read_ris(name: str, text: str) -> Iterator[Read]:
    """The records of a file, and what is wrong with those that cannot be read."""
    lines = text.split("\n")
    tagged = [(i, found[1]) for i, line in enumerate(lines) if (found := _TAG.match(line))]
    at = 0
    while at < len(tagged):
        begun, tag = tagged[at]
        end = next((k for k in range(at + 1, len(tagged)) if tagged[k][1] in {"TY", "ER"}), len(tagged))
        ended = end < len(tagged) and tagged[end][1] == "ER"
        if tag != "TY":  # one word for all the lines of a record that lacks its TY
            yield OutsideRecord(line=begun + 1, tag=tag)
        elif ended:
            yield _record(name, begun + 1, lines[begun : tagged[end][0] + 1])
        else:
            yield NoEnd(line=begun + 1)
        at = end + 1 if ended else end


def _record(name: str, line: int, lines: list[str]) -> Read:
    ours = (line if _TAG.match(line) else f" {line}" for line in lines)  # what is no tag to us is none to rispy
    parsed = rispy.loads("\n".join(ours), list_tags=_MANY, delimiter_tags_mapping={})
    try:
        return _imported(name, line, parsed[0])
    except BadRecord as bad:
        return bad


def _imported(name: str, line: int, record: dict[str, Any]) -> Read:
    published = _publication(record)
    urls = record.get("urls", [])
    written = [*record.get("doi", []), *record.get("issn", [])]
    numbers = [pair for pair in numbers_in(*written) if pair[0] != "issn" or published.type != "report"]
    values = {
        "title": _first(record, "title", "primary_title"),
        "authors": [_name(a) for a in _authors(record)],
        "year": _first(record, "year", "publication_year", "date"),
        "abstract": _first(record, "abstract", "notes_abstract"),
        "topics": record.get("keywords", []),
        "languages": language_codes(record.get("language", [])),
        "publisher": published.publisher,
    }
    files = [path for tag in ("file_attachments1", "file_attachments2", "figure") for path in record.get(tag, [])]
    numbers += [pair for url in urls for pair in address(url)]
    return imported(name, line, values, numbers, published, file_names=file_names_in(*files))


def _authors(record: dict[str, Any]) -> list[str]:
    for tag in ("authors", "first_authors", "secondary_authors"):
        if record.get(tag):
            return list(record[tag])
    return []


def _name(text: str) -> str:
    """A body's name as our own export writes it has dashes for commas."""
    return text.replace(" – ", ", ").strip(" ,")


def _publication(record: dict[str, Any]) -> Publication:
    kind = _TYPES.get(record["type_of_reference"].strip().upper(), "")
    start, end = _first(record, "start_page"), _first(record, "end_page")
    number = " ".join(record.get("note", [])[:1])
    if not number and kind == "report":  # some write a report's number where an ISBN would stand
        number = next((text for text in record.get("issn", []) if not numbers_in(text)), "") or _first(record, "number")
    return Publication(
        type=kind,
        container=_first(record, "secondary_title", "journal_name", "alternate_title3", "alternate_title2"),
        volume=_first(record, "volume"),
        issue=_first(record, "number"),
        pages=f"{start}-{end}" if start and end and "-" not in start else start,
        publisher=_first(record, "publisher"),
        genre=_first(record, "type_of_work"),
        number=number.strip(),
        language="".join(language_codes(record.get("language", []))[:1]),
    )


def _first(record: dict[str, Any], *tags: str) -> str:
    """The first tag that is there, as one text."""
    found = next((record[tag] for tag in tags if record.get(tag)), "")
    return " ".join(found) if isinstance(found, list) else str(found)
