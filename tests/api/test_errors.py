"""Every error is a sentence, in the reader's language and in both, under one stable code."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from corpus.library import Library
from corpus.words import LANGUAGES, say
from tests.fakes import LIGHTING

PDF = {"content-type": "application/pdf"}
JSON = {"content-type": "application/json"}


@pytest.fixture
def narrow(library: Library) -> Iterator[TestClient]:
    """A client of a server that takes in one MiB at most."""
    settings = library.settings.model_copy(update={"max_upload_mb": 1})
    with TestClient(create_app(settings, library), headers={"accept-language": "en"}) as client:
        yield client


def error_of(response: Response, status: int, code: str) -> dict[str, str]:
    """The error of a response, its form and its languages checked."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"error"}
    error: dict[str, str] = response.json()["error"]
    assert error.keys() == {"code", "message", "sv", "en"}
    assert error["code"] == code
    assert error["message"] == error["en"] != error["sv"]
    assert error["sv"].endswith(".")
    assert error["en"].endswith(".")
    return error


# What is not there


@pytest.mark.parametrize("path", ["", "/pages/1", "/pages/1/image"])
def test_an_unknown_study_is_named(reading: TestClient, path: str) -> None:
    error = error_of(reading.get(f"/v1/studies/nope{path}"), 404, "unknown_study")
    assert error["en"] == "No study has the id nope. 'amp studies' lists those there are."
    assert error["sv"] == "Ingen studie har id nope. 'amp studies' visar dem som finns."


def test_an_unknown_study_cannot_be_removed(reading: TestClient) -> None:
    error_of(reading.delete("/v1/studies/nope"), 404, "unknown_study")


@pytest.mark.parametrize("path", ["3", "3/image", "1000000"])
def test_a_page_after_the_last_is_unknown(reading: TestClient, lighting: str, path: str) -> None:
    error = error_of(reading.get(f"/v1/studies/{lighting}/pages/{path}"), 404, "unknown_page")
    assert error["en"] == f"The study {lighting} has no page {path.split('/', maxsplit=1)[0]}."


@pytest.mark.parametrize("number", ["0", "-1", "one", "1.5", "99999999999999999999"])
def test_what_is_no_page_number_is_refused(reading: TestClient, lighting: str, number: str) -> None:
    for path in (number, f"{number}/image"):
        error = error_of(reading.get(f"/v1/studies/{lighting}/pages/{path}"), 422, "invalid_request")
        assert "path.page" in error["en"]


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/studies", "/v1/nothing", "/docs"])
def test_a_wrong_address_leads_to_the_list_of_addresses(reading: TestClient, path: str) -> None:
    assert "/openapi.json" in error_of(reading.get(path), 404, "no_such_address")["en"]


def test_a_wrong_method_is_told_from_a_wrong_address(reading: TestClient) -> None:
    error_of(reading.put("/v1/studies"), 405, "wrong_method")
    error_of(reading.get("/v1/questions"), 405, "wrong_method")


# Questions that cannot be asked

CANNOT_BE_ASKED = [
    ("", "empty_question", "The question is empty."),
    ("   ", "empty_question", "Write what you want to know in a sentence."),
    ("???", "empty_question", "The question is empty."),
    ("a" * 5000, "long_question", "The question has 5000 characters, and the limit is 2000."),
    ("Wie verringert bessere Beleuchtung die Einbrüche?", "other_language", "another language (de)"),
]


@pytest.mark.parametrize(("text", "code", "said"), CANNOT_BE_ASKED)
def test_a_question_that_cannot_be_asked_is_told_why(reading: TestClient, text: str, code: str, said: str) -> None:
    assert said in error_of(reading.post("/v1/questions", json={"question": text}), 422, code)["en"]
    assert said in error_of(reading.get("/v1/search", params={"q": text}), 422, code)["en"]


@pytest.mark.parametrize("k", [0, -5, 201, 10_000])
def test_a_number_of_hits_out_of_range_is_told_the_range(reading: TestClient, k: int) -> None:
    error = error_of(reading.get("/v1/search", params={"q": "lighting", "k": k}), 422, "bad_count")
    assert error["en"] == f"{k} hits were asked for. Ask for between 1 and 200."


@pytest.mark.parametrize(
    "sent", ["{not json", "", "[]", "{}", '{"question": 7}', '{"question": null}', '"lighting"', b"\xff\xfe"]
)
def test_what_is_no_question_in_json_is_refused(reading: TestClient, sent: str | bytes) -> None:
    error = error_of(reading.post("/v1/questions", content=sent, headers=JSON), 422, "invalid_request")
    assert "body" in error["en"]


def test_a_search_without_a_question_is_refused(reading: TestClient) -> None:
    assert "query.q" in error_of(reading.get("/v1/search"), 422, "invalid_request")["en"]


def test_half_characters_in_a_question_do_not_bring_the_server_down(reading: TestClient) -> None:
    answered = reading.post("/v1/questions", content=b'{"question": "street lighting \\ud800"}', headers=JSON)
    assert (answered.status_code, answered.json()["question"]) == (200, "street lighting ?")


# Files that cannot be taken in


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data; boundary=x"])
def test_a_body_that_was_not_sent_as_a_pdf_is_told_how(reading: TestClient, kind: str | None) -> None:
    sent = reading.post("/v1/studies", content=LIGHTING, headers={"content-type": kind} if kind else {})
    assert "'Content-Type: application/pdf'" in error_of(sent, 422, "not_pdf_body")["en"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"hello", "The file report.pdf is not a PDF. Only PDF files can be added."),
        (b"", "The file report.pdf is empty. Get it again from where it came."),
    ],
)
def test_a_body_that_is_no_pdf_gets_a_receipt_that_says_so(client: TestClient, data: bytes, reason: str) -> None:
    sent = client.post("/v1/studies", content=data, headers=PDF, params={"file": "report.pdf"})
    assert sent.status_code == 422
    assert (sent.json()["status"], sent.json()["study_id"], sent.json()["reason"]) == ("failed", None, reason)
    assert client.get("/v1/studies").json() == []


def test_a_body_over_the_limit_is_refused_unread(narrow: TestClient) -> None:
    sent = narrow.post("/v1/studies", content=LIGHTING + b" " * (1 << 20), headers=PDF)
    assert "AMP_MAX_UPLOAD_MB" in error_of(sent, 413, "body_too_large")["en"]
    assert narrow.get("/v1/studies").json() == []


def test_a_body_over_the_limit_is_refused_while_it_comes(narrow: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield LIGHTING
        yield from (b" " * (1 << 16) for _ in range(17))

    error_of(narrow.post("/v1/studies", content=pieces(), headers=PDF), 413, "body_too_large")


def test_a_question_over_the_limit_of_a_body_is_refused_too(narrow: TestClient) -> None:
    error_of(narrow.post("/v1/questions", json={"question": "a" * (1 << 20)}), 413, "body_too_large")


def test_a_body_at_the_limit_is_taken(narrow: TestClient) -> None:
    padded = LIGHTING + b"\n" * ((1 << 20) - len(LIGHTING))
    assert narrow.post("/v1/studies", content=padded, headers=PDF).status_code == 201


def test_the_server_goes_on_after_a_refusal(narrow: TestClient) -> None:
    narrow.post("/v1/studies", content=b"x" * (2 << 20), headers=PDF)
    assert narrow.post("/v1/studies", content=LIGHTING, headers=PDF).status_code == 201


# In whose language


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("de, en;q=0.5", "en"),
        ("EN", "en"),
        ("de", "sv"),
        ("", "sv"),
        (";;,,q=", "sv"),
    ],
)
def test_the_reader_chooses_the_language_of_the_sentence(reading: TestClient, asked: str, language: str) -> None:
    error = reading.get("/v1/search", params={"q": "?"}, headers={"accept-language": asked}).json()["error"]
    assert error["message"] == error[language]
    assert {error[name] for name in LANGUAGES} == {say("empty_question", "sv"), say("empty_question", "en")}


def test_a_receipt_gives_its_reason_in_the_reader_s_language(client: TestClient) -> None:
    headers = {**PDF, "accept-language": "sv"}
    receipt = client.post("/v1/studies", content=b"hello", headers=headers).json()
    assert receipt["reason"].endswith("är inte en PDF. Bara PDF-filer kan läggas till.")
