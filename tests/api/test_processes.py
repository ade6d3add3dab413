"""Real processes with the real model: a server, and `amp` beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.fakes import FREE_RIDERS, LIGHTING

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PDF = {"content-type": "application/pdf"}
LIGHT = "Does street lighting reduce property crime?"
FINDING = "Street lighting reduced property crime by 14 per cent in the lit squares."


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "AMP_DATA": str(folder / "data"), "AMP_LANGUAGE": "en"}


def amp(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A whole call of `amp`, from the start of the process to its end."""
    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, timeout=240, check=False
    )


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: the folder of its library, its address and its process."""

    folder: Path
    url: str
    process: subprocess.Popen[str]

    def get(self, path: str, **query: str) -> httpx.Response:
        return httpx.get(self.url + path, params=query, timeout=120)


def started(folder: Path) -> Server:
    """A server that has begun to answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--port", port],
        cwd=ROOT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,  # noqa: PLW1509 - it only sets a signal
    )
    server = Server(folder, f"http://127.0.0.1:{port}", process)
    wait_for(server)
    return server


def listen_to_ctrl_c() -> None:
    """As a terminal starts a program; what runs in the background of a script has Ctrl-C turned off."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(server: Server) -> None:
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        if server.process.poll() is not None:
            raise AssertionError(server.process.communicate())
        try:
            assert server.get("/v1/health").status_code == 200
            return
        except httpx.ConnectError:
            time.sleep(0.2)
    raise AssertionError("the server does not answer")


def stop(server: Server, how: signal.Signals) -> tuple[str, str]:
    """What the server had said when it had ended of itself."""
    server.process.send_signal(how)
    return server.process.communicate(timeout=60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has taken in the English study."""
    running = started(tmp_path_factory.mktemp("served"))
    try:
        sent = httpx.post(
            f"{running.url}/v1/studies", content=LIGHTING, headers=PDF, params={"file": "lighting.pdf"}, timeout=120
        )
        assert sent.status_code == 201, sent.text
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def test_a_study_sent_over_the_network_is_answered_from(server: Server) -> None:
    answer = httpx.post(f"{server.url}/v1/questions", json={"question": LIGHT}, timeout=120).json()
    assert answer["answered"]
    assert answer["citations"][0]["quote"] == FINDING


def test_beside_a_server_amp_reads_without_the_indexes_and_says_so(server: Server) -> None:
    called = amp(server.folder, "ask", LIGHT, "--json")
    assert called.returncode == 0, called.stderr
    assert json.loads(called.stdout)["citations"][0]["quote"] == FINDING
    assert f"Another process owns the indexes ({server.process.pid} " in called.stderr


def test_beside_a_server_amp_finds_what_the_server_finds(server: Server) -> None:
    called = amp(server.folder, "search", LIGHT, "--json")
    mine = [(hit["file"], hit["page"], hit["score"]) for hit in json.loads(called.stdout)]
    theirs = [(hit["file"], hit["page"], hit["score"]) for hit in server.get("/v1/search", q=LIGHT).json()["hits"]]
    assert [place[:2] for place in mine] == [place[:2] for place in theirs]
    assert [place[2] for place in mine] == pytest.approx([place[2] for place in theirs], abs=0.001)


def test_beside_a_server_nothing_can_be_added_and_the_owner_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "friakare.pdf").write_bytes(FREE_RIDERS)
    called = amp(server.folder, "add", tmp_path / "friakare.pdf", "--json")
    assert (called.returncode, called.stdout) == (2, "")
    assert f"is in use by process {server.process.pid} " in called.stderr


def test_a_second_server_on_the_same_port_is_told(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    called = amp(tmp_path, "serve", "--port", port)
    assert (called.returncode, called.stdout) == (2, "")
    assert f"The address 127.0.0.1:{port} cannot be served on" in called.stderr


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_server_ends_when_it_is_asked_to_and_leaves_the_library_whole(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    running = started(tmp_path)
    httpx.post(f"{running.url}/v1/studies", content=LIGHTING, headers=PDF, timeout=120).raise_for_status()
    said, complained = stop(running, how)
    assert said.startswith(f"Serving on {running.url}/v1 ")
    assert "Traceback" not in complained
    assert running.process.returncode == code
    assert not (tmp_path / "data" / "owner").exists()
    assert not list((tmp_path / "data").glob("dense/serving-*"))
    health = amp(tmp_path, "doctor", "--json")
    assert (health.returncode, json.loads(health.stdout)["sound"]) == (0, True)


def test_a_pdf_is_added_and_asked_by_calls_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "lighting.pdf").write_bytes(LIGHTING)
    added = amp(tmp_path, "add", tmp_path / "lighting.pdf", "--json")
    assert (added.returncode, json.loads(added.stdout)["status"]) == (0, "added"), added.stderr
    asked = amp(tmp_path, "ask", LIGHT, "--json")
    assert json.loads(asked.stdout)["citations"][0]["quote"] == FINDING
    assert (asked.returncode, asked.stderr) == (0, "")


def test_a_reader_that_goes_away_brings_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "lighting.pdf").write_bytes(LIGHTING)
    amp(tmp_path, "add", tmp_path / "lighting.pdf", "--quiet")
    (tmp_path / "q.jsonl").write_text('{"id": 1, "question": "lighting and crime"}\n' * 400, "utf-8")
    command = [sys.executable, "-m", "api.cli", "search", "--batch", str(tmp_path / "q.jsonl"), "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["id"] == 1
    process.stdout.close()
    complained = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1
    assert "Traceback" not in complained


def test_amp_without_a_library_or_a_model_is_quick_to_say_so(tmp_path: Path) -> None:
    began = time.monotonic()
    called = amp(tmp_path, "ask", LIGHT, "--json")
    assert (called.returncode, called.stdout) == (2, "")
    assert called.stderr.startswith("There is no library in ")
    assert time.monotonic() - began < 20
