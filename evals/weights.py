"""Finds what words, page and vectors count for in each pair of languages, on half of the questions."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from textwrap import wrap

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from corpus.library import Library
from corpus.settings import Settings
from corpus.text import one_line
from corpus.words import LANGUAGES, Fault
from evals.beir import fill, read_beir
from evals.benchmark import throw_away_library
from evals.gold import Located
from retriever.reading import read, understand
from retriever.search import Candidate, Weights, candidates, near, weights

Floats = npt.NDArray[np.float64]

_WORDS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.5, 2.5)
_PAGE = (0.0, 0.15, 0.3, 0.5)
_VECTORS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.7, 1.0)
GRID = np.array([(w, p, v) for w, p, v in product(_WORDS, _PAGE, _VECTORS) if max(w, v) == 1.0 or v == 1.0])
"""Weights tried, shape (n, 3): words, page, vectors. Only their ratios matter to a ranking."""

_NEGATIVES = 10
_WORTH_A_CHANGE = 0.005  # of MRR@10; less is noise
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True)
class Example:
    """One question among the passages of one language.

    `measures` has shape (passages, 3): coverage, page coverage, cosine; `pages` numbers each passage's page, and
    `right` says for each page whether it answers. `half` is 0 or 1: weights chosen on one are tried on the other.
    `benchmark` is True for a question of a BEIR folder, False for one of a set over a library.
    """

    source: str
    pair: str
    measures: Floats
    pages: npt.NDArray[np.int64]
    right: npt.NDArray[np.bool_]
    half: int
    benchmark: bool = False


def examples_of_benchmark(folder: Path, settings: Settings) -> Iterator[Example]:
    """Examples of a BEIR folder, in a throw-away library. Raises BadBenchmark."""
    given = read_beir(folder)
    with throw_away_library(settings) as library:
        fill(library, given.texts)
        for query in given.queries:
            found = _examples(library, given.name, query.id, query.text, {(i, 1) for i in query.gold})
            yield from (replace(example, benchmark=True) for example in found)


def examples_of_cases(library: Library, name: str, cases: Iterable[Located]) -> Iterator[Example]:
    """Examples of questions with gold pages in an open library."""
    for located in cases:
        if located.grades:
            yield from _examples(library, name, located.case.id, located.case.question, set(located.grades))


def _examples(library: Library, source: str, name: str, text: str, gold: set[tuple[str, int]]) -> Iterator[Example]:
    """An example for each language that holds an answer."""
    try:
        question = understand(text)
    except Fault:
        return
    found = candidates(library, read(library, question))
    for language in LANGUAGES:
        here = [c for c in found if near(c.passage.language) == language]
        example = _example(source, f"{question.language}-{language}", here, gold, _half(name))
        if example.right.any():
            yield example


def _example(source: str, pair: str, found: Sequence[Candidate], gold: set[tuple[str, int]], half: int) -> Example:
    at: dict[tuple[str, int], int] = {}
    pages = [at.setdefault((c.passage.study_id, c.passage.page), len(at)) for c in found]
    measures = np.array([(c.coverage, c.page, max(c.cosine, 0.0)) for c in found], float).reshape(-1, 3)
    return Example(source, pair, measures, np.array(pages, int), np.array([p in gold for p in at], bool), half)


def _half(name: str) -> int:
    """Which half a question belongs to, always the same, by a hash of its id without its language."""
    bare = name.removesuffix("-sv").removesuffix("-en")
    return hashlib.sha256(bare.encode()).digest()[0] % 2


def page_strengths(example: Example, tried: Floats) -> Floats:
    """The strength of each page, by its best passage, under each row of weights; shape (pages, len(tried))."""
    best = np.full((len(example.right), len(tried)), -np.inf)
    np.maximum.at(best, example.pages, example.measures @ tried.T)
    return best


def reciprocal_ranks(example: Example, tried: Floats) -> Floats:
    """1 / rank of the first right page, 0 beyond rank 10, under each row of weights; shape (len(tried),).

    Wrong pages of the same strength stand before it as often as after.
    """
    strengths = page_strengths(example, tried)
    first = strengths[example.right].max(axis=0)
    wrong = strengths[~example.right]
    ranks = 1 + (wrong > first).sum(axis=0) + (wrong == first).sum(axis=0) / 2
    return np.where(ranks <= 10, 1 / ranks, 0.0)


def mean_by_source(examples: Sequence[Example], tried: Floats) -> Floats:
    """MRR@10 of each row of weights, a source of n questions counting as the root of n; shape (len(tried),).

    So that neither the largest set decides alone nor a handful of questions as much as hundreds.
    """
    counts = Counter(example.source for example in examples)
    means = [np.mean([reciprocal_ranks(e, tried) for e in examples if e.source == s], axis=0) for s in counts]
    return np.asarray(np.average(means, axis=0, weights=[math.sqrt(n) for n in counts.values()]))


@dataclass(frozen=True, slots=True)
class Found:
    """The weights found for a pair on all its questions, and how good they are: MRR@10.

    `crossed` is on each half of the questions with the weights the other half chose; `before` with those in use now.
    """

    pair: str
    weights: Weights
    questions: int
    fitted: float
    crossed: float
    before: float

    def line(self) -> str:
        """One row of a table."""
        w = self.weights
        return (
            f"{self.pair}  words {w.words:.2f}  page {w.page:.2f}  vectors {w.vectors:.2f}  n {self.questions}  "
            f"MRR@10 {self.fitted:.3f}, crossed {self.crossed:.3f}, in use now {self.before:.3f}"
        )

    def toml(self) -> str:
        """The pair's line in the table."""
        return toml(self.pair, self.weights)


def toml(pair: str, w: Weights) -> str:
    """One pair's line in the table."""
    return (
        f'"{pair}" = {{ words = {w.words:g}, page = {w.page:g}, vectors = {w.vectors:g}, '
        f"slope = {w.slope:.2f}, intercept = {w.intercept:.2f} }}"
    )


def find(examples: Sequence[Example], pair: str, model: str) -> Found | None:
    """The best weights of the grid for a pair; None where a half has no question of this pair.

    Those in use stay where the grid's are hardly better on questions that did not choose them.
    """
    mine = [e for e in examples if e.pair == pair]
    halves = [e for e in mine if e.half == 0], [e for e in mine if e.half == 1]
    if not all(halves):
        return None
    now = weights(model)[pair]
    used = np.array((now.words, now.page, now.vectors))
    before = _mrr(mine, used)
    crossed = float(np.mean([_mrr(told, _best(fitted)) for fitted, told in (halves, halves[::-1])]))
    best = _best(mine) if crossed > before + _WORTH_A_CHANGE else used
    slope, intercept = curve_of(mine, best)
    return Found(
        pair=pair,
        weights=Weights(float(best[0]), float(best[1]), float(best[2]), slope, intercept),
        questions=len(mine),
        fitted=_mrr(mine, best),
        crossed=crossed,
        before=before,
    )


def _mrr(examples: Sequence[Example], chosen: Floats) -> float:
    return float(mean_by_source(examples, chosen[np.newaxis])[0])


def find_all(examples: Sequence[Example], model: str) -> list[Found]:
    """What was found for each pair that has questions."""
    pairs = [f"{asked}-{written}" for asked in LANGUAGES for written in LANGUAGES]
    return [found for pair in pairs if (found := find(examples, pair, model))]


def _best(examples: Sequence[Example]) -> Floats:
    return np.asarray(GRID[int(smoothed(mean_by_source(examples, GRID)).argmax())])


def smoothed(scores: Floats) -> Floats:
    """Each setting's score averaged with those of its neighbours in the grid, so that a lucky one does not win."""
    steps = np.log(GRID + 0.1)
    near_by = np.linalg.norm(steps[:, None] - steps[None, :], axis=2) < 0.75
    return np.asarray((near_by * scores).sum(axis=1) / near_by.sum(axis=1))


def curve_of(examples: Sequence[Example], chosen: Floats) -> tuple[float, float]:
    """Slope and intercept by which a strength reads as a probability: the mean of benchmarks' and of libraries' curves.

    A benchmark has many questions, but its documents are not studies of both languages on one subject, and scores must
    compare between the languages of such a library. On held-out questions the mean did better than either alone.
    """
    grounds = [[e for e in examples if e.benchmark == benchmark] for benchmark in (True, False)]
    curves = [platt(*_outcomes(ground, chosen)) for ground in grounds if ground]
    slope, intercept = np.mean(curves, axis=0)
    return float(slope), float(intercept)


def _outcomes(examples: Sequence[Example], chosen: Floats) -> tuple[Floats, Floats]:
    """Strength and outcome (1 right, 0 wrong) of the best right page and of the ten strongest wrong ones."""
    strengths: list[float] = []
    outcomes: list[float] = []
    for example in examples:
        found = page_strengths(example, chosen[np.newaxis])[:, 0]
        wrong = np.sort(found[~example.right])[::-1][:_NEGATIVES]
        strengths += [float(found[example.right].max()), *map(float, wrong)]
        outcomes += [1.0, *[0.0] * len(wrong)]
    return np.array(strengths), np.array(outcomes)


def platt(strengths: Floats, outcomes: Floats) -> tuple[float, float]:
    """Slope and intercept of the logistic curve through outcomes (Platt 1999)."""
    slope, intercept = logistic(strengths[:, np.newaxis], outcomes)
    return float(slope), float(intercept)


def logistic(features: Floats, outcomes: Floats, counts: Floats | None = None) -> Floats:
    """Coefficients and intercept, shape (d + 1,), of a logistic regression of outcomes (n,) on features (n, d).

    `counts` (n,) is what each outcome counts for, by default 1.
    With a ridge of 0.001, so that a curve is found also where the features part the outcomes wholly.
    """
    x = np.column_stack([features, np.ones(len(features))])
    w = np.ones(len(features)) if counts is None else counts

    def loss(fitted: Floats) -> float:
        z = x @ fitted
        return float(w @ np.logaddexp(0, z) - (w * outcomes) @ z + _RIDGE * (fitted @ fitted) / 2)

    def slope(fitted: Floats) -> Floats:
        return np.asarray(x.T @ (w * (expit(x @ fitted) - outcomes)) + _RIDGE * fitted)

    def curve(fitted: Floats) -> Floats:
        p = expit(x @ fitted)
        return np.asarray((x * (w * p * (1 - p))[:, None]).T @ x + _RIDGE * np.eye(x.shape[1]))

    start = np.zeros(x.shape[1])
    found = minimize(loss, start, jac=slope, hess=curve, method="trust-exact", options={"gtol": 1e-8, "maxiter": 500})
    return np.asarray(found.x)


def table(found: Sequence[Found], model: str, sources: Iterable[str], on: date) -> str:
    """The model's part of `weights.toml`, with where it came from; a pair without questions keeps what it has."""
    names = ", ".join(f"{one_line(name)} ({n})" for name, n in Counter(sources).items())
    figures = ", ".join(f"{f.pair} {f.fitted:.3f} / {f.crossed:.3f} (n {f.questions})" for f in found)
    kept = {pair: held for pair, held in weights(model).items() if pair not in {f.pair for f in found}}
    told = (
        f"Found {on} by `amp eval tune` on questions of: {names}. Questions are split in halves by a hash of their id. "
        f"MRR@10 on all of them / on each half with the weights the other half chose: {figures}."
    )
    if kept:
        told += f" As they were, without questions: {', '.join(kept)}."
    lines = [one.toml() for one in found] + [toml(pair, held) for pair, held in kept.items()]
    return "\n".join([f'["{model}"]', *comment(told), *lines, ""])


def comment(text: str) -> list[str]:
    """A text as lines of a comment."""
    return wrap(text, 118, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False)
