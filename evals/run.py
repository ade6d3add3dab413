"""One run of a set of cases over a library: a row for each question, then a table for each language pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from corpus.library import Library
from corpus.words import Fault
from evals.case import Case
from evals.fidelity import reread
from evals.measures import auroc, hit, reciprocal_rank, wilson
from retriever.answer import Answer
from retriever.ask import ask
from retriever.search import search

_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Row:
    """What one question gave. Shares are 0 or 1; `quotes_found` of `quotes` stand in the PDF's own bytes."""

    id: str
    pair: str
    answerable: bool
    hit_1: float
    hit_5: float
    hit_10: float
    reciprocal_rank: float
    answered: bool
    confidence: float
    cites_gold: bool
    quotes: int
    quotes_found: int


@dataclass(frozen=True, slots=True)
class Report:
    """All rows of a run and what it was made from."""

    rows: tuple[Row, ...]
    fingerprint: str

    def summary(self) -> dict[str, dict[str, Any]]:
        """For each language pair of answerable questions: n, hit@1, @5 (with 95 % interval), @10, MRR@10."""
        pairs = dict.fromkeys(row.pair for row in self.rows if row.answerable)
        return {pair: _summary([r for r in self.rows if r.pair == pair and r.answerable]) for pair in pairs}

    def abstention(self) -> dict[str, Any]:
        """How the judge does: pairs of (how many, of how many), and the AUROC of its confidence.

        The AUROC is over all questions; the positives are those whose first page is a gold page. It is None where
        all first pages are right, or none is.
        """
        answerable = [row for row in self.rows if row.answerable]
        unanswerable = [row for row in self.rows if not row.answerable]
        right = [row.confidence for row in self.rows if row.hit_1]
        wrong = [row.confidence for row in self.rows if not row.hit_1]
        area = auroc(right, wrong)
        return {
            "answered_of_answerable": [sum(r.answered for r in answerable), len(answerable)],
            "answered_of_unanswerable": [sum(r.answered for r in unanswerable), len(unanswerable)],
            "answers_citing_gold": [sum(r.cites_gold for r in answerable), sum(r.answered for r in self.rows)],
            "auroc": None if math.isnan(area) else round(area, 3),
        }

    def fidelity(self) -> dict[str, int]:
        """Quotes shown, and how many of them another PDF library finds on the page they name."""
        return {"quotes": sum(r.quotes for r in self.rows), "found": sum(r.quotes_found for r in self.rows)}

    def form(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "fingerprint": self.fingerprint,
            "pairs": self.summary(),
            "abstention": self.abstention(),
            "fidelity": self.fidelity(),
            "rows": [asdict(row) for row in self.rows],
        }

    def table(self) -> Iterator[str]:
        """The report as lines of text."""
        yield "pair     n  hit@1  hit@5  (95 %)         hit@10  MRR@10"
        for pair, values in self.summary().items():
            low, high = values["hit@5_interval"]
            yield (
                f"{pair:6} {values['n']:3}  {values['hit@1']:.3f}  {values['hit@5']:.3f}  "
                f"({low:.2f} to {high:.2f})  {values['hit@10']:.3f}   {values['MRR@10']:.3f}"
            )
        yield f"abstention  {self.abstention()}"
        yield f"quotes      {self.fidelity()}"
        yield f"fingerprint {self.fingerprint}"


def run(library: Library, cases: Iterable[Case]) -> Report:
    """Search and ask every question."""
    return Report(tuple(_row(library, case) for case in cases), library.fingerprint)


def _row(library: Library, case: Case) -> Row:
    ranking, answer = _given(library, case.question)
    return Row(
        id=case.id,
        pair=case.pair,
        answerable=case.answerable,
        hit_1=hit(ranking, case.gold_pages, 1),
        hit_5=hit(ranking, case.gold_pages, 5),
        hit_10=hit(ranking, case.gold_pages, 10),
        reciprocal_rank=reciprocal_rank(ranking, case.gold_pages),
        answered=answer is not None and answer.answered,
        confidence=answer.confidence if answer else 0.0,
        cites_gold=answer is not None and any((c.file, c.page) in case.gold_pages for c in answer.citations),
        quotes=len(answer.citations) if answer else 0,
        quotes_found=_found(library, answer) if answer else 0,
    )


def _given(library: Library, question: str) -> tuple[list[tuple[str, int]], Answer | None]:
    """What search and ask give; a question that is refused is scored as silence."""
    try:
        return [(h.file, h.page) for h in search(library, question, _DEPTH).hits], ask(library, question)
    except Fault:
        return [], None


def _found(library: Library, answer: Answer) -> int:
    paths = {c.study_id: library.pdf_path(library.study(c.study_id).files[0].sha256) for c in answer.citations}
    return sum(reread(paths[c.study_id], c.page, c.quote) for c in answer.citations)


def _summary(rows: list[Row]) -> dict[str, Any]:
    return {
        "n": len(rows),
        "hit@1": round(fmean(r.hit_1 for r in rows), 3),
        "hit@5": round(fmean(r.hit_5 for r in rows), 3),
        "hit@5_interval": [round(x, 3) for x in wilson(sum(r.hit_5 for r in rows), len(rows))],
        "hit@10": round(fmean(r.hit_10 for r in rows), 3),
        "MRR@10": round(fmean(r.reciprocal_rank for r in rows), 3),
    }
