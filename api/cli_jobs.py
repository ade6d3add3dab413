"""`amp add`, `amp watch` and `amp jobs`: many files at once, paused, gone on with and tried again."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import show
from api.session import DONE, SOMETHING_FAILED, AsJson, library_of, print_json, settings_here
from corpus.words import Fault, say

if TYPE_CHECKING:
    from corpus.jobs import Ask, Job, JobFile
    from corpus.settings import Settings
    from ingest.jobs import Runner

INTERRUPTED = 130

app = typer.Typer(
    no_args_is_help=False,
    add_completion=False,
    help="Files taken in as one piece of work / Filer som tas in som ett jobb",
)

Workers = Annotated[
    int | None, typer.Option(min=1, max=32, help="Files read at the same time / Filer som läses samtidigt")
]
JobNumber = Annotated[int, typer.Argument(help="Number of the job / Jobbets nummer")]


class NoSuchFolder(Fault):
    """There is no folder to watch."""

    code = "no_such_folder"


@contextmanager
def runner_of(settings: Settings) -> Iterator[Runner]:
    """Who carries out jobs over the library, which this process must own. Raises InUse."""
    from ingest.jobs import Runner

    with library_of(settings, write=True) as library, Runner(library) as runner:
        yield runner


def only_given(**options: Any) -> dict[str, Any]:
    """The options that someone gave."""
    return {name: value for name, value in options.items() if value is not None}


# Working on a job


def work(runner: Runner, job: Job, *, quiet: bool, as_json: bool, again: bool = False) -> int:
    """Carry out a job and show the receipt of each file in the order of the files; the exit code.

    `again` shows only what is done now, and not what was done before. Ctrl-C pauses the job.
    """
    settings = runner.settings
    shown: dict[str, int] = {}
    with _stoppable(), show.job_bar(job, settings.language, quiet or as_json) as bar:
        try:
            for file in _in_order(runner, job.id, again=again):
                status = _show(file, settings, quiet=quiet, as_json=as_json)
                shown[status] = shown.get(status, 0) + 1
                bar(runner.jobs.job(job.id))
        except KeyboardInterrupt:
            _pause(runner, job.id, settings)
            raise typer.Exit(INTERRUPTED) from None
    return _close(runner.jobs.finish(job.id), shown, settings, quiet=quiet, as_json=as_json)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let a request to end this process be heard as Ctrl-C is, so that it ends in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _in_order(runner: Runner, job_id: int, *, again: bool) -> Iterator[JobFile]:
    """The files of a job as they end, each after the one before it; at the end those that a gap held back."""
    from corpus.jobs import SETTLED

    files = runner.jobs.files(job_id)
    ended = {} if again else {file.number: file for file in files if file.state in SETTLED}
    waiting = deque(file.number for file in files if not again or file.state not in SETTLED)

    def ready() -> Iterator[JobFile]:
        while waiting and waiting[0] in ended:
            yield ended.pop(waiting.popleft())

    yield from ready()
    with closing(runner.carry_out(job_id)) as ending:
        for file in ending:
            ended[file.number] = file
            yield from ready()
    yield from (ended[number] for number in sorted(ended))


def _show(file: JobFile, settings: Settings, *, quiet: bool, as_json: bool) -> str:
    """Show what became of a file; its status."""
    from ingest.receive import Receipt, Status

    if file.receipt is None:  # the study was deleted since, and nothing is told of it
        return file.state.value
    receipt = Receipt.kept(file.receipt)
    if as_json:
        print_json(receipt.form(settings.language))
    elif not quiet or receipt.status is Status.FAILED:
        show.receipt(receipt, settings.language)
    return receipt.status.value


def _pause(runner: Runner, job_id: int, settings: Settings) -> None:
    from corpus.jobs import JobEnded

    with suppress(JobEnded):
        runner.jobs.pause(job_id)
        show.complain(say("job_left", settings.language, job=job_id))


def _close(job: Job, shown: dict[str, int], settings: Settings, *, quiet: bool, as_json: bool) -> int:
    """Say how it ended; the exit code."""
    from corpus.jobs import JobState
    from ingest.receive import Status

    language = settings.language
    if not (as_json or quiet):
        show.receipts_total({status: n for status, n in shown.items() if status in {*Status}}, language)
    _say_if_paused(job, settings)
    if job.state is JobState.CANCELLED:
        show.complain(say("job_was_cancelled", language, job=job.id))
    elif job.state is JobState.DONE and not quiet:
        show.job_total(job, language)
    return DONE if job.state is JobState.DONE and not shown.get(Status.FAILED) else SOMETHING_FAILED


def _say_if_paused(job: Job, settings: Settings) -> None:
    """Say how to go on with a job that someone paused or that paused of itself, and then why."""
    from corpus.jobs import JobState

    if job.why:
        show.complain(say(job.why[0], settings.language, **job.why[1]))
    if job.state in (JobState.PAUSED, JobState.QUEUED) and job.totals.ended < job.totals.files:
        show.complain(say("job_left", settings.language, job=job.id))


# A watched folder


def watch(
    folder: Annotated[Path, typer.Argument(help="The folder to watch / Mappen att bevaka")],
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Take in every PDF that is put into a folder, until Ctrl-C / Ta in varje PDF som läggs i en mapp, till Ctrl-C."""
    from ingest.inbox import Inbox, job_of_inbox

    with settings_here(**only_given(workers=workers)) as settings:
        if not folder.is_dir():
            raise NoSuchFolder(folder=folder)
        with runner_of(settings) as runner:
            job = runner.jobs.open(job_of_inbox(runner.jobs, folder, settings.person).id)
            show.complain(say("watching", settings.language, folder=folder))
            with _stoppable(), suppress(KeyboardInterrupt):
                _watch(runner, job, Inbox(folder), as_json=as_json)
            show.job_total(runner.jobs.finish(job.id), settings.language)


def _watch(runner: Runner, job: Job, inbox: Any, *, as_json: bool) -> None:
    from corpus.jobs import JobState
    from ingest.inbox import put

    for arrived in inbox.arrivals():
        runner.jobs.heed()
        if runner.jobs.state(job.id) is JobState.CANCELLED:
            show.complain(say("job_was_cancelled", runner.settings.language, job=job.id))
            return
        put(runner.jobs, job.id, arrived)
        if runner.jobs.state(job.id) is JobState.PAUSED or runner.jobs.next_file(job.id) is None:
            continue
        with closing(runner.carry_out(job.id)) as ending:
            for file in ending:
                _show(file, runner.settings, quiet=False, as_json=as_json)
        _say_if_paused(runner.jobs.job(job.id), runner.settings)


# Jobs


@app.callback(invoke_without_command=True)
def jobs(context: typer.Context, as_json: AsJson = False) -> None:
    """List the jobs / Lista jobben."""
    if context.invoked_subcommand is not None:
        return
    from ingest.jobs import job_form

    with settings_here() as settings, _jobs_of(settings) as jobs:
        found = jobs.jobs()
        for job in found:
            if as_json:
                print_json(job_form(job, settings.language))
            else:
                show.job(job, settings.language)
        if not found and not as_json:
            show.line(say("jobs_none", settings.language))


@app.command("show")
def show_job(job_id: JobNumber, as_json: AsJson = False) -> None:
    """Show a job and what became of each file / Visa ett jobb och vad det blev av varje fil."""
    from ingest.jobs import full_form
    from ingest.receive import Receipt

    with settings_here() as settings, _jobs_of(settings) as jobs:
        job = jobs.job(job_id)
        if as_json:
            print_json(full_form(jobs, job_id, settings.language))
            return
        show.job(job, settings.language)
        for file in jobs.files(job_id):
            show.job_file(file, Receipt.kept(file.receipt) if file.receipt else None, settings.language)


@app.command()
def pause(job_id: JobNumber, as_json: AsJson = False) -> None:
    """Stop a job after the file in hand / Stanna ett jobb efter filen som pågår."""
    from corpus.jobs import Ask

    _ask_or_do(job_id, Ask.PAUSE, as_json=as_json)


@app.command()
def cancel(job_id: JobNumber, as_json: AsJson = False) -> None:
    """Leave undone what is not done / Avbryt det som inte är gjort."""
    from corpus.jobs import Ask

    _ask_or_do(job_id, Ask.CANCEL, as_json=as_json)


@app.command()
def resume(job_id: JobNumber, workers: Workers = None, as_json: AsJson = False) -> None:
    """Go on with a job / Fortsätt med ett jobb."""
    from corpus.jobs import Ask

    with settings_here(**only_given(workers=workers)) as settings:
        if _asked_of_owner(settings, job_id, Ask.RESUME, None, as_json=as_json):
            return
        with runner_of(settings) as runner:
            code = work(runner, runner.jobs.resume(job_id), quiet=False, as_json=as_json, again=True)
    raise typer.Exit(code)


@app.command()
def retry(
    job_id: JobNumber,
    number: Annotated[int | None, typer.Argument(metavar="[FILE]", help="One file only / Bara en fil")] = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Try again what failed / Pröva det som misslyckades igen."""
    from corpus.jobs import Ask

    with settings_here(**only_given(workers=workers)) as settings:
        if _asked_of_owner(settings, job_id, Ask.RETRY, number, as_json=as_json):
            return
        with runner_of(settings) as runner:
            runner.jobs.retry(job_id, number)
            code = work(runner, runner.jobs.resume(job_id), quiet=False, as_json=as_json, again=True)
    raise typer.Exit(code)


@contextmanager
def _jobs_of(settings: Settings) -> Iterator[Any]:
    """The jobs of the library, to look at; put in order first where no other process works on them."""
    from corpus.jobs import Jobs
    from corpus.library import Library

    with Library(settings) as library:
        jobs = Jobs(library.record)
        if library.owned:
            jobs.recover()
        yield jobs


def _ask_or_do(job_id: int, what: Ask, *, as_json: bool) -> None:
    """Pause or cancel a job here, or ask whoever works on it."""
    from corpus.library import Library
    from ingest.jobs import Runner, job_form

    with settings_here() as settings:
        if _asked_of_owner(settings, job_id, what, None, as_json=as_json):
            return
        with Library(settings, write=True) as library, Runner(library) as runner:
            job = runner.do(job_id, what)
        if as_json:
            print_json(job_form(job, settings.language))
        else:
            state = say(f"job_state_{job.state.value}", settings.language)
            show.line(say("job_is", settings.language, job=job_id, state=state))


def _asked_of_owner(settings: Settings, job_id: int, what: Ask, number: int | None, *, as_json: bool) -> bool:
    """Where another process owns the library, ask it; False where none does. Raises NoLibrary or UnknownJob."""
    from corpus.jobs import Jobs, ask
    from corpus.library import Library
    from ingest.jobs import job_form

    with Library(settings) as library:
        if library.owned:
            return False
        ask(library.record.path, job_id, what, number)
        if as_json:
            print_json({**job_form(Jobs(library.record).job(job_id), settings.language), "asked": what.value})
        else:
            show.line(say("job_asked", settings.language, owner=library.owner or "?"))
    return True
