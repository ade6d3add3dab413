"""Finds what the judge's confidence is made of and where its bar lies, on folds that it is not tried on."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
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
from retriever.judge import SIGNALS, Signals, probability

Floats = npt.NDArray[np.float64]

FOLDS = 5
TWINS_COUNT = 0.25
"""What a twin counts for in a fit, beside 1 for a question that somebody asked."""
BARS = tuple(round(0.05 * n, 2) for n in range(2, 20))
"""Bars tried."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what it is judged by, whether its quotes come from a gold page, and its fold (0 to 4).

    A `twin` is an answerable question asked again with its gold documents passed over: near to what is held, in its
    own words, and not to be answered. It is learnt from, but nothing is counted on it.
    """

    source: str
    signals: Signals
    quoted: bool
    right: bool
    answerable: bool
    fold: int
    twin: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """The judge's fit on all questions, and how it does on folds that it was not fitted on.

    `answered`, `right` and `wrong` count questions at the crossed bar. Wrong is an answer that cites no gold page.
    """

    fit: Mapping[str, float]
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
            f"bar {self.bar:g}  {'  '.join(f'{name} {value:.3f}' for name, value in self.fit.items())}  crossed: "
            f"{self.answered} of {self.questions} answered, {self.right} right, {self.wrong} wrong, "
            f"AUROC {self.auroc:.3f}, AURC {self.aurc:.3f}"
        )


def asked_of_cases(library: Library, name: str, cases: Iterable[Located]) -> Iterator[Asked]:
    """What each question is judged by, in an open library, and its twin's; one that is refused outright is left out."""
    for located in cases:
        try:
            yield from _asked(library, name, located)
        except Fault:
            continue


def _asked(library: Library, name: str, located: Located) -> Iterator[Asked]:
    considered = consider(library, located.case.question)
    if considered.signals is None:
        return
    asked = Asked(
        source=name,
        signals=considered.signals,
        quoted=bool(considered.citations),
        right=any((c.study_id, c.page) in located.grades for c in considered.citations),
        answerable=located.case.answerable == "yes",
        fold=fold_of(located.document),
    )
    yield asked
    documents = {study for study, _ in located.grades}
    if asked.answerable and documents:
        without = consider(library, located.case.question, without=documents)
        if without.signals is not None:
            yield replace(asked, signals=without.signals, right=False, answerable=False, twin=True)


def fold_of(document: str) -> int:
    """The fold of a document's questions, always the same, so that one document is never on both sides."""
    return hashlib.sha256(document.encode()).digest()[0] % FOLDS


def find_bar(asked: Sequence[Asked], wrong_costs: float = 1.0) -> Bar | None:
    """The fit of whether a question can be answered, and the bar with the most right answers less what wrong ones cost.

    An answer is right when it quotes a gold page; each other one costs `wrong_costs`. None where a fold is empty, or a
    fit would have only answerable or only other questions to learn from.
    """
    folds = [[one for one in asked if one.fold == n] for n in range(FOLDS)]
    others = [[one for one in asked if one.fold != n] for n in range(FOLDS)]
    if not all(folds) or any(len({one.answerable for one in told}) < 2 for told in others):
        return None
    confidences: list[float] = []
    right: list[bool] = []
    counted: Counter[str] = Counter()
    for told, learnt in zip(folds, others, strict=True):
        fitted = _fit(learnt)
        real = _real(told)
        sure = confidence(real, fitted)
        confidences += map(float, sure)
        right += [one.right for one in real]
        counted.update(_outcomes(real, sure, _best_bar(_real(learnt), fitted, wrong_costs)))
    fitted = _fit(asked)
    return Bar(
        fit=fitted,
        bar=_best_bar(_real(asked), fitted, wrong_costs),
        questions=len(_real(asked)),
        answered=counted["right"] + counted["wrong"],
        right=counted["right"],
        wrong=counted["wrong"],
        auroc=auroc(*([c for c, yes in zip(confidences, right, strict=True) if yes == want] for want in (True, False))),
        aurc=area_under_risk(confidences, right),
    )


def _real(asked: Iterable[Asked]) -> list[Asked]:
    """The questions that somebody asked, without their twins."""
    return [one for one in asked if not one.twin]


def _fit(asked: Sequence[Asked]) -> dict[str, float]:
    features = np.array([astuple(one.signals) for one in asked])
    counts = np.array([TWINS_COUNT if one.twin else 1.0 for one in asked])
    found = logistic(features, np.array([float(one.answerable) for one in asked]), counts)
    return dict(zip((*SIGNALS, "intercept"), map(float, found), strict=True))


def confidence(asked: Sequence[Asked], fit: Mapping[str, float]) -> Floats:
    """The confidence in each question under a fit, shape (n,)."""
    return np.array([probability(fit, one.signals) for one in asked])


def _best_bar(asked: Sequence[Asked], fit: Mapping[str, float], wrong_costs: float) -> float:
    """The bar in the middle of the best ones."""
    sure = confidence(asked, fit)
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
    real = _real(asked)
    names = ", ".join(f"{one_line(name)} ({n})" for name, n in Counter(one.source for one in real).items())
    held = sum(one.answerable for one in real)
    told = (
        f"Found {on} by `amp eval tune` on questions of: {names}; {held} can be answered. The target is that it can. "
        f"{len(asked) - len(real)} of them were asked again without their documents, at a weight of "
        f"{TWINS_COUNT:g}. Fitted on four folds of documents and tried on the fifth, with the bar that gave most right "
        f"answers less {wrong_costs:g} for each wrong one: {found.answered} of {found.questions} answered, "
        f"{found.right} right and {found.wrong} wrong, AUROC {found.auroc:.3f}, AURC {found.aurc:.3f}."
    )
    return "\n".join(
        [
            f'["{model}"]',
            *comment(told),
            f"bar = {found.bar:g}",
            *(f"{name} = {value:.3f}" for name, value in found.fit.items()),
            "",
        ]
    )
