"""Does the corpus answer this at all? A confidence between 0 and 1, and a bar."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.language import content_stems, stem, tokens
from corpus.library import Library
from retriever.answer import Question
from retriever.search import Candidate, content


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, how sure, and the question's words that no passage holds."""

    answered: bool
    confidence: float
    unknown: tuple[str, ...]


def judge(library: Library, question: Question, pages: Sequence[Candidate], chosen: int) -> Verdict:
    """Judge by the best page's score; with no sentence chosen there is no answer. The fit is in `judge.toml`."""
    bar, slope, intercept = _fit(library.embedder.identity.name, question.language)
    score = pages[0].score if pages else 0.0
    confidence = 1 / (1 + math.exp(-(intercept + slope * score))) if pages else 0.0
    return Verdict(chosen > 0 and confidence >= bar, round(confidence, 3), unknown_words(library, question))


def unknown_words(library: Library, question: Question) -> tuple[str, ...]:
    """The content words of a question whose stem stands in no passage, as they were written."""
    wanted = set(content_stems(content(question), question.language))
    missing = {word for word in wanted if not library.holds(word)}
    words = (word for word in tokens(question.text) if stem(word, question.language) in missing)
    return tuple(dict.fromkeys(words))


@cache
def _fit(model: str, language: str) -> tuple[float, float, float]:
    with (Path(__file__).parent / "judge.toml").open("rb") as file:
        table = tomllib.load(file)
    fitted = table.get(model, table["*"])[language]
    return table["bar"], fitted["slope"], fitted["intercept"]
