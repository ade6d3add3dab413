"""A deleted study leaves nothing: not a word, not a vector, not a name, in any file of the library."""

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from corpus.deeds import DELETED, deeds, note
from corpus.library import Library, UnknownStudy
from corpus.settings import Settings
from corpus.study import Appraisal
from ingest.receive import Incoming, Reception
from tests.corpus.test_library import by_meaning, by_words
from tests.fakes import FakeEmbedder, make_pdf

pytestmark = pytest.mark.slow

TITLE, TEXT, NAME = "Quaxillitron boulevards", "zyxomorphic lanterns", "vexaprundle-2024.pdf"
SECRET = make_pdf(
    [
        f"{TITLE}\nThe {TEXT} of the town were counted by night and by day in every season.",
        "Second page\nNothing was found that could be told of in fewer words than these.",
    ],
    title=TITLE,
)


def holding(folder: Path, sentinel: bytes) -> list[str]:
    """The files of a folder in whose bytes a sentinel stands, in any case."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in files if sentinel.lower() in path.read_bytes().lower())


@pytest.fixture
def stocked(small_library: Library) -> Library:
    """Three studies, one of them to be forgotten, with a sealed vector index and a log."""
    with Reception(small_library) as reception:
        receipt = reception.receive(Incoming(NAME, SECRET))
    small_library.dense.seal()
    note(small_library.record, "Eva", "corrected", receipt.study_id or "", title=TITLE)
    return small_library


def secret_id(library: Library) -> str:
    return next(study.id for study in library.record.studies() if study.file_name == NAME)


def sentinels(library: Library) -> list[bytes]:
    """Words of title and text, the file's name, the PDF's own bytes, and the vectors as stored."""
    study = library.study(secret_id(library))
    vectors = library.record.vectors_of(library.record.passage_ids_of(study.id))
    assert len(vectors) >= 2
    words = [TITLE.split(maxsplit=1)[0], TEXT.split(maxsplit=1)[0], NAME.removesuffix(".pdf")]
    return [*(word.encode() for word in words), SECRET[-200:-100], *vectors.values()]


def test_every_sentinel_stands_in_the_library_before(stocked: Library) -> None:
    for sentinel in sentinels(stocked):
        assert holding(stocked.folder, sentinel)


def test_no_sentinel_is_left_after_and_the_rest_is_still_found(stocked: Library) -> None:
    wanted = sentinels(stocked)
    stocked.remove(secret_id(stocked))
    assert [holding(stocked.folder, sentinel) for sentinel in wanted] == [[]] * len(wanted)
    assert any("street lighting" in text.lower() for text in by_words(stocked, "street lighting"))
    assert any("Friåkare" in text for text in by_meaning(stocked, "Friåkare fastighetsägare", "sv"))
    assert stocked.verify().sound
    stocked.close()


def test_none_is_left_when_the_library_is_closed_and_opened_again(stocked: Library, settings: Settings) -> None:
    wanted = sentinels(stocked)
    stocked.remove(secret_id(stocked))
    stocked.close()
    with Library(settings, write=True, embedder=FakeEmbedder()) as again:
        again.warm()
        assert [holding(again.folder, sentinel) for sentinel in wanted] == [[]] * len(wanted)
        assert again.verify().sound


def test_the_log_keeps_that_it_was_deleted_and_by_whom_but_none_of_its_words(stocked: Library) -> None:
    study_id = secret_id(stocked)
    stocked.remove(study_id, by="Eva")
    log = deeds(stocked.record, study_id)
    assert [(deed.what, deed.by, deed.detail) for deed in log] == [("corrected", "Eva", ()), (DELETED, "Eva", ())]


def test_its_appraisals_go_with_it(stocked: Library) -> None:
    study_id = secret_id(stocked)
    stocked.record.appraise(Appraisal(study_id, "Eva", date(2026, 11, 24), why="plinthomachy"))
    assert holding(stocked.folder, b"plinthomachy")
    stocked.remove(study_id)
    assert holding(stocked.folder, b"plinthomachy") == []


def test_several_are_deleted_at_once_or_none(stocked: Library) -> None:
    ids = [study.id for study in stocked.record.studies()]
    with pytest.raises(UnknownStudy):
        stocked.remove(ids[0], "nobody")
    assert len(stocked.record.studies()) == 3
    stocked.remove(*ids)
    assert stocked.record.counts() == {"studies": 0, "pages": 0, "passages": 0, "vectors": 0}
    assert not list((stocked.folder / "pdf").iterdir())
    assert stocked.verify().sound


def test_a_deletion_that_was_cut_short_is_finished_when_the_library_is_opened(
    stocked: Library, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, study_id = sentinels(stocked), secret_id(stocked)

    class Killed(BaseException):
        """As good as a kill: nothing after it runs."""

    def killed(_: Library) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Library, "_erase", killed)
        with pytest.raises(Killed):
            stocked.remove(study_id)
    assert any(holding(stocked.folder, sentinel) for sentinel in wanted)
    stocked.close()
    with Library(settings, write=True, embedder=FakeEmbedder()) as again:
        assert [holding(again.folder, sentinel) for sentinel in wanted] == [[]] * len(wanted)
        assert len(again.record.studies()) == 2


def test_the_same_file_can_be_added_anew(stocked: Library) -> None:
    study_id = secret_id(stocked)
    stocked.remove(study_id)
    with Reception(stocked) as reception:
        assert reception.receive(Incoming(NAME, SECRET)).status == "added"
    assert secret_id(stocked) == study_id


def test_a_version_of_a_deleted_study_becomes_a_work_of_its_own(stocked: Library) -> None:
    study_id = secret_id(stocked)
    other = next(study for study in stocked.record.studies() if study.id != study_id)
    stocked.record.change_study(replace(other, version_of=study_id))
    stocked.remove(study_id)
    assert stocked.study(other.id).version_of is None
    assert stocked.record.faults() == []


def test_searches_go_on_while_a_study_is_deleted(stocked: Library) -> None:
    failed: list[BaseException] = []
    found: list[int] = []
    over = threading.Event()

    def search() -> None:
        while not over.is_set():
            try:
                found.append(len(by_words(stocked, "street lighting crime")))
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to fail by it
                failed.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    stocked.remove(secret_id(stocked))
    over.set()
    thread.join()
    assert failed == []
    assert min(found) > 0
