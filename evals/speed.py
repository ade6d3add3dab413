"""Speed and memory beside a stock pipeline, each in a process of its own, in one run: `make bench`."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from corpus.library import Library
from corpus.settings import Settings
from corpus.starter import FOLDER
from corpus.study import Description, Draft, Page, PassageKind, Study, StudyFile, TextState

MANY = 50_000
_K = 10
_NOISE = 0.15
QUESTIONS = (
    "Hur undviker vi friåkare när fastighetsägare ska betala?",
    "Minskar bättre belysning brotten på ett torg?",
    "Vad visar utvärderingar av ordningsvakter i stadsmiljö?",
    "Flyttar brotten bara till nästa kvarter?",
    "Hur mäter man upplevd trygghet före och efter en insats?",
    "Vilket ansvar har kommunen för brottsförebyggande arbete?",
    "Fungerar kameror mot våld i krogmiljö?",
    "Vad kostar en platssamverkan och vem betalar?",
    "Vad är en orsaksanalys och när görs den?",
    "Hur länge håller effekten av en trygghetssatsning i sig?",
    "Does street lighting reduce fear of crime?",
    "What do body-worn cameras do to complaints against officers?",
    "How do officers see their own legitimacy?",
    "Do business improvement districts reduce crime?",
    "Is crime displaced to nearby streets?",
    "How many officers answered the survey?",
    "What is procedural justice and does it matter?",
    "Which search powers need no suspicion?",
    "How do private guards affect reported crime?",
    "What should an evaluation compare with?",
)


def main(folder: str | None = None) -> None:
    """Run every part in a fresh process and print one table."""
    pdfs = folder or str(FOLDER)
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as stock:
        rows = [_part("ours", pdfs, ours), _part("stock", pdfs, stock)]
    for line in _table(rows, pdfs):
        print(line, flush=True)  # noqa: T201


def _part(who: str, pdfs: str, data: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "evals.speed", "--part", who, pdfs, data],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def _table(rows: list[dict[str, Any]], pdfs: str) -> Iterator[str]:
    ours, stock = rows
    yield f"{ours['pages']} pages in {Path(pdfs).name}; model loaded beforehand in both; one run"
    yield f"{'':34}{'ours':>10}{'stock':>10}{'ratio':>8}"
    for name, key in (
        ("ingest, pages per second", "pages_per_second"),
        ("peak memory after ingest, MB", "peak_mb_ingest"),
        ("search here, median ms", "median_ms"),
        ("search here, p95 ms", "p95_ms"),
        (f"search at {MANY:,}, median ms", "median_ms_many"),
        (f"search at {MANY:,}, p95 ms", "p95_ms_many"),
        ("peak memory in all, MB", "peak_mb"),
    ):
        yield f"{name:34}{ours[key]:10.1f}{stock[key]:10.1f}{ours[key] / stock[key]:8.2f}"
    yield f"passages: ours {ours['passages']}, stock {stock['passages']}; hits asked for: {_K}"


def ours(pdfs: Path, data: Path) -> dict[str, Any]:
    """Take in, search, then search again among many."""
    from ingest.receive import Reception

    with Library(Settings(data=data / "a"), write=True) as library:
        library.embedder.encode_query("warm")
        start = time.perf_counter()
        with Reception(library) as reception:
            pages = sum(receipt.pages for receipt in reception.receive_paths([pdfs]))
        library.settle()
        seconds = time.perf_counter() - start
        peak = _peak_mb()
        here = _timed(_searcher(library))
        passages = library.record.counts()["passages"]
        with Library(Settings(data=data / "b"), write=True, embedder=library.embedder) as many:
            multiply(library, many, MANY)
            times = _timed(_searcher(many))
    return _row(pages, seconds, passages, peak, here, times)


def stock(pdfs: Path, data: Path) -> dict[str, Any]:
    """The same with the stock pipeline."""
    from corpus.embedder import open_embedder
    from evals.stock import StockPipeline

    model = open_embedder(Settings()).folder
    pipeline = StockPipeline(data / "a", model)
    pipeline.embeddings.embed_query("warm")
    files = sorted(pdfs.rglob("*.pdf"))
    start = time.perf_counter()
    pages = pipeline.ingest(files)
    seconds = time.perf_counter() - start
    peak = _peak_mb()
    here = _timed(lambda question: pipeline.search(question, _K))
    found = pipeline.store.get(include=["documents", "embeddings"])
    many = StockPipeline(data / "b", model)
    repeats = -(-MANY // len(found["documents"]))
    vectors = np.concatenate([_perturbed(np.asarray(found["embeddings"], np.float32), n) for n in range(repeats)])[
        :MANY
    ]
    many.fill((found["documents"] * repeats)[:MANY], list(vectors))
    times = _timed(lambda question: many.search(question, _K))
    return _row(pages, seconds, len(found["documents"]), peak, here, times)


def multiply(source: Library, target: Library, wanted: int) -> None:
    """Fill `target` with the studies of `source` over and over, each time with vectors moved a little."""
    studies = [study for study in source.record.studies() if study.text is TextState.SEARCHABLE]
    filled = turn = 0
    while filled < wanted:
        for study in studies:
            filled += _copy(source, target, study, turn)
            if filled >= wanted:
                break
        turn += 1
    target.lexical.catch_up()
    target.dense.seal()


def _copy(source: Library, target: Library, study: Study, turn: int) -> int:
    name = f"{study.id}-{turn}"
    passages = list(source.passages(source.record.passage_ids_of(study.id)).values())
    held = source.record.vectors_of([p.id for p in passages])
    shadows = source.record.shadows([p.id for p in passages])
    vectors = np.frombuffer(b"".join(held[i] for i in sorted(held)), np.float32).reshape(len(held), -1)
    drafts = [Draft(p.page, p.start, p.end, p.text, p.language, PassageKind(p.kind)) for p in passages]
    pages = [source.page(study.id, number) for number in range(1, study.page_count + 1)]
    target.record.add(
        Study(name, Description(study.title), study.languages, study.text, (StudyFile(name, name, 0, len(pages)),)),
        [Page(name, p.number, p.label, p.text, p.reader, p.witness) for p in pages],
        drafts,
        _perturbed(vectors, turn),
        shadows=[shadows.get(p.id) for p in passages],
    )
    return len(drafts)


def _perturbed(vectors: Any, seed: int) -> Any:
    noise = np.random.default_rng(seed).standard_normal(vectors.shape).astype(np.float32)
    moved = vectors + _NOISE * noise / np.sqrt(vectors.shape[1])
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def _searcher(library: Library) -> Callable[[str], object]:
    from retriever.search import search

    library.warm()
    return lambda question: search(library, question, _K)


def _timed(search: Callable[[str], object]) -> list[float]:
    """Milliseconds of each question, asked three times; a first round is not counted."""
    times = []
    for turn in range(4):
        for question in QUESTIONS:
            start = time.perf_counter()
            search(question)
            if turn:
                times.append((time.perf_counter() - start) * 1000)
    return times


def _row(
    pages: int, seconds: float, passages: int, peak: float, here: list[float], many: list[float]
) -> dict[str, Any]:
    return {
        "pages": pages,
        "pages_per_second": pages / seconds,
        "passages": passages,
        "peak_mb_ingest": peak,
        "median_ms": statistics.median(here),
        "p95_ms": float(np.percentile(here, 95)),
        "median_ms_many": statistics.median(many),
        "p95_ms_many": float(np.percentile(many, 95)),
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    """Peak memory of this process and of its largest child together, in MB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        part = {"ours": ours, "stock": stock}[sys.argv[2]]
        print(json.dumps(part(Path(sys.argv[3]), Path(sys.argv[4]))))  # noqa: T201
    else:
        main(*sys.argv[1:2])
