"""The quote contract: what is shown is on the page, or it is not shown."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corpus.study import Description, Page, Reader, Study, StudyFile, TextState
from corpus.text import clean, letters, one_line
from retriever.cite import cite, is_on_page

TEXT = "Street lighting reduced property\ncrime by 14 per cent in the lit squares."
STUDY = Study(
    id="s1",
    description=Description("Light and crime", authors=("Lind, Eva", "Ek, Bo"), year=2019),
    languages=("en",),
    text=TextState.SEARCHABLE,
    files=(StudyFile("0" * 64, "light.pdf", 10, 3),),
)
WORDS = "abcdefghijklmnopqrstuvwxyzåäöABCDEFGHÅÄÖ0123456789 .,;:()%-–\n²½éü"
STRANGER = "ж"  # a letter that no page of these tests holds

pages = st.text(WORDS, min_size=1, max_size=200).map(clean).filter(letters)


def page_of(text: str, witness: str | None = None) -> Page:
    return Page("s1", 2, "ii", text, witness=letters(text) if witness is None else witness)


@given(pages, st.data())
def test_any_span_of_a_page_stands_on_that_page(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = one_line(text[start:end])
    assume(letters(quote))
    assert is_on_page(quote, page_of(text))


@given(pages, st.data())
def test_a_quote_with_one_letter_changed_stands_on_no_page(text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, character in enumerate(text) if character.isalnum()]))
    changed = text[:at] + STRANGER + text[at + 1 :]
    assert not is_on_page(one_line(changed), page_of(text))


@given(pages, st.data())
def test_a_letter_that_only_the_first_reader_saw_makes_a_quote_unfit(text: str, data: st.DataObject) -> None:
    at = data.draw(st.sampled_from([i for i, character in enumerate(text) if character.isalnum()]))
    misread = text[:at] + STRANGER + text[at + 1 :]
    page = page_of(misread, witness=letters(text))
    assert not is_on_page(one_line(misread), page)


@given(pages)
def test_a_citation_is_the_span_it_tells_on_one_line(text: str) -> None:
    citation = cite(1, STUDY, page_of(text), 0, len(text), "en")
    assert citation is not None
    assert citation.quote == one_line(text[citation.start : citation.end])
    assert "\n" not in citation.quote


def test_a_citation_tells_who_when_and_where() -> None:
    citation = cite(3, STUDY, page_of(TEXT), 0, len(TEXT), "en")
    assert citation is not None
    assert citation.quote == "Street lighting reduced property crime by 14 per cent in the lit squares."
    assert (citation.n, citation.study_id, citation.file, citation.title) == (3, "s1", "light.pdf", "Light and crime")
    assert (citation.authors, citation.year, citation.language) == (("Lind, Eva", "Ek, Bo"), 2019, "en")
    assert (citation.page, citation.page_label) == (2, "ii")


def test_a_quote_is_not_cited_when_the_second_reader_read_other_figures() -> None:
    other = page_of(TEXT, witness=letters(TEXT.replace("14", "41")))
    assert cite(1, STUDY, other, 0, len(TEXT), "en") is None


def test_a_page_that_the_second_reader_could_not_read_is_believed() -> None:
    citation = cite(1, STUDY, page_of(TEXT, witness=""), 0, len(TEXT), "en")
    assert citation is not None


def test_the_second_reader_need_not_agree_on_spaces_marks_and_case() -> None:
    witness = letters("STREET   lighting, reduced property-crime by 14 per cent (in the lit squares)")
    assert is_on_page(one_line(TEXT), page_of(TEXT, witness))


@pytest.mark.parametrize(
    "quote",
    [
        "Street lighting reduced property crime by 15 per cent in the lit squares.",
        "street lighting reduced property crime",
        "Street lighting reduced crime",
        "Street lighting reduced property  crime; by 14",
        "",
        "...",
    ],
)
def test_what_is_not_character_for_character_on_the_page_is_refused(quote: str) -> None:
    assert is_on_page(one_line(TEXT), page_of(TEXT))
    assert not is_on_page(quote, page_of(TEXT))


def test_a_span_without_a_letter_is_no_quote() -> None:
    assert cite(1, STUDY, page_of(TEXT + "\n* * *"), len(TEXT), len(TEXT) + 6, "en") is None


def test_a_quote_of_another_page_is_refused() -> None:
    other = replace(page_of("Violent crime did not fall."), number=3)
    assert not is_on_page(one_line(TEXT), other)


# A page that OCR read


def test_a_quote_from_ocr_tells_so_and_how_sure_it_was() -> None:
    page = replace(page_of(TEXT), reader=Reader.OCR, certainty=0.87)
    citation = cite(1, STUDY, page, 0, len(TEXT), "en")
    assert citation is not None
    assert (citation.read_by_ocr, citation.certainty) == (True, 0.87)


def test_a_quote_that_a_reader_read_has_no_certainty() -> None:
    citation = cite(1, STUDY, replace(page_of(TEXT), certainty=0.5), 0, len(TEXT), "en")
    assert citation is not None
    assert (citation.read_by_ocr, citation.certainty) == (False, None)


def test_a_quote_from_ocr_must_stand_as_ocr_read_it() -> None:
    page = replace(page_of(TEXT), reader=Reader.OCR)
    assert is_on_page(one_line(TEXT), page)
    assert not is_on_page(one_line(TEXT).replace("14", "41"), page)
