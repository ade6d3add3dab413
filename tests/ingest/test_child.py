"""Inside the child: printed numbers, drawing a page, and the lines of JSON it speaks."""

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from corpus.text import letters
from ingest.child import Rectangle, answer, locate, printed_numbers
from ingest.read import CannotRead, ChildReader
from tests.fakes import make_pdf
from tests.ingest.pdfs import TEXT, cropped, line_pdf, turned

ROOT = Path(__file__).parent.parent.parent
ONE_LINE = "reduced property crime by 14 per cent"
TWO_LINES = "in the lit squares. Violent crime did not fall"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(make_pdf([TEXT, "The second page"]))
    return path


# Printed page numbers


@pytest.mark.parametrize("mark", ["{}", "- {} -", "s. {}", "sid {}", "sidan {}", "Page {}", "p. {}", "[{}]"])
def test_a_printed_number_is_known_by_its_form(mark: str) -> None:
    texts = [f"{mark.format(9 + i)}\nLit squares" for i in range(3)]
    assert printed_numbers(texts) == ["9", "10", "11"]


def test_printed_numbers_are_read_off_first_and_last_lines_alike() -> None:
    assert printed_numbers(["Lit squares\n12", "13\nLit squares", "Lit squares\n14"]) == ["12", "13", "14"]


def test_a_page_without_a_printed_number_gets_the_one_between_its_neighbours() -> None:
    assert printed_numbers(["12\na b", "13\na b", "A figure", "15\na b"]) == ["12", "13", "14", "15"]


def test_numbers_that_do_not_follow_each_other_are_not_believed() -> None:
    assert printed_numbers(["7\na b", "3\na b", "90\na b", "12\na b"]) == ["1", "2", "3", "4"]


def test_a_year_at_the_head_of_every_page_is_not_a_page_number() -> None:
    assert printed_numbers(["2012\na b"] * 4) == ["1", "2", "3", "4"]


def test_two_numbers_that_agree_are_too_few_to_be_believed() -> None:
    assert printed_numbers(["12\na b", "13\na b"]) == ["1", "2"]


def test_numbers_on_three_pages_of_five_are_enough_and_on_three_of_six_too_few() -> None:
    numbered = ["12\na b", "13\na b", "14\na b"]
    assert printed_numbers([*numbered, "a b", "a b"]) == ["12", "13", "14", "15", "16"]
    assert printed_numbers([*numbered, "a b", "a b", "a b"]) == ["1", "2", "3", "4", "5", "6"]


def test_numbers_within_the_text_are_not_page_numbers() -> None:
    texts = [f"Lit squares\n{41 + i}\nand their lamps" for i in range(4)]
    assert printed_numbers(texts) == ["1", "2", "3", "4"]


def test_no_pages_have_no_numbers() -> None:
    assert printed_numbers([]) == []


@given(st.integers(0, 900), st.integers(3, 30))
def test_any_shift_that_fits_every_page_is_believed(shift: int, pages: int) -> None:
    wanted = [str(shift + number) for number in range(1, pages + 1)]
    assert printed_numbers([f"Lit squares and their lamps\n{number}" for number in wanted]) == wanted


# Where a quote stands


def test_a_quote_on_one_line_is_one_rectangle(paper: Path) -> None:
    rectangles = rectangles_of(paper, ONE_LINE)
    assert len(rectangles) == 1
    assert letters(text_within(paper, rectangles)) == letters(ONE_LINE)


def test_a_quote_over_two_lines_is_two_rectangles_one_above_the_other(paper: Path) -> None:
    first, second = rectangles_of(paper, TWO_LINES)
    assert letters(text_within(paper, [first, second])) == letters(TWO_LINES)
    assert first[1] > second[3]


def test_a_quote_is_found_by_its_letters_whatever_its_spaces_and_capitals(paper: Path) -> None:
    assert rectangles_of(paper, "REDUCED  property-crime by 14 per cent") == rectangles_of(paper, ONE_LINE)


def test_a_quote_with_a_ligature_is_found(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(line_pdf("An e@cient town", at_sign="FB03"))
    assert len(rectangles_of(path, "efficient town")) == 1


@pytest.mark.parametrize("quote", ["words that are not there", "", "…"])
def test_a_quote_that_is_not_on_the_page_has_no_rectangle(paper: Path, quote: str) -> None:
    assert rectangles_of(paper, quote) == []


def rectangles_of(path: Path, quote: str) -> list[Rectangle]:
    document = pdfium.PdfDocument(path)
    found = locate(document[0], quote)
    document.close()
    return found


def text_within(path: Path, rectangles: list[Rectangle]) -> str:
    """What pdfium reads within some rectangles of the first page."""
    document = pdfium.PdfDocument(path)
    text = document[0].get_textpage()
    found = " ".join(text.get_text_bounded(*rectangle) for rectangle in rectangles)
    document.close()
    return found


# The picture of a page


def test_a_page_is_drawn_as_a_png_of_its_size(reader: ChildReader, paper: Path) -> None:
    picture = reader.draw(paper, 1, scale=2)
    image = Image.open(io.BytesIO(picture.png))
    width, height = picture.size
    assert (image.format, round(width), round(height)) == ("PNG", 595, 842)
    assert abs(image.width - 2 * width) < 2
    assert abs(image.height - 2 * height) < 2


def test_the_picture_names_the_rectangles_it_highlights(reader: ChildReader, paper: Path) -> None:
    picture = reader.draw(paper, 1, [ONE_LINE])
    assert len(picture.rectangles) == 1
    assert letters(text_within(paper, list(picture.rectangles))) == letters(ONE_LINE)


def test_without_a_quote_nothing_is_highlighted(reader: ChildReader, paper: Path) -> None:
    picture = reader.draw(paper, 1)
    assert picture.rectangles == ()
    assert not tinted(picture.png).any()


@pytest.mark.parametrize(
    "bent",
    [
        lambda pdf: pdf,
        cropped,
        lambda pdf: turned(pdf, 90),
        lambda pdf: turned(pdf, 180),
        lambda pdf: turned(cropped(pdf), 270),
    ],
    ids=["plain", "cropped", "turned 90", "turned 180", "cropped and turned 270"],
)
def test_the_highlight_lies_on_the_words_however_the_page_is_cut_or_turned(
    reader: ChildReader, tmp_path: Path, bent: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "paper.pdf"
    quote = "Street lighting prevents crime"
    path.write_bytes(bent(make_pdf([quote])))
    ink = dark(reader.draw(path, 1, scale=3).png)
    marked = tinted(reader.draw(path, 1, [quote], scale=3).png)
    assert ink.sum() > 200
    assert (ink & box_around(marked)).sum() == ink.sum()
    assert marked.sum() < 0.05 * marked.size


def test_every_page_can_be_drawn_and_no_other(reader: ChildReader, paper: Path) -> None:
    assert reader.draw(paper, 2, ["second page"]).rectangles
    for number in (0, 3, -1):
        with pytest.raises(CannotRead) as caught:
            reader.draw(paper, number)
        assert caught.value.code == "damaged"


def pixels(png: bytes) -> npt.NDArray[np.int_]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def dark(png: bytes) -> npt.NDArray[np.bool_]:
    """Where there is print."""
    return np.asarray(pixels(png).sum(axis=2) < 300)


def tinted(png: bytes) -> npt.NDArray[np.bool_]:
    """Where there is yellow."""
    image = pixels(png)
    return np.asarray(image[:, :, 0] - image[:, :, 2] > 30)


def box_around(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The smallest box that holds a mask, a pixel wider all round since edges are drawn soft."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.zeros_like(mask)
    box[max(rows[0] - 1, 0) : rows[-1] + 2, max(columns[0] - 1, 0) : columns[-1] + 2] = True
    return box


# The lines it speaks


def ask_child(*requests: dict[str, Any]) -> list[dict[str, Any]]:
    """A child process of our own, told some requests; its answers."""
    done = subprocess.run(
        [sys.executable, "-m", "ingest.child", "512"],
        input="".join(json.dumps(request) + "\n" for request in requests),
        capture_output=True,
        text=True,
        timeout=30,
        cwd=ROOT,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_child_answers_each_line_with_a_line_and_ends_with_its_input(paper: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.pdf").write_bytes(b"no")
    bad, read, draw = ask_child(
        {"do": "read", "path": str(tmp_path / "bad.pdf"), "max_pages": 9},
        {"do": "read", "path": str(paper), "max_pages": 9},
        {"do": "draw", "path": str(paper), "number": 1, "quotes": [ONE_LINE], "scale": 1},
    )
    assert bad == {"refused": "not_a_pdf", "detail": ""}
    assert [page["text"] for page in read["pages"]] == [TEXT, "The second page"]
    assert base64.b64decode(draw["png"]).startswith(b"\x89PNG")


def test_the_child_says_how_many_pages_were_too_many(paper: Path) -> None:
    refused = answer({"do": "read", "path": str(paper), "max_pages": 1})
    assert refused == {"refused": "too_many_pages", "detail": "2"}
