"""Versions over HTTP: proposed by software, decided by a person."""

import pytest
from fastapi.testclient import TestClient

from corpus.library import Library
from ingest.alike import propose_all
from tests.ingest.test_alike import PAGES, prose, put

CORRECTED = [*PAGES[:2], PAGES[2].replace("the", "a", 1), PAGES[3], *(prose(f"more {i}") for i in range(3))]


pytestmark = pytest.mark.usefixtures("paired")


@pytest.fixture
def paired(library: Library) -> Library:
    """A report of four pages, a corrected one with three more, and another study."""
    put(library, "report", PAGES[:4], title="Lamps", year=2020)
    put(library, "corrected", CORRECTED, title="Lamps", year=2021)
    put(library, "other", [prose("other")])
    propose_all(library)
    return library


def test_pairs_are_listed_with_both_studies_and_sentences(client: TestClient) -> None:
    (found,) = client.get("/v1/versions").json()
    assert (found["kind"], found["state"], found["pages"]) == (
        "near_text",
        "proposed",
        [[3, 3], [5, None], [6, None], [7, None]],
    )
    assert {found[side]["id"] for side in ("first", "second")} == {"report", "corrected"}
    assert found["sentences"][0] == "Nearly the same text"
    assert found["sentences"][-2:] == ["Page 3 differs.", "Pages 5–7 are only in corrected."]


def test_sentences_come_in_the_readers_language(client: TestClient) -> None:
    (found,) = client.get("/v1/versions", headers={"accept-language": "sv"}).json()
    assert found["sentences"][-2:] == ["Sidan 3 skiljer sig.", "Sidorna 5–7 finns bara i corrected."]


@pytest.mark.parametrize(("query", "count"), [("study=report", 1), ("study=other", 0), ("state=rejected", 0)])
def test_pairs_are_listed_by_study_and_state(client: TestClient, query: str, count: int) -> None:
    assert len(client.get(f"/v1/versions?{query}").json()) == count


def test_a_pair_is_confirmed(client: TestClient) -> None:
    answer = client.post("/v1/versions/1/confirm?by=Åsa")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["said_by"]) == ("confirmed", "Åsa")
    assert client.get("/v1/studies/report").json()["version_of"] == "corrected"  # the newer one stands for the work
    assert client.get("/v1/studies/corrected").json()["version_of"] is None


def test_the_version_to_show_can_be_named(client: TestClient) -> None:
    client.post("/v1/versions/1/confirm?keep=report")
    assert client.get("/v1/studies/corrected").json()["version_of"] == "report"


def test_a_pair_is_rejected_and_stays_so(client: TestClient, paired: Library) -> None:
    assert client.post("/v1/versions/1/reject").json()["state"] == "rejected"
    assert propose_all(paired) == []
    assert client.get("/v1/versions?state=proposed").json() == []


def test_a_version_is_set_and_taken_back(client: TestClient) -> None:
    answer = client.put("/v1/studies/other/version_of", json={"study_id": "report"})
    assert (answer.status_code, answer.json()["version_of"], answer.json()["edition"]) == (200, "report", 1)
    answer = client.delete("/v1/studies/other/version_of")
    assert (answer.status_code, answer.json()["version_of"], answer.json()["edition"]) == (200, None, 2)


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("POST", "versions/99/confirm", 404, "unknown_link"),
        ("POST", "versions/99/reject", 404, "unknown_link"),
        ("POST", "versions/1/confirm?keep=other", 422, "not_in_link"),
        ("PUT", "studies/gone/version_of", 404, "unknown_study"),
        ("PUT", "studies/report/version_of", 422, "version_of_itself"),
        ("DELETE", "studies/gone/version_of", 404, "unknown_study"),
        ("POST", "versions/one/reject", 422, "invalid_request"),
    ],
)
def test_what_cannot_be_done_is_told(client: TestClient, method: str, address: str, status: int, code: str) -> None:
    answer = client.request(method, f"/v1/{address}", json={"study_id": "report"} if method == "PUT" else None)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_circle_is_refused_as_a_conflict(client: TestClient) -> None:
    client.put("/v1/studies/other/version_of", json={"study_id": "report"})
    answer = client.put("/v1/studies/report/version_of", json={"study_id": "other"})
    assert answer.status_code == 409
    assert "Lamps (report) → other (other) → Lamps (report)" in answer.json()["error"]["sv"]
