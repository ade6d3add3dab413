"""The tools that chat models may use, through the package's own client: in the process, over HTTP, over a pipe."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from api import mcp as module
from api.app import create_app
from api.mcp import PATH
from corpus.library import Library
from corpus.words import Language
from tests.fakes import LIGHTING

pytestmark = pytest.mark.slow  # by their number: each takes a part of a second

ROOT = Path(__file__).parents[2]
TOKEN = "hemlig-nyckel-1"
LIGHT = "Does street lighting reduce property crime?"
FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."
TOOLS = ["ask", "search", "passage", "page", "reference"]

Use = Callable[[Client], Awaitable[Any]]


def within(library: Library, use: Use, language: Language = "en") -> Any:
    """What comes of using a client of a server in this process."""

    async def run() -> Any:
        async with Client(module._Server(lambda: nullcontext(library), language)) as client:
            return await use(client)

    return asyncio.run(run())


def call(library: Library, tool: str, **arguments: object) -> CallToolResult:
    result = within(library, lambda client: client.call_tool(tool, arguments))
    assert isinstance(result, CallToolResult)
    return result


def given(result: CallToolResult) -> dict[str, Any]:
    """What a tool gave, which is the same as data and as text."""
    assert not result.is_error, result
    content: dict[str, Any] | None = result.structured_content
    assert content is not None
    assert isinstance(result.content[0], TextContent)
    return content


def sentence(result: CallToolResult) -> str:
    """What a tool complained of."""
    assert result.is_error
    assert [type(part) for part in result.content] == [TextContent]
    part = result.content[0]
    assert isinstance(part, TextContent)
    assert "Traceback" not in part.text
    return part.text


def study_named(library: Library, name: str) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == name)


# The tools


def test_each_tool_says_in_both_languages_what_it_does_and_that_it_only_reads(standing: Library) -> None:
    tools = within(standing, lambda client: client.list_tools()).tools
    assert [tool.name for tool in tools] == TOOLS
    for tool in tools:
        assert any(letter in tool.description for letter in "åäö"), tool.name
        assert "data from " in tool.description, tool.name
        assert "\n " not in tool.description, tool.name
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.output_schema


def test_a_question_is_answered_as_at_the_other_doors(standing: Library, reading: TestClient) -> None:
    answer = given(call(standing, "ask", question=LIGHT))
    assert answer == reading.post("/v1/questions", json={"question": LIGHT}).json()
    assert answer["citations"][0]["quote"] == FINDING


def test_one_language_may_be_asked_for(standing: Library) -> None:
    assert given(call(standing, "ask", question=LIGHT, only="sv"))["searched"] == {"sv": 2, "en": 0}
    assert {hit["language"] for hit in given(call(standing, "search", question=LIGHT, only="sv"))["hits"]} == {"sv"}


def test_a_search_gives_as_many_pages_as_were_asked_for(standing: Library) -> None:
    hits = given(call(standing, "search", question=LIGHT, k=2))["hits"]
    assert [hit["file"] for hit in hits][:1] == ["lighting.pdf"]
    assert len(hits) == 2


@pytest.mark.parametrize(
    ("after", "dropped", "terms"),
    [
        (LIGHT, [], ["street lighting", "reduce", "property crime"]),
        (LIGHT, ["Reduce"], ["street lighting", "property crime"]),
        ({"text": "And women?", "carried": ["street lighting"]}, [], ["street lighting", "women"]),
    ],
)
def test_the_question_before_comes_along(
    standing: Library, after: object, dropped: list[str], terms: list[str]
) -> None:
    answer = given(call(standing, "ask", question="And violent crime?", after=after, dropped=dropped))
    assert [carried["term"] for carried in answer["carried"]] == terms


def test_a_hit_and_a_citation_lead_to_their_passage_and_page(standing: Library) -> None:
    hit = given(call(standing, "search", question=LIGHT))["hits"][0]
    passage = given(call(standing, "passage", passage_id=hit["passage_id"]))
    assert (passage["page"], passage["start"], passage["end"]) == (hit["page"], hit["start"], hit["end"])
    citation = given(call(standing, "ask", question=LIGHT))["citations"][0]
    place = {name: citation[name] for name in ("study_id", "page", "start", "end")}
    excerpt = given(call(standing, "passage", **place))
    assert excerpt == {**place, "file": "lighting.pdf", "title": citation["title"], "page_label": "2", "text": FINDING}
    page = given(call(standing, "page", study_id=citation["study_id"], page=2))
    assert page["text"][citation["start"] : citation["end"]] == FINDING


@pytest.mark.parametrize("style", ["apa", "harvard", "note"])
def test_a_study_has_a_reference_in_each_style(standing: Library, style: str) -> None:
    study = study_named(standing, "lighting.pdf")
    assert "Street lighting and crime" in given(call(standing, "reference", study_id=study, style=style))["result"]


# What goes wrong


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": "  "}, "The question is empty."),
        (
            "ask",
            {"question": "Wie verringert Beleuchtung die Einbrüche?"},
            "The question seems to be in another language",
        ),
        ("ask", {"question": "And at night?"}, "“And at night?” refers to an earlier question"),
        ("search", {"question": LIGHT, "k": 900}, "900 hits were asked for."),
        ("page", {"study_id": "nope", "page": 1}, "No study has the id nope."),
        ("passage", {"study_id": "nope", "page": 1, "start": 0, "end": 1}, "No study has the id nope."),
        ("reference", {"study_id": "nope"}, "No study has the id nope."),
        ("passage", {"passage_id": 4711}, "No passage has the id 4711"),
        ("passage", {"study_id": "nope"}, "It is not said which passage is meant."),
        ("ask", {}, "The request is not right at question"),
        ("ask", {"question": LIGHT, "only": "de"}, "The request is not right at only"),
        ("page", {"study_id": "nope", "page": 0}, "The request is not right at page"),
        ("passage", {"passage_id": 10**30}, "The request is not right at passage_id"),
        ("reference", {"study_id": "nope", "style": "mla"}, "The request is not right at style"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    standing: Library, tool: str, arguments: dict[str, Any], said: str
) -> None:
    assert sentence(call(standing, tool, **arguments)).startswith(said)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 5), (0, 90_000)])
def test_a_span_that_a_page_does_not_have_is_told(standing: Library, start: int, end: int) -> None:
    study = study_named(standing, "lighting.pdf")
    told = sentence(call(standing, "passage", study_id=study, page=1, start=start, end=end))
    assert f"none from {start} to {end}" in told


def test_a_sentence_comes_in_the_language_of_the_machine(standing: Library) -> None:
    result = within(standing, lambda client: client.call_tool("page", {"study_id": "nope", "page": 1}), "sv")
    assert sentence(result).startswith("Ingen studie har id nope.")


def test_a_mistake_in_the_program_tells_nothing_of_itself(standing: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(module, "search", broken)
    assert "secret" not in sentence(call(standing, "search", question=LIGHT))


# Over HTTP


@pytest.fixture
def served(standing: Library, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a real server on loopback, with the token that the test wants, or none."""
    token = getattr(request, "param", None)
    settings = standing.settings.model_copy(update={"token": SecretStr(token) if token else None})
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(create_app(settings, standing), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        server.should_exit = True
        thread.join(20)


@asynccontextmanager
async def client_at(url: str, **headers: str) -> AsyncIterator[Client]:
    async with (
        httpx.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(url, http_client=http)) as client,
    ):
        yield client


def over_http(url: str, use: Use, **headers: str) -> Any:
    async def run() -> Any:
        async with client_at(url, **headers) as client:
            return await use(client)

    return asyncio.run(run())


def bare(url: str, **headers: str) -> httpx.Response:
    """One message without a client, for those who are not let in."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepted = {"accept": "application/json, text/event-stream", **headers}
    return httpx.post(url, json=message, headers=accepted, timeout=20)


def test_a_question_is_answered_over_http(served: str) -> None:
    result = over_http(served, lambda client: client.call_tool("ask", {"question": LIGHT}))
    assert given(result)["citations"][0]["quote"] == FINDING


def test_a_bad_question_and_an_unknown_study_are_told_over_http(served: str) -> None:
    asked = over_http(served, lambda client: client.call_tool("ask", {"question": "?"}))
    assert sentence(asked) == "The question is empty. Write what you want to know in a sentence."
    paged = over_http(served, lambda client: client.call_tool("page", {"study_id": "nope", "page": 1}))
    assert sentence(paged).startswith("No study has the id nope.")


@pytest.mark.parametrize("served", [TOKEN], indirect=True)
def test_with_the_right_token_the_door_opens(served: str) -> None:
    tools = over_http(served, lambda client: client.list_tools(), authorization=f"Bearer {TOKEN}").tools
    assert [tool.name for tool in tools] == TOOLS


@pytest.mark.parametrize("served", [TOKEN], indirect=True)
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}])
def test_without_the_right_token_it_stays_shut(served: str, headers: dict[str, str]) -> None:
    refused = bare(served, **headers)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["code"] == "no_access"
    with pytest.raises((MCPError, httpx.HTTPError, ExceptionGroup)):
        over_http(served, lambda client: client.list_tools(), **headers)


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "OPTIONS"])
@pytest.mark.parametrize("served", [TOKEN], indirect=True)
def test_no_method_opens_it_without_the_token(served: str, method: str) -> None:
    assert httpx.request(method, served, timeout=20).status_code == 401


def test_a_page_elsewhere_cannot_reach_the_tools(served: str) -> None:
    assert bare(served, host="evil.example").status_code == 400
    assert bare(served, origin="http://evil.example").status_code == 403
    assert bare(served, origin="http://127.0.0.1.evil.example").status_code == 403


def test_this_machine_reaches_the_tools_under_any_name_of_its_own(served: str) -> None:
    port = httpx.URL(served).port
    for host in ("localhost", "127.0.0.1"):
        ours = bare(served, host=f"{host}:{port}", origin=f"http://{host}:{port}")
        assert ours.status_code not in (400, 401, 403, 421), ours.text


def test_an_application_can_be_started_again(standing: Library) -> None:
    app = create_app(standing.settings, standing)
    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/v1/health").status_code == 200
            assert client.post(PATH, json={}).status_code != 500


# Over a pipe, with the real model

STDIO = "from api.mcp import serve_stdio; from corpus.settings import Settings; serve_stdio(Settings())"


def amp(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "api.cli", *arguments],
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def environment(folder: Path) -> dict[str, str]:
    import os

    return {**os.environ, "AMP_DATA": str(folder / "data"), "AMP_LANGUAGE": "en"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose library holds the English study."""
    folder = tmp_path_factory.mktemp("piped")
    (folder / "lighting.pdf").write_bytes(LIGHTING)
    added = amp(folder, "add", str(folder / "lighting.pdf"), "--quiet")
    assert added.returncode == 0, added.stderr
    return folder


def over_pipe(folder: Path, use: Use) -> Any:
    async def run() -> Any:
        server = StdioServerParameters(
            command=sys.executable, args=["-c", STDIO], env=environment(folder), cwd=str(ROOT)
        )
        async with Client(server, read_timeout_seconds=240) as client:
            return await use(client)

    return asyncio.run(run())


@pytest.mark.slow
def test_a_question_is_answered_over_a_pipe_and_what_is_wrong_is_told(folder: Path) -> None:
    async def use(client: Client) -> tuple[list[str], CallToolResult, CallToolResult, CallToolResult]:
        return (
            [tool.name for tool in (await client.list_tools()).tools],
            await client.call_tool("ask", {"question": LIGHT}),
            await client.call_tool("ask", {"question": ""}),
            await client.call_tool("page", {"study_id": "nope", "page": 1}),
        )

    names, answered, empty, unknown = over_pipe(folder, use)
    assert names == TOOLS
    assert given(answered)["citations"][0]["quote"] == FINDING
    assert sentence(empty).startswith("The question is empty.")
    assert sentence(unknown).startswith("No study has the id nope.")


@pytest.mark.slow
def test_between_calls_over_a_pipe_the_library_is_free_for_others(folder: Path) -> None:
    async def use(client: Client) -> tuple[CallToolResult, int, CallToolResult]:
        first = await client.call_tool("ask", {"question": LIGHT})
        beside = await asyncio.to_thread(amp, folder, "add", str(folder / "lighting.pdf"), "--quiet")
        return first, beside.returncode, await client.call_tool("ask", {"question": LIGHT})

    first, code, second = over_pipe(folder, use)
    assert code == 0
    assert given(first) == given(second)


@pytest.mark.slow
def test_a_library_that_another_process_owns_is_read_all_the_same(folder: Path) -> None:
    from corpus.settings import Settings

    settings = Settings(data=folder / "data", language="en", _env_file=None)
    with Library(settings, write=True):
        result = over_pipe(folder, lambda client: client.call_tool("ask", {"question": LIGHT}))
    assert given(result)["citations"][0]["quote"] == FINDING


@pytest.mark.slow
def test_standard_output_carries_the_protocol_alone(folder: Path) -> None:
    messages = (
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "search", "arguments": {"question": "?"}},
        },
    )
    with subprocess.Popen(
        [sys.executable, "-c", STDIO],
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
        process.stdin.flush()
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        rest, complained = process.stdout.read(), process.stderr.read()
    assert [line["id"] for line in lines] == [1, 2]
    assert lines[1]["result"]["isError"]
    assert (rest, complained, process.returncode) == ("", "", 0)


@pytest.mark.slow
def test_without_a_library_the_pipe_is_not_served(tmp_path: Path) -> None:
    called = subprocess.run(
        [sys.executable, "-c", STDIO],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert called.stdout == ""
    assert "There is no library in " in called.stderr  # which the command says in a sentence
