"""Rows to figures: every mean with its n and interval, overall and for each pair of languages."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from corpus.words import LANGUAGES
from evals.case import PAIRS
from evals.measures import (
    area_under_risk,
    auroc,
    brier,
    coverage_at_risk,
    ece,
    reliability,
    risk_coverage,
)
from evals.row import Row
from evals.statistics import Interval, detectable_beforehand, gap_interval, mean_interval, share_interval, wilson

PLACES = 3

MEASURES = (
    "hit@1",
    "hit@5",
    "hit@10",
    "MRR@10",
    "nDCG@10",
    "Recall@5",
    "Recall@10",
    "Recall@20",
    "span_hit@5",
    "span_MRR@10",
    "span_nDCG@10",
    "span_Recall@10",
    "answered",
    "answered_right",
    "page_accuracy",
    "span_cited",
    "nugget_recall_vital",
    "nugget_recall",
)
"""Measures of answerable questions; each is there for a question it applies to."""

SHARES = frozenset(
    ("hit@1", "hit@5", "hit@10", "span_hit@5", "answered", "answered_right", "span_cited", "wrongly_answered")
)
"""Those that are 0 or 1 for each question."""

MATRIX = ("hit@5", "nDCG@10", "answered_right", "nugget_recall_vital")


def rounded(value: float) -> float | None:
    """A figure as it is kept and shown; None where there is none."""
    return None if math.isnan(value) else round(value, PLACES) + 0.0


def _pair(interval: Interval) -> list[float]:
    return [round(interval[0], PLACES) + 0.0, round(interval[1], PLACES) + 0.0]


def values_of(rows: Iterable[Row], measure: str) -> tuple[list[float], list[str]]:
    """A measure's values and the clusters they come in, of the rows it applies to."""
    told = [(row.values[measure], row.document) for row in rows if measure in row.values]
    return [value for value, _ in told], [document for _, document in told]


def interval_of(measure: str, values: Sequence[float], clusters: Sequence[str], seed: int) -> Interval:
    """The interval that fits a measure: of a share, or of a mean."""
    if measure in SHARES:
        return share_interval(values, clusters)
    return mean_interval(values, clusters, seed)


def group(rows: Sequence[Row], seed: int = 0, measures: Iterable[str] = MEASURES) -> dict[str, Any]:
    """n, then each measure's mean and interval over the rows it applies to."""
    form: dict[str, Any] = {"n": len(rows)}
    for measure in measures:
        values, clusters = values_of(rows, measure)
        if values:
            form[measure] = rounded(fmean(values))
            form[f"{measure}_interval"] = _pair(interval_of(measure, values, clusters, seed))
            if len(values) != len(rows):
                form[f"{measure}_n"] = len(values)
    return form


def by(rows: Sequence[Row], key: Callable[[Row], str], seed: int = 0) -> dict[str, dict[str, Any]]:
    """A group for each value of a key, in the order of the pairs or as they are met."""
    names = sorted(dict.fromkeys(map(key, rows)), key=lambda name: PAIRS.index(name) if name in PAIRS else len(PAIRS))
    return {name: group([row for row in rows if key(row) == name], seed) for name in names if name}


def _share(rows: Sequence[Row], yes: Callable[[Row], bool]) -> dict[str, Any]:
    values = [float(yes(row)) for row in rows]
    count = int(sum(values))
    return {
        "count": count,
        "n": len(rows),
        "share": rounded(count / len(rows)) if rows else None,
        "interval": _pair(share_interval(values, [row.document for row in rows])),
    }


def abstention(rows: Sequence[Row]) -> dict[str, Any]:
    """How well a system says no, and whether its confidence tells right from wrong.

    A question is right where it can be answered and the quotes, shown or withheld, come from a gold page. "auroc" is
    that of "the first page is a gold page", "auroc_answerable" of "the set holds an answer", "auroc_right" of "right".
    """
    answerable = [row for row in rows if row.is_answerable]
    unanswerable = [row for row in rows if not row.is_answerable]
    sure, right = [row.confidence for row in rows], [row.right for row in rows]
    return {
        "answered_of_answerable": [sum(r.answered for r in answerable), len(answerable)],
        "answered_of_unanswerable": [sum(r.answered for r in unanswerable), len(unanswerable)],
        "answers_citing_gold": [
            sum(r.answered and r.right for r in answerable),
            sum(r.answered for r in rows),
        ],
        "answered_share": _share(answerable, lambda r: r.answered),
        "near_miss_answered": _share([r for r in rows if r.answerable == "near_miss"], lambda r: r.answered),
        "far_off_answered": _share([r for r in rows if r.answerable == "far_off"], lambda r: r.answered),
        "wrong_of_answers": _share([r for r in rows if r.answered], lambda r: not r.right),
        "auroc": _auroc(rows, lambda r: bool(r.values.get("hit@1"))),
        "auroc_answerable": _auroc(rows, lambda r: r.is_answerable),
        "auroc_right": _auroc(rows, lambda r: r.right),
        "aurc": rounded(area_under_risk(sure, right)),
        "coverage_at_5_percent_risk": rounded(coverage_at_risk(sure, right)),
        "risk_coverage": [[rounded(c), rounded(r)] for c, r in risk_coverage(sure, right)],
    }


def _auroc(rows: Sequence[Row], yes: Callable[[Row], bool]) -> float | None:
    return rounded(auroc([r.confidence for r in rows if yes(r)], [r.confidence for r in rows if not yes(r)]))


def calibration(rows: Sequence[Row]) -> dict[str, Any]:
    """Does a confidence of 70 % mean that 70 % of such questions are right?"""
    sure, right = [row.confidence for row in rows], [row.right for row in rows]
    bins = reliability(sure, right)
    return {
        "n": len(rows),
        "brier": rounded(brier(sure, right)),
        "ece": rounded(ece(sure, right)),
        "reliability": [{"n": b.n, "confidence": rounded(b.confidence), "right": rounded(b.right)} for b in bins],
    }


def fidelity(rows: Sequence[Row]) -> dict[str, Any]:
    """Quotes shown, and how many of them another PDF library finds in the bytes of the page they name.

    "found" is loose (hyphenation and case aside), "found_strictly" letter for letter. "unread" were shown from a
    study whose PDF is not there to be read again. Shares are None without quotes.
    "words_an_answer" is the mean length of answers: who shows more, shows more of what is wanted.
    """
    told = [row for row in rows if row.found_loosely is not None]
    unread = sum(row.quotes for row in rows if row.found_loosely is None)
    shown = sum(row.quotes for row in told)
    loose, strict = sum(row.found_loosely or 0 for row in told), sum(row.found_strictly or 0 for row in told)
    lengths = [sum(len(s["text"].split()) for s in row.given["sentences"]) for row in rows if row.answered]
    support = [row.values["sentence_support"] for row in rows if "sentence_support" in row.values]
    return {
        "quotes": shown,
        "unread": unread,
        "found": loose,
        "found_strictly": strict,
        "loose": rounded(loose / shown) if shown else None,
        "loose_interval": _pair(wilson(loose, shown)),
        "strict": rounded(strict / shown) if shown else None,
        "strict_interval": _pair(wilson(strict, shown)),
        "sentence_support": rounded(fmean(support)) if support else None,
        "words_an_answer": round(fmean(lengths), 1) if lengths else None,
    }


def matrix(rows: Sequence[Row], seed: int = 0) -> dict[str, Any]:
    """For each measure question language by document language, and the gap: own language less the other one."""
    form: dict[str, Any] = {}
    for measure in MATRIX:
        cells = {pair: values_of([r for r in rows if r.pair == pair], measure) for pair in PAIRS}
        form[measure] = {
            asked: {w: rounded(fmean(cells[f"{asked}-{w}"][0])) for w in LANGUAGES if cells[f"{asked}-{w}"][0]}
            for asked in LANGUAGES
        }
        form[measure]["gaps"] = {asked: gap for asked in LANGUAGES if (gap := _gap(cells, asked, seed))}
    return form


def _gap(cells: Mapping[str, tuple[list[float], list[str]]], asked: str, seed: int) -> dict[str, Any] | None:
    own, other = cells[f"{asked}-{asked}"], cells[f"{asked}-{'en' if asked == 'sv' else 'sv'}"]
    if not own[0] or not other[0]:
        return None
    gap = fmean(own[0]) - fmean(other[0])
    return {"gap": rounded(gap), "interval": _pair(gap_interval(*own, *other, seed))}


def fairness(rows: Sequence[Row]) -> dict[str, Any]:
    """For each question language: is it answered as often, and which languages do the first ten hits and gold have?"""
    form: dict[str, Any] = {}
    for asked in LANGUAGES:
        mine = [row for row in rows if row.language == asked]
        if mine:
            answerable = [row for row in mine if row.is_answerable]
            hits = [language for row in mine for _, _, language in row.ranking[:10] if language]
            gold = [row.pair.partition("-")[2] for row in answerable]
            form[asked] = {
                "n": len(mine),
                "answered_share": _share(answerable, lambda r: r.answered),
                "hits_in_swedish": rounded(hits.count("sv") / len(hits)) if hits else None,
                "gold_in_swedish": rounded(gold.count("sv") / len(gold)) if gold else None,
            }
    return form


def smallest(rows: Sequence[Row]) -> dict[str, float | None]:
    """For each measure the smallest difference between two runs that this set can tell, four times of five.

    Supposes that the two runs' values correlate by one half; `amp eval compare` tells it from the runs themselves.
    """
    found: dict[str, float | None] = {}
    for measure in (*MEASURES, "wrongly_answered"):
        values, clusters = values_of(rows, measure)
        if values:
            size = detectable_beforehand(values, clusters)
            found[measure] = rounded(size) if math.isfinite(size) else None
    return found


def summarise(rows: Sequence[Row], seed: int = 0) -> dict[str, Any]:
    """All figures of one system's rows."""
    answerable = [row for row in rows if row.is_answerable]
    return {
        "overall": group(answerable, seed),
        "pairs": by(answerable, lambda r: r.pair, seed),
        "difficulty": by(answerable, lambda r: r.difficulty, seed),
        "kinds": by(answerable, lambda r: r.kind, seed),
        "abstention": abstention(rows),
        "calibration": calibration(rows),
        "fidelity": fidelity(rows),
        "matrix": matrix(answerable, seed),
        "fairness": fairness(rows),
        "detectable": smallest(rows),
    }
