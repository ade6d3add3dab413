"""`amp studies`: what staff see and say of studies on the command line."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import api.cli_studies
from corpus.library import Library
from corpus.study import Source, State, TextState
from tests.api.test_cli import DONE, LIGHT, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.api.test_cli_answers import keep, one_line, refusal
from tests.corpus.studies import appraise, found, put, wanted
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import settings_in

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second


@contextmanager
def opened(amp: Amp) -> Iterator[Library]:
    with Library(settings_in(amp.folder), write=True, embedder=FakeEmbedder()) as library:
        yield library


@pytest.fixture
def shelf(amp: Amp) -> Amp:
    """`amp` over a study that is described, a scan, and one on the reading list."""
    with opened(amp) as library:
        put(
            library,
            "lamps0001",
            found("title", "Street lighting and fear of crime"),
            found("title", "lamps0001", Source.FILE_NAME, 0.1),
            found("year", 2013),
            found("year", 2012, confidence=0.4),
            found("year", 2012, Source.METADATA, confidence=0.3),
            found("doi", "10.1186/1471"),
        )
        put(library, "lamps0002", found("title", "Vakter"), languages=(), text=TextState.NEEDS_OCR)
        wanted(library, "wish0001", found("title", "Gatubelysning och trygghet"))
        appraise(library, "lamps0001", confirmed=False, design="systematic review")
    return amp


# Looking


def test_studies_are_listed_one_a_line_with_counts_at_the_end(shelf: Amp) -> None:
    assert shelf("studies").stdout.splitlines() == [
        "wish0001   wanted               -   n.d.  Gatubelysning och trygghet",
        "lamps0001  received             en  2013  Street lighting and fear of crime",
        "lamps0002  received, needs OCR  -   n.d.  Vakter",
        "Studies: 3 (wanted 1, received 2, needs OCR 1).",
    ]
    shelf.environment["AMP_LANGUAGE"] = "sv"
    lines = shelf("studies", "list", "--text", "needs_ocr").stdout.splitlines()
    assert lines[-1] == "Studier: 1 av 3 (mottagen 1, behöver OCR 1)."


@pytest.mark.parametrize("verb", [["studies"], ["studies", "list"]])
def test_the_filters_work_with_and_without_the_verb(shelf: Amp, verb: list[str]) -> None:
    assert [study["id"] for study in shelf.lines(*verb, "--state", "wanted", "--json")] == ["wish0001"]
    assert [study["id"] for study in shelf.lines(*verb, "--gap", "year", "--gap", "file", "--json")] == ["wish0001"]
    assert [s["id"] for s in shelf.lines(*verb, "--about", "street lighting", "--json")] == ["lamps0001", "wish0001"]
    assert [study["id"] for study in shelf.lines(*verb, "--year-from", "2013", "--json")] == ["lamps0001"]


def test_a_study_in_a_list_as_json_has_no_proposals(shelf: Amp) -> None:
    assert [study["description"]["proposals"] for study in shelf.lines("studies", "--json")] == [[], [], []]


def test_when_nothing_fits_a_friendly_line_says_so(shelf: Amp) -> None:
    called = shelf("studies", "--about", "zebrafish")
    assert (called.exit_code, called.stdout) == (DONE, "")
    assert called.stderr.startswith("None of the 3 studies is like that.")
    assert shelf("studies", "--about", "zebrafish", "--json").stderr == ""


@pytest.mark.parametrize(
    "option", [["--state", "lost"], ["--gap", "colour"], ["--year-from", "soon"], ["--about", "?"]]
)
def test_a_filter_that_cannot_be_is_a_wrong_call(shelf: Amp, option: list[str]) -> None:
    called = shelf("studies", *option)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert called.stderr


def test_a_study_is_shown_field_by_field_with_where_each_value_was_found(shelf: Amp) -> None:
    shelf.environment["AMP_LANGUAGE"] = "sv"
    shelf("studies", "edit", "lamps0001", "titel=Ljus", "--by", "Eva")
    shown = one_line(shelf("studies", "show", "lamps0001"))
    assert shown.startswith("Ljus id lamps0001 tillstånd beskriven, utgåva 1 text sökbar: 1 sidor, 1 stycken")
    assert re.search(r"titel Ljus \[sagt av Eva \d{4}-\d\d-\d\d\] eller: Street lighting and fear of crime \[de", shown)
    assert "år 2013 [de första sidorna, s. 1, 90 %] eller: 2012 [de första sidorna, s. 1, 40 %] DOI" in shown
    assert "Inte känt: författare, " in shown
    assert "upplägg systematic review Av catalogue 2026-03-01, preliminär: ingen har bekräftat den." in shown
    assert re.search(r"Logg \d{4}-\d\d-\d\d \d\d:\d\d Eva rättade title: Ljus", shown)


def test_all_that_is_known_comes_as_json(shelf: Amp) -> None:
    (record,) = shelf.lines("studies", "show", "lamps0001", "--json")
    assert len(record["study"]["description"]["proposals"]) == 6
    assert (record["appraisal"]["design"], record["log"], record["links"]) == ("systematic review", [], [])


def test_an_id_may_be_shortened_as_long_as_it_is_one_studys(shelf: Amp) -> None:
    assert "Gatubelysning" in shelf("studies", "show", "wish").stdout
    assert shelf("studies", "edit", "wish", "year=2020").exit_code == DONE
    assert refusal(shelf("studies", "show", "lamps")).startswith(
        "2 studies have ids that begin with lamps: lamps0001, "
    )
    assert refusal(shelf("studies", "delete", "lamps", "--yes")).startswith("2 studies have ids")
    assert refusal(shelf("studies", "show", "wis")).startswith("No study has the id wis.")


# Saying


def test_an_edit_is_told_and_kept_with_who_made_it(shelf: Amp) -> None:
    called = shelf("studies", "edit", "lamps0001", "year=2014", "Authors=Ek, A.; Berg, B.", "--by", "Eva")
    assert called.stdout == "Changed: Street lighting and fear of crime (edition 1).\n"
    (study,) = shelf.lines("studies", "edit", "lamps0001", "--clear", "year", "--edition", "1", "--json")
    assert (study["description"]["year"], study["description"]["authors"]) == (2013, ["Ek, A.", "Berg, B."])
    assert [deed["by"] for deed in shelf.lines("studies", "log", "--json")][:1] == ["Eva"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["year"], "“year” is no change. Write FIELD=VALUE"),
        (["=2014"], "“=2014” is no change."),
        ([], "No change was named. Write FIELD=VALUE, as year=2019, or --clear FIELD. The fields are: title, "),
        (["colour=red"], "A description has no field called colour."),
        (["year=soon"], "The field year cannot be “soon”."),
        (["year=2014", "--edition", "7"], "Study lamps0001 was changed after you looked at it"),
    ],
)
def test_an_edit_that_cannot_be_is_a_wrong_call(shelf: Amp, arguments: list[str], said: str) -> None:
    assert refusal(shelf("studies", "edit", "lamps0001", *arguments)).startswith(said)
    assert shelf.lines("studies", "log", "--json") == []


def test_a_value_may_hold_an_equals_sign_and_empty_says_that_there_is_none(shelf: Amp) -> None:
    shelf("studies", "edit", "lamps0001", "remark=a=b", "year=")
    (record,) = shelf.lines("studies", "show", "lamps0001", "--json")
    assert (record["study"]["description"]["remark"], record["study"]["description"]["year"]) == ("a=b", None)


def test_a_study_is_confirmed_published_withdrawn_and_taken_into_use_again(shelf: Amp) -> None:
    title = "Street lighting and fear of crime"
    assert shelf("studies", "confirm", "lamps0001").stdout == f"Confirmed: {title} (edition 1).\n"
    assert shelf("studies", "publish", "lamps0001").stdout == f"Published: {title}.\n"
    withdrawn = shelf(
        "studies", "withdraw", "lamps0001", "--because", "Newer", "--kind", "superseded", "--replaced-by", "wish"
    )
    assert withdrawn.stdout == f"Withdrawn: {title}.\n"
    shown = one_line(shelf("studies", "show", "lamps0001"))
    assert "withdrawn superseded: Newer (" in shown
    assert "superseded by Gatubelysning och trygghet (wish0001)" in shown
    shelf("studies", "delete", "wish", "--yes")
    shown = one_line(shelf("studies", "show", "lamps0001"))
    assert "superseded by no longer in the library (wish0001)" in shown
    called = shelf("studies", "publish", "lamps0001")
    assert (called.exit_code, called.stdout) == (SOMETHING_FAILED, "")
    assert "Take it into use again first" in called.stderr
    assert shelf("studies", "reinstate", "lamps0001").stdout == f"In use again: {title}.\n"
    said = [deed["what"] for deed in shelf.lines("studies", "log", "lamps0001", "--json")]
    assert said == ["confirmed", "published", "withdrawn", "reinstated"]


def test_of_several_to_publish_one_that_cannot_be_costs_only_itself(shelf: Amp) -> None:
    called = shelf("studies", "publish", "lamps0002", "lamps0001", "--json")
    assert called.exit_code == SOMETHING_FAILED
    assert [json.loads(line)["state"] for line in called.stdout.splitlines()] == ["published"]
    assert "has no text that can be quoted" in called.stderr


def test_nothing_is_withdrawn_without_a_reason(shelf: Amp) -> None:
    assert shelf("studies", "withdraw", "lamps0001").exit_code == WRONG_CALL
    assert "no reason was given" in refusal(shelf("studies", "withdraw", "lamps0001", "--because", " "))


def test_a_study_is_appraised_and_a_provisional_appraisal_taken_over(shelf: Amp) -> None:
    (taken,) = shelf.lines("studies", "appraise", "lamps0001", "--confirm", "--sms", "3-4", "--by", "Eva", "--json")
    assert (taken["design"], taken["sms_level"], taken["confirmed"]) == ("systematic review", "3-4", True)
    every = (
        "--design rct --sms 5 --emmie effekt;ekonomi --outcome trade;disorder --place torg --levy compulsory"
        " --party-interest no --evidence-from UK --transfer mind --why because"
    ).split()
    shelf("studies", "appraise", "lamps0001", *every)
    (record,) = shelf.lines("studies", "show", "lamps0001", "--json")
    assert record["appraisal"]["emmie"] == ["effect", "economics"]
    assert all(record["appraisal"][name] for name in ("outcomes", "place_type", "levy", "party_interest", "transfer"))
    assert len(record["appraisals"]) == 3
    assert "SMS level 5" in one_line(shelf("studies", "show", "lamps0001"))
    assert "would say nothing" in refusal(shelf("studies", "appraise", "wish"))


# Files


def test_an_export_goes_to_standard_output_or_to_a_new_file(shelf: Amp) -> None:
    to = shelf.folder / "list.csv"
    called = shelf("studies", "export", "--state", "received", "--to", to)
    assert (called.exit_code, called.stdout) == (DONE, "")
    assert one_line_of(called.stderr) == f"Written: 2 studies to {to}."
    assert to.read_bytes() == shelf("studies", "export", "--state", "received").stdout_bytes
    table = to.read_bytes().decode("utf-8-sig")
    assert [row["id"] for row in csv.DictReader(io.StringIO(table))] == ["lamps0001", "lamps0002"]
    assert "is there already" in refusal(shelf("studies", "export", "--to", to))


def one_line_of(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "begins"), [("a.ris", "TY  - "), ("a.bib", "@misc{"), ("a.json", "["), ("a.CSV", "\ufeffid,")]
)
def test_the_name_of_a_file_says_its_form(shelf: Amp, name: str, begins: str) -> None:
    to = shelf.folder / name
    assert shelf("studies", "export", "--about", "gatubelysning", "--to", to).exit_code == DONE
    assert to.read_text("utf-8").startswith(begins)


def test_a_form_that_is_not_there_is_a_wrong_call(shelf: Amp) -> None:
    assert "xls" in refusal(shelf("studies", "export", "--format", "xls"))
    assert ".ris" in refusal(shelf("studies", "export", "--to", shelf.folder / "list.xls"))
    assert not (shelf.folder / "list.xls").exists()


def test_the_whole_log_can_be_taken_out(shelf: Amp) -> None:
    assert shelf("studies", "log").stderr == "Nothing is in the log yet.\n"
    shelf("studies", "edit", "lamps0001", "remark==1+1", "year=2014", "--by", "=Eva")
    shelf("studies", "publish", "lamps0001")
    table = shelf("studies", "log", "--csv").stdout
    first, second = csv.DictReader(io.StringIO(table.lstrip("\ufeff")))
    assert (first["by"], first["what"], first["detail"]) == (
        "'=Eva",
        "corrected",
        "remark: =1+1; year: 2014; edition: 1",
    )
    assert second["what"] == "published"
    to = shelf.folder / "log.csv"
    shelf("studies", "log", "--to", to)
    assert to.read_bytes() == shelf("studies", "log", "--csv").stdout_bytes
    assert len(shelf("studies", "log", "lamps0001").stdout.splitlines()) == 2
    assert shelf("studies", "log", "wish", "--json").stdout == ""


# Deleting


def test_nothing_is_deleted_without_a_yes_where_nobody_can_be_asked(shelf: Amp) -> None:
    called = shelf("studies", "delete", "lamps0001")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "With “Street lighting and fear of crime” (lamps0001) these vanish for good:" in called.stderr
    assert "text: 1 pages, 1 passages, 1 vectors" in called.stderr
    assert "appraisals: 1" in called.stderr
    assert "add --yes if you mean it" in called.stderr
    assert len(shelf.lines("studies", "--json")) == 3


@pytest.mark.parametrize(("said", "left"), [("yes\n", 2), ("ja\n", 2), ("\n", 3), ("no\n", 3), ("yess\n", 3)])
def test_at_a_keyboard_one_is_asked(shelf: Amp, monkeypatch: pytest.MonkeyPatch, said: str, left: int) -> None:
    from typer.testing import CliRunner

    from api.cli import app

    monkeypatch.setattr(api.cli_studies, "_can_be_asked", lambda: True)
    arguments = ["remove", "lamps0001"] if said == "ja\n" else ["studies", "delete", "lamps0001"]
    called = CliRunner(env=shelf.environment).invoke(app, arguments, input=said)
    assert "Delete this for good?" in called.stderr
    assert called.exit_code == (DONE if left == 2 else SOMETHING_FAILED)
    assert len(shelf.lines("studies", "--json")) == left


def test_several_are_deleted_at_once_or_none(shelf: Amp) -> None:
    assert "No study has the id" in shelf("studies", "delete", "lamps0001", "nobody", "--yes").stderr
    assert len(shelf.lines("studies", "--json")) == 3
    called = shelf("studies", "delete", "lamps0001", "lamps0002", "lamps0001", "--yes", "--by", "Eva", "--json")
    assert [json.loads(line)["study_id"] for line in called.stdout.splitlines()] == ["lamps0001", "lamps0002"]
    log = shelf.lines("studies", "log", "--json")
    assert [(deed["by"], deed["what"]) for deed in log] == [("Eva", "deleted")] * 2
    assert "deleted" in shelf("studies", "log", "lamps0001").stdout


@pytest.mark.parametrize("verb", [["studies", "delete", "--yes"], ["remove"]])
def test_kept_answers_that_quote_a_study_go_with_it(filled: Amp, verb: list[str]) -> None:
    filled.environment["AMP_SAVE_ANSWERS"] = "true"
    kept = keep(filled, LIGHT)
    other = keep(filled, "Hur löser man friåkarproblemet?")
    studies = {study["files"][0]["name"]: study["id"] for study in filled.lines("studies", "--json")}
    called = filled(*verb, studies["lighting.pdf"])
    assert called.stdout == "Removed: Street lighting and crime.\n"
    assert "kept answers that quote or name it:" in called.stderr
    left = [head["id"] for head in filled.lines("answers", "list", "--json")]
    assert kept not in left
    assert set(left) <= {other}
    assert holding_words(filled.folder / "data", b"lit squares") == []


def holding_words(folder: Path, words: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and words in path.read_bytes()]


def test_a_state_is_shown_in_the_words_of_the_reader_for_every_state(amp: Amp) -> None:
    with opened(amp) as library:
        for state in State:
            put(library, f"s-{state}", found("title", state.value), state=state)
    amp.environment["AMP_LANGUAGE"] = "sv"
    shown = amp("studies").stdout
    assert all(word in shown for word in ("önskad", "mottagen", "beskriven", "publicerad", "tillbakadragen"))
