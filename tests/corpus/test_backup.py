"""One file that holds a library: consistent, proven, and restored whole or not at all."""

import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.backup import BackupThere, BadBackup, NotEmpty, back_up, read_manifest, restore
from corpus.library import Library, NoLibrary
from corpus.record import CannotWrite, NewerLibrary
from corpus.settings import Settings
from ingest.receive import Incoming, Reception
from tests.fakes import FREE_RIDERS, LIGHTING, FakeEmbedder

pytestmark = pytest.mark.slow


@pytest.fixture
def backup(small_library: Library, tmp_path: Path) -> Path:
    """A backup of a library with two studies, made while the library is open."""
    back_up(small_library.folder, tmp_path / "library.amp")
    return tmp_path / "library.amp"


def opened(folder: Path) -> Library:
    return Library(Settings(data=folder, language="en", _env_file=None), write=True, embedder=FakeEmbedder())


def rewritten(backup: Path, changed: dict[str, bytes], *, without: str = "") -> Path:
    """The backup with some of its files changed, added or left out."""
    target = backup.with_name("changed.amp")
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(target, "w") as packed:
        for name in source.namelist():
            if name != without:
                packed.writestr(name, changed.pop(name, source.read(name)))
        for name, data in changed.items():
            packed.writestr(name, data)
    return target


def test_a_restored_library_is_sound_and_answers_from_the_same_studies(
    small_library: Library, backup: Path, tmp_path: Path
) -> None:
    manifest = restore(backup, tmp_path / "elsewhere")
    assert (manifest.studies, manifest.passages) == (2, small_library.record.counts()["passages"])
    with opened(tmp_path / "elsewhere") as again:
        assert again.verify().sound
        assert again.fingerprint == small_library.fingerprint
        assert again.record.studies() == small_library.record.studies()
        assert list(again.record.all_passages()) == list(small_library.record.all_passages())
        for study in again.record.studies():
            kept = again.pdf_path(study.files[0].sha256)
            assert kept.read_bytes() in (LIGHTING, FREE_RIDERS)


def test_a_backup_is_of_one_moment_though_the_library_grows_meanwhile(small_library: Library, tmp_path: Path) -> None:
    def grow(done: int, _: int) -> None:
        if done == 1:
            with Reception(small_library) as reception:
                reception.receive(Incoming("third.pdf", LIGHTING + b"\n%more"))

    manifest = back_up(small_library.folder, tmp_path / "library.amp", grow)
    assert manifest.studies == 2
    restore(tmp_path / "library.amp", tmp_path / "elsewhere")
    with opened(tmp_path / "elsewhere") as again:
        assert again.record.counts()["studies"] == 2
        assert again.verify().sound


def test_a_study_deleted_while_it_is_copied_makes_the_backup_begin_anew(small_library: Library, tmp_path: Path) -> None:
    gone = small_library.record.studies()[0]
    deleted: list[str] = []

    def delete(done: int, _: int) -> None:
        if done == 1 and not deleted:
            deleted.append(gone.id)
            small_library.remove(gone.id)

    manifest = back_up(small_library.folder, tmp_path / "library.amp", delete)
    assert manifest.studies == 1
    assert f"pdf/{gone.files[0].sha256}.pdf" not in manifest.files


def test_a_library_that_lacks_a_pdf_can_still_be_backed_up(small_library: Library, tmp_path: Path) -> None:
    small_library.pdf_path(small_library.record.studies()[0].files[0].sha256).unlink()
    assert back_up(small_library.folder, tmp_path / "library.amp").studies == 2


def test_the_manifest_names_every_file_and_no_index(backup: Path) -> None:
    names = set(read_manifest(backup, proven=True).files)
    assert "record.sqlite3" in names
    assert len([name for name in names if name.startswith("pdf/")]) == 2
    assert not [name for name in names if name.startswith(("dense", "lexical", "lock", "owner"))]


def test_nothing_but_the_backup_is_left_beside_it(small_library: Library, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    back_up(small_library.folder, tmp_path / "there" / "library.amp")
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["library.amp"]


def test_a_file_that_is_there_is_not_written_over(small_library: Library, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(BackupThere):
        back_up(small_library.folder, backup)
    assert backup.read_bytes() == before


def test_there_must_be_a_library_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NoLibrary):
        back_up(tmp_path, tmp_path / "library.amp")


def test_a_folder_that_cannot_be_written_to_is_told(small_library: Library, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        back_up(small_library.folder, tmp_path / "nowhere" / "library.amp")


def test_a_library_is_restored_into_an_empty_folder_only(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(NotEmpty):
        restore(backup, folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    assert restore(backup, folder).studies == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_backup_that_was_cut_short_is_refused(backup: Path, tmp_path: Path, share: float) -> None:
    data = backup.read_bytes()
    cut = tmp_path / "cut.amp"
    cut.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadBackup):
        restore(cut, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_changed_file_in_a_backup_is_found(backup: Path, tmp_path: Path) -> None:
    name = next(name for name in read_manifest(backup).files if name.startswith("pdf/"))
    with pytest.raises(BadBackup, match=name):
        restore(rewritten(backup, {name: b"%PDF another"}), tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "name", ["../outside.txt", "/tmp/outside.txt", "pdf/../../x.pdf", "pdf/a.pdf", "run.py", "lock"]
)
def test_a_name_that_is_none_of_ours_is_refused_before_anything_is_unpacked(
    backup: Path, tmp_path: Path, name: str
) -> None:
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    manifest["files"][name] = "0" * 64
    changed = rewritten(backup, {name: b"x", "manifest.json": json.dumps(manifest).encode()})
    with pytest.raises(BadBackup):
        restore(changed, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_the_manifest_does_not_name_is_refused(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(BadBackup):
        restore(rewritten(backup, {f"pdf/{'a' * 64}.pdf": b"x"}), tmp_path / "elsewhere")


def test_a_backup_without_a_record_is_refused(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(BadBackup):
        restore(rewritten(backup, {}, without="record.sqlite3"), tmp_path / "elsewhere")


@pytest.mark.parametrize("form", [{"form": 99}, {"record": 99}])
def test_a_backup_of_a_later_version_is_left_alone(backup: Path, tmp_path: Path, form: dict[str, int]) -> None:
    manifest = json.loads(zipfile.ZipFile(backup).read("manifest.json")) | form
    with pytest.raises(NewerLibrary):
        restore(rewritten(backup, {"manifest.json": json.dumps(manifest).encode()}), tmp_path / "elsewhere")


def test_any_other_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "study.pdf").write_bytes(LIGHTING)
    for path in (tmp_path / "study.pdf", tmp_path / "nothing.amp", tmp_path):
        with pytest.raises(BadBackup):
            restore(path, tmp_path / "elsewhere")


def test_a_restore_that_cannot_be_finished_leaves_nothing(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(CannotWrite):
        restore(backup, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()
    assert not list(tmp_path.glob(".elsewhere*"))


def test_what_people_did_comes_along(small_library: Library, tmp_path: Path) -> None:
    study = small_library.record.studies()[0]
    small_library.record.change_study(replace(study, version_of=small_library.record.studies()[1].id))
    back_up(small_library.folder, tmp_path / "library.amp")
    restore(tmp_path / "library.amp", tmp_path / "elsewhere")
    with opened(tmp_path / "elsewhere") as again:
        assert again.study(study.id).version_of == small_library.study(study.id).version_of
