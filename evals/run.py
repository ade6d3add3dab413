"""One run of a set of questions over a library: a folder of rows, figures, and what they were made from."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from corpus.library import Library
from corpus.upkeep import Progress
from corpus.words import Fault
from evals.case import QuestionSet
from evals.fingerprint import GROUND, differing, fingerprint, same_ground, short
from evals.gold import Located, Place, locate
from evals.index import IndexFidelity, index_fidelity
from evals.latency import latency
from evals.lines import json_rows, write_rows, write_whole, writing
from evals.row import Row, row_from, row_of
from evals.summary import summarise
from evals.systems import BASELINES, Given, Ours, System, baseline


class OtherRun(Fault):
    """A run folder was made from something else than what it is to be gone on with."""

    code = "run_other"


class NotARun(Fault):
    """A folder to run into holds other things."""

    code = "run_not_empty"


class NoRun(Fault):
    """A folder holds no finished run."""

    code = "run_none"


class BadRun(Fault):
    """A run folder's file cannot be read."""

    code = "run_bad"


@dataclass(frozen=True, slots=True)
class Timed:
    """How long one question took in one system, in milliseconds."""

    id: str
    search_ms: float
    ask_ms: float


Kept = TypeVar("Kept", Row, Timed)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run. `summary` holds every figure but times, which are in `speed`; `pages` the text of pages met."""

    folder: Path
    made_from: dict[str, Any]
    rows: tuple[Row, ...]
    baselines: dict[str, tuple[Row, ...]]
    summary: dict[str, Any]
    speed: dict[str, Any]
    pages: dict[Place, dict[str, Any]]

    def form(self) -> dict[str, Any]:
        """The run as JSON: its figures, its times and its rows."""
        return {
            **self.summary,
            "speed": self.speed,
            "run": str(self.folder),
            "rows": [asdict(row) for row in self.rows],
        }


def default_folder(library: Library, questions: QuestionSet, seed: int = 0) -> Path:
    """`runs/<time>-<set>-<fingerprint>` in the library's folder."""
    made = short(fingerprint(library, questions, seed))
    name = re.sub(r"[^\w.-]+", "-", questions.name) or "set"
    return library.folder / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}-{made}"


def run(
    library: Library,
    questions: QuestionSet,
    folder: Path,
    *,
    baselines: Sequence[str] = (),
    seed: int = 0,
    cold_ms: Sequence[float] = (),
    progress: Progress = lambda *_: None,
) -> Run:
    """Ask every question that the folder has no row of yet, then make the figures.

    Raises GoldMissing before anything is asked, OtherRun where the folder holds a run made from something else, and
    NotWritten where it cannot be written to.
    """
    located = locate(library, questions)
    made_from = fingerprint(library, questions, seed)
    _begin(folder, made_from)
    names = [name for name in BASELINES if name in baselines or (folder / f"baseline-{name}.jsonl").exists()]
    step = stepper(progress, len(located) * (1 + len(names)))
    rows = tuple(_rows(folder, "rows", Ours(library), located, library, step))
    peak = peak_mb()
    beside: dict[str, tuple[Row, ...]] = {}
    for name in names:
        with baseline(library, name) as system:
            beside[name] = tuple(_rows(folder, f"baseline-{name}", system, located, library, step))
    times = [(timed.search_ms, timed.ask_ms) for timed in _read_times(folder / "rows-times.jsonl")]
    made = datetime.now().astimezone().isoformat(" ", "minutes")
    _write(folder / "speed.json", {**latency(times, cold_ms), "peak_mb": peak, "made": made})
    write_rows(folder / "pages.jsonl", _pages(library, [*rows, *(row for found in beside.values() for row in found)]))
    index = index_fidelity(library, [row.question for row in rows], seed)
    summary = _summary(made_from, located, rows, beside, index)
    _write(folder / "summary.json", summary)  # last: with it a run is finished
    return read_run(folder)


def stepper(progress: Progress, total: int) -> Callable[[], None]:
    """Something to call after each step of `total`, which tells how far it has come."""
    done = count(1)
    return lambda: progress(next(done), total)


def _summary(
    made_from: dict[str, Any],
    located: Sequence[Located],
    rows: tuple[Row, ...],
    beside: Mapping[str, tuple[Row, ...]],
    index: IndexFidelity,
) -> dict[str, Any]:
    """Every figure that the same ground gives again."""
    seed = int(made_from["seed"])
    return {
        "set": made_from["set"],
        "fingerprint": short(made_from),
        "made_from": {key: made_from[key] for key in GROUND},
        "troubles": [trouble.form("en") for one in located for trouble in one.troubles],
        **summarise(rows, seed),
        "index": index.form(),
        "baselines": {name: summarise(found, seed) for name, found in beside.items()},
    }


def _begin(folder: Path, made_from: dict[str, Any]) -> None:
    """Make the folder, or find that it may be gone on with."""
    path = folder / "run.json"
    if path.exists():
        held = _read(path, *GROUND)
        if not same_ground(held, made_from):
            raise OtherRun(folder=folder, parts=", ".join(differing(held, made_from)))
        return
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise NotARun(folder=folder)
    _write(path, made_from)


def _rows(
    folder: Path, name: str, system: System, located: Sequence[Located], library: Library, step: Callable[[], None]
) -> Iterator[Row]:
    """A row for each case in the order of the set: those the folder has, and those asked now, kept as they come."""
    path, times = folder / f"{name}.jsonl", folder / f"{name}-times.jsonl"
    held = _held(path, _read_rows)
    _held(times, _read_times)
    with writing(folder), path.open("a", encoding="utf-8") as rows, times.open("a", encoding="utf-8") as timed:
        for one in located:
            row = held.get(one.case.id)
            if row is None:
                given = system.give(one.case.question)
                row = row_of(one, given, lambda study: pdf_of(library, study))
                _append(rows, asdict(row))
                _append(timed, asdict(_timed(one.case.id, given)))
            step()
            yield row


def _timed(name: str, given: Given) -> Timed:
    return Timed(name, round(1000 * given.search_seconds, 2), round(1000 * given.ask_seconds, 2))


def pdf_of(library: Library, study_id: str) -> Path | None:
    """Where a study's PDF is kept; None where it has none."""
    path = library.pdf_path(library.study(study_id).files[0].sha256)
    return path if path.is_file() else None


def _held(path: Path, read: Callable[[Path], tuple[Kept, ...]]) -> dict[str, Kept]:
    """What an earlier call kept, by id. A last line that was cut off is dropped from the file."""
    if not path.exists():
        return {}
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if whole != data:
        path.write_bytes(whole)
    return {kept.id: kept for kept in read(path)}


def _append(file: Any, form: Mapping[str, Any]) -> None:
    """One line, out of this process: if it is killed, the line is kept."""
    file.write(json.dumps(form, ensure_ascii=False) + "\n")
    file.flush()


def _pages(library: Library, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """The pages that answers, first hits and gold are on, with their text: what a reader of the run wants to see."""
    met = {(study, page) for row in rows for study, page, _ in row.gold}
    met |= {(p["study_id"], p["page"]) for row in rows for p in (*row.given["quotes"], *row.given["hits"][:3])}
    for study_id, number in sorted(met):
        page = library.record.page(study_id, number)
        if page is not None:
            title = library.study(study_id).title
            yield {"study_id": study_id, "page": number, "label": page.label, "title": title, "text": page.text}


def read_run(folder: Path) -> Run:
    """A finished run, read back. Raises NoRun or BadRun."""
    if not (folder / "summary.json").is_file():
        raise NoRun(folder=folder)
    beside = {name: folder / f"baseline-{name}.jsonl" for name in BASELINES}
    return Run(
        folder=folder,
        made_from=_read(folder / "run.json", *GROUND),
        rows=_read_rows(folder / "rows.jsonl"),
        baselines={name: _read_rows(path) for name, path in beside.items() if path.is_file()},
        summary=_read(folder / "summary.json", "set", "fingerprint", "overall"),
        speed=_read(folder / "speed.json"),
        pages=dict(json_rows(folder / "pages.jsonl", _place, BadRun)),
    )


def _read_rows(path: Path) -> tuple[Row, ...]:
    return tuple(json_rows(path, row_from, BadRun))


def _read_times(path: Path) -> tuple[Timed, ...]:
    return tuple(json_rows(path, lambda form: Timed(**form), BadRun))


def _place(form: Any) -> tuple[Place, dict[str, Any]]:
    return (str(form["study_id"]), int(form["page"])), form


def _read(path: Path, *needed: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
        for key in needed:
            found[key]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadRun(file=path, line=0, why=repr(error)) from error
    return found


def _write(path: Path, form: Mapping[str, Any]) -> None:
    """Whole or not at all."""
    write_whole(path, json.dumps(form, ensure_ascii=False, indent=1) + "\n")


def peak_mb() -> float:
    """Peak memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1 << 20), 1)
