"""One file that holds a library, made while it is at work, and a library made from it again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from corpus.library import NoLibrary
from corpus.record import SCHEMA_VERSION, CannotWrite, NewerLibrary
from corpus.unknown import UnknownWords
from corpus.words import Fault

Progress = Callable[[int, int], None]
"""Called with (files done, of)."""

FORM = 1
_MANIFEST = "manifest.json"
_RECORD = "record.sqlite3"
_DATABASES = (_RECORD, "answers.sqlite")
_NAME = re.compile(r"^(?:record\.sqlite3|answers\.sqlite|unknown-words\.txt|(?:pdf|uploads)/[0-9a-f]{64}\.pdf)$")
_TRIES = 5
_BLOCK = 1 << 20


class BadBackup(Fault):
    """The file is no backup, or not whole."""

    code = "bad_backup"


class NotEmpty(Fault):
    """A library was to be restored into a folder that holds something."""

    code = "not_empty"


class BackupThere(Fault):
    """There is a file under the name of the backup already."""

    code = "backup_there"


class Unsettled(Fault):
    """Studies were deleted while they were copied, again and again."""

    code = "unsettled"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, of how much, and the sha256 of every file in it. `record` is its form."""

    made: str
    record: int
    studies: int
    passages: int
    files: dict[str, str]
    form: int = FORM


def back_up(folder: Path, target: Path, progress: Progress = lambda *_: None) -> Manifest:
    """Write the library in `folder` into the one file `target`, and read it back to prove it.

    May run beside a process that ingests: the record is copied in one consistent read, PDFs never change. Indexes are
    left out, as they follow from the record. Raises NoLibrary, BackupThere, Unsettled, CannotWrite.
    """
    if not (folder / _RECORD).is_file():
        raise NoLibrary(folder=folder)
    if target.exists():
        raise BackupThere(file=target)
    making = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        manifest = _write(folder, making, progress)
        read_manifest(making, proven=True)
        making.rename(target)
    except (OSError, sqlite3.OperationalError) as error:
        raise CannotWrite(folder=target.parent) from error
    finally:
        making.unlink(missing_ok=True)
    return manifest


def _write(folder: Path, making: Path, progress: Progress) -> Manifest:
    """Copy anew where a study was deleted meanwhile; a PDF that stays missing is the doctor's to tell of."""
    for tries_left in reversed(range(_TRIES)):
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=making.parent) as room:
            copies = _copies(folder, Path(room))
            wanted = dict(_kept_files(folder, copies[_RECORD]))
            there = {name: path for name, path in wanted.items() if path.is_file()}
            if len(there) == len(wanted) or not tries_left:
                with suppress(FileNotFoundError):
                    return _pack(copies | there, making, progress)
    raise Unsettled(folder=folder)


def _copies(folder: Path, room: Path) -> dict[str, Path]:
    """Databases as they are at one moment, and the small files beside them."""
    found: dict[str, Path] = {}
    for name in _DATABASES:
        if (folder / name).is_file():
            found[name] = room / name
            with closing(_reading(folder / name)) as source, closing(sqlite3.connect(room / name)) as copy:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
    words = folder / UnknownWords.FILE
    return found | ({words.name: words} if words.is_file() else {})


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)


def _kept_files(folder: Path, record: Path) -> Iterator[tuple[str, Path]]:
    """The PDFs of the record, and uploads that its jobs have still to take in."""
    with closing(_reading(record)) as copy:
        for (sha256,) in copy.execute("SELECT DISTINCT sha256 FROM files ORDER BY sha256"):
            yield f"pdf/{sha256}.pdf", folder / "pdf" / f"{sha256}.pdf"
        for (sha256,) in copy.execute("SELECT DISTINCT sha256 FROM job_files WHERE sha256 <> '' AND state <> 'done'"):
            if (folder / "uploads" / f"{sha256}.pdf").is_file():
                yield f"uploads/{sha256}.pdf", folder / "uploads" / f"{sha256}.pdf"


def _pack(files: dict[str, Path], making: Path, progress: Progress) -> Manifest:
    with closing(_reading(files[_RECORD])) as copy:
        (studies,) = copy.execute("SELECT count(*) FROM studies").fetchone()
        (passages,) = copy.execute("SELECT count(*) FROM passages").fetchone()
        (form,) = copy.execute("PRAGMA user_version").fetchone()
    hashes: dict[str, str] = {}
    with making.open("wb") as stream:
        with zipfile.ZipFile(stream, "w", allowZip64=True) as packed:
            for number, (name, path) in enumerate(files.items(), 1):
                packing = zipfile.ZIP_STORED if name.endswith(".pdf") else zipfile.ZIP_DEFLATED
                packed.write(path, name, packing)
                hashes[name] = _sha256(path)
                progress(number, len(files))
            made = datetime.now(UTC).isoformat(timespec="seconds")
            manifest = Manifest(made, form, studies, passages, hashes)
            packed.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1), zipfile.ZIP_DEFLATED)
        stream.flush()
        os.fsync(stream.fileno())
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(backup: Path, *, proven: bool = False) -> Manifest:
    """What a backup holds; with `proven` every file in it is read and held against its sha256. Raises BadBackup."""
    try:
        with zipfile.ZipFile(backup) as packed:
            manifest = Manifest(**json.loads(packed.read(_MANIFEST)))
            _check_names(backup, packed, manifest)
            for name in manifest.files if proven else ():
                if _packed_sha256(packed, name) != manifest.files[name]:
                    raise BadBackup(file=backup, what=name)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, NotImplementedError, EOFError) as error:
        raise BadBackup(file=backup, what=str(error)[:200]) from error
    return manifest


def _check_names(backup: Path, packed: zipfile.ZipFile, manifest: Manifest) -> None:
    if manifest.form > FORM or manifest.record > SCHEMA_VERSION:
        raise NewerLibrary(path=backup, version=manifest.record, known=SCHEMA_VERSION)
    held = sorted(name for name in packed.namelist() if name != _MANIFEST)
    strange = next((name for name in held if not _NAME.match(name)), None)
    if strange is not None or held != sorted(manifest.files) or _RECORD not in held:
        raise BadBackup(file=backup, what=(strange or _MANIFEST)[:200])


def _packed_sha256(packed: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with packed.open(name) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def restore(backup: Path, folder: Path, progress: Progress = lambda *_: None) -> Manifest:
    """Make the library anew in `folder`, which must be empty or not there; all of it or nothing.

    Raises BadBackup, NewerLibrary, NotEmpty, CannotWrite.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(folder=folder)
    manifest = read_manifest(backup)
    making = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        making.mkdir(parents=True)
        _unpack(backup, manifest, making, progress)
        if folder.exists():
            folder.rmdir()
        making.rename(folder)
    except (OSError, zipfile.BadZipFile) as error:
        raise CannotWrite(folder=folder.parent) from error
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return manifest


def _unpack(backup: Path, manifest: Manifest, making: Path, progress: Progress) -> None:
    """Every file, held against its sha256 as it is written; names were checked before."""
    with zipfile.ZipFile(backup) as packed:
        for number, (name, sha256) in enumerate(manifest.files.items(), 1):
            target = making / name
            target.parent.mkdir(exist_ok=True)
            with packed.open(name) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file, _BLOCK)
                file.flush()
                os.fsync(file.fileno())
            if _sha256(target) != sha256:
                raise BadBackup(file=backup, what=name)
            progress(number, len(manifest.files))
    with closing(_reading(making / _RECORD)) as record:
        if (found := record.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            raise BadBackup(file=backup, what=str(found)[:200])
