"""Every figure in an evidence note stands in the catalogue rows that the note names."""

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.starter import FOLDER

NOTES = sorted((FOLDER.parent / "notes").glob("*.md"))
TABLES = ("catalog.csv", "catalog_grading.csv")
ROW_ID = re.compile(r"\b[A-Z]{3}\d{3}\b")
NUMBER = re.compile(r"(?:\d{1,3}(?:[ \u00a0,]\d{3})+(?!\d)|\d+)(?:[.,]\d+)?")
ADDRESS = re.compile(r"(?:https?://|\b10\.\d{4,}/)\S*[\w/]")
SHORT_SPAN = re.compile(r"\b(\d\d)(\d\d)[-\u2013](\d\d)\b")
ALLOWED = (
    re.compile(r"\b[1-5](?: och [1-5])? (?:of|av) 5\b"),  # a step of the Maryland scale, which has five
    re.compile(r"\b95 (?:per cent|procent)"),  # what an interval is by custom
    re.compile(r"\b\d+ (?:of|av) 100\b"),  # a worked example, out of a hundred
    re.compile(r"\b5 av de 17\b"),  # in BRA008, the rest where the row has 12 of 17
)
"""The kinds of figure that need no row."""

Rows = dict[str, str]
"""What the catalogue and the grading say, by the id of the work."""


@pytest.fixture(scope="session")
def rows(shared: Path) -> Rows:
    found: Rows = {}
    for table in TABLES:
        path = shared.parent / "domain" / table
        if not path.is_file():
            pytest.skip("the catalogue of works is not beside the project")
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                found[row["id"]] = " ".join([found.get(row["id"], ""), *row.values()])
    return found


def parts(note: Path) -> tuple[dict[str, Any], str]:
    """Front matter and text of a note."""
    _, front, text = note.read_text("utf-8").split("+++\n", 2)
    return tomllib.loads(front), text


def figures(text: str) -> Iterator[str]:
    """Every number in a text, in one way of writing: 21000 for '21,000', 4.94 for '4,94', both years of '2015-16'."""
    for found in NUMBER.findall(SHORT_SPAN.sub(r"\1\2 - \1\3", text)):
        whole = re.sub(r"[ \u00a0,](?=\d{3}(?!\d))", "", found)
        yield whole.replace(",", ".")


def unfounded(text: str, ground: str) -> set[str]:
    """The figures and addresses in a text that neither its ground nor an allowed kind accounts for."""
    addresses = set(ADDRESS.findall(text)) - set(ADDRESS.findall(ground))
    for kind in (ADDRESS, ROW_ID, *ALLOWED):
        text = kind.sub(" ", text)
    return addresses | set(figures(text)) - set(figures(ADDRESS.sub(" ", ground)))


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_each_figure_of_a_note_stands_in_the_rows_it_names(note: Path, rows: Rows) -> None:
    front, text = parts(note)
    assert set(front["sources"]) <= rows.keys()
    said = [front["title"], front["about"], str(front["study_year"]), front["doi"], text]
    assert unfounded("\n".join(said), " ".join(rows[source] for source in front["sources"])) == set()


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.stem)
def test_a_note_names_as_sources_just_the_works_it_mentions(note: Path) -> None:
    front, text = parts(note)
    assert sorted({front["id"], *ROW_ID.findall(text)}) == sorted(front["sources"])


def test_a_figure_is_known_however_it_is_written() -> None:
    ground = "about USD 21,000, 4.94% lower in 2018, 1,200 to 8,782 people"
    assert unfounded("21 000 dollar, 4,94 procent år 2018, 1200–8782 personer", ground) == set()


def test_a_figure_that_no_row_holds_is_found() -> None:
    assert unfounded("a fall of 13.4 per cent in BID001, level 4 of 5", "BID001 a fall of 13.3%") == {"13.4"}
