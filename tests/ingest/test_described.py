"""What two descriptions say of whether their studies are one work."""

from dataclasses import asdict

import pytest

from corpus.library import Library
from corpus.study import Description, Study, TextState
from ingest.described import Evidence, Facts, evidence, facts, same_title


def said(title: str = "", *authors: str, kind: str = "", **identifiers: str) -> Facts:
    return Facts(title, title, authors, 2020, kind, identifiers, ("en",), None)


def why(one: Facts, other: Facts) -> tuple[str, ...]:
    assert evidence(one, other).why == evidence(other, one).why
    return evidence(one, other).why


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Street lighting and crime in towns", "STREET LIGHTING AND CRIME IN TOWNS."),
        ("Street lighting and crime in towns", "Street lighting and crime in towns: a review of forty studies"),
        (
            "The effects of better street lighting on crime in town centres",
            "Effects of better street lighting on crime in town centres",
        ),
        ("Minskar belysning rädslan för brott?", "Minskar belysning rädslan för brott"),
    ],
)
def test_titles_are_the_same_but_for_case_a_subtitle_or_a_small_word(one: str, other: str) -> None:
    assert same_title(said(one), said(other))
    assert same_title(said(other), said(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Trygghetsmätning i Malmö stad 2019", "Trygghetsmätning i Malmö stad 2020"),
        ("Handbook of crime prevention in town centres, part one", "Handbook of crime prevention in town centres"),
        ("Stop and search in London, January to March", "Stop and search in London, April to June"),
        ("Street lighting and crime in towns", "Reply: street lighting and crime in towns"),
        ("Street lighting and crime in towns", "Street lighting and fear in cities"),
        ("Kommittédirektiv", "Kommittédirektiv"),
        ("Regeringens proposition", "Regeringens proposition"),
        ("", ""),
    ],
)
def test_another_year_part_or_reply_is_another_title_and_a_word_of_the_trade_is_none(one: str, other: str) -> None:
    assert not same_title(said(one), said(other))
    assert not same_title(said(other), said(one))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Wolfe, Scott E.",), ("Scott E. Wolfe",), True),
        (("Åsa Öberg", "Li Nix"), ("Åsa Öberg", "Bo Ek"), True),
        (("Åsa Öberg", "Li Nix", "Bo Ek"), ("Åsa Öberg", "Jo Al", "Ed Sy"), False),
        (("Brå",), ("Brå",), True),
        (("Åsa Öberg",), ("Bo Ek",), False),
        ((), ("Bo Ek",), False),
        ((), (), False),
    ],
)
def test_authors_are_the_same_where_half_of_the_last_names_are(
    one: tuple[str, ...], other: tuple[str, ...], same: bool
) -> None:
    assert ("same_authors" in why(said("", *one), said("", *other))) is same


def test_every_identifier_that_is_the_same_speaks_for_one_work() -> None:
    one, other = said(doi="101a", isbn="978", report="20151"), said(doi="101a", isbn="979", report="20151", urn="x")
    assert why(one, other) == ("same_doi", "same_number")
    assert evidence(one, other).identified


@pytest.mark.parametrize("name", ["report", "sfs", "sou", "prop", "ds", "dir", "skr"])
def test_two_numbers_in_one_series_tell_works_apart(name: str) -> None:
    assert evidence(said(**{name: "20151"}), said(**{name: "20162"})).told_apart
    assert not evidence(said(**{name: "20151"}), said(**{name: "20151"})).told_apart
    assert not evidence(said(**{name: "20151"}), said()).told_apart


def test_two_dois_tell_nothing_apart_since_a_preprint_has_one_of_its_own() -> None:
    assert not evidence(said(doi="101a"), said(doi="102b")).told_apart


def test_titles_that_differ_by_a_part_or_a_time_alone_tell_works_apart() -> None:
    one, other = said("Crime survey of Malmö 2019", "Åsa Öberg"), said("Crime survey of Malmö 2020", "Åsa Öberg")
    assert evidence(one, other) == Evidence(("same_authors",), told_apart=True)
    assert not evidence(one, said("Fear of crime in Lund after dark 2020")).told_apart


def test_works_are_named_the_same_by_title_and_authors_together() -> None:
    one = said("Street lighting and crime in towns", "Åsa Öberg")
    assert evidence(one, said("Street lighting and crime in towns", "Öberg, Å.")).named_the_same
    assert not evidence(one, said("Street lighting and crime in towns", "Bo Ek")).named_the_same


@pytest.mark.parametrize(("kind", "note"), [("evidence note", True), ("Evidensnotis", True), ("report", False)])
def test_a_note_about_a_work_is_known_by_its_kind(kind: str, note: bool) -> None:
    assert said("", kind=kind).is_note is note


def test_facts_are_read_of_every_study_without_its_proposals(library: Library) -> None:
    described = Description("Lamps", ("Li",), 2021, subtitle="A trial", kind="report", identifiers=(("doi", "10.1/Å"),))
    library.record.add_wanted(Study("w1", described, ("sv",), TextState.NO_FILE, ()))
    library.record.add_wanted(Study("w2", Description(""), (), TextState.NO_FILE, ()))
    found = facts(library.record)
    assert asdict(found["w1"]) == {
        "study_id": "w1",
        "title": "Lamps: A trial",
        "authors": ("Li",),
        "year": 2021,
        "kind": "report",
        "identifiers": {"doi": "101å"},
        "languages": ("sv",),
        "version_of": None,
    }
    assert (found["w2"].title, found["w2"].year, found["w2"].surnames) == ("", None, frozenset())
