"""What the doctor looks at besides the indexes: files, room on disk, unfinished work, and gaps for people to fill."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from corpus.library import Library
from corpus.study import State, Study, TextState
from corpus.words import Language, say

LEAST_ROOM = 200 << 20
"""Bytes that are always to be free, besides room for making both indexes anew (twice their size)."""
_NAMED = 5


class Level(StrEnum):
    """How much a finding matters: a fault is to be mended, a gap filled when there is time, a note only known."""

    FAULT = "fault"
    GAP = "gap"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor found. The sentence says what it is and what to do."""

    code: str
    level: Level
    values: tuple[tuple[str, object], ...] = ()

    def sentence(self, language: Language) -> str:
        """What was found and what to do, in the reader's language."""
        return say(f"doctor_{self.code}", language, **dict(self.values))

    def form(self, language: Language) -> dict[str, Any]:
        """The finding as JSON."""
        values = {name: value if isinstance(value, int) else str(value) for name, value in self.values}
        return {"code": self.code, "level": self.level.value, "message": self.sentence(language), "values": values}


def examine(library: Library, today: date, *, thorough: bool = False) -> list[Finding]:
    """Everything found, faults first; with `thorough` every kept PDF is read and held against its sha256."""
    studies = library.record.studies()
    found = [
        *_files(library, studies, thorough),
        *_room(library.folder),
        *_jobs(library),
        *_gaps(studies),
        *_decisions(library),
        *_law(studies, today),
    ]
    return sorted(found, key=lambda finding: list(Level).index(finding.level))


def _finding(code: str, level: Level, **values: object) -> Finding:
    return Finding(code, level, tuple(values.items()))


def _named(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")


# Files


def _files(library: Library, studies: list[Study], thorough: bool) -> Iterator[Finding]:
    held = {file.sha256: file for study in studies for file in study.files}
    missing = [file.name for file in held.values() if not library.pdf_path(file.sha256).is_file()]
    changed = [
        file.name
        for file in held.values()
        if _is_another(library.pdf_path(file.sha256), file.sha256, file.size, thorough)
    ]
    stray = [path.name for path in (library.folder / "pdf").glob("*") if path.stem not in held]
    if missing:
        yield _finding("pdf_missing", Level.FAULT, count=len(missing), names=_named(missing))
    if changed:
        yield _finding("pdf_changed", Level.FAULT, count=len(changed), names=_named(changed))
    if stray:
        yield _finding("pdf_stray", Level.GAP, count=len(stray), folder=library.folder / "pdf")


def _is_another(path: Path, sha256: str, size: int, thorough: bool) -> bool:
    """Is what lies here not what was put here?"""
    if not path.is_file():
        return False
    if path.stat().st_size != size:
        return True
    if not thorough:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() != sha256


def _room(folder: Path) -> Iterator[Finding]:
    """Both indexes are made anew beside the old ones, so that twice their size has to be free."""
    parts = [path for name in ("dense", "lexical") for path in (folder / name).rglob("*") if path.is_file()]
    record = folder / "record.sqlite3"
    wanted = 2 * sum(path.stat().st_size for path in parts) + record.stat().st_size + LEAST_ROOM
    free = shutil.disk_usage(folder).free
    if free < wanted:
        yield _finding("little_room", Level.FAULT, free=free >> 20, wanted=wanted >> 20, folder=folder)


# Unfinished work


def _jobs(library: Library) -> Iterator[Finding]:
    """Files that failed, and jobs that were not finished."""
    for state, code in (("failed", "files_failed"), ("queued", "files_waiting")):
        query = (
            "SELECT count(*) FROM job_files f JOIN jobs j ON j.id = f.job_id"
            " WHERE f.state = ? AND j.state <> 'cancelled' AND f.name <> ''"
        )
        ((count,),) = library.record.rows(query, (state,))
        if count:
            yield _finding(code, Level.GAP, count=count)
    if library.record.note("erasing"):
        yield _finding("erasing", Level.FAULT)


def _gaps(studies: list[Study]) -> Iterator[Finding]:
    """What people can add: text, years, confirmation; and what is still to be found."""
    here = [study for study in studies if study.files]
    counts = {
        "needs_ocr": sum(study.text is TextState.NEEDS_OCR for study in here),
        "no_year": sum(study.description.year is None for study in here),
        "no_authors": sum(not study.description.authors for study in here),
        "not_described": sum(study.state is State.RECEIVED for study in here),
    }
    for code, count in counts.items():
        if count:
            yield _finding(code, Level.GAP, count=count)
    wanted = sum(study.state is State.WANTED for study in studies)
    if wanted:
        yield _finding("wanted", Level.NOTE, count=wanted)


def _decisions(library: Library) -> Iterator[Finding]:
    """Proposals that wait for a person."""
    ((links,),) = library.record.rows("SELECT count(*) FROM links WHERE state = 'proposed'")
    if links:
        yield _finding("links_proposed", Level.GAP, count=links)
    unsure = sum(not appraisal.confirmed for appraisal in library.record.appraised().values())
    if unsure:
        yield _finding("appraisals_provisional", Level.GAP, count=unsure)


def _law(studies: list[Study], today: date) -> Iterator[Finding]:
    """Legal sources that have lapsed and are still in use."""
    lapsed = [
        study.title
        for study in studies
        if study.state is not State.WITHDRAWN and study.description.valid_to and study.description.valid_to < today
    ]
    if lapsed:
        yield _finding("lapsed", Level.GAP, count=len(lapsed), names=_named(lapsed))
