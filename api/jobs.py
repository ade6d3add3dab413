"""Jobs: many files sent, taken in one after the other, watched, paused and tried again."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.errors import ErrorBody, reader_language
from api.studies import NotPdfBody, ReceiptOut
from corpus.jobs import ENDED, FileState, Job, JobFile, Jobs, JobState, Kind
from corpus.record import CannotWrite
from corpus.words import Language
from ingest.jobs import Runner, file_form, full_form, job_form
from ingest.receive import plain_name

_UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such job, or no such file"}}
_ENDED: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody, "description": "The job has ended"}}
_NOTHING: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody, "description": "The file has not failed"}}
_AS_JSON = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
_BESIDE_EVENTS: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such job", "content": _AS_JSON},
    401: {"description": "No valid access token", "content": _AS_JSON},
    413: {"description": "The body is too large", "content": _AS_JSON},
    422: {"description": "The request cannot be carried out as it stands", "content": _AS_JSON},
}
"""Errors come as JSON where what is wanted is a stream of events."""
_PDF = {
    "requestBody": {
        "required": True,
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_LISTEN = 0.1  # seconds between two looks for news

router = APIRouter(tags=["jobs"])


class FileOut(BaseModel):
    """One file of a job; `number` counts from 1, `tries` is how often it was begun."""

    number: int
    file: str
    state: FileState
    tries: int
    changed: str
    receipt: ReceiptOut | None


class JobOut(BaseModel):
    """Many files as one piece of work.

    `pages` and `passages` are of the studies it added, `rate` pages a second, `reason` why it paused of itself. Files
    are counted by `states` and, once they ended, by what became of them in `statuses`.
    """

    id: int
    name: str
    kind: Kind
    state: JobState
    reason: str | None
    made: str
    started: str | None
    ended: str | None
    said_by: str
    total: int
    finished: int
    failed: int
    states: dict[str, int]
    statuses: dict[str, int]
    pages: int
    passages: int
    seconds: float
    rate: float | None
    seconds_left: float | None


class JobWithFiles(JobOut):
    """A job and every file of it, in order."""

    files: list[FileOut]


class NewJob(BaseModel):
    """A job to be made."""

    name: str = Field("", description="what to call it", examples=["Rapporter 2024"])


def runner_of(request: Request) -> Runner:
    """Who carries out the jobs of this server."""
    runner: Runner = request.app.state.runner
    return runner


def known_job(job_id: int, request: Request) -> Job:
    """The job of an address. Raises UnknownJob."""
    return runner_of(request).jobs.job(job_id)


OpenRunner = Annotated[Runner, Depends(runner_of)]
KnownJob = Annotated[Job, Depends(known_job)]
FileName = Annotated[str, Query(description="the file's name", examples=["rapport-2024.pdf"])]


@router.get("/jobs")
def list_jobs(request: Request, runner: OpenRunner) -> list[JobOut]:
    """All jobs, oldest first."""
    return [JobOut(**job_form(job, reader_language(request))) for job in runner.jobs.jobs()]


@router.post("/jobs", status_code=status.HTTP_201_CREATED)
def make_job(request: Request, runner: OpenRunner, new: Annotated[NewJob | None, Body()] = None) -> JobOut:
    """Make an empty job; files are put into it one by one, and it is then started."""
    name = plain_name(new.name) if new and new.name.strip() else ""
    said_by = request.app.state.settings.person
    return _out(request, runner.jobs.make(Kind.UPLOADS, name, said_by, started=False))


@router.get("/jobs/{job_id}", responses=_UNKNOWN)
def get_job(request: Request, runner: OpenRunner, job: KnownJob) -> JobWithFiles:
    """A job with all its files, how fast it goes and how long it will take."""
    return _with_files(runner.jobs, job.id, reader_language(request))


@router.put(
    "/jobs/{job_id}/files",
    status_code=status.HTTP_201_CREATED,
    responses=_UNKNOWN | _ENDED | {200: {"model": FileOut, "description": "The job has this very file already"}},
    openapi_extra=_PDF,
)
async def put_file(request: Request, response: Response, job: KnownJob, file: FileName = "study.pdf") -> FileOut:
    """Put one PDF, sent as the raw body, into a job. It is on disk when this answers.

    The same bytes under the same name are one file, so that a sender who heard no answer may send again.
    """
    kept, new = await _kept(request, job, file, again=False)
    if not new:
        response.status_code = status.HTTP_200_OK
    return FileOut(**file_form(kept, reader_language(request)))


@router.post(
    "/jobs/{job_id}/files",
    status_code=status.HTTP_201_CREATED,
    responses=_UNKNOWN | _ENDED,
    openapi_extra=_PDF,
)
async def post_file(request: Request, job: KnownJob, file: FileName = "study.pdf") -> FileOut:
    """Put one more PDF, sent as the raw body, into a job. It is on disk when this answers."""
    kept, _ = await _kept(request, job, file, again=True)
    return FileOut(**file_form(kept, reader_language(request)))


@router.post("/jobs/{job_id}/start", responses=_UNKNOWN | _ENDED)
def start_job(request: Request, runner: OpenRunner, job: KnownJob) -> JobOut:
    """Begin to take in the files of a job; more may be put into it while it runs."""
    return _resumed(request, runner, job)


@router.post("/jobs/{job_id}/pause", responses=_UNKNOWN | _ENDED)
def pause_job(request: Request, runner: OpenRunner, job: KnownJob) -> JobOut:
    """Stop a job after the file in hand."""
    runner.jobs.pause(job.id)
    return _out(request, runner.jobs.job(job.id))


@router.post("/jobs/{job_id}/resume", responses=_UNKNOWN | _ENDED)
def resume_job(request: Request, runner: OpenRunner, job: KnownJob) -> JobOut:
    """Go on with a job."""
    return _resumed(request, runner, job)


@router.post("/jobs/{job_id}/cancel", responses=_UNKNOWN | _ENDED)
def cancel_job(request: Request, runner: OpenRunner, job: KnownJob) -> JobOut:
    """Leave undone what is not done; what was added stays."""
    return _out(request, runner.cancel(job.id))


@router.post("/jobs/{job_id}/files/{number}/retry", responses=_UNKNOWN | _NOTHING)
def retry_file(request: Request, runner: OpenRunner, job: KnownJob, number: int) -> FileOut:
    """Try a file that failed once more."""
    (again,) = runner.jobs.retry(job.id, number)
    runner.poke()
    return FileOut(**file_form(again, reader_language(request)))


@router.get("/jobs/{job_id}/events", response_class=EventSourceResponse, responses=_BESIDE_EVENTS)
async def follow_job(request: Request, runner: OpenRunner, job: KnownJob) -> AsyncIterable[ServerSentEvent]:
    """Follow a job as server-sent events.

    First the event `job` with the state as it is and all files; then `file` for each change of a file, with the totals
    under `job`; `job` again when its own state changes; `end` when it is done or cancelled.
    """
    language = reader_language(request)
    with runner.jobs.listening(job.id) as heard:
        yield _event("job", _with_files(runner.jobs, job.id, language))
        async for file in _news(request, runner.jobs, job.id, heard):
            now = JobOut(**job_form(runner.jobs.job(job.id), language))
            if file is None:
                yield _event("job", now)
            else:
                yield _event("file", {"file": FileOut(**file_form(file, language)), "job": now})
        yield _event("end", JobOut(**job_form(runner.jobs.job(job.id), language)))


async def _news(
    request: Request, jobs: Jobs, job_id: int, heard: SimpleQueue[JobFile]
) -> AsyncIterator[JobFile | None]:
    """Each change of a file; None where the job's own state changed. Ends with the job, or with the server."""
    state = jobs.state(job_id)
    while not request.app.state.leaving():
        with suppress(Empty):
            yield heard.get_nowait()
            continue
        now = jobs.state(job_id)
        if now in ENDED and heard.empty() and not jobs.in_hand(job_id):
            return
        if now is not state:
            state = now
            yield None
        await asyncio.sleep(_LISTEN)


def _event(name: str, data: Any) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=data)


def _resumed(request: Request, runner: Runner, job: Job) -> JobOut:
    resumed = runner.jobs.resume(job.id)
    runner.poke()
    return _out(request, resumed)


async def _kept(request: Request, job: Job, name: str, *, again: bool) -> tuple[JobFile, bool]:
    """Receive a body onto disk and put it into a job; the file, and whether it is a new one."""
    if not request.headers.get("content-type", "").startswith("application/pdf"):
        raise NotPdfBody()
    runner = runner_of(request)
    with _half_written(runner.uploads()) as (path, file):
        sha256 = hashlib.sha256()
        async for part in request.stream():
            sha256.update(part)
            _write(file, part, path)
        await run_in_threadpool(_write, file, b"", path, on_disk=True)
        return await run_in_threadpool(
            runner.keep_upload, job.id, plain_name(name), path, sha256.hexdigest(), again=again
        )


@contextmanager
def _half_written(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file to write an upload into, which is gone again unless it was moved to its place."""
    try:
        file = tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False)  # noqa: SIM115 - closed below
    except OSError as error:
        raise CannotWrite(folder=folder.parent) from error
    path = Path(file.name)
    try:
        yield path, file
    finally:
        with suppress(OSError):  # what did not fit when it was written does not fit now
            file.close()
        path.unlink(missing_ok=True)


def _write(file: IO[bytes], part: bytes, path: Path, *, on_disk: bool = False) -> None:
    """Write a part of an upload. Raises CannotWrite."""
    try:
        file.write(part)
        if on_disk:
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CannotWrite(folder=path.parent.parent) from error


def _out(request: Request, job: Job) -> JobOut:
    return JobOut(**job_form(job, reader_language(request)))


def _with_files(jobs: Jobs, job_id: int, language: Language) -> JobWithFiles:
    return JobWithFiles(**full_form(jobs, job_id, language))
