"""The Swedish-English term list: a domain glossary and a general lexicon, plain CSV that staff read and correct."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.words import Fault

FOLDER = Path(__file__).parent / "terms"
FILES = GLOSSARY, LEXICON = "glossary.csv", "lexicon.csv"
LONGEST_TERM = 200
CLASSES = frozenset("noun verb adj adv pron det prep conj num name interj phrase prefix".split())
_COLUMNS = {
    GLOSSARY: ("sv", "en", "sv_variants", "en_variants", "area", "note"),
    LEXICON: ("sv", "en", "class", "forms"),
}


class BadTerm(Fault):
    """A row of the term list cannot be used; the rest is. `why` names the sentence, "row" counts lines from 1."""

    code = "term_file"

    def __init__(self, why: str, **values: object) -> None:
        self.code = f"term_{why}"
        super().__init__(**values)


@dataclass(frozen=True, slots=True)
class Term:
    """A Swedish headword and its English equivalents, likeliest first.

    `forms` are other ways to write the headword; `word_class` is empty for a glossary term of one word, whose class
    the lexicon knows. `area` and `note` are the glossary's; an `area` marks a term of the domain. `row` counts from 1.
    """

    sv: str
    en: tuple[str, ...]
    word_class: str
    forms: tuple[str, ...]
    file: str
    row: int
    area: str = ""
    note: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """The headword and its other forms."""
        return (self.sv, *self.forms)


@dataclass(frozen=True, slots=True)
class TermList:
    """All terms that could be read, what was wrong with the rest, and the sha256 of the files they came from."""

    terms: tuple[Term, ...]
    faults: tuple[BadTerm, ...]
    sha256: str


def read_terms(folder: Path = FOLDER) -> TermList:
    """The terms of `glossary.csv` and `lexicon.csv` in a folder. What cannot be used is told, and the rest loads."""
    terms: list[Term] = []
    faults: list[BadTerm] = []
    digest = hashlib.sha256()
    for name in _COLUMNS:
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            faults.append(BadTerm("file", file=folder / name, error=error.strerror))
            continue
        digest.update(data)
        terms += _without_doubles(_terms(name, data, faults), faults)
    return TermList(tuple(_without_cycles(terms, faults)), tuple(faults), digest.hexdigest())


def terms_sha256(folder: Path = FOLDER) -> str:
    """The sha256 of the term list's files, as `read_terms` has it, without reading them as terms."""
    digest = hashlib.sha256()
    for name in _COLUMNS:
        path = folder / name
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _terms(name: str, data: bytes, faults: list[BadTerm]) -> Iterator[Term]:
    """The usable rows of one file; the faults of the others are added to `faults`."""
    rows = _rows(name, data, faults)
    header = tuple(cell.strip() for _, cells in (next(rows, (1, [])),) for cell in cells)
    if missing := [column for column in _COLUMNS[name] if column not in header]:
        faults.append(BadTerm("header", file=name, column=", ".join(missing)))
        return
    for number, cells in rows:
        try:
            yield _term(name, number, header, cells)
        except BadTerm as fault:
            faults.append(fault)


def _rows(name: str, data: bytes, faults: list[BadTerm]) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of the lines that are UTF-8 and not empty."""
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        try:
            cells = next(csv.reader([line.decode("utf-8")], strict=True), [])
        except UnicodeDecodeError:
            faults.append(BadTerm("encoding", file=name, row=number))
        except csv.Error as error:
            faults.append(BadTerm("csv", file=name, row=number, error=error))
        else:
            if cells:
                yield number, cells


def _term(name: str, number: int, header: tuple[str, ...], cells: list[str]) -> Term:
    """One row as a Term. Raises BadTerm."""
    at: dict[str, object] = {"file": name, "row": number}
    if len(cells) != len(header):
        raise BadTerm("column", **at, met=len(cells), wanted=len(header))
    row = {column: " ".join(cell.split()) for column, cell in zip(header, cells, strict=True)}
    for column in ("sv", "en"):
        if not row[column].strip("^"):
            raise BadTerm("empty", **at, column=column)
    glossary = name == GLOSSARY
    forms = _parts(row["sv_variants" if glossary else "forms"])
    english = (row["en"], *_parts(row["en_variants"])) if glossary else _parts(row["en"])
    for text in (row["sv"], *english, *forms):
        if len(text) > LONGEST_TERM:
            raise BadTerm("long", **at, length=len(text), limit=LONGEST_TERM)
    word_class = "" if glossary else row["class"]
    if word_class not in CLASSES and not glossary:
        raise BadTerm("class", **at, met=word_class, wanted=", ".join(sorted(CLASSES)))
    if " " in row["sv"]:
        word_class = "phrase"
    area, note = (row["area"] or "-", row["note"]) if glossary else ("", "")
    return Term(row["sv"], english, word_class, forms, name, number, area, note)


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (p.strip() for p in cell.split(";")) if part)


def _without_doubles(terms: Iterable[Term], faults: list[BadTerm]) -> Iterator[Term]:
    """The first row for each headword and word class."""
    seen: dict[tuple[str, str], int] = {}
    for term in terms:
        key = (term.sv.casefold(), term.word_class)
        if key in seen:
            faults.append(BadTerm("double", file=term.file, row=term.row, term=term.sv, other=seen[key]))
        else:
            seen[key] = term.row
            yield term


def _without_cycles(terms: list[Term], faults: list[BadTerm]) -> Iterator[Term]:
    """Terms, less those of the glossary that lead back to themselves by way of their variants."""
    glossary = {term.sv.casefold(): term for term in terms if term.file == GLOSSARY}
    dropped: set[str] = set()
    for term in terms:
        if term.file == GLOSSARY and (way := _way_back(term, glossary, dropped)):
            dropped.add(term.sv.casefold())
            faults.append(BadTerm("cycle", file=term.file, row=term.row, way=" → ".join(way)))
        else:
            yield term


def _way_back(start: Term, glossary: dict[str, Term], dropped: set[str]) -> list[str]:
    """The headwords by which a term's variants lead back to it; empty when they do not."""
    waiting = [[start.sv]]
    seen = {start.sv.casefold()}
    while waiting:
        way = waiting.pop()
        for variant in glossary[way[-1].casefold()].forms:
            name = variant.casefold()
            if name == start.sv.casefold() and len(way) > 1:
                return [*way, start.sv]
            if name in glossary and name not in seen | dropped:
                seen.add(name)
                waiting.append([*way, glossary[name].sv])
    return []
