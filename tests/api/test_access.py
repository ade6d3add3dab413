"""Who may come in."""

import hmac
import socket
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.access import NoToken, PortInUse, is_loopback, listen
from api.app import create_app
from corpus.library import Library
from corpus.settings import Settings
from retriever.saved import FILE
from tests.fakes import LIGHTING

TOKEN = "hemlig-nyckel-1"
BEARER = {"authorization": f"Bearer {TOKEN}"}


def client_with(library: Library, **settings: object) -> TestClient:
    return TestClient(create_app(library.settings.model_copy(update=settings), library))


@pytest.fixture
def guarded(standing: Library) -> Iterator[TestClient]:
    """A client of a server that wants a token."""
    with client_with(standing, token=SecretStr(TOKEN)) as client:
        yield client


def doors(library: Library) -> list[tuple[str, str]]:
    """Method and address of every operation the server has."""
    paths = create_app(library.settings, library).openapi()["paths"]
    return [(method, path) for path, operations in paths.items() for method in operations]


# The token


def test_every_door_but_health_wants_the_token(guarded: TestClient, standing: Library) -> None:
    tried = 0
    for method, path in doors(standing):
        address = path.format(study_id="nope", page=1, answer_id="nope", job_id=1, number=1, link_id=1)
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic " + TOKEN}):
            answer = guarded.request(method, address, params={"q": "?"}, json={"question": "?"}, headers=headers)
            if path == "/v1/health":
                assert answer.status_code == 200
                continue
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["error"]["code"] == "no_access"
        assert guarded.request(method, address, params={"q": "?"}, headers=BEARER).status_code != 401, (method, path)
        tried += 1
    assert tried == len(doors(standing)) >= 40


def test_all_that_the_server_answers_is_listed(standing: Library) -> None:
    """The walk above follows the list of addresses, so no door may be missing from it."""
    app = create_app(standing.settings, standing)
    listed = {path for _, path in doors(standing)}
    plain = {route.path for route in app.routes if hasattr(route, "path")}
    assert plain - listed == {"/openapi.json", "/mcp"}
    assert all(path.startswith("/v1/") for path in listed)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_door_for_chat_assistants_wants_the_token_too(guarded: TestClient, method: str) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}):
        answer = guarded.request(method, "/mcp", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_without_the_token_nothing_is_kept_taken_out_or_deleted(guarded: TestClient, standing: Library) -> None:
    asked = {"question": "Does lighting reduce crime?"}
    refused = [
        guarded.post("/v1/answers", json=asked),
        guarded.post("/v1/exports", json=asked),
        guarded.post("/v1/questions", json=asked, headers={"accept": "text/event-stream"}),
        guarded.get("/v1/answers"),
        guarded.delete("/v1/answers"),
    ]
    assert [answer.status_code for answer in refused] == [401] * 5
    assert not (standing.folder / FILE).exists()


def test_with_the_token_the_doors_are_open(guarded: TestClient) -> None:
    study = guarded.get("/v1/studies", headers=BEARER).json()[0]["id"]
    addresses = ["/v1/studies", f"/v1/studies/{study}", f"/v1/studies/{study}/pages/1", "/v1/search?q=lighting"]
    assert [guarded.get(address, headers=BEARER).status_code for address in addresses] == [200] * 4
    asked = guarded.post("/v1/questions", json={"question": "Does lighting reduce crime?"}, headers=BEARER)
    assert asked.status_code == 200


def test_without_the_token_no_study_comes_in(settings: Settings, library: Library) -> None:
    with client_with(library, token=SecretStr(TOKEN)) as client:
        sent = client.post("/v1/studies", content=LIGHTING, headers={"content-type": "application/pdf"})
        assert sent.status_code == 401
    assert library.record.studies() == []
    assert not (settings.data / "pdf").exists()


@pytest.mark.parametrize(
    "given",
    [b"", b"Bearer ", b"Bearer", TOKEN[:-1].encode(), b"Bearer " + TOKEN[:-1].encode(), b"Bearer nyckel\xf6"],
)
def test_a_part_of_the_token_or_odd_letters_do_not_open(guarded: TestClient, given: bytes) -> None:
    assert guarded.get("/v1/studies", headers={b"authorization": given}).status_code == 401


def test_the_token_is_compared_in_constant_time(guarded: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(given: bytes, wanted: bytes) -> bool:
        compared.append((given, wanted))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert guarded.get("/v1/studies", headers=BEARER).status_code == 401
    assert compared == [(TOKEN.encode(), TOKEN.encode())]


def test_no_error_and_no_description_tells_the_token(guarded: TestClient) -> None:
    assert TOKEN not in guarded.get("/v1/studies").text
    assert TOKEN not in guarded.get("/openapi.json").text
    assert TOKEN not in repr(Settings(token=SecretStr(TOKEN), _env_file=None))


def test_an_empty_token_is_no_token(settings: Settings) -> None:
    with pytest.raises(NoToken):
        listen(settings.model_copy(update={"host": "0.0.0.0", "token": SecretStr("")}))


# Where it listens


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_machines_are_not_let_in_without_a_token(settings: Settings, host: str) -> None:
    with pytest.raises(NoToken) as met:
        listen(settings.model_copy(update={"host": host}))
    assert met.value.sentence("en") == (
        f"Serving on {host} lets other machines in, which needs an access token. Set AMP_TOKEN, or serve on 127.0.0.1."
    )
    assert "AMP_TOKEN" in met.value.sentence("sv")


def test_with_a_token_other_machines_may_come(settings: Settings) -> None:
    given = settings.model_copy(update={"host": "0.0.0.0", "port": free_port(), "token": SecretStr(TOKEN)})
    with listen(given) as listener:
        assert listener.getsockname() == ("0.0.0.0", given.port)


def test_a_port_that_another_program_listens_on_is_named(settings: Settings, taken: int) -> None:
    with pytest.raises(PortInUse) as met:
        listen(settings.model_copy(update={"port": taken}))
    assert f"127.0.0.1:{taken} cannot be served on (Address already in use)" in met.value.sentence("en")
    assert f"127.0.0.1:{taken} (Address already in use)" in met.value.sentence("sv")


def test_of_two_servers_that_start_at_once_one_is_told(settings: Settings) -> None:
    given = settings.model_copy(update={"port": free_port()})
    with listen(given), pytest.raises(PortInUse):
        listen(given)


def test_a_port_is_free_again_when_the_server_has_gone(settings: Settings) -> None:
    given = settings.model_copy(update={"port": free_port()})
    listen(given).close()
    listen(given).close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.4", False),
        ("localhost.example.org", False),
    ],
)
def test_only_this_machine_can_reach_a_loopback_address(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


# Whom it answers to


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", ""])
def test_a_page_elsewhere_cannot_reach_the_server_under_its_own_name(reading: TestClient, host: str) -> None:
    answer = reading.get("/v1/studies", headers={"host": host})
    assert answer.status_code == 400
    assert "lighting" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_this_machine_reaches_it_under_any_name_of_its_own(reading: TestClient, host: str) -> None:
    assert reading.get("/v1/health", headers={"host": host}).status_code == 200


def test_a_server_on_another_loopback_address_answers_to_that(standing: Library) -> None:
    with client_with(standing, host="127.0.0.2") as client:
        assert client.get("/v1/health", headers={"host": "127.0.0.2:8000"}).status_code == 200


def test_a_server_for_other_machines_answers_to_any_name(standing: Library) -> None:
    with client_with(standing, host="0.0.0.0", token=SecretStr(TOKEN)) as client:
        assert client.get("/v1/studies", headers={"host": "amp.example.org", **BEARER}).status_code == 200
