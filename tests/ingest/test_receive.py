"""Files in, receipts out: one for each file, whatever became of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.language import terms
from corpus.library import Library
from corpus.study import Description, TextState
from ingest.receive import Incoming, NoPdfs, NoSuchFile, Receipt, Reception, Status, find_pdfs
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.ingest.pdfs import TEXT, line_pdf, locked, slow_pdf

SCAN = make_pdf(["", ""])
LOCKED = locked(LIGHTING, "secret", "AES-256")


@pytest.fixture
def reception(library: Library) -> Iterator[Reception]:
    with Reception(library) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def left_in_incoming(library: Library) -> list[Path]:
    return list((library.folder / "incoming").glob("*"))


def both(receipt: Receipt) -> tuple[str | None, str | None]:
    """The reason in English and in Swedish."""
    return receipt.reason("en"), receipt.reason("sv")


# Added


def test_a_new_file_is_added_and_its_receipt_counts_what_came_in(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("lighting.pdf", LIGHTING))
    assert (receipt.file, receipt.status, receipt.pages, receipt.language) == ("lighting.pdf", Status.ADDED, 2, "en")
    assert both(receipt) == (None, None)
    assert receipt.study_id is not None
    assert receipt.passages == len(library.record.passage_ids_of(receipt.study_id)) == 2
    study = library.study(receipt.study_id)
    assert (study.title, study.state, study.languages) == ("Street lighting and crime", TextState.SEARCHABLE, ("en",))
    assert library.pdf_path(study.files[0].sha256).read_bytes() == LIGHTING


def test_a_study_is_found_the_moment_its_receipt_is_given(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("friakare.pdf", FREE_RIDERS))
    words = list(terms("obligatorisk avgift", "sv"))
    best = library.passages([library.matching("sv", words, 1)[0][0]])
    assert [passage.study_id for passage in best.values()] == [receipt.study_id]


def test_a_swedish_study_is_known_to_be_swedish(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("friakare.pdf", FREE_RIDERS))
    assert receipt.language == "sv"
    assert library.passage_counts() == {"sv": receipt.passages}


def test_what_a_person_said_of_a_file_comes_with_it(reception: Reception, library: Library, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    given = {"a.pdf": Description("Ljus på torg", year=2001), "b.pdf": Description("Something else")}
    (receipt,) = reception.receive_paths([folder], given)
    study = library.study(receipt.study_id or "")
    assert (study.title, study.description.year) == ("Ljus på torg", 2001)


def test_pages_without_text_are_named_by_their_printed_number(reception: Reception) -> None:
    receipt = reception.receive(Incoming("gaps.pdf", make_pdf([TEXT, "", TEXT, ""], labels="roman")))
    assert receipt.status is Status.ADDED
    assert both(receipt) == (
        "2 pages have no text and cannot be found: ii, iv.",
        "2 sidor saknar text och går inte att hitta: ii, iv.",
    )


def test_half_a_character_in_text_or_title_does_not_stop_the_file(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("odd.pdf", line_pdf("Street light@ing in the town squares", "D800")))
    assert receipt.status is Status.ADDED
    assert library.page(receipt.study_id or "", 1).text == "Street lighting in the town squares"


def test_warnings_of_the_pdf_library_come_with_the_receipt(reception: Reception) -> None:
    receipt = reception.receive(Incoming("junk.pdf", b"some junk\n" + LIGHTING))
    assert receipt.status is Status.ADDED
    assert receipt.warnings


# Unchanged and duplicate


def test_the_same_file_again_is_unchanged(reception: Reception, library: Library, embedder: FakeEmbedder) -> None:
    first = reception.receive(Incoming("lighting.pdf", LIGHTING))
    encoded, counts = embedder.encoded, library.record.counts()
    again = reception.receive(Incoming("lighting.pdf", LIGHTING))
    assert (again.status, again.study_id, both(again)) == (Status.UNCHANGED, first.study_id, (None, None))
    assert (again.pages, again.passages, again.language) == (first.pages, first.passages, first.language)
    assert (embedder.encoded, library.record.counts()) == (encoded, counts)


def test_the_same_bytes_under_another_name_are_a_duplicate(reception: Reception, library: Library) -> None:
    first = reception.receive(Incoming("lighting.pdf", LIGHTING))
    copy = reception.receive(Incoming("the copy.pdf", LIGHTING))
    assert (copy.status, copy.study_id) == (Status.DUPLICATE, first.study_id)
    assert both(copy) == (
        "The same file is already in the library as lighting.pdf; nothing was added twice.",
        "Samma fil finns redan i biblioteket som lighting.pdf; inget har lagts till två gånger.",
    )
    (study,) = library.record.studies()
    assert {file.name for file in study.files} == {"lighting.pdf", "the copy.pdf"}


def test_a_duplicate_that_comes_again_is_unchanged(reception: Reception) -> None:
    for name in ("lighting.pdf", "the copy.pdf"):
        reception.receive(Incoming(name, LIGHTING))
    assert reception.receive(Incoming("the copy.pdf", LIGHTING)).status is Status.UNCHANGED


@pytest.mark.parametrize("copy", ["another name.pdf", "zebra.pdf"])
def test_a_study_goes_by_the_name_its_first_file_came_with(reception: Reception, library: Library, copy: str) -> None:
    reception.receive(Incoming("lighting.pdf", LIGHTING))
    reception.receive(Incoming(copy, LIGHTING))
    (study,) = library.record.studies()
    assert study.file_name == "lighting.pdf"


def test_the_same_bytes_twice_in_one_batch_are_one_study(reception: Reception, library: Library, folder: Path) -> None:
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (folder / name).write_bytes(LIGHTING)
    statuses = [receipt.status for receipt in reception.receive_paths([folder])]
    assert statuses == [Status.ADDED, Status.DUPLICATE, Status.DUPLICATE]
    assert library.record.counts()["studies"] == 1
    assert left_in_incoming(library) == []


def test_known_bytes_are_answered_without_reading_them(reception: Reception, library: Library) -> None:
    reception.receive(Incoming("lighting.pdf", LIGHTING))
    with Reception(library) as later:
        assert later.receive(Incoming("lighting.pdf", LIGHTING)).status is Status.UNCHANGED
        assert later._reader._child is None
        later.receive(Incoming("friakare.pdf", FREE_RIDERS))
        assert later._reader._child is not None


# Needs OCR


def test_a_scan_is_kept_and_said_to_need_ocr(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("scan.pdf", SCAN))
    assert (receipt.status, receipt.pages, receipt.passages) == (Status.NEEDS_OCR, 2, 0)
    assert both(receipt) == (
        "The PDF has no text that can be searched: it is probably a scan, and needs to be read by OCR.",
        "PDF:en har ingen text att söka i: den är troligen skannad och behöver läsas med OCR.",
    )
    study = library.study(receipt.study_id or "")
    assert study.text is TextState.NEEDS_OCR
    assert library.pdf_path(study.files[0].sha256).read_bytes() == SCAN


def test_a_scan_that_comes_again_is_unchanged_and_still_needs_ocr(reception: Reception) -> None:
    reception.receive(Incoming("scan.pdf", SCAN))
    again = reception.receive(Incoming("scan.pdf", SCAN))
    assert again.status is Status.UNCHANGED
    assert both(again) == (
        "Already in the library, and still without text that can be searched: it needs to be read by OCR.",
        "Finns redan i biblioteket, men har fortfarande ingen text att söka i: den behöver läsas med OCR.",
    )


# Failed


@pytest.mark.parametrize(
    ("data", "english", "swedish"),
    [
        (LOCKED, "is locked with a password", "är låst med lösenord"),
        (b"PK a Word document", "is not a PDF", "är inte en PDF"),
        (b"", "is empty", "är tom"),
        (LIGHTING[: len(LIGHTING) // 2], "is damaged", "är skadad"),
    ],
    ids=["locked", "not a PDF", "empty", "half"],
)
def test_a_file_that_cannot_be_read_fails_with_a_sentence_and_leaves_nothing(
    reception: Reception, library: Library, data: bytes, english: str, swedish: str
) -> None:
    receipt = reception.receive(Incoming("bad.pdf", data))
    assert (receipt.status, receipt.study_id, receipt.passages) == (Status.FAILED, None, 0)
    assert "bad.pdf" in (receipt.reason("en") or "")
    assert english in (receipt.reason("en") or "")
    assert swedish in (receipt.reason("sv") or "")
    assert library.record.counts()["studies"] == 0
    assert left_in_incoming(library) == []
    assert not list((library.folder / "pdf").glob("*"))


def test_a_folder_without_pdfs_fails_with_a_sentence(reception: Reception, folder: Path) -> None:
    (folder / "notes.txt").write_text("no PDF")
    (receipt,) = reception.receive_paths([folder])
    assert (receipt.file, receipt.status) == ("papers", Status.FAILED)
    assert both(receipt) == (f"The folder {folder} holds no PDF.", f"Mappen {folder} innehåller ingen PDF.")


def test_a_path_with_nothing_there_fails_with_a_sentence(reception: Reception, folder: Path) -> None:
    missing = folder / "missing.pdf"
    (receipt,) = reception.receive_paths([missing])
    assert (receipt.file, receipt.status) == ("missing.pdf", Status.FAILED)
    assert both(receipt) == (f"There is no file or folder {missing}.", f"Det finns ingen fil eller mapp {missing}.")


def test_even_the_folder_one_stands_in_has_a_name_on_its_receipt(
    reception: Reception, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    (receipt,) = reception.receive_paths([Path()])
    assert (receipt.file, receipt.reason("en")) == (".", "The folder . holds no PDF.")


def test_a_file_over_the_limit_is_refused_unread(library: Library, folder: Path) -> None:
    large = folder / "large.pdf"
    with large.open("wb") as file:
        file.truncate((library.settings.max_upload_mb << 20) + 1)
    with Reception(library) as reception:
        (receipt,) = reception.receive_paths([large])
        assert reception._reader._child is None
    assert receipt.status is Status.FAILED
    assert both(receipt) == (
        "The file large.pdf is larger than 100 MB. Make it smaller, or raise AMP_MAX_UPLOAD_MB.",
        "Filen large.pdf är större än 100 MB. Gör den mindre, eller höj AMP_MAX_UPLOAD_MB.",
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read_fails_with_a_sentence(reception: Reception, folder: Path) -> None:
    (folder / "secret.pdf").write_bytes(LIGHTING)
    (folder / "secret.pdf").chmod(0)
    (receipt,) = reception.receive_paths([folder])
    assert "may not be read" in (receipt.reason("en") or "")


def test_a_study_that_cannot_be_kept_fails_and_is_not_half_there(reception: Reception, library: Library) -> None:
    (library.folder / "pdf").write_text("a file where the folder should be")
    receipt = reception.receive(Incoming("lighting.pdf", LIGHTING))
    assert receipt.status is Status.FAILED
    assert "cannot be written to" in (receipt.reason("en") or "")
    assert library.record.counts() == {"studies": 0, "pages": 0, "passages": 0, "vectors": 0}
    assert library.lexical.size == 0
    assert left_in_incoming(library) == []


def test_a_file_that_failed_may_come_again_mended(reception: Reception) -> None:
    assert reception.receive(Incoming("lighting.pdf", LIGHTING[:900])).status is Status.FAILED
    assert reception.receive(Incoming("lighting.pdf", LIGHTING)).status is Status.ADDED


# Many files


def test_receipts_come_in_the_order_of_the_files_and_a_bad_file_costs_only_itself(
    reception: Reception, library: Library, folder: Path
) -> None:
    reception.receive(Incoming("3 known.pdf", FREE_RIDERS))
    contents = {
        "1 good.pdf": LIGHTING,
        "2 bad.pdf": b"no",
        "3 known.pdf": FREE_RIDERS,
        "4 scan.pdf": SCAN,
        "5 locked.pdf": LOCKED,
        "6 good.pdf": make_pdf([TEXT]),
        "7 copy.pdf": LIGHTING,
        "8 empty.pdf": b"",
    }
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    missing = folder / "9 missing.pdf"
    received = [(receipt.file, receipt.status.value) for receipt in reception.receive_paths([folder, missing])]
    assert received == [
        ("1 good.pdf", "added"),
        ("2 bad.pdf", "failed"),
        ("3 known.pdf", "unchanged"),
        ("4 scan.pdf", "needs_ocr"),
        ("5 locked.pdf", "failed"),
        ("6 good.pdf", "added"),
        ("7 copy.pdf", "duplicate"),
        ("8 empty.pdf", "failed"),
        ("9 missing.pdf", "failed"),
    ]
    assert left_in_incoming(library) == []
    assert library.verify().sound


@pytest.mark.slow
def test_a_file_that_takes_too_long_costs_only_itself(library: Library, folder: Path) -> None:
    library.settings = library.settings.model_copy(update={"read_seconds": 2})
    for name, data in {"a.pdf": LIGHTING, "b.pdf": slow_pdf(), "c.pdf": FREE_RIDERS}.items():
        (folder / name).write_bytes(data)
    with Reception(library) as reception:
        received = list(reception.receive_paths([folder]))
    assert [receipt.status for receipt in received] == [Status.ADDED, Status.FAILED, Status.ADDED]
    assert "took more than 2 seconds" in (received[1].reason("en") or "")
    assert "mer än 2 sekunder" in (received[1].reason("sv") or "")
    assert left_in_incoming(library) == []


def test_folders_are_searched_through_and_sorted(folder: Path) -> None:
    (folder / "deep" / "deeper").mkdir(parents=True)
    for name in ("b.pdf", "A.PDF", "deep/deeper/c.pdf", "notes.txt", "deep/paper.pdf.bak"):
        (folder / name).write_bytes(b"x")
    (folder / "folder.pdf").mkdir()
    assert find_pdfs([folder]) == [folder / "A.PDF", folder / "b.pdf", folder / "deep/deeper/c.pdf"]


def test_a_file_named_outright_is_taken_whatever_its_ending(folder: Path) -> None:
    (folder / "paper").write_bytes(LIGHTING)
    assert find_pdfs([folder / "paper"]) == [folder / "paper"]


def test_what_cannot_be_found_stands_in_its_place_with_why(folder: Path) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    empty = folder / "empty"
    empty.mkdir()
    missing, first, second = find_pdfs([folder / "gone", empty, folder / "a.pdf"])
    assert isinstance(missing, tuple)
    assert isinstance(first, tuple)
    assert (missing[0], type(missing[1])) == (folder / "gone", NoSuchFile)
    assert (first[0], type(first[1])) == (empty, NoPdfs)
    assert second == folder / "a.pdf"


def test_taking_in_a_kept_file_does_not_move_the_one_that_was_given(reception: Reception, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    list(reception.receive_paths([folder / "a.pdf"]))
    assert (folder / "a.pdf").read_bytes() == LIGHTING


def test_a_kept_page_can_be_drawn(reception: Reception, library: Library) -> None:
    reception.receive(Incoming("lighting.pdf", LIGHTING))
    (study,) = library.record.studies()
    picture = reception.draw(library.pdf_path(study.files[0].sha256), 2, ["property crime by 14 per cent"], 1)
    assert len(picture.rectangles) == 1
    assert picture.png.startswith(b"\x89PNG")
