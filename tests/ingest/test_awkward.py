"""PDFs that have troubled other readers: each ends in a receipt, and none costs more than itself."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.settings import Settings
from corpus.study import Reader
from ingest.receive import Receipt, Reception, Status
from tests.fakes import FakeEmbedder
from tests.ingest.scanner import needs_tesseract

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Awkward:
    """What became of the whole folder."""

    files: list[str]
    cases: dict[str, set[str]]
    receipts: dict[str, Receipt]
    seconds: float
    library: Library

    def statuses(self, category: str) -> dict[str, Status]:
        """What became of the files of one category."""
        return {name: self.receipts[name].status for name, said in self.cases.items() if category in said}


@pytest.fixture(scope="module")
def awkward(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Awkward]:
    folder = shared / "pdf_awkward"
    if not folder.is_dir():
        pytest.skip("the awkward PDFs are not beside the project")
    lines = (folder / "cases.jsonl").read_text("utf-8").splitlines()
    cases = {case["file"]: set(case["categories"]) for case in map(json.loads, lines)}
    data = tmp_path_factory.mktemp("awkward")
    settings = Settings(
        data=data,
        language="en",
        read_seconds=20,
        read_memory_mb=1500,
        ocr=False,
        _env_file=None,
    )
    with Library(settings, write=True, embedder=FakeEmbedder()) as library, Reception(library) as reception:
        began = time.monotonic()
        received = list(reception.receive_paths([folder]))
        seconds = time.monotonic() - began
        files = sorted(path.name for path in folder.glob("*.pdf"))
        yield Awkward(files, cases, {receipt.file: receipt for receipt in received}, seconds, library)


def test_every_awkward_file_ends_in_one_receipt_in_its_turn(awkward: Awkward) -> None:
    assert list(awkward.receipts) == awkward.files
    assert set(awkward.cases) == set(awkward.files)


def test_all_of_them_together_take_less_than_two_minutes(awkward: Awkward) -> None:
    assert awkward.seconds < 120


def test_a_receipt_that_is_not_added_says_why_in_both_languages(awkward: Awkward) -> None:
    for receipt in awkward.receipts.values():
        if receipt.status is not Status.ADDED:
            assert receipt.reason("en")
            assert receipt.reason("sv")
            assert receipt.reason("en") != receipt.reason("sv")


def test_files_with_a_password_fail_with_the_sentence_on_passwords(awkward: Awkward) -> None:
    locked = awkward.statuses("password_required")
    assert locked.pop("pdfjs__pr6531_2.pdf") is Status.NEEDS_OCR  # its owner's password is empty, and its page no text
    assert len(locked) == 6
    for name, status in locked.items():
        assert status is Status.FAILED
        assert awkward.receipts[name].reason("en") == (
            f"The PDF {name} is locked with a password. Save a copy without the password and add that."
        )


@pytest.mark.parametrize("category", ["encrypted_empty_password_aes", "encrypted_empty_password_rc4"])
def test_files_encrypted_with_an_empty_password_are_read(awkward: Awkward, category: str) -> None:
    readable = {name for name, status in awkward.statuses(category).items() if status is Status.ADDED}
    assert awkward.statuses(category).keys() - readable <= {"pdfjs__issue7665.pdf"}  # it holds ten letters in all


def test_scans_need_ocr(awkward: Awkward) -> None:
    scans = awkward.statuses("no_text_layer")
    assert len(scans) == 11
    assert set(scans.values()) == {Status.NEEDS_OCR}


def test_a_blank_page_in_print_is_not_taken_for_one_that_needs_ocr(awkward: Awkward) -> None:
    said = {name: awkward.receipts[name].reason("en") or "" for name in awkward.statuses("no_text_layer")}
    blank = {name for name, reason in said.items() if "blank" in reason}
    assert blank == {"olmocr__blank_book_pg1.pdf"}


def test_text_that_is_garbled_in_one_reader_is_taken_from_the_other_and_in_both_from_none(awkward: Awkward) -> None:
    better = awkward.receipts["pdfjs__issue16538.pdf"].study_id or ""
    assert awkward.library.page(better, 1).reader is Reader.PDFIUM
    assert "マーケットモデル" in awkward.library.page(better, 1).text
    worse = awkward.receipts["pdfjs__font_ascent_descent.pdf"]
    assert (worse.status, worse.passages) == (Status.NEEDS_OCR, 0)
    assert (worse.reason("en") or "").startswith("The text in the PDF is garbled")


def test_no_more_than_one_file_of_all_has_garbled_text(awkward: Awkward) -> None:
    garbled = {name for name, receipt in awkward.receipts.items() if "garbled" in (receipt.reason("en") or "")}
    assert garbled == {"pdfjs__font_ascent_descent.pdf"}


def test_with_ocr_the_scans_that_have_words_are_read(shared: Path, settings: Settings) -> None:
    needs_tesseract(settings)
    folder = shared / "pdf_awkward"
    cases = map(json.loads, (folder / "cases.jsonl").read_text("utf-8").splitlines())
    scans = [folder / case["file"] for case in cases if "no_text_layer" in case["categories"]]
    with Library(settings, write=True, embedder=FakeEmbedder()) as library, Reception(library) as reception:
        received = list(reception.receive_paths(scans))
        certainties = [page.certainty for receipt in received for page in library.record.pages(receipt.study_id or "")]
    statuses = [receipt.status for receipt in received]
    assert statuses.count(Status.ADDED) >= 5  # the others are photographs, and a blank page
    assert set(statuses) == {Status.ADDED, Status.NEEDS_OCR}
    assert min(certainty for certainty in certainties if certainty is not None) > 0.85
    for receipt in received:
        assert receipt.reason("en")


def test_corrupt_files_are_never_taken_for_text(awkward: Awkward) -> None:
    broken = awkward.statuses("unreadable")
    assert len(broken) == 3
    assert set(broken.values()) <= {Status.FAILED, Status.NEEDS_OCR}
    assert "is damaged" in (awkward.receipts["ocrmypdf__invalid.pdf"].reason("en") or "")


def test_only_files_that_are_locked_broken_or_too_heavy_fail(awkward: Awkward) -> None:
    failed = {name for name, receipt in awkward.receipts.items() if receipt.status is Status.FAILED}
    assert failed
    for name in failed:
        assert awkward.cases[name] & {"unreadable", "password_required", "pypdf_fails_mupdf_opens", "slow_pypdf"}


@pytest.mark.parametrize("category", ["two_column", "ligatures", "tables", "right_to_left", "many_pages", "cjk"])
def test_files_with_text_are_added_whatever_their_look(awkward: Awkward, category: str) -> None:
    assert set(awkward.statuses(category).values()) == {Status.ADDED}


def test_text_of_a_file_that_one_reader_cannot_open_is_taken_from_the_other(awkward: Awkward) -> None:
    receipt = awkward.receipts["pdfminer__simple1.pdf"]
    assert receipt.status is Status.ADDED
    page = awkward.library.page(receipt.study_id or "", 1)
    assert (page.reader, page.text.split()[:2]) == (Reader.PDFIUM, ["Hello", "World"])


def test_what_failed_left_nothing_and_the_library_is_whole(awkward: Awkward) -> None:
    kept = [receipt for receipt in awkward.receipts.values() if receipt.study_id]
    assert awkward.library.record.counts()["studies"] == len({receipt.study_id for receipt in kept})
    assert len(list((awkward.library.folder / "pdf").iterdir())) == len({receipt.study_id for receipt in kept})
    assert not list((awkward.library.folder / "incoming").glob("*"))
    assert awkward.library.verify().sound


def test_a_second_time_everything_kept_is_known_and_nothing_grows(awkward: Awkward, shared: Path) -> None:
    before = awkward.library.record.counts()
    kept = [name for name, receipt in awkward.receipts.items() if receipt.study_id]
    with Reception(awkward.library) as reception:
        again = list(reception.receive_paths(shared / "pdf_awkward" / name for name in kept))
    assert {receipt.status for receipt in again} == {Status.UNCHANGED}
    assert awkward.library.record.counts() == before
