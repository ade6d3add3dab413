"""PDF to pages: what is read, and that a hostile file can fail only itself."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from corpus.settings import Settings
from corpus.study import Reader
from corpus.text import letters
from ingest.read import CannotRead, ChildReader
from tests.fakes import make_pdf
from tests.ingest.conftest import ReadBytes
from tests.ingest.pdfs import TEXT, blank_pdf, greedy_pdf, joined, labelled_pdf, line_pdf, locked, scanned, slow_pdf

GOOD = make_pdf([TEXT])


def refusal(read: ReadBytes, pdf: bytes) -> str:
    """The code a PDF is refused with."""
    with pytest.raises(CannotRead) as caught:
        read(pdf)
    return caught.value.code


def limited(settings: Settings, **limits: int) -> Settings:
    return settings.model_copy(update=limits)


# Pages and their text


def test_pages_are_numbered_from_one_in_the_order_of_the_file(read: ReadBytes) -> None:
    document = read(make_pdf(["Alpha square", "Beta square", "Gamma square"]))
    assert [(page.number, page.text) for page in document.pages] == [
        (1, "Alpha square"),
        (2, "Beta square"),
        (3, "Gamma square"),
    ]


def test_lines_stay_lines(read: ReadBytes) -> None:
    assert read(GOOD).pages[0].text == TEXT


def test_every_page_carries_the_letters_a_second_reader_saw(read: ReadBytes) -> None:
    (page,) = read(GOOD).pages
    assert page.reader is Reader.PYPDF
    assert page.witness == letters(TEXT)
    assert page.witness.startswith("streetlightingreducedpropertycrimeby14percent")


def test_a_typographic_ligature_becomes_letters(read: ReadBytes) -> None:
    (page,) = read(line_pdf("An e@cient town", at_sign="FB03")).pages
    assert page.text == "An efficient town"


def test_a_word_broken_at_the_line_end_is_whole_again(read: ReadBytes) -> None:
    (page,) = read(make_pdf(["Rapporten handlar om fastighets-\nägare som inte vill betala."])).pages
    assert page.text == "Rapporten handlar om fastighetsägare som inte vill betala."


def test_an_english_word_with_a_hyphen_of_its_own_keeps_it_at_the_line_end(read: ReadBytes) -> None:
    pages = [
        "The place-based method is old.",
        "It is a place-\nbased method of the city, and that is what the town is for.",
    ]
    assert "a place-based method" in read(make_pdf(pages)).pages[1].text


def test_half_a_character_is_left_out(read: ReadBytes) -> None:
    (page,) = read(line_pdf("Street light@ing in the town", at_sign="D800")).pages
    assert page.text == "Street lighting in the town"


def test_the_lines_of_the_first_page_come_with_their_size_of_print(read: ReadBytes) -> None:
    assert read(GOOD).front == tuple((line, 11.0) for line in TEXT.split("\n"))


def test_what_the_file_says_of_itself_is_read(read: ReadBytes) -> None:
    info = read(make_pdf([TEXT], title="Lit squares", author="Anna Berg")).info
    assert (info["title"], info["author"]) == ("Lit squares", "Anna Berg")


def test_a_page_that_shows_something_and_has_no_text_is_one_that_nobody_could_read(read: ReadBytes) -> None:
    first, second = read(joined(scanned(GOOD, 72), GOOD)).pages
    assert (first.text, first.reader, first.witness) == ("", Reader.NONE, "")
    assert second.reader is Reader.PYPDF


def test_a_blank_page_was_read_and_says_nothing(read: ReadBytes) -> None:
    (page,) = read(make_pdf([""])).pages
    assert (page.text, page.reader, page.witness) == ("", Reader.PYPDF, "")


# Printed page numbers


def test_the_files_own_labels_are_kept(read: ReadBytes) -> None:
    pages = read(labelled_pdf(["Cover", "Contents", "Preface", "First chapter", "Second chapter"])).pages
    assert [page.label for page in pages] == ["i", "ii", "iii", "1", "2"]
    assert [page.number for page in pages] == [1, 2, 3, 4, 5]


def test_labels_of_the_file_beat_numbers_in_print(read: ReadBytes) -> None:
    pages = read(make_pdf([f"{41 + i}\nLit squares" for i in range(4)], labels="roman")).pages
    assert [page.label for page in pages] == ["i", "ii", "iii", "iv"]


def test_without_labels_the_printed_numbers_are_read(read: ReadBytes) -> None:
    pages = read(make_pdf([f"Lit squares and lamps\n{41 + i}" for i in range(4)])).pages
    assert [page.label for page in pages] == ["41", "42", "43", "44"]


def test_with_neither_pages_are_numbered_as_in_the_pdf(read: ReadBytes) -> None:
    assert [page.label for page in read(make_pdf([TEXT] * 3)).pages] == ["1", "2", "3"]


# Files that cannot be read


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_file_encrypted_with_an_empty_password_opens(read: ReadBytes, algorithm: str) -> None:
    assert read(locked(GOOD, "", algorithm)).pages[0].text == TEXT


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_file_with_a_password_is_refused_as_such(read: ReadBytes, algorithm: str) -> None:
    assert refusal(read, locked(GOOD, "secret", algorithm)) == "password"


def test_a_file_that_is_no_pdf_is_refused_as_such(read: ReadBytes) -> None:
    assert refusal(read, b"PK\x03\x04 a Word document") == "not_a_pdf"


def test_an_empty_file_is_refused_as_such(read: ReadBytes) -> None:
    assert refusal(read, b"") == "empty_file"


def test_half_a_pdf_is_damaged(read: ReadBytes) -> None:
    whole = make_pdf([TEXT] * 30)
    assert refusal(read, whole[: len(whole) // 2]) == "damaged"


def test_a_pdf_in_name_only_is_damaged(read: ReadBytes) -> None:
    assert refusal(read, b"%PDF-1.7\nand nothing more") == "damaged"


def test_a_file_that_is_not_there_is_damaged_and_not_a_crash(reader: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as caught:
        reader.read(tmp_path / "gone.pdf")
    assert caught.value.code == "damaged"


def test_where_one_reader_cannot_open_the_file_the_other_reads_it(read: ReadBytes) -> None:
    (page,) = read(GOOD[: GOOD.rindex(b"startxref")]).pages
    assert (page.text, page.reader) == (TEXT, Reader.PDFIUM)


def test_ten_thousand_pages_are_too_many(read: ReadBytes) -> None:
    with pytest.raises(CannotRead) as caught:
        read(blank_pdf(10_000))
    assert caught.value.code == "too_many_pages"
    assert "10000 pages, and the limit is 5000" in caught.value.sentence("en")


def test_as_many_pages_as_the_limit_are_not_too_many(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "three.pdf").write_bytes(blank_pdf(3))
    (tmp_path / "four.pdf").write_bytes(blank_pdf(4))
    with ChildReader(limited(settings, max_pages=3)) as reader:
        assert len(reader.read(tmp_path / "three.pdf").pages) == 3
        with pytest.raises(CannotRead):
            reader.read(tmp_path / "four.pdf")


def test_what_the_pdf_library_warns_of_lands_in_the_document_and_not_on_screen(
    read: ReadBytes, capfd: pytest.CaptureFixture[str]
) -> None:
    document = read(b"some junk\n" + GOOD)
    assert document.pages[0].text == TEXT
    assert any("header" in warning for warning in document.warnings)
    assert capfd.readouterr() == ("", "")


def test_the_warnings_of_one_file_are_not_those_of_the_next(read: ReadBytes) -> None:
    assert read(b"some junk\n" + GOOD).warnings
    assert read(GOOD).warnings == ()


# The limits, and life after them


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_stopped_in_time_and_the_next_is_read(settings: Settings, tmp_path: Path) -> None:
    slow, good = tmp_path / "slow.pdf", tmp_path / "good.pdf"
    slow.write_bytes(slow_pdf())
    good.write_bytes(GOOD)
    with ChildReader(limited(settings, read_seconds=2)) as reader:
        began = time.monotonic()
        with pytest.raises(CannotRead) as caught:
            reader.read(slow)
        assert caught.value.code == "timed_out"
        assert 1.9 < time.monotonic() - began < 2 + 5
        assert reader.read(good).pages[0].text == TEXT


def test_a_file_that_takes_too_much_memory_fails_alone(settings: Settings, tmp_path: Path) -> None:
    greedy, good = tmp_path / "greedy.pdf", tmp_path / "good.pdf"
    greedy.write_bytes(greedy_pdf())
    good.write_bytes(GOOD)
    with ChildReader(limited(settings, read_memory_mb=256)) as reader:
        with pytest.raises(CannotRead) as caught:
            reader.read(greedy)
        assert caught.value.code in ("out_of_memory", "reader_died")
        assert "256 MB" in caught.value.sentence("en")
        assert reader.read(good).pages[0].text == TEXT


def child_pid(reader: ChildReader) -> int:
    """The process id of a reader's child, once it runs."""
    for _ in range(500):
        if reader._child is not None:
            return reader._child.pid
        time.sleep(0.01)
    raise AssertionError("the reader has no child")


def read_in_thread(reader: ChildReader, path: Path) -> tuple[threading.Thread, list[str]]:
    """Begin to read a file; the code of its refusal lands in the list."""
    codes: list[str] = []

    def run() -> None:
        try:
            reader.read(path)
        except CannotRead as fault:
            codes.append(fault.code)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, codes


def test_a_child_killed_in_the_middle_of_a_file_costs_that_file_only(reader: ChildReader, tmp_path: Path) -> None:
    slow, good = tmp_path / "slow.pdf", tmp_path / "good.pdf"
    slow.write_bytes(slow_pdf())
    good.write_bytes(GOOD)
    thread, codes = read_in_thread(reader, slow)
    pid = child_pid(reader)
    time.sleep(0.5)
    os.kill(pid, signal.SIGKILL)
    thread.join(5)
    assert codes == ["reader_died"]
    assert reader.read(good).pages[0].text == TEXT


def test_a_child_killed_between_two_files_costs_neither(reader: ChildReader, tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(GOOD)
    reader.read(good)
    os.kill(child_pid(reader), signal.SIGKILL)
    time.sleep(0.2)
    assert reader.read(good).pages[0].text == TEXT


def test_closing_does_not_wait_for_a_file_that_is_being_read(reader: ChildReader, tmp_path: Path) -> None:
    slow = tmp_path / "slow.pdf"
    slow.write_bytes(slow_pdf())
    thread, codes = read_in_thread(reader, slow)
    child_pid(reader)
    time.sleep(0.3)
    began = time.monotonic()
    reader.close()
    thread.join(5)
    assert time.monotonic() - began < 3
    assert codes == ["reader_died"]


def test_one_child_reads_forty_files_and_then_a_fresh_one_takes_over(reader: ChildReader, tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(make_pdf([f"{TEXT}\n{TEXT}"]))  # enough text that no page need be looked at
    pids = []
    for _ in range(41):
        pids.append(reader._child.pid if reader._child else None)
        reader.read(good)
    assert pids[0] is None
    assert len(set(pids[1:40])) == 1
    assert pids[40] is None


def test_a_closed_reader_leaves_no_process(settings: Settings, tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(GOOD)
    with ChildReader(settings) as reader:
        reader.read(good)
        pid = child_pid(reader)
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_every_refusal_says_in_both_languages_what_was_met_and_what_to_do(read: ReadBytes) -> None:
    with pytest.raises(CannotRead) as caught:
        read(locked(GOOD, "secret", "AES-256"))
    assert caught.value.sentence("en") == (
        "The PDF paper.pdf is locked with a password. Save a copy without the password and add that."
    )
    assert caught.value.sentence("sv") == (
        "PDF:en paper.pdf är låst med lösenord. Spara en kopia utan lösenord och lägg till den."
    )
