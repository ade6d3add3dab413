"""Imports over HTTP."""

from fastapi.testclient import TestClient

from api.app import create_app
from corpus.library import Library
from corpus.settings import Settings
from tests.ingest.records import CSV, RIS


def test_records_are_imported_from_the_body(client: TestClient) -> None:
    answer = client.post("/v1/imports?file=lista.ris&by=Anna", content=RIS.encode())
    assert answer.status_code == 200
    body = answer.json()
    assert (body["file"], body["kind"], body["counts"]["wanted"]) == ("lista.ris", "ris", 2)
    assert [record["status"] for record in body["records"]] == ["wanted", "wanted"]
    assert len(client.get("/v1/studies").json()) == 2
    again = client.post("/v1/imports?file=lista.ris", content=RIS.encode()).json()
    assert again["counts"]["unchanged"] == 2


def test_a_bad_record_is_told_in_the_readers_language(client: TestClient) -> None:
    answer = client.post("/v1/imports?file=lista.csv", content=CSV.encode(), headers={"accept-language": "sv"})
    assert answer.status_code == 200
    assert answer.json()["records"][0]["reason"].startswith("Rad 2: raden har 6 fält")


def test_a_body_of_something_else_is_a_sentence(client: TestClient) -> None:
    answer = client.post("/v1/imports?file=a.pdf", content=b"%PDF-1.7")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "import_not_records")
    empty = client.post("/v1/imports?file=a.ris", content=b"")
    assert (empty.status_code, empty.json()["error"]["code"]) == (422, "import_nothing_in")
    assert client.post("/v1/imports?kind=xls", content=b"x").json()["error"]["code"] == "invalid_request"


def test_a_body_over_the_limit_is_refused(settings: Settings, library: Library) -> None:
    small = settings.model_copy(update={"max_upload_mb": 1})
    with TestClient(create_app(small, library)) as client:
        answer = client.post("/v1/imports?file=a.ris", content=b"x" * (2 << 20))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
