"""Two runs of the same questions side by side: what differs, how sure that is, and what was won and lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.words import Fault
from evals.case import PAIRS
from evals.fingerprint import differing
from evals.row import Row
from evals.run import Run
from evals.statistics import Difference, Verdict, difference, holm
from evals.summary import rounded

MAIN = ("hit@5", "MRR@10", "nDCG@10", "Recall@10", "span_hit@5", "answered_right", "page_accuracy", "nugget_recall")
"""Measures that are compared, over all questions and for each pair of languages."""

OVERALL = ("wrongly_answered", "quotes_strict", "sentence_support")
"""Those that are compared over all questions alone."""

LESS_IS_BETTER = frozenset(("wrongly_answered",))
_DECIDING = ("answered_right", "wrongly_answered", "nugget_recall", "nDCG@10")


class NothingInCommon(Fault):
    """Two runs have no question in common."""

    code = "compare_nothing"


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one group of questions in both runs. `p_holm` is adjusted for all measures of the group."""

    group: str
    measure: str
    difference: Difference
    p_holm: float
    verdict: Verdict

    def form(self) -> dict[str, Any]:
        """As JSON."""
        d = self.difference
        return {
            "group": self.group,
            "measure": self.measure,
            "n": d.n,
            "changed": d.changed,
            "a": rounded(d.a),
            "b": rounded(d.b),
            "difference": rounded(d.difference),
            "interval": [rounded(bound) for bound in d.interval],
            "p": round(d.p, 4),
            "p_holm": round(self.p_holm, 4),
            "detectable": rounded(d.detectable) if d.detectable != float("inf") else None,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Turned:
    """A question whose outcome differs: in what, from which value to which, and both rows."""

    id: str
    measure: str
    before: float
    after: float
    a: Row
    b: Row

    @property
    def won(self) -> bool:
        """Is run B the better one here?"""
        return (self.after > self.before) != (self.measure in LESS_IS_BETTER)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Run B beside run A. `left_out` are questions that are not in both runs with the same gold."""

    a: Run
    b: Run
    measures: tuple[Compared, ...]
    turned: tuple[Turned, ...]
    left_out: tuple[str, ...]

    def form(self) -> dict[str, Any]:
        """As JSON, each win and loss with both answers and the text of the pages they cite."""
        return {
            "a": _run_form(self.a),
            "b": _run_form(self.b),
            "differ_in": differing(self.a.made_from, self.b.made_from),
            "measures": [compared.form() for compared in self.measures],
            "wins": [self._turned_form(t) for t in self.turned if t.won],
            "losses": [self._turned_form(t) for t in self.turned if not t.won],
            "left_out": list(self.left_out),
        }

    def _turned_form(self, turned: Turned) -> dict[str, Any]:
        return {
            "id": turned.id,
            "question": turned.a.question,
            "measure": turned.measure,
            "a": {"value": rounded(turned.before), **answer_form(self.a, turned.a)},
            "b": {"value": rounded(turned.after), **answer_form(self.b, turned.b)},
            "gold": turned.a.given["gold"],
        }


def _run_form(run: Run) -> dict[str, Any]:
    return {"run": str(run.folder), "fingerprint": run.summary["fingerprint"], "set": run.summary["set"]}


def answer_form(run: Run, row: Row) -> dict[str, Any]:
    """What a run answered to a question, with the pages cited, or its first page where it said no."""
    places = [(q["study_id"], q["page"]) for q in row.given["quotes"]] if row.answered else []
    places = list(dict.fromkeys(places)) or [(study, page) for study, page, _ in row.ranking[:1]]
    return {
        "answered": row.answered,
        "confidence": row.confidence,
        "quotes": row.given["quotes"] if row.answered else [],
        "pages": [page_form(run, place) for place in places],
    }


def page_form(run: Run, place: tuple[str, int]) -> dict[str, Any]:
    """A page as the run kept it; its number alone where it did not."""
    return run.pages.get(place, {"study_id": place[0], "page": place[1], "label": "", "title": "", "text": ""})


def compare(a: Run, b: Run, seed: int = 0) -> Comparison:
    """B less A over the questions both have with the same gold. Raises NothingInCommon."""
    pairs, left_out = _matched(a.rows, b.rows)
    if not pairs:
        raise NothingInCommon(a=a.folder, b=b.folder)
    found = list(_differences(pairs, seed))
    turned = sorted((t for before, after in pairs if (t := _turned(before, after))), key=_weight)
    return Comparison(a, b, tuple(adjusted(found)), tuple(turned), tuple(left_out))


def adjusted(found: Iterable[tuple[str, str, Difference]]) -> Iterable[Compared]:
    """Differences of (group, measure) with what can be said of them, each group a family of its own."""
    groups: dict[str, dict[str, Difference]] = {}
    for group, measure, d in found:
        groups.setdefault(group, {})[measure] = d
    for group, differences in groups.items():
        p_values = holm({measure: d.p for measure, d in differences.items()})
        for measure, d in differences.items():
            yield Compared(group, measure, d, p_values[measure], _verdict(measure, d, p_values[measure]))


def _verdict(measure: str, d: Difference, p: float) -> Verdict:
    said = d.verdict(p)
    if measure in LESS_IS_BETTER and said in ("better", "worse"):
        return "worse" if said == "better" else "better"
    return said


def _matched(a: Iterable[Row], b: Iterable[Row]) -> tuple[list[tuple[Row, Row]], list[str]]:
    """Rows of the same question with the same gold quotes, and the ids of the others."""
    before, after = {row.id: row for row in a}, {row.id: row for row in b}
    same = [i for i in before if i in after and _asked(before[i]) == _asked(after[i])]
    others = [i for i in {**before, **after} if i not in set(same)]
    return [(before[i], after[i]) for i in same], others


def _asked(row: Row) -> tuple[object, ...]:
    return row.question, row.answerable, str(row.given["gold"])


def _differences(pairs: Sequence[tuple[Row, Row]], seed: int) -> Iterable[tuple[str, str, Difference]]:
    for measure in (*MAIN, *OVERALL):
        yield from _difference("all", measure, pairs, seed)
    for pair in PAIRS:
        mine = [(x, y) for x, y in pairs if x.pair == pair]
        for measure in MAIN:
            yield from _difference(pair, measure, mine, seed)


def _difference(
    group: str, measure: str, pairs: Sequence[tuple[Row, Row]], seed: int
) -> Iterable[tuple[str, str, Difference]]:
    told = [
        (x.values[measure], y.values[measure], x.document)
        for x, y in pairs
        if measure in x.values and measure in y.values
    ]
    if told:
        before, after, documents = zip(*told, strict=True)
        yield group, measure, difference(before, after, documents, seed)


def _weight(turned: Turned) -> tuple[int, float]:
    """What turned most comes first: an answer before a fact, a fact before a rank."""
    return _DECIDING.index(turned.measure), -abs(turned.after - turned.before)


def _turned(a: Row, b: Row) -> Turned | None:
    """The first of the deciding measures that differs."""
    for measure in _DECIDING:
        before, after = a.values.get(measure), b.values.get(measure)
        if before is not None and after is not None and before != after:
            return Turned(a.id, measure, before, after, a, b)
    return None
