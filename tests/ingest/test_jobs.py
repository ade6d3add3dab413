"""Jobs carried out: files are read ahead in child processes, and written one by one, whatever happens in between."""

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from corpus.jobs import Ask, FileState, Job, JobFile, JobState, Kind, UnknownJob, ask
from corpus.library import Library, Prepared
from corpus.record import CannotWrite
from corpus.settings import Settings
from corpus.starter import FOLDER
from corpus.study import Description, Draft
from ingest import jobs as carrying
from ingest.jobs import DEATHS, Runner, Window, full_form
from ingest.read import Document, ReadPage
from ingest.receive import Begun, Incoming, Reading, Receipt, Reception, Status
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.ingest.pdfs import TEXT, slow_pdf
from tests.ingest.test_killed import study_pdf

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FILES = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six small PDFs, each unlike the others."""
    folder = tmp_path / "papers"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.pdf").write_bytes(
            make_pdf([f"{TEXT}\nThis is of square {number}.", f"Part two of {number}."])
        )
    return folder


@pytest.fixture
def runner(library: Library) -> Iterator[Runner]:
    with Runner(library) as opened:
        yield opened


def job_of(runner: Runner, *paths: Path) -> Job:
    return runner.job_of(paths, "Eva")


def done(runner: Runner, job: Job) -> list[tuple[str, str]]:
    """Work on a job; names and statuses in the order the files ended."""
    return [(file.name, (file.receipt or {})["status"]) for file in runner.carry_out(job.id)]


def states(runner: Runner, job: Job) -> Counter[FileState]:
    return Counter(file.state for file in runner.jobs.files(job.id))


def reasons(runner: Runner, job: Job) -> list[str | None]:
    return [file["receipt"]["reason"] for file in full_form(runner.jobs, job.id, "en")["files"]]


def whole(library: Library, studies: int) -> None:
    """The library has so many studies, each once, and both indexes are level with it."""
    assert library.record.counts()["studies"] == studies
    assert library.verify().sound, library.verify().faults
    assert not list((library.folder / "incoming").glob("*"))


# Done


def test_a_job_takes_in_every_file_in_order_and_is_done(runner: Runner, library: Library, folder: Path) -> None:
    job = job_of(runner, folder)
    assert done(runner, job) == [(f"{number}.pdf", "added") for number in range(FILES)]
    now = runner.jobs.job(job.id)
    assert (now.state, now.totals.pages, now.totals.failed) == (JobState.DONE, 2 * FILES, 0)
    assert now.totals.passages == library.record.counts()["passages"]
    assert {file.tries for file in runner.jobs.files(job.id)} == {1}
    whole(library, FILES)


def test_the_time_of_a_job_counts_reading_embedding_and_writing(
    runner: Runner, library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = library.prepare

    def slowly(drafts: Sequence[Draft]) -> Prepared:
        time.sleep(0.3)
        return prepare(drafts)

    monkeypatch.setattr(library, "prepare", slowly)
    job, began = job_of(runner, folder), time.monotonic()
    done(runner, job)
    assert 0.3 * FILES < runner.jobs.job(job.id).seconds <= time.monotonic() - began


def test_bad_files_stand_as_failed_with_why_and_cost_only_themselves(
    runner: Runner, library: Library, folder: Path
) -> None:
    (folder / "1.pdf").write_bytes(b"no")
    (folder / "4.pdf").write_bytes(b"")
    empty = folder / "empty"
    empty.mkdir()
    job = job_of(runner, folder, folder / "gone.pdf", empty)
    assert Counter(status for _, status in done(runner, job)) == {"added": 4, "failed": 2}
    assert states(runner, job) == {FileState.DONE: 4, FileState.FAILED: 4}
    assert reasons(runner, job) == [
        None,
        "The file 1.pdf is not a PDF. Only PDF files can be added.",
        None,
        None,
        "The file 4.pdf is empty. Get it again from where it came.",
        None,
        f"There is no file or folder {folder / 'gone.pdf'}.",
        f"The folder {empty} holds no PDF.",
    ]
    assert runner.jobs.job(job.id).state is JobState.DONE
    whole(library, 4)


def test_two_files_with_one_name_are_two_rows(runner: Runner, library: Library, folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "0.pdf").write_bytes(LIGHTING)
    job = job_of(runner, folder / "0.pdf", folder / "deep" / "0.pdf")
    assert done(runner, job) == [("0.pdf", "added")] * 2
    whole(library, 2)


def test_the_same_bytes_twice_in_a_job_are_one_study(runner: Runner, library: Library, folder: Path) -> None:
    (folder / "0 copy.pdf").write_bytes((folder / "0.pdf").read_bytes())
    assert Counter(status for _, status in done(runner, job_of(runner, folder))) == {"added": 6, "duplicate": 1}
    whole(library, FILES)


def test_a_file_that_vanished_since_the_job_was_made_fails_and_comes_in_when_it_is_back(
    runner: Runner, library: Library, folder: Path
) -> None:
    job = job_of(runner, folder)
    kept = (folder / "3.pdf").read_bytes()
    (folder / "3.pdf").unlink()
    assert dict(done(runner, job))["3.pdf"] == "failed"
    assert reasons(runner, job)[3] == f"There is no file or folder {folder / '3.pdf'}."
    (folder / "3.pdf").write_bytes(kept)
    runner.jobs.retry(job.id)
    assert done(runner, job) == [("3.pdf", "added")]
    assert runner.jobs.file(job.id, 4).tries == 2
    whole(library, FILES)


def test_a_job_added_again_when_it_is_done_is_a_new_job_that_changes_nothing(runner: Runner, folder: Path) -> None:
    first = job_of(runner, folder)
    done(runner, first)
    again = job_of(runner, folder)
    assert again.id != first.id
    assert {status for _, status in done(runner, again)} == {"unchanged"}


def test_notes_of_the_starter_corpus_come_with_what_they_say_they_are(runner: Runner, library: Library) -> None:
    note = sorted(FOLDER.glob("*.pdf"))[0]
    done(runner, job_of(runner, note))
    (study,) = library.record.studies()
    assert study.description.kind == "evidence note"


def test_names_are_cleaned_and_their_files_found_all_the_same(runner: Runner, library: Library, tmp_path: Path) -> None:
    for number, name in enumerate((b"a\nb.pdf", b"caf\xe9.pdf", "\u202efdp.pdf".encode())):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(make_pdf([f"{TEXT} {number}"]))
    assert sorted(done(runner, job_of(runner, tmp_path))) == [(n, "added") for n in ("ab.pdf", "caf.pdf", "fdp.pdf")]
    whole(library, 3)


# Paused, cancelled, gone on with


def test_a_job_that_someone_pauses_stops_between_two_files_and_goes_on_where_it_was(
    runner: Runner, library: Library, folder: Path
) -> None:
    job = job_of(runner, folder)
    for count, _ in enumerate(runner.carry_out(job.id), 1):
        if count == 2:
            runner.jobs.pause(job.id)
    assert states(runner, job) == {FileState.DONE: 2, FileState.QUEUED: 4}
    assert runner.jobs.job(job.id).state is JobState.PAUSED
    assert done(runner, job) == []
    whole(library, 2)
    runner.jobs.resume(job.id)
    assert done(runner, job) == [(f"{number}.pdf", "added") for number in range(2, FILES)]
    whole(library, FILES)


@pytest.mark.parametrize(("what", "left"), [(Ask.PAUSE, FileState.QUEUED), (Ask.CANCEL, FileState.CANCELLED)])
def test_another_process_is_heeded_between_two_files(
    runner: Runner, library: Library, folder: Path, what: Ask, left: FileState
) -> None:
    job = job_of(runner, folder)
    for count, _ in enumerate(runner.carry_out(job.id), 1):
        if count == 2:
            ask(library.record.path, job.id, what)
    assert states(runner, job) == {FileState.DONE: 2, left: 4}
    whole(library, 2)


def test_a_job_whose_carrier_goes_away_is_queued_and_nothing_stays_in_hand(
    runner: Runner, library: Library, folder: Path
) -> None:
    job = job_of(runner, folder)
    carried = runner.carry_out(job.id)
    next(carried)
    carried.close()
    assert states(runner, job) == {FileState.DONE: 1, FileState.QUEUED: 5}
    assert runner.jobs.job(job.id).state is JobState.QUEUED
    whole(library, 1)


def test_the_same_paths_go_on_with_an_unfinished_job_and_new_files_in_them_come_along(
    runner: Runner, folder: Path
) -> None:
    job = job_of(runner, folder)
    carried = runner.carry_out(job.id)
    next(carried)
    carried.close()
    (folder / "new.pdf").write_bytes(LIGHTING)
    again = job_of(runner, folder)
    assert (again.id, again.totals.files) == (job.id, FILES + 1)
    assert [name for name, _ in done(runner, again)] == [*(f"{n}.pdf" for n in range(1, FILES)), "new.pdf"]
    assert len(runner.jobs.jobs()) == 1


# Several readers


def read_slowly(reception: Reception, slow: str, seconds: float) -> None:
    """Let one file take long to read, as a stand-in for a PDF that does."""
    read = reception._read
    wanted = (Path(slow)).read_bytes()

    def slowly(staged: Path) -> Any:
        if staged.read_bytes() == wanted:
            time.sleep(seconds)
        return read(staged)

    reception._read = slowly  # type: ignore[method-assign]


def test_a_file_that_takes_long_is_passed_by_and_costs_only_itself(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "_PATIENCE", 0.3)
    with Reception(library, workers=2) as reception, Runner(library, reception) as runner:
        read_slowly(reception, str(folder / "1.pdf"), 6)
        ended = [name for name, _ in done(runner, job_of(runner, folder))]
    assert ended == ["0.pdf", "2.pdf", "3.pdf", "4.pdf", "5.pdf", "1.pdf"]
    whole(library, FILES)


@pytest.mark.slow
def test_a_file_that_never_ends_is_killed_while_the_others_come_in(library: Library, folder: Path) -> None:
    library.settings = library.settings.model_copy(update={"read_seconds": 15})
    (folder / "2.pdf").write_bytes(slow_pdf())
    with Reception(library, workers=2) as reception, Runner(library, reception) as runner:
        ended = done(runner, job_of(runner, folder))
    assert ended[-1] == ("2.pdf", "failed")
    assert [status for _, status in ended[:-1]] == ["added"] * 5
    whole(library, 5)


class Held(Reception):
    """A reception that counts how many files it has in hand at once."""

    most = now = 0

    def begin(self, name: str, path: Path, given: Description | None = None) -> Begun:
        self.now += 1
        self.most = max(self.most, self.now)
        return super().begin(name, path, given)

    def finish(self, begun: Begun) -> Receipt:
        self.now -= 1
        return super().finish(begun)


@pytest.mark.parametrize("workers", [1, 2])
def test_no_more_files_are_in_hand_at_once_than_are_read_and_two(library: Library, folder: Path, workers: int) -> None:
    reception = Held(library, workers)
    with reception, Runner(library, reception) as runner:
        done(runner, job_of(runner, folder))
    assert reception.most == workers + 2


def begun(deaths: int = 0, *, read: bool = True) -> tuple[JobFile, Begun]:
    """A file in hand, read or not."""
    file = JobFile(1, 1, Path("x"), "x", "", FileState.READING, 1, deaths, "", None, "")
    result: Future[Any] = Future()
    if read:
        result.set_result(None)
    return file, Reading(None, Path("x"), result)  # type: ignore[arg-type]


def test_the_window_has_room_for_so_many_and_for_one_that_brought_death_alone() -> None:
    window = Window(3)
    good, bad = begun(), begun(deaths=1)
    assert window.takes(bad[0])
    window.put(*good)
    assert window.takes(good[0])
    assert not window.takes(bad[0])
    window.read()
    window.put(*bad)
    assert not window.takes(good[0])


# Processes that die


def process(folder: Path, data: Path, extra: str = "") -> subprocess.CompletedProcess[str]:
    """A process that takes in a folder with the stand-in for the model, after running `extra`."""
    program = f"""
import os, signal
from pathlib import Path
from corpus.library import Library, Prepared
from corpus.settings import Settings
from ingest.jobs import Runner
from ingest.receive import Reception
from tests.fakes import FakeEmbedder

{extra}
with Library(Settings(data=Path({str(data)!r}), _env_file=None), write=True, embedder=FakeEmbedder()) as library:
    with Runner(library) as runner:
        for file in runner.carry_out(runner.job_of([Path({str(folder)!r})], "Eva").id):
            print(file.name, file.receipt["status"], flush=True)
"""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


_DIES_AT = """
take_in = Reception._take_in
def die(self, arrived, *rest):
    if arrived.name == {name!r}:
        {first}
        os.kill(os.getpid(), signal.SIGKILL)
    return take_in(self, arrived, *rest)
Reception._take_in = die
"""


@contextmanager
def reopened(data: Path) -> Iterator[Runner]:
    settings = Settings(data=data, language="en", _env_file=None)
    with Library(settings, write=True, embedder=FakeEmbedder()) as library, Runner(library) as runner:
        yield runner


def test_a_file_that_kills_the_process_three_times_is_failed_and_the_others_come_in(
    tmp_path: Path, folder: Path
) -> None:
    data, killer = tmp_path / "killed", _DIES_AT.format(name="1.pdf", first="pass")
    for _ in range(DEATHS):
        assert process(folder, data, killer).returncode == -9
    last = process(folder, data, killer)
    assert (last.returncode, last.stdout) == (0, "1.pdf failed\n"), last.stderr
    with reopened(data) as runner:
        (job,) = runner.jobs.jobs()
        assert (job.state, job.totals.statuses) == (JobState.DONE, {"added": 5, "failed": 1})
        assert (reasons(runner, job)[1] or "").startswith(
            "The whole program stopped 3 times while it was taking in 1.pdf,"
        )
        runner.jobs.retry(job.id)
        assert done(runner, job) == [("1.pdf", "added")]
        whole(runner._library, FILES)


def test_a_study_added_before_the_process_could_say_so_has_a_receipt_that_says_added(
    tmp_path: Path, folder: Path
) -> None:
    data = tmp_path / "killed"
    assert process(folder, data, _DIES_AT.format(name="2.pdf", first="take_in(self, arrived, *rest)")).returncode == -9
    with reopened(data) as runner:
        (job,) = runner.jobs.jobs()
        runner.jobs.resume(job.id)
        assert dict(done(runner, job))["2.pdf"] == "added"
        assert {(file.receipt or {})["status"] for file in runner.jobs.files(job.id)} == {"added"}
        assert (runner.jobs.file(job.id, 3).receipt or {})["pages"] == 2
        whole(runner._library, FILES)


def test_a_study_that_another_job_brought_meanwhile_is_not_said_to_be_added_here(
    runner: Runner, library: Library, folder: Path
) -> None:
    job = job_of(runner, folder)
    carried = runner.carry_out(job.id)
    next(carried)
    carried.close()
    done(runner, job_of(runner, folder / "1.pdf"))
    assert dict(done(runner, job))["1.pdf"] == "unchanged"
    whole(library, FILES)


def test_what_nobody_foresaw_in_one_file_costs_only_that_file(
    runner: Runner, library: Library, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    read = runner._reception._read
    wrong = (folder / "1.pdf").read_bytes()

    def fail(staged: Path) -> Any:
        if staged.read_bytes() == wrong:
            raise ZeroDivisionError
        return read(staged)

    runner._reception._read = fail  # type: ignore[method-assign]
    job = job_of(runner, folder)
    assert Counter(status for _, status in done(runner, job)) == {"added": 5, "failed": 1}
    assert "ZeroDivisionError" in (reasons(runner, job)[1] or "")
    assert "ZeroDivisionError" in caplog.text
    whole(library, 5)


# No room


@contextmanager
def full_from(library: Library, step: str, count: int) -> Iterator[None]:
    """Let a step of the library find the disk full from its nth call on."""
    real: Callable[..., Any] = getattr(library, step)
    calls = iter(range(1, 1000))

    def full(*given: Any, **named: Any) -> Any:
        if next(calls) >= count:
            raise CannotWrite(folder=library.folder)
        return real(*given, **named)

    setattr(library, step, full)
    yield
    delattr(library, step)


@pytest.mark.parametrize("step", ["stage", "add"])
def test_a_job_that_finds_the_disk_full_pauses_says_so_and_goes_on_when_there_is_room(
    runner: Runner, library: Library, folder: Path, step: str
) -> None:
    job = job_of(runner, folder)
    with full_from(library, step, 3):
        ended = done(runner, job)
    now = runner.jobs.job(job.id)
    assert now.state is JobState.PAUSED
    assert now.why is not None
    assert now.why[0] == "cannot_write"
    assert (now.totals.failed, states(runner, job)[FileState.READING]) == (0, 0)
    whole(library, len(ended))
    runner.jobs.resume(job.id)
    assert [status for _, status in (*ended, *done(runner, job))] == ["added"] * FILES
    assert runner.jobs.job(job.id).why is None
    whole(library, FILES)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Makes a disk of so many kB, or makes it larger."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def sized(kilobytes: int) -> Path:
        how = f"{'remount,' if os.path.ismount(disk) else ''}size={kilobytes}k"
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", disk], capture_output=True, check=False)
        if made.returncode:
            pytest.skip("no disk can be mounted here")
        return disk

    yield sized
    if os.path.ismount(disk):
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk is made as Linux makes it")
@pytest.mark.slow
@pytest.mark.parametrize("size", [1000, 1900, 2600, 4450])
def test_a_disk_that_is_really_full_loses_nothing_and_searches_go_on(
    small_disk: Callable[[int], Path], tmp_path: Path, size: int
) -> None:
    papers = tmp_path / "studies"
    papers.mkdir()
    for number in range(40):
        (papers / f"{number}.pdf").write_bytes(study_pdf(number))
    disk = small_disk(size)
    with reopened(disk / "data") as runner:
        library, job = runner._library, job_of(runner, papers)
        with suppress(CannotWrite):  # where not even the pause can be written
            list(runner.carry_out(job.id))
        held = library.record.counts()["studies"]
        assert 0 < held < 40
        assert runner.jobs.job(job.id).totals.failed == 0
        assert library.matching("en", ["squar"], 1)
        with pytest.raises(CannotWrite):
            library.settle()
        small_disk(300_000)
        list(runner.carry_out(job_of(runner, papers).id))
        now = runner.jobs.job(job.id)
        assert (now.state, now.totals.statuses) == (JobState.DONE, {"added": 40})
        whole(library, 40)
    with reopened(disk / "data") as runner:
        whole(runner._library, 40)


# In a server


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def test_at_work_a_runner_takes_up_what_is_unfinished_and_what_comes(
    runner: Runner, library: Library, folder: Path
) -> None:
    first = job_of(runner, folder / "0.pdf")
    with runner.at_work():
        wait_until(lambda: runner.jobs.state(first.id) is JobState.DONE)
        second = job_of(runner, folder / "1.pdf")
        runner.poke()
        wait_until(lambda: runner.jobs.state(second.id) is JobState.DONE)
    whole(library, 2)


def test_a_runner_that_is_stopped_leaves_the_job_to_be_taken_up_again(
    runner: Runner, library: Library, folder: Path
) -> None:
    job = job_of(runner, folder)
    with runner.at_work():
        wait_until(lambda: states(runner, job)[FileState.DONE] > 0)
    assert runner.jobs.state(job.id) in (JobState.QUEUED, JobState.DONE)
    assert states(runner, job)[FileState.READING] == 0
    with Runner(library) as later, later.at_work():
        wait_until(lambda: later.jobs.state(job.id) is JobState.DONE)
    whole(library, FILES)


def test_files_sent_one_by_one_come_in_beside_a_job(runner: Runner, library: Library, folder: Path) -> None:
    job = job_of(runner, folder)
    with runner.at_work():
        receipt = runner._reception.receive(Incoming("lighting.pdf", LIGHTING))
        same = runner._reception.receive(Incoming("0.pdf", (folder / "0.pdf").read_bytes()))
        wait_until(lambda: runner.jobs.state(job.id) is JobState.DONE)
    assert receipt.status is Status.ADDED
    assert same.status in (Status.ADDED, Status.UNCHANGED)
    assert runner.jobs.job(job.id).totals.failed == 0
    whole(library, FILES + 1)


# Uploads


def uploaded(runner: Runner, job: Job, name: str, data: bytes, *, again: bool = False) -> tuple[JobFile, bool]:
    staged = runner.uploads() / "half.part"
    staged.write_bytes(data)
    kept = runner.keep_upload(job.id, name, staged, Incoming(name, data).sha256, again=again)
    staged.unlink(missing_ok=True)
    return kept


def waiting(library: Library) -> int:
    return len(list((library.folder / "uploads").glob("*")))


@pytest.fixture
def upload_job(runner: Runner) -> Job:
    return runner.jobs.make(Kind.UPLOADS, "", "Eva", started=False)


def test_an_upload_is_kept_till_it_is_done_and_then_removed(runner: Runner, library: Library, upload_job: Job) -> None:
    uploaded(runner, upload_job, "a.pdf", LIGHTING)
    uploaded(runner, upload_job, "b.pdf", LIGHTING)
    uploaded(runner, upload_job, "c.pdf", FREE_RIDERS)
    assert waiting(library) == 2
    with Runner(library) as later:  # a restart sweeps away nothing that is wanted
        assert waiting(library) == 2
        later.jobs.resume(upload_job.id)
        assert done(later, upload_job) == [("a.pdf", "added"), ("b.pdf", "duplicate"), ("c.pdf", "added")]
    assert waiting(library) == 0
    whole(library, 2)


def test_the_same_upload_sent_again_is_the_same_file_unless_it_is_meant_as_another(
    runner: Runner, upload_job: Job
) -> None:
    first, _ = uploaded(runner, upload_job, "a.pdf", LIGHTING)
    assert uploaded(runner, upload_job, "a.pdf", LIGHTING) == (first, False)
    assert uploaded(runner, upload_job, "a.pdf", LIGHTING, again=True)[0].number == 2
    assert uploaded(runner, upload_job, "a.pdf", FREE_RIDERS)[0].number == 3


def test_an_upload_that_failed_stays_to_be_tried_again_and_one_that_was_cancelled_does_not(
    runner: Runner, library: Library, upload_job: Job
) -> None:
    uploaded(runner, upload_job, "bad.pdf", b"no")
    runner.jobs.resume(upload_job.id)
    done(runner, upload_job)
    assert waiting(library) == 1
    runner.jobs.retry(upload_job.id, 1)
    assert done(runner, upload_job) == [("bad.pdf", "failed")]
    runner.jobs.retry(upload_job.id, 1)
    runner.cancel(upload_job.id)
    assert waiting(library) == 0


def test_what_was_half_sent_when_a_process_died_is_swept_away(library: Library) -> None:
    (library.folder / "uploads").mkdir()
    for name in ("tmpabc.part", "0" * 64 + ".pdf"):
        (library.folder / "uploads" / name).write_bytes(b"half")
    with Runner(library):
        assert waiting(library) == 0


def test_an_upload_into_no_job_leaves_nothing(runner: Runner, library: Library, upload_job: Job) -> None:
    with pytest.raises(UnknownJob):
        uploaded(runner, Job(**{**_fields(upload_job), "id": 99}), "a.pdf", LIGHTING)
    (library.folder / "uploads" / "half.part").unlink(missing_ok=True)
    assert waiting(library) == 0


def _fields(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Job.__slots__}


def test_uploads_come_in_while_the_job_runs_and_none_is_lost(
    runner: Runner, library: Library, upload_job: Job, folder: Path
) -> None:
    runner.jobs.resume(upload_job.id)
    with runner.at_work():
        senders = [
            threading.Thread(target=send_all, args=(runner, upload_job, folder, library.folder / "uploads", name))
            for name in ("x", "y")
        ]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        wait_until(lambda: runner.jobs.job(upload_job.id).totals.ended == 2 * FILES)
    assert runner.jobs.job(upload_job.id).totals.statuses == {"added": FILES, "duplicate": FILES}
    assert waiting(library) == 0
    whole(library, FILES)


def send_all(runner: Runner, job: Job, folder: Path, uploads: Path, sender: str) -> None:
    runner.uploads()
    for path in sorted(folder.glob("*.pdf")):
        data = path.read_bytes()
        staged = uploads / f"{sender}.part"
        staged.write_bytes(data)
        runner.keep_upload(job.id, f"{sender} {path.name}", staged, Incoming("", data).sha256, again=False)


# What is kept in memory


def test_what_is_read_is_let_go_once_it_is_written(library: Library, folder: Path) -> None:
    import gc

    with Reception(library) as reception, Runner(library, reception) as runner:
        most = 0
        for _ in runner.carry_out(job_of(runner, folder).id):
            gc.collect()
            most = max(most, sum(type(thing) is Document for thing in gc.get_objects()))
        assert most <= reception.ahead
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing) is ReadPage]
