"""Numbers that works bear."""

import pytest

from ingest.front.numbers import doi_in_name, dois_in, is_isbn, is_issn, official_in


@pytest.mark.parametrize("number", ["978-91-38-12345-4", "9789138123454", "91-38-12345-2", "080442957X"])
def test_an_isbn_with_the_right_check_digit_is_one(number: str) -> None:
    assert is_isbn(number)


@pytest.mark.parametrize("number", ["978-91-38-12345-5", "91-38-12345-X", "97891381234", "978913812345X"])
def test_an_isbn_with_another_is_none(number: str) -> None:
    assert not is_isbn(number)


def test_an_issn_is_checked_likewise() -> None:
    assert is_issn("2577-3569")
    assert is_issn("2434-561X")
    assert not is_issn("2577-3560")


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1000/Light.7.", "10.1000/light.7"),
        ("(doi:10.1000/light.7)", "10.1000/light.7"),
        ("10.1016/S0047-2352(02)00123-4,", "10.1016/s0047-2352(02)00123-4"),
        ("info:doi/10.1000/light.7", "10.1000/light.7"),
        ("“10.1000/light.7”", "10.1000/light.7"),
    ],
)
def test_a_doi_is_cut_where_it_ends(text: str, doi: str) -> None:
    assert dois_in(text) == [doi]


@pytest.mark.parametrize("text", ["10.1000", "version 10.12/3", "110.1000/light", "10.1000/", "10.1000/" + "x" * 300])
def test_what_is_no_doi_is_none(text: str) -> None:
    assert dois_in(text) == []


def test_a_file_name_without_a_doi_gives_none() -> None:
    assert doi_in_name("Rapport 10.pdf") == ""


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("Prop. 2012/13:144, Ljus på torg", ("prop", "2012/13:144")),
        ("Regeringens proposition 2013/14:104: Ljus", ("prop", "2013/14:104")),
        ("prop-2012-13-144", ("prop", "2012/13:144")),
        ("sou_2021_38", ("sou", "2021:38")),
        ("SOU 2021:38", ("sou", "2021:38")),
        ("Skr. 2016/17:126", ("skr", "2016/17:126")),
        ("prop 2012:4", None),
        ("sou 2012/13:4", None),
        ("Ljus på torg, se SOU 2021:38", None),
        ("soul 2021:38", None),
    ],
)
def test_official_print_is_known_by_how_a_name_begins(text: str, official: tuple[str, str] | None) -> None:
    assert official_in(text) == official
