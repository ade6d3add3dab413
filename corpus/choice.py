"""Which studies may answer: what an adviser filters by, and the passages of the studies that are left."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

from corpus.study import Appraisal, State
from corpus.words import LANGUAGES, Fault, catalogue

if TYPE_CHECKING:
    from corpus.record import Record

SIDES = ("swedish", "international", "not_stated")
EMMIE = ("effect", "mechanism", "moderators", "implementation", "economics")
LEVY = ("compulsory", "voluntary")
PARTY_INTEREST = ("yes", "no", "part")
LEVELS = (1, 2, 3, 4, 5)
"""The levels of the Scientific Methods Scale."""
_CLOSED = {"sides": SIDES, "emmie": EMMIE, "levy": LEVY, "party_interest": PARTY_INTEREST}

_LEVEL = re.compile(r"(?:sms\s*)?(?:level\s*|nivå\s*)?([1-5])\b", re.IGNORECASE)
_COMPULSORY = re.compile(r"\b(?:compulsory|mandatory|obligatory|obligatorisk\w*|tvingande)\b", re.IGNORECASE)
_VOLUNTARY = re.compile(r"\b(?:voluntary|frivillig\w*)\b", re.IGNORECASE)
_NO = frozenset({"no", "none", "nej", "ingen", "inget", "inga"})
_PART = frozenset({"part", "partly", "partial", "delvis"})


class UnknownChoice(Fault):
    """A filter has a value that it cannot have."""

    code = "unknown_choice"


class EmptyChoice(Fault):
    """A filter was given and says nothing."""

    code = "empty_choice"


class BadYears(Fault):
    """A span of years ends before it begins."""

    code = "bad_years"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which studies may answer. A study has to meet every filter that is set, by any of its values.

    What is not set limits nothing, but that a withdrawn study answers only with `withdrawn`. `languages` are those of
    the study; `sides` and `evidence_from` where its evidence lies; `sms_least` the least SMS level (1 to 5), by the
    lower end of what was appraised. `kinds`, `designs`, `outcomes`, `places` and `evidence_from` are met by words
    within what is said of the study. With `confirmed` only appraisals that are not provisional count. `studies` are
    ids. Raises UnknownChoice, EmptyChoice or BadYears.
    """

    languages: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    kinds: tuple[str, ...] = ()
    evidence_from: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    designs: tuple[str, ...] = ()
    sms_least: int | None = None
    emmie: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    levy: tuple[str, ...] = ()
    party_interest: tuple[str, ...] = ()
    confirmed: bool = False
    published: bool = False
    withdrawn: bool = False
    studies: tuple[str, ...] = ()

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}  # a filter that does not exist filters nothing

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple) and not all(one.strip() for one in value):
                raise EmptyChoice(field=field.name)
        for name, known in _CLOSED.items():
            for met in getattr(self, name):
                if met not in known:
                    raise UnknownChoice(field=name, met=met[:40], known=", ".join(known))
        if self.sms_least is not None and self.sms_least not in LEVELS:
            raise UnknownChoice(field="sms_least", met=self.sms_least, known="1, 2, 3, 4, 5")
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise BadYears(first=self.year_from, last=self.year_to)


EVERYTHING = Choice()
"""No filter is set."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known of a study that it can be chosen by. `evidence_from` is as described."""

    id: str
    state: State
    languages: tuple[str, ...]
    year: int | None
    kind: str
    evidence_from: str
    appraisal: Appraisal | None


def listed(record: Record) -> list[Listed]:
    """Every study that has passages, with its latest appraisal."""
    rows = record.rows(
        "SELECT id, state, languages, json_extract(description, '$.year', '$.kind', '$.evidence_from') FROM studies s"
        " WHERE EXISTS (SELECT 1 FROM passages WHERE study_id = s.id) ORDER BY id"
    )
    appraised = record.appraised()
    return [
        _listed(study_id, state, languages, described, appraised.get(study_id))
        for study_id, state, languages, described in rows
    ]


def _listed(study_id: str, state: str, languages: str, described: str, said: Appraisal | None) -> Listed:
    year, kind, evidence_from = json.loads(described)
    return Listed(study_id, State(state), tuple(json.loads(languages)), year, kind or "", evidence_from or "", said)


def left_out_unasked(record: Record) -> frozenset[str]:
    """The studies with passages that do not answer unless they are asked for."""
    rows = record.rows(
        "SELECT id FROM studies s WHERE state IN (?, ?) AND EXISTS (SELECT 1 FROM passages WHERE study_id = s.id)",
        (State.WANTED, State.WITHDRAWN),
    )
    return frozenset(row[0] for row in rows)


def meets(choice: Choice, study: Listed) -> bool:
    """Does a study meet every filter but those of where its evidence lies?"""
    return all(met(choice, study) for met in (_may_answer, _is_described, _is_appraised))


def _may_answer(choice: Choice, study: Listed) -> bool:
    if study.state is State.WITHDRAWN:
        return choice.withdrawn
    return study.state is not State.WANTED and (not choice.published or study.state is State.PUBLISHED)


def _is_described(choice: Choice, study: Listed) -> bool:
    if choice.year_from is not None and (study.year is None or study.year < choice.year_from):
        return False
    if choice.year_to is not None and (study.year is None or study.year > choice.year_to):
        return False
    return (
        (not choice.studies or study.id in choice.studies)
        and _any(choice.languages, lambda asked: asked.casefold() in study.languages)
        and _any(choice.kinds, lambda asked: speaks_of(study.kind, asked))
    )


def _is_appraised(choice: Choice, study: Listed) -> bool:
    said = said_of(choice, study)
    if said is None:
        asked = (choice.designs, choice.emmie, choice.outcomes, choice.places, choice.levy, choice.party_interest)
        return not choice.confirmed and choice.sms_least is None and not any(asked)
    return (
        _reaches(choice.sms_least, said.sms_level)
        and _any(choice.designs, lambda asked: speaks_of(said.design, asked))
        and _any(choice.emmie, lambda asked: any(_is_part(asked, part) for part in said.emmie))
        and _any(choice.outcomes, lambda asked: any(_is_outcome(asked, one) for one in said.outcomes))
        and _any(choice.places, lambda asked: speaks_of(said.place_type, asked))
        and _any(choice.levy, lambda asked: asked in levy_of(said.levy))
        and _any(choice.party_interest, lambda asked: asked == party_of(said.party_interest))
    )


def said_of(choice: Choice, study: Listed) -> Appraisal | None:
    """The appraisal that counts under a choice."""
    said = study.appraisal
    return None if said is None or (choice.confirmed and not said.confirmed) else said


def _any(asked: Iterable[str], met: Callable[[str], bool]) -> bool:
    """Is one of the values asked for met, where any is asked for?"""
    wanted = tuple(asked)
    return not wanted or any(map(met, wanted))


def speaks_of(said: str, asked: str) -> bool:
    """Does a text have some words, or words that begin so? "Non-randomised" does not speak of "randomised"."""
    return re.search(rf"(?<![\w-]){re.escape(_plain(asked))}", _plain(said)) is not None


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def level_of(sms_level: str) -> int | None:
    """The lower end of an SMS level as appraised: "3-4" is 3; reviews, and what is unclear, have none."""
    found = _LEVEL.match(sms_level.strip())
    return int(found[1]) if found else None


def _reaches(least: int | None, sms_level: str) -> bool:
    level = level_of(sms_level)
    return least is None or (level is not None and level >= least)


def levy_of(text: str) -> frozenset[str]:
    """What an appraisal says of the levy: compulsory, voluntary, both or nothing."""
    patterns = zip(LEVY, (_COMPULSORY, _VOLUNTARY), strict=True)
    return frozenset(name for name, pattern in patterns if pattern.search(text))


def party_of(text: str) -> str:
    """Whether an appraisal says that who publishes or pays has an interest: yes, no, part, or nothing ("")."""
    words = re.findall(r"\w+", text.casefold())
    if not words:
        return ""
    return "no" if words[0] in _NO else "part" if words[0] in _PART else "yes"


def _is_part(asked: str, said: str) -> bool:
    return said.strip().casefold().startswith(asked.rstrip("s"))


def _is_outcome(asked: str, said: str) -> bool:
    return outcome_of(asked) == outcome_of(said) or speaks_of(said, asked)


def outcome_of(text: str) -> str:
    """The key of an outcome that is named by its key or by its name in either language; else the text as it is."""
    plain = _plain(text)
    for language in LANGUAGES:
        for code, name in catalogue(language).items():
            key = code.removeprefix("outcome_")
            if key != code and plain in (_plain(key), _plain(name)):
                return key
    return plain


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The passages of some studies, by id, as both indexes are searched within them.

    `inside` are theirs and `outside` all others; `counts` how many of theirs there are in each language.
    """

    studies: frozenset[str]
    inside: frozenset[int]
    outside: frozenset[int]
    counts: dict[str, int]


def selection(record: Record, studies: frozenset[str]) -> Selection:
    """The passages of some studies."""
    inside, outside, counts = set(), set(), dict[str, int]()
    for passage, study_id, language in record.rows("SELECT id, study_id, language FROM passages"):
        if study_id in studies:
            inside.add(passage)
            counts[language] = counts.get(language, 0) + 1
        else:
            outside.add(passage)
    return Selection(studies, frozenset(inside), frozenset(outside), dict(sorted(counts.items())))
