"""A set of questions over a library: a folder of rows and figures that can be gone on with and made again."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from corpus.library import Library
from corpus.settings import Settings
from evals.case import Case, Gold, Nugget, QuestionSet
from evals.gold import GoldMissing
from evals.run import BadRun, NoRun, OtherRun, Run, default_folder, pdf_of, read_run, run
from ingest.receive import Incoming, Reception
from tests.fakes import make_pdf

LIGHT = "Does street lighting reduce property crime?"
FELL = "Street lighting reduced property crime by 14 per cent in the lit squares."
FIRST = Case(
    "en-en-1",
    LIGHT,
    "en",
    "yes",
    (Gold("lighting.pdf", 2, FELL, language="en"),),
    (Nugget("14 %", accepts=("14 per cent",)),),
    "en-en",
    line=2,
)
SECOND = Case("en-en-2", LIGHT, "en", "yes", (Gold("lighting.pdf", 1, language="en"),), pair="en-en", line=3)
SWEDISH = Case(
    "sv-sv-1", "Hur löser man friåkarproblemet?", "sv", "yes", (Gold("friakare.pdf", 2),), pair="sv-?", line=4
)
NEAR_MISS = Case(
    "none-en-1", "Do congestion charges shorten harbour queues?", "en", "near_miss", pair="none-en", line=5
)
REFUSED = Case("none-en-2", "?", "en", "far_off", pair="none-en", line=6)
CASES = (FIRST, SECOND, SWEDISH, NEAR_MISS, REFUSED)


def questions(*cases: Case, sha256: str = "a") -> QuestionSet:
    return QuestionSet("small", "1", "dev", cases, sha256)


SMALL = questions(*CASES)


@pytest.fixture(scope="module")
def made(standing: Library, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(standing, SMALL, tmp_path_factory.mktemp("runs") / "made", baselines=("bm25",))


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


# The rows


def test_each_question_has_a_row_in_the_order_of_the_set(made: Run) -> None:
    assert [row.id for row in made.rows] == ["en-en-1", "en-en-2", "sv-sv-1", "none-en-1", "none-en-2"]


def test_a_row_tells_where_the_first_right_page_came(made: Run) -> None:
    first, second, swedish, near_miss, _ = made.rows
    assert (first.values["hit@1"], first.values["MRR@10"]) == (1, 1)
    assert (second.values["hit@1"], second.values["hit@5"], second.values["MRR@10"]) == (0, 1, 0.5)
    assert (swedish.values["hit@1"], swedish.pair) == (1, "sv-sv")
    assert near_miss.values == {"wrongly_answered": 0}


def test_a_row_tells_whether_a_gold_page_was_cited_and_every_quote_was_found_again(made: Run) -> None:
    first, _, _, near_miss, _ = made.rows
    assert (first.answered, first.right) == (True, True)
    assert (first.values["span_cited"], first.values["nugget_recall_vital"]) == (1, 1)
    assert first.quotes == first.found_strictly == first.found_loosely == 1
    assert (near_miss.answered, near_miss.quotes, near_miss.found_loosely) == (False, 0, 0)


def test_a_question_that_is_refused_is_silence_with_a_reason(made: Run) -> None:
    refused = made.rows[-1]
    assert (refused.answered, refused.confidence, refused.fault) == (False, 0, "empty_question")


# The figures


def test_the_keys_that_others_read_are_stable(made: Run) -> None:
    form = made.form()
    assert list(form["pairs"]) == ["sv-sv", "en-en"]
    pair = form["pairs"]["en-en"]
    assert (pair["n"], pair["hit@1"], pair["hit@5"], pair["hit@5_interval"]) == (2, 0.5, 1.0, [0.342, 1.0])
    assert pair["MRR@10"] == 0.75
    assert form["abstention"]["answered_of_unanswerable"] == [0, 2]
    assert form["abstention"]["answered_of_answerable"][1] == 3
    assert form["abstention"].keys() >= {"answers_citing_gold", "auroc", "auroc_answerable", "auroc_right", "aurc"}
    assert form["fidelity"]["quotes"] == form["fidelity"]["found"] == sum(row.quotes for row in made.rows) >= 2
    assert [row["id"] for row in form["rows"]] == [case.id for case in CASES]
    assert (form["set"]["name"], form["set"]["questions"], form["run"]) == ("small", 5, str(made.folder))


def test_the_fingerprint_is_one_word_and_what_it_was_made_from_is_beside_it(made: Run) -> None:
    form = made.form()
    assert len(form["fingerprint"]) == 12
    assert form["made_from"].keys() == {"code", "corpus", "terms", "model", "settings", "set", "seed"}
    assert made.made_from.keys() == form["made_from"].keys() | {"machine", "indexes"}


def test_a_plain_system_has_rows_and_figures_of_its_own(made: Run) -> None:
    assert list(made.baselines) == list(made.summary["baselines"]) == ["bm25"]
    assert [row.id for row in made.baselines["bm25"]] == [case.id for case in CASES]
    assert made.summary["baselines"]["bm25"]["pairs"]["en-en"]["n"] == 2
    assert made.summary["baselines"]["bm25"]["abstention"]["answered_of_answerable"] == [3, 3]


def test_gold_that_moved_is_told_and_measured(standing: Library, tmp_path: Path) -> None:
    moved = replace(FIRST, gold=(Gold("lighting.pdf", 1, FELL),))
    (trouble,) = run(standing, questions(moved), tmp_path / "run").summary["troubles"]
    assert (trouble["state"], trouble["line"], trouble["now"]) == ("moved", 2, 2)


@pytest.mark.parametrize(
    "cases",
    [(), (FIRST,), (NEAR_MISS,), (REFUSED,), (FIRST, NEAR_MISS), (SWEDISH, REFUSED)],
    ids=lambda cases: " ".join(case.id for case in cases) or "none",
)
def test_a_run_is_json_however_odd_the_set(standing: Library, tmp_path: Path, cases: tuple[Case, ...]) -> None:
    made = run(standing, questions(*cases), tmp_path / "run", baselines=("bm25",))
    form = json.loads(json.dumps(made.form()), parse_constant=refuse)
    assert form.keys() >= {"fingerprint", "pairs", "abstention", "fidelity", "index", "baselines", "speed", "rows"}
    assert len(form["rows"]) == len(cases)


# The folder


def test_the_folder_holds_rows_and_figures_and_what_they_were_made_from(made: Run) -> None:
    assert {path.name for path in made.folder.iterdir()} == {
        "run.json",
        "rows.jsonl",
        "rows-times.jsonl",
        "baseline-bm25.jsonl",
        "baseline-bm25-times.jsonl",
        "summary.json",
        "speed.json",
        "pages.jsonl",
    }


def test_times_are_apart_from_the_rows(made: Run) -> None:
    timed = lines(made.folder / "rows-times.jsonl")
    assert [time["id"] for time in timed] == [case.id for case in CASES]
    assert all(timed[0][key] > 0 for key in ("search_ms", "ask_ms"))
    assert made.speed["questions"] == 4  # the first waited for the model
    assert made.speed["cold_ms"] is None
    assert "speed" not in made.summary


def test_the_pages_met_are_kept_with_their_text(made: Run, standing: Library) -> None:
    light = next(study for study in standing.record.studies() if study.file_name == "lighting.pdf")
    page = made.pages[light.id, 2]
    assert (page["label"], page["title"]) == ("2", "Street lighting and crime")
    assert page["text"] == standing.page(light.id, 2).text


def test_a_run_comes_back_from_its_folder_as_it_was(made: Run) -> None:
    assert read_run(made.folder) == made


def test_the_same_run_into_another_folder_is_the_same_to_the_byte(made: Run, standing: Library, tmp_path: Path) -> None:
    again = run(standing, SMALL, tmp_path / "elsewhere", baselines=("bm25",)).folder
    for name in ("rows.jsonl", "baseline-bm25.jsonl", "summary.json", "pages.jsonl", "run.json"):
        assert (again / name).read_bytes() == (made.folder / name).read_bytes(), name


def test_a_folder_is_named_by_the_set_and_the_fingerprint_in_the_library(made: Run, standing: Library) -> None:
    folder = default_folder(standing, replace(SMALL, name="Åse's set / one"))
    assert folder.parent == standing.folder / "runs"
    assert "-Åse-s-set-one-" in folder.name
    assert default_folder(standing, SMALL).name.endswith(f"-small-{made.summary['fingerprint']}")
    assert not folder.exists()


def test_cold_starts_that_were_timed_are_in_the_speed(standing: Library, tmp_path: Path) -> None:
    speed = run(standing, questions(FIRST), tmp_path / "run", cold_ms=(900.0, 1100.0)).speed
    assert (speed["cold_starts"], speed["cold_ms"]["p50"]) == (2, 1000)
    assert speed["peak_mb"] > 1


def test_progress_counts_every_question_of_every_system(standing: Library, tmp_path: Path) -> None:
    counted: list[tuple[int, int]] = []
    run(
        standing,
        questions(FIRST, NEAR_MISS),
        tmp_path / "run",
        baselines=("bm25",),
        progress=lambda done, of: counted.append((done, of)),
    )
    assert counted == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_study_that_never_was_a_pdf_has_none(small_library: Library) -> None:
    study = small_library.record.studies()[0]
    path = pdf_of(small_library, study.id)
    assert path is not None
    path.unlink()
    assert pdf_of(small_library, study.id) is None


# Stopped, and gone on with


class StoppedError(Exception):
    """Stands for a kill."""


def stop_after(questions_asked: int) -> Callable[[int, int], None]:
    def progress(done: int, _: int) -> None:
        if done == questions_asked:
            raise StoppedError

    return progress


def stopped(library: Library, folder: Path, after: int = 2) -> Path:
    with pytest.raises(StoppedError):
        run(library, SMALL, folder, baselines=("bm25",), progress=stop_after(after))
    return folder


def mark(path: Path) -> None:
    """Say another confidence in the first row: a row that is asked for anew would lose it."""
    first, *others = lines(path)
    kept = [{**first, "confidence": 0.123}, *others]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")


def test_a_run_that_was_stopped_has_kept_what_was_asked_but_is_no_run(standing: Library, tmp_path: Path) -> None:
    folder = stopped(standing, tmp_path / "run")
    assert [row["id"] for row in lines(folder / "rows.jsonl")] == ["en-en-1", "en-en-2"]
    with pytest.raises(NoRun, match="no finished run"):
        read_run(folder)


@pytest.mark.parametrize("after", [1, 2, 5, 6, 9])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(
    made: Run, standing: Library, tmp_path: Path, after: int
) -> None:
    folder = stopped(standing, tmp_path / "run", after)
    gone_on = run(standing, SMALL, folder, baselines=("bm25",))
    for name in ("rows.jsonl", "baseline-bm25.jsonl", "summary.json", "pages.jsonl"):
        assert (folder / name).read_bytes() == (made.folder / name).read_bytes(), name
    assert gone_on.rows == made.rows
    assert [time["id"] for time in lines(folder / "rows-times.jsonl")] == [case.id for case in CASES]


def test_rows_that_were_kept_are_not_asked_for_again(standing: Library, tmp_path: Path) -> None:
    folder = stopped(standing, tmp_path / "run")
    mark(folder / "rows.jsonl")
    rows = run(standing, SMALL, folder).rows
    assert [row.confidence for row in rows].count(0.123) == 1
    assert [row.id for row in rows] == [case.id for case in CASES]


@pytest.mark.parametrize("at", [0.05, 0.5, 0.999])
def test_a_last_line_that_was_cut_off_is_dropped_and_asked_for_again(
    made: Run, standing: Library, tmp_path: Path, at: float
) -> None:
    folder = stopped(standing, tmp_path / "run")
    mark(folder / "rows.jsonl")
    whole = (made.folder / "rows.jsonl").read_text("utf-8").splitlines()[2]
    with (folder / "rows.jsonl").open("a", encoding="utf-8") as file:
        file.write(whole[: int(at * len(whole))])
    rows = run(standing, SMALL, folder).rows
    assert [row.id for row in rows] == [case.id for case in CASES]
    assert (rows[0].confidence, rows[2]) == (0.123, made.rows[2])
    assert len(lines(folder / "rows.jsonl")) == len(CASES)


def test_a_last_line_that_was_cut_off_within_a_letter_is_dropped_too(
    made: Run, standing: Library, tmp_path: Path
) -> None:
    folder = stopped(standing, tmp_path / "run")
    whole = (made.folder / "rows.jsonl").read_bytes().splitlines()[2]
    with (folder / "rows.jsonl").open("ab") as file:
        file.write(whole[: whole.index("ö".encode()) + 1])
    assert run(standing, SMALL, folder).rows == made.rows


def test_a_run_that_is_done_is_made_up_again_from_its_rows(standing: Library, tmp_path: Path) -> None:
    folder = run(standing, SMALL, tmp_path / "run").folder
    (folder / "summary.json").unlink()
    mark(folder / "rows.jsonl")
    assert run(standing, SMALL, folder).rows[0].confidence == 0.123


def test_a_plain_system_may_be_put_beside_a_run_that_is_done(made: Run, standing: Library, tmp_path: Path) -> None:
    folder = run(standing, SMALL, tmp_path / "run").folder
    mark(folder / "rows.jsonl")
    beside = run(standing, SMALL, folder, baselines=("bm25",))
    assert beside.rows[0].confidence == 0.123
    assert beside.baselines == made.baselines


# Another run's folder


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("given", "seed", "part"),
    [
        (questions(*CASES, sha256="b"), 0, "set"),
        (replace(SMALL, version="2"), 0, "set"),
        (SMALL, 1, "seed"),
        (questions(*CASES, sha256="b"), 1, "set, seed"),
    ],
)
def test_a_run_of_another_set_or_seed_is_not_gone_on_with(
    made: Run, standing: Library, given: QuestionSet, seed: int, part: str
) -> None:
    before = snapshot(made.folder)
    with pytest.raises(OtherRun) as caught:
        run(standing, given, made.folder, seed=seed)
    assert caught.value.values == {"folder": made.folder, "parts": part}
    assert f"({part} differ)" in str(caught.value)
    assert snapshot(made.folder) == before


def test_a_run_over_another_corpus_is_not_gone_on_with(small_library: Library, tmp_path: Path) -> None:
    folder = run(small_library, SMALL, tmp_path / "run").folder
    with Reception(small_library) as reception:
        reception.receive(Incoming("parks.pdf", make_pdf(["Families visit parks with benches at the weekend."])))
    with pytest.raises(OtherRun) as caught:
        run(small_library, SMALL, folder)
    assert caught.value.values["parts"] == "corpus"


def test_the_same_corpus_in_another_place_may_go_on(made: Run, small_library: Library, settings: Settings) -> None:
    assert small_library.folder == settings.data
    assert run(small_library, SMALL, made.folder, baselines=("bm25",)).rows == made.rows


# What cannot be measured or read


def test_gold_that_is_not_there_stops_a_run_before_anything_is_asked_or_written(
    standing: Library, tmp_path: Path
) -> None:
    lost = replace(SECOND, gold=(Gold("nowhere.pdf", 1),))
    asked: list[int] = []
    with pytest.raises(GoldMissing, match=r"nowhere\.pdf") as caught:
        run(standing, questions(FIRST, lost), tmp_path / "run", progress=lambda done, _: asked.append(done))
    assert (caught.value.values["count"], caught.value.values["lines"]) == (1, "3")
    assert (asked, (tmp_path / "run").exists()) == ([], False)


def test_a_folder_without_a_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoRun, match="no finished run"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.json", "{"),
        ("summary.json", "{"),
        ("speed.json", ""),
        ("rows.jsonl", "{\n"),
        ("rows.jsonl", '{"id": "en-en-1"}\n'),
        ("rows.jsonl", "5\n"),
        ("baseline-bm25.jsonl", "null\n"),
        ("pages.jsonl", "{\n"),
        ("pages.jsonl", "{}\n"),
    ],
)
def test_a_file_of_a_run_that_cannot_be_read_is_named(made: Run, tmp_path: Path, name: str, text: str) -> None:
    for path, data in snapshot(made.folder).items():
        (tmp_path / path).write_bytes(data)
    assert read_run(tmp_path).rows == made.rows
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(BadRun, match=name):
        read_run(tmp_path)


@pytest.mark.parametrize("name", ["run.json", "rows.jsonl", "speed.json", "pages.jsonl"])
def test_a_file_of_a_run_that_is_gone_is_named(made: Run, tmp_path: Path, name: str) -> None:
    for path, data in snapshot(made.folder).items():
        if path != name:
            (tmp_path / path).write_bytes(data)
    with pytest.raises(BadRun, match=name):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.json", "{"),
        ("run.json", "{}"),
        ("run.json", "[]"),
        ("rows.jsonl", "{\n"),
        ("rows.jsonl", '{"id": "en-en-1", "values": {}}\n'),
        ("rows-times.jsonl", "{}\n"),
    ],
)
def test_a_run_with_a_damaged_file_is_not_gone_on_with(standing: Library, tmp_path: Path, name: str, text: str) -> None:
    folder = stopped(standing, tmp_path / "run")
    (folder / name).write_text(text, "utf-8")
    with pytest.raises(BadRun, match=name):
        run(standing, SMALL, folder)
