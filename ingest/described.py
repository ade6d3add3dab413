"""What two descriptions say of whether their studies are one work, and what tells them apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from corpus.language import FUNCTION_WORDS
from corpus.record import Record
from corpus.text import letters

SAME_TITLE, SAME_AUTHORS = "same_title", "same_authors"
IDENTITY = ("doi", "isbn", "urn")
"""Identifiers of which one belongs to one work, or to one edition of it."""
NUMBERED = ("report", "sfs", "sou", "prop", "ds", "dir", "skr")
"""Numbers in a series: the same one is the same work in most cases, and another one is another work."""

_NOTES = ("evidence note", "evidensnotis")
_NAMING_WORDS = 3
"""A title says which work it is if it has so many words besides those of grammar."""
_LIKE_WORDS, _LIKE_SHARE = 5, 0.8
_FUNCTION = frozenset().union(*FUNCTION_WORDS.values())
_PLACE_IN_SERIES = frozenset(
    "i ii iii iv v vi vii viii ix x one two three four five six seven eight nine ten first second third fourth fifth"
    " part volume supplement ett två tre fyra fem sex sju åtta nio tio första andra tredje fjärde femte del volym"
    " supplement bilaga delbetänkande slutbetänkande delrapport slutrapport januari februari mars april maj juni juli"
    " augusti september oktober november december january february march may june july august october"
    " spring summer autumn winter vår sommar höst vinter våren sommaren hösten vintern reply comment erratum"
    " corrigendum correction rejoinder rättelse replik svar".split()
)
"""Words that, where they are all that differs, make another title: a part, a time, a reply."""


@dataclass(frozen=True)
class Facts:
    """What a description says that may tell whose version a study is."""

    study_id: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    kind: str
    identifiers: Mapping[str, str]
    languages: tuple[str, ...]
    version_of: str | None

    @property
    def is_note(self) -> bool:
        """Is it an evidence note? Such a note is about a work, and is no version of it."""
        return any(note in self.kind.casefold() for note in _NOTES)

    @cached_property
    def letters(self) -> str:
        """The letters of the title."""
        return letters(self.title)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words and figures of the title."""
        return frozenset(re.findall(r"\w+", self.title.casefold()))

    @cached_property
    def names_a_work(self) -> bool:
        """Has the title words enough to be that of one work? "Kommittédirektiv" has not."""
        return len(self.words - _FUNCTION) >= _NAMING_WORDS and len(self.letters) >= 15

    @cached_property
    def surnames(self) -> frozenset[str]:
        """The last names of the authors, or the names of bodies."""
        return frozenset(filter(None, (letters(_surname(author)) for author in self.authors)))


def _surname(author: str) -> str:
    """The last name in "Wolfe, Scott E." and in "Scott E. Wolfe"."""
    return author.partition(",")[0] if "," in author else (author.split() or [""])[-1]


def facts(record: Record) -> dict[str, Facts]:
    """What is told of every study, by id; descriptions are not read as a whole, which would take long."""
    parts = ", ".join(
        f"json_extract(description, '$.{name}')"
        for name in ("title", "subtitle", "authors", "year", "kind", "identifiers")
    )
    rows = record.rows(f"SELECT id, languages, version_of, {parts} FROM studies")
    return {row[0]: _facts(*row) for row in rows}


def _facts(
    study_id: str, languages: str, version_of: str | None, title: str, subtitle: str | None, *rest: object
) -> Facts:
    authors, year, kind, identifiers = rest
    whole = f"{title}: {subtitle}" if subtitle and letters(subtitle) not in letters(title) else title
    return Facts(
        study_id=study_id,
        title=whole or "",
        authors=tuple(json.loads(str(authors or "[]"))),
        year=year if isinstance(year, int) else None,
        kind=str(kind or ""),
        identifiers={name: letters(value) for name, value in json.loads(str(identifiers or "[]"))},
        languages=tuple(json.loads(languages)),
        version_of=version_of,
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for two studies being one work, as codes, and whether something tells them apart."""

    why: tuple[str, ...]
    told_apart: bool

    @property
    def named_the_same(self) -> bool:
        """Have both the same title and the same authors, and nothing that tells them apart?"""
        return SAME_TITLE in self.why and SAME_AUTHORS in self.why and not self.told_apart

    @property
    def identified(self) -> bool:
        """Do both bear one identifier?"""
        return any(code.startswith("same_") and code not in (SAME_TITLE, SAME_AUTHORS) for code in self.why)


def evidence(one: Facts, other: Facts) -> Evidence:
    """What two descriptions say of each other."""
    return Evidence(tuple(_why(one, other)), _told_apart(one, other))


def _why(one: Facts, other: Facts) -> Iterator[str]:
    for name in (*IDENTITY, *NUMBERED):
        if name in one.identifiers and one.identifiers[name] == other.identifiers.get(name):
            yield f"same_{name}" if name in IDENTITY else "same_number"
    if same_title(one, other):
        yield SAME_TITLE
    if 2 * len(one.surnames & other.surnames) >= max(1, min(len(one.surnames), len(other.surnames))):
        yield SAME_AUTHORS


def same_title(one: Facts, other: Facts) -> bool:
    """Are two titles the same, or the same but for a subtitle or a few words, none of which is a part or a time?"""
    if not (one.names_a_work and other.names_a_work):
        return False
    if one.letters == other.letters:
        return True
    differ = one.words ^ other.words
    if any(word in _PLACE_IN_SERIES or any(map(str.isdigit, word)) for word in differ):
        return False
    shorter, longer = sorted((one.letters, other.letters), key=len)
    both = one.words & other.words
    alike = len(both) >= _LIKE_SHARE * len(one.words | other.words) and len(both) >= _LIKE_WORDS
    return alike or longer.startswith(shorter)


def _told_apart(one: Facts, other: Facts) -> bool:
    """Has each a number of its own in one series, or does only a part or a time differ in their titles?"""
    numbers = ((one.identifiers.get(name), other.identifiers.get(name)) for name in NUMBERED)
    if any(first and second and first != second for first, second in numbers):
        return True
    differ = one.words ^ other.words
    placed = {word for word in differ if word in _PLACE_IN_SERIES or any(map(str.isdigit, word))}
    return bool(placed) and len(differ - placed) <= len(one.words & other.words) // 4
