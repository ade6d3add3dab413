"""Does the corpus answer this at all? A confidence between 0 and 1, and a bar."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.language import FUNCTION_WORDS, stem, tokens
from corpus.library import Library
from corpus.words import Language
from retriever.reading import Reading
from retriever.search import Candidate


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, how sure, and the question's words that no passage holds."""

    answered: bool
    confidence: float
    unknown: tuple[str, ...]


def judge(library: Library, reading: Reading, pages: Sequence[Candidate], chosen: int) -> Verdict:
    """Judge by the best page's strength; with no sentence chosen there is no answer. The fit is in `judge.toml`."""
    bar, slope, intercept = _fit(library.embedder.identity.name, reading.question.language)
    best = max((page.strength for page in pages), default=0.0)
    confidence = 1 / (1 + math.exp(-(intercept + slope * best))) if pages else 0.0
    return Verdict(chosen > 0 and confidence >= bar, round(confidence, 3), unknown_words(library, reading))


def unknown_words(library: Library, reading: Reading) -> tuple[str, ...]:
    """The words of a question that no passage holds, neither as they are nor in the other language."""
    language = reading.question.language
    missing = (
        word
        for piece in reading.gloss.pieces
        if not (language == "sv" and _any_held(library, "en", " ".join(piece.equivalents or (piece.source,))))
        for word in tokens(piece.source)
        if word not in FUNCTION_WORDS[language] and not _any_held(library, language, word)
    )
    return tuple(dict.fromkeys(missing))


def _any_held(library: Library, language: Language, text: str) -> bool:
    """Does any passage hold the stem of a word of `text` that carries matter?"""
    words = (word for word in tokens(text) if word not in FUNCTION_WORDS[language])
    return any(library.holds(language, stem(word, language)) for word in words)


@cache
def _fit(model: str, language: str) -> tuple[float, float, float]:
    with (Path(__file__).parent / "judge.toml").open("rb") as file:
        table = tomllib.load(file)
    fitted = table.get(model, table["*"])[language]
    return table["bar"], fitted["slope"], fitted["intercept"]
