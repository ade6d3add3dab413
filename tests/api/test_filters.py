"""Filters at every door: options of a command, parameters of an address, JSON, and a chat assistant's arguments."""

import inspect
import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.filters import FILTERS, BadFilters, choice_in, choice_of, with_filters
from api.mcp import Tools
from corpus.choice import Choice
from corpus.library import Library
from corpus.study import Appraisal, State, Withdrawal, Withdrawn
from tests.api.test_cli import DONE, LIGHT, SOMETHING_FAILED, WRONG_CALL, Amp, batch
from tests.api.test_mcp import call, given, sentence
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import settings_in

pytestmark = pytest.mark.slow

NOTHING = {f.name: f.nothing for f in FILTERS}
SWEDISH = "Filters: language of the study: sv. Left: 1 of 2 studies; passages: 2."
LEFT = {"sv": 2, "en": 0}


# From what is given to a choice


def test_every_filter_of_a_choice_can_be_given_at_the_doors() -> None:
    assert [f.field for f in FILTERS] == [field.name for field in fields(Choice)]


def test_what_is_not_given_is_no_choice() -> None:
    assert choice_of(NOTHING) is None
    assert choice_in(None) is None


def test_what_is_given_is_one_choice() -> None:
    asked = NOTHING | {"kind": ["review", "rct"], "year_from": 2010, "with_withdrawn": True, "sms_least": 3}
    assert choice_of(asked) == Choice(kinds=("review", "rct"), year_from=2010, withdrawn=True, sms_least=3)


@pytest.mark.parametrize("form", [{"kind": ["review"]}, {"kinds": "review"}, {"year_from": "x"}, [], "sv"])
def test_json_that_is_no_choice_is_told_with_what_there_is(form: object) -> None:
    with pytest.raises(BadFilters) as raised:
        choice_in(form)
    assert "year_from" in raised.value.sentence("en")


def test_a_command_with_filters_keeps_its_own_options_and_gets_the_filters_as_one() -> None:
    got: list[Any] = []

    def command(question: str, k: int = 10, *, filters: dict[str, Any]) -> None:
        """Find."""
        got.append((question, k, filters))

    wrapped = with_filters(command)
    names = list(inspect.signature(wrapped).parameters)
    assert names == ["question", "k", *(f.name for f in FILTERS)]
    wrapped(question="x", k=3, **NOTHING)
    assert (got, wrapped.__doc__) == ([("x", 3, NOTHING)], "Find.")


# On the command line


@pytest.mark.parametrize("command", ["ask", "search"])
def test_each_filter_is_an_option_explained_in_both_languages(amp: Amp, command: str) -> None:
    told = " ".join(amp(command, "--help").stdout.split())
    for f in FILTERS:
        assert f"--{f.name.replace('_', '-')} " in told
        assert " / " in f.help


def test_a_search_is_limited_by_options_and_says_so(filled: Amp) -> None:
    shown = filled("search", LIGHT, "--study-language", "sv")
    assert shown.exit_code == DONE
    text = " ".join(shown.stdout.split())
    assert text.startswith(SWEDISH)
    assert "Shown: 2 in Swedish, 0 in English." in text
    asked = filled("search", LIGHT, "--study-language", "sv", "--json")
    assert {hit["file"] for hit in json.loads(asked.stdout)} == {"friakare.pdf"}
    assert " ".join(asked.stderr.split()) == SWEDISH


def test_an_answer_is_limited_by_options_and_says_so(filled: Amp) -> None:
    answer = json.loads(filled("ask", LIGHT, "--study-language", "sv", "--json").stdout)
    assert (answer["searched"], answer["notices"], answer["choice"]["languages"]) == (LEFT, [SWEDISH], ["sv"])
    assert SWEDISH in " ".join(filled("ask", LIGHT, "--study-language", "sv").stdout.split())


def test_options_add_up_and_may_leave_nothing(filled: Amp) -> None:
    shown = filled("ask", LIGHT, "--study-language", "sv", "--study-language", "en", "--year-to", "1800")
    assert shown.exit_code == DONE
    told = "No study in the library meets: year: 1800 or earlier; language of the study: sv, en."
    assert told in " ".join(shown.stdout.split())


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--levy", "forced", "The filter levy cannot be “forced”. Choose from: compulsory, voluntary."),
        ("--side", "sv", "The filter sides cannot be “sv”. Choose from: swedish, international, not_stated."),
        ("--sms-least", "6", "The filter sms_least cannot be “6”. Choose from: 1, 2, 3, 4, 5."),
        ("--kind", " ", "The filter kinds is empty. Write what to filter by, or leave it out."),
        ("--study", "nope", "No study has the id nope."),
    ],
)
def test_a_value_that_cannot_be_ends_the_call_with_a_sentence(
    filled: Amp, command: str, option: str, value: str, told: str
) -> None:
    called = filled(command, LIGHT, option, value)
    assert (called.exit_code, called.stdout) == (WRONG_CALL, "")
    assert told in " ".join(called.stderr.split())


def test_a_batch_is_limited_by_options_or_line_by_line(filled: Amp) -> None:
    lines = batch(
        filled,
        {"id": "a", "question": LIGHT},
        {"id": "b", "question": LIGHT, "choice": {"languages": ["en"]}},
        {"id": "c", "question": LIGHT, "choice": {"language": ["en"]}},
    )
    a, b, c = filled.lines("ask", "--batch", lines, "--study-language", "sv", "--json")
    assert (a["searched"], b["searched"]) == (LEFT, {"sv": 0, "en": 2})
    assert (c["id"], c["error"]["code"]) == ("c", "bad_filters")
    searched = filled("search", "--batch", lines, "--study-language", "sv", "--json")
    assert searched.exit_code == SOMETHING_FAILED
    a, b, c = (json.loads(line) for line in searched.stdout.splitlines())
    assert ({hit["language"] for hit in a["hits"]}, a["notices"]) == ({"sv"}, [SWEDISH])
    assert {hit["language"] for hit in b["hits"]} == {"en"}
    assert c["error"]["code"] == "bad_filters"


def withdraw(amp: Amp, name: str = "lighting.pdf") -> str:
    """Withdraw a study of the library of `amp`; its id."""
    with Library(settings_in(amp.folder), write=True, embedder=FakeEmbedder()) as library:
        study = next(study for study in library.record.studies() if study.file_name == name)
        withdrawal = Withdrawal(Withdrawn.RETRACTED, "Made up.", "Eva", date(2026, 3, 5))
        library.record.change_study(replace(study, state=State.WITHDRAWN, withdrawal=withdrawal))
        library.record.appraise(Appraisal(study.id, "Eva", date(2026, 3, 5), "panel", "3", confirmed=False))
    return study.id


@pytest.mark.slow
def test_a_withdrawn_study_is_shown_as_that_in_hits_answers_and_briefs(filled: Amp) -> None:
    said = "Withdrawn 2026-03-05: the study has been retracted. Reason: Made up."
    withdraw(filled)
    assert "lighting.pdf" not in {hit["file"] for hit in json.loads(filled("search", LIGHT, "--json").stdout)}
    assert said in " ".join(filled("search", LIGHT, "--with-withdrawn").stdout.split())
    brief = filled.folder / "brief.md"
    text = " ".join(filled("ask", LIGHT, "--with-withdrawn", "--to", brief).stdout.split())
    assert text.count(said) >= 3  # as a notice, beneath the quote and on the card
    assert "The appraisal is provisional: it has not been confirmed." in text
    written = " ".join(brief.read_text("utf-8").split())
    assert written.count("the study has been retracted") >= 3
    assert "provisional" in written


@pytest.mark.slow
def test_a_kept_answer_tells_that_its_source_was_withdrawn_since(filled: Amp) -> None:
    filled.environment["AMP_SAVE_ANSWERS"] = "true"
    filled("ask", LIGHT, "--keep")
    (head,) = filled.lines("answers", "list", "--json")
    withdraw(filled)
    text = " ".join(filled("answers", "show", head["id"]).stdout.split())
    assert "The corpus has changed since" in text
    assert "Since the answer was kept: – “Street lighting and crime”: Withdrawn 2026-03-05" in text
    (kept,) = filled.lines("answers", "show", head["id"], "--json")
    assert [caution["kind"] for caution in kept["changed"]["since"]] == ["retracted"]


# Over HTTP


def test_an_address_takes_every_filter(reading: TestClient) -> None:
    found = reading.get("/v1/search", params={"q": LIGHT, "study_language": "sv"}).json()
    assert (found["searched"], found["notices"], found["choice"]["languages"]) == (LEFT, [SWEDISH], ["sv"])
    several = reading.get("/v1/search", params={"q": LIGHT, "study_language": ["sv", "en"], "published": "true"})
    assert several.json()["choice"] == json.loads(
        json.dumps({**found["choice"], "languages": ["sv", "en"], "published": True})
    )


def test_a_question_takes_filters_as_json(reading: TestClient) -> None:
    answer = reading.post("/v1/questions", json={"question": LIGHT, "choice": {"languages": ["sv"]}}).json()
    assert (answer["searched"], answer["notices"]) == (LEFT, [SWEDISH])


def test_a_stream_takes_filters_as_json(reading: TestClient) -> None:
    form = {"question": LIGHT, "choice": {"languages": ["sv"]}}
    streamed = reading.post("/v1/questions", json=form, headers={"accept": "text/event-stream"})
    assert SWEDISH in streamed.text


def test_a_follow_up_over_http_keeps_the_filters_of_the_question_before(reading: TestClient) -> None:
    after = {"text": LIGHT, "choice": {"languages": ["sv"]}}
    kept = reading.post("/v1/questions", json={"question": "And violent crime?", "after": after}).json()
    assert (kept["choice"]["languages"], kept["searched"]) == (["sv"], LEFT)
    own = {"question": "And violent crime?", "after": after, "choice": {}}
    assert reading.post("/v1/questions", json=own).json()["searched"] == {"sv": 2, "en": 2}


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"levy": ["forced"]}, "unknown_choice"),
        ({"year_from": 2020, "year_to": 2010}, "bad_years"),
        ({"kinds": [""]}, "empty_choice"),
        ({"kind": ["review"]}, "invalid_request"),
        ({"year_from": "soon"}, "invalid_request"),
    ],
)
def test_filters_that_cannot_be_are_refused_over_http(
    reading: TestClient, filters: dict[str, object], code: str
) -> None:
    refused = reading.post("/v1/questions", json={"question": LIGHT, "choice": filters})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, code)


def test_an_address_with_a_filter_that_cannot_be_is_refused(reading: TestClient) -> None:
    refused = reading.get("/v1/search", params={"q": LIGHT, "levy": "forced"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_choice")
    assert "compulsory, voluntary" in refused.json()["error"]["sv"]
    missing = reading.get("/v1/search", params={"q": LIGHT, "study": "nope"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "unknown_study")


# For chat assistants


@pytest.mark.slow
def test_a_chat_assistant_may_choose_too(standing: Library) -> None:
    choice = {"languages": ["sv"]}
    assert given(call(standing, "ask", question=LIGHT, choice=choice))["notices"] == [SWEDISH]
    assert given(call(standing, "search", question=LIGHT, choice=choice))["searched"] == LEFT


@pytest.mark.slow
def test_a_chat_assistant_is_told_what_it_may_choose_from(standing: Library) -> None:
    refused = call(standing, "ask", question=LIGHT, choice={"levy": ["forced"]})
    assert sentence(refused) == "The filter levy cannot be “forced”. Choose from: compulsory, voluntary."
    refused = call(standing, "search", question=LIGHT, choice={"kind": ["review"]})
    assert "kind" in sentence(refused)


def test_tools_take_the_same_choice_as_the_other_doors() -> None:
    for tool in (Tools.ask, Tools.search):
        assert "Filters" in str(inspect.signature(tool).parameters["choice"].annotation)
