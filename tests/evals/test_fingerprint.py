"""What a run was made from: the same for the same, another for anything that decides the figures."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from corpus.library import Library
from evals import fingerprint as module
from evals.case import Case, QuestionSet
from evals.fingerprint import code, corpus, fingerprint, machine, same_ground, short
from ingest.receive import Incoming, Reception
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.retriever.libraries import fill, settings_in

SMALL = QuestionSet("small", "1", "dev", (Case("q", "Does lighting help?", "en", "far_off"),), "ab12")


def of(library: Library) -> dict[str, Any]:
    return fingerprint(library, SMALL, 0)


@pytest.fixture
def held(small_library: Library) -> dict[str, Any]:
    return of(small_library)


# What is in it


def test_the_set_is_named_by_the_bytes_of_its_file(held: dict[str, Any]) -> None:
    assert held["set"] == {"name": "small", "version": "1", "split": "dev", "sha256": "ab12", "questions": 1}


def test_the_corpus_is_named_by_its_files_and_passages(held: dict[str, Any]) -> None:
    told = held["corpus"]
    assert sorted(told["studies"].values()) == ["friakare.pdf", "lighting.pdf"]
    assert (told["pages"], told["passages"], len(told["passages_sha256"])) == (4, 4, 64)


def test_model_seed_indexes_and_machine_are_told(held: dict[str, Any]) -> None:
    assert (held["model"], held["seed"]) == ("sentence-transformers/all-MiniLM-L6-v2@1 (64)", 0)
    assert (held["indexes"]["lexical"], held["indexes"]["dense"]["sealed"]) == ({"passages": 4}, {"en": 2, "sv": 2})
    assert held["machine"] == machine()
    assert machine()["libraries"].keys() >= {"tantivy", "chromadb", "torch"}


def test_it_is_json_and_comes_back_as_it_was(held: dict[str, Any]) -> None:
    assert json.loads(json.dumps(held)) == held


def test_its_short_form_is_twelve_digits_and_does_not_change(held: dict[str, Any], small_library: Library) -> None:
    assert len(short(held)) == 12
    assert int(short(held), 16) > 0
    assert short(of(small_library)) == short(held)


# What decides and what does not


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Are they the same, by both ways of asking?"""
    assert same_ground(one, other) == (short(one) == short(other))
    return same_ground(one, other)


@pytest.mark.parametrize("part", ["code", "corpus", "terms", "model", "settings", "set", "seed"])
def test_whatever_decides_the_figures_makes_another(held: dict[str, Any], part: str) -> None:
    assert same(held, dict(held))
    another: Any = {"commit": "", "files_sha256": "another"} if part == "code" else "another"
    assert not same(held, {**held, part: another})


def test_a_commit_that_touches_no_program_file_does_not(held: dict[str, Any]) -> None:
    assert same(held, {**held, "code": {**held["code"], "commit": "another"}})


@pytest.mark.parametrize("part", ["machine", "indexes"])
def test_the_machine_and_the_state_of_the_indexes_do_not(held: dict[str, Any], part: str) -> None:
    assert same(held, {**held, part: "another"})


@pytest.mark.parametrize(
    ("values", "alike"),
    [
        ({"language": "sv"}, True),
        ({"host": "::1", "port": 9000, "token": SecretStr("a"), "online": True}, True),
        ({"embedding_reads": "en sv"}, False),
        ({"embedding_revision": "2"}, False),
    ],
)
def test_settings_count_where_a_figure_follows_from_them(
    small_library: Library, held: dict[str, Any], values: dict[str, Any], alike: bool
) -> None:
    small_library.settings = small_library.settings.model_copy(update=values)
    assert same(of(small_library), held) == alike


def test_a_token_is_nowhere_in_it(small_library: Library) -> None:
    small_library.settings = small_library.settings.model_copy(update={"token": SecretStr("open-sesame")})
    assert "open-sesame" not in str(of(small_library))
    assert "token" not in of(small_library)["settings"]


def test_the_same_files_elsewhere_and_in_another_order_are_the_same_corpus(
    held: dict[str, Any], tmp_path: Path
) -> None:
    with Library(settings_in(tmp_path / "elsewhere"), write=True, embedder=FakeEmbedder()) as other:
        fill(other, friakare=FREE_RIDERS, lighting=LIGHTING)
        assert same(of(other), held)


def test_another_model_is_another(held: dict[str, Any], tmp_path: Path) -> None:
    with Library(settings_in(tmp_path / "other"), write=True, embedder=FakeEmbedder(revision="2")) as other:
        fill(other, friakare=FREE_RIDERS, lighting=LIGHTING)
        assert corpus(other) == held["corpus"]
        assert not same(of(other), held)


def test_one_more_study_is_another_corpus(small_library: Library, held: dict[str, Any]) -> None:
    with Reception(small_library) as reception:
        reception.receive(Incoming("parks.pdf", make_pdf(["Families visit parks with benches at the weekend."])))
    now = corpus(small_library)
    assert (now["pages"], now["passages"]) == (5, 5)
    assert now["passages_sha256"] != held["corpus"]["passages_sha256"]


def test_passages_cut_in_another_way_are_another_corpus(small_library: Library, held: dict[str, Any]) -> None:
    small_library.record._connection().execute("UPDATE passages SET end = end - 1 WHERE id = 1")
    now = corpus(small_library)
    assert now.keys() == held["corpus"].keys()
    assert [key for key in now if now[key] != held["corpus"][key]] == ["passages_sha256"]


# The code

Change = Callable[[Path], object]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of three files, which the fingerprint takes for its own."""
    root = tmp_path / "program"
    for room in ("corpus", "evals", "tests"):
        (root / room).mkdir(parents=True)
        (root / room / "one.py").write_text("x = 1\n")
    monkeypatch.setattr(module, "ROOT", root)
    return root


def code_now() -> dict[str, str]:
    code.cache_clear()
    try:
        return code()
    finally:
        code.cache_clear()


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "corpus" / "one.py").write_text("x = 2\n"),
        lambda root: (root / "corpus" / "one.py").rename(root / "corpus" / "two.py"),
        lambda root: (root / "corpus" / "terms.csv").write_text("ljus,light\n"),
        lambda root: (root / "evals" / "weights.toml").write_text("bar = 0.5\n"),
    ],
    ids=["text", "name", "terms", "weights"],
)
def test_a_file_of_the_program_that_changed_is_other_code(root: Path, change: Change) -> None:
    before = code_now()
    change(root)
    assert code_now()["files_sha256"] != before["files_sha256"]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "tests" / "one.py").write_text("x = 2\n"),
        lambda root: (root / "corpus" / "notes.md").write_text("A note.\n"),
        lambda root: os.utime(root / "corpus" / "one.py", (0, 0)),
        lambda root: (root / "corpus" / "__pycache__").mkdir() or (root / "corpus/__pycache__/one.py").write_text(""),
    ],
    ids=["tests", "notes", "time", "cache"],
)
def test_what_the_program_does_not_run_is_not_its_code(root: Path, change: Change) -> None:
    before = code_now()
    change(root)
    assert code_now() == before


def git(root: Path, *call: str) -> None:
    name = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *name, *call], check=True, capture_output=True)


def test_the_commit_is_named_and_marked_where_files_differ_from_it(root: Path) -> None:
    assert code_now()["commit"] == ""
    git(root, "init")
    assert code_now()["commit"] == ""  # a checkout without a commit
    git(root, "add", ".")
    git(root, "commit", "-m", "First")
    commit = code_now()["commit"]
    assert len(commit) >= 7
    assert int(commit, 16) > 0
    (root / "corpus" / "one.py").write_text("x = 2\n")
    assert code_now()["commit"] == f"{commit}+"
