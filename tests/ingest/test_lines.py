"""Glyphs to lines of print."""

from collections.abc import Iterator

from ingest.front.lines import Glyph, lines, lowered, tidy


def glyphs(text: str, size: float = 12.0, left: float = 72.0, baseline: float = 700.0) -> Iterator[Glyph]:
    """Each character half its size wide, one after another."""
    for i, character in enumerate(text):
        yield Glyph(character, size, left + i * size / 2, left + (i + 1) * size / 2, baseline)


def test_glyphs_on_one_baseline_are_one_line() -> None:
    assert list(lines(glyphs("Safe places"))) == [("Safe places", 12.0)]


def test_a_lower_baseline_is_a_new_line() -> None:
    page = [*glyphs("Safe places", 20.0), *glyphs("Anna Berg", baseline=676.0)]
    assert list(lines(page)) == [("Safe places", 20.0), ("Anna Berg", 12.0)]


def test_a_wide_gap_parts_two_columns() -> None:
    page = [*glyphs("Ljus på torg"), *glyphs("Prop.", left=400.0)]
    assert list(lines(page)) == [("Ljus på torg", 12.0), ("Prop.", 12.0)]


def test_a_raised_figure_is_written_as_one() -> None:
    page = [*glyphs("Berg"), *glyphs("1", 7.0, 96.0, 705.0), *glyphs(" och Dahl", left=100.0)]
    assert list(lines(page)) == [("Berg¹ och Dahl", 12.0)]
    assert lowered("Berg¹ och Dahl") == "Berg1 och Dahl"


def test_a_small_figure_on_the_baseline_is_not_raised() -> None:
    page = [*glyphs("CO"), *glyphs("2", 7.0, 84.0, 698.0)]
    assert list(lines(page)) == [("CO2", 12.0)]


def test_a_page_without_glyphs_has_no_lines() -> None:
    assert list(lines([])) == []
    assert list(lines(glyphs("   "))) == []


def test_a_tidy_text_is_one_line_of_what_can_be_seen() -> None:
    assert tidy("Lit\0 squ\u202eares\n in small   towns") == "Lit squares in small towns"
    assert tidy("a Cre-\native licence") == "a Creative licence"


def test_a_word_of_endless_length_is_cut() -> None:
    assert tidy("x" * 4_000 + " end") == "x" * 300 + " end"
