"""A process killed at any moment of a job loses nothing it acknowledged, doubles nothing, and leaves nothing stuck."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from corpus.embedder import Embedder, open_embedder
from corpus.jobs import FileState, JobFile, JobState
from corpus.library import Library
from corpus.settings import Settings
from ingest.jobs import Runner
from tests.fakes import FakeEmbedder, make_pdf

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
KILLS = 200
OF_THE_COMMAND = 12
FILES = 60
SEED = 20261123
_WORDS = (
    "lamps squares owners shops wardens benches trees traders tenants councils streets markets parks "
    "stations crowds evenings winters cameras fences gardens schools festivals"
).split()
_DEEDS = "lit closed kept built moved cleaned asked paid found planted opened measured repaired watched".split()


@dataclass
class Figures:
    """What the kills met."""

    kills: int = 0
    of_the_command: int = 0
    libraries: int = 0
    before_any_file_ended: int = 0
    between_two_files: int = 0
    after_the_last: int = 0
    being_read: int = 0
    added_but_not_yet_said: int = 0
    failed_for_killing_the_process: int = 0
    acknowledged: int = 0
    seconds: float = 0


def study_pdf(number: int, least: int = 3) -> bytes:
    """A study of at least so many pages and up to three more, unlike every other."""
    chance = random.Random(number)
    pages = []
    for page in range(least + number % 4):
        sentences = [
            f"In town {100 * number + 10 * page + i} the {chance.choice(_WORDS)} and the {chance.choice(_WORDS)} "
            f"were {chance.choice(_DEEDS)} by {chance.choice(_WORDS)} that year."
            for i in range(12)
        ]
        pages.append("\n".join([f"Study {number}, part {page + 1}", *sentences]))
    return make_pdf(pages, title=f"Study {number}, part 1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    for number in range(FILES):
        (folder / f"study{number:02}.pdf").write_bytes(study_pdf(number, least=1))
    return folder


# Processes to be killed

_MOULD = """
import os, signal, sys
import corpus.dense, corpus.lexical, corpus.library
from pathlib import Path
from corpus.settings import Settings
from corpus.language import language_of
from corpus.study import Reader
from ingest.jobs import Runner
from ingest.read import ReadPage
from ingest.receive import cut
from tests.fakes import FakeEmbedder

language_of("The lamps were lit.", ("sv", "en", "da", "no"))
cut([ReadPage(1, "1", "The lamps were lit on the square. Nobody was robbed.", Reader.PYPDF, "")], "en", FakeEmbedder())


def work(data: str, folder: str, said: str) -> None:
    log = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    settings = Settings(data=Path(data), workers=2, _env_file=None)
    with corpus.library.Library(settings, write=True, embedder=FakeEmbedder()) as library, Runner(library) as runner:
        for file in runner.carry_out(runner.job_of([Path(folder)], "Eva").id):
            os.write(log, f"{file.name} {file.receipt['status']}\\n".encode())
    os.write(log, b"END\\n")


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    if not (pid := os.fork()):
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        sys.stdin.close()
        work(*line.rstrip("\\n").split("|"))
        os._exit(0)
    print(pid, flush=True)
"""


class Mould:
    """A process that has everything loaded, and makes processes that work on a job by forking: to spare time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _MOULD], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def begin(self, data: Path, folder: Path, said: Path) -> int:
        """A process that takes in the folder and writes what became of each file into `said`; its id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{data}|{folder}|{said}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture(scope="module")
def mould() -> Iterator[Mould]:
    made = Mould()
    yield made
    made.close()


def is_there(pid: int, group: bool = False) -> bool:
    try:
        (os.killpg if group else os.kill)(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def lines(said: Path) -> list[str]:
    """What a process had said in whole lines."""
    text = said.read_text("utf-8") if said.exists() else ""
    return [line for line in text.splitlines(keepends=True) if line.endswith("\n")]


def kill_at_work(pid: int, said: Path, known: int, chance: random.Random) -> bool:
    """Kill a process at a random moment: some time after it began, or just after some more files had ended.

    False where it had ended by itself before that.
    """
    if chance.random() < 0.3:
        time.sleep(chance.uniform(0, 1.5))
    else:
        wanted = known + chance.randint(1, 12)
        wait_until(lambda: len(lines(said)) >= wanted or not is_there(pid))
        time.sleep(chance.uniform(0, 0.03))
    if not is_there(pid):
        return False
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_there(pid))
    return "END\n" not in lines(said)


def begin_add(folder: Path, data: Path) -> subprocess.Popen[str]:
    """`amp add` as a process of its own, the leader of its group."""
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "add", str(folder), "--json", "--workers", "2"],
        cwd=ROOT,
        env={**os.environ, "AMP_DATA": str(data), "AMP_LANGUAGE": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def receipts(output: str) -> list[str]:
    """File and status of every whole line that `amp add` printed."""
    printed = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return [f"{line['file']} {line['status']}\n" for line in printed]


def kill_the_command(folder: Path, data: Path, known: int, chance: random.Random) -> tuple[bool, list[str]]:
    """Kill `amp add` while it loads the model, reads, embeds or writes; whether it was, and what it had said."""
    process = begin_add(folder, data)
    assert process.stdout is not None
    wait_until(lambda: any(data.glob("record.sqlite3")) or process.poll() is not None)
    wanted = 0 if chance.random() < 0.3 else min(FILES, known + chance.randint(1, 12))
    heard = [process.stdout.readline() for _ in range(wanted)]
    time.sleep(chance.uniform(0, 0.5 if wanted else 4))
    process.kill()
    rest = process.stdout.read()
    process.stdout.close()
    killed = process.wait() == -signal.SIGKILL
    wait_until(lambda: not is_there(process.pid, group=True))
    return killed, receipts("".join(heard) + rest)


# What must be true after each


@dataclass
class Kept:
    """A library that processes die over, and what they had said of it by then."""

    data: Path
    embedder: Callable[[Settings], Embedder]
    said: list[str] = field(default_factory=list)
    unsaid: set[str] = field(default_factory=set)
    files: list[JobFile] = field(default_factory=list)
    state: JobState | None = None

    @property
    def done(self) -> int:
        """Files that are done."""
        return sum(file.state is FileState.DONE for file in self.files)

    def check(self, figures: Figures) -> None:
        """The library opens and is whole; nothing that was said is lost, nothing is there twice, nothing is stuck."""
        settings = Settings(data=self.data, language="en", _env_file=None)
        with Library(settings, write=True, embedder=self.embedder(settings)) as library:
            stuck = library.record.rows("SELECT name, sha256 FROM job_files WHERE state = 'reading'")
            with Runner(library) as runner:
                self._check_job(runner, figures)
            figures.being_read += len(stuck)
            _check_library(library)
            self._check_against(library)

    def _check_job(self, runner: Runner, figures: Figures) -> None:
        jobs = runner.jobs.jobs()
        assert len(jobs) <= 1
        if not jobs:  # killed before it could make one
            return
        self.state, self.files = jobs[0].state, runner.jobs.files(jobs[0].id)
        assert self.state in (JobState.QUEUED, JobState.DONE)
        assert {file.state for file in self.files} <= {FileState.QUEUED, FileState.DONE, FileState.FAILED}
        failed = [file for file in self.files if file.state is FileState.FAILED]
        assert {(file.receipt or {})["why"][0][0] for file in failed} <= {"killed_the_process"}
        figures.failed_for_killing_the_process += len(failed)
        if failed:
            runner.jobs.retry(jobs[0].id)
            self.state, self.files = runner.jobs.state(jobs[0].id), runner.jobs.files(jobs[0].id)

    def _check_against(self, library: Library) -> None:
        held = [file.name for study in library.record.studies() for file in study.files]
        done = {file.name for file in self.files if file.state is FileState.DONE}
        assert {(file.receipt or {})["status"] for file in self.files if file.name in done} <= {"added"}
        said = Counter(line.split()[0] for line in self.said if line.rstrip().endswith(" added"))
        assert set(said) <= done <= set(held)
        self.unsaid |= set(held) - done


def _check_library(library: Library) -> None:
    record = library.record
    studies = record.studies()
    held = [file.name for study in studies for file in study.files]
    assert len(held) == len(set(held)) == len({file.sha256 for study in studies for file in study.files})
    passages = list(record.all_passages())
    assert len({(p.study_id, p.page, p.start) for p in passages}) == len(passages)
    assert {p.study_id for p in passages} == {study.id for study in studies}
    assert sorted(library.lexical._held()) == [p.id for p in passages]
    sample = record.vector_sample(upto=sys.maxsize, size=20)
    for passage_id, language, vector in sample:
        hits = library.nearest(np.frombuffer(vector, np.float32), 1, [language])[language]
        assert [i for i, _ in hits] == [passage_id]
    assert len(sample) == min(20, len(passages))
    health = library.verify()
    assert health.sound, health.faults
    assert not list((library.folder / "incoming").glob("*"))


def count(figures: Figures, before: int, kept: Kept) -> None:
    figures.kills += 1
    figures.before_any_file_ended += kept.done == before
    figures.between_two_files += before < kept.done < FILES
    figures.after_the_last += before < kept.done == FILES


def test_two_hundred_kills_lose_and_double_nothing_and_leave_nothing_stuck(
    folder: Path, tmp_path: Path, mould: Mould
) -> None:
    chance, figures, began = random.Random(SEED), Figures(), time.monotonic()
    pids: list[int] = []
    while figures.kills < KILLS - OF_THE_COMMAND:
        figures.libraries += 1
        kept = Kept(tmp_path / f"library{figures.libraries}", lambda _: FakeEmbedder())
        said = tmp_path / f"said{figures.libraries}"
        while kept.done < FILES and figures.kills < KILLS - OF_THE_COMMAND:
            before = kept.done
            pids.append(mould.begin(kept.data, folder, said))
            killed = kill_at_work(pids[-1], said, len(lines(said)), chance)
            kept.said = lines(said)
            kept.check(figures)
            assert kept.done >= before
            if killed:
                count(figures, before, kept)
        finish(kept, mould, folder, said, figures)
        figures.added_but_not_yet_said += len(kept.unsaid)
        figures.acknowledged += len([line for line in kept.said if line != "END\n"])
    # The children of those that were killed end by themselves when nobody listens any more.
    wait_until(lambda: not any(is_there(pid, group=True) for pid in pids))
    kill_commands(folder, tmp_path / "commands", chance, figures)
    figures.seconds = round(time.monotonic() - began)
    print(figures)  # noqa: T201
    assert figures.kills == KILLS
    assert figures.between_two_files >= KILLS // 3


def finish(kept: Kept, mould: Mould, folder: Path, said: Path, figures: Figures) -> None:
    """Let the job come to its end: each file of it is added once, and no receipt was given twice."""
    while kept.state is not JobState.DONE:
        pid = mould.begin(kept.data, folder, said)
        wait_until(lambda pid=pid: not is_there(pid))  # type: ignore[misc]
        kept.said = lines(said)
        kept.check(figures)
    assert kept.done == FILES
    told = Counter(line for line in kept.said if line != "END\n" and not line.endswith("failed\n"))
    assert set(told.values()) == {1}


def kill_commands(folder: Path, data: Path, chance: random.Random, figures: Figures) -> None:
    """The same with `amp add` and the real model; at the end all its receipts are shown, in the order of the files."""
    figures.libraries += 1
    kept = Kept(data, open_embedder)
    while figures.of_the_command < OF_THE_COMMAND:
        before = kept.done
        killed, kept.said = kill_the_command(folder, data, before, chance)
        kept.check(figures)
        assert kept.done >= before
        figures.of_the_command += killed
        if killed:
            count(figures, before, kept)
        if kept.done == FILES and figures.of_the_command < OF_THE_COMMAND:
            figures.libraries += 1
            kept = Kept(data.with_name(f"commands{figures.libraries}"), open_embedder)
            data = kept.data
    status = "unchanged" if kept.state is JobState.DONE else "added"
    last = begin_add(folder, data)
    output, _ = last.communicate(timeout=240)
    assert last.returncode == 0
    assert receipts(output) == [f"study{number:02}.pdf {status}\n" for number in range(FILES)]
