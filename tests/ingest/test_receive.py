"""Files in, receipts out: one for each file, whatever became of it."""

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.desk import correct, want
from corpus.language import terms
from corpus.library import Library, Prepared
from corpus.links import links
from corpus.study import Description, Draft, LinkKind, LinkState, TextState
from corpus.words import LANGUAGES
from ingest.receive import Incoming, NoPdfs, NoSuchFile, Receipt, Reception, Status, find_pdfs, plain_name
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder, make_pdf
from tests.ingest.pdfs import OUTLINES, TEXT, greedy_pdf, line_pdf, locked, over, slow_pdf

pytestmark = pytest.mark.slow

BLANK = make_pdf(["", ""])
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


def children(reception: Reception) -> int:
    """How many child processes read for it."""
    return sum(reader._child is not None for reader in reception._readers)


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
    assert (study.title, study.text, study.languages) == ("Street lighting and crime", TextState.SEARCHABLE, ("en",))
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


def test_pages_without_text_are_named_by_their_printed_number_and_blank_pages_are_not(library: Library) -> None:
    library.settings = library.settings.model_copy(update={"ocr": False})
    labelled = over(make_pdf([TEXT, "", TEXT, "", ""], labels="roman"), OUTLINES, {2, 4})
    with Reception(library) as reception:
        receipt = reception.receive(Incoming("gaps.pdf", labelled))
    assert receipt.status is Status.ADDED
    assert both(receipt) == (
        "2 pages have no text and cannot be found: ii, iv. "
        "OCR is turned off. Set AMP_OCR=true, then add the file again.",
        "2 sidor saknar text och går inte att hitta: ii, iv. "
        "OCR är avstängt. Sätt AMP_OCR=true och lägg sedan till filen igen.",
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
        assert children(later) == 0
        later.receive(Incoming("friakare.pdf", FREE_RIDERS))
        assert children(later) == 1


# Needs OCR


def test_a_file_of_blank_pages_is_kept_and_said_to_be_blank(reception: Reception, library: Library) -> None:
    receipt = reception.receive(Incoming("blank.pdf", BLANK))
    assert (receipt.status, receipt.pages, receipt.passages) == (Status.NEEDS_OCR, 2, 0)
    assert both(receipt) == (
        "The pages of the PDF are blank, so there is nothing to search.",
        "Sidorna i PDF:en är tomma, så det finns inget att söka i.",
    )
    study = library.study(receipt.study_id or "")
    assert study.text is TextState.NEEDS_OCR
    assert library.pdf_path(study.files[0].sha256).read_bytes() == BLANK


def test_a_file_of_blank_pages_that_comes_again_is_unchanged_and_still_blank(reception: Reception) -> None:
    first = reception.receive(Incoming("blank.pdf", BLANK))
    again = reception.receive(Incoming("blank.pdf", BLANK))
    assert again.status is Status.UNCHANGED
    assert both(again) == both(first)


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
        assert children(reception) == 0
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
        "4 blank.pdf": BLANK,
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
        ("4 blank.pdf", "needs_ocr"),
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
    library.settings = library.settings.model_copy(update={"read_seconds": 6})
    for name, data in {"a.pdf": LIGHTING, "b.pdf": slow_pdf(), "c.pdf": FREE_RIDERS}.items():
        (folder / name).write_bytes(data)
    with Reception(library) as reception:
        received = list(reception.receive_paths([folder]))
    assert [receipt.status for receipt in received] == [Status.ADDED, Status.FAILED, Status.ADDED]
    assert "took more than 6 seconds" in (received[1].reason("en") or "")
    assert "mer än 6 sekunder" in (received[1].reason("sv") or "")
    assert left_in_incoming(library) == []


def test_files_are_read_in_as_many_children_as_are_wanted_and_written_in_order(library: Library, folder: Path) -> None:
    for number in range(9):
        (folder / f"{number}.pdf").write_bytes(make_pdf([f"{TEXT} Square {number}."]))
    with Reception(library, workers=3) as reception:
        received = list(reception.receive_paths([folder]))
        assert children(reception) == 3
    assert [receipt.file for receipt in received] == [f"{number}.pdf" for number in range(9)]
    added = [
        study_id for (study_id,) in library.record.rows("SELECT study_id FROM passages GROUP BY 1 ORDER BY min(id)")
    ]
    assert added == [receipt.study_id for receipt in received]


def test_the_same_bytes_sent_by_many_at_once_are_one_study_that_one_of_them_added(
    reception: Reception, library: Library
) -> None:
    with ThreadPoolExecutor(6) as pool:
        received = list(pool.map(lambda n: reception.receive(Incoming(f"{n}.pdf", LIGHTING)), range(6)))
    assert Counter(receipt.status for receipt in received) == {Status.ADDED: 1, Status.DUPLICATE: 5}
    assert library.record.revision() == (1, 2)  # nothing was written twice, and replaced
    assert left_in_incoming(library) == []
    assert library.verify().sound


def test_a_child_that_dies_costs_only_the_file_it_was_reading(library: Library, folder: Path) -> None:
    library.settings = library.settings.model_copy(update={"read_memory_mb": 300})
    for name, data in {"a.pdf": LIGHTING, "b.pdf": greedy_pdf(), "c.pdf": FREE_RIDERS}.items():
        (folder / name).write_bytes(data)
    with Reception(library, workers=2) as reception:
        statuses = [receipt.status for receipt in reception.receive_paths([folder])]
    assert statuses == [Status.ADDED, Status.FAILED, Status.ADDED]


def test_a_file_that_was_given_up_leaves_nothing(reception: Reception, library: Library, folder: Path) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    reception.drop(reception.begin("a.pdf", folder / "a.pdf"))
    assert left_in_incoming(library) == []
    assert library.record.counts()["studies"] == 0


# Names and paths that are not as they should be


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\evil.pdf", "evil.pdf"),
        ("a\x00b\x1b[31m.pdf", "ab[31m.pdf"),
        ("fdp.\u202egpj.pdf", "fdp.gpj.pdf"),
        ("caf\udce9.pdf", "caf.pdf"),
        ("två\u00a0ord.pdf", "två ord.pdf"),
        ("x" * 4000 + ".pdf", "x" * 188 + "xxxxxxxx.pdf"),
        ("/", "study.pdf"),
        ("\u200f", "study.pdf"),
    ],
)
def test_a_name_is_shown_on_one_line_and_is_never_a_path(name: str, shown: str) -> None:
    assert plain_name(name) == shown


@pytest.mark.parametrize("name", ["x" * 4000 + ".pdf", "a\x00b.pdf", "gone.pdf", "a.pdf/b.pdf", "caf\udce9.pdf"])
def test_a_path_that_cannot_be_looked_up_fails_with_a_sentence(reception: Reception, folder: Path, name: str) -> None:
    (folder / "a.pdf").write_bytes(LIGHTING)
    wrong, good = reception.receive_paths([folder / name, folder / "a.pdf"])
    assert (wrong.status, good.status) == (Status.FAILED, Status.ADDED)
    for reason in both(wrong):
        assert reason is not None
        reason.encode("utf-8")


def test_a_file_that_vanished_after_it_was_listed_fails_with_a_sentence(reception: Reception, folder: Path) -> None:
    for name, data in {"a.pdf": LIGHTING, "b.pdf": FREE_RIDERS}.items():
        (folder / name).write_bytes(data)
    found = [path for path in find_pdfs([folder]) if isinstance(path, Path)]
    (folder / "a.pdf").unlink()
    gone, good = (reception.receive_paths([path]) for path in found)
    (receipt,) = gone
    assert receipt.reason("en") == f"There is no file or folder {folder / 'a.pdf'}."
    assert next(good).status is Status.ADDED


@pytest.fixture
def closed_folder(folder: Path) -> Iterator[Path]:
    """A folder that may not be listed, inside one that may; root becomes nobody for a while."""
    inside = folder / "closed"
    inside.mkdir()
    (inside / "secret.pdf").write_bytes(LIGHTING)
    inside.chmod(0)
    opened = [path for path in (folder, *folder.parents) if path.is_relative_to(tempfile.gettempdir())][:-1]
    modes = [(path, path.stat().st_mode) for path in opened]
    for path in opened:
        path.chmod(0o755)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield inside
    finally:
        os.seteuid(user)
        for path, mode in modes:
            path.chmod(mode)
        inside.chmod(0o755)


def test_a_folder_that_may_not_be_listed_stands_among_the_others_with_why(closed_folder: Path) -> None:
    found = find_pdfs([closed_folder.parent, closed_folder, closed_folder / "secret.pdf"])
    for item, path in zip(found, [closed_folder, closed_folder, closed_folder / "secret.pdf"], strict=True):
        assert isinstance(item, tuple)
        assert item[0] == path
        assert str(item[1]) == f"The file {path} may not be read (Permission denied). Check its permissions."


# Receipts that are kept


def test_a_receipt_that_was_kept_says_the_same_in_both_languages(reception: Reception, folder: Path) -> None:
    (folder / "bad.pdf").write_bytes(LIGHTING[: len(LIGHTING) // 2])
    (folder / "gaps.pdf").write_bytes(make_pdf([TEXT, "", TEXT]))
    (folder / "junk.pdf").write_bytes(b"some junk\n" + LIGHTING)
    received = list(reception.receive_paths([folder, folder / "gone.pdf", folder / "gaps.pdf"]))
    assert len({receipt.status for receipt in received}) == 3
    for receipt in received:
        kept = Receipt.kept(json.loads(json.dumps(receipt.to_keep())))
        for language in LANGUAGES:
            assert kept.form(language) == receipt.form(language)


def test_the_receipt_of_a_study_can_be_made_again_from_the_record(reception: Reception, library: Library) -> None:
    for name, data in {"gaps.pdf": make_pdf([TEXT, "", TEXT], labels="roman"), "blank.pdf": BLANK}.items():
        receipt = reception.receive(Incoming(name, data))
        again = reception.receipt_of(library.study(receipt.study_id or ""), name)
        assert again.form("en") == receipt.form("en")


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


def test_a_pdf_that_went_missing_is_put_back_when_the_same_file_comes_again(small_library: Library) -> None:
    path = small_library.pdf_path(hashlib.sha256(LIGHTING).hexdigest())
    path.unlink()
    with Reception(small_library) as reception:
        assert reception.receive(Incoming("lighting.pdf", LIGHTING)).status is Status.UNCHANGED
    assert path.read_bytes() == LIGHTING


def test_two_files_with_the_same_text_are_proposed_as_one_work(small_library: Library) -> None:
    text = [f"The {word} of the town was counted by night and by day in winter and in spring." for word in "abcdefgh"]
    with Reception(small_library) as reception:
        one = reception.receive(Incoming("one.pdf", make_pdf(["\n".join(text)], title="One")))
        other = reception.receive(Incoming("other.pdf", make_pdf(["\n".join(text)], title="Other")))
    (link,) = links(small_library.record)
    assert {link.first, link.second} == {one.study_id, other.study_id}
    assert (link.kind, link.state) == (LinkKind.SAME_TEXT, LinkState.PROPOSED)


def test_what_a_person_says_while_a_file_is_embedded_stays(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    study = want(library, Description("Street lighting and crime", year=2001), "Eva")
    prepare = library.prepare

    def meanwhile(drafts: Sequence[Draft]) -> Prepared:
        correct(library, study.id, {"year": 2019}, "Eva")
        return prepare(drafts)

    monkeypatch.setattr(library, "prepare", meanwhile)
    with Reception(library) as reception:
        assert reception.receive(Incoming("lighting.pdf", LIGHTING)).study_id == study.id
    assert (library.study(study.id).description.year, library.study(study.id).edition) == (2019, 1)
