"""Look-ups by DOI, against a server on this machine that answers in the forms of Crossref, Unpaywall and OpenAlex."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from corpus.deeds import deeds
from corpus.description import resolve
from corpus.desk import correct, want
from corpus.embedder import Embedder
from corpus.library import Library, UnknownStudy
from corpus.settings import Settings
from corpus.study import Description, Proposal, Source
from ingest.records.lookup import Found, LookupsOff, look_up, look_up_studies, plain_abstract

DOI = "10.5555/12345(67)"
CROSSREF = {
    "status": "ok",
    "message": {
        "DOI": "10.5555/12345(67)",
        "type": "journal-article",
        "title": ["Light on squares"],
        "subtitle": ["a trial"],
        "author": [{"given": "Änglamark", "family": "Åström", "sequence": "first"}, {"name": "Place Group"}],
        "issued": {"date-parts": [[2019, 5]]},
        "container-title": ["Journal of Places"],
        "volume": "12",
        "issue": "3",
        "page": "45-67",
        "publisher": "Invented Press",
        "ISSN": ["1234-5679"],
        "abstract": "<jats:p>Light helps.</jats:p>",
        "language": "en",
    },
}
UNPAYWALL = {
    "doi": "10.5555/12345(67)",
    "is_oa": True,
    "best_oa_location": {"url": "https://example.org/a", "url_for_pdf": "https://example.org/a.pdf"},
}
OPENALEX = {
    "doi": "https://doi.org/10.5555/12345(67)",
    "title": "Light on squares: a trial",
    "publication_year": 2019,
    "language": "en",
    "is_retracted": False,
    "authorships": [{"author": {"display_name": "Änglamark Åström"}}],
    "keywords": [{"display_name": "Lighting"}],
    "abstract_inverted_index": {"Light": [0, 3], "helps.": [1], "More": [2], "helps": [4], "more.": [5]},
}

Answer = tuple[int, dict[str, str], bytes]


def ok(form: object) -> Answer:
    return 200, {}, json.dumps(form).encode()


class Services:
    """The three services on one port; `answers` say what each answers to its first, second … question."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Answer]] = {
            "/works/doi": [ok(OPENALEX)],
            "/works": [ok(CROSSREF)],
            "/v2": [ok(UNPAYWALL)],
        }
        self.asked: list[str] = []
        self.agents: list[str] = []

    def answer(self, path: str) -> Answer:
        start = next(start for start in self.answers if path.startswith(start))
        answers = self.answers[start]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def services() -> Iterator[tuple[Services, str]]:
    kept = Services()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kept.asked.append(self.path)
            kept.agents.append(self.headers["User-Agent"])
            status, headers, body = kept.answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield kept, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def on(settings: Settings, url: str, **more: Any) -> Settings:
    asked = {"crossref_url": url, "unpaywall_url": url, "openalex_url": url, "contact": "a@example.org"}
    return Settings(_env_file=None, **{**settings.model_dump(exclude_unset=True), "lookups": True, **asked, **more})


def codes(found: Found) -> list[str]:
    return [fault.code for fault in found.faults]


def test_the_three_services_propose_what_they_know(settings: Settings, services: tuple[Services, str]) -> None:
    found = look_up(DOI, on(settings, services[1]))
    assert (found.faults, found.retracted) == ((), False)
    described = resolve(found.proposals)
    assert (described.title, described.year) == ("Light on squares: a trial", 2019)
    assert described.authors == ("Åström, Änglamark", "Place Group")
    assert (described.published_in, described.kind) == ("Journal of Places 12(3):45-67", "article")
    assert described.abstract == "Light helps."
    assert described.topics == ("Lighting",)
    assert dict(described.identifiers) == {"doi": DOI, "issn": "1234-5679", "url": "https://example.org/a.pdf"}
    assert {p.source for p in found.proposals} == {Source.LOOKUP}
    assert {p.detail for p in found.proposals} == {"crossref", "unpaywall", "openalex"}
    assert {p.made for p in found.proposals} == {date.today().isoformat()}


def test_each_service_is_asked_once_under_the_address_that_is_set(
    settings: Settings, services: tuple[Services, str]
) -> None:
    look_up(DOI, on(settings, services[1], openalex_key="secret"))
    asked = [urlsplit(path) for path in services[0].asked]
    assert [one.path for one in asked] == [
        "/works/10.5555/12345%2867%29",
        "/v2/10.5555/12345%2867%29",
        "/works/doi:10.5555/12345%2867%29",
    ]
    assert [parse_qs(one.query) for one in asked] == [
        {"mailto": ["a@example.org"]},
        {"email": ["a@example.org"]},
        {"mailto": ["a@example.org"], "api_key": ["secret"]},
    ]
    assert set(services[0].agents) == {"amp-research-assistant/0.1 (mailto:a@example.org)"}


def test_off_nothing_is_asked(settings: Settings, services: tuple[Services, str]) -> None:
    with pytest.raises(LookupsOff, match="AMP_LOOKUPS=true"):
        look_up(DOI, on(settings, services[1], lookups=False))
    assert services[0].asked == []


def test_off_no_connection_is_tried(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    study = want(library, Description("Torg", identifiers=(("doi", DOI),)), "Anna")
    with pytest.raises(LookupsOff):
        list(look_up_studies(library, [study.id], "Anna"))


def test_without_an_address_unpaywall_is_not_asked(settings: Settings, services: tuple[Services, str]) -> None:
    found = look_up(DOI, on(settings, services[1], contact=""))
    assert codes(found) == ["lookup_no_contact"]
    assert {p.detail for p in found.proposals} == {"crossref", "openalex"}
    assert not any(path.startswith("/v2") for path in services[0].asked)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, {}, b"Resource not found."), "lookup_unknown_doi"),
        ((429, {}, b""), "lookup_busy"),
        ((503, {"Retry-After": "3600"}, b""), "lookup_busy"),
        ((403, {}, b"{}"), "lookup_refused"),
        ((500, {}, b""), "lookup_refused"),
        ((200, {}, b"<html>"), "lookup_unreadable"),
        ((200, {}, b"[1, 2]"), "lookup_unreadable"),
        ((200, {}, b"\xff\xfe"), "lookup_unreadable"),
        ((200, {}, b"[" * 200_000), "lookup_unreadable"),
        ((200, {}, b'{"message": {"DOI": "10.5555/other", "title": ["Other"]}}'), "lookup_unreadable"),
        ((200, {}, b'{"message": {"DOI": "10.5555/12345(67)", "title": []}}'), "lookup_unreadable"),
        ((200, {}, b'{"message": null}'), "lookup_unreadable"),
        ((200, {}, b" " * (6 << 20)), "lookup_unreadable"),
        ((302, {"Location": "http://127.0.0.2:9/works/x"}, b""), "lookup_elsewhere"),
    ],
)
def test_what_fails_is_a_sentence_and_the_others_are_asked(
    settings: Settings, services: tuple[Services, str], answer: Answer, code: str
) -> None:
    services[0].answers["/works"] = [answer]
    found = look_up(DOI, on(settings, services[1]))
    assert codes(found) == [code]
    assert found.faults[0].sentence("sv") != found.faults[0].sentence("en")
    assert {p.detail for p in found.proposals} == {"unpaywall", "openalex"}


@pytest.mark.parametrize(
    "form", [{}, {"doi": None}, {"doi": DOI, "best_oa_location": []}, {"doi": DOI, "authorships": 1}]
)
def test_answers_of_another_shape_are_no_crash(
    settings: Settings, services: tuple[Services, str], form: dict[str, object]
) -> None:
    services[0].answers = {"/works/doi": [ok(form)], "/works": [ok({"message": form})], "/v2": [ok(form)]}
    assert look_up(DOI, on(settings, services[1])).proposals == ()


def test_a_service_that_says_when_to_come_back_is_asked_once_more(
    settings: Settings, services: tuple[Services, str]
) -> None:
    services[0].answers["/works"] = [(429, {"Retry-After": "0"}, b""), ok(CROSSREF)]
    assert codes(look_up(DOI, on(settings, services[1]))) == []
    services[0].answers["/works"] = [(429, {"Retry-After": "0"}, b"")]
    services[0].asked.clear()
    assert codes(look_up(DOI, on(settings, services[1]))) == ["lookup_busy"]
    assert len([path for path in services[0].asked if path.startswith("/works/10")]) == 2


def test_no_network_is_a_sentence(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found = look_up(DOI, on(settings, f"http://127.0.0.1:{port}"))
    assert codes(found) == ["lookup_not_reached"] * 3
    assert "cannot be reached" in found.faults[0].sentence("en")


@pytest.mark.parametrize("address", ["no address", "http://[", "ftp:"])
def test_a_setting_that_is_no_address_is_a_sentence(settings: Settings, address: str) -> None:
    assert len(look_up(DOI, on(settings, address)).faults) == 3


def test_a_retraction_is_told(settings: Settings, services: tuple[Services, str]) -> None:
    services[0].answers["/works/doi"] = [ok({**OPENALEX, "is_retracted": True})]
    assert look_up(DOI, on(settings, services[1])).retracted


def test_an_abstract_is_put_in_order() -> None:
    assert plain_abstract({"b": [1], "a": [0, 2]}) == "a b a"
    assert plain_abstract(None) == ""


# Studies


@pytest.fixture
def asking(settings: Settings, services: tuple[Services, str], embedder: Embedder) -> Iterator[Library]:
    with Library(on(settings, services[1]), write=True, embedder=embedder) as opened:
        yield opened


def test_a_study_gets_proposals_and_a_line_in_the_log_and_a_persons_word_stays(asking: Library) -> None:
    study = want(asking, Description("Torg", identifiers=(("doi", DOI),)), "Anna")
    correct(asking, study.id, {"doi": DOI, "title": "Vår titel"}, "Bo")
    (looked,) = look_up_studies(asking, [study.id], "Anna")
    assert looked.study == asking.study(study.id)
    assert {"title", "year", "authors", "url"} <= set(looked.fields)
    described = looked.study.description
    assert (described.title, described.year) == ("Vår titel", 2019)
    assert deeds(asking.record, study.id)[-1].what == "looked_up"


def test_a_study_without_doi_is_told(asking: Library) -> None:
    study = want(asking, Description("Torg utan nummer"), "Anna")
    (looked,) = look_up_studies(asking, [study.id], "Anna")
    assert codes(looked.found) == ["lookup_no_doi"]


def test_an_unknown_study_is_told_before_anything_is_asked(asking: Library, services: tuple[Services, str]) -> None:
    study = want(asking, Description("Torg", identifiers=(("doi", DOI),)), "Anna")
    with pytest.raises(UnknownStudy):
        list(look_up_studies(asking, [study.id, "gone"], "Anna"))
    assert services[0].asked == []


def test_an_imported_record_counts_before_a_look_up(asking: Library) -> None:
    said = [Proposal("title", "As recorded", Source.RECORD, 0.9), Proposal("doi", DOI, Source.RECORD, 0.9)]
    study = want(asking, resolve(said), "Anna")
    (looked,) = look_up_studies(asking, [study.id], "Anna")
    assert looked.study.title == "As recorded"
