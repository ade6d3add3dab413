"""Does the corpus answer this at all? A confidence between 0 and 1, and a bar."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from corpus.language import FUNCTION_WORDS, content_stems, tokens
from corpus.library import Library
from corpus.words import Language
from retriever.reading import Reading
from retriever.search import Candidate

_FIFTH = 4
_FEW = -4.0
"""Stands for the fifth page's logit in a library of fewer pages: the page that a fifth would be tells nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, how sure, and the question's words that no passage holds."""

    answered: bool
    confidence: float
    unknown: tuple[str, ...]


def judge(library: Library, reading: Reading, pages: Sequence[Candidate], chosen: int) -> Verdict:
    """Judge by how far the best page stands above the fifth, and by its cosine; the fit is in `judge.toml`.

    Where five pages fit alike, most often none of them answers. With no sentence chosen there is no answer.
    """
    fit = _fit(library.embedder.identity.name)
    confidence = _confidence(fit, pages) if pages else 0.0
    bar = fit["bar"]
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
    return any(library.holds(language, stem) for stem in content_stems(text, language))


def features(pages: Sequence[Candidate]) -> tuple[float, float]:
    """What is judged by: how far the best page's score stands above the fifth's, in logits, and its cosine."""
    ranked = sorted(pages, key=lambda page: -page.score)
    fifth = _logit(ranked[_FIFTH].score) if len(ranked) > _FIFTH else _FEW
    return max(0.0, _logit(ranked[0].score) - fifth), ranked[0].cosine


def _confidence(fit: dict[str, float], pages: Sequence[Candidate]) -> float:
    gap, cosine = features(pages)
    return 1 / (1 + math.exp(-(fit["intercept"] + fit["gap"] * gap + fit["cosine"] * cosine)))


def _logit(score: float) -> float:
    return math.log(max(score, 1e-6) / max(1 - score, 1e-6))


@cache
def _fit(model: str) -> dict[str, float]:
    with (Path(__file__).parent / "judge.toml").open("rb") as file:
        table = tomllib.load(file)
    return dict(table.get(model, table["*"]))
