"""Scans of a page that was written for these tests, and programs that take tesseract's place."""

import time
from pathlib import Path

import pytest

from corpus.settings import Settings
from ingest.ocr import Ocr
from tests.fakes import make_pdf

SQUARE = """Trygghet på torg och i stationsmiljöer
Kommunen och fastighetsägarna följde under tre år hur invånarna upplevde torget
efter att belysningen hade bytts ut. Andelen som kände sig otrygga på kvällen
sjönk från 38 till 29 procent, medan antalet anmälda brott var oförändrat.
Störst var förändringen bland äldre kvinnor, som oftare än andra hade valt att
gå en omväg. Resultaten bygger på enkäter till 1 240 hushåll och ska läsas med
försiktighet, eftersom ingen jämförelseplats fanns med i undersökningen."""
SQUARE_PDF = make_pdf([SQUARE])
TABLE = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def needs_tesseract(settings: Settings) -> Ocr:
    """OCR as it is installed here; the test is skipped where it is not."""
    ocr = Ocr(settings)
    program = ocr.program()
    if program is None or not {"swe", "eng", "osd"} <= program.languages:
        pytest.skip("tesseract is not installed here with Swedish, English and osd")
    return ocr


def row(text: str, certainty: float = 90, block: int = 1, paragraph: int = 1, line: int = 1) -> str:
    """A row of tesseract's table for one word; `certainty` is in per cent."""
    return f"5\t1\t{block}\t{paragraph}\t{line}\t1\t0\t0\t10\t10\t{certainty}\t{text}"


def rows(text: str, certainty: float = 90) -> str:
    """Tesseract's table for some lines of one paragraph."""
    lines = enumerate(text.split("\n"), 1)
    return "\n".join([TABLE, *(row(word, certainty, line=n) for n, line in lines for word in line.split())])


def install(
    monkeypatch: pytest.MonkeyPatch, folder: Path, does: str, languages: str = "eng osd swe", nothing_else: bool = False
) -> Path:
    """Put a program in tesseract's place, which lists `languages` and else `does` something, as a shell script."""
    program = folder / "tesseract"
    listed = "\n".join(["List of available languages:", *languages.split()])
    program.write_text(f'#!/bin/sh\ncd "{folder}"\n[ "$1" = --list-langs ] && {{ echo "{listed}"; exit 0; }}\n{does}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder) if nothing_else else f"{folder}:/usr/bin:/bin")
    return program


def reads(monkeypatch: pytest.MonkeyPatch, folder: Path, table: str) -> None:
    """Put a program in tesseract's place that reads the same in every picture."""
    (folder / "table.tsv").write_text(table, "utf-8")
    install(monkeypatch, folder, "cat > picture.png\ncat table.tsv")


def uninstall(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Leave no program to be found."""
    empty = folder / "nothing"
    empty.mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", str(empty))


def is_running(pid: int) -> bool:
    """Is the process there, and no zombie?"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for(path: Path) -> None:
    """Until a file is there; at most half a minute."""
    for _ in range(3_000):
        if path.exists():
            return
        time.sleep(0.01)
    pytest.fail(f"{path} did not come")
