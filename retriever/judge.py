"""Does the corpus answer this at all? A probability between 0 and 1, and a bar."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path

from corpus.language import FUNCTION_WORDS, content_stems, tokens
from corpus.library import Library
from corpus.words import Language
from retriever.matter import page_terms, weight_held
from retriever.reading import Reading
from retriever.search import Candidate

_FIFTH = 4
_FEW = -4.0
"""Stands for the fifth page's logit in a library of fewer pages: the page that a fifth would be tells nothing."""
_PAGES = 5
_GIVEN_PAGES = 3


@dataclass(frozen=True, slots=True)
class Signals:
    """What an answer is judged by.

    `covered` is the share of what the question is about that the best of the first five pages holds, and `asked` how
    much that is: the same share of a long question tells more than of a short one. Both by weight; `asked` is the
    square root of the sum of idf over the logarithm of the number of passages, so that a word that one passage knows
    counts about 1 in any library. `cosine` is the greatest of the pages; `gap` how far the best page's score stands
    above the fifth's, in logits; `absent` the share of the question's names and numbers that none of the first three
    pages has; `number` whether a figure is asked for.
    """

    covered: float
    asked: float
    cosine: float
    gap: float
    absent: float
    number: float


SIGNALS = tuple(part.name for part in fields(Signals))
"""The names of the signals, as `judge.toml` has them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to answer, how sure, and the question's words that no passage holds."""

    answered: bool
    confidence: float
    unknown: tuple[str, ...]


def judge(library: Library, reading: Reading, given: Signals | None, chosen: int) -> Verdict:
    """Judge by the signals of the best pages, None where there is no page; the fit is in `judge.toml`.

    With no sentence chosen there is no answer.
    """
    fit = _fit(library.embedder.identity.name)
    confidence = probability(fit, given) if given else 0.0
    return Verdict(chosen > 0 and confidence >= fit["bar"], round(confidence, 3), unknown_words(library, reading))


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


def signals(library: Library, reading: Reading, pages: Sequence[Candidate]) -> Signals:
    """What a question's pages, of which there is at least one, say of whether they answer."""
    ranked = sorted(pages, key=lambda page: -page.score)
    fifth = _logit(ranked[_FIFTH].score) if len(ranked) > _FIFTH else _FEW
    fields = [reading.field(page.passage.language) for page in ranked[:_PAGES]]
    held = [page_terms(library, page.passage, field) for page, field in zip(ranked, fields, strict=False)]
    given = [matter for matter in reading.matters if matter.is_given]
    present = [max(m.held(f, have) for f, have in zip(fields, held[:_GIVEN_PAGES], strict=False)) for m in given]
    most = max(weight_held(reading.matters, field, have) for field, have in zip(fields, held, strict=False))
    asked = sum(matter.weight for matter in reading.matters)
    return Signals(
        covered=most / asked if asked else 0.0,
        asked=math.sqrt(asked / math.log(1 + sum(library.passage_counts().values()))),
        cosine=max(page.cosine for page in ranked),
        gap=max(0.0, _logit(ranked[0].score) - fifth),
        absent=1 - sum(present) / len(present) if present else 0.0,
        number=float(reading.asks_for_figure),
    )


def probability(fit: Mapping[str, float], given: Signals) -> float:
    """The signals under a fit (logistic regression): 1 / (1 + exp(-(intercept + the sum of coefficient * signal)))."""
    total = fit["intercept"] + sum(fit[name] * value for name, value in asdict(given).items())
    return 0.5 * (1 + math.tanh(total / 2))  # the same, and never too large to be reckoned with


def _logit(score: float) -> float:
    return math.log(max(score, 1e-6) / max(1 - score, 1e-6))


@cache
def _fit(model: str) -> dict[str, float]:
    with (Path(__file__).parent / "judge.toml").open("rb") as file:
        table = tomllib.load(file)
    return dict(table.get(model, table["*"]))
