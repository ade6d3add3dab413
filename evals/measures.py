"""Measures as pure functions: per-question values first, means after, silence scored as nought."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from corpus.language import FUNCTION_WORDS, tokens
from corpus.text import letters
from evals.case import Nugget


def reciprocal_rank(ranking: Sequence[object], gold: Collection[object]) -> float:
    """1 / rank of the first right item, 0 when there is none (Voorhees 1999, TREC-8 QA track)."""
    return next((1 / rank for rank, item in enumerate(ranking, 1) if item in gold), 0.0)


def hit(ranking: Sequence[object], gold: Collection[object], k: int) -> float:
    """1 when any of the first k items is right, else 0 (success@k)."""
    return float(any(item in gold for item in ranking[:k]))


def ndcg(ranking: Sequence[object], grades: Mapping[Any, int], k: int) -> float:
    """nDCG@k of a ranking of items of which some have a grade; 0 where nothing is right."""
    return ndcg_of_gains([grades.get(item, 0) for item in ranking], grades.values(), k)


def ndcg_of_gains(gains: Sequence[int], grades: Iterable[int], k: int) -> float:
    """Discounted gain of the first k beside the best order of all grades (Järvelin and Kekäläinen 2002, TOIS 20:422).

    The gain is the grade itself and the discount log2(rank + 1), as trec_eval has it.
    """
    best = _discounted(sorted(grades, reverse=True)[:k])
    return _discounted(gains[:k]) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(ranking: Sequence[object], gold: Collection[object], k: int) -> float:
    """Share of the right items that are among the first k."""
    return len(set(ranking[:k]) & set(gold)) / len(gold) if gold else 0.0


# Spans, facts and sentences


def holds_span(text: str, span: str) -> bool:
    """Does a text hold at least half of a span, as one run of words? Marks, case and line breaks do not count.

    The overlap rule of evidence-span recall: a passage may begin or end within the span.
    """
    words = [word for word in map(letters, span.split()) if word]
    size = (len(words) + 1) // 2
    where = letters(text)
    return bool(words) and any("".join(words[i : i + size]) in where for i in range(len(words) - size + 1))


def span_gains(texts: Sequence[str], spans: Mapping[str, int]) -> list[int]:
    """The grade of the best gold span that each text is first to hold, 0 where it holds none; in the order given."""
    left = dict(spans)
    gains: list[int] = []
    for text in texts:
        held = [span for span in left if holds_span(text, span)]
        gains.append(max((left[span] for span in held), default=0))
        for span in held:
            del left[span]
    return gains


_PER_CENT = re.compile(r"\s*(?:%|\bper ?cent\b|\bprocent\b)", re.IGNORECASE)
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:(?:\s\d{3})+|(?:,\d{3})+)(?![\d])")


def fact(text: str) -> str:
    """A text as facts are compared: folded, "14 per cent" and "14 procent" as "14 %", "1 000" and "1,000" as "1000"."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("\u2010", "-")
    joined = _GROUPED.sub(lambda number: re.sub(r"\D", "", number.group()), folded)
    return " ".join(_PER_CENT.sub(" % ", joined).split())


def states(text: str, accepted: str) -> bool:
    """Does a text state an accepted form, neither within a longer word nor within a longer number?"""
    wanted = re.escape(fact(accepted))
    return bool(wanted) and re.search(rf"(?<![\w.,]){wanted}(?!\w|[.,]\d)", fact(text)) is not None


def nugget_recall(quotes: Sequence[str], nuggets: Sequence[Nugget], spans: Collection[str]) -> tuple[float, float]:
    """Shares of the vital and of all nuggets that the quotes hold; (0, 0) for silence.

    A nugget is held where a quote states one of its accepted forms, or, where it has none, holds at least half of a
    gold span. A lower bound where an answer is in other words (nuggets: Voorhees 2003, TREC definition questions).
    """
    by_span = any(holds_span(quote, span) for quote in quotes for span in spans)
    held = [
        any(states(quote, form) for quote in quotes for form in nugget.accepts) if nugget.accepts else by_span
        for nugget in nuggets
    ]
    vital = [yes for yes, nugget in zip(held, nuggets, strict=True) if nugget.vital] or held
    return (sum(vital) / len(vital), sum(held) / len(held)) if held else (0.0, 0.0)


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CARRIED = 0.5


def is_supported(sentence: str, quotes: Sequence[str], language: str) -> bool:
    """Is a sentence of an answer carried by the quotes it cites?

    Verbatim, or else in other words: every number of it stands in the quotes, and at least half of its content words.
    The second is a lexical stand-in for entailment (ALCE's citation recall, Gao et al. 2023), and so a weak one.
    """
    together = " ".join(quotes)
    if states(together, sentence.strip(" .:;?!")):
        return True
    numbers = set(_NUMBER.findall(fact(sentence)))
    words = {word for word in tokens(sentence) if word not in FUNCTION_WORDS.get(language, FUNCTION_WORDS["en"])}
    carried = len(words & set(tokens(together)))
    return numbers <= set(_NUMBER.findall(fact(together))) and bool(words) and carried >= _CARRIED * len(words)


# Saying no


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Chance that a random positive scores above a random negative, ties half (Hanley and McNeil 1982)."""
    if not positives or not negatives:
        return math.nan
    wins = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives)
    return wins / (len(positives) * len(negatives))


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """Points (coverage, risk): the share answered and the share of these that is wrong, the surest answered first.

    Questions of the same confidence are answered together (El-Yaniv and Wiener 2010, JMLR 11:1605).
    """
    order = sorted(range(len(confidences)), key=lambda i: -confidences[i])
    points: list[tuple[float, float]] = []
    wrong = 0
    for answered, i in enumerate(order, 1):
        wrong += not right[i]
        if answered == len(order) or confidences[order[answered]] != confidences[i]:
            points.append((answered / len(order), wrong / answered))
    return points


def area_under_risk(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """AURC: the mean risk over all coverages, less is better (Geifman, Uziel and El-Yaniv 2019, ICLR). NaN for none."""
    points = risk_coverage(confidences, right)
    if not points:
        return math.nan
    before = [0.0, *(coverage for coverage, _ in points[:-1])]
    return sum((coverage - start) * risk for start, (coverage, risk) in zip(before, points, strict=True))


def coverage_at_risk(confidences: Sequence[float], right: Sequence[bool], risk: float = 0.05) -> float:
    """The largest share that can be answered while at most `risk` of the answers are wrong; 0 where none can."""
    return max((c for c, r in risk_coverage(confidences, right) if r <= risk), default=0.0)


# Meaning what one says


def brier(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Mean squared distance of confidence and outcome (Brier 1950, Monthly Weather Review 78:1). NaN for none."""
    each = [(confidence - yes) ** 2 for confidence, yes in zip(confidences, right, strict=True)]
    return sum(each) / len(each) if each else math.nan


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of a reliability plot: how many questions, their mean confidence, and the share that was right."""

    n: int
    confidence: float
    right: float


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """At most `bins` bins of as equal size as can be, least sure first (DeGroot and Fienberg 1983)."""
    order = sorted(range(len(confidences)), key=lambda i: (confidences[i], i))
    parts = [list(map(int, part)) for part in np.array_split(np.array(order, int), bins) if len(part)]
    return [
        Bin(len(part), sum(confidences[i] for i in part) / len(part), sum(right[i] for i in part) / len(part))
        for part in parts
    ]


def ece(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass (Naeini, Cooper and Hauskrecht 2015, AAAI). NaN for none."""
    found = reliability(confidences, right, bins)
    n = len(confidences)
    return sum(b.n / n * abs(b.confidence - b.right) for b in found) if n else math.nan


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed, between neighbours; NaN for none."""
    return float(np.quantile(np.asarray(values, float), share)) if values else math.nan
