"""One question's outcome in one system: what it gave, and every measure of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.fidelity import reread, reread_strictly
from evals.gold import Located, Place
from evals.measures import (
    hit,
    holds_span,
    is_supported,
    ndcg,
    ndcg_of_gains,
    nugget_recall,
    recall,
    reciprocal_rank,
    span_gains,
)
from evals.systems import Given, Shown
from retriever.answer import AnswerSentence

Pdf = Callable[[str], Path | None]
"""The PDF of a study by its id; None where there is none."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one question gave in one system.

    `values` are its measures by name, 0 to 1; a measure that does not apply to the question is not there. `right` says
    whether its quotes, shown or withheld, come from a gold page. `document` is what it clusters by. `quotes` counts
    what was shown, `found_strictly` and `found_loosely` how many of these stand in the PDF's own bytes, None where
    there is no PDF. `given` is what the system gave, as JSON.
    """

    id: str
    question: str
    language: str
    pair: str
    answerable: str
    kind: str
    difficulty: str
    tags: tuple[str, ...]
    document: str
    values: dict[str, float]
    answered: bool
    right: bool
    confidence: float
    quotes: int
    found_strictly: int | None
    found_loosely: int | None
    gold: tuple[tuple[str, int, int], ...]
    ranking: tuple[tuple[str, int, str], ...]
    given: dict[str, Any]
    fault: str = ""

    @property
    def is_answerable(self) -> bool:
        """Does the set hold an answer to it?"""
        return self.answerable == "yes"


def row_of(located: Located, given: Given, pdf: Pdf) -> Row:
    """Measure what a system gave. Silence is scored as nought."""
    case = located.case
    shown = given.quotes if given.answered else ()
    printed = [quote for quote in shown if not quote.read_by_ocr]
    strict, loose = _found_again(printed, pdf)
    right = any((q.study_id, q.page) in located.grades for q in given.quotes)
    return Row(
        id=case.id,
        question=case.question,
        language=case.language,
        pair=case.pair,
        answerable=case.answerable,
        kind=case.kind,
        difficulty=case.difficulty,
        tags=case.tags,
        document=located.document,
        values={
            **(_answerable_values(located, given, shown) if case.answerable == "yes" else _silent_values(given, shown)),
            **_fidelity_values(len(printed), strict, loose),
        },
        answered=given.answered,
        right=right,
        confidence=given.confidence,
        quotes=len(printed),
        found_strictly=strict,
        found_loosely=loose,
        gold=tuple((study, page, grade) for (study, page), grade in located.grades.items()),
        ranking=tuple((h.study_id, h.page, h.language) for h in given.hits),
        given=_form(given, located),
        fault=given.fault,
    )


def _answerable_values(located: Located, given: Given, shown: Sequence[Shown]) -> dict[str, float]:
    cited = [(q.study_id, q.page) in located.grades for q in shown]
    values = {
        **page_values([(h.study_id, h.page) for h in given.hits], located.grades),
        **span_values([h.text for h in given.hits], located.spans),
        "answered": float(given.answered),
        "answered_right": float(any(cited)),
        "page_accuracy": sum(cited) / len(cited) if cited else 0.0,
    }
    if located.spans:
        values["span_cited"] = float(any(holds_span(q.text, span) for q in shown for span in located.spans))
    if located.case.nuggets:
        vital, every = nugget_recall([q.text for q in shown], located.case.nuggets, located.spans)
        values |= {"nugget_recall_vital": vital, "nugget_recall": every}
    return values | _support(given, shown)


def _fidelity_values(shown: int, strict: int | None, loose: int | None) -> dict[str, float]:
    """Shares of the quotes shown that stand in the PDF; nothing where nothing is shown."""
    if not shown or strict is None or loose is None:
        return {}
    return {"quotes_strict": strict / shown, "quotes_loose": loose / shown}


def _silent_values(given: Given, shown: Sequence[Shown]) -> dict[str, float]:
    return {"wrongly_answered": float(given.answered)} | _support(given, shown)


def _support(given: Given, shown: Sequence[Shown]) -> dict[str, float]:
    """The share of the answer's sentences that the quotes they cite carry; nothing where nothing is said."""
    if not given.answered or not given.sentences:
        return {}
    carried = [_carried(sentence, shown) for sentence in given.sentences]
    return {"sentence_support": sum(carried) / len(carried)}


def _carried(sentence: AnswerSentence, shown: Sequence[Shown]) -> bool:
    cited = [shown[n - 1] for n in sentence.citations if 1 <= n <= len(shown)]
    language = cited[0].language if cited else "en"
    return len(cited) == len(sentence.citations) and is_supported(sentence.text, [q.text for q in cited], language)


def page_values(ranking: Sequence[Place], grades: Mapping[Place, int]) -> dict[str, float]:
    """Measures of a ranking of pages; every depth that the ranking was asked to."""
    return {
        **{f"hit@{k}": hit(ranking, grades, k) for k in (1, 5, 10)},
        "MRR@10": reciprocal_rank(ranking[:10], grades),
        "nDCG@10": ndcg(ranking, grades, 10),
        **{f"Recall@{k}": recall(ranking, grades, k) for k in (5, 10, 20)},
    }


def span_values(texts: Sequence[str], spans: Mapping[str, int]) -> dict[str, float]:
    """The same of the passages that the pages are found by: do they hold the gold quotes? Nothing without quotes."""
    if not spans:
        return {}
    gains = span_gains(texts[:10], spans)
    ranked = [n for n, gain in enumerate(gains) if gain]
    held = [span for span in spans if any(holds_span(text, span) for text in texts[:10])]
    return {
        "span_hit@5": float(any(gains[:5])),
        "span_MRR@10": 1 / (ranked[0] + 1) if ranked else 0.0,
        "span_nDCG@10": ndcg_of_gains(gains, spans.values(), 10),
        "span_Recall@10": len(held) / len(spans),
    }


def _found_again(shown: Sequence[Shown], pdf: Pdf) -> tuple[int | None, int | None]:
    """How many quotes stand in the PDFs' own bytes on the pages they name, strictly and loosely."""
    paths = [(pdf(q.study_id), q) for q in shown]
    if any(path is None for path, _ in paths):
        return None, None
    strict = sum(path is not None and reread_strictly(path, q.page, q.text) for path, q in paths)
    loose = sum(path is not None and reread(path, q.page, q.text) for path, q in paths)
    return strict, loose


def _form(given: Given, located: Located) -> dict[str, Any]:
    """What was given, for people to look at: message, sentences, quotes with places, first hits, and the gold."""

    def place(shown: Shown) -> dict[str, Any]:
        gold = (shown.study_id, shown.page) in located.grades
        return {
            "study_id": shown.study_id,
            "file": shown.file,
            "page": shown.page,
            "page_label": shown.label,
            "language": shown.language,
            "text": shown.text,
            "gold": gold,
        }

    return {
        "message": given.message,
        "language": given.language,
        "sentences": [{"text": s.text, "citations": list(s.citations)} for s in given.sentences]
        if given.answered
        else [],
        "quotes": [place(q) for q in given.quotes],
        "hits": [place(h) for h in given.hits[:5]],
        "gold": [
            {"file": g.file, "page": g.page, "quote": g.quote, "grade": g.grade, "language": g.language}
            for g in located.case.gold
        ],
        "nuggets": [{"text": n.text, "vital": n.vital} for n in located.case.nuggets],
    }


def row_from(form: Mapping[str, Any]) -> Row:
    """A row read back from JSON."""
    lists = {
        "tags": tuple(form["tags"]),
        "gold": tuple((str(s), int(p), int(g)) for s, p, g in form["gold"]),
        "ranking": tuple((str(s), int(p), str(lang)) for s, p, lang in form["ranking"]),
    }
    return Row(**{**form, **lists})
