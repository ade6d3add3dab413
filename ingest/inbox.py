"""A folder that is watched: every PDF that is put there is taken in, once it is whole."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchfiles import watch

from corpus.jobs import FileState, Job, JobFile, Jobs, Kind, NewFile
from ingest.jobs import name_of
from ingest.receive import find_pdfs, plain_name

_QUIET = 2.0  # seconds a file must have stayed as it is
_PATIENCE = 60.0  # seconds after which a file that does not end as a PDF does is taken as it is
_WAKE = 1_000  # milliseconds between two looks while nothing is told
_EDGE = 2_048  # bytes at either end of a PDF within which its marks stand

Mark = tuple[int, int]
"""The size of a file in bytes and when it was last changed, in nanoseconds."""


class Inbox:
    """Tells which PDFs in a folder have become whole. What it has told once it tells again only when it has changed."""

    def __init__(self, folder: Path, quiet: float = _QUIET, patience: float = _PATIENCE) -> None:
        """A file is whole when it has stayed the same for `quiet` seconds and ends as a PDF does.

        One that never does so, because it is broken, counts as whole after `patience` seconds without change.
        """
        self.folder = folder
        self._quiet = quiet
        self._patience = patience
        self._seen: dict[Path, tuple[Mark, float]] = {}
        self._told: dict[Path, Mark] = {}

    def whole(self, now: float) -> list[Path]:
        """The PDFs that have become whole, in order; `now` is in seconds, and only ever grows."""
        marks = dict(_marks(self.folder))
        self._seen = {path: self._since(path, mark, now) for path, mark in marks.items()}
        ready = [path for path, mark in marks.items() if self._told.get(path) != mark and self._is_whole(path, now)]
        self._told.update((path, marks[path]) for path in ready)
        return ready

    def _since(self, path: Path, mark: Mark, now: float) -> tuple[Mark, float]:
        known = self._seen.get(path)
        return known if known and known[0] == mark else (mark, now)

    def _is_whole(self, path: Path, now: float) -> bool:
        unchanged = now - self._seen[path][1]
        return unchanged >= self._patience or (unchanged >= self._quiet and ends_as_pdf(path))

    def arrivals(self, stop: threading.Event | None = None) -> Iterator[list[Path]]:
        """What has become whole, time and again until `stop` is set; an empty list, each second, where nothing has.

        Where the system tells of changes this looks at once, and otherwise each second all the same.
        """
        yield self.whole(time.monotonic())
        news = watch(
            self.folder,
            watch_filter=None,
            stop_event=stop,
            rust_timeout=_WAKE,
            yield_on_timeout=True,
            step=50,
            debounce=200,
            ignore_permission_denied=True,
        )
        for _ in news:
            yield self.whole(time.monotonic())


def _marks(folder: Path) -> Iterator[tuple[Path, Mark]]:
    for path in find_pdfs([folder]):
        if isinstance(path, Path) and not path.name.startswith("."):
            try:
                found = path.stat()
            except OSError:  # it has gone again
                continue
            yield path, (found.st_size, found.st_mtime_ns)


def ends_as_pdf(path: Path) -> bool:
    """Can the file be opened, and does it begin and end as a PDF does?"""
    try:
        with path.open("rb") as file:
            head = file.read(_EDGE)
            file.seek(-min(_EDGE, file.seek(0, 2)), 2)
            tail = file.read(_EDGE)
    except OSError:
        return False
    return b"%PDF-" in head and b"%%EOF" in tail


def job_of_inbox(jobs: Jobs, folder: Path, said_by: str) -> Job:
    """The job of a watched folder: the one it has had before, or a new one."""
    found = jobs.of_roots(Kind.INBOX, [folder], unfinished=False)
    return found or jobs.make(Kind.INBOX, name_of([folder]), said_by, [folder])


def put(jobs: Jobs, job_id: int, paths: Iterable[Path]) -> list[JobFile]:
    """Put arrived files into the job of the inbox, each by its bytes: what it has already is not put there again.

    A file that failed and has changed since is tried again. Raises JobEnded where the job was cancelled.
    """
    arrived = list(paths)
    rows = jobs.files(job_id) if arrived else []
    put: list[JobFile] = []
    for path in arrived:
        name, sha256 = plain_name(path.name), _sha256(path)
        if any((row.name, row.sha256) == (name, sha256) for row in rows):
            continue
        failed = [row for row in rows if row.path == path.absolute() and row.state is FileState.FAILED]
        if failed:
            put += jobs.retry(job_id, failed[0].number)
        else:
            put += jobs.add_files(job_id, [NewFile(path.absolute(), name, sha256)])
    return put


def _sha256(path: Path) -> str:
    """Of the bytes as they are now; empty where they cannot be read, which the receipt will tell."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
