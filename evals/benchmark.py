"""A BEIR folder through the same retriever as studies: per-question rows first, then means with intervals."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from corpus.library import Library
from corpus.settings import Settings
from corpus.upkeep import Progress
from corpus.words import Fault
from evals.beir import Benchmark, Query, fill, read_beir
from evals.measures import bootstrap, ndcg, recall, reciprocal_rank
from retriever.search import near, search

DEPTH = 100


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """What one question gave. `all_languages_10` is 1 when an answer in each language that has one is in the first ten.

    It is None where all answers are in one language.
    """

    id: str
    ndcg_10: float
    recall_10: float
    recall_100: float
    reciprocal_rank_10: float
    all_languages_10: float | None
    milliseconds: float


_NAMES = {
    "nDCG@10": "ndcg_10",
    "Recall@10": "recall_10",
    "Recall@100": "recall_100",
    "MRR@10": "reciprocal_rank_10",
    "all_languages@10": "all_languages_10",
}


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """All rows of a benchmark and what they were made from."""

    name: str
    documents: int
    passages: dict[str, int]
    without_gold: int
    rows: tuple[BenchmarkRow, ...]
    model: str

    def measures(self) -> dict[str, dict[str, Any]]:
        """Each measure's mean over the questions it applies to, how many these are, and a 95 % interval."""
        values = {name: [getattr(row, field) for row in self.rows] for name, field in _NAMES.items()}
        told = {name: [value for value in column if value is not None] for name, column in values.items()}
        return {name: _summary(column) for name, column in told.items() if column}

    def form(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "benchmark": self.name,
            "documents": self.documents,
            "passages": self.passages,
            "queries": len(self.rows),
            "queries_without_gold": self.without_gold,
            **self.measures(),
            "model": self.model,
            "rows": [asdict(row) for row in self.rows],
        }

    def table(self) -> Iterator[str]:
        """The report as lines of text."""
        yield f"{self.name}: {self.documents} documents, {len(self.rows)} questions, passages {self.passages}"
        for name, values in self.measures().items():
            low, high = values["interval"]
            yield f"{name:18} {values['mean']:.3f}  ({low:.3f} to {high:.3f}, n = {values['n']})"
        yield f"model {self.model}"


def _summary(values: Sequence[float]) -> dict[str, Any]:
    return {"mean": round(fmean(values), 4), "n": len(values), "interval": [round(x, 4) for x in bootstrap(values)]}


def benchmark(folder: Path, settings: Settings, progress: Progress = lambda *_: None) -> BenchmarkReport:
    """Run a BEIR folder in a throw-away library. Raises BadBenchmark, ModelNotFound or ModelNotTrusted."""
    given = read_beir(folder)
    with throw_away_library(settings) as library:
        fill(library, given.texts)
        rows = tuple(_rows(library, given, progress))
        counts = library.passage_counts()
        return BenchmarkReport(
            given.name, len(given.texts), counts, given.without_gold, rows, str(library.embedder.identity)
        )


@contextmanager
def throw_away_library(settings: Settings) -> Iterator[Library]:
    """A library in a folder of its own, which is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="amp-benchmark-") as folder:
        given = settings.model_copy(update={"data": Path(folder), "note_unknown_words": False})
        with Library(given, write=True) as library:
            yield library


def _rows(library: Library, given: Benchmark, progress: Progress) -> Iterator[BenchmarkRow]:
    languages = {text.id: near(text.language) for text in given.texts}
    for number, query in enumerate(given.queries, 1):
        yield _row(library, query, languages)
        progress(number, len(given.queries))


def _row(library: Library, query: Query, languages: dict[str, str]) -> BenchmarkRow:
    start = time.perf_counter()
    ranking = _ranking(library, query.text)
    seconds = time.perf_counter() - start
    wanted = {languages[document] for document in query.gold}
    found = {languages[document] for document in ranking[:10] if document in query.gold}
    return BenchmarkRow(
        id=query.id,
        ndcg_10=ndcg(ranking, query.gold, 10),
        recall_10=recall(ranking, query.gold, 10),
        recall_100=recall(ranking, query.gold, DEPTH),
        reciprocal_rank_10=reciprocal_rank(ranking[:10], query.gold),
        all_languages_10=float(found == wanted) if len(wanted) > 1 else None,
        milliseconds=round(1000 * seconds, 2),
    )


def _ranking(library: Library, question: str) -> list[str]:
    """Document ids, best first; a question that is refused is scored as silence."""
    try:
        return [hit.study_id for hit in search(library, question, DEPTH).hits]
    except Fault:
        return []
