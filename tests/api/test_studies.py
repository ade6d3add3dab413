"""The doors to studies over HTTP: finding them, saying what they are, deleting them, and the log."""

import csv
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import rispy
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.lists import COLUMNS
from corpus.deeds import deeds
from corpus.library import Library
from corpus.links import put as put_links
from corpus.study import Link, LinkKind, Source, State, TextState
from ingest.receive import Incoming, Reception
from retriever.saved import FILE, Saved
from tests.corpus.studies import appraise, found, put, wanted
from tests.corpus.test_erasing import NAME, SECRET, holding, secret_id, sentinels
from tests.fakes import FakeEmbedder
from tests.retriever.libraries import settings_in

TITLE = "Street lighting and fear of crime"


def stocked(library: Library) -> Library:
    """The library with two studies and one on the reading list."""
    put(
        library,
        "lamps0001",
        found("title", TITLE),
        found("title", "lamps0001", Source.FILE_NAME, 0.1),
        found("authors", ("Lorenc, T.", "Petticrew, M.")),
        found("year", 2013),
        found("doi", "10.1186/1471-2458-13-496"),
        found("published_in", "BMC Public Health 13(1):496"),
    )
    put(library, "levy0001", found("title", "Friåkare i platssamverkan"), languages=("sv",))
    wanted(library, "wish0001", found("title", "Gatubelysning och trygghet"))
    return library


@pytest.fixture
def shelf(library: Library) -> Library:
    """Such a library that this test owns."""
    return stocked(library)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Such a library for tests that change nothing."""
    settings = settings_in(tmp_path_factory.mktemp("still"))
    with Library(settings, write=True, embedder=FakeEmbedder()) as library:
        yield stocked(library)


@pytest.fixture(scope="module")
def looking(still: Library) -> Iterator[TestClient]:
    """A client of a server over that library."""
    with TestClient(create_app(still.settings, still), headers={"accept-language": "en"}) as client:
        yield client


def code(answered: Response) -> tuple[int, str]:
    """The status and the code of an error."""
    return answered.status_code, answered.json()["error"]["code"]


# Looking


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({}, ["levy0001", "wish0001", "lamps0001"]),
        ({"state": "wanted"}, ["wish0001"]),
        ({"state": ["wanted", "received"], "language": "sv"}, ["levy0001"]),
        ({"text": "no_file"}, ["wish0001"]),
        ({"gap": ["year", "appraisal"]}, ["levy0001", "wish0001"]),
        ({"year_from": 2010, "year_to": 2015}, ["lamps0001"]),
        ({"about": "gatubelysning"}, ["wish0001", "lamps0001"]),
        ({"kind": "report"}, []),
    ],
)
def test_studies_are_listed_by_filter_without_their_proposals(
    looking: TestClient, still: Library, query: dict[str, Any], ids: list[str]
) -> None:
    listed = looking.get("/v1/studies", params=query).json()
    assert [study["id"] for study in listed] == ids
    assert all(study["description"]["proposals"] == [] for study in listed)
    assert len(still.record.studies()) == 3


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ({"state": "lost"}, "invalid_request"),
        ({"gap": "colour"}, "invalid_request"),
        ({"year_from": "soon"}, "invalid_request"),
        ({"year_from": 2020, "year_to": 2010}, "bad_years"),
        ({"about": "?"}, "empty_choice"),
    ],
)
@pytest.mark.parametrize("door", ["/v1/studies", "/v1/studies/export"])
def test_a_filter_that_cannot_be_is_refused(
    looking: TestClient, door: str, query: dict[str, Any], refused: str
) -> None:
    assert code(looking.get(door, params=query)) == (422, refused)


def test_all_that_is_known_of_a_study_is_one_record(client: TestClient, shelf: Library) -> None:
    put(shelf, "lamps0002", found("title", "A later edition"), version_of="lamps0001")
    put_links(shelf.record, "lamps0001", [Link("lamps0001", "levy0001", LinkKind.NEAR_TEXT, 0.5)])
    appraise(shelf, "lamps0001", confirmed=False, design="review")
    client.put("/v1/studies/lamps0001/appraisal", json={"sms_level": "3", "by": "Eva"})
    record = client.get("/v1/studies/lamps0001/record").json()
    assert [p["value"] for p in record["study"]["description"]["proposals"]][:2] == [TITLE, "lamps0001"]
    assert (record["passages"], record["versions"], record["ocr"]) == (1, ["lamps0002"], [])
    assert [a["said_by"] for a in record["appraisals"]] == ["catalogue", "Eva"]
    assert record["appraisal"] == record["appraisals"][1]
    assert record["links"][0]["second"] == "levy0001"
    assert record["titles"] == {
        "lamps0002": "A later edition",
        "levy0001": "Friåkare i platssamverkan",
        "lamps0001": TITLE,
    }
    assert [deed["what"] for deed in record["log"]] == ["appraised"]


@pytest.mark.parametrize("door", ["", "/record", "/deletion"])
def test_an_unknown_study_is_not_found(looking: TestClient, door: str) -> None:
    assert code(looking.get(f"/v1/studies/nobody{door}")) == (404, "unknown_study")


# Saying


def test_a_correction_is_a_persons_word(client: TestClient, shelf: Library) -> None:
    body = {"changes": {"title": "Ljus", "year": 2014, "authors": ["Ek, A."], "doi": ""}, "edition": 0, "by": "Eva"}
    study = client.patch("/v1/studies/lamps0001", json=body).json()
    described = study["description"]
    assert (described["title"], described["year"], described["authors"]) == ("Ljus", 2014, ["Ek, A."])
    assert (described["identifiers"], study["state"], study["edition"]) == ([], "described", 1)
    assert client.get("/v1/studies/lamps0001").json() == study
    taken_back = client.patch("/v1/studies/lamps0001", json={"changes": {"year": None, "doi": None}}).json()
    assert taken_back["description"]["year"] == 2013
    assert taken_back["description"]["identifiers"] == [["doi", "10.1186/1471-2458-13-496"]]
    assert [deed.by for deed in deeds(shelf.record)] == ["Eva", shelf.settings.person]


def test_an_edit_of_an_old_edition_is_409_and_names_who_did_what(client: TestClient, shelf: Library) -> None:
    client.patch("/v1/studies/lamps0001", json={"changes": {"year": 2014}, "by": "Lars"})
    late = client.patch("/v1/studies/lamps0001", json={"changes": {"year": 2015}, "edition": 0, "by": "Eva"})
    assert code(late) == (409, "edit_conflict")
    error = late.json()["error"]
    assert "Lars" in error["sv"]
    assert "rättade (year)" in error["sv"]
    assert "corrected (year)" in error["en"]
    assert shelf.study("lamps0001").description.year == 2014


def test_of_eight_who_edit_the_same_edition_at_once_one_is_heard(client: TestClient, shelf: Library) -> None:
    def edit(n: int) -> int:
        body = {"changes": {"remark": f"by {n}"}, "edition": 0, "by": f"P{n}"}
        return client.patch("/v1/studies/lamps0001", json=body).status_code

    with ThreadPoolExecutor(8) as people:
        codes = list(people.map(edit, range(8)))
    assert sorted(codes) == [200] + [409] * 7
    assert shelf.study("lamps0001").description.remark == f"by {codes.index(200)}"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"colour": "red"}, "unknown_field"),
        ({"year": "soon"}, "bad_value"),
        ({"title": ""}, "bad_value"),
        ({"title": "a" * 20_001}, "bad_value"),
        ({"url": "javascript:alert(1)"}, "bad_value"),
        ({"title": {"a": 1}}, "invalid_request"),
    ],
)
def test_a_change_that_cannot_be_is_422_and_changes_nothing(
    looking: TestClient, still: Library, changes: dict[str, Any], refused: str
) -> None:
    before = still.study("lamps0001")
    assert code(looking.patch("/v1/studies/lamps0001", json={"changes": {"remark": "x", **changes}})) == (422, refused)
    assert still.study("lamps0001") == before


@pytest.mark.usefixtures("shelf")
def test_a_study_is_confirmed_published_withdrawn_and_taken_into_use_again(client: TestClient) -> None:
    door = "/v1/studies/lamps0001"
    confirmed = client.post(f"{door}/confirm", json={"by": "Eva", "edition": 0}).json()
    assert {source for _, source in confirmed["description"]["sources"]} == {"person"}
    assert client.post(f"{door}/publish").json()["state"] == "published"
    body = {"because": "Superseded", "kind": "superseded", "replaced_by": "levy0001", "by": "Lars"}
    withdrawn = client.post(f"{door}/withdraw", json=body).json()
    said = {"kind": "superseded", "reason": "Superseded", "said_by": "Lars", "replaced_by": "levy0001"}
    assert withdrawn["withdrawal"] == {**said, "said_on": date.today().isoformat()}
    assert code(client.post(f"{door}/publish")) == (409, "is_withdrawn")
    assert client.post(f"{door}/reinstate", json={"because": "A mistake"}).json()["state"] == "described"
    log = client.get("/v1/log", params={"study": "lamps0001"}).json()
    assert [deed["what"] for deed in log] == ["confirmed", "published", "withdrawn", "reinstated"]
    assert len(client.get("/v1/log").json()) == 4


@pytest.mark.parametrize(
    ("door", "body", "refused"),
    [
        ("lamps0001/confirm", {"edition": 3}, (409, "edit_conflict")),
        ("lamps0001/publish", {"edition": 3}, (409, "edit_conflict")),
        ("lamps0001/reinstate", None, (409, "not_withdrawn")),
        ("wish0001/publish", None, (409, "nothing_to_publish")),
        ("lamps0001/withdraw", {"because": " "}, (422, "no_reason")),
        ("lamps0001/withdraw", {}, (422, "invalid_request")),
        ("lamps0001/withdraw", {"because": "x", "kind": "boring"}, (422, "invalid_request")),
        ("lamps0001/withdraw", {"because": "x", "replaced_by": "lamps0001"}, (422, "replaced_by_itself")),
        ("lamps0001/withdraw", {"because": "x", "replaced_by": "nobody"}, (404, "unknown_study")),
        ("nobody/publish", None, (404, "unknown_study")),
    ],
)
def test_what_a_state_does_not_allow_is_refused(
    looking: TestClient, still: Library, door: str, body: object, refused: tuple[int, str]
) -> None:
    before = still.record.studies()
    assert code(looking.post(f"/v1/studies/{door}", json=body)) == refused
    assert still.record.studies() == before


def test_an_appraisal_is_put_and_a_provisional_one_confirmed(client: TestClient, shelf: Library) -> None:
    door = "/v1/studies/lamps0001/appraisal"
    assert code(client.put(door, json={"confirm": True})) == (409, "nothing_provisional")
    appraise(shelf, "lamps0001", confirmed=False, design="review", sms_level="3-4")
    taken = client.put(door, json={"confirm": True, "emmie": ["effect"], "by": "Eva"}).json()
    assert (taken["design"], taken["sms_level"], taken["emmie"]) == ("review", "3-4", ["effect"])
    assert (taken["said_by"], taken["confirmed"]) == ("Eva", True)
    assert code(client.put(door, json={"sms_level": "9"})) == (422, "bad_value")
    assert code(client.put("/v1/studies/nobody/appraisal", json={"why": "x"})) == (404, "unknown_study")


def test_a_name_in_the_log_is_cleaned(client: TestClient, shelf: Library) -> None:
    client.post("/v1/studies/lamps0001/publish", json={"by": "\u202eEva\u0000\nEk"})
    assert [deed.by for deed in deeds(shelf.record)] == ["Eva Ek"]


# Files


def exported(client: TestClient, form: str, **query: Any) -> Response:
    answered = client.get("/v1/studies/export", params={"format": form, **query})
    assert answered.status_code == 200
    return answered


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_table_has_its_fixed_headings_and_a_line_a_study(client: TestClient, shelf: Library) -> None:
    appraise(shelf, "lamps0001", emmie=("effect", "economics"), sms_level="3", evidence_from="UK")
    answered = exported(client, "csv")
    assert answered.content.startswith(b"\xef\xbb\xbfid,state,text,title,authors,year,")
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert answered.headers["content-disposition"] == 'attachment; filename="amp-studies.csv"'
    found = rows(answered.content.decode())
    assert [row["id"] for row in found] == ["levy0001", "wish0001", "lamps0001"]
    lamps = found[2]
    assert tuple(lamps) == COLUMNS
    assert (lamps["authors"], lamps["year"]) == ("Lorenc, T.; Petticrew, M.", "2013")
    assert (lamps["emmie"], lamps["appraised_evidence_from"]) == ("effect; economics", "UK")
    assert (lamps["file"], lamps["appraisal_confirmed"], lamps["remark"]) == ("lamps0001.pdf", "yes", "")


@pytest.mark.parametrize("evil", ['=cmd|"/c calc"!A0', "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "＝1+1"])
def test_no_cell_is_a_formula(client: TestClient, shelf: Library, evil: str) -> None:
    put(shelf, "evil0001", found("title", evil), found("authors", (evil,)), found("remark", f"a, {evil}\n{evil}"))
    (row,) = (row for row in rows(exported(client, "csv").content.decode()) if row["id"] == "evil0001")
    assert row["title"] == row["authors"] == f"'{evil}"
    assert row["remark"] == f"a, {evil}\n{evil}"


@pytest.mark.usefixtures("shelf")
def test_an_export_is_of_what_the_filters_leave(client: TestClient) -> None:
    assert [row["id"] for row in rows(exported(client, "csv", state="wanted").content.decode())] == ["wish0001"]
    assert rows(exported(client, "csv", kind="poem").content.decode()) == []


@pytest.mark.usefixtures("shelf")
def test_studies_go_to_reference_managers(client: TestClient) -> None:
    (record,) = rispy.loads(exported(client, "ris", year_from=2000).text)
    assert (record["title"], record["authors"], record["year"]) == (TITLE, ["Lorenc, T.", "Petticrew, M."], "2013")
    assert "@article{lorenc2013street," in exported(client, "bibtex", year_from=2000).text
    (item,) = json.loads(exported(client, "csl", year_from=2000).text)
    assert (item["DOI"], item["container-title"]) == ("10.1186/1471-2458-13-496", "BMC Public Health")
    assert code(client.get("/v1/studies/export", params={"format": "xls"})) == (422, "invalid_request")


def test_a_table_comes_back_through_an_import(client: TestClient, shelf: Library) -> None:
    from ingest.records.importers import read_records

    client.patch("/v1/studies/lamps0001", json={"changes": {"topics": ["ljus", "a; b"], "valid_to": "2026-03-31"}})
    table = exported(client, "csv").content
    reading = read_records("amp-studies.csv", table)
    assert reading.bad == ()
    back = {record.title: {p.field: p.value for p in record.proposals} for record in reading.records}
    assert set(back) == {"Friåkare i platssamverkan", "Gatubelysning och trygghet", TITLE}
    lamps = shelf.study("lamps0001").description
    for field in ("authors", "year", "published_in", "valid_to"):
        assert back[TITLE][field] == getattr(lamps, field)
    assert back[TITLE]["doi"] == "10.1186/1471-2458-13-496"
    assert back[TITLE]["topics"] == ("ljus", "a", "b")
    taken_in = client.post("/v1/imports", content=table, params={"file": "amp-studies.csv"}).json()
    assert {record["study_id"] for record in taken_in["records"]} == {"levy0001", "wish0001", "lamps0001"}
    assert taken_in["counts"]["wanted"] == 0


# Deleting


def test_what_a_deletion_takes_is_told_before(client: TestClient, shelf: Library) -> None:
    put(shelf, "lamps0002", version_of="lamps0001")
    appraise(shelf, "lamps0001", design="review")
    client.post("/v1/studies/lamps0001/publish")
    assert client.get("/v1/studies/lamps0001/deletion").json() == {
        "study_id": "lamps0001",
        "title": TITLE,
        "files": ["lamps0001.pdf"],
        "pages": 1,
        "passages": 1,
        "vectors": 1,
        "appraisals": 1,
        "links": 0,
        "log": 1,
        "answers": 0,
        "versions": ["lamps0002"],
    }
    assert shelf.study("lamps0001").state is State.PUBLISHED


def test_who_deleted_a_study_is_in_the_log_and_none_of_its_words(client: TestClient, shelf: Library) -> None:
    client.patch("/v1/studies/lamps0001", json={"changes": {"remark": "Quaxillitron"}, "by": "Lars"})
    assert client.delete("/v1/studies/lamps0001", params={"by": "Eva"}).status_code == 204
    log = client.get("/v1/log", params={"study": "lamps0001"}).json()
    assert [(deed["by"], deed["what"], deed["detail"]) for deed in log] == [
        ("Lars", "corrected", []),
        ("Eva", "deleted", []),
    ]
    assert code(client.delete("/v1/studies/lamps0001")) == (404, "unknown_study")
    assert len(shelf.record.studies()) == 2


@pytest.fixture
def keeping(small_library: Library) -> Iterator[TestClient]:
    """A client over three studies, one with words that stand nowhere else, and a server that keeps answers."""
    with Reception(small_library) as reception:
        reception.receive(Incoming(NAME, SECRET))
    small_library.dense.seal()
    small_library.settings = small_library.settings.model_copy(update={"save_answers": True})
    with TestClient(create_app(small_library.settings, small_library)) as client:
        yield client


@pytest.mark.slow
def test_a_deleted_study_leaves_nothing_in_any_file_not_even_in_kept_answers(
    keeping: TestClient, small_library: Library
) -> None:
    question = {"question": "Were the lanterns of the town counted by night and by day?"}
    other = {"question": "Hur löser man friåkarproblemet?"}
    study_id = secret_id(small_library)
    quoting = keeping.post("/v1/answers", json=question).json()
    assert [c["study_id"] for c in quoting["answer"]["citations"]][:1] == [study_id]
    named = keeping.post("/v1/answers", json={"question": "Do congestion charges shorten the queues by night?"}).json()
    assert study_id in {hit["study_id"] for hit in named["answer"]["nearest"]}
    kept = keeping.post("/v1/answers", json={**other, "only": "sv"}).json()
    assert study_id not in json.dumps(kept)
    keeping.patch(f"/v1/studies/{study_id}", json={"changes": {"remark": "plinthomachy"}})
    keeping.put(f"/v1/studies/{study_id}/appraisal", json={"why": "gloamfret"})
    wanted = [*sentinels(small_library), b"plinthomachy", b"gloamfret"]
    assert all(holding(small_library.folder, sentinel) for sentinel in wanted)
    assert FILE in holding(small_library.folder, wanted[0])
    assert keeping.get(f"/v1/studies/{study_id}/deletion").json()["answers"] == 2
    assert keeping.delete(f"/v1/studies/{study_id}").status_code == 204
    assert [holding(small_library.folder, sentinel) for sentinel in wanted] == [[]] * len(wanted)
    assert [head["id"] for head in keeping.get("/v1/answers").json()] == [kept["id"]]
    assert small_library.verify().sound


def test_forgetting_a_study_where_no_answer_was_kept_makes_no_file(library: Library) -> None:
    with Saved(library.settings) as saved:
        assert (saved.naming("s1"), saved.forget_study("s1")) == (0, 0)
        assert not saved.path.exists()


def test_a_scan_is_found_by_what_is_said_of_it(client: TestClient, library: Library) -> None:
    put(library, "scan0001", found("title", "Vakter"), languages=(), text=TextState.NEEDS_OCR)
    listed = client.get("/v1/studies", params={"about": "guards", "text": "needs_ocr"}).json()
    assert [study["id"] for study in listed] == ["scan0001"]
