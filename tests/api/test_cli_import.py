"""`amp import` and `amp lookup`."""

import json
from pathlib import Path

import pytest

from tests.api.test_cli import DONE, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.ingest.records import CSV, RIS


@pytest.fixture
def ris(tmp_path: Path) -> Path:
    path = tmp_path / "lista.ris"
    path.write_text(RIS, "utf-8")
    return path


def test_import_tells_of_each_record_and_the_sum(amp: Amp, ris: Path) -> None:
    called = amp("import", ris)
    assert called.exit_code == DONE
    assert called.stdout.splitlines() == [
        "Line 1: wanted, 'Belysning på Sturetorget: en utvärdering'.",
        "Line 18: wanted, 'Light & squares'.",
        "lista.ris: 0 added to studies, 2 wanted, 0 perhaps the same, 0 unchanged, 0 that cannot be read.",
    ]
    assert amp("import", ris).stdout.splitlines() == [
        "lista.ris: 0 added to studies, 0 wanted, 0 perhaps the same, 2 unchanged, 0 that cannot be read.",
    ]


def test_import_as_json_is_one_line_a_file(amp: Amp, ris: Path, tmp_path: Path) -> None:
    table = tmp_path / "lista.csv"
    table.write_text(CSV, "utf-8")
    called = amp("import", ris, table, "--json")
    first, second = (json.loads(line) for line in called.stdout.splitlines())
    assert called.exit_code == SOMETHING_FAILED
    assert (first["file"], first["kind"]) == ("lista.ris", "ris")
    assert first["counts"] == {"matched": 0, "wanted": 2, "likely": 0, "unchanged": 0, "bad": 0}
    assert [record["line"] for record in first["records"]] == [1, 18]
    assert second["counts"]["bad"] == 1
    assert second["records"][0]["reason"].startswith("Line 2: the row has 6 fields")


def test_a_file_of_something_else_is_a_wrong_call_and_the_next_is_imported(amp: Amp, ris: Path, tmp_path: Path) -> None:
    other = tmp_path / "note.txt"
    other.write_text("Bara text.")
    called = amp("import", other, tmp_path / "gone.ris", ris, "--json")
    lines = [json.loads(line) for line in called.stdout.splitlines()]
    assert called.exit_code == WRONG_CALL
    assert [line.get("error", {}).get("code") for line in lines] == ["import_not_records", "import_cannot_open", None]
    assert lines[2]["counts"]["wanted"] == 2
    assert "Give a file in RIS" in called.stderr


def test_the_starter_catalogue_is_wanted_and_graded(amp: Amp) -> None:
    catalogue, grading = amp.lines("import", "--starter", "--json")
    assert catalogue["counts"]["wanted"] == 120
    assert grading["counts"] == {"graded": 60, "unchanged": 0, "missing": 0, "bad": 0}
    assert amp("doctor").exit_code == DONE
    assert len(amp.lines("studies", "--json")) == 120


def test_gradings_of_works_that_are_not_here_are_told(amp: Amp, tmp_path: Path) -> None:
    path = tmp_path / "g.csv"
    path.write_text("id,design\nX1,panel\n")
    called = amp("import", "--gradings", path)
    assert called.exit_code == DONE
    assert called.stdout.splitlines()[0] == (
        "Line 2: No study here has the catalogue id X1. Import the catalogue first."
    )


def test_import_of_nothing_is_a_wrong_call(amp: Amp) -> None:
    called = amp("import")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "--starter" in called.stderr


def test_who_imports_is_in_the_log(amp: Amp, ris: Path) -> None:
    amp("import", ris, "--by", "Anna")
    from corpus.deeds import deeds
    from corpus.record import Record

    record = Record(amp.folder / "data" / "record.sqlite3")
    assert {deed.by for deed in deeds(record)} == {"Anna"}
    record.close()


def test_look_ups_are_off_until_they_are_turned_on(amp: Amp) -> None:
    called = amp("lookup", "--all", "--json")
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert "AMP_LOOKUPS=true" in called.stderr


def test_a_look_up_that_fails_is_told_and_exits_with_1(amp: Amp, ris: Path) -> None:
    amp("import", ris)
    amp.environment |= {
        "AMP_LOOKUPS": "true",
        "AMP_CONTACT": "a@example.org",
        **{f"AMP_{name}_URL": "http://127.0.0.1:9" for name in ("CROSSREF", "UNPAYWALL", "OPENALEX")},
    }
    called = amp("lookup", "--all", "--json")
    (line,) = (json.loads(line) for line in called.stdout.splitlines())
    assert called.exit_code == SOMETHING_FAILED
    assert (line["doi"], line["fields"], len(line["warnings"])) == ("10.5555/ABC.12", [], 3)
    assert amp("lookup").exit_code == WRONG_CALL
    assert amp("lookup", "gone").exit_code == WRONG_CALL
