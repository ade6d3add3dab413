"""The shelf: finding studies by what is said of them, whether or not their text can be searched."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from corpus.choice import BadYears, EmptyChoice, speaks_of
from corpus.inflection import english_bases
from corpus.language import FUNCTION_WORDS, stem, tokens
from corpus.library import Library, UnknownStudy
from corpus.record import Record
from corpus.study import Appraisal, Source, State, Study, TextState
from corpus.words import LANGUAGES, Fault, Language

LEAST_BEGINNING = 4
"""The fewest signs of an id that name a study."""

_WEIGHTS = MappingProxyType(
    {
        "title": 3.0,
        "identifiers": 3.0,
        "subtitle": 2.0,
        "authors": 2.0,
        "topics": 2.0,
        "year": 2.0,
        "file": 1.5,
        "published_in": 1.0,
        "publisher": 1.0,
        "abstract": 1.0,
        "remark": 1.0,
    }
)
"""How much it tells that a word stands in each field."""
_IN_THE_OTHER_LANGUAGE, _WITHIN_A_WORD = 0.7, 0.6
_BESIDE_THE_BEST = 1 / 3  # of what the best study tells
_LEAST_PART = 5  # letters of a stem that is looked for within longer words
_NAMED = 5
_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0327\u030c")  # those that Swedish letters do not have


class Gap(StrEnum):
    """What people can add to what is known of a study."""

    YEAR = "year"
    AUTHORS = "authors"
    TITLE = "title"
    IDENTIFIER = "identifier"
    APPRAISAL = "appraisal"
    OCR = "ocr"
    FILE = "file"


class AmbiguousStudy(Fault):
    """Several studies have ids that begin so."""

    code = "ambiguous_study"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which studies are looked for. A study has to meet every filter that is set, by any of its values.

    `gaps` has all of them at once. `kinds` are met by words within the kind. `about` are words in Swedish or English,
    at least half of which the study is described by; common ones count for little. Raises BadYears or EmptyChoice.
    """

    states: tuple[State, ...] = ()
    texts: tuple[TextState, ...] = ()
    gaps: tuple[Gap, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    about: str | None = None

    def __post_init__(self) -> None:
        if self.year_from is not None and self.year_to is not None and self.year_from > self.year_to:
            raise BadYears(first=self.year_from, last=self.year_to)
        for name in ("languages", "kinds"):
            if not all(value.strip() for value in getattr(self, name)):
                raise EmptyChoice(field=name)
        if self.about is not None and not tokens(self.about):
            raise EmptyChoice(field="about")


EVERYTHING = Filter()
"""No filter is set."""


def find(library: Library, wanted: Filter = EVERYTHING) -> list[Study]:
    """The studies that meet a filter: by title, or where words are looked for the best first."""
    appraised = library.record.appraised() if Gap.APPRAISAL in wanted.gaps else {}
    studies = [s for s in library.record.studies() if _meets(s, wanted) and _has(s, wanted.gaps, appraised)]
    if wanted.about is None:
        return studies
    return _best(studies, list(_ideas(library, wanted.about)))


def named(record: Record, beginning: str) -> str:
    """The id that is, or alone begins with, what was given. Raises UnknownStudy or AmbiguousStudy."""
    if record.study(beginning) is not None:
        return beginning
    found: list[str] = []
    if len(beginning) >= LEAST_BEGINNING:
        query = "SELECT id FROM studies WHERE substr(id, 1, ?) = ? ORDER BY id"
        found = [row[0] for row in record.rows(query, (len(beginning), beginning))]
    if not found:
        raise UnknownStudy(study=beginning)
    if len(found) > 1:
        raise AmbiguousStudy(study=beginning, count=len(found), ids=", ".join(found[:_NAMED]))
    return found[0]


# Filters


def _meets(study: Study, wanted: Filter) -> bool:
    return (
        (not wanted.states or study.state in wanted.states)
        and (not wanted.texts or study.text in wanted.texts)
        and _any(wanted.languages, lambda asked: asked.strip().casefold() in _languages(study))
        and _any(wanted.kinds, lambda asked: speaks_of(study.description.kind, asked))
        and _is_between(study.description.year, wanted.year_from, wanted.year_to)
    )


def _any(asked: Sequence[str], met: Callable[[str], bool]) -> bool:
    return not asked or any(map(met, asked))


def _languages(study: Study) -> tuple[str, ...]:
    return (*study.languages, *study.description.languages)


def _is_between(year: int | None, first: int | None, last: int | None) -> bool:
    if first is None and last is None:
        return True
    return year is not None and (first is None or year >= first) and (last is None or year <= last)


def _has(study: Study, gaps: Iterable[Gap], appraised: dict[str, Appraisal]) -> bool:
    return all(_lacks(study, gap, appraised.get(study.id)) for gap in gaps)


def _lacks(study: Study, gap: Gap, appraisal: Appraisal | None) -> bool:
    if gap is Gap.APPRAISAL:
        return appraisal is None or not appraisal.confirmed
    described = study.description
    return {
        Gap.YEAR: described.year is None,
        Gap.AUTHORS: not described.authors,
        Gap.TITLE: is_titled_by_file(study),
        Gap.IDENTIFIER: not any(name != "about" for name, _ in described.identifiers),
        Gap.OCR: study.text is TextState.NEEDS_OCR,
        Gap.FILE: study.text is TextState.NO_FILE,
    }[gap]


def is_titled_by_file(study: Study) -> bool:
    """Is its title no more than the name of its file?"""
    source = dict(study.description.sources).get("title", "")
    return source == Source.FILE_NAME or (not source and study.title in ("", Path(study.file_name).stem))


# Words


Way = tuple[tuple[str, ...], float]
"""A way to say a word: stems that all have to stand there, and what they tell beside the word itself (1)."""


@dataclass(frozen=True, slots=True)
class _Idea:
    """One word that is looked for: the ways to say it, or the letters that have to stand there."""

    ways: tuple[Way, ...] = ()
    letters: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a study: what each stem and each word tells, and the texts of the fields with their weights."""

    stems: dict[str, float]
    words: dict[str, float]
    texts: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, study: Study) -> _Said:
        """All that the words of a filter are looked for in."""
        texts = tuple((_folded(text), weight) for text, weight in _texts(study) if text)
        stems, words = dict[str, float](), dict[str, float]()
        for text, weight in texts:
            for word in tokens(text):
                words[word] = max(weight, words.get(word, 0.0))
                for one in _stems(word):
                    stems[one] = max(weight, stems.get(one, 0.0))
        return cls(stems, words, texts)

    def tells(self, idea: _Idea) -> float:
        """How much of an idea is said of the study; 0 where nothing is."""
        if idea.letters:
            beginning = re.compile(rf"(?<!\w){re.escape(idea.letters)}")
            return max((weight for text, weight in self.texts if beginning.search(text)), default=0.0)
        return max((share * min(map(self._stands, way)) for way, share in idea.ways), default=0.0)

    def _stands(self, stem: str) -> float:
        """The best field in which a stem is that of a word, or less: a part of one, as in Swedish compounds."""
        if stem in self.stems or len(stem) < _LEAST_PART:
            return self.stems.get(stem, 0.0)
        return _WITHIN_A_WORD * max((weight for word, weight in self.words.items() if stem in word), default=0.0)


def _texts(study: Study) -> Iterator[tuple[str, float]]:
    described = study.description
    texts = {
        "title": described.title,
        "subtitle": described.subtitle,
        "authors": " ".join(described.authors),
        "identifiers": " ".join(value for _, value in described.identifiers),
        "topics": " ".join(described.topics),
        "year": str(described.year or ""),
        "file": " ".join(file.name for file in study.files),
        "published_in": described.published_in,
        "publisher": described.publisher,
        "abstract": described.abstract,
        "remark": described.remark,
    }
    return ((text, _WEIGHTS[field]) for field, text in texts.items())


def _best(studies: list[Study], ideas: list[_Idea]) -> list[Study]:
    """The studies that say at least half of the ideas, the best first; rare ideas tell more (idf as in Lucene's BM25).

    Where several are looked for, what tells little beside the best is left out: common words alone.
    """
    told = [[said.tells(idea) for idea in ideas] for said in map(_Said.of, studies)]
    met = [sum(tells[i] > 0 for tells in told) for i in range(len(ideas))]
    rarity = [math.log(1 + (len(studies) - n + 0.5) / (n + 0.5)) for n in met]
    scores = [
        sum(map(float.__mul__, tells, rarity)) if 2 * sum(tell > 0 for tell in tells) >= len(ideas) else 0.0
        for tells in told
    ]
    least = max(scores, default=0.0) * (_BESIDE_THE_BEST if len(ideas) > 1 else 0.0)
    ranked = sorted(range(len(studies)), key=lambda place: -scores[place])
    return [studies[place] for place in ranked if scores[place] and scores[place] >= least]


def _ideas(library: Library, words: str) -> Iterator[_Idea]:
    """The words that carry matter, each with what the term list says it means in the other language.

    What has a digit in it, such as a DOI or a number in a series, is looked for letter by letter.
    """
    grammar = FUNCTION_WORDS["sv"] | FUNCTION_WORDS["en"]
    found = [match for match in re.finditer(r"\S+", words) if tokens(match.group())]
    meanings = list(_meanings(library, words))
    for match in [m for m in found if not grammar.issuperset(tokens(m.group()))] or found:
        if any(sign.isdigit() for sign in match.group()):
            yield _Idea(letters=_folded(match.group().strip(".,;:()")))
            continue
        read = (way for start, end, way in meanings if start < match.end() and end > match.start())
        yield _Idea((*_own(match.group()), *read))


def _own(word: str) -> Iterator[Way]:
    for language in LANGUAGES:
        yield _way(word, language), 1.0


def _meanings(library: Library, words: str) -> Iterator[tuple[int, int, Way]]:
    """Where in a text something stands that the term list knows, and what it means, read as either language."""
    for language in LANGUAGES:
        other: Language = "en" if language == "sv" else "sv"
        for start, end, equivalents in _glossed(library, words, language):
            for way in filter(None, (_way(one, other) for one in equivalents)):
                yield start, end, (way, _IN_THE_OTHER_LANGUAGE)


def _glossed(library: Library, words: str, language: Language) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The pieces of a text with their equivalents; of an English form those of its base too: guards, guard."""
    for piece in library.gloss(words, language).pieces:
        yield piece.start, piece.end, piece.equivalents
        for base in english_bases(piece.source.lower()) if language == "en" else ():
            for one in library.gloss(base, language).pieces:
                yield piece.start, piece.end, one.equivalents


def _way(text: str, language: Language) -> tuple[str, ...]:
    return tuple(stem(token, language) for token in tokens(_folded(text)))


@lru_cache(maxsize=50_000)
def _stems(word: str) -> frozenset[str]:
    return frozenset(stem(word, language) for language in LANGUAGES)


def _folded(text: str) -> str:
    """A text in lower case without the accents that are often left out: Norén as Noren, but not å as a."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if sign not in _ACCENTS))
