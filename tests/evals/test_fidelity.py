"""Is a quote really in the PDF? Read again from its bytes."""

import unicodedata
from pathlib import Path

import pytest

from evals.fidelity import reread, reread_strictly
from tests.fakes import LIGHTING, make_pdf

FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "lighting.pdf"
    path.write_bytes(LIGHTING)
    return path


def test_a_quote_is_found_on_its_page(pdf: Path) -> None:
    assert reread(pdf, 2, FINDING)


def test_a_quote_from_another_page_is_refused(pdf: Path) -> None:
    assert not reread(pdf, 1, FINDING)


def test_a_quote_is_found_over_line_breaks_and_hyphens(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(make_pdf(["The com-\npulsory levy makes every prop-\nerty owner\npay for well-being."]))
    assert reread(path, 1, "The compulsory levy makes every property owner pay for well-being.")
    assert not reread(path, 1, "The voluntary levy makes every property owner pay for well-being.")


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("15 per cent", "14 per cent"),
        ("increased", "reduced"),
        ("lit square.", "lit squares."),
        ("crime, by", "crime by"),
    ],
)
def test_a_quote_with_one_thing_changed_is_refused(pdf: Path, said: str, printed: str) -> None:
    assert printed in FINDING
    assert not reread(pdf, 2, FINDING.replace(printed, said))


def test_swedish_letters_are_told_from_plain_ones(tmp_path: Path) -> None:
    path = tmp_path / "friakare.pdf"
    path.write_bytes(make_pdf(["Friåkare är ägare som inte betalar."]))
    assert reread(path, 1, "Friåkare är ägare")
    assert not reread(path, 1, "Friakare ar agare")


@pytest.mark.parametrize("number", [0, -1, 3, 99])
def test_a_page_that_the_file_does_not_have_holds_no_quote(pdf: Path, number: int) -> None:
    assert not reread(pdf, number, FINDING)
    assert not reread_strictly(pdf, number, FINDING)


# Letter for letter


@pytest.mark.parametrize(
    "quote",
    [
        FINDING,
        "by 14 per cent in the lit squares.\nViolent crime did not fall,",
        "  by  14\tper\u00a0cent ",
    ],
)
def test_a_quote_is_found_strictly_whatever_white_space_parts_its_words(pdf: Path, quote: str) -> None:
    assert reread_strictly(pdf, 2, quote)


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("15 per cent", "14 per cent"),
        ("street lighting", "Street lighting"),
        ("propertycrime", "property crime"),
        ("per-cent", "per cent"),
        ("lit squares,", "lit squares."),
    ],
)
def test_a_quote_with_one_letter_mark_or_space_changed_is_refused_strictly(pdf: Path, said: str, printed: str) -> None:
    assert printed in FINDING
    assert not reread_strictly(pdf, 2, FINDING.replace(printed, said))


def test_case_spaces_and_hyphens_are_forgiven_loosely(pdf: Path) -> None:
    assert reread(pdf, 2, "street lighting reduced propertycrime by 14 per-cent in the lit squares.")


def test_a_word_broken_over_lines_is_found_loosely_only(tmp_path: Path) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(make_pdf(["The com-\npulsory levy makes every owner pay."]))
    quote = "The compulsory levy makes every owner pay."
    assert (reread(path, 1, quote), reread_strictly(path, 1, quote)) == (True, False)
    assert reread_strictly(path, 1, "levy makes every owner pay.")


def test_a_letter_and_its_accent_are_one_however_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "friakare.pdf"
    path.write_bytes(make_pdf(["Friåkare är ägare som inte betalar."]))
    assert reread_strictly(path, 1, unicodedata.normalize("NFD", "Friåkare är ägare"))
    assert not reread_strictly(path, 1, "Friakare ar agare")


def test_a_quote_from_another_page_is_refused_strictly(pdf: Path) -> None:
    quote = "We compare forty lit squares"
    assert reread_strictly(pdf, 1, quote)
    assert not reread_strictly(pdf, 2, quote)


@pytest.mark.parametrize("nothing", ["", "  ", "\n"])
def test_nothing_is_not_a_quote(pdf: Path, nothing: str) -> None:
    assert not reread_strictly(pdf, 2, nothing)
