"""What people do with studies: their word beats all, nobody's edit is lost, and the log tells."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from corpus.deeds import deeds
from corpus.description import proposed, read_again, resolve
from corpus.desk import (
    LONGEST_VALUE,
    BadValue,
    EditConflict,
    IsWithdrawn,
    NoReason,
    NothingProvisional,
    NothingSaid,
    NothingToPublish,
    NotWithdrawn,
    ReplacedByItself,
    UnknownField,
    appraise,
    confirm,
    correct,
    details,
    done,
    name_of,
    propose,
    publish,
    reinstate,
    say_of,
    value_of,
    want,
    withdraw,
)
from corpus.library import Library, UnknownStudy
from corpus.settings import Settings
from corpus.study import (
    Appraisal,
    Deed,
    Description,
    Proposal,
    Source,
    State,
    Study,
    TextState,
    Withdrawal,
    Withdrawn,
)
from ingest.receive import Incoming, Reception, Status
from tests.corpus.studies import appraise as kept_appraisal
from tests.corpus.studies import found, put, wanted
from tests.fakes import LIGHTING, FakeEmbedder

TODAY = date.today().isoformat()
RTL, ZERO_WIDTH, NUL = "\u202e", "\u200b", "\x00"


@pytest.fixture
def study(library: Library) -> Study:
    """A study whose title, year and DOI were found in its file."""
    return put(
        library,
        "s1",
        found("title", "Street lighting"),
        found("year", 2018),
        found("doi", "10.1234/abc"),
        found("languages", ("en",)),
    )


@pytest.fixture
def held(library: Library, study: Study) -> Library:
    """A library that holds that study."""
    assert library.study("s1") == study
    return library


def said(library: Library, study_id: str = "s1") -> list[tuple[str, str]]:
    return [(deed.what, deed.by) for deed in deeds(library.record, study_id)]


def sources(study: Study) -> dict[str, str]:
    return dict(study.description.sources)


# A person's word


def test_a_persons_word_beats_all_and_what_was_found_stays_beneath(held: Library) -> None:
    correct(held, "s1", {"year": "2019", "authors": "Ek, Anna; Berg, Bo"}, "Eva")
    now = held.study("s1").description
    assert (now.year, now.authors, now.title) == (2019, ("Ek, Anna", "Berg, Bo"), "Street lighting")
    assert dict(now.sources) | {"year": "person", "authors": "person"} == dict(now.sources)
    assert Proposal("year", 2019, Source.PERSON, 1.0, "Eva", TODAY) in now.proposals
    assert [p.value for p in now.proposals if p.field == "year"] == [2018, 2019]


def test_no_later_finding_overwrites_a_person_however_sure_it_is(held: Library) -> None:
    correct(held, "s1", {"year": 2019}, "Eva")
    propose(held, "s1", [found("year", 2020, Source.LOOKUP, 1.0), found("publisher", "Brå", Source.LOOKUP)], "Eva")
    now = held.study("s1").description
    assert (now.year, now.publisher) == (2019, "Brå")


def test_a_person_may_say_that_there_is_no_year(held: Library) -> None:
    correct(held, "s1", {"year": ""}, "Eva")
    now = held.study("s1")
    assert (now.description.year, sources(now)["year"]) == (None, "person")


def test_a_persons_word_can_be_taken_back_and_what_was_found_shows_again(held: Library) -> None:
    correct(held, "s1", {"year": 2019}, "Eva")
    correct(held, "s1", {"year": None}, "Eva")
    now = held.study("s1")
    assert (now.description.year, sources(now)["year"]) == (2018, "first pages")


def test_the_latest_of_two_people_counts(held: Library) -> None:
    correct(held, "s1", {"year": 2019}, "Eva")
    correct(held, "s1", {"year": 2021}, "Lars")
    assert held.study("s1").description.year == 2021


def test_a_study_that_a_person_has_corrected_is_described_and_stays_published(held: Library) -> None:
    assert correct(held, "s1", {"year": 2019}, "Eva").state is State.DESCRIBED
    publish(held, "s1", "Eva")
    assert correct(held, "s1", {"year": 2020}, "Eva").state is State.PUBLISHED


def test_a_correction_is_on_disk(held: Library, settings: Settings) -> None:
    correct(held, "s1", {"title": "Gatubelysning", "valid_to": "2026-03-31"}, "Eva")
    held.close()
    with Library(settings, write=True, embedder=FakeEmbedder()) as again:
        now = again.study("s1")
    assert (now.title, now.description.valid_to, now.edition) == ("Gatubelysning", date(2026, 3, 31), 1)


def test_no_change_is_no_edition(library: Library, study: Study) -> None:
    assert correct(library, "s1", {}, "Eva") == study
    assert said(library) == []


def test_of_several_fields_one_of_which_is_wrong_none_is_changed(library: Library, study: Study) -> None:
    with pytest.raises(BadValue):
        correct(library, "s1", {"title": "New", "year": "soon"}, "Eva")
    assert library.study("s1") == study


def test_an_unknown_study_cannot_be_corrected(library: Library) -> None:
    with pytest.raises(UnknownStudy):
        correct(library, "nobody", {"year": 2019}, "Eva")


def test_the_languages_of_a_study_are_those_of_its_text_until_a_person_says_otherwise(library: Library) -> None:
    put(library, "s1", found("languages", ("en",)), languages=("sv", "en"))
    assert correct(library, "s1", {"year": 2019}, "Eva").languages == ("sv", "en")
    assert correct(library, "s1", {"languages": ["DA"]}, "Eva").languages == ("da",)
    assert correct(library, "s1", {"languages": None}, "Eva").languages == ("sv",)  # its one passage


def test_values_that_an_earlier_version_kept_without_proposals_are_not_lost(library: Library) -> None:
    old = Description(
        title="Lamps", authors=("Ek, A.",), year=2011, identifiers=(("doi", "10.1234/x"), ("about", "LIT001")),
        sources=(("title", "pdf metadata"), ("authors", "page 1"), ("year", "page 1"), ("doi", "page 1")),
    )  # fmt: skip
    library.record.add_wanted(replace(wanted(library, "s1"), description=old))
    now = correct(library, "s1", {"year": 2012}, "Eva").description
    assert (now.title, now.authors, now.year, now.identifiers) == ("Lamps", ("Ek, A.",), 2012, old.identifiers)
    assert correct(library, "s1", {"year": None}, "Eva").description.year == 2011


def test_what_an_evidence_note_is_about_outlives_every_change(library: Library, study: Study) -> None:
    noted = replace(study.description, identifiers=(*study.description.identifiers, ("about", "LIT001")))
    library.record.change_study(replace(study, description=noted))
    correct(library, "s1", {"year": 2019}, "Eva")
    propose(library, "s1", [found("publisher", "Brå")], "Eva")
    confirm(library, "s1", "Eva")
    assert ("about", "LIT001") in library.study("s1").description.identifiers


# Reading a file again


@pytest.mark.slow
def test_the_same_file_again_changes_nothing_that_a_person_said(library: Library) -> None:
    with Reception(library) as reception:
        study_id = reception.receive(Incoming("lighting.pdf", LIGHTING)).study_id or ""
        correct(library, study_id, {"title": "Ljus", "authors": "Ek, Anna"}, "Eva")
        before = library.study(study_id)
        again = Incoming("lighting.pdf", LIGHTING, Description(title="Another", year=1999))
        assert reception.receive(again).status is Status.UNCHANGED
    assert library.study(study_id) == before


def test_a_file_read_anew_gives_new_findings_and_keeps_what_people_and_records_said(held: Library) -> None:
    propose(held, "s1", [found("publisher", "Brå", Source.RECORD)], "Eva")
    kept = correct(held, "s1", {"title": "Ljus"}, "Eva").description
    again = read_again(kept, resolve([found("title", "STREET LIGHTNING"), found("year", 2017)]))
    assert (again.title, again.publisher, again.year) == ("Ljus", "Brå", 2017)
    assert "doi" not in dict(again.identifiers)


# Confirming


def test_what_is_shown_becomes_the_persons_word_and_no_finding_moves_it(library: Library, study: Study) -> None:
    confirmed = confirm(library, "s1", "Eva")
    assert (confirmed.state, confirmed.edition) == (State.DESCRIBED, 1)
    assert set(sources(confirmed).values()) == {"person"}
    propose(library, "s1", [found("year", 2020, Source.LOOKUP, 1.0)], "Lars")
    now = library.study("s1")
    assert (now.description.year, now.edition) == (2018, 1)
    assert now.description.identifiers == study.description.identifiers


def test_confirming_leaves_to_others_what_they_said_and_makes_up_nothing(held: Library) -> None:
    correct(held, "s1", {"title": "Ljus", "year": ""}, "Lars")
    confirm(held, "s1", "Eva")
    people = {p.field: p.detail for p in held.study("s1").description.proposals if p.source is Source.PERSON}
    assert people == {"title": "Lars", "year": "Lars", "doi": "Eva", "languages": "Eva"}


def test_nobody_confirms_what_they_did_not_see(library: Library, study: Study) -> None:
    propose(library, "s1", [found("year", 2020, Source.LOOKUP, 1.0)], "Lars")
    with pytest.raises(EditConflict):
        confirm(library, "s1", "Eva", edition=study.edition)
    assert sources(library.study("s1"))["year"] == "look-up"


# What a field can hold


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        ("title", f"  {RTL}Trygga{ZERO_WIDTH}\n  torg{NUL} ", "Trygga torg"),
        ("title", "Ko\u0308ksgatan", "Köksgatan"),
        ("title", "å" * 4_000, "å" * 4_000),
        ("title", "Half a character \ud83d", "Half a character"),
        ("abstract", "One.\n\nTwo.", "One.\n\nTwo."),
        ("authors", "Ek, Anna; ;Berg, Bo;Ek, Anna", ("Ek, Anna", "Berg, Bo")),
        ("authors", ["Ek, Anna", RTL], ("Ek, Anna",)),
        ("authors", "", ()),
        ("languages", "SV; en", ("sv", "en")),
        ("year", " 2019 ", 2019),
        ("year", 2019, 2019),
        ("year", "", ""),
        ("year", None, None),
        ("last_checked", "2026-03-31", date(2026, 3, 31)),
        ("last_checked", "", ""),
        ("doi", "https://doi.org/10.1177/ABC-1", "10.1177/abc-1"),
        ("doi", "doi: 10.1177/abc", "10.1177/abc"),
        ("url", "https://bra.se/rapport", "https://bra.se/rapport"),
    ],
)
def test_a_value_is_kept_as_its_field_holds_it(field: str, given: object, value: object) -> None:
    assert value_of(field, given) == value


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("title", ""),
        ("title", f"{ZERO_WIDTH}{RTL}\x00"),
        ("title", ["a"]),
        ("title", {"a": 1}),
        ("title", True),
        ("title", "a" * (LONGEST_VALUE + 1)),
        ("authors", [f"{n:05}" * 20 for n in range(201)]),
        ("year", "1066"),
        ("year", "20199"),
        ("year", 2019.5),
        ("year", "MMXIX"),
        ("year", date.today().year + 3),
        ("languages", "svenska"),
        ("valid_from", "31/3 2026"),
        ("doi", "abc"),
        ("url", "javascript:alert(1)"),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: str, given: object) -> None:
    with pytest.raises(BadValue) as fault:
        value_of(field, given)
    assert fault.value.values["field"] == field
    assert len(fault.value.sentence("sv")) < 200


def test_a_field_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownField, match=r"called proposals\. Choose one of: title, authors, "):
        value_of("proposals", "x")


def test_a_name_for_the_log_is_cleaned_and_never_empty() -> None:
    assert name_of(f" Eva{RTL}\nEk ", "staff") == "Eva Ek"
    assert name_of(NUL, "staff") == "staff"
    with pytest.raises(BadValue):
        name_of("a" * 101, "staff")


# Two people at once


def test_an_edit_of_an_old_edition_is_refused_and_told_who_changed_what_when(library: Library, study: Study) -> None:
    correct(library, "s1", {"year": 2019, "title": "Ljus"}, "Lars")
    publish(library, "s1", "Mia")
    with pytest.raises(EditConflict) as fault:
        correct(library, "s1", {"year": 2020}, "Eva", edition=study.edition)
    told = fault.value.sentence("sv")
    at = deeds(library.record, "s1")[0].at[:16].replace("T", " ")
    assert f"Lars {at} UTC: rättade (year, title); Mia {at} UTC: publicerade" in told
    assert f"Lars {at} UTC: corrected (year, title); Mia {at} UTC: published" in fault.value.sentence("en")
    assert "Du hade utgåva 0, och nu är det utgåva 2." in told
    assert library.study("s1").description.year == 2019


def test_only_what_was_done_after_the_edition_is_told(held: Library) -> None:
    for person in ("Lars", "Mia"):
        edition = correct(held, "s1", {"remark": person}, person).edition
    with pytest.raises(EditConflict) as fault:
        correct(held, "s1", {"year": 2020}, "Eva", edition=edition - 1)
    assert "Mia" in str(fault.value)
    assert "Lars" not in str(fault.value)


def test_an_edition_that_never_was_is_a_conflict_too(held: Library) -> None:
    with pytest.raises(EditConflict, match=r"\(\?\)"):
        correct(held, "s1", {"year": 2020}, "Eva", edition=7)


@pytest.mark.parametrize(
    "act",
    [
        lambda library: confirm(library, "s1", "Eva", 0),
        lambda library: publish(library, "s1", "Eva", 0),
        lambda library: withdraw(library, "s1", Withdrawal(Withdrawn.OTHER, "x", "Eva", date.today()), 0),
        lambda library: reinstate(library, "s1", "Eva", edition=0),
    ],
)
def test_every_act_minds_the_edition(held: Library, act: Callable[[Library], Study]) -> None:
    correct(held, "s1", {"year": 2019}, "Lars")
    with pytest.raises(EditConflict):
        act(held)


def test_of_ten_who_edit_one_edition_at_once_one_is_heard_and_nine_are_told(held: Library) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(10)

    def edit(n: int) -> None:
        together.wait()
        try:
            correct(held, "s1", {"remark": f"by {n}"}, f"P{n}", edition=0)
            outcomes.append(f"by {n}")
        except EditConflict as fault:
            assert f"P{outcomes[0][3:]} " in str(fault)
            outcomes.append("told")

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[1:] == ["told"] * 9
    assert held.study("s1").description.remark == outcomes[0]


def test_of_ten_who_edit_ten_fields_without_an_edition_all_are_heard(held: Library) -> None:
    fields = ("title", "subtitle", "publisher", "remark", "abstract", "kind", "isbn", "issn", "urn", "report")
    threads = [threading.Thread(target=correct, args=(held, "s1", {field: f"new {field}"}, field)) for field in fields]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    now = held.study("s1")
    assert now.edition == 10
    assert {p.field: p.detail for p in now.description.proposals if p.source is Source.PERSON} == {
        field: field for field in fields
    }
    assert sorted(by for _, by in said(held)) == sorted(fields)


# The reading list


def listed(title: str = "A handbook", **fields: Any) -> Description:
    return proposed(Description(title=title, **fields), Source.RECORD, 0.9, "list.ris, line 1")


def test_the_same_work_wanted_twice_is_one_study(library: Library) -> None:
    first = want(library, listed(identifiers=(("doi", "10.1234/ABC"),)), "Eva")
    second = want(library, listed("A Handbook.", year=2020, identifiers=(("doi", "10.1234/abc"),)), "Eva")
    assert (first.id, first.state, first.text) == (second.id, State.WANTED, TextState.NO_FILE)
    assert len(library.record.studies()) == 1
    assert library.study(first.id).description.year == 2020


def test_two_works_of_one_journal_are_two_studies(library: Library) -> None:
    for title in ("One", "Two"):
        want(library, listed(title, identifiers=(("issn", "1234-5679"),)), "Eva")
    assert [study.title for study in library.record.studies()] == ["One", "Two"]


def test_ten_who_want_one_work_at_once_lose_nothing(library: Library) -> None:
    def ask(n: int) -> None:
        want(library, proposed(Description(title="T", remark=f"n{n}"), Source.RECORD, 0.9), "Eva")

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (study,) = library.record.studies()
    assert {p.value for p in study.description.proposals if p.field == "remark"} == {f"n{n}" for n in range(10)}


def test_findings_that_change_what_is_shown_are_an_edition_and_others_are_not(held: Library) -> None:
    assert propose(held, "s1", [found("year", 2001, confidence=0.1)], "Eva").edition == 0
    assert propose(held, "s1", [found("publisher", "Brå")], "Eva").edition == 1
    assert propose(held, "s1", [found("publisher", "Brå")], "Eva").edition == 1


# States


def withdrawal(reason: str = "Retracted by its journal", successor: str | None = None) -> Withdrawal:
    kind = Withdrawn.SUPERSEDED if successor else Withdrawn.RETRACTED
    return Withdrawal(kind, reason, "Eva", date(2026, 3, 1), successor)


def test_a_study_with_text_is_published_once(held: Library) -> None:
    assert publish(held, "s1", "Eva").state is State.PUBLISHED
    assert publish(held, "s1", "Lars").edition == 1
    assert said(held) == [("published", "Eva")]


@pytest.mark.parametrize("text", [TextState.NEEDS_OCR, TextState.NO_FILE])
def test_a_study_without_text_is_not_published(library: Library, text: TextState) -> None:
    put(library, "s1", text=text)
    with pytest.raises(NothingToPublish):
        publish(library, "s1", "Eva")


def test_a_study_is_withdrawn_with_a_reason_and_stays(held: Library) -> None:
    withdraw(held, "s1", withdrawal(f" Retracted{NUL} "))
    now = held.study("s1")
    assert (now.state, now.withdrawal) == (State.WITHDRAWN, withdrawal("Retracted"))
    assert held.record.page("s1", 1) is not None


@pytest.mark.parametrize("reason", ["", "  ", f"{RTL}{NUL}"])
def test_nothing_is_withdrawn_without_a_reason(library: Library, study: Study, reason: str) -> None:
    with pytest.raises(NoReason):
        withdraw(library, "s1", withdrawal(reason))
    assert library.study("s1") == study


def test_a_withdrawn_study_is_published_only_after_it_was_taken_into_use_again(held: Library) -> None:
    withdraw(held, "s1", withdrawal())
    with pytest.raises(IsWithdrawn):
        publish(held, "s1", "Eva")
    again = reinstate(held, "s1", "Eva", "The journal took it back")
    assert (again.state, again.withdrawal) == (State.DESCRIBED, None)
    assert publish(held, "s1", "Eva").state is State.PUBLISHED
    with pytest.raises(NotWithdrawn):
        reinstate(held, "s1", "Eva")


def test_a_withdrawn_study_without_a_file_goes_back_to_the_reading_list(library: Library) -> None:
    wanted(library, "s1")
    withdraw(library, "s1", withdrawal())
    assert reinstate(library, "s1", "Eva").state is State.WANTED


def test_what_supersedes_a_study_has_to_be_here(library: Library, study: Study) -> None:
    with pytest.raises(UnknownStudy):
        withdraw(library, "s1", withdrawal(successor="nobody"))
    assert library.study("s1") == study


def test_no_study_supersedes_itself_by_any_number_of_steps(library: Library) -> None:
    for study_id in ("s1", "s2", "s3"):
        put(library, study_id)
    withdraw(library, "s1", withdrawal(successor="s2"))
    withdraw(library, "s2", withdrawal(successor="s3"))
    for study_id in ("s1", "s2", "s3"):
        with pytest.raises(ReplacedByItself):
            withdraw(library, "s3", withdrawal(successor=study_id))
    assert library.study("s3").state is State.RECEIVED
    reinstate(library, "s1", "Eva")
    withdraw(library, "s3", withdrawal(successor="s1"))  # there is no ring any more
    assert library.study("s3").withdrawal == withdrawal(successor="s1")


def test_a_successor_whose_own_successor_was_deleted_still_counts(library: Library) -> None:
    for study_id in ("s1", "s2", "s3"):
        put(library, study_id)
    withdraw(library, "s2", withdrawal(successor="s3"))
    library.record.remove("s3")
    assert withdraw(library, "s1", withdrawal(successor="s2")).state is State.WITHDRAWN


# Appraisals


def test_an_appraisal_is_a_persons_and_earlier_ones_stay_in_the_history(held: Library) -> None:
    say_of(held, "s1", {"sms_level": "3", "emmie": "Effekt, economics", "outcomes": "trade; disorder"}, "Eva")
    say_of(held, "s1", {"sms_level": "4", "why": "A comparison area"}, "Lars")
    first, second = held.record.appraisals("s1")
    assert (first.sms_level, first.emmie, first.outcomes) == ("3", ("effect", "economics"), ("trade", "disorder"))
    assert second == replace(first, sms_level="4", why="A comparison area", said_by="Lars")
    assert held.appraisal("s1") == second
    assert second.confirmed


def test_a_provisional_appraisal_becomes_nobodys_word_unless_somebody_takes_it_over(held: Library) -> None:
    provisional = kept_appraisal(held, "s1", confirmed=False, design="panel", sms_level="3-4", transfer="Mind this")
    assert say_of(held, "s1", {"sms_level": "2"}, "Eva").design == ""
    held.record.appraise(provisional)
    taken = say_of(held, "s1", {"sms_level": "4"}, "Eva", take_over=True)
    assert (taken.design, taken.sms_level, taken.transfer) == ("panel", "4", "Mind this")
    assert (taken.said_by, taken.said_on, taken.confirmed) == ("Eva", date.today(), True)


def test_there_has_to_be_a_provisional_one_to_take_over(held: Library) -> None:
    with pytest.raises(NothingProvisional):
        say_of(held, "s1", {}, "Eva", take_over=True)
    say_of(held, "s1", {"sms_level": "3"}, "Eva")
    with pytest.raises(NothingProvisional):
        say_of(held, "s1", {}, "Eva", take_over=True)


def test_an_appraisal_that_says_nothing_is_refused(held: Library) -> None:
    with pytest.raises(NothingSaid):
        say_of(held, "s1", {"design": f" {RTL}"}, "Eva")
    assert held.appraisal("s1") is None


@pytest.mark.parametrize(
    ("field", "given", "fault"),
    [
        ("sms_level", "7", BadValue),
        ("sms_level", "level 0", BadValue),
        ("emmie", "effect; colour", BadValue),
        ("design", ["a"], BadValue),
        ("why", "a" * (LONGEST_VALUE + 1), BadValue),
        ("said_by", "Mallory", UnknownField),
        ("confirmed", "no", UnknownField),
    ],
)
def test_an_appraisal_that_cannot_be_is_refused(
    held: Library, field: str, given: object, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        say_of(held, "s1", {field: given}, "Eva")
    assert held.appraisal("s1") is None


@pytest.mark.parametrize("level", ["1", "3-4", "SMS 3", "nivå 5", "review", ""])
def test_an_sms_level_is_a_level_a_span_or_a_word(held: Library, level: str) -> None:
    assert say_of(held, "s1", {"sms_level": level, "why": "x"}, "Eva").sms_level == level


def test_ten_who_appraise_at_once_are_all_in_the_history(held: Library) -> None:
    threads = [
        threading.Thread(target=say_of, args=(held, "s1", {"why": f"n{n}"}, f"P{n}")) for n in range(10)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.why for one in held.record.appraisals("s1")} == {f"n{n}" for n in range(10)}


def test_an_unknown_study_is_not_appraised(library: Library) -> None:
    with pytest.raises(UnknownStudy):
        appraise(library, Appraisal("nobody", "Eva", date.today()))


# The log


def test_the_log_tells_who_did_what_in_order(held: Library) -> None:
    propose(held, "s1", [found("kind", "report")], "import", "imported")
    correct(held, "s1", {"authors": ["Ek, A.", "Berg, B."], "year": None}, "Eva")
    confirm(held, "s1", "Lars")
    publish(held, "s1", "Lars")
    withdraw(held, "s1", withdrawal())
    reinstate(held, "s1", "Mia", "A mistake")
    say_of(held, "s1", {"sms_level": "3"}, "Mia")
    assert said(held) == [
        ("imported", "import"),
        ("corrected", "Eva"),
        ("confirmed", "Lars"),
        ("published", "Lars"),
        ("withdrawn", "Eva"),
        ("reinstated", "Mia"),
        ("appraised", "Mia"),
    ]
    log = deeds(held.record, "s1")
    assert log[1].detail == (("authors", "Ek, A.; Berg, B."), ("year", ""), ("edition", "2"))
    assert dict(log[4].detail)["reason"] == "Retracted by its journal"
    assert dict(log[5].detail) == {"why": "A mistake", "edition": "6"}
    assert all(deed.at.startswith(TODAY[:2]) and deed.at.endswith("+00:00") for deed in log)


def test_what_failed_is_not_in_the_log(held: Library) -> None:
    with pytest.raises(EditConflict):
        publish(held, "s1", "Eva", edition=5)
    assert said(held) == []


def test_a_line_of_the_log_is_said_in_the_readers_language_and_kept_short(held: Library) -> None:
    correct(held, "s1", {"abstract": "word " * 100}, "Eva")
    (deed,) = deeds(held.record, "s1")
    assert (done(deed, "sv"), done(deed, "en")) == ("rättade", "corrected")
    assert len(details(deed)) < 120
    assert done(Deed("", "", "something new"), "sv") == "something new"
