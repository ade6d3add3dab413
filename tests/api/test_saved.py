"""Kept answers over HTTP."""

from collections.abc import Iterator

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from api import saved
from api.access import admit
from api.app import create_app
from corpus.library import Library
from retriever.saved import FILE
from tests.fakes import LIGHTING

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

LIGHT = "Does street lighting reduce property crime?"


def with_answers(app: FastAPI) -> FastAPI:
    """The application with the doors to kept answers, which it may have already."""
    if not any(path.startswith("/v1/answers") for path in app.openapi()["paths"]):
        app.openapi_schema = None
        app.include_router(saved.router, prefix="/v1", dependencies=[Depends(admit)])
    return app


def client_of(library: Library, save_answers: bool) -> TestClient:
    library.settings = library.settings.model_copy(update={"save_answers": save_answers})
    return TestClient(with_answers(create_app(library.settings, library)), headers={"accept-language": "en"})


@pytest.fixture
def keeping(small_library: Library) -> Iterator[TestClient]:
    """A client of a server that keeps answers."""
    with client_of(small_library, save_answers=True) as client:
        yield client


def test_an_answer_that_is_kept_is_reopened_as_it_was_given(keeping: TestClient) -> None:
    posted = keeping.post("/v1/answers", json={"question": LIGHT})
    assert posted.status_code == 201
    kept = posted.json()
    assert kept["answer"] == keeping.post("/v1/questions", json={"question": LIGHT}).json()
    reopened = keeping.get(f"/v1/answers/{kept['id']}").json()
    change = reopened.pop("changed")
    assert reopened == kept
    assert (change["corpus"], change["model"], change["gone"]) == (False, False, [])
    assert change["quotes"]
    assert all(quote["stands"] for quote in change["quotes"])


def test_a_kept_answer_goes_with_the_study_that_it_quotes(keeping: TestClient) -> None:
    kept = keeping.post("/v1/answers", json={"question": LIGHT}).json()
    keeping.delete(f"/v1/studies/{kept['answer']['citations'][0]['study_id']}")
    gone = keeping.get(f"/v1/answers/{kept['id']}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "unknown_answer")


def test_kept_answers_are_listed(keeping: TestClient) -> None:
    assert keeping.get("/v1/answers").json() == []
    kept = keeping.post("/v1/answers", json={"question": LIGHT, "only": "en"}).json()
    assert keeping.get("/v1/answers").json() == [
        {"id": kept["id"], "question": LIGHT, "saved_on": kept["saved_on"], "answered": True}
    ]


def test_a_kept_answer_is_deleted_and_then_it_is_unknown(keeping: TestClient) -> None:
    one, other = (keeping.post("/v1/answers", json={"question": LIGHT}).json()["id"] for _ in range(2))
    deleted = keeping.delete(f"/v1/answers/{one}")
    assert (deleted.status_code, deleted.content) == (204, b"")
    for missing in (keeping.get(f"/v1/answers/{one}"), keeping.delete(f"/v1/answers/{one}")):
        assert missing.json()["error"]["code"] == "unknown_answer"
        assert one in missing.json()["error"]["message"]
    assert keeping.get(f"/v1/answers/{other}").status_code == 200


def test_all_kept_answers_are_deleted_at_once(keeping: TestClient) -> None:
    for _ in range(3):
        keeping.post("/v1/answers", json={"question": LIGHT})
    assert keeping.delete("/v1/answers").status_code == 204
    assert keeping.get("/v1/answers").json() == []


def test_nothing_is_kept_where_keeping_is_off(small_library: Library) -> None:
    with client_of(small_library, save_answers=False) as client:
        refused = client.post("/v1/answers", json={"question": LIGHT})
        assert refused.json()["error"]["code"] == "saving_off"
        assert "AMP_SAVE_ANSWERS" in refused.json()["error"]["sv"]
        assert client.get("/v1/answers").json() == []
    assert not (small_library.folder / FILE).exists()


def test_an_ordinary_question_keeps_nothing(keeping: TestClient, small_library: Library) -> None:
    keeping.post("/v1/questions", json={"question": LIGHT})
    assert not (small_library.folder / FILE).exists()


def test_a_question_that_cannot_be_asked_is_not_kept(keeping: TestClient) -> None:
    assert keeping.post("/v1/answers", json={"question": " "}).json()["error"]["code"] == "empty_question"
    assert keeping.post("/v1/answers", json={"question": LIGHT, "only": "de"}).status_code == 422
    assert keeping.get("/v1/answers").json() == []


FOLLOWING = "And violent crime?"


@pytest.mark.parametrize(
    ("after", "dropped", "terms"),
    [
        (LIGHT, [], ["street lighting", "reduce", "property crime"]),
        (LIGHT, ["Reduce"], ["street lighting", "property crime"]),
        ({"text": "And women?", "carried": ["street lighting"]}, [], ["street lighting", "women"]),
    ],
)
def test_the_question_before_comes_along_with_what_it_carried(
    keeping: TestClient, after: object, dropped: list[str], terms: list[str]
) -> None:
    posted = keeping.post("/v1/answers", json={"question": FOLLOWING, "after": after, "dropped": dropped})
    assert posted.status_code == 201, posted.text
    assert [carried["term"] for carried in posted.json()["answer"]["carried"]] == terms


@pytest.mark.parametrize("after", [{}, {"after": None}, {"after": ""}])
def test_a_follow_up_with_nothing_before_it_is_told_so(keeping: TestClient, after: dict[str, str | None]) -> None:
    refused = keeping.post("/v1/answers", json={"question": "And at night?", **after})
    assert refused.json()["error"]["code"] == "nothing_before"


def test_kept_answers_outlive_the_server(keeping: TestClient, small_library: Library) -> None:
    kept = keeping.post("/v1/answers", json={"question": LIGHT}).json()
    keeping.post("/v1/studies", content=LIGHTING, headers={"content-type": "application/pdf"})
    with client_of(small_library, save_answers=True) as later:
        assert later.get(f"/v1/answers/{kept['id']}").json()["answer"] == kept["answer"]
