"""Which study in the library is this? Certain by what names a work; likely by its title; else it is new."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz

from corpus.record import Record
from corpus.reference import author, csl_item, is_note
from corpus.study import Description, Source, State, Study, TextState
from corpus.text import letters

BAR = 88.0
"""Least likeness of two titles (0 to 100: the share of letters in common, by insertions and deletions) to be told.

Of 120 titles of the catalogue against variants of themselves, this finds all with up to four wrong letters, lost
accents or a lost ending (least likeness 89); of the 6,000 pairs of different titles with the same numbers in them the
likest two have 75. Two titles of one series that differ in a year have 98, so that numbers have to be the same.
"""
LEAST_LETTERS = 20
"""Letters and digits in a title that is long enough to tell a work by."""

_EXACT = ("doi", "urn", "sfs", "sou", "prop", "ds", "dir", "skr", "catalogue")
"""Identifiers that one work has one of: where two differ, the works do."""
_TRUSTED = frozenset({Source.PERSON, Source.RECORD, Source.LOOKUP})
_SAME_BODY = {"brottsförebyggande rådet": "brå", "brottsförebyggande rådet (brå)": "brå"}
_IN_SERIES = re.compile(
    r"\s*\((?:(?:[\w-]*rapport|report|sou|prop|dir|ds|skr|sfs)\.?\s)?\d{2,4}(?:/\d{2,4})?:\d+\)$", re.IGNORECASE
)
_LEAST_IN_NAME = 8
_SURE = 0.5
"""A number on a page that is less likely than this to be the work's own says nothing."""
_ANY_NAME = re.compile(
    r"^(?:full[\s_-]*text|document|dokument|article|artikel|report|rapport|download|scan|paper|main|pdf|file|study"
    r"|untitled|attachment|content|slutrapport)?[\s_()\d-]*(?:pdf)?$",
    re.IGNORECASE,
)

Key = tuple[str, str]
"""What kind of thing names a work, and that thing in its shortest form: ("doi", "10.1136/ip.2009.024943")."""


@dataclass(frozen=True, slots=True)
class Match:
    """Which study a description is of.

    `why` are codes of what speaks for it: "same_doi", "same_isbn", "same_report", "same_file", "same_title",
    "like_title". Where several studies match alike, the match is only likely, none is chosen, and `others` names them.
    """

    kind: Literal["certain", "likely", "new"]
    study_id: str | None = None
    why: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """A work by all that names it."""

    id: str
    note: bool
    year: int | None
    titles: frozenset[str]
    unaccented: frozenset[str]
    families: frozenset[str]
    numbers: dict[str, frozenset[str]]
    files: frozenset[str]
    digits: tuple[str, ...] = field(default=())

    def ways(self) -> Iterator[Key]:
        """Everything that one looks it up by."""
        yield from ((name, value) for name, values in self.numbers.items() for value in values)
        yield from (("file", name) for name in self.files)
        yield from (("title", title) for title in self.titles if len(title) >= LEAST_LETTERS)

    def denies(self, other: _Named) -> bool:
        """Has it an identifier that says that the other is another work?"""
        return any(self._differs(other, name) for name in _EXACT) or self._other_report(other)

    def differs(self, other: _Named) -> bool:
        """As `denies`; another ISBN counts too, unless a surer number is the same."""
        same = any(self.numbers.get(name, _NONE) & other.numbers.get(name, _NONE) for name in _EXACT)
        return self.denies(other) or (not same and self._differs(other, "isbn"))

    def _differs(self, other: _Named, name: str) -> bool:
        mine, others = self.numbers.get(name, _NONE), other.numbers.get(name, _NONE)
        return bool(mine and others and not mine & others)

    def _other_report(self, other: _Named) -> bool:
        """A different number in the same series."""
        mine, others = self.numbers.get("report", _NONE), other.numbers.get("report", _NONE)
        series = {key.split("|")[0] for key in mine} & {key.split("|")[0] for key in others}
        return bool(series) and not mine & others


_NONE: frozenset[str] = frozenset()


class Shelf:
    """Studies that can be found by what names them. An evidence note is never taken for the work it is about."""

    def __init__(self, studies: Iterable[Study] = ()) -> None:
        self._works: dict[str, _Named] = {}
        self._keys: defaultdict[Key, list[str]] = defaultdict(list)
        self._by_family: defaultdict[str, list[str]] = defaultdict(list)
        self._by_year: defaultdict[int | None, list[str]] = defaultdict(list)
        for study in studies:
            self.add(study)

    def add(self, study: Study, *, likely: bool = True) -> None:
        """Put a study on the shelf; with `likely` False it is only found for certain."""
        work = _named(study.description, study.id, [file.name for file in study.files])
        self._works[study.id] = work
        for key in work.ways():
            self._keys[key].append(study.id)
        if likely:
            for family in work.families:
                self._by_family[family].append(study.id)
            self._by_year[work.year].append(study.id)

    def match(self, described: Description, file_names: Sequence[str] = ()) -> Match:
        """The study that a description is of. `file_names` are files that are said to hold the work."""
        work = _named(described, "", file_names)
        for names in (_EXACT, ("isbn", "report", "file", "title")):
            found = self._found(work, names)
            if found:
                why = tuple(dict.fromkeys(code for codes in found.values() for code in codes))
                only = next(iter(found)) if len(found) == 1 else None
                return Match("certain", only, why) if only else Match("likely", None, why, (*found,))
        likely = self._like(work)
        if not likely:
            return Match("new")
        best = likely[0]
        return Match("likely", best, ("like_title",), tuple(other for other in likely if other != best))

    def _found(self, work: _Named, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Studies that have a key of some kinds in common with the work, and which."""
        found: dict[str, tuple[str, ...]] = {}
        for name, value in work.ways():
            for study_id in self._keys.get((name, value), ()) if name in names else ():
                other = self._works[study_id]
                if other.note == work.note and not work.differs(other) and _year_fits(name, work, other):
                    found[study_id] = tuple(dict.fromkeys((*found.get(study_id, ()), f"same_{name}")))
        return found

    def _like(self, work: _Named) -> list[str]:
        """Studies with a like title and an author or the year in common, the likest first."""
        near = {i for family in work.families for i in self._by_family.get(family, ())}
        near |= set(self._by_year.get(work.year, ())) if work.year else set()
        scored = [(_likeness(work, self._works[i]), i) for i in near if self._works[i].note == work.note]
        likely = sorted((s for s in scored if s[0] >= BAR and not work.denies(self._works[s[1]])), reverse=True)
        return [study_id for _, study_id in likely]


def match(described: Description, studies: Iterable[Study] | Shelf, file_names: Sequence[str] = ()) -> Match:
    """The study that a description is of, among some studies; a `Shelf` of them is quicker for many descriptions."""
    shelf = studies if isinstance(studies, Shelf) else Shelf(studies)
    return shelf.match(described, file_names)


_wanted: WeakKeyDictionary[Record, tuple[tuple[int, ...], Shelf]] = WeakKeyDictionary()


def wanted_for(described: Description, record: Record) -> Study | None:
    """The wanted study whose file has come, by what the file says of itself; None where none matches for certain."""
    (revision,) = record.rows(
        "SELECT count(*), coalesce(sum(length(description)), 0), coalesce(sum(edition), 0) FROM studies"
        " WHERE state = ?",
        (State.WANTED,),
    )
    if not revision[0]:
        return None
    kept = _wanted.get(record)
    if kept is None or kept[0] != revision:
        kept = (revision, Shelf(study for study in record.studies() if study.state is State.WANTED))
        _wanted[record] = kept
    found = kept[1].match(described)
    return record.study(found.study_id) if found.kind == "certain" and found.study_id else None


# What names a work


def _named(described: Description, study_id: str, file_names: Sequence[str]) -> _Named:
    full = f"{described.title}{described.subtitle}"
    written = (described.title, full, _IN_SERIES.sub("", described.title))
    return _Named(
        id=study_id,
        note=is_note(Study("", described, (), TextState.NO_FILE, ())),
        year=described.year,
        titles=frozenset(filter(None, map(letters, written))),
        unaccented=frozenset(filter(None, map(_unaccented, written))),
        families=frozenset(filter(None, map(_family, described.authors))),
        numbers=_numbers(described),
        files=frozenset(filter(None, map(_file, file_names))),
        digits=tuple(re.findall(r"\d+", full)),
    )


def _unaccented(title: str) -> str:
    """Letters and digits without their accents, which some catalogues and readers lose."""
    return letters("".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign)))


def _family(name: str) -> str:
    return letters(author(name).get("family", name))


def _file(name: str) -> str:
    """A file's name as it is compared, "" for one that many files have."""
    stem = PurePath(name.replace("\\", "/")).stem
    return "" if _ANY_NAME.match(stem) or len(letters(stem)) < _LEAST_IN_NAME else stem.casefold()


def _numbers(described: Description) -> dict[str, frozenset[str]]:
    """Identifiers that are sure, and all that a person, a record or a look-up proposed: one work may have several."""
    unsure = {(p.field, p.value) for p in described.proposals if p.confidence < _SURE}
    pairs = [pair for pair in described.identifiers if pair not in unsure]
    pairs += [(p.field, str(p.value)) for p in described.proposals if p.source in _TRUSTED and p.value]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in pairs:
        if (name in _EXACT or name == "isbn") and (shortest := _shortest(name, value)):
            found[name].add(shortest)
    if report := _report(described):
        found["report"].add(report)
    return {name: frozenset(values) for name, values in found.items()}


def _shortest(name: str, value: str) -> str:
    """An identifier without what may be written in several ways."""
    text = "".join(value.split()).casefold()
    if name == "doi":
        return re.sub(r"^(?:doi:|https?://(?:dx\.)?doi\.org/)+", "", text)
    if name == "isbn":
        return _isbn13(re.sub(r"[^\dx]", "", text))
    return text


def _isbn13(isbn: str) -> str:
    """ISO 2108: an ISBN-10 with 978 before it and a new check digit."""
    if len(isbn) != 10:
        return isbn
    digits = f"978{isbn[:9]}"
    total = sum(int(digit) * (1, 3)[i % 2] for i, digit in enumerate(digits) if digit.isdecimal())
    return f"{digits}{-total % 10}"


def _report(described: Description) -> str:
    """The body and the number of a report in a series, "brå|2015:21"; "" where either is not known."""
    if not re.search(
        r"\d", f"{described.published_in}{described.title}{dict(described.identifiers).get('report', '')}"
    ):
        return ""
    item = csl_item(Study("", described, described.languages, TextState.NO_FILE, ()))
    number = dict(described.identifiers).get("report") or ("" if "citation-label" in item else item.get("number", ""))
    body = item.get("publisher") or described.publisher or _first_body(item)
    return f"{_body(body)}|{''.join(number.split()).casefold()}" if number and body else ""


def _first_body(item: dict[str, object]) -> str:
    people = item.get("author")
    first = people[0] if isinstance(people, list) and people else {}
    return str(first.get("literal", ""))


def _body(name: str) -> str:
    return letters(_SAME_BODY.get(name.casefold(), name))


def _year_fits(name: str, work: _Named, other: _Named) -> bool:
    """A title tells a work only of its year, where both have one."""
    return name != "title" or work.year == other.year or not (work.year and other.year)


def _likeness(work: _Named, other: _Named) -> float:
    """How alike the likest titles of two works are, 0 to 100; 100 where one is the beginning or a part of the other."""
    pairs = ((one, two) for one in work.unaccented for two in other.unaccented)
    return max((_like(one, two, work.digits == other.digits) for one, two in pairs), default=0.0)


def _like(one: str, two: str, same_digits: bool) -> float:
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) >= LEAST_LETTERS and shorter in longer:
        return 100.0
    return fuzz.ratio(one, two, score_cutoff=BAR) if same_digits else 0.0
