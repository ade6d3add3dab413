"""A question to ranked pages: words and vectors, weighted for each pair of languages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from corpus.language import FUNCTION_WORDS, question_language, tokens
from corpus.library import Library, UnknownPage, UnknownStudy
from corpus.study import Passage
from corpus.text import one_line
from corpus.words import Fault
from retriever.answer import Found, Hit, Question

T = TypeVar("T")

LONGEST_QUESTION = 2000
MOST_HITS = 200
_LEXICAL_CANDIDATES = 200
_DENSE_CANDIDATES = 100
_CLOSE = {"da": "sv", "no": "sv", "nb": "sv", "nn": "sv"}


class EmptyQuestion(Fault):
    """Nothing was asked."""

    code = "empty_question"


class LongQuestion(Fault):
    """The question is longer than a question should be."""

    code = "long_question"


class BadCount(Fault):
    """The number of hits asked for is out of range."""

    code = "bad_count"


@dataclass(frozen=True, slots=True)
class Weights:
    """What a passage's coverage of the words and its cosine with the question count for."""

    words: float
    vectors: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer. `coverage` and `cosine` lie between 0 and 1 (cosine may be below)."""

    passage: Passage
    coverage: float
    cosine: float
    score: float


def understand(text: str) -> Question:
    """The question, stripped, with its language. Raises EmptyQuestion, LongQuestion or OtherLanguage."""
    text = one_line(text.encode("utf-8", "replace").decode("utf-8"))  # half characters become question marks
    if not any(character.isalnum() for character in text):
        raise EmptyQuestion()
    if len(text) > LONGEST_QUESTION:
        raise LongQuestion(length=len(text), limit=LONGEST_QUESTION)
    return Question(text, question_language(text))


def search(library: Library, text: str, k: int = 10) -> Found:
    """The k pages that best match a question, best first, each by its best passage.

    Raises EmptyQuestion, LongQuestion, OtherLanguage or BadCount.
    """
    if not 1 <= k <= MOST_HITS:
        raise BadCount(k=k, limit=MOST_HITS)
    question = understand(text)
    return looking_again(lambda: _search(library, question, k))


def _search(library: Library, question: Question, k: int) -> Found:
    pages = by_page(candidates(library, question))
    hits = tuple(hit(library, candidate) for candidate in pages[:k])
    return Found(question, hits, searched(library), library.fingerprint)


def searched(library: Library) -> dict[str, int]:
    """How many passages of each language a search looks through, Swedish and English always named."""
    return {"sv": 0, "en": 0, **library.passage_counts()}


def looking_again(look: Callable[[], T]) -> T:
    """Look once more where a study was removed between finding it and reading it."""
    try:
        return look()
    except (UnknownStudy, UnknownPage):
        return look()


def candidates(library: Library, question: Question) -> list[Candidate]:
    """Passages that words or vectors bring up, each with both measures, best first."""
    languages = tuple(library.passage_counts())
    words = library.question_terms(content(question), ("sv", "en"))
    vector = library.embedder.encode_query(question.text)
    nearest = library.nearest(vector, _DENSE_CANDIDATES, languages)
    ids = {i for hits in nearest.values() for i, _ in hits}
    ids |= {i for i, _ in library.matching(words, _LEXICAL_CANDIDATES)}
    coverage = library.coverage(words, ids)
    cosine = library.cosines(vector, ids)
    table = weights(library.embedder.identity.name)
    found = (
        _candidate(passage, coverage.get(i, 0.0), cosine.get(i, 0.0), table, question)
        for i, passage in library.passages(sorted(ids)).items()
    )
    return sorted(found, key=lambda c: (-c.score, c.passage.id))


def content(question: Question) -> str:
    """The words of a question that carry matter; all of them where none does."""
    words = tokens(question.text)
    return " ".join(w for w in words if w not in FUNCTION_WORDS[question.language]) or " ".join(words)


def _candidate(
    passage: Passage, coverage: float, cosine: float, table: dict[str, Weights], question: Question
) -> Candidate:
    weight = table[pair(question, passage)]
    return Candidate(passage, coverage, cosine, weight.words * coverage + weight.vectors * max(cosine, 0.0))


def pair(question: Question, passage: Passage) -> str:
    """The key of the weights' table: question language, passage language."""
    return f"{question.language}-{_CLOSE.get(passage.language, passage.language)}"


def by_page(found: Iterable[Candidate]) -> list[Candidate]:
    """The best candidate of each page, best page first: ten hits are ten places to look."""
    best: dict[tuple[str, int], Candidate] = {}
    for candidate in found:
        best.setdefault((candidate.passage.study_id, candidate.passage.page), candidate)
    return list(best.values())


def hit(library: Library, candidate: Candidate) -> Hit:
    """A candidate as it is shown."""
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
    )


@cache
def weights(model: str) -> dict[str, Weights]:
    """The table of `weights.toml` for a model, by "question language-passage language"."""
    with (Path(__file__).parent / "weights.toml").open("rb") as file:
        tables = tomllib.load(file)
    return {pair: Weights(**values) for pair, values in tables.get(model, tables["*"]).items()}
