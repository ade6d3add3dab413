"""The starter corpus: evidence notes and their PDFs."""

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from corpus.language import language_of
from corpus.starter import FOLDER, starter_notes
from corpus.starter.build import NOT_THE_STUDY

BUILD = FOLDER.parent / "build.py"
NOTES = starter_notes()


def pages(name: str) -> list[str]:
    document = pypdfium2.PdfDocument(FOLDER / name)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def test_there_are_notes_enough_in_both_languages() -> None:
    languages = [language_of(" ".join(pages(name))) for name in NOTES]
    assert len(NOTES) >= 60
    assert languages.count("sv") >= 30
    assert languages.count("en") >= 30


def test_each_note_has_its_pdf_and_each_pdf_its_note() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.pdf")) == sorted(NOTES)


@pytest.mark.parametrize("name", NOTES)
def test_a_note_has_two_to_four_pages_all_with_text(name: str) -> None:
    texts = pages(name)
    assert 2 <= len(texts) <= 4
    assert min(map(len, texts)) > 200


@pytest.mark.parametrize("name", NOTES)
def test_the_first_page_says_that_this_is_a_note_and_not_the_study(name: str) -> None:
    first = " ".join(pages(name)[0].split())
    assert NOT_THE_STUDY[language_of(first)] in first
    assert "not the study itself" in first or "inte själva studien" in first


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_fully_described(name: str) -> None:
    note = NOTES[name]
    assert note.title.startswith(("Evidence note: ", "Evidensnotis: "))
    assert note.authors
    assert note.year == 2026
    assert len(note.published_in) > 20
    assert note.evidence_from
    assert note.kind == "evidence note"
    assert [key for key, _ in note.identifiers] == ["about"]
    assert name.startswith(note.identifiers[0][1].lower())


def test_no_two_notes_have_the_same_title() -> None:
    assert len({note.title for note in NOTES.values()}) == len(NOTES)


def test_the_pdfs_are_what_the_notes_give() -> None:
    done = subprocess.run([sys.executable, str(BUILD), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pdf_that_is_not_what_its_note_gives_is_told_of(tmp_path: Path) -> None:
    for name in ("notes", "pdf"):
        (tmp_path / name).mkdir()
    note = sorted((FOLDER.parent / "notes").glob("*.md"))[0]
    (tmp_path / "build.py").write_bytes(BUILD.read_bytes())
    (tmp_path / "notes" / note.name).write_bytes(note.read_bytes())
    (tmp_path / "pdf" / f"{note.stem}.pdf").write_bytes(b"%PDF-1.4 something else")
    (tmp_path / "pdf" / "stray.pdf").write_bytes(b"%PDF-1.4")
    command = [sys.executable, str(tmp_path / "build.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{note.stem}.pdf is not what {note.name} gives" in done.stderr
    assert "stray.pdf has no note" in done.stderr
