"""Measures as pure functions: per-question values first, means after, silence scored as nought."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np


def reciprocal_rank(ranking: Sequence[object], gold: Collection[object]) -> float:
    """1 / rank of the first right item, 0 when there is none (Voorhees 1999, TREC-8 QA track)."""
    return next((1 / rank for rank, item in enumerate(ranking, 1) if item in gold), 0.0)


def hit(ranking: Sequence[object], gold: Collection[object], k: int) -> float:
    """1 when any of the first k items is right, else 0 (success@k)."""
    return float(any(item in gold for item in ranking[:k]))


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Discounted gain of the first k beside the best there can be (Järvelin and Kekäläinen 2002, TOIS 20:422).

    The gain is the grade itself and the discount log2(rank + 1), as trec_eval has it; 0 where nothing is right.
    """
    gained = _discounted([grades.get(item, 0) for item in ranking[:k]])
    best = _discounted(sorted(grades.values(), reverse=True)[:k])
    return gained / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(ranking: Sequence[object], gold: Collection[object], k: int) -> float:
    """Share of the right items that are among the first k."""
    return len(set(ranking[:k]) & set(gold)) / len(gold) if gold else 0.0


def bootstrap(values: Sequence[float], rounds: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile interval of a mean (Efron and Tibshirani 1993, ch. 13); the same for the same values."""
    if not values:
        return 0.0, 1.0
    drawn = np.random.default_rng(seed).choice(np.asarray(values, float), (rounds, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def wilson(successes: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927, JASA 22:209), from 0 to 1; (0, 1) when n is 0."""
    if n == 0:
        return 0.0, 1.0
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Chance that a random positive scores above a random negative, ties half (Hanley and McNeil 1982)."""
    if not positives or not negatives:
        return math.nan
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))
