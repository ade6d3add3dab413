"""Where evidence is said to be from: its side of the border, and its countries as a reader calls them."""

import tomllib
from pathlib import Path

import pytest

from retriever import places
from retriever.answer import Side
from retriever.places import called, countries, side_of

LISTS = tomllib.loads((Path(places.__file__).parent / "places.toml").read_text("utf-8"))
COUNTRIES = {name: lists for name, lists in LISTS.items() if name not in ("unknown", "swedish")}


@pytest.mark.parametrize(
    ("evidence_from", "side"),
    [
        ("Malmö (Sweden)", "swedish"),
        ("Stockholm, Göteborg and Malmö", "swedish"),
        ("Sweden; unclear", "swedish"),
        ("Denmark/Norway", "international"),
        ("Europe", "international"),
        ("Norway, Sweden", "not_stated"),
        ("a Swedish and Finnish team", "not_stated"),
        ("Ej angivet", "not_stated"),
        ("?", "not_stated"),
        ("  ", "not_stated"),
    ],
)
def test_evidence_is_of_one_side_only_where_all_of_it_is(evidence_from: str, side: Side) -> None:
    assert side_of(evidence_from) == side


@pytest.mark.parametrize("word", LISTS["unknown"]["words"])
def test_every_way_to_say_that_it_is_not_known_is_of_neither_side(word: str) -> None:
    assert side_of(word) == side_of(word.upper()) == "not_stated"


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_is_named_by_its_own_name_and_is_of_its_own_side(country: str) -> None:
    assert countries(f"Streets in {country} were studied.") == (country,)
    assert side_of(country) == ("swedish" if country == "Sweden" else "international")


def test_every_country_has_a_swedish_name_that_names_it_too() -> None:
    assert set(COUNTRIES) <= set(LISTS["swedish"])
    unread = [name for name in COUNTRIES if countries(called(name, "sv")) not in ((name,), ())]
    assert unread == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Göteborgs torg och stockholmska parker", ("Sweden",)),  # a name's ending, and a people in small letters
        ("London, then Oslo, then London again", ("UK", "Norway")),
        ("Northern Ireland", ("UK",)),
        ("New England and New Mexico", ()),
        ("The article is written in Swedish", ()),
        ("it told us", ()),
        ("", ()),
    ],
)
def test_countries_are_named_once_in_the_order_of_the_text(text: str, named: tuple[str, ...]) -> None:
    assert countries(text) == named


@pytest.mark.parametrize(
    ("evidence_from", "swedish"),
    [
        ("Sweden", "Sverige"),
        ("UK/Netherlands", "Storbritannien/Nederländerna"),
        ("International (published in Sweden)", "flera länder (utgivet i Sverige)"),
        ("United Kingdom", "Storbritannien"),
        ("Uppsala", "Uppsala"),
        ("Chinatown", "Chinatown"),
        ("", ""),
    ],
)
def test_a_swedish_reader_sees_countries_by_their_swedish_names(evidence_from: str, swedish: str) -> None:
    assert called(evidence_from, "sv") == swedish
    assert called(evidence_from, "en") == evidence_from


@pytest.mark.parametrize(
    "written", ["Sweden", "USA", "UK/USA/Netherlands", "Sweden/Denmark", "International (published in Sweden)"]
)
def test_what_a_place_is_called_in_swedish_does_not_change_its_side(written: str) -> None:
    assert side_of(called(written, "sv")) == side_of(written)
