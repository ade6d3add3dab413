"""Runs made by hand: rows of which only what a test looks at is said, and figures that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from evals.gold import Place
from evals.row import Row
from evals.run import Run
from evals.summary import summarise

FINE = {
    "nearest_recall@10": 1.0,
    "vectors_as_embedded": 1.0,
    "words_as_analysed": 1.0,
    "inflections_meet": 0.87,
    "questions": 0,
    "passages_looked_at": 0,
}
"""Index fidelity of a sound build."""


def a_row(name: str, pair: str = "en-en", **given: Any) -> Row:
    """A row about a document of its own; what it says of answer and gold is made by `kept`."""
    plain: dict[str, Any] = {
        "question": f"What of {name}?",
        "language": pair.removeprefix("none-")[:2],
        "answerable": "near_miss" if pair.startswith("none") else "yes",
        "kind": "",
        "difficulty": "",
        "tags": (),
        "document": name,
        "values": {},
        "answered": False,
        "right": False,
        "confidence": 0.5,
        "quotes": 0,
        "found_strictly": 0,
        "found_loosely": 0,
        "gold": (),
        "ranking": (),
        "given": kept(),
    }
    return Row(id=name, pair=pair, **(plain | given))


def kept(**more: Any) -> dict[str, Any]:
    """What a row keeps of what was given."""
    return {"message": "", "sentences": [], "quotes": [], "hits": [], "gold": [], "nuggets": [], **more}


def rows_of(measure: str, *values: float, pair: str = "en-en", document: str = "") -> list[Row]:
    """A row for each value of one measure, each about a document of its own unless one is said."""
    rows = [a_row(f"{pair}-{n}", pair, values={measure: value}) for n, value in enumerate(values)]
    return [replace(row, document=document or row.document) for row in rows]


def a_run(
    rows: Iterable[Row],
    name: str = "a",
    *,
    set_sha256: str = "s",
    studies: Mapping[str, str] | None = None,
    index: Mapping[str, float] | None = None,
    pages: Mapping[Place, dict[str, Any]] | None = None,
) -> Run:
    """A run whose figures follow from its rows; sound in all that is not said otherwise."""
    asked = tuple(rows)
    made_from: dict[str, Any] = {
        "code": {"commit": name, "files_sha256": "c"},
        "corpus": {"studies": dict(studies or {}), "pages": 0, "passages": 0, "passages_sha256": "p"},
        "terms": "t",
        "model": "m",
        "settings": {},
        "set": {"name": "small", "version": "1", "split": "dev", "sha256": set_sha256, "questions": len(asked)},
        "seed": 0,
    }
    summary = {
        "set": made_from["set"],
        "fingerprint": name,
        **summarise(asked),
        "index": {**FINE, **(index or {})},
        "baselines": {},
    }
    speed = {"ask_ms": None, "cold_ms": None, "peak_mb": 1.0}
    return Run(Path("runs") / name, made_from, asked, {}, summary, speed, dict(pages or {}))


def refuse(constant: str) -> NoReturn:
    """For `json.loads(..., parse_constant=refuse)`."""
    raise AssertionError(f"{constant} is not JSON")
