"""A process killed in the middle of an ingest loses nothing it acknowledged, and doubles nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from corpus.embedder import open_embedder
from corpus.library import Library
from corpus.settings import Settings
from tests.fakes import make_pdf

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
KILLS = 50
FILES = 12
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
    libraries: int = 1
    before_any_receipt: int = 0
    between_receipts: int = 0
    after_the_last: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)


def study_pdf(number: int) -> bytes:
    """A study of three to six pages, unlike every other."""
    chance = random.Random(number)
    pages = []
    for page in range(3 + number % 4):
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
        (folder / f"study{number:02}.pdf").write_bytes(study_pdf(number))
    return folder


def begin_add(folder: Path, data: Path) -> subprocess.Popen[str]:
    """`amp add` as a process of its own, the leader of its group."""
    return subprocess.Popen(
        [sys.executable, "-m", "api.cli", "add", str(folder), "--json"],
        cwd=ROOT,
        env={**os.environ, "AMP_DATA": str(data), "AMP_LANGUAGE": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def receipts(output: str) -> dict[str, str]:
    """File and status of every whole line that a process printed."""
    lines = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {line["file"]: line["status"] for line in lines}


def wait_for_ingest(data: Path, process: subprocess.Popen[str], fresh: bool) -> None:
    """A new library begins with its record; in one that is there, the first file is staged to be read."""
    sign = "record.sqlite3" if fresh else "incoming/*"
    while not any(data.glob(sign)) and process.poll() is None:
        time.sleep(0.002)


def wait_for_descendants(group: int) -> None:
    """The killed process' own children end by themselves when nobody listens any more."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    raise AssertionError("a child of the killed process still runs")


def add_and_kill(folder: Path, data: Path, known: int, chance: random.Random, figures: Figures) -> dict[str, str]:
    """Kill `amp add` at a random moment; what it had acknowledged by then.

    The moment is a random time after the ingest began (the model still loading, files being read), or after a
    random number of new receipts (files being embedded and written, indexes sealed at the end). A process that
    ended by itself before that counts as no kill.
    """
    process = begin_add(folder, data)
    assert process.stdout is not None
    wait_for_ingest(data, process, fresh=known == 0)
    wanted = 0 if chance.random() < 0.25 else known + chance.randint(1, FILES - known)
    heard = [process.stdout.readline() for _ in range(wanted)]
    time.sleep(chance.uniform(0, 0.8 if wanted else 4))
    process.kill()
    rest = process.stdout.read()
    process.stdout.close()
    killed = process.wait() == -signal.SIGKILL
    wait_for_descendants(process.pid)
    acknowledged = receipts("".join(heard) + rest)
    if not killed:
        return acknowledged
    figures.kills += 1
    figures.acknowledged.update(acknowledged.values())
    figures.before_any_receipt += len(acknowledged) <= known
    figures.between_receipts += known < len(acknowledged) < FILES
    figures.after_the_last += known < len(acknowledged) == FILES
    return acknowledged


def check(data: Path, acknowledged: dict[str, str]) -> int:
    """The library opens and is whole; the number of its studies."""
    settings = Settings(data=data, language="en", _env_file=None)
    with Library(settings, write=True, embedder=open_embedder(settings)) as library:
        record = library.record
        studies = record.studies()
        held = [file.name for study in studies for file in study.files]
        assert set(acknowledged.values()) <= {"added", "unchanged"}
        assert set(acknowledged) <= set(held)
        assert len(held) == len(set(held)) == len({file.sha256 for study in studies for file in study.files})
        passages = list(record.all_passages())
        assert len({(p.study_id, p.page, p.start) for p in passages}) == len(passages)
        assert {p.study_id for p in passages} == {study.id for study in studies}
        assert record.faults() == []
        assert sorted(library.lexical._held()) == [p.id for p in passages]
        sample = record.vector_sample(upto=sys.maxsize, size=20)
        for passage_id, language, vector in sample:
            hits = library.nearest(np.frombuffer(vector, np.float32), 1, [language])[language]
            assert [i for i, _ in hits] == [passage_id]
        assert len(sample) == min(20, len(passages))
        health = library.verify()
        assert health.sound, health.faults
        assert not list((data / "incoming").glob("*"))
        return len(studies)


def test_fifty_kills_lose_and_double_nothing(folder: Path, tmp_path: Path) -> None:
    chance, figures = random.Random(SEED), Figures()
    data, known = tmp_path / "library1", 0
    for _ in range(2 * KILLS):
        if figures.kills == KILLS:
            break
        acknowledged = add_and_kill(folder, data, known, chance, figures)
        before, known = known, check(data, acknowledged)
        assert known >= max(before, len(acknowledged))
        if known == FILES and figures.kills < KILLS:
            figures.libraries += 1
            data, known = tmp_path / f"library{figures.libraries}", 0
    print(figures)  # noqa: T201
    assert figures.kills == KILLS
    assert figures.between_receipts >= KILLS // 4

    last = begin_add(folder, data)
    output, _ = last.communicate(timeout=120)
    assert last.returncode == 0
    assert sorted(receipts(output)) == [f"study{number:02}.pdf" for number in range(FILES)]
    assert Counter(receipts(output).values()) == Counter({"unchanged": known, "added": FILES - known})
    assert check(data, receipts(output)) == FILES
