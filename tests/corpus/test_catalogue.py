"""The catalogue of the starter corpus and its gradings, held against what they were made from."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from corpus.starter import CATALOGUE, GRADING, starter_notes

ADDED = ("checked", "title_confirmed", "proof_only", "valid_from", "last_checked")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ROWS = rows(CATALOGUE)
DOMAIN = Path(__file__).parents[3] / "shared" / "domain"


def test_it_lists_120_works_each_once() -> None:
    ids = Counter(row["id"] for row in ROWS)
    assert len(ids) == len(ROWS) == 120


@pytest.mark.parametrize("number", range(120))
def test_each_row_says_what_the_list_it_was_made_from_says(number: int) -> None:
    if not DOMAIN.is_dir():
        pytest.skip("the list it was made from is not beside the project")
    made_from = rows(DOMAIN / "catalog.csv")
    assert len(made_from) == len(ROWS)
    assert {name: value for name, value in ROWS[number].items() if name not in ADDED} == made_from[number]


def test_each_grading_says_what_the_list_it_was_made_from_says() -> None:
    if not DOMAIN.is_dir():
        pytest.skip("the list it was made from is not beside the project")
    assert rows(GRADING) == rows(DOMAIN / "catalog_grading.csv")


def test_60_works_of_the_catalogue_are_graded() -> None:
    graded = [row["id"] for row in rows(GRADING)]
    assert len(graded) == len(set(graded)) == 60
    assert set(graded) <= {row["id"] for row in ROWS}
    assert {row["publisher_or_funder_is_party"] for row in rows(GRADING)} == {"yes", "no", "part"}


def test_a_title_in_brackets_is_marked_as_not_confirmed() -> None:
    assert {row["id"] for row in ROWS if row["title_confirmed"] == "no"} == {
        row["id"] for row in ROWS if row["title"].startswith("[")
    }


def test_a_row_without_proof_is_marked_as_unverified() -> None:
    assert {row["checked"] for row in ROWS} == {"verified", "unverified"}
    assert all((row["checked"] == "unverified") == (row["verified"] == "unverified") for row in ROWS)


def test_copies_on_other_sites_are_proof_only() -> None:
    copies = [row["doi_or_url"].split("/")[2] for row in ROWS if row["proof_only"] == "yes"]
    assert len(copies) == 33
    assert {"5dok.org", "docplayer.se", "studylib.net", "moam.info"} <= set(copies)
    assert not {"bra.se", "lagen.nu", "hfi.se", "www.gu.se"} & set(copies)


def test_only_law_has_dates_and_they_are_dates() -> None:
    dated = {row["id"]: date.fromisoformat(row["valid_from"]) for row in ROWS if row["valid_from"]}
    assert dated == {"LAW001": date(2023, 7, 1), "LAW005": date(2024, 1, 1), "LAW006": date(2025, 4, 1)}
    assert {row["id"] for row in ROWS if row["last_checked"]} == dated.keys()


def test_every_evidence_note_is_about_a_work_of_the_catalogue() -> None:
    about = {value for note in starter_notes().values() for name, value in note.identifiers if name == "about"}
    assert about <= {row["id"] for row in ROWS}
