"""Which studies may answer: what a study has to meet, and the passages of those that are left."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from corpus.choice import (
    EVERYTHING,
    BadYears,
    Choice,
    EmptyChoice,
    Listed,
    UnknownChoice,
    left_out_unasked,
    level_of,
    levy_of,
    listed,
    meets,
    outcome_of,
    party_of,
    selection,
    speaks_of,
)
from corpus.record import Record
from corpus.study import Appraisal, Description, Draft, Page, State, Study, TextState

SAID = Appraisal(
    "a",
    "Eva",
    date(2026, 5, 1),
    design="cluster randomised",
    sms_level="3-4",
    emmie=("effect", "economics"),
    outcomes=("reported_crime", "upplevd trygghet"),
    place_type="town centre",
    levy="compulsory levy",
    party_interest="no",
)
STUDY = Listed("a", State.DESCRIBED, ("sv", "en"), 2015, "systematic review", "Sweden", SAID)


@pytest.mark.parametrize(
    ("choice", "met"),
    [
        (EVERYTHING, True),
        (Choice(languages=("en",)), True),
        (Choice(languages=("da", "SV")), True),
        (Choice(languages=("da",)), False),
        (Choice(year_from=2015, year_to=2015), True),
        (Choice(year_from=2016), False),
        (Choice(year_to=2014), False),
        (Choice(kinds=("Review",)), True),
        (Choice(kinds=("thesis", "review")), True),
        (Choice(kinds=("thesis",)), False),
        (Choice(designs=("randomised",)), True),
        (Choice(designs=("panel",)), False),
        (Choice(sms_least=3), True),
        (Choice(sms_least=4), False),
        (Choice(emmie=("mechanism", "economics")), True),
        (Choice(emmie=("mechanism",)), False),
        (Choice(outcomes=("reported_crime",)), True),
        (Choice(outcomes=("perceived_safety",)), True),
        (Choice(outcomes=("trade",)), False),
        (Choice(places=("Town",)), True),
        (Choice(places=("park",)), False),
        (Choice(levy=("compulsory",)), True),
        (Choice(levy=("voluntary",)), False),
        (Choice(party_interest=("no", "part")), True),
        (Choice(party_interest=("yes",)), False),
        (Choice(confirmed=True), True),
        (Choice(published=True), False),
        (Choice(studies=("b", "a")), True),
        (Choice(studies=("b",)), False),
        (Choice(kinds=("review",), levy=("voluntary",)), False),
    ],
)
def test_a_study_meets_each_filter_by_any_of_its_values(choice: Choice, met: bool) -> None:
    assert meets(choice, STUDY) is met


@pytest.mark.parametrize(
    ("state", "choice", "met"),
    [
        (State.RECEIVED, EVERYTHING, True),
        (State.PUBLISHED, Choice(published=True), True),
        (State.DESCRIBED, Choice(published=True), False),
        (State.WITHDRAWN, EVERYTHING, False),
        (State.WITHDRAWN, Choice(withdrawn=True), True),
        (State.WITHDRAWN, Choice(withdrawn=True, published=True), True),
        (State.WANTED, EVERYTHING, False),
        (State.WANTED, Choice(withdrawn=True), False),
    ],
)
def test_a_withdrawn_study_answers_when_asked_for_and_a_wanted_one_never(
    state: State, choice: Choice, met: bool
) -> None:
    assert meets(choice, replace(STUDY, state=state)) is met


@pytest.mark.parametrize(
    "choice",
    [
        Choice(sms_least=1),
        Choice(designs=("cluster",)),
        Choice(emmie=("effect",)),
        Choice(outcomes=("crime",)),
        Choice(places=("town",)),
        Choice(levy=("compulsory",)),
        Choice(party_interest=("no",)),
        Choice(confirmed=True),
    ],
)
def test_what_nobody_has_appraised_meets_no_filter_of_appraisals(choice: Choice) -> None:
    assert meets(EVERYTHING, replace(STUDY, appraisal=None))
    assert not meets(choice, replace(STUDY, appraisal=None))


def test_a_provisional_appraisal_counts_unless_confirmed_ones_are_asked_for() -> None:
    provisional = replace(STUDY, appraisal=replace(SAID, confirmed=False))
    assert meets(Choice(sms_least=3), provisional)
    assert not meets(Choice(sms_least=3, confirmed=True), provisional)


def test_a_study_without_a_year_is_of_no_span_of_years() -> None:
    for choice in (Choice(year_from=1), Choice(year_to=3000)):
        assert not meets(choice, replace(STUDY, year=None))


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("3", 3),
        ("3-4", 3),
        ("1–2", 1),
        ("SMS 4", 4),
        ("level 2", 2),
        ("nivå 5", 5),
        (" 5 for stated feelings only", 5),
        ("review", None),
        ("review of levels 3-5", None),
        ("unclear", None),
        ("not applicable", None),
        ("", None),
        ("10", None),
    ],
)
def test_a_level_is_the_lower_end_of_what_was_appraised(text: str, level: int | None) -> None:
    assert level_of(text) == level


@pytest.mark.parametrize(
    ("text", "said"),
    [("", ""), ("no", "no"), ("Nej", "no"), ("part, the funder", "part"), ("delvis", "part"), ("yes: it pays", "yes")],
)
def test_party_interest_is_told_by_its_first_word(text: str, said: str) -> None:
    assert party_of(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", set()),
        ("obligatorisk avgift", {"compulsory"}),
        ("first voluntary, then mandatory", {"compulsory", "voluntary"}),
        ("frivilligt", {"voluntary"}),
    ],
)
def test_a_levy_is_told_in_both_languages(text: str, said: set[str]) -> None:
    assert levy_of(text) == said


@pytest.mark.parametrize(
    ("said", "asked", "does"),
    [
        ("Systematic Review", "review", True),
        ("systematic reviews", "review", True),
        ("literature review", "systematic review", False),
        ("non-randomised", "randomised", False),
        ("quasi-experiment", "experiment", False),
        ("preview", "review", False),
        ("before-after (one site)", "one site", True),
        ("town_centre", "town centre", True),
        ("a.b", "a*b", False),
        ("", "x", False),
    ],
)
def test_words_are_met_by_whole_words_or_their_beginnings(said: str, asked: str, does: bool) -> None:
    assert speaks_of(said, asked) is does


@pytest.mark.parametrize("name", ["perceived_safety", "perceived safety", "Upplevd trygghet", "UPPLEVD  trygghet"])
def test_an_outcome_is_known_by_key_and_by_name_in_both_languages(name: str) -> None:
    assert outcome_of(name) == "perceived_safety"
    assert outcome_of("Number of Dogs") == "number of dogs"


@pytest.mark.parametrize(
    ("fault", "values", "told"),
    [
        (UnknownChoice, {"levy": ("forced",)}, ("forced", "compulsory, voluntary")),
        (UnknownChoice, {"sides": ("sv",)}, ("“sv”", "swedish, international, not_stated")),
        (UnknownChoice, {"emmie": ("e",)}, ("“e”", "effect, mechanism")),
        (UnknownChoice, {"party_interest": ("maybe",)}, ("maybe", "yes, no, part")),
        (UnknownChoice, {"sms_least": 0}, ("sms_least", "1, 2, 3, 4, 5")),
        (EmptyChoice, {"kinds": (" ",)}, ("kinds", "empty")),
        (BadYears, {"year_from": 2020, "year_to": 2019}, ("2020", "2019")),
    ],
)
def test_a_filter_that_cannot_be_is_told_with_what_may_be(
    fault: type[UnknownChoice], values: dict[str, object], told: tuple[str, str]
) -> None:
    with pytest.raises(fault) as raised:
        Choice(**values)  # type: ignore[arg-type]
    assert all(part in raised.value.sentence("en") for part in told)


def test_a_filter_that_does_not_exist_is_refused_where_a_choice_is_read() -> None:
    read = TypeAdapter(Choice).validate_python
    assert read({"kinds": ["review"], "year_from": 2010}) == Choice(kinds=("review",), year_from=2010)
    with pytest.raises(ValidationError, match="kind"):
        read({"kind": ["review"]})


# Over a record


def put(record: Record, name: str, *languages: str, state: State = State.RECEIVED) -> list[int]:
    """A study of one page with a passage of one letter in each of some languages."""
    described = Description(name, year=2019, kind="report", evidence_from="Norge")
    study = Study(name, described, languages, TextState.SEARCHABLE, (), state=state)
    drafts = [Draft(1, i, i + 1, "x", language) for i, language in enumerate(languages)]
    vectors = np.ones((len(languages), 2), np.float32)
    return record.add(study, [Page(name, 1, "1", "x" * max(1, len(languages)))], drafts, vectors)


def test_studies_that_have_passages_are_listed_with_their_latest_appraisal(record: Record) -> None:
    put(record, "b", "sv")
    put(record, "a", "en", state=State.PUBLISHED)
    put(record, "empty")
    record.appraise(SAID)
    record.appraise(replace(SAID, sms_level="2"))
    first, second = listed(record)
    latest = replace(SAID, sms_level="2")
    assert first == Listed("a", State.PUBLISHED, ("en",), 2019, "report", "Norge", latest)
    assert (second.id, second.appraisal) == ("b", None)


def test_withdrawn_and_wanted_studies_are_left_out_unasked(record: Record) -> None:
    put(record, "a", "sv")
    put(record, "b", "sv", state=State.WITHDRAWN)
    put(record, "c", state=State.WANTED)
    assert left_out_unasked(record) == {"b"}


def test_a_selection_holds_the_passages_of_its_studies_and_what_is_outside(record: Record) -> None:
    a, b, c = put(record, "a", "sv", "en"), put(record, "b", "en"), put(record, "c", "en")
    found = selection(record, frozenset({"a", "c", "gone"}))
    assert (found.inside, found.outside) == (frozenset([*a, *c]), frozenset(b))
    assert found.counts == {"en": 2, "sv": 1}
