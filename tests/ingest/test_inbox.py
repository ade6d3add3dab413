"""A folder that is watched: every PDF that is put there is taken in, once it is whole."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from watchfiles import watch

from corpus.jobs import FileState, Job, JobEnded, Jobs, JobState
from corpus.library import Library
from ingest.inbox import Inbox, ends_as_pdf, job_of_inbox, put
from ingest.jobs import Runner
from tests.fakes import FREE_RIDERS, LIGHTING

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def jobs(library: Library) -> Jobs:
    return Jobs(library.record)


# When a file is whole


def test_a_pdf_is_told_once_it_has_stayed_the_same_for_a_while(folder: Path) -> None:
    inbox = Inbox(folder, quiet=2, patience=60)
    (folder / "a.pdf").write_bytes(LIGHTING)
    assert inbox.whole(100.0) == []
    assert inbox.whole(101.9) == []
    assert inbox.whole(102.0) == [folder / "a.pdf"]
    assert inbox.whole(103.0) == []


def test_a_pdf_that_grows_is_told_when_it_has_stopped(folder: Path) -> None:
    inbox, path = Inbox(folder, quiet=2, patience=60), folder / "a.pdf"
    for now, end in ((0.0, 500), (1.5, 1000), (3.0, len(LIGHTING))):
        path.write_bytes(LIGHTING[:end])
        assert inbox.whole(now) == []
    assert inbox.whole(4.9) == []
    assert inbox.whole(5.0) == [path]


def test_a_pdf_whose_end_has_not_come_is_waited_for_longer_and_then_taken_as_it_is(folder: Path) -> None:
    inbox, path = Inbox(folder, quiet=2, patience=60), folder / "a.pdf"
    path.write_bytes(LIGHTING[:-200])
    for now in (0.0, 2.0, 30.0, 59.9):
        assert inbox.whole(now) == []
    assert inbox.whole(60.0) == [path]


def test_a_pdf_whose_end_comes_while_it_is_waited_for_is_told_whole(folder: Path) -> None:
    inbox, path = Inbox(folder, quiet=2, patience=60), folder / "a.pdf"
    path.write_bytes(LIGHTING[:-200] + bytes(200))  # a file whose room was taken beforehand
    for now in (0.0, 30.0):
        assert inbox.whole(now) == []
    path.write_bytes(LIGHTING)
    inbox.whole(40.0)
    assert inbox.whole(42.0) == [path]
    assert path.read_bytes() == LIGHTING


def test_a_pdf_that_changes_after_it_was_told_is_told_again(folder: Path) -> None:
    inbox, path = Inbox(folder, quiet=0), folder / "a.pdf"
    path.write_bytes(LIGHTING)
    assert inbox.whole(0.0) == [path]
    path.write_bytes(FREE_RIDERS + b"\n")
    assert inbox.whole(1.0) == [path]


def test_folders_in_it_are_looked_through_and_what_is_no_pdf_or_hidden_is_left(folder: Path) -> None:
    (folder / "deep").mkdir()
    for name in ("b.PDF", "deep/a.pdf", ".hidden.pdf", "c.pdf.part", "notes.txt"):
        (folder / name).write_bytes(LIGHTING)
    assert Inbox(folder, quiet=0).whole(0.0) == [folder / "b.PDF", folder / "deep" / "a.pdf"]


def test_a_folder_that_goes_away_and_comes_back_is_watched_on(folder: Path) -> None:
    inbox = Inbox(folder, quiet=0)
    shutil.rmtree(folder)
    assert inbox.whole(0.0) == []
    folder.mkdir()
    (folder / "a.pdf").write_bytes(LIGHTING)
    assert inbox.whole(1.0) == [folder / "a.pdf"]


@pytest.mark.parametrize(
    ("data", "is_whole"),
    [
        (LIGHTING, True),
        (LIGHTING + b"\n\n", True),
        (b"junk\n" + LIGHTING, True),
        (LIGHTING[: len(LIGHTING) // 2], False),
        (b"", False),
        (b"%%EOF", False),
        (LIGHTING + bytes(5000), False),
    ],
    ids=["whole", "lines after it", "junk before it", "half", "empty", "no head", "room taken beforehand"],
)
def test_a_pdf_begins_and_ends_as_pdfs_do(folder: Path, data: bytes, is_whole: bool) -> None:
    (folder / "a.pdf").write_bytes(data)
    assert ends_as_pdf(folder / "a.pdf") is is_whole


def test_what_cannot_be_opened_is_not_whole(folder: Path) -> None:
    assert not ends_as_pdf(folder / "gone.pdf")


# What is put into the job


def names(jobs: Jobs, job: Job) -> list[str]:
    return [file.name for file in jobs.files(job.id)]


def test_files_are_known_by_their_bytes_so_that_a_restart_doubles_nothing(jobs: Jobs, folder: Path) -> None:
    for name, data in {"a.pdf": LIGHTING, "b.pdf": FREE_RIDERS}.items():
        (folder / name).write_bytes(data)
    paths = [folder / "a.pdf", folder / "b.pdf"]
    job = job_of_inbox(jobs, folder, "Eva")
    put(jobs, job.id, paths)
    again = job_of_inbox(jobs, folder, "Eva")
    assert again.id == job.id
    assert put(jobs, again.id, paths) == []
    (folder / "b.pdf").write_bytes(LIGHTING + b"\n")
    (folder / "c.pdf").write_bytes(LIGHTING)
    put(jobs, again.id, [*paths, folder / "c.pdf"])
    assert names(jobs, job) == ["a.pdf", "b.pdf", "b.pdf", "c.pdf"]


def test_a_file_that_failed_is_tried_again_when_it_has_changed_and_only_then(
    library: Library, jobs: Jobs, folder: Path
) -> None:
    path = folder / "a.pdf"
    path.write_bytes(LIGHTING[:300])
    job = job_of_inbox(jobs, folder, "Eva")
    with Runner(library) as runner:
        put(jobs, job.id, [path])
        assert [file.state for file in runner.carry_out(job.id)] == [FileState.FAILED]
        assert put(jobs, job.id, [path]) == []
        path.write_bytes(LIGHTING)
        put(jobs, job.id, [path])
        assert [file.state for file in runner.carry_out(job.id)] == [FileState.DONE]
    assert names(jobs, job) == ["a.pdf"]
    assert put(jobs, job.id, [path]) == []


def test_a_cancelled_inbox_takes_no_more_and_the_next_is_a_new_one(jobs: Jobs, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    job = job_of_inbox(jobs, folder, "Eva")
    jobs.cancel(job.id)
    with pytest.raises(JobEnded):
        put(jobs, job.id, [folder / "a.pdf"])
    assert job_of_inbox(jobs, folder, "Eva").id != job.id


# Watched for real


def slow_copy(data: bytes, path: Path) -> None:
    """Write a file bit by bit, as it comes over a network."""
    with path.open("wb", buffering=0) as file:
        for i in range(0, len(data), 400):
            file.write(data[i : i + 400])
            time.sleep(0.15)


def taken(library: Library, folder: Path, wanted: int) -> Iterator[str]:
    """Watch for real until so many files have been taken in; their statuses."""
    stop = threading.Event()
    jobs = Jobs(library.record)
    job = job_of_inbox(jobs, folder, "Eva")
    give_up = time.monotonic() + 60
    count = 0
    with Runner(library) as runner:
        for arrived in Inbox(folder, quiet=0.4).arrivals(stop):
            put(jobs, job.id, arrived)
            for file in runner.carry_out(job.id):
                count += 1
                yield f"{file.name} {(file.receipt or {})['status']}"
            if count >= wanted:
                stop.set()
            assert time.monotonic() < give_up


@pytest.mark.parametrize("polling", [False, True], ids=["told by the system", "by looking"])
def test_what_is_there_and_what_comes_is_taken_in_whole(
    library: Library, folder: Path, polling: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if polling:
        monkeypatch.setenv("WATCHFILES_FORCE_POLLING", "true")
    (folder / "there.pdf").write_bytes(LIGHTING)
    writer = threading.Thread(target=slow_copy, args=(FREE_RIDERS, folder / "comes.pdf"))
    writer.start()
    statuses = list(taken(library, folder, 2))
    writer.join()
    assert sorted(statuses) == ["comes.pdf added", "there.pdf added"]
    assert library.record.counts()["studies"] == 2
    assert (folder / "there.pdf").read_bytes() == LIGHTING
    assert library.verify().sound
    (folder / "copy.pdf").write_bytes(LIGHTING)
    assert list(taken(library, folder, 1)) == ["copy.pdf duplicate"]
    (job,) = Jobs(library.record).jobs()
    assert (job.state, Jobs(library.record).finish(job.id).state) == (JobState.QUEUED, JobState.DONE)


def test_where_the_system_tells_nothing_the_folder_is_looked_at_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr("ingest.inbox.watch", lambda _, **options: watch(elsewhere, **options))
    stop = threading.Event()
    arrivals = Inbox(folder, quiet=0).arrivals(stop)
    assert next(arrivals) == []
    (folder / "a.pdf").write_bytes(LIGHTING)
    assert next(arrivals) == [folder / "a.pdf"]
    stop.set()
