"""The doors under /v1: what they take and give."""

import hashlib
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image, ImageChops

from corpus.library import Library
from tests.fakes import FREE_RIDERS, LIGHTING, make_pdf

pytestmark = pytest.mark.slow

PDF = {"content-type": "application/pdf"}
FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."
LIGHT = "Does street lighting reduce property crime?"


def add(client: TestClient, data: bytes, **query: str | int) -> Response:
    return client.post("/v1/studies", content=data, headers=PDF, params=query)


# Questions


def test_a_question_is_answered_with_a_quote_and_its_page(reading: TestClient, lighting: str) -> None:
    answered = reading.post("/v1/questions", json={"question": LIGHT})
    assert answered.status_code == 200
    answer = answered.json()
    first = answer["citations"][0]
    assert (answer["answered"], answer["language"], answer["searched"]) == (True, "en", {"sv": 2, "en": 2})
    assert (first["quote"], first["page"], first["study_id"]) == (FINDING, 2, lighting)
    assert answer["sentences"][0] == {"text": FINDING, "citations": [1]}


def test_the_quote_of_a_citation_is_on_the_page_that_the_server_shows(reading: TestClient) -> None:
    for citation in reading.post("/v1/questions", json={"question": LIGHT}).json()["citations"]:
        page = reading.get(f"/v1/studies/{citation['study_id']}/pages/{citation['page']}").json()
        span = page["text"][citation["start"] : citation["end"]]
        assert " ".join(span.split()) == citation["quote"]


def test_an_answer_speaks_the_language_of_the_question_not_of_the_reader(reading: TestClient) -> None:
    answer = reading.post("/v1/questions", json={"question": "Hur löser man friåkarproblemet?"}).json()
    assert answer["message"] == "En källa talar om detta. Meningarna är citerade ordagrant."


def test_a_question_without_an_answer_is_no_error(reading: TestClient) -> None:
    answered = reading.post("/v1/questions", json={"question": "Do congestion charges shorten queues?"})
    assert answered.status_code == 200
    answer = answered.json()
    assert (answer["answered"], answer["citations"], answer["sentences"]) == (False, [], [])
    assert answer["nearest"]


def test_an_answer_tells_how_the_question_was_read_and_what_came_back(reading: TestClient) -> None:
    answer = reading.post("/v1/questions", json={"question": "Minskar gatubelysning glimmervippan i Malmö?"}).json()
    read = {word["source"]: word for word in answer["understood"]}
    assert list(read) == ["Minskar", "gatubelysning", "glimmervippan"]
    assert read["gatubelysning"]["kind"] == "term"
    assert read["gatubelysning"]["equivalents"][0] == "street lighting"
    assert read["glimmervippan"] == {"source": "glimmervippan", "equivalents": [], "kind": "unknown"}
    shown = [source["language"] for source in answer["citations"] + answer["nearest"]]
    assert answer["returned"] == {name: shown.count(name) for name in ("sv", "en")}


@pytest.mark.parametrize(("only", "counts"), [("sv", {"sv": 2, "en": 0}), ("en", {"sv": 0, "en": 2})])
def test_a_question_is_answered_from_one_language_where_one_is_wanted(
    reading: TestClient, only: str, counts: dict[str, int]
) -> None:
    answer = reading.post("/v1/questions", json={"question": LIGHT, "only": only}).json()
    shown = answer["citations"] + answer["nearest"]
    assert {source["language"] for source in shown} == {only}
    assert answer["answered"] == (only == "en")
    assert (answer["searched"], answer["returned"]) == (counts, {"sv": 0, "en": 0, only: len(shown)})


@pytest.mark.parametrize(("only", "counts"), [("sv", {"sv": 2, "en": 0}), ("en", {"sv": 0, "en": 2})])
def test_one_language_is_searched_where_one_is_wanted(reading: TestClient, only: str, counts: dict[str, int]) -> None:
    found = reading.get("/v1/search", params={"q": LIGHT, "only": only}).json()
    assert [hit["language"] for hit in found["hits"]] == [only] * 2
    assert (found["searched"], found["returned"]) == (counts, counts)


def test_no_wish_for_one_language_is_a_wish_for_both(reading: TestClient) -> None:
    asked = [reading.post("/v1/questions", json={"question": LIGHT, **wish}).json() for wish in ({}, {"only": None})]
    assert asked[0] == asked[1]
    assert asked[0]["searched"] == {"sv": 2, "en": 2}


@pytest.mark.parametrize("only", ["de", "SV", "sv,en", ""])
def test_a_language_that_nothing_is_written_in_is_refused(reading: TestClient, only: str) -> None:
    posted = reading.post("/v1/questions", json={"question": LIGHT, "only": only})
    got = reading.get("/v1/search", params={"q": LIGHT, "only": only})
    for refused in (posted, got):
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")
        assert "only" in refused.json()["error"]["message"]


def test_a_search_gives_pages_best_first(reading: TestClient) -> None:
    found = reading.get("/v1/search", params={"q": LIGHT, "k": 3}).json()
    assert found["question"] == {"text": LIGHT, "language": "en", "carried": []}
    assert (found["hits"][0]["file"], found["hits"][0]["page"]) == ("lighting.pdf", 2)
    scores = [hit["score"] for hit in found["hits"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


# Studies


def test_the_studies_are_listed_by_title(reading: TestClient) -> None:
    studies = reading.get("/v1/studies").json()
    assert [study["description"]["title"] for study in studies] == [
        "Friåkare i platssamverkan",
        "Street lighting and crime",
    ]


def test_a_study_is_read_by_its_id(reading: TestClient, lighting: str) -> None:
    study = reading.get(f"/v1/studies/{lighting}").json()
    assert study["id"] == lighting
    assert study["languages"] == ["en"]
    assert study["files"][0] == {
        "sha256": hashlib.sha256(LIGHTING).hexdigest(),
        "name": "lighting.pdf",
        "size": len(LIGHTING),
        "pages": 2,
    }


def test_a_study_that_is_sent_can_be_asked_at_once(client: TestClient) -> None:
    added = add(client, LIGHTING, file="lighting.pdf")
    assert added.status_code == 201
    receipt = added.json()
    assert (receipt["status"], receipt["pages"], receipt["language"], receipt["reason"]) == ("added", 2, "en", None)
    answer = client.post("/v1/questions", json={"question": LIGHT}).json()
    assert answer["citations"][0]["study_id"] == receipt["study_id"]


def test_the_same_bytes_twice_are_one_study(client: TestClient) -> None:
    first, second, renamed = (add(client, LIGHTING, file=name) for name in ("a.pdf", "a.pdf", "b.pdf"))
    assert [first.status_code, second.status_code, renamed.status_code] == [201, 200, 200]
    assert [r.json()["status"] for r in (first, second, renamed)] == ["added", "unchanged", "duplicate"]
    assert renamed.json()["reason"] == "The same file is already in the library as a.pdf; nothing was added twice."
    assert len({r.json()["study_id"] for r in (first, second, renamed)}) == 1
    assert len(client.get("/v1/studies").json()) == 1


def test_a_title_and_a_year_from_the_sender_beat_what_the_file_says(client: TestClient) -> None:
    study_id = add(client, LIGHTING, file="x.pdf", title="Ljus på torget", year=2019).json()["study_id"]
    description = client.get(f"/v1/studies/{study_id}").json()["description"]
    assert (description["title"], description["year"]) == ("Ljus på torget", 2019)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("..\\..\\windows\\evil.pdf", "evil.pdf"),
        ("one\ntwo\x00\x1b[31m.pdf", "onetwo[31m.pdf"),
        ("/", "study.pdf"),
        ("", "study.pdf"),
        ("å" * 500, "å" * 200),
    ],
)
def test_the_name_of_a_file_is_only_ever_shown(client: TestClient, library: Library, sent: str, shown: str) -> None:
    receipt = add(client, LIGHTING, file=sent).json()
    assert (receipt["file"], receipt["status"]) == (shown, "added")
    kept = [path.name for path in (library.folder / "pdf").iterdir()]
    assert kept == [f"{hashlib.sha256(LIGHTING).hexdigest()}.pdf"]
    assert not list(library.folder.parent.glob("*.pdf"))


def test_a_removed_study_is_gone_with_its_pdf(client: TestClient, library: Library) -> None:
    study_id = add(client, LIGHTING, file="lighting.pdf").json()["study_id"]
    add(client, FREE_RIDERS, file="friakare.pdf")
    removed = client.delete(f"/v1/studies/{study_id}")
    assert (removed.status_code, removed.content) == (204, b"")
    assert client.get(f"/v1/studies/{study_id}").status_code == 404
    assert client.get(f"/v1/studies/{study_id}/pages/1").status_code == 404
    assert {hit["file"] for hit in client.get("/v1/search", params={"q": LIGHT}).json()["hits"]} == {"friakare.pdf"}
    assert len(list((library.folder / "pdf").iterdir())) == 1


# Pages


def test_a_page_is_given_as_it_is_searched_and_quoted(reading: TestClient, lighting: str) -> None:
    page = reading.get(f"/v1/studies/{lighting}/pages/2").json()
    assert (page["study_id"], page["page"], page["page_label"], page["pages"]) == (lighting, 2, "2", 2)
    assert page["text"].split("\n")[:2] == ["Results", FINDING]


def picture(client: TestClient, study: str, **query: float) -> Image.Image:
    drawn = client.get(f"/v1/studies/{study}/pages/2/image", params=query)
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    return Image.open(io.BytesIO(drawn.content)).convert("RGB")


def test_a_page_is_drawn_at_the_size_that_was_asked_for(reading: TestClient, lighting: str) -> None:
    assert picture(reading, lighting, scale=1).size == (596, 842)  # A4 is 595.3 by 841.9 points
    assert picture(reading, lighting).size == (953, 1348)


def test_a_citation_is_highlighted_where_it_stands_and_nowhere_else(reading: TestClient, lighting: str) -> None:
    text = reading.get(f"/v1/studies/{lighting}/pages/2").json()["text"]
    start = text.index(FINDING)
    plain = picture(reading, lighting, scale=1)
    marked = picture(reading, lighting, scale=1, start=start, end=start + len(FINDING))
    box = ImageChops.difference(plain, marked).getbbox()
    assert box is not None
    left, top, right, bottom = box
    line = 842 - 770 + 13.2  # the finding is the second line, a little more than an inch from the top
    assert 70 <= left <= 75
    assert 400 <= right <= 460
    assert line - 12 < top < bottom < line + 6


@pytest.mark.parametrize("span", [{"start": 5}, {"end": 5}, {"start": 9, "end": 9}, {"start": 90_000, "end": 90_001}])
def test_without_a_span_on_the_page_nothing_is_highlighted(
    reading: TestClient, lighting: str, span: dict[str, int]
) -> None:
    plain, marked = picture(reading, lighting, scale=1), picture(reading, lighting, scale=1, **span)
    assert ImageChops.difference(plain, marked).getbbox() is None


@pytest.mark.parametrize("scale", [0, -1, 4.5, "nan", "inf", "big"])
def test_a_picture_of_no_sensible_size_is_refused(reading: TestClient, lighting: str, scale: float | str) -> None:
    drawn = reading.get(f"/v1/studies/{lighting}/pages/2/image", params={"scale": scale})
    assert (drawn.status_code, drawn.json()["error"]["code"]) == (422, "invalid_request")


def test_the_smallest_picture_is_still_a_picture(reading: TestClient, lighting: str) -> None:
    assert picture(reading, lighting, scale=1e-9).size == (1, 1)


# Health


def test_the_server_tells_that_it_is_up_and_how_much_it_holds(reading: TestClient, standing: Library) -> None:
    assert reading.get("/v1/health").json() == {
        "status": "ok",
        "studies": 2,
        "passages": {"en": 2, "sv": 2},
        "fingerprint": standing.fingerprint,
    }


# Many at once


def studies_to_add() -> Iterator[bytes]:
    for name in ("Malmö", "Umeå", "Visby", "Luleå"):
        yield make_pdf([f"Street lighting reduced property crime on the square of {name} and in its streets."])


def test_eight_readers_search_undisturbed_while_studies_are_added(client: TestClient) -> None:
    add(client, LIGHTING, file="lighting.pdf")

    def search(n: int) -> tuple[int, int]:
        found = client.get("/v1/search", params={"q": f"{LIGHT} {n}"})
        return found.status_code, len(found.json()["hits"])

    with ThreadPoolExecutor(9) as pool:
        adding = [pool.submit(add, client, data, file=f"{n}.pdf") for n, data in enumerate(studies_to_add())]
        searched = list(pool.map(search, range(80)))
        added = [future.result().status_code for future in adding]
    assert added == [201] * 4
    assert {status for status, _ in searched} == {200}
    assert min(hits for _, hits in searched) >= 2
    assert search(0) == (200, 6)


def test_a_study_survives_the_end_of_the_server(client: TestClient, library: Library, tmp_path: Path) -> None:
    study_id = add(client, LIGHTING, file="lighting.pdf").json()["study_id"]
    library.close()
    assert (tmp_path / "data" / "record.sqlite3").is_file()
    with Library(library.settings, write=True, embedder=library.embedder) as again:
        assert again.study(study_id).file_name == "lighting.pdf"
        assert again.verify().sound
