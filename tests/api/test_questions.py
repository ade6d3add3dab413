"""`POST /v1/questions`: what an answer holds, a stream of it, follow-ups, and the chat model that may write it."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

import httpx2 as httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from langchain_core.language_models import BaseChatModel

from api.app import create_app
from corpus.library import Library
from tests.fakes import make_pdf
from tests.retriever.libraries import fill
from tests.retriever.test_answering import FELL, LIGHT, UNKNOWN, restates
from tests.retriever.test_write import model_at
from tests.retriever.writer import Asked, Plays, Reply, Writer, says, writer

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

STREAM = {"accept": "text/event-stream"}


@contextmanager
def written_by(library: Library, plays: Plays) -> Iterator[tuple[TestClient, Writer]]:
    """A client of a server whose answers a chat model writes, and that model as a test sees it."""
    with writer(plays) as model, TestClient(create_app(library.settings, library, model_at(model))) as client:
        client.headers["accept-language"] = "en"
        yield client, model


def down() -> BaseChatModel:
    """A chat model at an address where nobody listens any more."""
    with writer(says("")) as gone:
        return model_at(gone)


def ask(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    answered = client.post("/v1/questions", json={"question": question, **more})
    assert answered.status_code == 200, answered.text
    found: dict[str, Any] = answered.json()
    return found


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream: name and data. Each is two lines and an empty one."""
    assert text.endswith("\n\n")
    found = []
    for event in text.removesuffix("\n\n").split("\n\n"):
        name, data = event.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


# What an answer holds


def test_an_answer_has_groups_cards_and_what_it_rests_on(reading: TestClient, lighting: str) -> None:
    answer = ask(reading, LIGHT)
    numbers = [citation["n"] for citation in answer["citations"] + answer["more"]]
    assert sorted(n for group in answer["groups"] for n in group["citations"]) == numbers
    card = next(card for card in answer["cards"] if card["study_id"] == lighting)
    assert card["title"] == "Street lighting and crime"
    assert card["reference"] == "Street lighting and crime. (n.d.)."
    assert (card["design"], card["sms_level"], card["appraised_by"]) == ("", "", "")
    first = card["claims"][0]
    assert (first["outcomes"], first["direction"]) == (["reported_crime"], "lower")
    assert first["figures"] == [{"text": "14 per cent", "unit": "%", "interval": ""}]
    assert answer["evidence"]["works"] == len({citation["study_id"] for citation in answer["citations"]})
    assert answer["evidence"]["appraised"] == 0
    assert (answer["written"], answer["notices"], answer["carried"]) == (False, [], [])


def test_sources_that_disagree_are_compared_by_the_numbers_of_their_quotes(
    client: TestClient, library: Library
) -> None:
    rose = "With new street lighting in Newark, property crime increased and theft with it."
    fill(library, lamps=make_pdf([f"Lamps\n{FELL}"]), newark=make_pdf([f"Newark\n{rose}"]))
    answer = ask(client, LIGHT)
    at = {citation["quote"]: citation["n"] for citation in answer["citations"]}
    assert answer["comparisons"] == [
        {
            "outcome": "reported_crime",
            "verdict": "may_disagree",
            "lower": [at[FELL]],
            "higher": [at[rose]],
            "unchanged": [],
        }
    ]


# Following on


@pytest.mark.parametrize(
    ("dropped", "terms"),
    [
        ([], ["street lighting", "reduce", "property crime"]),
        (["Property Crime"], ["street lighting", "reduce"]),
        (["reduce", "property crime", "street lighting"], []),
    ],
)
def test_a_follow_up_carries_terms_until_they_are_dropped(
    reading: TestClient, dropped: list[str], terms: list[str]
) -> None:
    answer = ask(reading, "And violent crime?", after=LIGHT, dropped=dropped)
    assert [carried["term"] for carried in answer["carried"]] == terms
    assert answer["question"] == "And violent crime?"


def test_a_follow_up_to_a_follow_up_takes_along_what_that_one_carried(reading: TestClient) -> None:
    first = ask(reading, "And violent crime?", after=LIGHT)
    before = {"text": first["question"], "carried": [carried["term"] for carried in first["carried"]]}
    second = ask(reading, "And in town centres?", after=before)
    terms = [carried["term"] for carried in second["carried"]]
    assert {"street lighting", "property crime"} <= set(terms)
    assert any("violent" in term for term in terms)


def test_a_question_that_is_whole_ignores_the_one_before(reading: TestClient) -> None:
    assert ask(reading, LIGHT, after="Do guards reduce theft?") == ask(reading, LIGHT)


@pytest.mark.parametrize("after", [{}, {"after": None}, {"after": ""}])
@pytest.mark.parametrize("headers", [{}, STREAM])
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("And at night?", "“And at night?” refers to an earlier question, and there is none."),
        ("Och för kvinnor?", "“Och för kvinnor?” refers to an earlier question, and there is none."),
    ],
)
def test_a_follow_up_to_nothing_is_refused_with_a_sentence(
    reading: TestClient, question: str, said: str, after: dict[str, None], headers: Mapping[str, str]
) -> None:
    refused = reading.post("/v1/questions", json={"question": question, **after}, headers=dict(headers))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "nothing_before")
    assert refused.json()["error"]["message"].startswith(said)
    assert "syftar på en tidigare fråga" in refused.json()["error"]["sv"]


@pytest.mark.parametrize(
    "after", [7, ["a"], {"carried": ["x"]}, {"text": None}, {"text": LIGHT, "carried": "street lighting"}]
)
def test_an_earlier_question_of_another_form_is_refused(reading: TestClient, after: object) -> None:
    refused = reading.post("/v1/questions", json={"question": "And at night?", "after": after})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")


def test_a_follow_up_to_a_question_in_another_language_is_refused(reading: TestClient) -> None:
    german = "Wie verringert bessere Beleuchtung die Einbrüche?"
    refused = reading.post("/v1/questions", json={"question": "And at night?", "after": german})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "other_language")


# The chat model


def test_an_answer_is_written_by_the_chat_model_where_there_is_one(standing: Library, reading: TestClient) -> None:
    with written_by(standing, restates) as (client, model):
        answer = ask(client, LIGHT)
    plain = ask(reading, LIGHT)
    assert answer["written"] is True
    assert [sentence["text"] for sentence in answer["sentences"]] == [FELL]
    assert answer["citations"] == plain["citations"]
    assert answer["message"] != plain["message"]
    assert len(model.asked) == 1


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_who_wants_quotes_alone_gets_them_and_the_chat_model_is_not_called(
    standing: Library, reading: TestClient, headers: Mapping[str, str]
) -> None:
    with written_by(standing, restates) as (client, model):
        answered = client.post("/v1/questions", json={"question": LIGHT, "written": False}, headers=dict(headers))
    assert model.asked == []
    given = events(answered.text)[0][1] if headers else answered.json()
    assert given == ask(reading, LIGHT)


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_what_is_not_answered_never_reaches_the_chat_model(standing: Library, headers: Mapping[str, str]) -> None:
    with written_by(standing, restates) as (client, model):
        answered = client.post("/v1/questions", json={"question": UNKNOWN}, headers=dict(headers))
    assert model.asked == []
    given = events(answered.text)[0][1] if headers else answered.json()
    assert (given["answered"], given["written"], given["notices"]) == (False, False, [])


@pytest.mark.parametrize(
    ("question", "notice"),
    [
        (LIGHT, "The language model cannot be reached."),
        ("Hur löser man friåkarproblemet?", "Språkmodellen går inte att nå."),
    ],
)
def test_a_chat_model_that_is_down_leaves_the_quotes_and_a_notice(
    standing: Library, reading: TestClient, question: str, notice: str
) -> None:
    with TestClient(create_app(standing.settings, standing, down())) as client:
        answer = ask(client, question)
    assert answer == {**ask(reading, question), "notices": [notice]}


@pytest.mark.parametrize(
    ("how", "notice"),
    [
        (401, "The language model's provider does not accept the key."),
        (429, "The language model's provider takes no more questions at the moment."),
        ("garbage", "What the language model sent back cannot be read."),
    ],
)
def test_whatever_the_chat_model_does_the_quotes_stand_and_one_notice_tells(
    standing: Library, reading: TestClient, how: str | int, notice: str
) -> None:
    with written_by(standing, says("", how)) as (client, _):
        answer = ask(client, LIGHT)
    (told,) = answer.pop("notices")
    assert told.startswith(notice)
    assert answer == {name: value for name, value in ask(reading, LIGHT).items() if name != "notices"}


# As a stream


def test_a_stream_of_a_written_answer_is_the_quotes_each_sentence_and_the_whole(
    standing: Library, reading: TestClient
) -> None:
    with written_by(standing, restates) as (client, _):
        streamed = client.post("/v1/questions", json={"question": LIGHT}, headers=STREAM)
        whole = ask(client, LIGHT)
    assert (streamed.status_code, streamed.headers["cache-control"]) == (200, "no-store")
    assert streamed.headers["content-type"].partition(";")[0] == "text/event-stream"
    first, sentence, last = events(streamed.text)
    assert first == ("answer", ask(reading, LIGHT))
    assert sentence == ("sentence", whole["sentences"][0])
    assert last == ("answer", whole)


def test_a_stream_without_a_chat_model_is_one_answer(reading: TestClient) -> None:
    streamed = reading.post("/v1/questions", json={"question": LIGHT}, headers=STREAM)
    assert events(streamed.text) == [("answer", ask(reading, LIGHT))]


def test_a_stream_from_a_chat_model_that_is_down_ends_with_the_quotes_and_a_notice(
    standing: Library, reading: TestClient
) -> None:
    with TestClient(create_app(standing.settings, standing, down())) as client:
        streamed = client.post("/v1/questions", json={"question": LIGHT}, headers=STREAM)
    plain = ask(reading, LIGHT)
    notice = "The language model cannot be reached."
    assert events(streamed.text) == [("answer", plain), ("answer", {**plain, "notices": [notice]})]


def test_line_breaks_within_an_answer_do_not_end_an_event(reading: TestClient) -> None:
    question = "Does street lighting\nreduce\r\n\r\nproperty\u2028crime?"
    streamed = reading.post("/v1/questions", json={"question": question}, headers=STREAM)
    ((name, answer),) = events(streamed.text)
    assert (name, answer["question"].split()) == ("answer", LIGHT.split())


@pytest.mark.parametrize("question", ["", "Wie verringert bessere Beleuchtung die Einbrüche?", "a" * 5000])
def test_a_question_that_cannot_be_asked_is_refused_before_the_stream_begins(
    reading: TestClient, question: str
) -> None:
    refused = reading.post("/v1/questions", json={"question": question}, headers=STREAM)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/json")
    assert refused.json()["error"]["message"]


@contextmanager
def served(library: Library, model: BaseChatModel) -> Iterator[str]:
    """The address of a real server on loopback: the client above hears a stream only when it has ended."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        app = create_app(library.settings, library, model)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1/questions"
        finally:
            server.should_exit = True
            thread.join()


def until(true: Any, seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def both(asked: Asked) -> Reply:
    """The finding, then a good many words more, fifty a second."""
    return Reply(f"{restates(asked).text} " + "and then " * 25, pause=0.02)


def test_quotes_and_sentences_arrive_before_the_whole_answer_is_written(standing: Library) -> None:
    names = []
    with (
        writer(both) as model,
        served(standing, model_at(model)) as url,
        httpx.stream("POST", url, json={"question": LIGHT}, headers=STREAM, timeout=20) as stream,
    ):
        for line in stream.iter_lines():
            if line.startswith("event: "):
                names.append((line.removeprefix("event: "), len(model.sent)))
    (first, at_first), (second, at_second), (third, at_third) = names
    assert (first, second, third) == ("answer", "sentence", "answer")
    assert at_first < 5  # the quotes are out while the model has hardly begun
    assert at_second < at_third - 30  # and the sentence while it has much of its 50 words left
    assert at_third >= 50
