"""CSV: one study a row, under headings in Swedish or English, and the catalogue of the starter corpus."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from corpus.reference import clean
from corpus.study import IDENTIFIERS, Proposal, Source
from corpus.words import Fault
from ingest.records.imported import (
    CERTAIN,
    BadRecord,
    Imported,
    Read,
    address,
    file_names_in,
    imported,
    language_codes,
    numbers_in,
)

_HEADINGS = {
    "title": "titel",
    "subtitle": "undertitel",
    "authors": "författare,author,upphov,upphovspersoner",
    "year": "år,utgivningsår,publication year,date,datum",
    "published_in": "publicerad i,published in,tidskrift,journal,publisher_or_journal,publication title,utgivning",
    "publisher": "utgivare,förlag",
    "evidence_from": "evidence from,underlag från,evidence_country,studieland",
    "kind": "typ,type,slag,item type,publikationstyp",
    "languages": "språk,language",
    "abstract": "sammanfattning,abstract note",
    "topics": "ämnen,ämnesord,nyckelord,keywords,manual tags,subjects",
    "remark": "anmärkning,remarks,kommentar,key_finding",
    "valid_from": "gäller från,valid from",
    "valid_to": "gäller till,valid to",
    "last_checked": "senast kontrollerad,last checked",
    "urn": "urn:nbn,nbn",
    "report": "report number,rapportnummer,rapportnr",
    "url": "adress,länk,link,webbadress",
    "file": "fil,filnamn,file name,files,file attachments,file_name",
}
_KNOWN = {heading: field for field, names in _HEADINGS.items() for heading in (field, *names.split(","))} | {
    name: name for name in IDENTIFIERS
}
_CATALOGUE = {
    "id": "catalogue",
    "country": "evidence_from",
    "doi_or_url": "address",
    "verified": "checked",
    "proof_only": "proof_only",
}
"""Columns of the catalogue that mean something else, or nothing, in another file."""
_TEXTS = ("title", "subtitle", "authors", "year", "published_in", "publisher", "evidence_from", "kind", "abstract")
_LISTS = ("topics",)
_DATES = ("valid_from", "valid_to", "last_checked")
_NUMBERS = tuple(name for name in IDENTIFIERS if name not in ("doi", "isbn", "issn", "urn", "url"))
_UNVERIFIED = 0.6
_NOT_NAMED = "[not confirmed]"


class NoTitleColumn(Fault):
    """The first line of a table names no column of titles."""

    code = "import_no_title_column"


class OtherWidth(BadRecord):
    """A row has more or fewer fields than the headings."""

    code = "record_fields"


class BadQuotes(BadRecord):
    """A quotation mark is opened and not closed, or stands where none can."""

    code = "record_quotes"


class NotADate(BadRecord):
    """What stands as a date is none."""

    code = "record_bad_date"


def headings(text: str) -> tuple[str, list[str]]:
    """The sign that parts the columns, and the field each column holds, "" for one that is not known.

    Of comma, semicolon and tab it is the one under which most columns are known.
    """
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    read = {delimiter: _fields(first, delimiter) for delimiter in ";,\t"}
    best = max(read, key=lambda delimiter: sum(map(bool, read[delimiter])))
    return best, read[best]


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        names = [name.strip().casefold() for name in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []
    known = _KNOWN | _CATALOGUE if {"id", "doi_or_url", "key_finding"} <= set(names) else _KNOWN
    fields = [known.get(name, "") for name in names]
    return [field if field not in fields[:i] else "" for i, field in enumerate(fields)]


def read_table(name: str, text: str) -> Iterator[Read]:
    """The rows of a table, and what is wrong with those that cannot be read. Raises NoTitleColumn."""
    delimiter, fields = headings(text)
    if "title" not in fields:
        raise NoTitleColumn(file=name, columns=clean(text.split("\n", 1)[0])[:120])
    for line, row in rows(text.lstrip("\ufeff"), delimiter, len(fields)):
        if isinstance(row, BadRecord):
            yield row
            continue
        values = {field: _unguarded(cell.strip()) for field, cell in zip(fields, row, strict=True) if field}
        try:
            yield _imported(name, line, values)
        except BadRecord as bad:
            yield bad


def _unguarded(cell: str) -> str:
    """A value without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in tuple("=+-@") else cell


def rows(text: str, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | BadRecord]]:
    """Each row under the headings with the line it begins on; one that is wrong does not take the next with it."""
    lines = text.split("\n")
    at = 1
    while at < len(lines):
        reader = csv.reader((f"{line}\n" for line in islice(lines, at, None)), delimiter=delimiter, strict=True)
        try:
            row = next(reader)
        except csv.Error:
            yield at + 1, BadQuotes(line=at + 1)
            at += 1
            continue
        if any(cell.strip() for cell in row):
            yield at + 1, _of_width(row, width, at + 1)
        at += reader.line_num if len(row) == width else 1


def _of_width(row: list[str], width: int, line: int) -> list[str] | BadRecord:
    """The row, without empty cells that some programs write at its end."""
    while len(row) > width and not row[-1].strip():
        row.pop()
    return row if len(row) == width else OtherWidth(line=line, met=len(row), wanted=width)


def _imported(name: str, line: int, values: Mapping[str, str]) -> Imported:
    texts: dict[str, str | list[str] | tuple[str, ...]] = {field: values.get(field, "") for field in _TEXTS}
    texts["authors"] = [who for who in re.split("[;|]", values.get("authors", "")) if who.strip() != _NOT_NAMED]
    texts["topics"] = re.split("[;|]", values.get("topics", ""))
    texts["languages"] = language_codes([values.get("languages", "").replace("|", ";")])
    texts["remark"] = values.get("remark", "")
    texts["evidence_from"] = re.sub(r"\s*\(.*\)$", "", values.get("evidence_from", ""))
    found = imported(
        name,
        line,
        texts,
        _numbers(values),
        file_names=file_names_in(values.get("file", "").replace("|", ";")),
        confidence=_UNVERIFIED if values.get("checked") == "unverified" else CERTAIN,
    )
    return replace(found, proposals=(*found.proposals, *_dates(name, line, values)))


def _numbers(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Identifiers from their columns, and those that stand in the place of print; a copy's address is left out."""
    numbers = [(field, values.get(field, "")) for field in _NUMBERS]
    numbers += numbers_in(*(values.get(field, "") for field in ("doi", "isbn", "issn", "urn")))
    numbers += [pair for pair in numbers_in(values.get("published_in", "")) if pair[0] != "issn"]  # pages look like one
    addresses = [values.get("url", ""), "" if values.get("proof_only") == "yes" else values.get("address", "")]
    if values.get("address", "").startswith("10."):
        return [*numbers_in(values["address"]), *numbers]
    return [*numbers, *(pair for url in addresses for pair in address(url))]


def _dates(name: str, line: int, values: Mapping[str, str]) -> Sequence[Proposal]:
    detail = f"{name}, line {line}"
    days = {field: _day(values[field], line) for field in _DATES if values.get(field)}
    return [Proposal(field, day, Source.RECORD, CERTAIN, detail) for field, day in days.items()]


def _day(text: str, line: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotADate(line=line, date=clean(text)[:40]) from None
