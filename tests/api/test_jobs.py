"""Jobs over HTTP: many files sent, taken in one after the other, watched, paused and tried again."""

import hashlib
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from corpus.library import Library
from corpus.settings import Settings
from tests.api.test_processes import Server, started, stop
from tests.fakes import FREE_RIDERS, LIGHTING, make_pdf

pytestmark = pytest.mark.slow

PDF = {"content-type": "application/pdf"}


def make(client: TestClient, name: str = "Reports") -> int:
    made = client.post("/v1/jobs", json={"name": name})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def send(client: TestClient, job: int, name: str, data: bytes) -> httpx.Response:
    return client.put(f"/v1/jobs/{job}/files", params={"file": name}, content=data, headers=PDF)


def studies(count: int) -> Iterator[tuple[str, bytes]]:
    for number in range(count):
        yield f"{number}.pdf", make_pdf([f"Street lighting reduced property crime on square number {number}."])


def ask(client: TestClient, job: int, what: str) -> httpx.Response:
    return client.post(f"/v1/jobs/{job}/{what}")


def job_of(client: TestClient, job: int) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/v1/jobs/{job}").json()
    return found


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def wait_for(client: TestClient, job: int, state: str = "done") -> dict[str, Any]:
    wait_until(lambda: job_of(client, job)["state"] == state)
    return job_of(client, job)


def uploads(library: Library) -> list[str]:
    return sorted(path.name for path in (library.folder / "uploads").glob("*"))


# A job from its making to its end


def test_files_are_sent_one_by_one_and_taken_in_when_the_job_is_started(client: TestClient, library: Library) -> None:
    job = make(client)
    for number, (name, data) in enumerate(studies(3), 1):
        sent = send(client, job, name, data)
        assert sent.status_code == 201
        assert sent.json() == {**sent.json(), "number": number, "file": name, "state": "queued", "receipt": None}
    before = job_of(client, job)
    assert (before["state"], before["name"], before["total"], before["rate"]) == ("queued", "Reports", 3, None)
    assert library.record.counts()["studies"] == 0
    assert ask(client, job, "start").status_code == 200
    after = wait_for(client, job)
    assert [(file["state"], file["receipt"]["status"]) for file in after["files"]] == [("done", "added")] * 3
    assert (after["finished"], after["failed"], after["pages"], after["passages"]) == (3, 0, 3, 3)
    assert (after["statuses"], after["seconds_left"], after["reason"]) == ({"added": 3}, 0, None)
    assert after["rate"] > 0
    assert uploads(library) == []
    assert library.verify().sound


def test_an_upload_is_on_disk_when_it_is_acknowledged_under_its_hash(client: TestClient, library: Library) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    sha256 = hashlib.sha256(LIGHTING).hexdigest()
    assert uploads(library) == [f"{sha256}.pdf"]
    assert (library.folder / "uploads" / f"{sha256}.pdf").read_bytes() == LIGHTING


def test_more_files_may_come_while_a_job_runs_and_after_it_was_done(client: TestClient) -> None:
    job = make(client)
    ask(client, job, "start")
    for name, data in studies(3):
        send(client, job, name, data)
    wait_until(lambda: job_of(client, job)["finished"] == 3)
    wait_for(client, job)
    send(client, job, "more.pdf", LIGHTING)
    assert wait_for(client, job)["statuses"] == {"added": 4}


def test_all_jobs_are_listed_oldest_first(client: TestClient) -> None:
    first, second = make(client, "One"), make(client, "")
    assert [(job["id"], job["name"]) for job in client.get("/v1/jobs").json()] == [(first, "One"), (second, "")]


def test_one_put_twice_is_one_file_and_one_posted_twice_is_two(client: TestClient) -> None:
    job = make(client)
    assert [send(client, job, "a.pdf", LIGHTING).status_code for _ in range(2)] == [201, 200]
    assert len(job_of(client, job)["files"]) == 1
    posted = client.post(f"/v1/jobs/{job}/files", params={"file": "a.pdf"}, content=LIGHTING, headers=PDF)
    assert (posted.status_code, posted.json()["number"]) == (201, 2)
    ask(client, job, "start")
    assert wait_for(client, job)["statuses"] == {"added": 1, "unchanged": 1}


def test_two_files_with_one_name_are_both_kept(client: TestClient) -> None:
    job = make(client)
    for data in (LIGHTING, FREE_RIDERS):
        assert send(client, job, "same.pdf", data).status_code == 201
    ask(client, job, "start")
    done = wait_for(client, job)
    assert [(file["file"], file["receipt"]["status"]) for file in done["files"]] == [("same.pdf", "added")] * 2


def test_single_studies_are_still_sent_as_before_while_a_job_runs(client: TestClient, library: Library) -> None:
    job = make(client)
    for name, data in studies(4):
        send(client, job, name, data)
    ask(client, job, "start")
    assert client.post("/v1/studies", content=LIGHTING, headers=PDF).status_code == 201
    wait_for(client, job)
    assert library.record.counts()["studies"] == 5
    assert library.verify().sound


# Paused, cancelled, tried again


def test_a_job_is_paused_before_it_is_started_and_gone_on_with(client: TestClient, library: Library) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    assert ask(client, job, "pause").json()["state"] == "paused"
    time.sleep(0.5)
    assert library.record.counts()["studies"] == 0
    assert ask(client, job, "resume").json()["state"] in ("queued", "running")
    assert wait_for(client, job)["statuses"] == {"added": 1}


def test_a_job_is_paused_while_it_runs(client: TestClient) -> None:
    job = make(client)
    for name, data in studies(12):
        send(client, job, name, data)
    ask(client, job, "start")
    wait_until(lambda: job_of(client, job)["finished"] > 0)
    ask(client, job, "pause")
    wait_until(lambda: "reading" not in job_of(client, job)["states"])
    paused = job_of(client, job)
    assert (paused["state"], paused["states"].keys()) == ("paused", {"done", "queued"})
    ask(client, job, "resume")
    assert wait_for(client, job)["statuses"] == {"added": 12}


def test_a_cancelled_job_keeps_what_was_added_and_forgets_what_was_sent(client: TestClient, library: Library) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    assert ask(client, job, "cancel").json()["state"] == "cancelled"
    assert uploads(library) == []
    assert job_of(client, job)["files"][0]["state"] == "cancelled"
    refused = send(client, job, "b.pdf", FREE_RIDERS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "job_ended")
    assert uploads(library) == []


def test_a_file_that_failed_says_why_in_the_readers_language_and_is_tried_again(client: TestClient) -> None:
    job = make(client)
    send(client, job, "bad.pdf", b"no")
    send(client, job, "good.pdf", LIGHTING)
    ask(client, job, "start")
    failed = wait_for(client, job)["files"][0]
    assert (failed["state"], failed["tries"]) == ("failed", 1)
    assert failed["receipt"]["reason"] == "The file bad.pdf is not a PDF. Only PDF files can be added."
    swedish = client.get(f"/v1/jobs/{job}", headers={"accept-language": "sv"}).json()["files"][0]
    assert swedish["receipt"]["reason"] == "Filen bad.pdf är inte en PDF. Bara PDF-filer kan läggas till."
    again = client.post(f"/v1/jobs/{job}/files/1/retry")
    assert (again.status_code, again.json()["state"]) == (200, "queued")
    wait_until(lambda: job_of(client, job)["files"][0]["tries"] == 2)
    assert wait_for(client, job)["failed"] == 1
    wrong = client.post(f"/v1/jobs/{job}/files/2/retry")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "nothing_to_retry")


# What cannot be done


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/jobs/99", "unknown_job"),
        ("GET", "/v1/jobs/99/events", "unknown_job"),
        ("POST", "/v1/jobs/99/start", "unknown_job"),
        ("PUT", "/v1/jobs/99/files", "unknown_job"),
        ("POST", "/v1/jobs/99/files/1/retry", "unknown_job"),
        ("POST", "/v1/jobs/1/files/99/retry", "unknown_job_file"),
    ],
)
def test_what_is_not_there_is_said_so(client: TestClient, method: str, path: str, code: str) -> None:
    make(client)
    answer = client.request(method, path, headers=PDF)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, code)


def test_a_job_that_is_done_takes_no_orders(client: TestClient) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    ask(client, job, "start")
    wait_for(client, job)
    for what in ("start", "pause", "resume", "cancel"):
        answer = ask(client, job, what)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "job_ended")


def test_a_body_that_is_not_sent_as_a_pdf_or_is_too_large_leaves_nothing(settings: Settings, library: Library) -> None:
    small = settings.model_copy(update={"max_upload_mb": 1})
    with TestClient(create_app(small, library), headers={"accept-language": "en"}) as client:
        job = make(client)
        text = client.put(f"/v1/jobs/{job}/files", content=LIGHTING, headers={"content-type": "text/plain"})
        assert (text.status_code, text.json()["error"]["code"]) == (422, "not_pdf_body")
        assert send(client, job, "large.pdf", bytes(2 << 20)).status_code == 413

        def parts() -> Iterator[bytes]:
            yield from [bytes(1 << 18)] * 8

        streamed = client.put(f"/v1/jobs/{job}/files", content=parts(), headers=PDF)
        assert (streamed.status_code, streamed.json()["error"]["code"]) == (413, "body_too_large")
        assert job_of(client, job)["files"] == []
        assert uploads(library) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../../etc/passwd", "passwd"),
        ("a\x00b.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("x" * 4000 + ".pdf", "x" * 188 + "xxxxxxxx.pdf"),
        ("", "study.pdf"),
    ],
)
def test_the_name_of_a_file_is_only_ever_shown(client: TestClient, library: Library, sent: str, shown: str) -> None:
    job = make(client)
    assert send(client, job, sent, LIGHTING).json()["file"] == shown
    assert uploads(library) == [f"{hashlib.sha256(LIGHTING).hexdigest()}.pdf"]
    assert not list(library.folder.parent.glob("*.pdf"))


def test_a_disk_without_room_for_an_upload_is_507_and_nothing_is_acknowledged(
    client: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make(client)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        answer = send(client, job, "a.pdf", LIGHTING)
    assert (answer.status_code, answer.json()["error"]["code"]) == (507, "cannot_write")
    assert (uploads(library), job_of(client, job)["files"]) == ([], [])


# Followed


def events(client: TestClient, job: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a job until the stream ends."""
    with client.stream("GET", f"/v1/jobs/{job}/events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            if line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def test_a_job_is_followed_change_by_change_and_the_stream_ends_with_it(client: TestClient) -> None:
    job = make(client)
    for name, data in studies(3):
        send(client, job, name, data)
    send(client, job, "bad.pdf", b"no")
    heard: list[tuple[str, dict[str, Any]]] = []
    following = threading.Thread(target=lambda: heard.extend(events(client, job)))
    following.start()
    time.sleep(0.5)  # for the first event
    ask(client, job, "start")
    following.join(60)
    assert not following.is_alive()
    assert (heard[0][0], heard[-1][0]) == ("job", "end")
    assert [file["state"] for file in heard[0][1]["files"]] == ["queued"] * 4
    changes = [(data["file"]["number"], data["file"]["state"]) for name, data in heard if name == "file"]
    for number, last in ((1, "done"), (2, "done"), (3, "done"), (4, "failed")):
        assert [state for n, state in changes if n == number] == ["reading", last]
    finished = [data["job"]["finished"] for name, data in heard if name == "file"]
    assert (finished, finished[-1]) == (sorted(finished), 4)
    assert (heard[-1][1]["state"], heard[-1][1]["statuses"]) == ("done", {"added": 3, "failed": 1})


def test_who_comes_late_hears_the_state_as_it_is_and_the_end(client: TestClient) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    ask(client, job, "start")
    wait_for(client, job)
    (first, whole), (last, end) = events(client, job)
    assert (first, last) == ("job", "end")
    assert whole["files"][0]["receipt"]["status"] == "added"
    assert end == {key: value for key, value in whole.items() if key != "files"}


def test_a_pause_is_heard_and_the_stream_goes_on_until_the_job_is_cancelled(client: TestClient) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    heard: list[tuple[str, dict[str, Any]]] = []
    following = threading.Thread(target=lambda: heard.extend(events(client, job)))
    following.start()
    time.sleep(0.5)
    ask(client, job, "pause")
    time.sleep(0.5)
    ask(client, job, "cancel")
    following.join(30)
    assert [(name, data.get("state", "")) for name, data in heard] == [
        ("job", "queued"),
        ("job", "paused"),
        ("file", ""),
        ("end", "cancelled"),
    ]


# Servers that end


def test_a_server_takes_up_what_an_earlier_one_left(settings: Settings, library: Library) -> None:
    with TestClient(create_app(settings, library)) as client:
        job = make(client)
        for name, data in studies(8):
            send(client, job, name, data)
        paused = make(client)
        send(client, paused, "p.pdf", LIGHTING)
        ask(client, paused, "pause")
        ask(client, job, "start")
        wait_until(lambda: job_of(client, job)["finished"] > 0)
    with TestClient(create_app(settings, library)) as client:
        assert wait_for(client, job)["statuses"] == {"added": 8}
        assert job_of(client, paused)["state"] == "paused"
    assert library.verify().sound


@pytest.mark.slow
def test_a_server_killed_at_work_is_started_again_and_finishes(tmp_path: Path) -> None:
    running = started(tmp_path)
    try:
        job = httpx.post(f"{running.url}/v1/jobs", timeout=60).json()["id"]
        for name, data in studies(10):
            url = f"{running.url}/v1/jobs/{job}/files"
            assert httpx.put(url, params={"file": name}, content=data, headers=PDF, timeout=60).status_code == 201
        httpx.post(f"{running.url}/v1/jobs/{job}/start", timeout=60).raise_for_status()
        wait_until(lambda: int(running.get(f"/v1/jobs/{job}").json()["finished"]) > 1)
    finally:
        running.process.kill()
        running.process.communicate()
    again = started(tmp_path)
    wait_until(lambda: bool(again.get(f"/v1/jobs/{job}").json()["state"] == "done"))
    assert again.get(f"/v1/jobs/{job}").json()["statuses"] == {"added": 10}
    assert len(again.get("/v1/studies").json()) == 10
    assert list((tmp_path / "data" / "uploads").glob("*")) == []
    stop(again, signal.SIGTERM)


@pytest.mark.slow
def test_a_server_that_is_followed_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    running: Server = started(tmp_path)
    job = httpx.post(f"{running.url}/v1/jobs", timeout=60).json()["id"]
    with httpx.stream("GET", f"{running.url}/v1/jobs/{job}/events", timeout=60) as response:
        lines = response.iter_lines()
        assert next(lines) == "event: job"
        began = time.monotonic()
        running.process.send_signal(signal.SIGTERM)
        with pytest.raises((StopIteration, httpx.HTTPError)):
            while True:
                next(lines)
    running.process.communicate(timeout=60)
    assert time.monotonic() - began < 20


def test_receipts_of_jobs_have_the_form_of_other_receipts(client: TestClient) -> None:
    job = make(client)
    send(client, job, "a.pdf", LIGHTING)
    ask(client, job, "start")
    (file,) = wait_for(client, job)["files"]
    again = client.post("/v1/studies", content=LIGHTING, headers=PDF, params={"file": "a.pdf"}).json()
    assert {**file["receipt"], "status": "unchanged"} == again
