"""What is measured, each asked the same way: the system itself, and three plain ones to see what it adds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np

from corpus.embedder import open_embedder
from corpus.library import Library
from corpus.record import Vectors
from corpus.study import PassageKind
from corpus.words import Fault
from evals.plain import Chunk, PlainWords
from retriever.answer import AnswerSentence
from retriever.ask import Considered, consider
from retriever.search import search

BASELINES = ("bm25", "vectors", "stock")
DEPTH = 20
SHOWN = 4
"""How many passages a plain system shows as its answer: about a minute's reading, as this system shows."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage or quote and where it stands. One `read_by_ocr` is in no text layer to be read again."""

    study_id: str
    page: int
    text: str
    language: str = ""
    label: str = ""
    file: str = ""
    read_by_ocr: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """What a system gave to one question.

    `hits` are pages, best first, each by its best passage. `quotes` are shown only if `answered`, but are kept either
    way. `fault` is the code of a question that was refused. Times are in seconds.
    """

    language: str
    hits: tuple[Shown, ...]
    answered: bool
    confidence: float
    message: str
    sentences: tuple[AnswerSentence, ...]
    quotes: tuple[Shown, ...]
    search_seconds: float
    ask_seconds: float
    fault: str = ""


class System(Protocol):
    """Anything that ranks pages and answers with quotes."""

    @property
    def name(self) -> str:
        """A short name, for files and tables."""

    def give(self, question: str, depth: int = DEPTH) -> Given:
        """Ask it one question."""


class Ours:
    """The system that advisers use, through the same two calls."""

    name = "amp"

    def __init__(self, library: Library, *, answering: bool = True) -> None:
        """With `answering` False it only searches, and gives silence for answers."""
        self._library = library
        self._answering = answering

    def give(self, question: str, depth: int = DEPTH) -> Given:
        """Search, then ask. A question that is refused is silence."""
        try:
            start = time.perf_counter()
            found = search(self._library, question, depth)
            between = time.perf_counter()
            considered = consider(self._library, question) if self._answering else None
            end = time.perf_counter()
        except Fault as fault:
            return Given("", (), False, 0.0, fault.sentence("en"), (), (), 0.0, 0.0, fault.code)
        hits = tuple(Shown(h.study_id, h.page, h.text, h.language, h.page_label, h.file) for h in found.hits)
        if considered is None:
            return Given(found.question.language, hits, False, 0.0, "", (), (), between - start, 0.0)
        return _given(considered, hits, between - start, end - between)


def _given(considered: Considered, hits: tuple[Shown, ...], search_seconds: float, ask_seconds: float) -> Given:
    answer = considered.answer
    return Given(
        language=answer.language,
        hits=hits,
        answered=answer.answered,
        confidence=answer.confidence,
        message=answer.message,
        sentences=answer.sentences,
        quotes=tuple(
            Shown(c.study_id, c.page, c.quote, c.language, c.page_label, c.file, c.read_by_ocr)
            for c in considered.citations
        ),
        search_seconds=search_seconds,
        ask_seconds=ask_seconds,
    )


class Plain:
    """A system that shows its first passages as they are and never says no; its confidence is its best score."""

    def __init__(self, name: str, library: Library) -> None:
        self.name = name
        self._files = {study.id: study.file_name for study in library.record.studies()}

    def ranked(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """Passages with scores, best first."""
        raise NotImplementedError

    def give(self, question: str, depth: int = DEPTH) -> Given:
        """Rank, and show the first four."""
        start = time.perf_counter()
        ranked = self.ranked(question, 3 * depth)
        seconds = time.perf_counter() - start
        passages = [Shown(c.study_id, c.page, c.text, file=self._files.get(c.study_id, "")) for c, _ in ranked]
        first = tuple(passages[:SHOWN])
        return Given(
            language="",
            hits=tuple(_by_page(passages))[:depth],
            answered=bool(first),
            confidence=max(0.0, min(1.0, ranked[0][1])) if ranked else 0.0,
            message="",
            sentences=tuple(AnswerSentence(passage.text, (n,)) for n, passage in enumerate(first, 1)),
            quotes=first,
            search_seconds=seconds,
            ask_seconds=seconds,
        )


def _by_page(passages: Sequence[Shown]) -> Iterator[Shown]:
    seen: set[tuple[str, int]] = set()
    for passage in passages:
        if (passage.study_id, passage.page) not in seen:
            seen.add((passage.study_id, passage.page))
            yield passage


class WordsOnly(Plain):
    """Plain BM25 over the library's passages: lower-case words, no stems, no term list, one index for all."""

    def __init__(self, library: Library) -> None:
        super().__init__("bm25", library)
        self._index = PlainWords(_chunks(library))

    def ranked(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """By BM25; the confidence is the score as a share of itself and one, since BM25 has no upper bound."""
        return [(chunk, score / (1 + score)) for chunk, score in self._index.search(question, k)]


class VectorsOnly(Plain):
    """Plain vectors over the library's passages: the same model, each passage in its own words, exact cosine."""

    def __init__(self, library: Library) -> None:
        super().__init__("vectors", library)
        self._embedder = library.embedder
        self._chunks = _chunks(library)
        self._matrix: Vectors = self._embedder.encode_documents([chunk.text for chunk in self._chunks])

    def ranked(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """By cosine."""
        scores = self._matrix @ self._embedder.encode_query(question)
        return [(self._chunks[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k]]


def _chunks(library: Library) -> list[Chunk]:
    return [
        Chunk(p.study_id, p.page, p.text) for p in library.record.all_passages() if p.kind is not PassageKind.REFERENCES
    ]


class Stock(Plain):
    """A stock LangChain pipeline over the library's PDFs, as its own documentation builds it."""

    def __init__(self, library: Library, folder: Path, model: Path) -> None:
        from evals.stock import StockPipeline  # of packages that only development installs

        super().__init__("stock", library)
        self._pipeline = StockPipeline(folder, model)
        pdfs: dict[str, Path] = {}
        texts: list[Chunk] = []
        for study in library.record.studies():
            path = library.pdf_path(study.files[0].sha256)
            if path.is_file():
                pdfs[study.id] = path
            else:  # a benchmark's document, which never was a PDF
                texts += [Chunk(study.id, n, library.page(study.id, n).text) for n in range(1, study.page_count + 1)]
        self._pipeline.ingest_chunks(texts)
        self._pipeline.ingest(list(pdfs.values()))
        self._ids = {str(path): study_id for study_id, path in pdfs.items()}

    def ranked(self, question: str, k: int) -> list[tuple[Chunk, float]]:
        """By the store's distance, which is squared Euclidean for unit vectors: cosine = 1 - distance / 2."""
        found = self._pipeline.search_with_scores(question, k)
        return [
            (Chunk(self._ids.get(c.study_id, c.study_id), c.page, c.text), 1 - distance / 2) for c, distance in found
        ]


def available() -> tuple[str, ...]:
    """Those of `BASELINES` that can be run here: the stock pipeline needs the development packages."""
    return BASELINES if find_spec("langchain_chroma") else BASELINES[:-1]


@contextmanager
def baseline(library: Library, name: str) -> Iterator[System]:
    """One of `BASELINES` over a library's passages; what it builds is gone when the block ends."""
    if name == "bm25":
        yield WordsOnly(library)
    elif name == "vectors":
        yield VectorsOnly(library)
    else:
        model = open_embedder(library.settings).folder
        with TemporaryDirectory(prefix="amp-stock-", ignore_cleanup_errors=True) as folder:
            yield Stock(library, Path(folder), model)
