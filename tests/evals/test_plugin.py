"""Questions as tests: what is wrong with an answer, and a whole call of pytest over a library."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus.library import Library
from corpus.settings import Settings
from evals.case import Case, Gold, QuestionSet, set_lines
from evals.plugin import faults
from tests.evals.runs import a_row, kept
from tests.fakes import FREE_RIDERS, LIGHTING
from tests.retriever.libraries import fill, standing_library

GOLD = [{"file": "lighting.pdf", "page": 2, "quote": "", "grade": 2, "language": "en"}]
NOT_FOUND = "No gold page is among the first five. Gold: lighting.pdf p. 2."
SILENT = "Not answered (confidence 0.40). Gold: lighting.pdf p. 2."
ELSEWHERE = "Answered, but with no quote from a gold page. Gold: lighting.pdf p. 2."
NEEDLESS = "Answered, though nothing in the library answers it."


# What is wrong with an answer


def faults_of(
    *, must_answer: bool = True, found: float = 1.0, answered: bool = True, right: float = 1.0, **more: Any
) -> list[str]:
    values = {"hit@5": found, "answered_right": right}
    row = a_row("q", values=values, answered=answered, confidence=0.4, given=kept(gold=GOLD), **more)
    return list(faults(row, must_answer))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({}, []),
        ({"found": 0.0}, [NOT_FOUND]),
        ({"answered": False, "right": 0.0}, [SILENT]),
        ({"right": 0.0}, [ELSEWHERE]),
        ({"found": 0.0, "answered": False, "right": 0.0}, [NOT_FOUND, SILENT]),
        ({"found": 0.0, "right": 0.0}, [NOT_FOUND, ELSEWHERE]),
    ],
)
def test_a_question_must_be_found_and_answered_from_a_gold_page(row: Mapping[str, Any], said: list[str]) -> None:
    assert faults_of(**row) == said


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"answered": False, "right": 0.0}, []),
        ({"right": 0.0}, []),
        ({"found": 0.0, "right": 0.0}, [NOT_FOUND]),
    ],
)
def test_where_finding_is_enough_nothing_is_asked_of_the_answer(row: Mapping[str, Any], said: list[str]) -> None:
    assert faults_of(must_answer=False, **row) == said


@pytest.mark.parametrize("must_answer", [True, False])
@pytest.mark.parametrize("answerable", ["near_miss", "far_off"])
@pytest.mark.parametrize(("answered", "said"), [(True, [NEEDLESS]), (False, [])])
def test_what_nothing_answers_must_be_refused(
    must_answer: bool, answerable: str, answered: bool, said: list[str]
) -> None:
    row = a_row("q", "none-en", answerable=answerable, answered=answered, values={"wrongly_answered": float(answered)})
    assert list(faults(row, must_answer)) == said


@pytest.mark.parametrize("must_answer", [True, False])
def test_a_quote_that_is_not_on_its_page_is_wrong_whatever_must_be(must_answer: bool) -> None:
    said = ["1 of 3 quotes are not on the page they name."]
    assert faults_of(must_answer=must_answer, quotes=3, found_loosely=2) == said
    needless = a_row("q", "none-en", answered=True, quotes=3, found_loosely=2)
    assert list(faults(needless, must_answer)) == [*said, NEEDLESS]


def test_where_there_is_no_pdf_no_quote_is_looked_for() -> None:
    assert faults_of(quotes=3, found_loosely=None) == []


def test_every_gold_page_is_named() -> None:
    gold = [*GOLD, {**GOLD[0], "file": "other.pdf", "page": 7}]
    row = a_row("q", values={"hit@5": 0.0, "answered_right": 1.0}, answered=True, given=kept(gold=gold))
    assert list(faults(row, True)) == ["No gold page is among the first five. Gold: lighting.pdf p. 2, other.pdf p. 7."]


# Whole calls

LIGHT = "Does street lighting reduce property crime?"
CASES = (
    Case("q1", LIGHT, "en", "yes", (Gold("lighting.pdf", 2),), pair="en-en"),
    Case("q2", "Hur löser man friåkarproblemet?", "sv", "yes", (Gold("friakare.pdf", 2),), pair="sv-sv"),
    Case(
        "q3", "Minskar gatubelysning brotten?", "sv", "yes", (Gold("lighting.pdf", 2),), pair="sv-en", tags=("night",)
    ),
    Case("q4", "Who won the chess Olympiad of 1972?", "en", "near_miss", pair="none-en"),
    Case("q5", LIGHT, "en", "yes", (Gold("friakare.pdf", 1),), pair="en-sv"),
)
"""The last is wrong on purpose: its gold page says nothing of lighting."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a call of pytest came to."""

    code: int
    out: str

    @property
    def counted(self) -> dict[str, int]:
        """How many passed, failed and so on."""
        *_, last = self.out.strip().splitlines()
        return {word: int(n) for n, word in re.findall(r"(\d+) (\w+)", last.partition(" in ")[0])}


def call(folder: Path, data: Path, *arguments: str | Path) -> Called:
    """`pytest` with the plugin, in a folder with no test of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "AMP_DATA": str(data), "AMP_LANGUAGE": "en", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Called(done.returncode, done.stdout + done.stderr)


def a_set(folder: Path, *cases: Case) -> Path:
    path = folder / "small.jsonl"
    path.write_text("\n".join(set_lines(QuestionSet("small", "1", "dev", cases))) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small library, made with the bundled model."""
    folder = tmp_path_factory.mktemp("real") / "data"
    with Library(Settings(data=folder, language="en", _env_file=None), write=True) as library:
        fill(library, lighting=LIGHTING, friakare=FREE_RIDERS)
    return folder


@pytest.mark.slow
def test_each_question_is_a_test_and_one_that_fails_says_why_in_sentences(data: Path, tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_that_was_not_asked_for(): assert False\n", "utf-8")
    called = call(tmp_path, data, "--amp-set", a_set(tmp_path, *CASES), "-v")
    outcomes = dict(re.findall(r"small\.jsonl::(q\d) (PASSED|FAILED)", called.out))
    assert outcomes == {"q1": "PASSED", "q2": "PASSED", "q3": "PASSED", "q4": "PASSED", "q5": "FAILED"}
    assert (called.code, called.counted) == (1, {"passed": 4, "failed": 1})
    said = called.out.partition("FAILURES")[2]
    assert f"{LIGHT}\nAnswered, but with no quote from a gold page. Gold: friakare.pdf p. 1." in said
    assert "Traceback" not in called.out
    assert ".py:" not in said  # no frame of the program


@pytest.mark.slow
def test_where_finding_is_enough_the_same_question_passes(data: Path, tmp_path: Path) -> None:
    called = call(tmp_path, data, "--amp-set", a_set(tmp_path, CASES[4]), "--amp-must", "find")
    assert (called.code, called.counted) == (0, {"passed": 1})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keyword", "names"),
    [
        ("sv-en", ["q3"]),
        ("near_miss", ["q4"]),
        ("night or q2", ["q2", "q3"]),
        ("yes and not sv-sv", ["q1", "q3", "q5"]),
    ],
)
def test_questions_are_selected_by_their_keywords(data: Path, tmp_path: Path, keyword: str, names: list[str]) -> None:
    called = call(tmp_path, data, "--amp-set", a_set(tmp_path, *CASES), "-k", keyword, "--collect-only", "-q")
    assert re.findall(r"small\.jsonl::(\w+)", called.out) == names
    assert called.code == 0


@pytest.mark.slow
def test_files_that_are_named_are_collected_beside_the_set(data: Path, tmp_path: Path) -> None:
    named = tmp_path / "test_other.py"
    named.write_text("def test_that_was_asked_for(): pass\n", "utf-8")
    called = call(tmp_path, data, named, "--amp-set", a_set(tmp_path, CASES[0]), "--collect-only", "-q")
    assert re.findall(r"^(\S+)::(\w+)$", called.out, re.MULTILINE) == [
        ("test_other.py", "test_that_was_asked_for"),
        ("small.jsonl", "q1"),
    ]


def collected_in_vain(called: Called, sentence: str) -> None:
    """One error, told in one sentence and not by a stack of calls."""
    assert (called.code, called.counted) == (2, {"error": 1})
    said = called.out.partition("ERRORS")[2]
    assert sentence in said
    assert "Traceback" not in called.out
    assert ".py:" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nothing.jsonl", "nothing", "."])
def test_a_set_that_is_no_file_is_a_wrong_call(tmp_path: Path, name: str) -> None:
    called = call(tmp_path, tmp_path / "data", "--amp-set", name)
    assert called.code == pytest.ExitCode.USAGE_ERROR
    assert called.out.strip() == f"ERROR: --amp-set: there is no file {tmp_path / name}"


@pytest.mark.slow
def test_gold_that_is_not_in_the_library_is_one_sentence(data: Path, tmp_path: Path) -> None:
    """The shipped set, by its name, over a library without the starter corpus."""
    called = call(tmp_path, data, "--amp-set", "starter")
    collected_in_vain(called, "The set starter cannot be measured here:")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lines", "sentence"),
    [("", "holds no question"), ("{}\n", "bad.jsonl"), ("not JSON\n", "bad.jsonl")],
    ids=["empty", "no question", "no JSON"],
)
def test_a_set_that_cannot_be_read_is_one_sentence(data: Path, tmp_path: Path, lines: str, sentence: str) -> None:
    (tmp_path / "bad.jsonl").write_text(lines, "utf-8")
    collected_in_vain(call(tmp_path, data, "--amp-set", "bad.jsonl"), sentence)


@pytest.mark.slow
def test_a_library_that_is_not_there_or_of_another_model_is_one_sentence(tmp_path: Path) -> None:
    asked = a_set(tmp_path, *CASES)
    collected_in_vain(call(tmp_path, tmp_path / "nowhere", "--amp-set", asked), "There is no library")
    with standing_library(tmp_path / "fake"):
        pass
    collected_in_vain(call(tmp_path, tmp_path / "fake" / "data", "--amp-set", asked), "was made with")
