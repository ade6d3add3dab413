"""A question to ranked pages: words, page and vectors, weighted for each pair of languages."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

from corpus.choice import EVERYTHING, Choice, Selection
from corpus.language import SCANDINAVIAN
from corpus.lexical import Field
from corpus.library import Library, UnknownPage, UnknownStudy
from corpus.study import Passage
from corpus.text import one_line
from corpus.words import LANGUAGES, Fault, Language
from retriever import cautions, choosing
from retriever.answer import Found, Hit, Question
from retriever.choosing import Scope, scope_of
from retriever.reading import Reading, read, understand

T = TypeVar("T")

MOST_HITS = 200
FIRST = 10
FEWEST_OF_A_LANGUAGE = 3
"""How many of the first ten hits each language has at least, where it holds what may answer."""
_MAY_ANSWER = 0.1  # a page of the other language this much likelier than nought, beside the best page's 1
_CANDIDATES = 100
_PAGE: dict[str, Field] = {"sv": "page_sv", "en": "page_en"}


class BadCount(Fault):
    """The number of hits asked for is out of range."""

    code = "bad_count"


@dataclass(frozen=True, slots=True)
class Weights:
    """What a passage's words, its page's words and its vector count for, and how that reads as a probability.

    strength = words * coverage + page * page coverage + vectors * cosine;
    score = 1 / (1 + exp(-(intercept + slope * strength))), so that scores of different pairs of languages compare.
    """

    words: float
    page: float
    vectors: float
    slope: float
    intercept: float

    def strength(self, coverage: float, page: float, cosine: float) -> float:
        """The weighted sum."""
        return self.words * coverage + self.page * page + self.vectors * max(cosine, 0.0)

    def share(self, strength: float) -> float:
        """The sum as a share of the most it can be: how well the question is met, whatever the pair of languages."""
        return strength / (self.words + self.page + self.vectors)

    def score(self, strength: float) -> float:
        """The sum as a probability (Platt 1999, Probabilistic Outputs for Support Vector Machines)."""
        return 1 / (1 + math.exp(-(self.intercept + self.slope * strength)))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer. `coverage`, `page` and `cosine` lie between 0 and 1 (cosine may be below)."""

    passage: Passage
    coverage: float
    page: float
    cosine: float
    strength: float
    score: float


def search(
    library: Library,
    text: str,
    k: int = 10,
    only: Language | None = None,
    choice: Choice = EVERYTHING,
    today: date | None = None,
) -> Found:
    """The k pages that best match a question, best first, each by its best passage; of one language with `only`.

    `choice` says which studies may answer; `today` is the day for which is said whether they are in force, else this
    one. Raises EmptyQuestion, LongQuestion, OtherLanguage, BadCount or UnknownStudy.
    """
    if not 1 <= k <= MOST_HITS:
        raise BadCount(k=k, limit=MOST_HITS)
    question = understand(text)
    return looking_again(lambda: _search(library, question, k, scope_of(library, only, choice, today)))


def _search(library: Library, question: Question, k: int, scope: Scope) -> Found:
    reading = read(library, question)
    pages = balanced(by_page(candidates(library, reading, scope.only, scope.selection)), k)
    hits = tuple(hit(library, candidate, question.language, scope.today) for candidate in pages[:k])
    library.notice(reading.gloss, question.language)
    return Found(
        question=question,
        hits=hits,
        searched=searched(library, scope.only, scope.selection),
        returned=counted(h.language for h in hits),
        understood=reading.understood,
        fingerprint=library.fingerprint,
        choice=scope.choice,
        notices=choosing.notices(library, scope.choice, question.language),
    )


def searched(library: Library, only: Language | None = None, within: Selection | None = None) -> dict[str, int]:
    """How many passages of each language a search looks through, Swedish and English always named."""
    counts = library.passage_counts() if within is None else within.counts
    return {"sv": 0, "en": 0, **{language: counts[language] for language in _languages(counts, only)}}


def counted(languages: Iterable[str]) -> dict[str, int]:
    """How many there are of each language, Swedish and English always named."""
    return {"sv": 0, "en": 0, **Counter(languages)}


def _languages(counts: Mapping[str, int], only: Language | None) -> tuple[str, ...]:
    """The languages to search; Danish and Norwegian go with Swedish."""
    return tuple(held for held in counts if only is None or near(held) == only)


def near(language: str) -> str:
    """The language whose weights and words serve for this one."""
    return "sv" if language in SCANDINAVIAN else language


def looking_again(look: Callable[[], T]) -> T:
    """Look once more where a study was removed between finding it and reading it."""
    try:
        return look()
    except (UnknownStudy, UnknownPage):
        return look()


def candidates(
    library: Library, reading: Reading, only: Language | None = None, within: Selection | None = None
) -> list[Candidate]:
    """Passages that words or vectors bring up, as many of each language, each with all measures, best first.

    `within` a selection nothing else is looked at, so that as many come up as without it.
    """
    languages = _languages(library.passage_counts() if within is None else within.counts, only)
    nearest = library.nearest(reading.vector, _CANDIDATES, languages, within)
    table = weights(library.embedder.identity.name)
    found: list[Candidate] = []
    by_field: dict[Field, set[int]] = {}
    for language in languages:
        field = reading.field(language)
        ids = by_field.setdefault(field, set())
        ids |= {i for i, _ in nearest[language]}
        ids |= {i for i, _ in library.matching(field, reading.words[field], _CANDIDATES, language, within)}
    cosine = library.cosines(reading.vector, set().union(*by_field.values()))
    for field, ids in by_field.items():
        coverage = library.coverage(field, reading.words[field], ids)
        page = library.coverage(_PAGE[field], reading.stems(field), ids)
        for i, passage in library.passages(sorted(ids)).items():
            measures = coverage.get(i, 0.0), page.get(i, 0.0), cosine.get(i, 0.0)
            found.append(_candidate(passage, *measures, weight=table[pair(reading.question, passage)]))
    return sorted(found, key=lambda c: (-c.score, c.passage.id))


def _candidate(passage: Passage, coverage: float, page: float, cosine: float, *, weight: Weights) -> Candidate:
    strength = weight.strength(coverage, page, cosine)
    return Candidate(passage, coverage, page, cosine, strength, weight.score(strength))


def pair(question: Question, passage: Passage) -> str:
    """The key of the weights' table: question language, passage language; a third language weighs as the question's."""
    language = near(passage.language)
    return f"{question.language}-{language if language in LANGUAGES else question.language}"


def of_each_language(found: Sequence[Candidate], most: int) -> list[Candidate]:
    """At most `most` candidates, half of them of each language where it holds what may answer, in their order."""
    bar = _MAY_ANSWER * found[0].score if found else 0.0
    first: list[Candidate] = []
    for language in LANGUAGES:
        first += [c for c in found if near(c.passage.language) == language and c.score >= bar][: most // 2]
    rest = [c for c in found if c not in first][: most - len(first)]
    return sorted([*first, *rest], key=lambda c: (-c.score, c.passage.id))


def by_page(found: Iterable[Candidate]) -> list[Candidate]:
    """The best candidate of each page, best page first: ten hits are ten places to look."""
    best: dict[tuple[str, int], Candidate] = {}
    for candidate in found:
        best.setdefault((candidate.passage.study_id, candidate.passage.page), candidate)
    return list(best.values())


def balanced(pages: Sequence[Candidate], k: int) -> list[Candidate]:
    """The same pages, with at least three of each language among the first ten where it holds what may answer.

    Those that are moved up stand last of the ten, in their own order, so that the best pages stay first. Of a shorter
    list each language has as large a share, rounded down.
    """
    first = min(k, FIRST)
    fewest = first * FEWEST_OF_A_LANGUAGE // FIRST
    bar = _MAY_ANSWER * pages[0].score if pages else 0.0
    head, tail = list(pages[:first]), list(pages[first:])
    for language in LANGUAGES:
        lacking = fewest - sum(near(c.passage.language) == language for c in head)
        moved = [c for c in tail if near(c.passage.language) == language and c.score >= bar][: max(0, lacking)]
        others = [c for c in head if near(c.passage.language) != language]
        leaving = others[len(others) - len(moved) :] if moved else []
        head = [c for c in head if c not in leaving] + moved
        tail = sorted([c for c in tail if c not in moved] + leaving, key=lambda c: (-c.score, c.passage.id))
    return head + tail


def hit(library: Library, candidate: Candidate, language: Language, today: date) -> Hit:
    """A candidate with what a reader, in a language and on a day, wants to know of it.

    Raises UnknownStudy or UnknownPage.
    """
    passage = candidate.passage
    study = library.study(passage.study_id)
    page = library.page(passage.study_id, passage.page)
    return Hit(
        study_id=study.id,
        file=study.file_name,
        title=study.title,
        page=page.number,
        page_label=page.label,
        language=passage.language,
        score=round(candidate.score, 4),
        text=one_line(passage.text),
        passage_id=passage.id,
        start=passage.start,
        end=passage.end,
        cautions=(*cautions.of_study(library, study, language, today), *cautions.of_page(page, language)),
    )


@cache
def weights(model: str) -> dict[str, Weights]:
    """The table of `weights.toml` for a model, by "question language-passage language"."""
    with (Path(__file__).parent / "weights.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {name: Weights(**values) for name, values in tables.get(model, tables["*"]).items()}
