"""Names of people, and what is none."""

import pytest

from ingest.front.names import is_name, listed, names_in, tidy_name


@pytest.mark.parametrize(
    "name",
    [
        "Anna Berg", "P. Trey Bussey", "Jan van der Berg", "Elliott Sales de Andrade", "Michael Sierra-Arévalo",
        "Paul O’Gorman", "Halıcıoğlu Şahin", "M Pacer", "A. N. Villano", "S. K. Morgan Ernest", "Åke Ö. Öberg",
    ],
)  # fmt: skip
def test_names_come_in_many_forms(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "Lund University", "Corresponding Author", "The Denver Post", "Street lighting", "Anna", "12 Main Road",
        "Department of Sociology", "Malmö kommun", "Anna Berg is a researcher", "A B C D E F G", "Anna " + "B" * 300,
    ],
)  # fmt: skip
def test_what_stands_beside_names_is_none(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Anna Berg, Carl Dahl, and Eva Falk", ("Anna Berg", "Carl Dahl", "Eva Falk")),
        ("Anna Berg1,2, Carl Dahl2 and Eva Falk*", ("Anna Berg", "Carl Dahl", "Eva Falk")),
        ("Anna Berg¹ · Carl Dahl²", ("Anna Berg", "Carl Dahl")),
        ("Anna Berg a, b; Carl Dahl b", ("Anna Berg", "Carl Dahl")),
        ("Anna Berg, anna.berg@example.org", ("Anna Berg",)),
        ("", ()),
    ],
)
def test_a_list_is_parted_and_its_marks_are_dropped(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Wolfe, Scott E"], ("Scott E Wolfe",)),
        (["WOLFE, SCOTT E"], ("Scott E Wolfe",)),
        (["Anna Berg", "Carl Dahl"], ("Anna Berg", "Carl Dahl")),
        (["Anna Berg, Carl Dahl, and Eva Falk"], ("Anna Berg", "Carl Dahl", "Eva Falk")),
        (["Arbetsmiljöverket"], ("Arbetsmiljöverket",)),
        (["user", ""], ()),
    ],
)
def test_authors_of_a_file_come_given_names_first(texts: list[str], names: tuple[str, ...]) -> None:
    assert listed(texts) == names


def test_capitals_throughout_become_common_letters() -> None:
    assert tidy_name("Dr. CARL-ERIK DAHL*") == "Carl-Erik Dahl"
