"""Links between studies that may be one work: proposed by software, decided by a person."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from corpus.deeds import deeds
from corpus.library import UnknownStudy
from corpus.links import (
    NotInLink,
    UnknownLink,
    VersionCircle,
    VersionOfItself,
    confirm,
    keep_signature,
    line_above,
    link,
    links,
    put,
    reject,
    set_version,
    signatures,
    unsigned,
    version_to_show,
)
from corpus.record import Record
from corpus.study import Description, Draft, Link, LinkKind, LinkState, Page, State, Study, StudyFile, TextState

SAME, NEAR, VERSION = LinkKind
TEXT = "Lit squares had less crime."


def study(name: str, year: int | None = None, pages: int = 1, state: State = State.RECEIVED) -> Study:
    file = StudyFile(f"sha-{name}", f"{name}.pdf", 1, pages)
    return Study(name, Description(name.title(), year=year), ("en",), TextState.SEARCHABLE, (file,), state=state)


def add(record: Record, *names: str) -> None:
    """Put in studies of one page each."""
    for name in names:
        draft = Draft(1, 0, len(TEXT), TEXT, "en")
        record.add(study(name), [Page(name, 1, "1", TEXT)], [draft], np.ones((1, 3), np.float32))


def propose(record: Record, first: str, second: str, kind: LinkKind = SAME) -> int:
    """Propose that two studies are one work; the number of the link."""
    put(record, first, [*links(record, first, LinkState.PROPOSED), Link(first, second, kind, 1.0)])
    return next(one.id for one in links(record, first) if {one.first, one.second} == {first, second})


def above(record: Record, *names: str) -> list[str | None]:
    """What each of some studies is a version of."""
    return [found.version_of for name in names if (found := record.study(name))]


# Proposals


def test_a_link_is_read_back_as_it_was_found(record: Record) -> None:
    add(record, "a", "b")
    found = Link("a", "b", NEAR, 0.875, ("same_title", "shared_text"), ((3, 3), (None, 4)))
    assert put(record, "a", [found]) == [replace(found, id=1)] == links(record) == [link(record, 1)]


def test_a_pair_is_one_link_whichever_of_the_two_it_was_found_for(record: Record) -> None:
    add(record, "a", "b")
    put(record, "a", [Link("a", "b", NEAR, 0.5, (), ((1, None),))])
    (found,) = put(record, "b", [Link("b", "a", NEAR, 0.75, (), ((2, None),))])
    assert links(record) == [found]
    assert (found.first, found.second, found.likeness, found.pages) == ("a", "b", 0.75, ((None, 2),))


def test_links_come_with_the_likest_first_and_by_study_and_state(record: Record) -> None:
    add(record, "a", "b", "c")
    put(record, "a", [Link("a", "b", NEAR, 0.5), Link("a", "c", SAME, 1.0)])
    reject(record, 1, "Åsa")
    assert [one.second for one in links(record)] == ["c", "b"]
    assert [one.second for one in links(record, "b")] == ["b"]
    assert [one.second for one in links(record, "a", LinkState.PROPOSED)] == ["c"]
    assert [one.second for one in links(record, state=LinkState.REJECTED)] == ["b"]


def test_what_is_no_longer_found_is_no_longer_proposed(record: Record) -> None:
    add(record, "a", "b", "c", "d")
    put(record, "c", [Link("c", "d", SAME, 1.0)])
    put(record, "a", [Link("a", "b", SAME, 1.0), Link("a", "c", SAME, 1.0)])
    assert [one.second for one in put(record, "a", [Link("a", "b", NEAR, 0.5)])] == ["b"]
    assert [(one.first, one.second) for one in links(record)] == [("c", "d"), ("a", "b")]


@pytest.mark.parametrize("decide", [confirm, reject])
def test_what_a_person_decided_is_never_proposed_again_nor_forgotten(record: Record, decide: object) -> None:
    add(record, "a", "b")
    number = propose(record, "a", "b")
    assert callable(decide)
    decide(record, number, "Åsa")
    decided = link(record, number)
    assert put(record, "a", [Link("a", "b", NEAR, 0.5)]) == put(record, "b", []) == []
    assert links(record) == [decided]
    assert (decided.said_by, decided.said_on) == ("Åsa", date.today())


def test_a_study_that_has_just_been_removed_is_not_linked(record: Record) -> None:
    add(record, "a")
    assert put(record, "a", [Link("a", "gone", SAME, 1.0)]) == []
    assert put(record, "gone", [Link("a", "gone", SAME, 1.0)]) == []


def test_the_links_of_a_study_go_with_it(record: Record) -> None:
    add(record, "a", "b", "c")
    propose(record, "a", "b")
    confirm(record, propose(record, "b", "c"), "Åsa")
    record.remove("b")
    assert links(record) == []
    assert record.faults() == []


@pytest.mark.parametrize("number", [0, 7, -1, 1 << 70])
def test_a_link_that_is_not_there_is_told(record: Record, number: int) -> None:
    with pytest.raises(UnknownLink):
        link(record, number)
    with pytest.raises(UnknownLink):
        confirm(record, number, "Åsa")
    with pytest.raises(UnknownLink):
        reject(record, number, "Åsa")


# Confirming


def test_the_other_study_becomes_a_version_of_the_one_to_show(record: Record) -> None:
    add(record, "a", "b")
    assert confirm(record, propose(record, "a", "b"), "Åsa", "b").id == "b"
    assert above(record, "a", "b") == ["b", None]


def test_both_studies_stay_with_their_text(record: Record) -> None:
    add(record, "a", "b")
    before = record.counts()
    confirm(record, propose(record, "a", "b"), "Åsa")
    assert record.counts() == before == {"studies": 2, "pages": 2, "passages": 2, "vectors": 2}


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        (study("a"), study("b", state=State.PUBLISHED), "b"),
        (study("a", 2024), study("b", 2010, state=State.PUBLISHED), "b"),
        (study("a", 2010), study("b", 2024), "b"),
        (study("a", 2024), study("b"), "a"),
        (study("a", 2024, pages=3), study("b", 2024, pages=9), "b"),
        (study("a"), study("b"), "a"),
    ],
)
def test_the_published_or_newer_or_longer_one_is_shown_where_nobody_says(
    first: Study, second: Study, shown: str
) -> None:
    assert version_to_show(first, second).id == shown


def test_only_one_of_the_two_can_be_the_one_to_show(record: Record) -> None:
    add(record, "a", "b", "c")
    number = propose(record, "a", "b")
    with pytest.raises(NotInLink, match="Choose a or b"):
        confirm(record, number, "Åsa", "c")
    assert above(record, "a", "b") == [None, None]
    assert link(record, number).state is LinkState.PROPOSED


def test_a_person_may_choose_the_other_one_later(record: Record) -> None:
    add(record, "a", "b")
    number = propose(record, "a", "b")
    confirm(record, number, "Åsa", "a")
    confirm(record, number, "Li", "b")
    assert above(record, "a", "b") == ["b", None]
    assert link(record, number).said_by == "Li"


def test_a_work_of_several_versions_joins_another_as_a_whole(record: Record) -> None:
    add(record, "report", "summary", "article", "preprint")
    confirm(record, propose(record, "report", "summary"), "Åsa", "report")
    confirm(record, propose(record, "article", "preprint"), "Åsa", "article")
    confirm(record, propose(record, "preprint", "summary"), "Åsa", "preprint")
    roots = {line_above(record, name)[-1] for name in ("report", "summary", "article", "preprint")}
    assert roots == {"article"}


@pytest.mark.parametrize("shown", [("a", "b", "a"), ("a", "b", "c"), ("b", "b", "a"), ("b", "c", "c"), ("b", "c", "a")])
def test_three_that_are_confirmed_in_any_way_are_one_work_without_a_circle(
    record: Record, shown: tuple[str, str, str]
) -> None:
    add(record, "a", "b", "c")
    for pair, root in zip((("a", "b"), ("b", "c"), ("a", "c")), shown, strict=True):
        confirm(record, propose(record, *pair), "Åsa", root)
    assert len({line_above(record, name)[-1] for name in "abc"}) == 1
    assert sum(name is None for name in above(record, "a", "b", "c")) == 1


def test_a_decision_counts_as_an_edit_of_what_it_changed_and_stands_in_the_log(record: Record) -> None:
    add(record, "a", "b")
    confirm(record, propose(record, "a", "b"), "Åsa", "a")
    a, b = record.study("a"), record.study("b")
    assert a and b
    assert (a.edition, b.edition) == (0, 1)
    (deed,) = deeds(record)
    assert (deed.by, deed.what, deed.study_id, dict(deed.detail)["version_of"]) == (
        "Åsa",
        "confirmed_version",
        "b",
        "a",
    )


# Rejecting


def test_two_that_are_different_works_stay_as_they_were(record: Record) -> None:
    add(record, "a", "b")
    assert reject(record, propose(record, "a", "b"), "Åsa").state is LinkState.REJECTED
    assert above(record, "a", "b") == [None, None]
    assert [(deed.by, deed.what) for deed in deeds(record)] == [("Åsa", "rejected_version")]


def test_rejecting_takes_back_what_was_confirmed(record: Record) -> None:
    add(record, "a", "b")
    number = propose(record, "a", "b")
    confirm(record, number, "Åsa")
    reject(record, number, "Li")
    assert above(record, "a", "b") == [None, None]


# By hand


def test_a_person_says_what_a_study_is_a_version_of_and_takes_it_back(record: Record) -> None:
    add(record, "a", "b")
    assert set_version(record, "a", "b", "Åsa").version_of == "b"
    assert set_version(record, "a", None, "Åsa").version_of is None
    assert [dict(deed.detail) for deed in deeds(record)] == [
        {"version_of": "b", "before": ""},
        {"version_of": "", "before": "b"},
    ]
    found = record.study("a")
    assert found
    assert found.edition == 2


def test_what_is_said_by_hand_decides_the_proposal_too(record: Record) -> None:
    add(record, "a", "b")
    number = propose(record, "a", "b")
    set_version(record, "b", "a", "Åsa")
    assert link(record, number).state is LinkState.CONFIRMED
    set_version(record, "b", None, "Åsa")
    assert link(record, number).state is LinkState.REJECTED


def test_saying_the_same_again_changes_nothing(record: Record) -> None:
    add(record, "a", "b")
    set_version(record, "a", "b", "Åsa")
    again = set_version(record, "a", "b", "Li")
    assert (again.edition, len(deeds(record))) == (1, 1)


def test_a_study_is_no_version_of_itself(record: Record) -> None:
    add(record, "a")
    with pytest.raises(VersionOfItself, match="cannot be a version of itself"):
        set_version(record, "a", "a", "Åsa")


def test_a_circle_is_refused_in_a_sentence_that_names_it(record: Record) -> None:
    add(record, "a", "b", "c")
    set_version(record, "a", "b", "Åsa")
    set_version(record, "b", "c", "Åsa")
    with pytest.raises(VersionCircle) as refusal:
        set_version(record, "c", "a", "Åsa")
    assert "C (c) → A (a) → B (b) → C (c)" in refusal.value.sentence("sv")
    assert above(record, "a", "b", "c") == ["b", "c", None]
    assert len(deeds(record)) == 2


@pytest.mark.parametrize(("study_id", "version_of"), [("gone", "a"), ("a", "gone"), ("gone", None)])
def test_a_study_that_is_not_here_is_told(record: Record, study_id: str, version_of: str | None) -> None:
    add(record, "a")
    with pytest.raises(UnknownStudy, match="gone"):
        set_version(record, study_id, version_of, "Åsa")


def test_a_line_ends_where_a_circle_closes(record: Record) -> None:
    add(record, "a", "b")
    for name, other in (("a", "b"), ("b", "a")):
        found = record.study(name)
        assert found
        record.change_study(replace(found, version_of=other))
    assert line_above(record, "a") == ["a", "b"]


# Studies that are replaced or removed


def test_a_study_that_has_versions_may_be_read_anew(record: Record) -> None:
    add(record, "a", "b")
    confirm(record, propose(record, "a", "b"), "Åsa", "a")
    add(record, "a")  # the same study again, with its text
    assert above(record, "a", "b") == [None, "a"]
    assert [one.state for one in links(record)] == [LinkState.CONFIRMED]
    assert record.faults() == []


def test_the_versions_of_a_removed_study_are_works_again(record: Record) -> None:
    add(record, "a", "b", "c")
    set_version(record, "b", "a", "Åsa")
    set_version(record, "c", "b", "Åsa")
    assert record.remove("a")
    assert above(record, "b", "c") == [None, "b"]
    assert record.faults() == []


# Signatures


def test_a_signature_is_kept_until_its_study_is_read_anew_or_the_form_is_another(record: Record) -> None:
    add(record, "a", "b")
    assert unsigned(record, "one") == ["a", "b"]
    for name in ("a", "b"):
        keep_signature(record, name, "one", name.encode())
    assert list(signatures(record)) == [("a", b"a"), ("b", b"b")]
    assert unsigned(record, "one") == []
    assert unsigned(record, "two") == ["a", "b"]
    add(record, "a")
    assert unsigned(record, "one") == ["a"]


def test_no_signature_is_kept_of_a_study_that_is_gone(record: Record) -> None:
    add(record, "a")
    keep_signature(record, "a", "one", b"a")
    record.remove("a")
    keep_signature(record, "a", "one", b"a")
    assert list(signatures(record)) == []
