"""`amp add`, `amp watch` and `amp jobs`: many files at once, paused, gone on with and tried again."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from corpus.jobs import Ask, Jobs, JobState, ask
from corpus.library import Library
from corpus.settings import Settings
from corpus.words import Language
from ingest.jobs import Runner
from tests.api.test_cli import DONE, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Three studies and one file that is no PDF."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(LIGHTING)
    (folder / "b.pdf").write_bytes(b"no")
    (folder / "c.pdf").write_bytes(FREE_RIDERS)
    (folder / "d.pdf").write_bytes(make_pdf(["Lamps on the square were lit and nobody was robbed there any more."]))
    return folder


@contextmanager
def library_of(amp: Amp) -> Iterator[Library]:
    settings = Settings(data=amp.folder / "data", language="en", _env_file=None)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        yield library


def half_done(amp: Amp, papers: Path, count: int = 1) -> None:
    """A job of which some files are done, as Ctrl-C leaves it."""
    with library_of(amp) as library, Runner(library) as runner:
        job = runner.job_of([papers], "Eva")
        for ended, _ in enumerate(runner.carry_out(job.id), 1):
            if ended == count:
                runner.jobs.pause(job.id)


# amp add


def test_adding_makes_a_job_with_a_row_for_each_file(amp: Amp, papers: Path) -> None:
    called = amp("add", papers)
    assert called.exit_code == SOMETHING_FAILED
    shown = called.stdout.splitlines()
    assert [line.split()[:2] for line in shown[:-1]] == [
        ["added", "a.pdf"],
        ["failed", "b.pdf"],
        ["added", "c.pdf"],
        ["added", "d.pdf"],
    ]
    assert shown[-1] == "3 added, 1 failed"
    (job,) = amp.lines("jobs", "--json")
    assert (job["state"], job["total"], job["statuses"]) == ("done", 4, {"added": 3, "failed": 1})
    assert job["name"] == "papers"


def test_one_line_tells_all_and_how_fast_it_went_on_standard_error(amp: Amp, papers: Path) -> None:
    called = amp("add", papers, "--json", "--workers", "2")
    assert [json.loads(line)["file"] for line in called.stdout.splitlines()] == ["a.pdf", "b.pdf", "c.pdf", "d.pdf"]
    assert re.fullmatch(
        r"Job 1: 4 files, 5 pages and \d passages in \d+\.\d s, \d+\.\d pages a second\.\n", called.stderr
    )


def test_figures_are_written_as_swedish_writes_them(amp: Amp, papers: Path) -> None:
    amp.environment["AMP_LANGUAGE"] = "sv"
    assert re.search(r"Jobb 1: 4 filer, 5 sidor och \d stycken på \d+,\d s, \d+,\d sidor", amp("add", papers).stderr)


def test_quiet_says_nothing_where_nothing_failed(amp: Amp, papers: Path) -> None:
    called = amp("add", papers / "a.pdf", "--quiet")
    assert (called.exit_code, called.stdout, called.stderr) == (DONE, "", "")


@pytest.mark.parametrize("workers", ["0", "33", "many"])
def test_a_number_of_workers_that_cannot_be_is_a_wrong_call(amp: Amp, papers: Path, workers: str) -> None:
    called = amp("add", papers, "--workers", workers)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")


def test_the_same_paths_added_again_go_on_with_the_job_and_all_its_receipts_are_shown(amp: Amp, papers: Path) -> None:
    half_done(amp, papers, 2)
    receipts = amp.lines("add", papers, "--json")
    assert [(r["file"], r["status"]) for r in receipts] == [
        ("a.pdf", "added"),
        ("b.pdf", "failed"),
        ("c.pdf", "added"),
        ("d.pdf", "added"),
    ]
    (job,) = amp.lines("jobs", "--json")
    assert (job["id"], job["state"]) == (1, "done")


def test_a_job_that_finds_no_room_says_so_and_how_to_go_on(amp: Amp, papers: Path) -> None:
    amp("add", papers / "a.pdf", "--quiet")
    incoming = amp.folder / "data" / "incoming"
    incoming.rmdir()
    incoming.write_text("a file where the folder should be")
    called = amp("add", papers, "--json")
    assert (called.exit_code, called.stdout) == (SOMETHING_FAILED, "")
    assert "cannot be written to" in called.stderr
    assert "Job 2 is paused. Go on with 'amp jobs resume 2'." in called.stderr
    (_, job) = amp.lines("jobs", "--json")
    assert (job["state"], job["failed"]) == ("paused", 0)
    assert "cannot be written to" in job["reason"]
    incoming.unlink()
    resumed = [(line["file"], line["status"]) for line in amp.lines("jobs", "resume", "2", "--json")]
    assert resumed == [("a.pdf", "unchanged"), ("b.pdf", "failed"), ("c.pdf", "added"), ("d.pdf", "added")]


# amp jobs


def test_without_jobs_there_is_a_line_that_says_so(filled: Amp) -> None:
    assert filled("jobs").stdout == "There are no jobs.\n"
    assert filled.lines("jobs", "--json") == []


def test_jobs_are_listed_and_shown_with_what_became_of_each_file(amp: Amp, papers: Path) -> None:
    half_done(amp, papers, 2)
    (line,) = amp("jobs").stdout.splitlines()
    assert line == "1  paused  papers  2 of 4 files, 1 failed, 2 pages"
    assert amp("jobs", "show", "1").stdout.splitlines() == [
        line,
        "1  added  a.pdf  2 p., 2 passages",
        "2  failed  b.pdf  The file b.pdf is not a PDF. Only PDF files can be added.",
        "3  queued  c.pdf",
        "4  queued  d.pdf",
    ]
    (shown,) = amp.lines("jobs", "show", "1", "--json")
    assert [(f["number"], f["file"], f["state"]) for f in shown["files"]] == [
        (1, "a.pdf", "done"),
        (2, "b.pdf", "failed"),
        (3, "c.pdf", "queued"),
        (4, "d.pdf", "queued"),
    ]
    assert shown["files"][1]["receipt"]["reason"].startswith("The file b.pdf is not a PDF.")


def test_resuming_goes_on_and_shows_only_what_is_done_now(amp: Amp, papers: Path) -> None:
    half_done(amp, papers, 2)
    called = amp("jobs", "resume", "1", "--json")
    assert called.exit_code == DONE
    assert [json.loads(line)["file"] for line in called.stdout.splitlines()] == ["c.pdf", "d.pdf"]
    assert amp("jobs", "resume", "1").exit_code == WRONG_CALL


@pytest.mark.parametrize("one", [(), ("2",)])
def test_retrying_tries_what_failed_once_more(amp: Amp, papers: Path, one: tuple[str, ...]) -> None:
    amp("add", papers)
    again = amp("jobs", "retry", "1", *one, "--json")
    assert (again.exit_code, json.loads(again.stdout)["status"]) == (SOMETHING_FAILED, "failed")
    (papers / "b.pdf").write_bytes(
        make_pdf(["Now it is whole and says that the squares of the town are lit at night."])
    )
    mended = amp("jobs", "retry", "1", *one, "--json")
    assert (mended.exit_code, json.loads(mended.stdout)["status"]) == (DONE, "added")
    nothing = amp("jobs", "retry", "1", *one)
    assert (nothing.exit_code, nothing.stdout) == (WRONG_CALL, "")
    assert "nothing to try again" in nothing.stderr


@pytest.mark.parametrize(("verb", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_a_job_that_nobody_works_on_is_paused_or_cancelled_at_once(
    amp: Amp, papers: Path, verb: str, state: str
) -> None:
    half_done(amp, papers)
    with library_of(amp) as library:
        Jobs(library.record).resume(1)
    assert amp("jobs", verb, "1").stdout == f"Job 1 is {state}.\n"
    assert amp.lines("jobs", verb, "1", "--json")[0]["state"] == state


@pytest.mark.parametrize("verb", ["show", "pause", "resume", "cancel", "retry"])
def test_a_job_or_a_library_that_is_not_there_is_a_wrong_call(amp: Amp, filled: Amp, verb: str) -> None:
    called = filled("jobs", verb, "7")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "No job has the number 7." in called.stderr
    amp.environment["AMP_DATA"] = str(amp.folder / "nowhere")
    called = amp("jobs", verb, "7")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "There is no library in" in called.stderr
    assert not (amp.folder / "nowhere").exists()


def test_what_was_in_hand_when_a_process_died_is_shown_as_queued(amp: Amp, papers: Path) -> None:
    half_done(amp, papers)
    with library_of(amp) as library:
        jobs = Jobs(library.record)
        jobs.resume(1)
        jobs.take_up(1)
        file = jobs.next_file(1)
        assert file is not None
        jobs.begin(file)
    (shown,) = amp.lines("jobs", "show", "1", "--json")
    assert (shown["state"], {file["state"] for file in shown["files"]}) == ("queued", {"done", "queued"})


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry"])
def test_beside_a_process_that_owns_the_library_it_is_asked(amp: Amp, papers: Path, verb: str) -> None:
    half_done(amp, papers, 2)
    with library_of(amp) as library:
        called = amp("jobs", verb, "1")
        assert (called.exit_code, called.stderr) == (DONE, "")
        assert f"Process {os.getpid()} " in called.stdout
        assert amp.lines("jobs", verb, "1", "--json")[0]["asked"] == verb
        jobs = Jobs(library.record)
        assert jobs.job(1).state is JobState.PAUSED
        jobs.heed()
        wanted = {"pause": "paused", "resume": "queued", "cancel": "cancelled", "retry": "paused"}
        assert jobs.job(1).state == wanted[verb]


# Real processes


class Process:
    """A command `amp` with the stand-in for the model, as a process of its own."""

    def __init__(self, amp: Amp, *arguments: object, language: Language = "en") -> None:
        program = (
            "import sys, corpus.library; from tests.fakes import FakeEmbedder;"
            "corpus.library.open_embedder = lambda settings: FakeEmbedder();"
            "from api.cli import main; sys.argv = ['amp', *sys.argv[1:]]; main()"
        )
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, **amp.environment, "AMP_LANGUAGE": language},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,  # noqa: PLW1509
            start_new_session=True,
        )

    def line(self) -> Any:
        """The next line of JSON that it prints."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def ended(self, how: signal.Signals | None = None, *, group: bool = False) -> tuple[int, str, str]:
        """Its exit code and all that it still said; `how` it is ended, alone or with its children as Ctrl-C does."""
        if how is not None:
            (os.killpg if group else os.kill)(self.process.pid, how)
        try:
            out, err = self.process.communicate(timeout=60)
        finally:
            self.process.kill()
        return self.process.returncode, out, err


@pytest.fixture
def many(tmp_path: Path) -> Path:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(40):
        text = [f"On square {number} the lamps of row {n} were mended in week {n}." for n in range(20)]
        (folder / f"{number:02}.pdf").write_bytes(make_pdf(["\n".join(text)]))
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_pauses_the_job_and_says_how_to_go_on(amp: Amp, many: Path, how: signal.Signals) -> None:
    running = Process(amp, "add", many, "--json")
    running.line()
    code, out, err = running.ended(how, group=True)
    assert (code, err) == (130, "Job 1 is paused. Go on with 'amp jobs resume 1'.\n")
    (job,) = amp.lines("jobs", "--json")
    assert (job["state"], job["failed"]) == ("paused", 0)
    assert job["finished"] >= 1 + len(out.splitlines())
    resumed = amp.lines("jobs", "resume", "1", "--json")
    assert {receipt["status"] for receipt in resumed} == {"added"}
    assert len(resumed) + job["finished"] == 40
    assert amp("doctor").exit_code == DONE


@pytest.mark.slow
@pytest.mark.parametrize(("verb", "state"), [("pause", "paused"), ("cancel", "cancelled")])
def test_another_terminal_stops_the_job_that_add_works_on(amp: Amp, many: Path, verb: str, state: str) -> None:
    running = Process(amp, "add", many, "--json")
    running.line()
    called = amp("jobs", verb, "1")
    assert called.exit_code == DONE
    assert f"Process {running.process.pid} (" in called.stdout
    code, out, err = running.ended()
    assert (code, len(out.splitlines()) < 39) == (SOMETHING_FAILED, True)
    assert err.startswith(f"Job 1 is {state}")
    (job,) = amp.lines("jobs", "--json")
    assert (job["state"], "reading" in job["states"]) == (state, False)


@pytest.mark.slow
def test_an_add_whose_reader_goes_away_leaves_the_job_to_be_gone_on_with(amp: Amp, many: Path) -> None:
    running = Process(amp, "add", many, "--json")
    running.line()
    assert running.process.stdout is not None
    running.process.stdout.close()
    assert running.process.wait(60) == 1
    assert running.process.stderr is not None
    assert "Traceback" not in running.process.stderr.read()
    running.process.stderr.close()
    assert len(amp.lines("add", many, "--json")) == 40
    (job,) = amp.lines("jobs", "--json")
    assert job["statuses"] == {"added": 40}


# amp watch


@pytest.mark.slow
def test_watching_takes_in_what_is_there_and_what_comes_until_ctrl_c(amp: Amp, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "there.pdf").write_bytes(LIGHTING)
    watching = Process(amp, "watch", inbox, "--json")
    assert (watching.line()["file"], (inbox / "there.pdf").exists()) == ("there.pdf", True)
    with (inbox / "comes.pdf").open("wb", buffering=0) as file:
        for i in range(0, len(FREE_RIDERS), 500):
            file.write(FREE_RIDERS[i : i + 500])
            time.sleep(0.1)
    came = watching.line()
    assert (came["file"], came["status"]) == ("comes.pdf", "added")
    code, out, err = watching.ended(signal.SIGINT, group=True)
    assert (code, out) == (DONE, "")
    assert err.startswith(f"Watching {inbox}. PDFs that are put there are taken in once they are whole.")
    (inbox / "more.pdf").write_bytes(make_pdf(["The squares of the town were lit, and people came back to them."]))
    again = Process(amp, "watch", inbox, "--json")
    assert again.line()["file"] == "more.pdf"
    again.ended(signal.SIGTERM)
    (job,) = amp.lines("jobs", "--json")
    assert (job["kind"], job["state"], job["statuses"]) == ("inbox", "done", {"added": 3})


@pytest.mark.slow
def test_a_watched_folder_is_let_go_when_another_terminal_cancels_it(amp: Amp, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "a.pdf").write_bytes(LIGHTING)
    watching = Process(amp, "watch", inbox, "--json")
    watching.line()
    ask(amp.folder / "data" / "record.sqlite3", 1, Ask.CANCEL)
    code, _, err = watching.ended()
    assert (code, "Job 1 is cancelled" in err) == (DONE, True)


def test_watching_what_is_no_folder_is_a_wrong_call(amp: Amp, papers: Path) -> None:
    for path in (papers / "nowhere", papers / "a.pdf"):
        called = amp("watch", path)
        assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
        assert f"There is no folder {path} to watch." in " ".join(called.stderr.split())


# A bar on a terminal


def test_on_a_terminal_a_bar_shows_files_pages_passages_and_speed(
    amp: Amp, papers: Path, bar: Callable[[], str]
) -> None:
    amp("add", papers)
    shown = bar()
    assert re.search(r"\d+ pages, \d+ passages, \d+\.\d pages/s", shown)
    assert "4/4" in shown


@pytest.fixture
def bar(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What is shown on a terminal."""
    import io

    from rich.console import Console

    from api import show

    shown = io.StringIO()
    monkeypatch.setattr(show, "_err", Console(file=shown, force_terminal=True, width=120, highlight=False))
    return shown.getvalue
