"""Is a quote really in the PDF? Read again from its bytes."""

from pathlib import Path

import pytest

from evals.fidelity import reread
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
