"""Which studies a choice leaves, and what an answer says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from weakref import WeakKeyDictionary

from corpus.choice import (
    EVERYTHING,
    Choice,
    Listed,
    Selection,
    left_out_unasked,
    level_of,
    listed,
    meets,
    outcome_of,
    said_of,
    speaks_of,
)
from corpus.library import Library, UnknownStudy
from corpus.words import Language, catalogue, say
from retriever.card import where_from
from retriever.places import called, countries, side_of

_TITLES_SHOWN = 3
_VALUES_SHOWN = 12
_CHOICES_KEPT = 64
_LISTS = ("languages", "kinds", "evidence_from", "sides", "designs", "emmie", "outcomes", "places", "levy")
_APPRAISED_AS = MappingProxyType({"designs": "design", "outcomes": "outcomes", "places": "place_type"})
_FLAGS = ("confirmed", "published", "withdrawn")
_NAMES = MappingProxyType(
    {
        "sides": "choice_side_",
        "emmie": "choice_emmie_",
        "outcomes": "outcome_",
        "levy": "choice_levy_",
        "party_interest": "choice_party_",
    }
)
"""How the values of a filter begin in the catalogue of sentences, where they have a name there."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked through: passages in one language with `only`, of the studies that a choice leaves.

    `selection` are their passages, or None where nothing is left out. `today` is the day for which the answer is given.
    """

    only: Language | None
    choice: Choice
    selection: Selection | None
    today: date


def scope_of(library: Library, only: Language | None, choice: Choice, today: date | None = None) -> Scope:
    """What a question is looked for in. Raises UnknownStudy where the choice names a study that is not here."""
    studies = chosen(library, choice)
    return Scope(only, choice, None if studies is None else library.selection(studies), today or date.today())


def chosen(library: Library, choice: Choice) -> frozenset[str] | None:
    """The ids of the studies that may answer under a choice and have passages; None where nothing is left out.

    Kept until anything in the record changes. Raises UnknownStudy where the choice names a study that is not here.
    """
    choice = _with_settings(library, choice)
    for study_id in choice.studies:
        if library.record.study(study_id) is None:
            raise UnknownStudy(study=study_id)
    known = _known(library)
    if choice not in known.chosen:
        known.keep(choice, _choose(library, known, choice))
    return known.chosen[choice]


def _with_settings(library: Library, choice: Choice) -> Choice:
    return replace(choice, published=choice.published or library.settings.published_only)


def _choose(library: Library, known: _Known, choice: Choice) -> frozenset[str] | None:
    if choice == EVERYTHING and not known.left_out_unasked:
        return None
    met = (study for study in known.studies if meets(choice, study))
    left = frozenset(study.id for study in met if _lies_there(library, known, choice, study))
    return None if left and len(left) == len(known.studies) else left


def _lies_there(library: Library, known: _Known, choice: Choice, study: Listed) -> bool:
    """Does a study's evidence lie where the choice asks for it?"""
    if not choice.sides and not choice.evidence_from:
        return True
    where = _where(library, known, choice, study)
    if choice.sides and side_of(where) not in choice.sides:
        return False
    return not choice.evidence_from or any(_is_from(where, asked) for asked in choice.evidence_from)


def _is_from(where: str, asked: str) -> bool:
    return bool(set(countries(where)) & set(countries(asked))) or speaks_of(where, asked)


def _where(library: Library, known: _Known, choice: Choice, study: Listed) -> str:
    """Where a study's evidence is from, as its card says it."""
    said = said_of(choice, study)
    if found := (said.evidence_from if said else "") or study.evidence_from:
        return found
    if study.id not in known.named:
        known.named[study.id] = where_from(library, library.study(study.id), None)[0]
    return known.named[study.id]


class _Known:
    """What is known of a library's studies, and whom choices left, until anything in the record changes.

    `named` is the country that the text of a study names; it follows from the passages alone, and is dear to find.
    """

    def __init__(self, library: Library, generation: int, before: _Known | None) -> None:
        self._record = library.record
        self.generation = generation
        self.revision = library.record.revision()
        self.chosen: Mapping[Choice, frozenset[str] | None] = {}
        self.named: dict[str, str] = before.named if before is not None and before.revision == self.revision else {}

    @cached_property
    def studies(self) -> list[Listed]:
        """Every study that has passages."""
        return listed(self._record)

    @cached_property
    def left_out_unasked(self) -> frozenset[str]:
        """The studies that do not answer unless they are asked for."""
        return left_out_unasked(self._record)

    def keep(self, choice: Choice, studies: frozenset[str] | None) -> None:
        """Keep whom a choice left, with the last few others."""
        latest = [*self.chosen.items(), (choice, studies)]
        self.chosen = dict(latest[-_CHOICES_KEPT:])  # a new one each time: threads never see half of it


_KNOWN: WeakKeyDictionary[Library, _Known] = WeakKeyDictionary()


def _known(library: Library) -> _Known:
    generation, before = library.record.generation(), _KNOWN.get(library)
    if before is not None and before.generation == generation:
        return before
    _KNOWN[library] = known = _Known(library, generation, before)
    return known


# In words


def notices(library: Library, choice: Choice, language: Language) -> tuple[str, ...]:
    """Which filters were set and what they leave; nothing where none is set and something is left."""
    studies = chosen(library, choice)
    if (choice == EVERYTHING and studies != frozenset()) or not _known(library).studies:
        return ()
    if studies == frozenset():
        return tuple(_nothing_left(library, choice, language))
    return tuple(_left(library, choice, studies, language))


def _left(library: Library, choice: Choice, studies: frozenset[str] | None, language: Language) -> Iterator[str]:
    everything = len(_known(library).studies)
    passages = library.passage_counts() if studies is None else library.selection(studies).counts
    yield say(
        "choice_left",
        language,
        filters=described(library, choice, language),
        studies=everything if studies is None else len(studies),
        all=everything,
        passages=sum(passages.values()),
    )
    if without := _without_level(library, choice):
        yield say("choice_no_level", language, count=without)


def _nothing_left(library: Library, choice: Choice, language: Language) -> Iterator[str]:
    filters = described(library, _with_settings(library, choice), language)
    yield say("choice_nothing_left", language, filters=filters or say("filter_not_withdrawn", language))
    if known := "; ".join(_to_choose_from(library, choice, language)):
        yield say("choice_known", language, filters=known)
    if without := _without_level(library, choice):
        yield say("choice_no_level", language, count=without)


def _without_level(library: Library, choice: Choice) -> int:
    """How many studies meet all but the SMS level that is asked for, since they have none."""
    if choice.sms_least is None:
        return 0
    others = chosen(library, replace(choice, sms_least=None))
    studies = (study for study in _known(library).studies if others is None or study.id in others)
    said = (said_of(choice, study) for study in studies)
    return sum(one is None or level_of(one.sms_level) is None for one in said)


def _to_choose_from(library: Library, choice: Choice, language: Language) -> Iterator[str]:
    """For each filter by words that no study at all meets: the values that there are."""
    known = _known(library)
    for field in ("languages", "kinds", "evidence_from", *_APPRAISED_AS):
        asked = getattr(choice, field)
        if asked and chosen(library, Choice(**{field: asked}, withdrawn=True)) == frozenset():
            there = sorted({v for study in known.studies for v in _values(library, known, study, field) if v})
            if there:
                yield _filter(field, there[:_VALUES_SHOWN], language)


def _values(library: Library, known: _Known, study: Listed, field: str) -> Iterable[str]:
    """The values that a study has for a filter by words."""
    if field == "languages":
        return study.languages
    if field == "kinds":
        return (study.kind,)
    if field == "evidence_from":
        return (_where(library, known, EVERYTHING, study),)
    said = getattr(study.appraisal, _APPRAISED_AS[field]) if study.appraisal else ()
    return (said,) if isinstance(said, str) else tuple(said)


def described(library: Library, choice: Choice, language: Language) -> str:
    """The filters of a choice in words; empty where none is set."""
    return "; ".join(_parts(library, choice, language))


def _parts(library: Library, choice: Choice, language: Language) -> Iterator[str]:
    yield from _years(choice, language)
    for field in (*_LISTS, "party_interest"):
        if values := getattr(choice, field):
            yield _filter(field, values, language)
    if choice.sms_least is not None:
        yield say("filter_sms_least", language, level=choice.sms_least)
    if choice.studies:
        yield say("filter_studies", language, values=_titles(library, choice.studies))
    yield from (say(f"filter_{flag}", language) for flag in _FLAGS if getattr(choice, flag))


def _years(choice: Choice, language: Language) -> Iterator[str]:
    first, last = choice.year_from, choice.year_to
    if first is not None and last is not None:
        yield say("filter_years", language, first=first, last=last)
    elif first is not None:
        yield say("filter_year_from", language, first=first)
    elif last is not None:
        yield say("filter_year_to", language, last=last)


def _filter(field: str, values: Iterable[str], language: Language) -> str:
    return say(f"filter_{field}", language, values=", ".join(_name(field, value, language) for value in values))


def _name(field: str, value: str, language: Language) -> str:
    if field == "evidence_from":
        return called(value, language)
    key = outcome_of(value) if field == "outcomes" else value
    return catalogue(language).get(f"{_NAMES[field]}{key}", value) if field in _NAMES else value


def _titles(library: Library, studies: tuple[str, ...]) -> str:
    """The titles of some studies, or, of many, how many there are."""
    if len(studies) > _TITLES_SHOWN:
        return str(len(studies))
    return ", ".join(library.study(study_id).title for study_id in studies)
