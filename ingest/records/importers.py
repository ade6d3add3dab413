"""Files of records: RIS, BibTeX, CSL-JSON, MODS and CSV, told apart by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath

from corpus.words import Fault
from ingest.records import bibtex, csl, mods, ris, table
from ingest.records.imported import BadRecord, Imported, Read, text_of

MOST = 20_000
"""Most records in one file."""

_BEGINNING = 65_536
_READERS: dict[str, Callable[[str, str], Iterator[Read]]] = {
    "ris": ris.read_ris,
    "bibtex": bibtex.read_bibtex,
    "csl": csl.read_csl,
    "mods": mods.read_mods,
    "csv": table.read_table,
}
_SUFFIXES = {
    ".ris": "ris",
    ".bib": "bibtex",
    ".bibtex": "bibtex",
    ".json": "csl",
    ".csv": "csv",
    ".tsv": "csv",
}


class NothingIn(Fault):
    """The file is empty, or holds no record."""

    code = "import_nothing_in"


class NotRecords(Fault):
    """The file is none of those that can be imported."""

    code = "import_not_records"


class TooMany(Fault):
    """The file holds more records than can be imported at once."""

    code = "import_too_many"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file of records holds: `form` is "ris", "bibtex", "csl", "mods" or "csv"; `bad` cost themselves only."""

    form: str
    records: tuple[Imported, ...]
    bad: tuple[BadRecord, ...]


def read_records(name: str, data: bytes, kind: str | None = None) -> Reading:
    """The records of a file; `kind` says which form it has, where that shall not be found out.

    Raises NothingIn, NotRecords, TooMany, or NoTitleColumn of `ingest.records.table`.
    """
    text = text_of(data)
    if not text.strip("\ufeff\0 \t\n"):
        raise NothingIn(file=name)
    form = kind or form_of(name, text)
    if _count(form, text) > MOST:
        raise TooMany(file=name, most=MOST)
    read = list(islice(_READERS[form](name, text), MOST + 1))
    if len(read) > MOST:
        raise TooMany(file=name, most=MOST)
    if not read:
        raise NothingIn(file=name)
    records = tuple(record for record in read if isinstance(record, Imported))
    return Reading(form, records, tuple(record for record in read if isinstance(record, BadRecord)))


def form_of(name: str, text: str) -> str:
    """Which form a file has, by what it holds, else by its ending. Raises NotRecords."""
    beginning = text[:_BEGINNING].lstrip("\ufeff \t\n")
    if mods.OPENING.search(beginning):
        return "mods"
    if beginning[:1] in ("[", "{"):
        return "csl"
    if ris.OPENING.search(beginning):
        return "ris"
    if bibtex.OPENING.search(beginning):
        return "bibtex"
    if "title" in table.headings(beginning)[1]:
        return "csv"
    by_name = _SUFFIXES.get(PurePath(name).suffix.lower())
    if by_name is None or beginning.startswith(("%PDF", "PK\x03\x04", "<")):
        raise NotRecords(file=name)
    return by_name


def _count(form: str, text: str) -> int:
    """How many records there seem to be, before any is read; 0 where reading can stop by itself."""
    opening = {"bibtex": bibtex.ANYWHERE, "mods": mods.OPENING}.get(form)
    return sum(1 for _ in opening.finditer(text)) if opening else 0
