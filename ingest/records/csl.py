"""CSL-JSON, as reference managers exchange it, Zotero's with the files it keeps."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.records.imported import (
    BadRecord,
    Imported,
    Publication,
    Read,
    address,
    file_names_in,
    imported,
    language_codes,
    numbers_in,
)

_SPACE = re.compile(r"[\s\ufeff]*")
_LISTS = re.compile(r'[\s\ufeff]*\{\s*"(?:items|references)"\s*:\s*\[')


class NotJson(BadRecord):
    """The file is not JSON from here on."""

    code = "record_not_json"


class NoItem(BadRecord):
    """What stands in the list is no item."""

    code = "record_no_item"


def read_csl(name: str, text: str) -> Iterator[Read]:
    """The items of a list, or of the list under "items", or one item; what follows an error in the JSON is lost."""
    for line, item in _items(text):
        if isinstance(item, BadRecord):
            yield item
            continue
        try:
            yield read_item(name, line, item) if isinstance(item, dict) else NoItem(line=line)
        except BadRecord as bad:
            yield bad


def _items(text: str) -> Iterator[tuple[int, Any]]:
    """Each value of the list, with the line it begins on."""
    opening = _LISTS.match(text) or re.match(r"[\s\ufeff]*\[", text)
    if opening is None:  # one item by itself
        yield _value(text, _at(text, 0), 1)[1:]
        return
    at, line = opening.end(), 1 + text.count("\n", 0, opening.end())
    while True:
        begun, at = at, _at(text, at)
        line += text.count("\n", begun, at)
        if text[at : at + 1] == "]":
            return
        end, where, value = _value(text, at, line)
        yield where, value
        if isinstance(value, NotJson):
            return
        begun, at = at, _at(text, end)
        line += text.count("\n", begun, at)
        if text[at : at + 1] == "]":
            return
        if text[at : at + 1] != ",":
            yield line, NotJson(line=line, column=_column(text, at))
            return
        at += 1


def _value(text: str, at: int, line: int) -> tuple[int, int, Any]:
    """Where the value at a place ends, the line it begins on, and itself or what is wrong with it."""
    try:
        value, end = json.JSONDecoder().raw_decode(text, at)
    except json.JSONDecodeError as error:
        return at, line, NotJson(line=error.lineno, column=error.colno)
    except (RecursionError, ValueError):  # too deep, or a number of thousands of digits
        return at, line, NotJson(line=line, column=_column(text, at))
    return end, line, value


def _at(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)


def read_item(name: str, line: int, item: Mapping[str, Any]) -> Imported:
    """One item as a record. Raises NoTitle, NotAYear or TooLong."""
    published = _publication(item)
    values = {
        "title": _text(item, "title"),
        "authors": _names(item.get("author")) or _names(item.get("editor")),
        "year": _year(item.get("issued")),
        "abstract": _text(item, "abstract"),
        "topics": re.split("[;,]", _text(item, "keyword")),
        "languages": language_codes([_text(item, "language")]),
        "publisher": published.publisher,
    }
    numbers = numbers_in(_text(item, "DOI"), _text(item, "ISBN"), _text(item, "ISSN"))
    numbers += address(_text(item, "URL"))
    return imported(name, line, values, numbers, published, file_names=file_names_in(*_files(item)))


def _publication(item: Mapping[str, Any]) -> Publication:
    return Publication(
        type=_text(item, "type"),
        container=_text(item, "container-title") or _text(item, "collection-title"),
        volume=_text(item, "volume"),
        issue=_text(item, "issue"),
        pages=_text(item, "page"),
        publisher=_text(item, "publisher"),
        genre=_text(item, "genre"),
        number=_text(item, "number") or _text(item, "collection-number"),
        language="".join(language_codes([_text(item, "language")])[:1]),
    )


def _text(item: Mapping[str, Any], field: str) -> str:
    """A field as text; of a list, as Crossref writes some, the first."""
    value = item.get(field)
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _names(people: object) -> list[str]:
    named = [_name(person) for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    return [name for name in named if name]


def _name(person: dict[str, Any]) -> str:
    if literal := _text(person, "literal") or _text(person, "name"):
        return literal
    family = " ".join(filter(None, (_text(person, "non-dropping-particle"), _text(person, "family"))))
    given = " ".join(filter(None, (_text(person, "given"), _text(person, "dropping-particle"))))
    return ", ".join(filter(None, (family, given)))


def _year(issued: object) -> str:
    """The year of a CSL date: its first part, or what it says in words."""
    if not isinstance(issued, dict):
        return str(issued) if isinstance(issued, str | int) else ""
    parts = issued.get("date-parts")
    while isinstance(parts, list) and parts:
        parts = parts[0]
    return str(parts) if parts else _text(issued, "raw") or _text(issued, "literal")


def _files(item: Mapping[str, Any]) -> Iterator[str]:
    for field in ("file", "files", "attachments"):
        kept = item.get(field)
        for file in kept if isinstance(kept, list) else [kept]:
            if isinstance(file, str):
                yield file
            elif isinstance(file, dict):
                yield from (_text(file, key) for key in ("path", "localPath", "filename"))
