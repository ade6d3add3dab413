"""Jobs carried out: files are read ahead in child processes, and written one by one, whatever happens in between."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus.jobs import Ask, FileState, Job, JobFile, Jobs, JobState, Kind, NewFile
from corpus.library import Library
from corpus.record import CannotWrite
from corpus.settings import Settings
from corpus.starter import FOLDER, starter_notes
from corpus.study import Description
from corpus.words import Fault, Language, say
from ingest.receive import Begun, Reading, Receipt, Reception, Status, failed, find_pdfs, plain_name

DEATHS = 3
"""A file that the process died over this often is not tried again of itself."""
UPLOADS = "uploads"
_LOG = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds that files which are read wait for the one before them: then the order gives way
_LOOK = 0.2  # seconds between two looks at what was asked
_AFTER_TROUBLE = 5.0  # seconds before a job that could not even be paused is looked at again


class KilledTheProcess(Fault):
    """The process died each time the file was in hand."""

    code = "killed_the_process"


class Unexpected(Fault):
    """Something went wrong with a file that nobody foresaw."""

    code = "unexpected"


class Window:
    """The files in hand: a few that are being read, or are read and wait to be written. Their number is bounded."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._files: list[tuple[JobFile, Begun]] = []
        self._head_since = 0.0

    def __len__(self) -> int:
        return len(self._files)

    def takes(self, file: JobFile) -> bool:
        """Is there room for this file? One that a process died over is in hand alone."""
        alone = file.deaths or any(held.deaths for held, _ in self._files)
        return len(self._files) < (1 if alone else self._size)

    def put(self, file: JobFile, begun: Begun) -> None:
        """Take one more file in hand."""
        if not self._files:
            self._head_since = time.monotonic()
        self._files.append((file, begun))

    def read(self) -> tuple[JobFile, Begun] | None:
        """Take out the first file, once it is read; None if that is not so after a moment.

        A file that takes long to read is passed by after some seconds, so that it costs only itself.
        """
        if not _is_read(self._files[0][1]):
            wait([begun.result for _, begun in self._files[:1] if not isinstance(begun, Receipt)], timeout=_LOOK)
        patient = time.monotonic() < self._head_since + _PATIENCE
        for at, (_, begun) in enumerate(self._files[: 1 if patient else None]):
            if _is_read(begun):
                self._head_since = self._head_since if at else time.monotonic()
                return self._files.pop(at)
        return None

    def empty(self) -> Iterator[Begun]:
        """Let go of everything."""
        while self._files:
            yield self._files.pop()[1]


def _is_read(begun: Begun) -> bool:
    return isinstance(begun, Receipt) or begun.result.done()


class Runner(AbstractContextManager["Runner"]):
    """Carries out the jobs of a library that this process owns, one job at a time."""

    def __init__(self, library: Library, reception: Reception | None = None) -> None:
        """Opened, it puts back what was in hand when an earlier process died. Files are read by `reception`."""
        self._library = library
        self._own_reception = reception is None
        self._reception = reception or Reception(library)
        self.jobs = Jobs(library.record)
        self._stopping = threading.Event()
        self._poked = threading.Event()
        self._uploading = threading.Lock()
        self._had_no_room = False
        self._notes: dict[str, Description] = {}
        self.jobs.recover()
        self._sweep()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._own_reception:
            self._reception.__exit__(kind, error, at)

    @property
    def settings(self) -> Settings:
        """The settings of the library."""
        return self._library.settings

    # Making jobs

    def job_of(self, paths: Iterable[Path], said_by: str) -> Job:
        """The job of these files and folders: the unfinished one of the same paths, or a new one."""
        roots = list(paths)
        job = self.jobs.of_roots(Kind.PATHS, roots, unfinished=True)
        if job is None:
            job = self.jobs.make(Kind.PATHS, name_of(roots), said_by, roots)
        known = {file.path for file in self.jobs.files(job.id)}
        new = [file for file in map(_new_file, find_pdfs(roots)) if file.path not in known]
        self.jobs.add_files(job.id, new)
        return self.jobs.resume(job.id)

    def keep_upload(self, job_id: int, name: str, staged: Path, sha256: str, *, again: bool) -> tuple[JobFile, bool]:
        """Put an uploaded file, which lies on disk, into a job; whether it is a new row.

        Unless `again`, a file of the job with the same name and bytes is that one. Raises CannotWrite, UnknownJob or
        JobEnded.
        """
        new = NewFile(Path(UPLOADS, f"{sha256}.pdf"), name, sha256)
        with self._uploading:
            same = [f for f in self.jobs.files(job_id) if (f.name, f.sha256) == (name, sha256)]
            if same and not again:
                return same[0], False
            self._keep(staged, new.path)
            try:
                (added,) = self.jobs.add_files(job_id, [new])
            finally:
                self._remove_unless_wanted(new.path)
        self.poke()
        return added, True

    def _keep(self, staged: Path, path: Path) -> None:
        try:
            staged.replace(self._library.folder / path)
            _sync(self._library.folder / UPLOADS)
        except OSError as error:
            raise CannotWrite(folder=self._library.folder) from error

    def uploads(self) -> Path:
        """The folder that uploaded files wait in. Raises CannotWrite."""
        folder = self._library.folder / UPLOADS
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWrite(folder=self._library.folder) from error
        return folder

    # Carrying them out

    def carry_out(self, job_id: int) -> Generator[JobFile]:
        """Work on a job until it is done, paused or cancelled; each file as it ends, which is mostly in order.

        Where there is no room to write, the job pauses and says so. Raises CannotWrite where not even that is written.
        """
        if not self.jobs.take_up(job_id):
            return
        window, why, since = Window(self._reception.ahead), None, time.monotonic()
        try:
            self._catch_up()
            while self._goes_on(job_id):
                self._fill(job_id, window)
                if not len(window):
                    break
                if read := window.read():
                    ended = self._finish(*read, since)
                    since = time.monotonic()
                    yield ended
        except CannotWrite as fault:
            why, self._had_no_room = fault, True
        finally:
            for begun in window.empty():
                self._reception.drop(begun)
            self.jobs.leave(job_id, why)
            self._forget_cancelled(job_id)
        if why is None:
            self._library.settle()

    def _catch_up(self) -> None:
        """Let the word index follow the record, where it could not because there was no room. Raises CannotWrite."""
        if not self._had_no_room:
            return
        try:
            self._library.lexical.catch_up()
        except (ValueError, OSError) as error:
            raise CannotWrite(folder=self._library.folder) from error
        self._had_no_room = False

    def _goes_on(self, job_id: int) -> bool:
        self.jobs.heed()
        return self.jobs.state(job_id) is JobState.RUNNING and not self._stopping.is_set()

    def _fill(self, job_id: int, window: Window) -> None:
        while (file := self.jobs.next_file(job_id)) and window.takes(file):
            begun = self.jobs.begin(file)
            window.put(begun, self._begin(begun))

    def _begin(self, file: JobFile) -> Begun:
        if file.deaths >= DEATHS:
            return failed(file.name, KilledTheProcess(file=file.name, times=file.deaths))
        return self._reception.begin(file.name, self._library.folder / file.path, self._given(file.path))

    def _given(self, path: Path) -> Description | None:
        """What is known beforehand of a file: the starter corpus says what its notes are."""
        if path.parent != FOLDER:
            return None
        self._notes = self._notes or starter_notes()
        return self._notes.get(path.name)

    def _finish(self, file: JobFile, begun: Begun, since: float) -> JobFile:
        """Take a file in; the job has been at work since the monotonic time `since`."""
        if isinstance(begun, Reading):
            file = replace(file, sha256=begun.arrived.sha256)
            self.jobs.take_in(file)
        receipt = self._receipt(file, begun)
        ended = self.jobs.end(file, receipt.to_keep(), time.monotonic() - since)
        self._forget_uploads([ended])
        return ended

    def _receipt(self, file: JobFile, begun: Begun) -> Receipt:
        """The receipt of a file. Whatever goes wrong costs this file alone, unless there is no room to write."""
        try:
            receipt = self._reception.finish(begun)
            return self._as_it_was_added(file, receipt) if receipt.status is Status.UNCHANGED else receipt
        except CannotWrite:
            raise
        except Exception as error:  # noqa: BLE001 - one surprise must not end the others' job; it is logged whole
            _LOG.exception("The file %s of job %d could not be taken in.", file.name, file.job_id)
            return failed(file.name, Unexpected(file=file.name, kind=type(error).__name__))

    def _as_it_was_added(self, file: JobFile, receipt: Receipt) -> Receipt:
        """The receipt of a study that this very file brought, where the process died before it could say so."""
        study_id = receipt.study_id or ""
        ours = file.tries > 1 and self.jobs.added_since(study_id, file.job_id) and not self.jobs.brought_by(study_id)
        return self._reception.receipt_of(self._library.study(study_id), file.name) if ours else receipt

    # In a server: as jobs come

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Carry out jobs in a thread of its own while the block lasts; then the file in hand is finished first."""
        thread = threading.Thread(target=self.serve, name="jobs")
        thread.start()
        try:
            yield
        finally:
            self.stop()
            thread.join()

    def serve(self) -> None:
        """Carry out jobs as they come, until `stop`; for a thread of its own."""
        while not self._stopping.is_set():
            try:
                self.jobs.heed()
                if job := self.jobs.next_job():
                    for _ in self.carry_out(job.id):
                        pass
                    self.jobs.finish(job.id)
                else:
                    self._poked.wait(1)
                    self._poked.clear()
            except (Fault, OSError, sqlite3.Error):  # such as a record that another process keeps locked
                _LOG.exception("Jobs wait: the library in %s cannot be worked on.", self._library.folder)
                self._stopping.wait(_AFTER_TROUBLE)

    def poke(self) -> None:
        """There may be something to do."""
        self._poked.set()

    def cancel(self, job_id: int) -> Job:
        """Leave undone what is not done, and forget what was uploaded for it. Raises UnknownJob or JobEnded."""
        self.jobs.cancel(job_id)
        self._forget_cancelled(job_id)
        return self.jobs.job(job_id)

    def do(self, job_id: int, what: Ask) -> Job:
        """Pause, cancel or resume a job. Raises UnknownJob or JobEnded."""
        if what is Ask.CANCEL:
            return self.cancel(job_id)
        return self.jobs.pause(job_id) if what is Ask.PAUSE else self.jobs.resume(job_id)

    def stop(self) -> None:
        """Stop after the file in hand; unfinished jobs are taken up again when a runner is opened next."""
        self._stopping.set()
        self._poked.set()

    # Uploads

    def _forget_uploads(self, files: Iterable[JobFile]) -> None:
        """Remove the bytes of uploads that no job needs any more."""
        with self._uploading:
            for path in {file.path for file in files if file.path.parent == Path(UPLOADS)}:
                self._remove_unless_wanted(path)

    def _forget_cancelled(self, job_id: int) -> None:
        self._forget_uploads(file for file in self.jobs.files(job_id) if file.state is FileState.CANCELLED)

    def _remove_unless_wanted(self, path: Path) -> None:
        if not self.jobs.wants(path):
            (self._library.folder / path).unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what was being uploaded when a process died, and uploads that no job needs."""
        for path in (self._library.folder / UPLOADS).glob("*"):
            self._remove_unless_wanted(Path(UPLOADS, path.name))


def name_of(paths: Iterable[Path]) -> str:
    """What a job of some paths is called."""
    return ", ".join(plain_name(path.absolute().name) for path in paths)[:200]


def full_form(jobs: Jobs, job_id: int, language: Language) -> dict[str, Any]:
    """A job and its files as JSON."""
    files = [file_form(file, language) for file in jobs.files(job_id)]
    return {**job_form(jobs.job(job_id), language), "files": files}


def job_form(job: Job, language: Language) -> dict[str, Any]:
    """A job as JSON, its reason in the reader's language."""
    return {
        "id": job.id,
        "name": job.name,
        "kind": job.kind.value,
        "state": job.state.value,
        "reason": say(job.why[0], language, **job.why[1]) if job.why else None,
        "made": job.made,
        "started": job.started,
        "ended": job.ended,
        "said_by": job.said_by,
        "total": job.totals.files,
        "finished": job.totals.ended,
        "failed": job.totals.failed,
        "states": job.totals.states,
        "statuses": job.totals.statuses,
        "pages": job.totals.pages,
        "passages": job.totals.passages,
        "seconds": round(job.seconds, 3),
        "rate": _rounded(job.rate),
        "seconds_left": _rounded(job.seconds_left),
    }


def file_form(file: JobFile, language: Language) -> dict[str, Any]:
    """A file of a job as JSON, with its receipt in the reader's language."""
    return {
        "number": file.number,
        "file": file.name,
        "state": file.state.value,
        "tries": file.tries,
        "changed": file.changed,
        "receipt": Receipt.kept(file.receipt).form(language) if file.receipt else None,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _new_file(found: Path | tuple[Path, Fault]) -> NewFile:
    if isinstance(found, tuple):
        path, fault = found
        name = plain_name(path.name or str(path))
        return NewFile(path.absolute(), name, receipt=failed(name, fault).to_keep())
    return NewFile(found.absolute(), plain_name(found.name))


def _sync(folder: Path) -> None:
    """Put on disk which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
