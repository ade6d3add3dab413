"""`amp doctor`, `amp backup` and `amp restore`, also beside a process that ingests."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from corpus.library import Library
from tests.api.test_cli import DONE, LIGHT, SOMETHING_FAILED, WRONG_CALL, Amp
from tests.api.test_processes import ROOT, amp, environment
from tests.fakes import LIGHTING
from tests.ingest.test_killed import study_pdf

pytestmark = pytest.mark.slow


def restored(backup: Path, folder: Path) -> Amp:
    """`amp` over a library made of a backup."""
    again = Amp(folder)
    called = again("restore", backup, "--json")
    assert called.exit_code == DONE, called.stderr
    assert json.loads(called.stdout)["sound"]
    return again


def test_the_doctor_tells_what_is_optional_and_whether_it_is_there(filled: Amp) -> None:
    told = json.loads(filled("doctor", "--json").stdout)["optional"]
    assert set(told) == {"ocr", "writer", "lookups"}
    assert told["ocr"]["there"] is (shutil.which("tesseract") is not None)
    assert (told["lookups"]["there"], told["lookups"]["message"].split(".")[0]) == (False, "Look-ups of DOIs: off")


def test_the_doctor_says_what_to_do_without_tesseract(filled: Amp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    said = filled("doctor").stdout
    assert "Reading of scans (tesseract): not installed. On Debian: apt install tesseract-ocr" in said


def test_the_doctor_speaks_swedish(filled: Amp) -> None:
    filled.environment["AMP_LANGUAGE"] = "sv"
    assert "Studier utan årtal: 2. Se dem med amp studies list --gap year." in filled("doctor").stdout


def test_a_damaged_pdf_of_the_same_size_is_found_when_asked_for(filled: Amp) -> None:
    path = next((filled.folder / "data" / "pdf").iterdir())
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    assert filled("doctor").exit_code == DONE
    called = filled("doctor", "--thorough", "--json")
    assert called.exit_code == SOMETHING_FAILED
    assert [f["code"] for f in json.loads(called.stdout)["findings"] if f["level"] == "fault"] == ["pdf_changed"]


def test_a_restored_library_gives_the_same_answer(filled: Amp, tmp_path: Path) -> None:
    said = filled("backup", tmp_path / "library.amp")
    assert said.stdout.startswith("Backed up 2 studies and 4 passages to ")
    again = restored(tmp_path / "library.amp", tmp_path / "elsewhere")
    assert again("ask", LIGHT, "--json").stdout == filled("ask", LIGHT, "--json").stdout
    assert again("doctor").exit_code == DONE


def test_a_backup_is_not_written_over_and_a_library_is_not_restored_over(filled: Amp, tmp_path: Path) -> None:
    filled("backup", tmp_path / "library.amp")
    twice = filled("backup", tmp_path / "library.amp")
    assert (twice.exit_code, "is there already" in twice.stderr) == (WRONG_CALL, True)
    over = filled("restore", tmp_path / "library.amp")
    assert (over.exit_code, "can only be restored into an empty folder" in over.stderr) == (WRONG_CALL, True)


@pytest.mark.usefixtures("filled")
def test_a_file_that_is_no_backup_is_told(tmp_path: Path) -> None:
    (tmp_path / "study.pdf").write_bytes(LIGHTING)
    called = Amp(tmp_path / "elsewhere")("restore", tmp_path / "study.pdf")
    assert (called.exit_code, "is not a whole backup" in called.stderr) == (WRONG_CALL, True)


def test_the_doctor_answers_over_http_in_the_readers_language(client: TestClient, library: Library) -> None:
    found = client.get("/v1/doctor", headers={"accept-language": "sv"}).json()
    assert (found["sound"], found["folder"]) == (True, str(library.folder))
    assert found["optional"]["writer"]["message"].startswith("Skrivande med en språkmodell: avstängt.")


def test_a_backup_made_while_another_process_ingests_is_of_one_moment_and_answers_the_same(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "a-lighting.pdf").write_bytes(LIGHTING)
    for number in range(20):
        (papers / f"study{number:02}.pdf").write_bytes(study_pdf(number))
    command = [sys.executable, "-m", "api.cli", "add", str(papers), "--json"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    acknowledged = [json.loads(process.stdout.readline())["file"] for _ in range(4)]
    made = amp(tmp_path, "backup", str(tmp_path / "while.amp"), "--json")
    assert made.returncode == 0, made.stderr
    meanwhile = process.poll() is None
    process.communicate(timeout=180)
    assert meanwhile, "the ingest ended before the backup did"
    studies = json.loads(made.stdout)["studies"]
    assert len(acknowledged) <= studies < 21

    elsewhere = tmp_path / "elsewhere"
    assert amp(elsewhere, "restore", str(tmp_path / "while.amp")).returncode == 0
    health = amp(elsewhere, "doctor", "--json")
    assert (health.returncode, json.loads(health.stdout)["counts"]["studies"]) == (0, studies)
    whole, part = (_answer(folder) for folder in (tmp_path, elsewhere))
    assert part["citations"][0]["quote"] == whole["citations"][0]["quote"]


def _answer(folder: Path) -> Any:
    return json.loads(amp(folder, "ask", LIGHT, "--json").stdout)
