"""A BEIR folder through the same retriever as studies: per-question rows first, then means with intervals."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from corpus.library import Library
from corpus.settings import Settings
from corpus.upkeep import Progress
from corpus.words import Fault, Language
from evals.beir import Benchmark, Query, fill, read_beir
from evals.case import PAIRS, Case, Gold
from evals.gold import Located
from evals.measures import recall
from evals.row import Row, row_of
from evals.run import stepper
from evals.summary import interval_of, summarise, values_of
from evals.systems import Ours, System, baseline
from evals.table import interval, number, rows_of
from retriever.reading import understand
from retriever.search import near

DEPTH = 100
MEASURES = ("nDCG@10", "Recall@10", "Recall@100", "MRR@10", "all_languages@10")
_PLACES = 4


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """All rows of a benchmark, those of plain systems beside it, and what they were made from.

    `answering` is True where questions were asked as well as searched for. Times are in milliseconds, by question.
    """

    name: str
    documents: int
    passages: dict[str, int]
    without_gold: int
    rows: tuple[Row, ...]
    model: str
    milliseconds: tuple[float, ...] = ()
    baselines: tuple[tuple[str, tuple[Row, ...]], ...] = ()
    answering: bool = False

    def form(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "benchmark": self.name,
            "documents": self.documents,
            "passages": self.passages,
            "queries": len(self.rows),
            "queries_without_gold": self.without_gold,
            **means(self.rows),
            "pairs": by_pair(self.rows),
            "baselines": {name: {**means(rows), "pairs": by_pair(rows)} for name, rows in self.baselines},
            **({"answers": summarise(self.rows)} if self.answering else {}),
            "model": self.model,
            "rows": [
                {"id": row.id, "pair": row.pair, **self._values(row), "milliseconds": ms}
                for row, ms in zip(self.rows, self.milliseconds, strict=True)
            ],
        }

    def _values(self, row: Row) -> dict[str, float]:
        """A row's measures; those of answers only where it was asked for one."""
        silent = {} if self.answering else {"answered", "answered_right", "page_accuracy"}
        return {name: value for name, value in row.values.items() if name not in silent}

    def table(self, language: Language = "en") -> Iterator[str]:
        """The report as lines of text."""
        from corpus.words import say

        yield say("benchmark_of", language, name=self.name, documents=self.documents, questions=len(self.rows))
        shown = [measure for measure in MEASURES if any(measure in row.values for row in self.rows)]
        systems = [("amp", self.rows), *self.baselines]
        yield from rows_of(
            [
                ["", "", "n", *shown],
                *(
                    [system, pair, str(len(rows)), *(_cell(rows, measure) for measure in shown)]
                    for system, every in systems
                    for pair, rows in _groups(every, say("eval_all", language))
                ),
            ]
        )


def _groups(rows: Sequence[Row], every: str) -> list[tuple[str, Sequence[Row]]]:
    pairs = [(pair, found) for pair in PAIRS if (found := [row for row in rows if row.pair == pair])]
    return [(every, rows), *(pairs if len(pairs) > 1 else [])]


def _cell(rows: Sequence[Row], measure: str) -> str:
    values, clusters = values_of(rows, measure)
    if not values:
        return number(None)
    return f"{number(fmean(values))} {interval(interval_of(measure, values, clusters, 0))}"


def means(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """Each measure's mean over the questions it applies to, how many these are, and a 95 % interval."""
    form: dict[str, dict[str, Any]] = {}
    for measure in MEASURES:
        values, clusters = values_of(rows, measure)
        if values:
            bounds = interval_of(measure, values, clusters, 0)
            form[measure] = {
                "mean": round(fmean(values), _PLACES),
                "n": len(values),
                "interval": [round(bound, _PLACES) for bound in bounds],
            }
    return form


def by_pair(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, Any]]]:
    """The same for each pair of languages that has questions."""
    return {pair: means(found) for pair in PAIRS if (found := [row for row in rows if row.pair == pair])}


def benchmark(
    folder: Path,
    settings: Settings,
    progress: Progress = lambda *_: None,
    *,
    baselines: Sequence[str] = (),
    answering: bool = False,
) -> BenchmarkReport:
    """Run a BEIR folder in a throw-away library. Raises BadBenchmark, ModelNotFound or ModelNotTrusted."""
    given = read_beir(folder)
    step = stepper(progress, len(given.queries) * (1 + len(baselines)))
    with throw_away_library(settings) as library:
        fill(library, given.texts)
        timed = list(_rows(Ours(library, answering=answering), given, step))
        beside: list[tuple[str, tuple[Row, ...]]] = []
        for name in baselines:
            with baseline(library, name) as system:
                beside.append((name, tuple(row for row, _ in _rows(system, given, step))))
        return BenchmarkReport(
            name=given.name,
            documents=len(given.texts),
            passages=library.passage_counts(),
            without_gold=given.without_gold,
            rows=tuple(row for row, _ in timed),
            model=str(library.embedder.identity),
            milliseconds=tuple(ms for _, ms in timed),
            baselines=tuple(beside),
            answering=answering,
        )


@contextmanager
def throw_away_library(settings: Settings) -> Iterator[Library]:
    """A library in a folder of its own, which is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="amp-benchmark-") as folder:
        given = settings.model_copy(update={"data": Path(folder), "note_unknown_words": False})
        with Library(given, write=True) as library:
            yield library


def _rows(system: System, given: Benchmark, step: Callable[[], None]) -> Iterator[tuple[Row, float]]:
    """A row and its milliseconds of searching for each question."""
    languages = {text.id: near(text.language) for text in given.texts}
    for query in given.queries:
        located = _located(query, languages)
        answer = system.give(query.text, DEPTH)
        row = row_of(located, answer, lambda _: None)
        ranking = [hit.study_id for hit in answer.hits]
        more = {"Recall@100": recall(ranking, query.gold, DEPTH), **_all_languages(ranking, query.gold, languages)}
        step()
        yield replace(row, values={**row.values, **more}), round(1000 * answer.search_seconds, 2)


def _located(query: Query, languages: dict[str, str]) -> Located:
    """A query as a case: each document is a study of one page."""
    gold = tuple(Gold(name, 1, grade=min(2, grade), language=languages[name]) for name, grade in query.gold.items())
    try:
        language: str = understand(query.text).language
    except Fault:
        language = "?"
    held = dict.fromkeys(g.language for g in gold)
    pair = f"{language}-{next(iter(held))}" if len(held) == 1 else f"{language}-both"
    case = Case(query.id, query.text, language, "yes", gold, pair=pair)
    return Located(case, {(name, 1): grade for name, grade in query.gold.items()}, {})


def _all_languages(ranking: Sequence[str], gold: Iterable[str], languages: dict[str, str]) -> dict[str, float]:
    """1 where an answer in each language that has one is in the first ten; nothing where all are in one language."""
    right = set(gold)
    wanted = {languages[document] for document in right}
    found = {languages[document] for document in ranking[:10] if document in right}
    return {"all_languages@10": float(found == wanted)} if len(wanted) > 1 else {}
