"""Finds what the judge's confidence is made of and where its bar lies, on folds that it is not tried on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from corpus.library import Library
from corpus.text import one_line
from corpus.words import Fault
from evals.gold import Located
from evals.measures import area_under_risk, auroc
from evals.weights import comment, logistic
from retriever.ask import consider
from retriever.judge import features

Floats = npt.NDArray[np.float64]

FOLDS = 5
BARS = tuple(round(0.05 * n, 2) for n in range(2, 20))
"""Bars tried."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what it is judged by, whether its quotes come from a gold page, and its fold (0 to 4)."""

    source: str
    features: tuple[float, float]
    quoted: bool
    right: bool
    answerable: bool
    fold: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The judge's fit on all questions, and how it does on folds that it was not fitted on.

    `answered`, `right` and `wrong` count questions at the crossed bar. Wrong is an answer that cites no gold page.
    """

    gap: float
    cosine: float
    intercept: float
    bar: float
    questions: int
    answered: int
    right: int
    wrong: int
    auroc: float
    aurc: float

    def line(self) -> str:
        """One line for a person."""
        return (
            f"bar {self.bar:g}  gap {self.gap:.3f}  cosine {self.cosine:.3f}  intercept {self.intercept:.3f}  crossed: "
            f"{self.answered} of {self.questions} answered, {self.right} right, {self.wrong} wrong, "
            f"AUROC {self.auroc:.3f}, AURC {self.aurc:.3f}"
        )


def asked_of_cases(library: Library, name: str, cases: Iterable[Located]) -> Iterator[Asked]:
    """What each question is judged by, in an open library; one that is refused outright is left out."""
    for located in cases:
        try:
            considered = consider(library, located.case.question)
        except Fault:
            continue
        if considered.pages:
            yield Asked(
                source=name,
                features=features(considered.pages),
                quoted=bool(considered.citations),
                right=any((c.study_id, c.page) in located.grades for c in considered.citations),
                answerable=located.case.answerable == "yes",
                fold=fold_of(located.document),
            )


def fold_of(document: str) -> int:
    """The fold of a document's questions, always the same, so that one document is never on both sides."""
    return hashlib.sha256(document.encode()).digest()[0] % FOLDS


def find_bar(asked: Sequence[Asked], wrong_costs: float = 1.0) -> Bar | None:
    """The fit and the bar with the most right answers less `wrong_costs` for each wrong one.

    None where a fold is empty, or a fit would have only right or only wrong questions to learn from.
    """
    folds = [[one for one in asked if one.fold == n] for n in range(FOLDS)]
    others = [[one for one in asked if one.fold != n] for n in range(FOLDS)]
    if not all(folds) or any(len({one.right for one in told}) < 2 for told in others):
        return None
    confidences: list[float] = []
    right: list[bool] = []
    counted: Counter[str] = Counter()
    for told, learnt in zip(folds, others, strict=True):
        fitted = _fit(learnt)
        bar = _best_bar(learnt, confidence(learnt, fitted), wrong_costs)
        sure = confidence(told, fitted)
        confidences += map(float, sure)
        right += [one.right for one in told]
        counted.update(_outcomes(told, sure, bar))
    fitted = _fit(asked)
    gap, cosine, intercept = map(float, fitted)
    return Bar(
        gap=gap,
        cosine=cosine,
        intercept=intercept,
        bar=_best_bar(asked, confidence(asked, fitted), wrong_costs),
        questions=len(asked),
        answered=counted["right"] + counted["wrong"],
        right=counted["right"],
        wrong=counted["wrong"],
        auroc=auroc(*([c for c, yes in zip(confidences, right, strict=True) if yes == want] for want in (True, False))),
        aurc=area_under_risk(confidences, right),
    )


def _fit(asked: Sequence[Asked]) -> Floats:
    return logistic(np.array([one.features for one in asked]), np.array([float(one.right) for one in asked]))


def confidence(asked: Sequence[Asked], fitted: Floats) -> Floats:
    """The confidence in each question under a fit (gap, cosine, intercept), shape (n,)."""
    x = np.column_stack([np.array([one.features for one in asked]), np.ones(len(asked))])
    return np.asarray(1 / (1 + np.exp(-x @ fitted)))


def _best_bar(asked: Sequence[Asked], sure: Floats, wrong_costs: float) -> float:
    """The bar in the middle of the best ones."""
    worth = []
    for bar in BARS:
        counted = _outcomes(asked, sure, bar)
        worth.append(counted["right"] - wrong_costs * counted["wrong"])
    best = [bar for bar, value in zip(BARS, worth, strict=True) if value == max(worth)]
    return best[len(best) // 2]


def _outcomes(asked: Sequence[Asked], sure: Floats, bar: float) -> Counter[str]:
    """How many are answered rightly and wrongly at a bar, and how many are not answered."""
    return Counter(
        ("right" if one.right else "wrong") if one.quoted and s >= bar else "silent"
        for one, s in zip(asked, sure, strict=True)
    )


def bar_table(found: Bar, model: str, asked: Sequence[Asked], wrong_costs: float, on: date) -> str:
    """The model's part of `judge.toml`, with where it came from."""
    names = ", ".join(f"{one_line(name)} ({n})" for name, n in Counter(one.source for one in asked).items())
    held = sum(one.answerable for one in asked)
    told = (
        f"Found {on} by `amp eval tune` on questions of: {names}; {held} can be answered. The target is a quote from a "
        f"gold page. Fitted on four folds of documents and tried on the fifth, with the bar that gave most right "
        f"answers less {wrong_costs:g} for each wrong one: {found.answered} of {found.questions} answered, "
        f"{found.right} right and {found.wrong} wrong, AUROC {found.auroc:.3f}, AURC {found.aurc:.3f}."
    )
    return "\n".join(
        [
            f'["{model}"]',
            *comment(told),
            f"bar = {found.bar:g}",
            f"gap = {found.gap:.3f}",
            f"cosine = {found.cosine:.3f}",
            f"intercept = {found.intercept:.3f}",
            "",
        ]
    )
