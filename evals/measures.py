"""Measures as pure functions: per-question values first, means after, silence scored as nought."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def reciprocal_rank(ranking: Sequence[object], gold: Collection[object]) -> float:
    """1 / rank of the first right item, 0 when there is none (Voorhees 1999, TREC-8 QA track)."""
    return next((1 / rank for rank, item in enumerate(ranking, 1) if item in gold), 0.0)


def hit(ranking: Sequence[object], gold: Collection[object], k: int) -> float:
    """1 when any of the first k items is right, else 0 (success@k)."""
    return float(any(item in gold for item in ranking[:k]))


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
