"""Jobs: many files taken in as one piece of work, kept in the record so that they survive anything."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpus.jobs import (
    Ask,
    FileState,
    Job,
    JobEnded,
    JobFile,
    Jobs,
    JobState,
    Kind,
    NewFile,
    NothingToRetry,
    UnknownJob,
    UnknownJobFile,
    ask,
)
from corpus.record import CannotWrite, Record

Q, R, D, F, C = FileState.QUEUED, FileState.READING, FileState.DONE, FileState.FAILED, FileState.CANCELLED


@pytest.fixture
def jobs(record: Record) -> Jobs:
    return Jobs(record)


def receipt(status: str = "added", study_id: str | None = "s", pages: int = 10, passages: int = 40) -> dict[str, Any]:
    return {"status": status, "study_id": study_id, "pages": pages, "passages": passages}


def files(*names: str) -> list[NewFile]:
    return [NewFile(Path("/papers", name), name) for name in names]


def made(jobs: Jobs, *names: str) -> Job:
    """A job of some files that someone works on."""
    job = jobs.make(Kind.PATHS, "papers", "Eva", [Path("/papers")])
    jobs.add_files(job.id, files(*names))
    assert jobs.take_up(job.id)
    return jobs.job(job.id)


def states(jobs: Jobs, job: Job) -> list[FileState]:
    return [file.state for file in jobs.files(job.id)]


def next_file(jobs: Jobs, job: Job) -> JobFile:
    file = jobs.next_file(job.id)
    assert file is not None
    return file


# Making and reading


def test_a_job_has_its_files_in_the_order_they_came_in(jobs: Jobs) -> None:
    job = jobs.make(Kind.PATHS, "papers", "Eva")
    jobs.add_files(job.id, files("b.pdf", "a.pdf"))
    jobs.add_files(job.id, files("b.pdf"))
    assert [(f.number, f.name, f.state, f.tries) for f in jobs.files(job.id)] == [
        (1, "b.pdf", Q, 0),
        (2, "a.pdf", Q, 0),
        (3, "b.pdf", Q, 0),
    ]
    assert (job.name, job.said_by, job.state, job.totals.files) == ("papers", "Eva", JobState.QUEUED, 0)
    assert jobs.job(job.id).totals.files == 3


@pytest.mark.parametrize("name", [b"caf\xe9.pdf", "räksmörgås.pdf".encode(), b"a\nb.pdf", b"a'b.pdf"])
def test_a_path_comes_back_as_it_was_whatever_bytes_are_in_it(jobs: Jobs, name: bytes) -> None:
    job = jobs.make(Kind.PATHS, "x", "Eva")
    path = Path("/papers", os.fsdecode(name))
    (file,) = jobs.add_files(job.id, [NewFile(path, "x.pdf")])
    assert jobs.file(job.id, 1).path == file.path == path


def test_what_is_not_there_is_said_so(jobs: Jobs) -> None:
    job = made(jobs, "a.pdf")
    with pytest.raises(UnknownJob):
        jobs.job(job.id + 1)
    with pytest.raises(UnknownJobFile):
        jobs.file(job.id, 2)
    with pytest.raises(UnknownJob):
        jobs.file(job.id + 1, 1)


def test_an_unfinished_job_is_found_again_by_its_paths_in_any_order(jobs: Jobs) -> None:
    one, two = Path("/papers/one"), Path("/papers/two")
    job = jobs.make(Kind.PATHS, "x", "Eva", [one, two])
    assert jobs.of_roots(Kind.PATHS, [two, one, two], unfinished=True) == job
    assert jobs.of_roots(Kind.PATHS, [one], unfinished=True) is None
    assert jobs.of_roots(Kind.INBOX, [one, two], unfinished=True) is None
    jobs.cancel(job.id)
    assert jobs.of_roots(Kind.PATHS, [one, two], unfinished=False) is None


# Carried out


def test_a_file_is_queued_then_read_then_done_and_its_receipt_stays(jobs: Jobs) -> None:
    job = made(jobs, "a.pdf")
    begun = jobs.begin(next_file(jobs, job))
    assert (states(jobs, job), begun.tries) == ([R], 1)
    jobs.end(begun, receipt(), 2.5)
    assert jobs.leave(job.id).state is JobState.DONE
    (file,) = jobs.files(job.id)
    assert (file.state, file.study_id, file.receipt) == (D, "s", receipt())
    assert jobs.next_file(job.id) is None


def test_totals_count_pages_of_what_the_job_added_and_of_nothing_else(jobs: Jobs) -> None:
    job = made(jobs, "a", "b", "c", "d", "e")
    for status in ("added", "needs_ocr", "unchanged", "failed"):
        jobs.end(jobs.begin(next_file(jobs, job)), receipt(status), 1.0)
    now = jobs.job(job.id)
    assert (now.totals.pages, now.totals.passages) == (20, 80)
    assert now.totals.statuses == {"added": 1, "needs_ocr": 1, "unchanged": 1, "failed": 1}
    assert (now.totals.files, now.totals.ended, now.totals.failed) == (5, 4, 1)
    assert (now.seconds, now.rate, now.seconds_left) == (4.0, 5.0, 1.0)


def test_how_long_is_left_is_unknown_before_the_first_file_has_ended(jobs: Jobs) -> None:
    job = made(jobs, "a")
    assert (job.rate, job.seconds_left) == (None, None)


def test_a_job_that_nobody_started_is_not_worked_on_until_someone_does(jobs: Jobs) -> None:
    job = jobs.make(Kind.UPLOADS, "", "Eva", started=False)
    jobs.add_files(job.id, files("a"))
    assert jobs.next_job() is None
    jobs.resume(job.id)
    found = jobs.next_job()
    assert found is not None
    assert found.id == job.id


def test_a_job_without_files_is_never_done_of_itself(jobs: Jobs) -> None:
    job = jobs.make(Kind.UPLOADS, "", "Eva")
    assert jobs.take_up(job.id)
    assert jobs.leave(job.id).state is JobState.QUEUED
    assert jobs.next_job() is None


def test_a_file_put_into_a_job_that_was_done_opens_it_again(jobs: Jobs) -> None:
    job = made(jobs, "a")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt(), 1)
    jobs.leave(job.id)
    jobs.add_files(job.id, files("b"))
    assert (jobs.job(job.id).state, jobs.job(job.id).ended) == (JobState.QUEUED, None)


def test_a_cancelled_job_takes_no_more_files(jobs: Jobs) -> None:
    job = made(jobs, "a")
    jobs.cancel(job.id)
    with pytest.raises(JobEnded):
        jobs.add_files(job.id, files("b"))
    assert len(jobs.files(job.id)) == 1


# Asked for by people


def test_a_paused_job_puts_back_what_was_in_hand_and_goes_on_when_asked(jobs: Jobs) -> None:
    job = made(jobs, "a", "b")
    jobs.begin(next_file(jobs, job))
    jobs.pause(job.id)
    assert jobs.leave(job.id).state is JobState.PAUSED
    assert states(jobs, job) == [Q, Q]
    assert jobs.next_job() is None
    assert not jobs.take_up(job.id)
    assert jobs.resume(job.id).state is JobState.QUEUED
    assert jobs.take_up(job.id)


def test_a_job_paused_while_its_last_file_was_in_hand_is_done(jobs: Jobs) -> None:
    job = made(jobs, "a")
    begun = jobs.begin(next_file(jobs, job))
    jobs.pause(job.id)
    jobs.end(begun, receipt(), 1)
    assert jobs.leave(job.id).state is JobState.DONE


def test_a_cancelled_job_keeps_what_is_done_and_leaves_the_rest(jobs: Jobs) -> None:
    job = made(jobs, "a", "b", "c")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt(), 1)
    jobs.begin(next_file(jobs, job))
    cancelled = jobs.cancel(job.id)
    assert (cancelled.state, cancelled.ended is not None) == (JobState.CANCELLED, True)
    assert states(jobs, job) == [D, R, C]
    jobs.leave(job.id)
    assert states(jobs, job) == [D, C, C]
    assert jobs.cancel(job.id).state is JobState.CANCELLED


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_a_job_that_is_done_takes_no_orders(jobs: Jobs, verb: str) -> None:
    job = made(jobs, "a")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt(), 1)
    jobs.leave(job.id)
    order: Callable[[int], object] = getattr(jobs, verb)
    with pytest.raises(JobEnded):
        order(job.id)


def test_what_failed_can_be_tried_again_for_ever_and_keeps_its_reason_till_then(jobs: Jobs) -> None:
    job = made(jobs, "a", "b")
    for _ in range(2):
        jobs.end(jobs.begin(next_file(jobs, job)), receipt("failed", None, 0, 0), 1)
    assert jobs.leave(job.id).state is JobState.DONE
    for tries in range(2, 9):
        assert [file.number for file in jobs.retry(job.id, 2)] == [2]
        assert jobs.job(job.id).state is JobState.QUEUED
        assert jobs.file(job.id, 2).receipt == receipt("failed", None, 0, 0)
        jobs.take_up(job.id)
        jobs.end(jobs.begin(next_file(jobs, job)), receipt("failed", None, 0, 0), 1)
        jobs.leave(job.id)
        assert jobs.file(job.id, 2).tries == tries
    assert [file.number for file in jobs.retry(job.id)] == [1, 2]


def test_what_did_not_fail_cannot_be_tried_again(jobs: Jobs) -> None:
    job = made(jobs, "a", "b")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt(), 1)
    for number in (1, 2, None):
        with pytest.raises(NothingToRetry):
            jobs.retry(job.id, number)


def test_a_job_that_paused_of_itself_says_why_until_it_goes_on(jobs: Jobs) -> None:
    job = made(jobs, "a")
    jobs.begin(next_file(jobs, job))
    paused = jobs.leave(job.id, CannotWrite(folder=Path("/data")))
    assert (paused.state, paused.why) == (JobState.PAUSED, ("cannot_write", {"folder": "/data"}))
    assert states(jobs, job) == [Q]
    assert jobs.resume(job.id).why is None


# Processes that die


def test_what_was_in_hand_when_a_process_died_is_queued_again_and_comes_last(jobs: Jobs, record: Record) -> None:
    job = made(jobs, "a", "b", "c")
    jobs.begin(next_file(jobs, job))
    later = Jobs(record)
    later.recover()
    assert later.job(job.id).state is JobState.QUEUED
    assert [(f.state, f.deaths, f.tries) for f in later.files(job.id)] == [(Q, 1, 1), (Q, 0, 0), (Q, 0, 0)]
    order = []
    for _ in range(3):
        file = next_file(later, job)
        order.append(file.name)
        later.end(later.begin(file), receipt(), 1)
    assert order == ["b", "c", "a"]


def test_only_the_file_that_the_process_itself_was_at_work_on_is_to_blame(jobs: Jobs) -> None:
    job = made(jobs, "a", "b", "c")
    first, _ = [jobs.begin(next_file(jobs, job)) for _ in range(2)]
    jobs.take_in(first)
    jobs.recover()
    assert [(file.state, file.deaths) for file in jobs.files(job.id)] == [(Q, 1), (Q, 0), (Q, 0)]
    jobs.take_up(job.id)
    for _ in range(2):
        jobs.begin(next_file(jobs, job))
    jobs.recover()
    assert [file.deaths for file in jobs.files(job.id)] == [1, 1, 1]


def test_a_file_that_ended_or_was_put_back_in_good_order_is_not_to_blame(jobs: Jobs) -> None:
    job = made(jobs, "a", "b", "c")
    for end in (True, False):
        file = jobs.begin(next_file(jobs, job))
        jobs.take_in(file)
        if end:
            jobs.end(file, receipt(), 1)
    jobs.leave(job.id)
    jobs.take_up(job.id)
    jobs.begin(next_file(jobs, job))
    jobs.recover()
    assert [file.deaths for file in jobs.files(job.id)] == [0, 1, 0]


def test_a_process_that_died_in_a_cancelled_job_leaves_nothing_in_hand(jobs: Jobs) -> None:
    job = made(jobs, "a", "b")
    jobs.begin(next_file(jobs, job))
    jobs.cancel(job.id)
    jobs.recover()
    assert (states(jobs, job), jobs.job(job.id).state) == ([C, C], JobState.CANCELLED)


def test_a_process_that_died_before_it_could_say_that_all_was_done(jobs: Jobs) -> None:
    job = made(jobs, "a")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt(), 1)
    jobs.recover()
    assert jobs.job(job.id).state is JobState.DONE


# Other processes


def test_another_process_asks_and_the_owner_heeds_in_the_order_asked(jobs: Jobs, record: Record) -> None:
    job = made(jobs, "a", "b")
    jobs.end(jobs.begin(next_file(jobs, job)), receipt("failed", None), 1)
    for what, number in ((Ask.RETRY, 1), (Ask.PAUSE, None)):
        ask(record.path, job.id, what, number)
    assert states(jobs, job) == [F, Q]
    jobs.heed()
    assert (states(jobs, job), jobs.job(job.id).state) == ([Q, Q], JobState.PAUSED)
    ask(record.path, job.id, Ask.RESUME)
    ask(record.path, job.id, Ask.CANCEL)
    jobs.heed()
    assert (states(jobs, job), jobs.job(job.id).state) == ([C, C], JobState.CANCELLED)
    assert record.rows("SELECT asked FROM jobs") == [("",)]


def test_what_can_no_longer_be_done_is_passed_over(jobs: Jobs, record: Record) -> None:
    job = made(jobs, "a")
    for what, number in ((Ask.RETRY, None), (Ask.RETRY, 7), (Ask.CANCEL, None), (Ask.PAUSE, None)):
        ask(record.path, job.id, what, number)
    jobs.heed()
    assert jobs.job(job.id).state is JobState.CANCELLED


def test_asking_of_a_job_or_a_library_that_is_not_there_is_said_so(jobs: Jobs, record: Record, tmp_path: Path) -> None:
    made(jobs, "a")
    with pytest.raises(UnknownJob):
        ask(record.path, 99, Ask.PAUSE)
    with pytest.raises(CannotWrite):
        ask(tmp_path / "nothing.sqlite3", 1, Ask.PAUSE)
    assert not (tmp_path / "nothing.sqlite3").exists()


def test_asking_changes_nothing_but_the_word_that_was_asked(jobs: Jobs, record: Record) -> None:
    job = made(jobs, "a")
    with closing(sqlite3.connect(record.path)) as other:
        before = list(other.iterdump())
        ask(record.path, job.id, Ask.PAUSE)
        after = list(other.iterdump())
    (changed,) = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed[0].replace("'running',''", "'running','pause'") == changed[1]


# Followed


def test_who_listens_hears_every_change_of_that_job_and_of_no_other(jobs: Jobs) -> None:
    job, other = made(jobs, "a", "b"), made(jobs, "x")
    with jobs.listening(job.id) as heard:
        jobs.begin(next_file(jobs, other))
        jobs.end(jobs.begin(next_file(jobs, job)), receipt("failed", None), 1)
        jobs.retry(job.id)
        jobs.cancel(job.id)
        news = [heard.get_nowait() for _ in range(heard.qsize())]
    assert [(file.name, file.state) for file in news] == [("a", R), ("a", F), ("a", Q), ("a", C), ("b", C)]
    jobs.add_files(other.id, files("y"))
    assert heard.empty()
