"""`amp eval` on the command line: what it prints, how it ends, and what it says where something is wrong."""

import csv
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

import corpus.embedder
import corpus.library
import evals.latency
import evals.systems
import evals.tune
import retriever
from api.cli import app
from corpus.embedder import Embedder
from corpus.settings import Settings
from corpus.unknown import UnknownWords
from corpus.words import LANGUAGES, Language, say
from evals.case import read_set
from evals.rating import task_of_single
from evals.run import read_run, run
from evals.systems import Given, Ours
from evals.tune import FEWEST, Tuned
from tests.api.test_cli import DONE, LIGHT, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import standing_library

CANNOT_TELL = 3
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
UNKNOWN = "Do flibbertology and snorkwhistles shorten queues?"
HEADER: dict[str, Any] = {"form": 1, "set": "small", "version": "1", "split": "dev"}


def case(name: str, question: str, answerable: str = "yes", language: str = "en", **gold: Any) -> dict[str, Any]:
    return {
        "id": name,
        "question": question,
        "language": language,
        "answerable": answerable,
        "gold": [gold] if gold else [],
    }


ON_LIGHT = case("q1", LIGHT, file="lighting.pdf", page=2, quote=FELL)
ON_LEVY = case("q2", "Hur löser man friåkarproblemet?", language="sv", file="friakare.pdf", page=2)
ON_NOTHING = case("q3", UNKNOWN, "near_miss")
SET = (HEADER, ON_LIGHT, ON_LEVY, ON_NOTHING)


def write_lines(path: Path, *lines: object) -> Path:
    text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(text) + "\n", "utf-8")
    return path


def read_lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small library, closed, a set over it, and a run of the set."""
    folder = tmp_path_factory.mktemp("template")
    path = write_lines(folder / "small.jsonl", *SET)
    with standing_library(folder) as library:
        run(library, read_set(path), folder / "before")
    return folder


@pytest.fixture
def amp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Amp:
    """The command with a stand-in for the model and no library yet."""

    def fake(settings: Settings) -> Embedder:  # noqa: ARG001 (the signature is open_embedder's)
        return FakeEmbedder()

    for module in (corpus.library, corpus.embedder, evals.systems):
        monkeypatch.setattr(module, "open_embedder", fake)
    monkeypatch.chdir(tmp_path)  # so that no .env of the project has a say
    return Amp(tmp_path)


@pytest.fixture
def filled(amp: Amp, template: Path) -> Amp:
    """`amp` in a copy of the folder with the small library, the set and its run."""
    shutil.copytree(template, amp.folder, dirs_exist_ok=True)
    return amp


def write_set(amp: Amp, *lines: object) -> Path:
    return write_lines(amp.folder / "given.jsonl", *lines)


def one_json(text: str) -> Any:
    """What was printed, which must be one line of JSON and no more."""
    assert text.endswith("\n")
    assert text.count("\n") == 1
    return json.loads(text)


def flat(text: str) -> str:
    return " ".join(text.split())


# Running


def test_a_run_in_json_is_alone_on_standard_output(filled: Amp) -> None:
    called = filled("eval", "run", "small.jsonl", "--json")
    form = one_json(called.stdout)
    assert called.exit_code == DONE
    assert [row["id"] for row in form["rows"]] == ["q1", "q2", "q3"]
    assert (form["pairs"]["en-en"]["hit@1"], form["pairs"]["sv-sv"]["hit@1"]) == (1, 1)
    assert form.keys() >= {"fingerprint", "overall", "abstention", "fidelity", "index", "speed"}
    assert called.stderr.count("\n") == 1
    assert called.stderr.startswith("Kept in ")


def test_a_person_sees_the_figures_and_where_they_are_kept(filled: Amp) -> None:
    called = filled("eval", "run", "small.jsonl")
    (kept,) = (filled.folder / "data" / "runs").iterdir()
    shown = called.stdout.splitlines()
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert shown[0].split()[:3] == ["n", "hit@1", "hit@5"]
    assert [line.split()[0] for line in shown[1:4]] == ["sv-sv", "en-en", "all"]
    assert shown[-1] == f"Kept in {kept}. 'amp eval report {kept}' makes a page of it."
    assert read_run(kept).summary == read_run(filled.folder / "before").summary


def test_a_run_speaks_the_readers_language(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    shown = filled("eval", "run", "small.jsonl").stdout
    assert re.search(r"^alla +2 ", shown, re.MULTILINE)
    assert "Besvarade av det som går att besvara: 2 av 2, 1.000" in shown


def test_a_run_goes_on_in_a_folder_that_was_begun_and_asks_only_what_is_missing(filled: Amp) -> None:
    folder = filled.folder / "before"
    first = read_lines(folder / "rows.jsonl")[0]
    write_lines(folder / "rows.jsonl", {**first, "confidence": 0.123})  # asked anew it would be another
    (folder / "summary.json").unlink()
    form = one_json(filled("eval", "run", "small.jsonl", "--into", folder, "--json").stdout)
    assert [row["confidence"] == 0.123 for row in form["rows"]] == [True, False, False]
    assert (form["run"], len(read_lines(folder / "rows.jsonl"))) == (str(folder), 3)
    assert not (filled.folder / "data" / "runs").exists()


def test_a_run_that_is_interrupted_says_how_it_goes_on_and_does(filled: Amp, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:

        def interrupt(self: Ours, question: str, depth: int = 20) -> Given:  # noqa: ARG001 (as Ours.give)
            raise KeyboardInterrupt

        patched.setattr(Ours, "give", interrupt)
        called = filled("eval", "run", "small.jsonl", "--into", "begun", "--json")
    assert (called.exit_code == DONE, called.stdout) == (False, "")
    assert called.stderr.splitlines()[0] == say("run_stopped", "en", folder="begun")
    assert filled("eval", "report", "begun").exit_code == WRONG_CALL
    assert filled("eval", "run", "small.jsonl", "--into", "begun").exit_code == DONE


@pytest.mark.parametrize("verb", ["run", "gate", "tune"])
def test_a_set_notes_no_words_for_staff_to_look_at(filled: Amp, verb: str) -> None:
    notes = filled.folder / "data" / UnknownWords.FILE
    notes.unlink(missing_ok=True)  # the folder was filled by a library that was open for readers
    filled("eval", verb, "small.jsonl", *(["--baseline", "before"] if verb == "gate" else []))
    assert not notes.exists()
    assert filled("search", UNKNOWN, "--json").exit_code == DONE  # as it would note them for a reader
    assert "snorkwhistles" in notes.read_text("utf-8")


def test_a_run_may_have_its_page_made_too(filled: Amp) -> None:
    called = filled("eval", "run", "small.jsonl", "--into", "new", "--report", "--json")
    page = filled.folder / "new" / "report.html"
    one_json(called.stdout)
    assert called.stderr.startswith(f"The report: {Path('new') / 'report.html'} (")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_a_full_run_has_plain_systems_beside_it_and_cold_starts(filled: Amp, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def cold(settings: Settings, questions: list[str]) -> list[float]:  # noqa: ARG001 (as cold_starts)
        asked.extend(questions)
        return [900.0, 1100.0]

    monkeypatch.setattr(evals.systems, "available", lambda: ("bm25", "vectors"))
    monkeypatch.setattr(evals.latency, "cold_starts", cold)
    called = filled("eval", "run", "small.jsonl", "--full", "--json")
    form = one_json(called.stdout)
    assert (list(form["baselines"]), form["speed"]["cold_ms"]["p50"]) == (["bm25", "vectors"], 1000)
    assert asked == [ON_LIGHT["question"], ON_LEVY["question"]]  # what cannot be answered starts nothing
    assert called.stderr.splitlines()[0] == say("no_stock", "en")


def test_a_seed_is_the_runs_own(filled: Amp) -> None:
    assert one_json(filled("eval", "run", "small.jsonl", "--seed", "7", "--json").stdout)["made_from"]["seed"] == 7


def test_gold_that_moved_is_told_and_the_set_is_measured_all_the_same(filled: Amp) -> None:
    moved = case("q1", LIGHT, file="lighting.pdf", page=1, quote=FELL)
    called = filled("eval", "run", write_set(filled, HEADER, moved), "--json")
    assert (called.exit_code, one_json(called.stdout)["troubles"][0]["state"]) == (DONE, "moved")
    assert called.stderr.startswith("Line 2 (q1): the quote is on page 2 of lighting.pdf, not on page 1")


# What is wrong with a set

WRONG_SETS: dict[str, tuple[tuple[object, ...], str, str]] = {
    "bad line": ((HEADER, ON_LIGHT, "{not json"), "cannot be read at line 3", "går inte att läsa vid rad 3"),
    "no question": ((HEADER, {"id": "q1"}), "at line 2 ('gold' is missing)", "vid rad 2 ("),
    "empty": ((HEADER,), "holds no question.", "har ingen fråga."),
    "nothing": (("",), "holds no question.", "har ingen fråga."),
    "same id": ((HEADER, ON_LIGHT, ON_LIGHT), "Line 3 of ", "Rad 3 i "),
    "two headers": ((HEADER, ON_LIGHT, HEADER), "Line 3 of ", "Rad 3 i "),
    "newer": (({**HEADER, "form": 2}, ON_LIGHT), "says form 2; this program knows form 1", "form 2"),
    "no file": (
        (HEADER, ON_LIGHT, case("q9", LIGHT, file="gone.pdf", page=1)),
        "1 of its gold pages are not in the library (lines 3; files: gone.pdf)",
        "(rad 3; filer: gone.pdf)",
    ),
    "no page": (
        (HEADER, case("q9", LIGHT, file="lighting.pdf", page=9), ON_LIGHT),
        "1 of its gold pages are not in the library (lines 2; files: lighting.pdf)",
        "(rad 2; filer: lighting.pdf)",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", WRONG_SETS)
def test_a_wrong_set_is_a_wrong_call_that_says_where(filled: Amp, what: str, language: Language) -> None:
    lines, english, swedish = WRONG_SETS[what]
    filled.environment["AMP_LANGUAGE"] = language
    called = filled("eval", "run", write_set(filled, *lines), "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert (english if language == "en" else swedish) in called.stderr.splitlines()[-1]
    assert not (filled.folder / "data" / "runs").exists()


def test_a_set_with_a_page_that_is_not_there_says_how_many_there_are(filled: Amp) -> None:
    called = filled("eval", "run", write_set(filled, HEADER, case("q9", LIGHT, file="lighting.pdf", page=9)))
    assert called.stderr.splitlines()[0] == "Line 2 (q9): lighting.pdf has no page 9; it has 2."
    assert called.stderr.count("\n") == 2


@pytest.mark.parametrize("verb", ["run", "check", "tune"])
def test_a_set_that_is_not_there_is_a_wrong_call(filled: Amp, verb: str) -> None:
    called = filled("eval", verb, "gone.jsonl")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr == "There is no file or folder gone.jsonl.\n"


@pytest.mark.parametrize("call", [["run", "small.jsonl"], ["check", "small.jsonl"]], ids=lambda call: call[0])
def test_without_a_library_nothing_is_measured(amp: Amp, call: list[str]) -> None:
    write_lines(amp.folder / "small.jsonl", *SET)
    called = amp("eval", *call, "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.startswith("There is no library in")
    assert not (amp.folder / "data").exists()


def remove_levy(amp: Amp) -> None:
    """Take the Swedish study out of the library."""
    studies = {study["files"][0]["name"]: study["id"] for study in amp.lines("studies", "--json")}
    assert amp("remove", studies["friakare.pdf"]).exit_code == DONE


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "was made from something else (corpus differ)"), ("sv", "är gjord av något annat (skillnad i: corpus)")],
)
def test_a_run_over_another_corpus_is_not_gone_on_with(filled: Amp, language: Language, sentence: str) -> None:
    path = write_set(filled, HEADER, ON_LIGHT)
    assert filled("eval", "run", path, "--into", "other").exit_code == DONE
    remove_levy(filled)
    filled.environment["AMP_LANGUAGE"] = language
    called = filled("eval", "run", path, "--into", "other", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert sentence in called.stderr
    assert called.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "call",
    [
        ["run", "small.jsonl", "--into", "small.jsonl"],
        ["gate", "small.jsonl", "--baseline", "before", "--into", "small.jsonl"],  # and not 1, which is "worse"
        ["import", "small.jsonl", "nowhere/made.jsonl"],
        ["report", "before", "--out", "nowhere/report.html"],
        ["rate", "before", "--out", "nowhere/rate.html"],
    ],
    ids=lambda call: call[0],
)
def test_a_place_that_cannot_be_written_is_a_wrong_call(filled: Amp, call: list[str]) -> None:
    called = filled("eval", *call)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert call[-1] in called.stderr


# Sets that come along


def test_a_set_that_comes_along_is_known_by_its_name(filled: Amp) -> None:
    found = one_json(filled("eval", "check", "starter", "--json").stdout)
    assert found["set"] == "starter"
    assert found["questions"] >= 120
    assert {trouble["state"] for trouble in found["troubles"]} == {"no_file"}
    assert len(found["troubles"]) == found["gold"]


def test_a_set_over_other_studies_is_not_measured(filled: Amp) -> None:
    called = filled("eval", "run", "starter", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.splitlines()[-1].startswith("The set starter cannot be measured here")


def test_a_file_may_have_the_name_of_a_set_with_an_ending(filled: Amp) -> None:
    write_lines(filled.folder / "starter.jsonl", HEADER, ON_LIGHT)
    assert one_json(filled("eval", "check", "starter.jsonl", "--json").stdout)["set"] == "small"


# Checking


def test_a_set_whose_gold_is_all_there_is_done(filled: Amp) -> None:
    called = filled("eval", "check", "small.jsonl")
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert called.stdout == "3 questions, 2 gold pages; 0 need looking at.\n"
    assert one_json(filled("eval", "check", "small.jsonl", "--json").stdout) == {
        "set": "small",
        "questions": 3,
        "gold": 2,
        "troubles": [],
    }


@pytest.mark.parametrize(
    ("gold", "state", "said"),
    [
        ({"file": "gone.pdf", "page": 1}, "no_file", "the file gone.pdf (page 1) is not in the library."),
        ({"file": "lighting.pdf", "page": 9}, "no_page", "lighting.pdf has no page 9; it has 2."),
        (
            {"file": "lighting.pdf", "page": 1, "quote": FELL},
            "moved",
            "is on page 2 of lighting.pdf, not on page 1: “Street lighting reduced",
        ),
        ({"file": "lighting.pdf", "page": 1, "quote": "No such words."}, "gone", "the quote is on no page of"),
        ({"file": "lighting.pdf", "page": 1, "sha256": "0" * 64}, "other_bytes", "with other bytes."),
    ],
)
def test_trouble_with_gold_is_told_by_its_line_and_fails(
    filled: Amp, gold: dict[str, Any], state: str, said: str
) -> None:
    path = write_set(filled, HEADER, ON_LEVY, case("q9", LIGHT, **gold))
    called, in_json = filled("eval", "check", path), filled("eval", "check", path, "--json")
    trouble, count = called.stdout.splitlines()
    assert (called.exit_code, in_json.exit_code, in_json.stderr) == (SOMETHING_FAILED, SOMETHING_FAILED, "")
    assert trouble.startswith("Line 3 (q9): ")
    assert said in trouble
    assert count == "2 questions, 2 gold pages; 1 need looking at."
    (form,) = one_json(in_json.stdout)["troubles"]
    assert (form["line"], form["id"], form["state"], form["message"]) == (3, "q9", state, trouble)


def test_trouble_is_told_in_the_readers_language(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    path = write_set(filled, HEADER, case("q9", LIGHT, file="gone.pdf", page=1))
    assert filled("eval", "check", path).stdout.splitlines()[0].startswith("Rad 2 (q9): filen gone.pdf")


# Importing


def write_csv(amp: Amp, *rows: list[str]) -> Path:
    path = amp.folder / "questions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "question", "language", "answerable", "file", "page", "quote"], *rows])
    return path


def test_a_csv_becomes_a_set_that_can_be_measured(filled: Amp) -> None:
    source = write_csv(filled, ["q1", LIGHT, "en", "yes", "lighting.pdf", "2", FELL], ["q2", UNKNOWN, "en", "no"])
    called = filled("eval", "import", source, "made.jsonl", "--name", "from a table", "--author", "E. E.")
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert called.stdout == "Written: made.jsonl. Questions: 2; gold pages to look at before it can be measured: 0.\n"
    made = read_set(filled.folder / "made.jsonl")
    assert (made.name, made.split, [c.answerable for c in made.cases]) == ("from a table", "dev", ["yes", "near_miss"])
    assert {c.author for c in made.cases} == {"E. E."}
    assert len(made.cases[0].gold[0].sha256) == 64
    assert filled("eval", "check", "made.jsonl").exit_code == DONE
    assert one_json(filled("eval", "run", "made.jsonl", "--json").stdout)["overall"]["hit@1"] == 1


def test_a_set_is_marked_as_test_and_then_never_tuned_on(filled: Amp) -> None:
    source = write_csv(filled, ["q1", LIGHT, "en", "yes", "lighting.pdf", "2", ""])
    filled("eval", "import", source, "held.jsonl", "--test")
    assert read_set(filled.folder / "held.jsonl").split == "test"
    assert filled("eval", "tune", "held.jsonl").exit_code == WRONG_CALL


def test_gold_that_is_not_in_the_library_is_told_and_the_set_is_written(filled: Amp) -> None:
    source = write_csv(filled, ["q1", LIGHT, "en", "yes", "gone.pdf", "2", ""])
    called = filled("eval", "import", source, "made.jsonl")
    assert called.exit_code == SOMETHING_FAILED
    assert called.stderr == "Line 2 (q1): the file gone.pdf (page 2) is not in the library.\n"
    assert read_set(filled.folder / "made.jsonl").cases[0].gold[0].file == "gone.pdf"


def test_a_table_that_cannot_be_read_is_named_by_its_line_and_nothing_is_written(filled: Amp) -> None:
    source = write_csv(filled, ["q1", LIGHT, "en", "yes", "lighting.pdf", "two", ""])
    called = filled("eval", "import", source, "made.jsonl")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "questions.csv cannot be read at line 2" in called.stderr
    assert not (filled.folder / "made.jsonl").exists()


# Reporting


def test_a_page_is_made_in_the_runs_folder(filled: Amp) -> None:
    called = filled("eval", "report", "before")
    page = (filled.folder / "before" / "report.html").read_text("utf-8")
    size = len(page.encode()) // 1024
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert flat(called.stdout).startswith(f"The report: {Path('before') / 'report.html'} ({size} KB).")
    assert '<html lang="en">' in page


def test_a_page_is_made_where_it_is_wanted_in_the_readers_language(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    assert filled("eval", "report", "before", "--out", "sida.html").exit_code == DONE
    assert '<html lang="sv">' in (filled.folder / "sida.html").read_text("utf-8")
    assert not (filled.folder / "before" / "report.html").exists()


def test_a_page_has_pictures_unless_they_are_not_wanted(filled: Amp) -> None:
    write_set(filled, HEADER, case("q1", LIGHT, "near_miss"))
    filled("eval", "run", "given.jsonl", "--into", "wrong")
    pages = {}
    for name, more in (("with", []), ("without", ["--no-pages"])):
        assert filled("eval", "report", "wrong", "--out", f"{name}.html", *more).exit_code == DONE
        pages[name] = (filled.folder / f"{name}.html").read_text("utf-8")
    assert [text.count('<img src="data:image/webp') for text in pages.values()] == [1, 0]


def test_a_page_without_pictures_needs_no_library(filled: Amp) -> None:
    shutil.rmtree(filled.folder / "data")
    assert filled("eval", "report", "before", "--no-pages").exit_code == DONE
    assert filled("eval", "report", "before").exit_code == WRONG_CALL


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "was made over another corpus than the library"), ("sv", "är gjord över en annan korpus än biblioteket")],
)
def test_a_page_over_another_corpus_is_refused_and_nothing_is_written(
    filled: Amp, language: Language, sentence: str
) -> None:
    remove_levy(filled)
    filled.environment["AMP_LANGUAGE"] = language
    called = filled("eval", "report", "before")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert sentence in called.stderr
    assert not (filled.folder / "before" / "report.html").exists()


# A folder that is no run

TAKES_A_RUN: dict[str, Callable[[str], list[str]]] = {
    "report": lambda folder: ["report", folder],
    "compare": lambda folder: ["compare", "before", folder],
    "gate": lambda folder: ["gate", "small.jsonl", "--baseline", folder],
    "rate": lambda folder: ["rate", folder],
    "rate two": lambda folder: ["rate", "before", folder],
}


@pytest.mark.parametrize("verb", TAKES_A_RUN)
@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "The folder data holds no finished run."), ("sv", "Mappen data har ingen färdig körning.")],
)
def test_a_folder_without_a_run_is_a_wrong_call(filled: Amp, verb: str, language: Language, sentence: str) -> None:
    filled.environment["AMP_LANGUAGE"] = language
    called = filled("eval", *TAKES_A_RUN[verb]("data"))
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.startswith(sentence)
    assert called.stderr.count("\n") == 1


@pytest.mark.parametrize("verb", TAKES_A_RUN)
def test_a_damaged_run_is_a_wrong_call_that_names_the_file(filled: Amp, verb: str) -> None:
    damaged = shutil.copytree(filled.folder / "before", filled.folder / "damaged")
    write_lines(damaged / "rows.jsonl", "{")
    called = filled("eval", *TAKES_A_RUN[verb]("damaged"))
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert f"The run's file {Path('damaged') / 'rows.jsonl'} cannot be read at line 1" in called.stderr


# Comparing


def changed(amp: Amp, name: str, **values: float) -> Path:
    """A copy of the run whose first question had other values."""
    folder = shutil.copytree(amp.folder / "before", amp.folder / name)
    first, *others = read_lines(folder / "rows.jsonl")
    write_lines(folder / "rows.jsonl", {**first, "values": {**first["values"], **values}}, *others)
    return folder


def test_a_run_is_the_same_as_itself(filled: Amp) -> None:
    called = filled("eval", "compare", "before", "before")
    form = one_json(filled("eval", "compare", "before", "before", "--json").stdout)
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert (form["wins"], form["losses"], form["left_out"], form["differ_in"]) == ([], [], [], [])
    assert {measure["verdict"] for measure in form["measures"]} == {"same"}
    assert called.stdout.startswith(f"{len(form['measures'])} of {len(form['measures'])} figures are the same in both.")


def test_a_question_that_was_won_is_shown_with_both_answers(filled: Amp) -> None:
    changed(filled, "worse", answered_right=0.0)
    form = one_json(filled("eval", "compare", "worse", "before", "--json").stdout)
    (won,) = form["wins"]
    assert (won["id"], won["measure"], won["a"]["value"], won["b"]["value"]) == ("q1", "answered_right", 0, 1)
    shown = filled("eval", "compare", "worse", "before").stdout
    assert f"– q1: {LIGHT}  (answered_right 0.000 → 1.000)" in shown
    assert "Questions won: 1." in shown
    assert "Questions lost: 0." in shown


def test_runs_of_other_questions_cannot_be_compared(filled: Amp) -> None:
    write_set(filled, HEADER, case("q7", LIGHT, file="lighting.pdf", page=1))
    filled("eval", "run", "given.jsonl", "--into", "other")
    called = filled("eval", "compare", "before", "other", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "have no question in common" in called.stderr


# The gate


def gate(amp: Amp, *more: str) -> tuple[int, dict[str, Any]]:
    called = amp("eval", "gate", "small.jsonl", "--json", *more)
    form = one_json(called.stdout)
    assert form["exit"] == called.exit_code
    return called.exit_code, form


def write_margins(amp: Amp, text: str, change: str) -> Path:
    """A file of margins like those that come along but for one thing."""
    pattern = (Path(evals.tune.__file__).parent / "margins.toml").read_text("utf-8")
    assert text in pattern
    path = amp.folder / "own.toml"
    path.write_text(pattern.replace(text, change), "utf-8")
    return path


def test_what_has_not_changed_may_go_live(filled: Amp) -> None:
    exit_code, form = gate(filled, "--baseline", "before")
    assert (exit_code, form["outcome"]) == (DONE, "passes")
    assert {check["outcome"] for check in form["checks"]} == {"passes"}
    called = filled("eval", "gate", "small.jsonl", "--baseline", "before")
    assert called.exit_code == DONE
    assert called.stdout.splitlines() == [
        f"{len(form['checks'])} of {len(form['checks'])} checks pass.",
        "The gate says yes: no worse than the baseline, within the margins.",
    ]


def test_a_study_that_is_gone_closes_the_gate_though_its_gold_cannot_be_measured(filled: Amp) -> None:
    remove_levy(filled)
    exit_code, form = gate(filled, "--baseline", "before")
    assert (exit_code, form["outcome"]) == (SOMETHING_FAILED, "worse")
    assert [(check["name"], check["met"]) for check in form["checks"]] == [("study_missing", "friakare.pdf")]
    called = filled("eval", "gate", "small.jsonl", "--baseline", "before")
    assert called.stdout.splitlines()[0] == (
        "Worse: the study friakare.pdf, which the baseline had, is not in the library."
    )


def test_a_promise_that_is_broken_closes_the_gate(filled: Amp) -> None:
    margins = write_margins(filled, "nearest_recall = 0.99 ", "nearest_recall = 1.01 ")
    exit_code, form = gate(filled, "--baseline", "before", "--margins", str(margins))
    failed = [check for check in form["checks"] if check["outcome"] != "passes"]
    assert exit_code == SOMETHING_FAILED
    assert [(check["name"], check["met"], check["wanted"]) for check in failed] == [("nearest_recall", 1, 1.01)]


def test_a_set_too_small_to_tell_neither_opens_nor_closes_the_gate(filled: Amp) -> None:
    changed(filled, "better", **{"MRR@10": 1.5})  # one of two questions is lost by more than any margin
    exit_code, form = gate(filled, "--baseline", "better")
    unsure = {(check["group"], check["name"]) for check in form["checks"] if check["outcome"] != "passes"}
    assert (exit_code, form["outcome"], unsure) == (CANNOT_TELL, "cannot_tell", {("all", "MRR@10")})
    called = filled("eval", "gate", "small.jsonl", "--baseline", "better")
    assert called.exit_code == CANNOT_TELL
    assert called.stdout.startswith(
        "Cannot tell: MRR@10 (all) went from 1.250 to 1.000 over 2 questions;"
    )  # (1.5 + 1) / 2


def test_the_gate_speaks_the_readers_language(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    said = filled("eval", "gate", "small.jsonl", "--baseline", "before").stdout.splitlines()[-1]
    assert said == say("gate_is_passes", "sv")


def test_the_gate_keeps_its_run_where_it_is_told_to(filled: Amp) -> None:
    gate(filled, "--baseline", "before", "--into", "after")
    assert read_run(filled.folder / "after").rows == read_run(filled.folder / "before").rows


def test_the_gate_measures_with_the_baselines_seed(filled: Amp) -> None:
    filled("eval", "run", "small.jsonl", "--into", "seeded", "--seed", "7")
    gate(filled, "--baseline", "seeded", "--into", "after")
    assert read_run(filled.folder / "after").made_from["seed"] == 7


def test_a_baseline_of_another_set_is_a_wrong_call_before_anything_is_measured(filled: Amp) -> None:
    write_set(filled, HEADER, ON_LIGHT)
    called = filled("eval", "gate", "given.jsonl", "--baseline", "before", "--into", "after")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "was made with another version of the set small" in called.stderr
    assert not (filled.folder / "after").exists()


@pytest.mark.parametrize(
    ("text", "change"), [("[floors]", "[floors"), ("[floors]", "[other]"), ("nearest_recall", "nearest_recal")]
)
def test_margins_that_cannot_be_read_are_a_wrong_call(filled: Amp, text: str, change: str) -> None:
    margins = write_margins(filled, text, change)
    called = filled("eval", "gate", "small.jsonl", "--baseline", "before", "--margins", margins)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.startswith(f"The margins in {margins} cannot be read")


def test_the_gate_without_a_baseline_is_a_wrong_call(filled: Amp) -> None:
    called = filled("eval", "gate", "small.jsonl")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "--baseline" in called.stderr


# Rating


def test_a_page_for_raters_is_written_beside_where_one_stands(filled: Amp) -> None:
    called = filled("eval", "rate", "before")
    assert (called.exit_code, called.stderr) == (DONE, "")
    assert flat(called.stdout).startswith("The page: rate.html. Open it in any browser")
    page = (filled.folder / "rate.html").read_text("utf-8")
    assert "How good is each answer?" in page
    assert task_of_single(read_run(filled.folder / "before")) in page


def test_two_runs_are_rated_side_by_side(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    shutil.copytree(filled.folder / "before", filled.folder / "after")
    assert filled("eval", "rate", "before", "after", "--out", "pair.html").exit_code == DONE
    assert say("rating_title_pair", "sv") in (filled.folder / "pair.html").read_text("utf-8")


def write_ratings(amp: Amp, rater: str, *useful: str, task: str = "t") -> Path:
    """One rater's file: what they say of how useful each answer is."""
    rating = {"task": task, "kind": "single", "rater": rater}
    rows = [{**rating, "question_id": f"q{n}", "useful": said} for n, said in enumerate(useful, 1)]
    return write_lines(amp.folder / f"{rater}.jsonl", *rows)


def test_what_raters_say_is_counted_and_how_far_they_agree(amp: Amp) -> None:
    files = [write_ratings(amp, "Ann", "yes", "yes", "no", "no"), write_ratings(amp, "Bo", "yes", "no", "no", "no")]
    form = one_json(amp("eval", "ratings", *files, "--json").stdout)
    (both,) = form["agreement"]
    assert (form["questions"], form["raters"]) == (4, ["Ann", "Bo"])
    assert (form["results"]["Ann"]["useful"]["yes"]["count"], form["results"]["Bo"]["useful"]["no"]["count"]) == (2, 3)
    # 3 of 4 agree; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2; (3/4 - 1/2) / (1 - 1/2) = 1/2
    assert (both["useful"]["n"], both["useful"]["agreed"], both["useful"]["kappa"]) == (4, 0.75, 0.5)
    shown = amp("eval", "ratings", *files)
    assert (shown.exit_code, shown.stderr) == (DONE, "")
    assert shown.stdout.splitlines()[0] == "4 questions, rated by Ann, Bo."
    assert "Ann / Bo, useful: 4 questions rated by both, 0.750 the same, Cohen's kappa 0.500." in shown.stdout


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The ratings in bad.jsonl cannot be read at line 2"),
        ("sv", "Bedömningarna i bad.jsonl går inte att läsa vid rad 2"),
    ],
)
def test_ratings_that_cannot_be_read_are_a_wrong_call(amp: Amp, language: Language, sentence: str) -> None:
    amp.environment["AMP_LANGUAGE"] = language
    write_lines(write_ratings(amp, "bad", "yes"), *read_lines(amp.folder / "bad.jsonl"), "{")
    called = amp("eval", "ratings", "bad.jsonl", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.startswith(sentence)


def test_ratings_of_two_tasks_are_a_wrong_call(amp: Amp) -> None:
    called = amp("eval", "ratings", write_ratings(amp, "Ann", "yes"), write_ratings(amp, "Bo", "no", task="other"))
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "belong to different tasks" in called.stderr


# Tuning


def many(amp: Amp) -> Path:
    """A set with enough questions to find weights: pages of both studies, asked for in words of one."""
    about = ("crime", "lamps", "squares", "town centres", "fear", "property", "violent crime", "street lighting")
    asked = [
        case(f"{what} in {file} {page}", f"What of {what} in the study?", file=file, page=page)
        for what in about
        for file, page in (("lighting.pdf", 1), ("lighting.pdf", 2), ("friakare.pdf", 1))
    ]
    return write_lines(amp.folder / "many.jsonl", HEADER, *asked, ON_NOTHING)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that tuning would have written into; nothing is written."""
    folders: list[Path] = []

    def write(tuned: Tuned, folder: Path) -> list[Path]:
        assert tuned.weights_table
        folders.append(folder)
        return [folder / "weights.toml"]

    monkeypatch.setattr(evals.tune, "write", write)
    return folders


def test_what_was_found_is_printed_and_nothing_is_written(filled: Amp, written: list[Path]) -> None:
    called = filled("eval", "tune", many(filled))
    assert (called.exit_code, written) == (DONE, [])
    (model,) = tomllib.loads(called.stdout)
    assert model == FakeEmbedder().identity.name
    assert "questions of: small (24)" in called.stdout
    few, *found = called.stderr.splitlines()
    assert few == say("tune_few", "en", wanted=FEWEST)
    assert {line.split()[0] for line in found} == {"en-en", "en-sv"}


def test_what_was_found_is_written_where_that_is_wanted(filled: Amp, written: list[Path]) -> None:
    called = filled("eval", "tune", many(filled), "--write")
    assert (called.exit_code, written) == (DONE, [Path(retriever.__file__ or "").parent])
    assert flat(called.stderr).endswith(say("tuned", "en", file=written[0] / "weights.toml"))


def test_a_set_may_be_tuned_on_in_a_library_of_its_own(filled: Amp) -> None:
    (filled.folder / "data").rename(filled.folder / "elsewhere")
    assert filled("eval", "tune", many(filled)).exit_code == WRONG_CALL
    called = filled("eval", "tune", f"many.jsonl={filled.folder / 'elsewhere'}")
    assert called.exit_code == DONE
    assert "questions of: small (24)" in called.stdout


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("before", [[], ["small.jsonl"]], ids=["alone", "after another"])
def test_a_test_set_is_refused_before_anything_is_looked_at(amp: Amp, language: Language, before: list[str]) -> None:
    amp.environment["AMP_LANGUAGE"] = language
    write_lines(amp.folder / "small.jsonl", *SET)
    write_lines(amp.folder / "held.jsonl", {**HEADER, "set": "held back", "split": "test"}, ON_LIGHT)
    called = amp("eval", "tune", *before, "held.jsonl", "--write")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.rstrip("\n") == say("tune_test_set", language, set="held back")  # and not: no library


def test_too_few_questions_to_tune_on_are_a_wrong_call(filled: Amp) -> None:
    called = filled("eval", "tune", "small.jsonl")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr.rstrip("\n") == say("tune_nothing", "en")


def test_a_folder_that_is_no_benchmark_is_a_wrong_call(filled: Amp) -> None:
    called = filled("eval", "tune", "before")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "corpus.jsonl" in called.stderr


# Help

COMMANDS = typer.main.get_command(app)
assert isinstance(COMMANDS, TyperGroup)
GROUP = COMMANDS.commands["eval"]
assert isinstance(GROUP, TyperGroup)
EVAL = GROUP.commands
IN_BOTH = re.compile(r"\S / [A-ZÅÄÖ0-9]")


def test_every_way_to_measure_is_there() -> None:
    assert sorted(EVAL) == [
        "benchmark",
        "check",
        "compare",
        "gate",
        "import",
        "opinion",
        "rate",
        "ratings",
        "report",
        "run",
        "tune",
    ]


@pytest.mark.parametrize("verb", sorted(EVAL))
def test_every_command_is_explained_in_both_languages(amp: Amp, verb: str) -> None:
    explained = flat(amp("eval", verb, "--help").stdout)
    first = (EVAL[verb].help or "").split("\n")[0]
    assert IN_BOTH.search(first)
    assert flat(first) in explained
    assert verb in amp("eval", "--help").stdout


@pytest.mark.parametrize("verb", sorted(EVAL))
def test_every_option_is_explained_in_both_languages(verb: str) -> None:
    told = {p.name: getattr(p, "help", None) or "" for p in EVAL[verb].params if p.name != "help"}
    assert told
    assert [name for name, text in told.items() if not IN_BOTH.search(text)] == []


@pytest.mark.parametrize("verb", sorted(EVAL))
def test_a_call_that_lacks_what_it_needs_is_a_wrong_call(amp: Amp, verb: str) -> None:
    called = amp("eval", verb)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr


def test_a_column_that_a_set_does_not_have_is_left_out_and_told(filled: Amp) -> None:
    (filled.folder / "notes.csv").write_text("id,question,language,answerable,nugget\nq1,Why?,en,no,14 %\n", "utf-8")
    called = filled("eval", "import", "notes.csv", "made.jsonl")
    assert called.exit_code == DONE
    assert called.stderr.startswith("Columns that a set does not have, and that were left out: nugget.")


def test_a_run_is_not_mixed_into_a_folder_of_other_things(filled: Amp) -> None:
    (filled.folder / "full").mkdir()
    (filled.folder / "full" / "letter.txt").write_text("Dear all", "utf-8")
    write_lines(filled.folder / "small.jsonl", *SET)
    called = filled("eval", "run", "small.jsonl", "--into", "full")
    assert called.exit_code == WRONG_CALL
    assert "holds something else than a run" in flat(called.stderr)
    assert [path.name for path in (filled.folder / "full").iterdir()] == ["letter.txt"]
