"""Jobs: many files taken in as one piece of work, kept in the record so that they survive anything."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Any

from corpus.record import CannotWrite, Record
from corpus.words import Fault

_JOB = "SELECT id, kind, name, state, made, started, ended, seconds, said_by, why FROM jobs"
_FILE = "SELECT job_id, number, path, name, sha256, state, tries, deaths, study_id, receipt, changed FROM job_files"
_TOTALS = """SELECT state, json_extract(receipt, '$.status'), count(*), sum(json_extract(receipt, '$.pages')),
    sum(json_extract(receipt, '$.passages')) FROM job_files WHERE job_id = ? GROUP BY 1, 2"""
_COUNT_DEATHS = """UPDATE job_files SET deaths = deaths + 1 WHERE state = 'reading' AND
    (in_hand OR NOT EXISTS (SELECT 1 FROM job_files other WHERE other.state = 'reading' AND other.in_hand))"""
_DONE_IF_NOTHING_IS_LEFT = """UPDATE jobs SET state = 'done', ended = ? WHERE id = ? AND state IN ('queued', 'paused')
    AND started IS NOT NULL AND EXISTS (SELECT 1 FROM job_files WHERE job_id = jobs.id)
    AND NOT EXISTS (SELECT 1 FROM job_files WHERE job_id = jobs.id AND state IN ('queued', 'reading'))"""
_TAKEN_IN = ("added", "needs_ocr")


class JobState(StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class FileState(StrEnum):
    """How far a file of a job has come."""

    QUEUED = "queued"
    READING = "reading"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """Where the files of a job come from."""

    PATHS = "paths"
    UPLOADS = "uploads"
    INBOX = "inbox"


class Ask(StrEnum):
    """What may be asked of a job."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


ENDED = (JobState.DONE, JobState.CANCELLED)
SETTLED = (FileState.DONE, FileState.FAILED, FileState.CANCELLED)
"""States of a file that nothing more happens to of itself."""


class UnknownJob(Fault):
    """No job has this id."""

    code = "unknown_job"


class UnknownJobFile(Fault):
    """The job has no file with this number."""

    code = "unknown_job_file"


class JobEnded(Fault):
    """The job is done or cancelled, and takes nothing more."""

    code = "job_ended"


class NothingToRetry(Fault):
    """Nothing of what was to be tried again has failed."""

    code = "nothing_to_retry"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be put into a job: where its bytes are, and the name it is shown by.

    `sha256` is known of files that were uploaded. One that cannot even be tried comes with its `receipt`.
    """

    path: Path
    name: str
    sha256: str = ""
    receipt: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class JobFile:
    """One file of a job. `number` counts from 1 within the job; `path` may be relative to the library's folder.

    `tries` is how often it was begun, `deaths` how often the whole process died over it. `receipt` is what became of
    it, as JSON. `changed` is UTC, ISO 8601.
    """

    job_id: int
    number: int
    path: Path
    name: str
    sha256: str
    state: FileState
    tries: int
    deaths: int
    study_id: str
    receipt: dict[str, Any] | None
    changed: str


@dataclass(frozen=True, slots=True)
class Totals:
    """The files of a job, counted: by state, and those that ended by what became of them.

    `pages` and `passages` are of the studies that this job added; `known` files needed no reading.
    """

    files: int = 0
    states: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    pages: int = 0
    passages: int = 0

    @property
    def ended(self) -> int:
        """Files that nothing more happens to."""
        return sum(self.states.get(state, 0) for state in SETTLED)

    @property
    def failed(self) -> int:
        """Files that failed."""
        return self.states.get(FileState.FAILED, 0)


@dataclass(frozen=True, slots=True)
class Job:
    """Many files as one piece of work. Times are UTC, ISO 8601; `seconds` is the time it has been worked on.

    One that was never `started` waits for files. `why` is the code and values of the sentence that says why it paused
    of itself.
    """

    id: int
    kind: Kind
    name: str
    state: JobState
    made: str
    started: str | None
    ended: str | None
    seconds: float
    said_by: str
    why: tuple[str, dict[str, Any]] | None
    totals: Totals

    @property
    def rate(self) -> float | None:
        """Pages a second, over the time it has been worked on."""
        return self.totals.pages / self.seconds if self.seconds else None

    @property
    def seconds_left(self) -> float | None:
        """How long the files that are left will take if they are like those before; None while that is unknown."""
        done = self.totals.ended
        return self.seconds / done * (self.totals.files - done) if done and self.seconds else None


class Jobs:
    """The jobs of a library. Safe to share between threads of the process that owns it."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._listening: list[tuple[int, SimpleQueue[JobFile]]] = []
        self._lock = Lock()

    # Reading

    def job(self, job_id: int) -> Job:
        """One job. Raises UnknownJob."""
        rows = self._record.rows(f"{_JOB} WHERE id = ?", (job_id,))
        if not rows:
            raise UnknownJob(job=job_id)
        return self._job(rows[0])

    def jobs(self) -> list[Job]:
        """All jobs, oldest first."""
        return [self._job(row) for row in self._record.rows(f"{_JOB} ORDER BY id")]

    def _job(self, row: Sequence[Any]) -> Job:
        job_id, kind, name, state, made, started, ended, seconds, said_by, why = row
        code, values = json.loads(why) if why else ("", {})
        return Job(
            id=job_id,
            kind=Kind(kind),
            name=name,
            state=JobState(state),
            made=made,
            started=started,
            ended=ended,
            seconds=seconds,
            said_by=said_by,
            why=(code, values) if code else None,
            totals=self._totals(job_id),
        )

    def _totals(self, job_id: int) -> Totals:
        states: dict[str, int] = {}
        statuses: dict[str, int] = {}
        pages = passages = 0
        for state, status, count, its_pages, its_passages in self._record.rows(_TOTALS, (job_id,)):
            states[state] = states.get(state, 0) + count
            if status and state in (FileState.DONE, FileState.FAILED):
                statuses[status] = statuses.get(status, 0) + count
            if state == FileState.DONE and status in _TAKEN_IN:
                pages, passages = pages + (its_pages or 0), passages + (its_passages or 0)
        return Totals(sum(states.values()), states, statuses, pages, passages)

    def files(self, job_id: int) -> list[JobFile]:
        """The files of a job, in order."""
        return [_file(row) for row in self._record.rows(f"{_FILE} WHERE job_id = ? ORDER BY number", (job_id,))]

    def file(self, job_id: int, number: int) -> JobFile:
        """One file of a job. Raises UnknownJob or UnknownJobFile."""
        rows = self._record.rows(f"{_FILE} WHERE job_id = ? AND number = ?", (job_id, number))
        if not rows:
            raise UnknownJobFile(job=self.job(job_id).id, number=number)
        return _file(rows[0])

    def of_roots(self, kind: Kind, roots: Iterable[Path], *, unfinished: bool) -> Job | None:
        """The latest job of some paths, if there is one; None too where it ended and must be `unfinished`."""
        rows = self._record.rows(
            f"{_JOB} WHERE kind = ? AND roots = ? AND state <> 'cancelled' ORDER BY id DESC LIMIT 1",
            (kind, _roots(roots)),
        )
        found = self._job(rows[0]) if rows else None
        return None if found and unfinished and found.state in ENDED else found

    @contextmanager
    def listening(self, job_id: int) -> Iterator[SimpleQueue[JobFile]]:
        """Every change of a file of a job from now on, as it is made in this process."""
        heard: SimpleQueue[JobFile] = SimpleQueue()
        with self._lock:
            self._listening.append((job_id, heard))
        try:
            yield heard
        finally:
            with self._lock:
                self._listening.remove((job_id, heard))

    # Making

    def make(self, kind: Kind, name: str, said_by: str, roots: Iterable[Path] = (), *, started: bool = True) -> Job:
        """A new job without files; one that is not `started` waits until it is."""
        now = _now()
        with self._record.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO jobs (kind, name, roots, state, made, started, said_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (kind, name, _roots(roots), JobState.QUEUED, now, now if started else None, said_by),
            )
        return self.job(int(cursor.lastrowid or 0))

    def add_files(self, job_id: int, new: Iterable[NewFile]) -> list[JobFile]:
        """Put files at the end of a job; one that was done is open again. Raises UnknownJob, or JobEnded."""
        with self._record.transaction() as connection:
            job = self.job(job_id)
            if job.state is JobState.CANCELLED:
                raise JobEnded(job=job_id)
            last = connection.execute("SELECT max(number) FROM job_files WHERE job_id = ?", (job_id,)).fetchone()[0]
            added = [_new(job_id, number, file) for number, file in enumerate(new, 1 + (last or 0))]
            connection.executemany(
                "INSERT INTO job_files (job_id, number, path, name, sha256, state, receipt, changed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_row(file) for file in added],
            )
            if any(file.state is FileState.QUEUED for file in added):
                _open_again(connection, job)
        return self._tell(added)

    # What people ask for

    def pause(self, job_id: int) -> Job:
        """Stop after the file in hand. Raises UnknownJob, or JobEnded where nothing is left to pause."""
        with self._record.transaction():
            return self._set(self._unended(job_id), JobState.PAUSED)

    def resume(self, job_id: int) -> Job:
        """Start, or go on with, a job. Raises UnknownJob or JobEnded."""
        with self._record.transaction() as connection:
            job = self._unended(job_id)
            connection.execute(
                "UPDATE jobs SET started = coalesce(started, ?), why = NULL WHERE id = ?", (_now(), job_id)
            )
            if job.state is not JobState.RUNNING:
                self._set(job, JobState.QUEUED)
            return self.job(job_id)

    def open(self, job_id: int) -> Job:
        """Go on with a job, even one that was done: more files will come. Raises UnknownJob or JobEnded."""
        with self._record.transaction() as connection:
            if self.state(job_id) is JobState.DONE:
                _open_again(connection, self.job(job_id))
            return self.resume(job_id)

    def cancel(self, job_id: int) -> Job:
        """Leave undone what is not done. Raises UnknownJob, or JobEnded where everything is done."""
        with self._record.transaction() as connection:
            job = self.job(job_id)
            if job.state is JobState.DONE:
                raise JobEnded(job=job_id)
            self._set(job, JobState.CANCELLED)
            moved = self._move(connection, job_id, FileState.QUEUED, FileState.CANCELLED)
        self._tell(moved)
        return self.job(job_id)

    def retry(self, job_id: int, number: int | None = None) -> list[JobFile]:
        """Queue again one file that failed, or all that did; which they are.

        Raises UnknownJob, UnknownJobFile or NothingToRetry.
        """
        with self._record.transaction() as connection:
            job = self.job(job_id)
            chosen = self.files(job_id) if number is None else [self.file(job_id, number)]
            again = [
                replace(file, state=FileState.QUEUED, deaths=0, changed=_now())
                for file in chosen
                if file.state is FileState.FAILED
            ]
            if not again:
                raise NothingToRetry(job=job_id)
            for file in again:
                _write(connection, file)
            _open_again(connection, job)
            connection.execute("UPDATE jobs SET started = coalesce(started, ?) WHERE id = ?", (_now(), job_id))
        return self._tell(again)

    def heed(self) -> None:
        """Do what other processes have asked of jobs. What can no longer be done is passed over."""
        asked = self._record.rows("SELECT id FROM jobs WHERE asked <> ''")
        for (job_id,) in asked:
            with self._record.transaction() as connection:
                (words,) = connection.execute("SELECT asked FROM jobs WHERE id = ?", (job_id,)).fetchone()
                connection.execute("UPDATE jobs SET asked = '' WHERE id = ?", (job_id,))
            for word in words.split():
                self._do(job_id, *word.partition(":")[::2])

    def _do(self, job_id: int, ask: str, number: str) -> None:
        verbs = {Ask.PAUSE: self.pause, Ask.RESUME: self.resume, Ask.CANCEL: self.cancel}
        try:
            if ask == Ask.RETRY:
                self.retry(job_id, int(number) if number else None)
            else:
                verbs[Ask(ask)](job_id)
        except (JobEnded, NothingToRetry, UnknownJobFile):
            return

    # What whoever carries them out says

    def next_job(self) -> Job | None:
        """The oldest job that is to be worked on and has files left."""
        rows = self._record.rows(
            f"{_JOB} WHERE state IN ('queued', 'running') AND started IS NOT NULL AND EXISTS"
            " (SELECT 1 FROM job_files WHERE job_id = jobs.id AND state IN ('queued', 'reading')) ORDER BY id LIMIT 1"
        )
        return self._job(rows[0]) if rows else None

    def next_file(self, job_id: int) -> JobFile | None:
        """The next file to read: in order, but those that a process died over come last."""
        rows = self._record.rows(
            f"{_FILE} WHERE job_id = ? AND state = 'queued' ORDER BY deaths, number LIMIT 1", (job_id,)
        )
        return _file(rows[0]) if rows else None

    def state(self, job_id: int) -> JobState:
        """Where a job stands, without counting its files. Raises UnknownJob."""
        rows = self._record.rows("SELECT state FROM jobs WHERE id = ?", (job_id,))
        if not rows:
            raise UnknownJob(job=job_id)
        return JobState(rows[0][0])

    def in_hand(self, job_id: int) -> bool:
        """Is any file of the job being read?"""
        reading = "SELECT 1 FROM job_files WHERE job_id = ? AND state = 'reading' LIMIT 1"
        return bool(self._record.rows(reading, (job_id,)))

    def take_up(self, job_id: int) -> bool:
        """Begin to work on a job; False where it is paused or has ended. Nothing of it is in hand yet."""
        with self._record.transaction() as connection:
            taken = connection.execute(
                "UPDATE jobs SET state = 'running' WHERE id = ? AND state IN ('queued', 'running')", (job_id,)
            )
            moved = self._move(connection, job_id, FileState.READING, FileState.QUEUED) if taken.rowcount else []
        self._tell(moved)
        return taken.rowcount > 0

    def begin(self, file: JobFile) -> JobFile:
        """The file is being read from now on."""
        begun = replace(file, state=FileState.READING, tries=file.tries + 1, changed=_now())
        with self._record.transaction() as connection:
            _write(connection, begun)
        return self._tell([begun])[0]

    def take_in(self, file: JobFile) -> None:
        """The process itself works on this file from now on: if it dies now, this file is to blame, not those read."""
        with self._record.transaction() as connection:
            connection.execute(
                "UPDATE job_files SET in_hand = 1 WHERE job_id = ? AND number = ?", (file.job_id, file.number)
            )

    def end(self, file: JobFile, receipt: dict[str, Any], seconds: float) -> JobFile:
        """What became of a file, and how long the job was worked on since the last one ended."""
        failed = receipt["status"] == FileState.FAILED
        ended = replace(
            file,
            state=FileState.FAILED if failed else FileState.DONE,
            study_id=receipt["study_id"] or "",
            receipt=receipt,
            changed=_now(),
        )
        with self._record.transaction() as connection:
            connection.execute("UPDATE jobs SET seconds = seconds + ? WHERE id = ?", (seconds, file.job_id))
            _write(connection, ended)
        return self._tell([ended])[0]

    def leave(self, job_id: int, why: Fault | None = None) -> Job:
        """Stop working on a job: what is in hand is put back. With a fault it pauses, and says why.

        Where nothing is left it is done; the job of an inbox, which more may come into, only when it is finished.
        """
        with self._record.transaction() as connection:
            state = self.state(job_id)
            back = FileState.CANCELLED if state is JobState.CANCELLED else FileState.QUEUED
            moved = self._move(connection, job_id, FileState.READING, back)
            if why is not None and state not in ENDED:
                form = json.dumps([why.code, {name: str(value) for name, value in why.values.items()}])
                connection.execute("UPDATE jobs SET state = 'paused', why = ? WHERE id = ?", (form, job_id))
            elif state is JobState.RUNNING:
                connection.execute("UPDATE jobs SET state = 'queued' WHERE id = ?", (job_id,))
            connection.execute(f"{_DONE_IF_NOTHING_IS_LEFT} AND kind <> 'inbox'", (_now(), job_id))
        self._tell(moved)
        return self.job(job_id)

    def finish(self, job_id: int) -> Job:
        """Nobody watches for more files: the job is done, if nothing is left of it."""
        with self._record.transaction() as connection:
            connection.execute(_DONE_IF_NOTHING_IS_LEFT, (_now(), job_id))
        return self.job(job_id)

    def recover(self) -> None:
        """Put back what was in hand when an earlier process died. Only the owner of the library may say so."""
        with self._record.transaction() as connection:
            connection.execute(_COUNT_DEATHS)
            left = connection.execute(
                "SELECT id FROM jobs WHERE state = 'running' UNION SELECT job_id FROM job_files WHERE state = 'reading'"
            )
            for (job_id,) in left.fetchall():
                self.leave(job_id)
        self.heed()

    def wants(self, path: Path) -> bool:
        """Is there a file of any job that still has to be read from this path, or may be once more?"""
        wanted = "SELECT 1 FROM job_files WHERE path = ? AND state IN ('queued', 'reading', 'failed') LIMIT 1"
        return bool(self._record.rows(wanted, (os.fsencode(path),)))

    def brought_by(self, study_id: str) -> bool:
        """Does any file of any job say already that it brought this study?"""
        return bool(self._record.rows("SELECT 1 FROM job_files WHERE study_id = ? LIMIT 1", (study_id,)))

    def added_since(self, study_id: str, job_id: int) -> bool:
        """Was the study added after the job was made?"""
        rows = self._record.rows(
            "SELECT 1 FROM studies s, jobs j WHERE s.id = ? AND j.id = ? AND datetime(s.added) >= datetime(j.made)",
            (study_id, job_id),
        )
        return bool(rows)

    def _unended(self, job_id: int) -> Job:
        job = self.job(job_id)
        if job.state in ENDED:
            raise JobEnded(job=job_id)
        return job

    def _set(self, job: Job, state: JobState) -> Job:
        ended = _now() if state in ENDED else None
        with self._record.transaction() as connection:
            connection.execute("UPDATE jobs SET state = ?, ended = ? WHERE id = ?", (state, ended, job.id))
        return replace(job, state=state, ended=ended)

    def _move(self, connection: sqlite3.Connection, job_id: int, before: FileState, after: FileState) -> list[JobFile]:
        moved = [replace(f, state=after, changed=_now()) for f in self.files(job_id) if f.state is before]
        for file in moved:
            _write(connection, file)
        return moved

    def _tell(self, files: list[JobFile]) -> list[JobFile]:
        """Tell those who listen, once the record has it."""
        with self._lock:
            for file in files:
                for job_id, heard in self._listening:
                    if job_id == file.job_id:
                        heard.put(file)
        return files


def ask(record: Path, job_id: int, what: Ask, number: int | None = None) -> None:
    """Ask something of a job whose library another process owns; it heeds that between two files.

    Only a word is written, into the row of the job, over a connection of its own. Raises UnknownJob or CannotWrite.
    """
    word = what.value if number is None else f"{what.value}:{number}"
    try:
        with closing(sqlite3.connect(record.absolute().as_uri() + "?mode=rw", uri=True, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous = FULL")
            written = connection.execute("UPDATE jobs SET asked = trim(asked || ' ' || ?) WHERE id = ?", (word, job_id))
            connection.commit()
    except sqlite3.OperationalError as error:
        raise CannotWrite(folder=record.parent) from error
    if not written.rowcount:
        raise UnknownJob(job=job_id)


def _open_again(connection: sqlite3.Connection, job: Job) -> None:
    """A job that had ended has something to do again."""
    if job.state in ENDED:
        connection.execute("UPDATE jobs SET state = 'queued', ended = NULL WHERE id = ?", (job.id,))


def _file(row: Sequence[Any]) -> JobFile:
    job_id, number, path, name, sha256, state, tries, deaths, study_id, receipt, changed = row
    return JobFile(
        job_id=job_id,
        number=number,
        path=Path(os.fsdecode(path)),
        name=name,
        sha256=sha256,
        state=FileState(state),
        tries=tries,
        deaths=deaths,
        study_id=study_id,
        receipt=json.loads(receipt) if receipt else None,
        changed=changed,
    )


def _new(job_id: int, number: int, file: NewFile) -> JobFile:
    state = FileState.FAILED if file.receipt else FileState.QUEUED
    return JobFile(job_id, number, file.path, file.name, file.sha256, state, 0, 0, "", file.receipt, _now())


def _row(file: JobFile) -> tuple[object, ...]:
    receipt = json.dumps(file.receipt) if file.receipt else None
    path = os.fsencode(file.path)  # as bytes: not every name of a file is text
    return file.job_id, file.number, path, file.name, file.sha256, file.state, receipt, file.changed


def _write(connection: sqlite3.Connection, file: JobFile) -> None:
    """Put all that may change of a file into its row. Whatever changes, the process is not at work on it."""
    connection.execute(
        "UPDATE job_files SET state = :state, tries = :tries, deaths = :deaths, in_hand = NULL, sha256 = :sha256,"
        " study_id = :study_id, receipt = :receipt, changed = :changed WHERE job_id = :job_id AND number = :number",
        {
            "state": file.state,
            "tries": file.tries,
            "deaths": file.deaths,
            "sha256": file.sha256,
            "study_id": file.study_id,
            "receipt": json.dumps(file.receipt) if file.receipt else None,
            "changed": file.changed,
            "job_id": file.job_id,
            "number": file.number,
        },
    )


def _roots(paths: Iterable[Path]) -> str:
    """Some paths as one text, in whatever order they were given; bytes that are no text are escaped."""
    return json.dumps(sorted({os.fspath(path.absolute()) for path in paths}))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
