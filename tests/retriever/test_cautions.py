"""What to mind of a source: withdrawn, out of force, read by OCR, appraised only provisionally."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.choice import Choice
from corpus.library import Library
from corpus.study import (
    Appraisal,
    Description,
    Page,
    Reader,
    State,
    Study,
    TextState,
    Withdrawal,
    Withdrawn,
)
from corpus.words import LANGUAGES, Language
from retriever.answer import Caution
from retriever.ask import ask
from retriever.cautions import is_law, of_appraisal, of_page, of_study
from retriever.search import search
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import settings_in
from tests.retriever.test_answering import LIGHT, LJUS, debate_in, id_of
from tests.retriever.test_choosing import change

TODAY = date(2026, 6, 1)
STUDY = Study("a", Description("Lamps", year=2015), ("en",), TextState.SEARCHABLE, ())
EVERYONE = Choice(withdrawn=True)


def withdrawn(kind: Withdrawn, replaced_by: str | None = None, reason: str = "The data were made up.") -> Withdrawal:
    return Withdrawal(kind, reason, "Eva", date(2026, 3, 5), replaced_by)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three studies of street lighting, closed."""
    folder = tmp_path_factory.mktemp("template")
    with debate_in(folder):
        return folder / "data"


@pytest.fixture
def debate(template: Path, tmp_path: Path) -> Iterator[Library]:
    shutil.copytree(template, tmp_path / "data")
    with Library(settings_in(tmp_path), write=True, embedder=FakeEmbedder()) as library:
        yield library


def told(library: Library, study: Study, language: Language = "en") -> list[tuple[str, str]]:
    return [(caution.kind, caution.text) for caution in of_study(library, study, language, TODAY)]


# Of a study


def test_a_study_in_use_needs_no_caution(debate: Library) -> None:
    assert [told(debate, study) for study in debate.record.studies()] == [[], [], []]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (Withdrawn.RETRACTED, "Withdrawn 2026-03-05: the study has been retracted. Reason: The data were made up."),
        (Withdrawn.SUPERSEDED, "Withdrawn 2026-03-05: superseded by a newer study. Reason: The data were made up."),
        (Withdrawn.OTHER, "Withdrawn 2026-03-05. Reason: The data were made up."),
    ],
)
def test_a_withdrawn_study_tells_the_day_and_the_reason(standing: Library, kind: Withdrawn, sentence: str) -> None:
    study = replace(STUDY, state=State.WITHDRAWN, withdrawal=withdrawn(kind))
    name = "withdrawn" if kind is Withdrawn.OTHER else kind.value
    assert told(standing, study) == [(name, sentence)]


def test_a_superseded_study_names_the_one_that_supersedes_it(debate: Library) -> None:
    newer = id_of(debate, "malmo")
    study = replace(STUDY, state=State.WITHDRAWN, withdrawal=withdrawn(Withdrawn.SUPERSEDED, newer, ""))
    title = debate.study(newer).title
    assert told(debate, study) == [("superseded", f"Withdrawn 2026-03-05: superseded by “{title}” (2021), {newer}.")]
    assert told(debate, study, "sv") == [
        ("superseded", f"Tillbakadragen 2026-03-05: ersatt av ”{title}” (2021), {newer}.")
    ]
    debate.remove(newer)
    assert told(debate, study) == [("superseded", "Withdrawn 2026-03-05: superseded by a newer study.")]


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ({"valid_to": date(2026, 5, 31), "last_checked": TODAY}, ["lapsed"]),
        ({"valid_to": TODAY, "last_checked": TODAY}, []),
        ({"valid_from": date(2026, 6, 2), "last_checked": TODAY}, ["not_yet"]),
        ({"valid_from": TODAY, "last_checked": TODAY}, []),
        ({"last_checked": date(2025, 6, 1)}, []),
        ({"last_checked": date(2025, 5, 31)}, ["unchecked"]),
        ({"valid_to": date(2020, 1, 1), "last_checked": date(2019, 1, 1)}, ["lapsed"]),
        ({"valid_from": date(2027, 1, 1), "kind": "statute"}, ["not_yet", "unchecked"]),
        ({"kind": "government bill"}, ["unchecked"]),
        ({"kind": "report"}, []),
        ({}, []),
    ],
)
def test_a_source_tells_whether_it_applies_on_the_day(
    standing: Library, described: dict[str, object], expected: list[str]
) -> None:
    description = replace(STUDY.description, **described)  # type: ignore[arg-type]
    assert [kind for kind, _ in told(standing, replace(STUDY, description=description))] == expected


def test_the_days_of_a_legal_source_are_told(standing: Library) -> None:
    lapsed = replace(STUDY, description=replace(STUDY.description, valid_to=date(2026, 5, 31)))
    old = replace(STUDY, description=replace(STUDY.description, last_checked=date(2025, 3, 5)))
    assert told(standing, lapsed)[0][1] == "No longer in force: it applied until 2026-05-31."
    assert told(standing, old)[0][1] == "Last checked 2025-03-05, more than a year ago. See whether it still applies."
    assert told(standing, old, "sv")[0][1].startswith("Senast kontrollerad 2025-03-05, för mer än ett år sedan.")


@pytest.mark.parametrize(
    ("kind", "identifiers", "law"),
    [
        ("statute", (), True),
        ("Lag", (), True),
        ("proposition", (), True),
        ("government bill", (), True),
        ("", (("sfs", "2024:1"),), True),
        ("", (("prop", "2024/25:1"),), True),
        ("report", (("sou", "2024:1"),), False),
        ("billiards survey", (), False),
        ("lagrad", (), False),
        ("quasi-experiment", (), False),
    ],
)
def test_statutes_and_bills_are_known_by_kind_and_number(
    kind: str, identifiers: tuple[tuple[str, str], ...], law: bool
) -> None:
    description = Description("x", kind=kind, identifiers=identifiers)
    assert is_law(replace(STUDY, description=description)) is law


# Of a page and of an appraisal


@pytest.mark.parametrize(
    ("language", "certainty", "sentence"),
    [
        ("en", 0.919, "Read by OCR, 91 % sure; compare with the page."),
        ("sv", 1.0, "Läst med OCR, säkerhet 100 %; jämför med sidan."),
        ("en", None, "Read by OCR; compare with the page."),
    ],
)
def test_a_page_read_by_ocr_tells_how_sure_that_was(language: Language, certainty: float | None, sentence: str) -> None:
    page = Page("a", 1, "1", "Text", Reader.OCR, certainty=certainty)
    assert of_page(page, language) == (Caution("ocr", "a", sentence),)
    assert of_page(replace(page, reader=Reader.PDFIUM), language) == ()


def test_only_a_provisional_appraisal_is_cautioned_about() -> None:
    appraisal = Appraisal("a", "Eva", TODAY)
    assert of_appraisal(appraisal, "en") == ()
    (caution,) = of_appraisal(replace(appraisal, confirmed=False), "en")
    assert (caution.kind, caution.text) == ("provisional", "The appraisal is provisional: it has not been confirmed.")


# In an answer


def test_an_answer_that_cites_a_withdrawn_study_says_so_on_quote_card_and_in_words(debate: Library) -> None:
    towns = id_of(debate, "towns")
    change(debate, "towns", state=State.WITHDRAWN, withdrawal=withdrawn(Withdrawn.RETRACTED))
    answer = ask(debate, LIGHT, choice=EVERYONE, today=TODAY)
    said = "Withdrawn 2026-03-05: the study has been retracted. Reason: The data were made up."
    wanted = (Caution("retracted", towns, said),)
    quotes = [citation for citation in (*answer.citations, *answer.more) if citation.study_id == towns]
    assert quotes
    assert all(quote.cautions == wanted for quote in quotes)
    assert [card.cautions for card in answer.cards if card.study_id == towns] == [wanted]
    assert answer.notices[-1] == f"“{debate.study(towns).title}”: {said}"
    others = [card.cautions for card in answer.cards if card.study_id != towns]
    assert others
    assert not any(others)


def test_a_superseded_study_answers_only_where_withdrawn_ones_are_asked_for(debate: Library) -> None:
    towns, newark = id_of(debate, "towns"), id_of(debate, "newark")
    change(debate, "towns", state=State.WITHDRAWN, withdrawal=withdrawn(Withdrawn.SUPERSEDED, newark))
    assert towns not in {card.study_id for card in ask(debate, LIGHT).cards}
    answer = ask(debate, LIGHT, choice=EVERYONE)
    (card,) = (card for card in answer.cards if card.study_id == towns)
    assert [caution.kind for caution in card.cautions] == ["superseded"]
    assert newark in card.cautions[0].text


def test_hits_and_nearest_sources_bear_their_cautions_too(debate: Library) -> None:
    change(debate, "towns", description=replace(debate.study(id_of(debate, "towns")).description, kind="statute"))
    hits = {hit.study_id: [caution.kind for caution in hit.cautions] for hit in search(debate, LIGHT).hits}
    assert hits.pop(id_of(debate, "towns")) == ["unchecked"]
    assert set(map(tuple, hits.values())) == {()}
    answer = ask(debate, "Do congestion charges shorten queues at harbour tollbooths?")
    assert not answer.answered
    assert answer.notices == ()
    assert {c.kind for hit in answer.nearest for c in hit.cautions} == {"unchecked"}


def test_whether_a_law_applies_depends_on_the_day_that_is_asked_for(debate: Library) -> None:
    described = debate.study(id_of(debate, "towns")).description
    change(debate, "towns", description=replace(described, valid_to=date(2026, 6, 30), last_checked=TODAY))
    before, after = ask(debate, LIGHT, today=TODAY), ask(debate, LIGHT, today=date(2026, 7, 1))
    assert before.notices == ()
    assert after.notices == (f"“{described.title}”: No longer in force: it applied until 2026-06-30.",)


def test_quotes_read_by_ocr_are_named_with_how_sure_it_was(debate: Library) -> None:
    towns = id_of(debate, "towns")
    with closing(sqlite3.connect(debate.folder / "record.sqlite3")) as connection, connection:
        connection.execute("UPDATE pages SET reader = 'ocr', certainty = 0.91 WHERE study_id = ?", (towns,))
    answer = ask(debate, LIGHT)
    (quote,) = (c for c in (*answer.citations, *answer.more) if c.study_id == towns)
    assert (quote.read_by_ocr, quote.certainty) == (True, 0.91)
    assert [caution.text for caution in quote.cautions] == ["Read by OCR, 91 % sure; compare with the page."]
    assert answer.notices == (f"Read by OCR: [{quote.n}] (91 % sure). Compare with the page.",)
    assert {c.read_by_ocr for c in answer.citations if c.study_id != towns} == {False}


def test_a_provisional_appraisal_is_told_on_the_card_and_not_as_a_notice(debate: Library) -> None:
    towns = id_of(debate, "towns")
    debate.record.appraise(Appraisal(towns, "Bo", TODAY, sms_level="3", confirmed=False))
    answer = ask(debate, LIGHT)
    (card,) = (card for card in answer.cards if card.study_id == towns)
    assert (card.appraised_by, card.appraised_on, card.confirmed) == ("Bo", TODAY, False)
    assert [caution.kind for caution in card.cautions] == ["provisional"]
    assert answer.notices == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_filters_come_before_cautions_in_the_readers_language(debate: Library, language: Language) -> None:
    change(debate, "towns", state=State.WITHDRAWN, withdrawal=withdrawn(Withdrawn.OTHER))
    question = LJUS if language == "sv" else LIGHT
    first, second = ask(debate, question, choice=EVERYONE).notices
    opening = {"sv": ("Urval: ", "”Street"), "en": ("Filters: ", "“Street")}[language]
    assert (first[: len(opening[0])], second[: len(opening[1])]) == opening
