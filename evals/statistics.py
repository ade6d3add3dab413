"""How sure a figure is: intervals, differences between two runs, and what a set is too small to tell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]

ROUNDS = 2000
LEVEL = 0.95
_Z = 1.959964
_POWER = 0.841621  # the normal quantile of 80 % power
_NIL = 1e-9  # below this a design effect is rounding
_EXACT_UP_TO = 12  # documents; all their sign changes are tried instead of drawn


def wilson(successes: float, n: float, z: float = _Z) -> Interval:
    """95 % interval of a share (Wilson 1927, JASA 22:209), from 0 to 1; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(max(0.0, p * (1 - p)) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def share_interval(values: Sequence[float], clusters: Sequence[str]) -> Interval:
    """95 % interval of a share of questions that come in clusters (the document they are about).

    Wilson's interval with the effective sample size n / design effect and Student's t of the number of clusters less
    one (Korn and Graubard 1998, Survey Methodology 24:193). With one question a cluster the design effect is about 1;
    with one cluster, or all values alike, it is Wilson's own.
    """
    n = len(values)
    sums, sizes = _by_cluster(values, clusters)
    if n == 0 or len(sums) < 2 or len(sums) == n:
        return wilson(sum(values), n)
    p = float(sums.sum()) / n
    if p in (0.0, 1.0):
        return wilson(p * n, n)
    effect = _variance(sums, sizes) / (p * (1 - p) / n)
    effective = n / effect if effect > _NIL else float(n)
    return wilson(p * effective, effective, float(student.ppf(0.975, len(sums) - 1)))


def mean_interval(values: Sequence[float], clusters: Sequence[str], seed: int = 0, rounds: int = ROUNDS) -> Interval:
    """95 % interval of a mean by a bootstrap that draws whole clusters; the same for the same values and seed.

    Percentiles are expanded for few clusters (Hesterberg 2015, The American Statistician 69:371); clusters as in
    Davison and Hinkley 1997, section 3.8. (0, 1) for no values; values of one cluster are drawn one by one. With fewer
    than eight clusters the interval is still somewhat too narrow.
    """
    if not values:
        return 0.0, 1.0
    means, count = _drawn_means(values, clusters, seed, rounds)
    tail = _tail(count)
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _tail(count: int) -> float:
    """The share of drawn means beyond each end, less than 2.5 % where there are few clusters."""
    if count < 2:
        return 0.0
    return float(ndtr(-math.sqrt(count / (count - 1)) * student.ppf(0.5 + LEVEL / 2, count - 1)))


def _drawn_means(values: Sequence[float], clusters: Sequence[str], seed: int, rounds: int) -> tuple[Floats, int]:
    """Means of clusters drawn with replacement, and how many clusters there are to draw from."""
    if len(set(clusters)) < 2:
        clusters = [str(i) for i in range(len(values))]
    sums, sizes = _by_cluster(values, clusters)
    drawn = np.random.default_rng(seed).integers(0, len(sums), (rounds, len(sums)))
    return np.asarray(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)), len(sums)


def _by_cluster(values: Sequence[float], clusters: Sequence[str]) -> tuple[Floats, Floats]:
    """Sum and size of each cluster, in the order they are met."""
    at: dict[str, int] = {}
    where = [at.setdefault(cluster, len(at)) for cluster in clusters]
    sums, sizes = np.zeros(len(at)), np.zeros(len(at))
    np.add.at(sums, where, np.asarray(values, float))
    np.add.at(sizes, where, 1.0)
    return sums, sizes


def _variance(sums: Floats, sizes: Floats) -> float:
    """Variance of the mean of clustered values, by Taylor linearisation (Cochran 1977, section 6.4)."""
    count, n = len(sums), float(sizes.sum())
    mean = float(sums.sum()) / n
    return float(count / (count - 1) * ((sums - mean * sizes) ** 2).sum() / n**2)


def standard_error(values: Sequence[float], clusters: Sequence[str]) -> float:
    """Standard error of the mean of clustered values; infinite for fewer than two clusters."""
    sums, sizes = _by_cluster(values, clusters)
    return math.sqrt(_variance(sums, sizes)) if len(sums) > 1 else math.inf


def randomisation(differences: Sequence[float], clusters: Sequence[str], seed: int = 0, rounds: int = 10_000) -> float:
    """Two-sided p of a paired difference: how often changing whole clusters' signs gives as large a mean.

    Paired sign-flip randomisation (Fisher 1935; for retrieval Smucker, Allan and Carterette 2007, CIKM), the signs of
    a document's questions together. All changes of sign are tried for up to twelve documents, else `rounds` are drawn.
    """
    sums, _ = _by_cluster(differences, clusters)
    sums = sums[sums != 0]
    if not len(sums):
        return 1.0
    observed = abs(float(sums.sum())) - 1e-12
    if len(sums) <= _EXACT_UP_TO:
        signs = np.array([[1 if i >> j & 1 else -1 for j in range(len(sums))] for i in range(2 ** len(sums))])
        return float((np.abs(signs @ sums) >= observed).mean())
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (rounds, len(sums)))
    return float(((np.abs(signs @ sums) >= observed).sum() + 1) / (rounds + 1))


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Each p adjusted for how many were looked at (Holm 1979, Scandinavian Journal of Statistics 6:65)."""
    adjusted: dict[str, float] = {}
    highest = 0.0
    for rank, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def detectable(error: float) -> float:
    """The smallest true difference found in four of five runs at 5 %: 2.80 standard errors (Cohen 1988, ch. 2)."""
    return (_Z + _POWER) * error


def detectable_beforehand(values: Sequence[float], clusters: Sequence[str], correlation: float = 0.5) -> float:
    """The same before there is a second run, where its questions would correlate with the first by `correlation`."""
    return detectable(standard_error(values, clusters) * math.sqrt(2 * (1 - correlation)))


Verdict = Literal["better", "worse", "same", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Difference:
    """How run B stands to run A in one measure, over the questions both have.

    `changed` counts the questions that differ, `interval` is of B less A, `p` of the randomisation, and `detectable`
    the smallest difference these questions can tell.
    """

    n: int
    changed: int
    a: float
    b: float
    difference: float
    interval: Interval
    p: float
    detectable: float

    def verdict(self, p: float, alpha: float = 0.05) -> Verdict:
        """What can be said, with `p` as adjusted: a difference that is too small for the set cannot be told."""
        if not self.changed:
            return "same"
        if p > alpha or abs(self.difference) < self.detectable:
            return "cannot_tell"
        return "better" if self.difference > 0 else "worse"


def difference(a: Sequence[float], b: Sequence[float], clusters: Sequence[str], seed: int = 0) -> Difference:
    """B less A, question by question; the interval by the clustered bootstrap of the differences."""
    each = [y - x for x, y in zip(a, b, strict=True)]
    n = len(each)
    changed = sum(value != 0 for value in each)
    return Difference(
        n=n,
        changed=changed,
        a=sum(a) / n if n else 0.0,
        b=sum(b) / n if n else 0.0,
        difference=sum(each) / n if n else 0.0,
        interval=mean_interval(each, clusters, seed) if changed else (0.0, 0.0),
        p=randomisation(each, clusters, seed),
        detectable=detectable(standard_error(each, clusters)),
    )


def kappa(first: Sequence[object], second: Sequence[object]) -> float:
    """Agreement of two raters beyond chance (Cohen 1960, Educational and Psychological Measurement 20:37).

    NaN where chance alone would agree always, that is, where both gave one and the same rating throughout.
    """
    n = len(first)
    if not n:
        return math.nan
    agreed = sum(x == y for x, y in zip(first, second, strict=True)) / n
    kinds = {*first, *second}
    chance = sum(list(first).count(kind) * list(second).count(kind) for kind in kinds) / n**2
    return (agreed - chance) / (1 - chance) if chance < 1 else math.nan


def gap_interval(
    a: Sequence[float], a_clusters: Sequence[str], b: Sequence[float], b_clusters: Sequence[str], seed: int = 0
) -> Interval:
    """95 % interval of mean a less mean b for two groups of questions, each bootstrapped by its own clusters."""
    if not a or not b:
        return -1.0, 1.0
    one, first = _drawn_means(a, a_clusters, seed, ROUNDS)
    other, second = _drawn_means(b, b_clusters, seed + 1, ROUNDS)
    tail = _tail(min(first, second))
    low, high = np.quantile(one - other, [tail, 1 - tail])
    return float(low), float(high)
