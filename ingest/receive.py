"""Files in, receipts out: one for each file, whatever became of it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from queue import LifoQueue
from stat import S_ISDIR
from types import TracebackType
from typing import Any
from unicodedata import category

from corpus.description import read_again
from corpus.embedder import Embedder
from corpus.language import language_of
from corpus.library import Library
from corpus.record import CannotWrite
from corpus.study import Description, Draft, Page, Reader, Source, State, Study, StudyFile, TextState
from corpus.words import Fault, Language, say
from ingest.alike import propose_links
from ingest.chunk import chunk
from ingest.describe import describe
from ingest.ocr import Ocr
from ingest.read import ChildReader, Document, Picture, ReadPage
from ingest.recognise import recognise, told
from ingest.records.matching import wanted_for

PASSAGE_PIECES = 128
"""Most word pieces in a passage. Of 90, 128, 180 and 254 this found most gold pages among the first five."""
Read = tuple[Document, str, list[Draft]]
_AHEAD = 2  # files read and waiting, besides those being read, while an earlier one is being embedded
_NAME_LENGTH = 200
_NAMELESS = "study.pdf"
_SUFFIX_LENGTH = 12

Why = tuple[str, tuple[tuple[str, object], ...]]
"""The code of a sentence and the values it is filled with."""


class Status(StrEnum):
    """What became of a file."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    NEEDS_OCR = "needs_ocr"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file, and why. `pages` and `passages` are counts; `more` are further sentences."""

    file: str
    status: Status
    study_id: str | None = None
    pages: int = 0
    passages: int = 0
    language: str | None = None
    why: Why | None = None
    warnings: tuple[str, ...] = field(default=())
    more: tuple[Why, ...] = ()

    def reason(self, language: Language) -> str | None:
        """The sentences that say why, in the reader's language; None where nothing needs saying."""
        return " ".join(say(code, language, **dict(values)) for code, values in self._sentences()) or None

    def _sentences(self) -> tuple[Why, ...]:
        return tuple(filter(None, (self.why, *self.more)))

    def form(self, language: Language) -> dict[str, Any]:
        """The receipt as JSON, its reason in the reader's language."""
        return {**self._plainly(), "reason": self.reason(language), "warnings": list(self.warnings)}

    def to_keep(self) -> dict[str, Any]:
        """The receipt as JSON with the code of its reason, so that it can be said in any language later."""
        why = [[code, {name: _told(value) for name, value in values}] for code, values in self._sentences()]
        return {**self._plainly(), "why": why, "warnings": list(self.warnings)}

    def _plainly(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "status": self.status.value,
            "study_id": self.study_id,
            "pages": self.pages,
            "passages": self.passages,
            "language": self.language,
        }

    @classmethod
    def kept(cls, form: Mapping[str, Any]) -> Receipt:
        """A receipt from what `to_keep` made of it."""
        said = tuple((code, tuple(values.items())) for code, values in form["why"])
        why = {"why": said[0] if said else None, "more": said[1:]}
        return cls(**{**form, "status": Status(form["status"]), **why, "warnings": tuple(form["warnings"])})


class NoSuchFile(Fault):
    """There is nothing at the path."""

    code = "no_such_file"


class NoPdfs(Fault):
    """The folder holds no PDF."""

    code = "no_pdfs"


class TooLarge(Fault):
    """The file is larger than the limit."""

    code = "too_large"


class Unreadable(Fault):
    """The operating system would not let the file be read."""

    code = "unreadable"

    @classmethod
    def of(cls, path: Path, error: OSError | ValueError) -> Unreadable:
        """With what the system said of a path."""
        return cls(file=_told(path), error=getattr(error, "strerror", None) or error)


@dataclass(frozen=True, slots=True)
class Arrived:
    """One file as it came: its name, the sha256 and number of its bytes, and what a person said of it."""

    name: str
    sha256: str
    size: int
    given: Description | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file to take in: its name and bytes, what a person said of it, and the sha256 that is its identity."""

    name: str
    data: bytes
    given: Description | None = None
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read, from where it is staged inside the library."""

    arrived: Arrived
    staged: Path
    result: Future[Read]


Begun = Receipt | Reading
"""A file that is done with, or one that is being read."""


def find_pdfs(paths: Iterable[Path]) -> list[Path | tuple[Path, Fault]]:
    """The files meant by some paths, folders searched through; where there is none, the path and why.

    A folder that may not be listed stands in its place too; the others are searched all the same.
    """
    found: list[Path | tuple[Path, Fault]] = []
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            found.append((path, _no_file(path, error)))
            continue
        if S_ISDIR(mode):
            found += _inside(path) or [(path, NoPdfs(folder=_told(path)))]
        else:
            found.append(path)
    return found


def _inside(folder: Path) -> list[Path | tuple[Path, Fault]]:
    """The PDFs in a folder and the folders in it, sorted, and the folders that may not be listed."""
    closed: list[OSError] = []
    within = [Path(top, name) for top, _, names in os.walk(folder, onerror=closed.append) for name in names]
    files = sorted(path for path in within if path.suffix.lower() == ".pdf" and path.is_file())
    return [*files, *((Path(error.filename), Unreadable.of(Path(error.filename), error)) for error in closed)]


def _no_file(path: Path, error: OSError | ValueError) -> Fault:
    gone = isinstance(error, ValueError | FileNotFoundError | NotADirectoryError)
    return NoSuchFile(file=_told(path)) if gone else Unreadable.of(path, error)


def _told(value: object) -> object:
    """A value as it can be kept and shown: paths as text, whatever bytes are in them."""
    if isinstance(value, str | Path):
        return str(value).encode("utf-8", "replace").decode("utf-8")
    return value if isinstance(value, int | float | None) else str(value)


def plain_name(name: str) -> str:
    """The last part of a name on one line, without control characters; names never become paths here.

    A name that is too long loses some of its middle, and keeps its ending.
    """
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    plain = "".join(c if c.isprintable() else " " if category(c) == "Zs" else "" for c in last).strip()
    if len(plain) > _NAME_LENGTH:
        plain = plain[: _NAME_LENGTH - _SUFFIX_LENGTH] + plain[-_SUFFIX_LENGTH:]
    return plain or _NAMELESS


class Reception(AbstractContextManager["Reception"]):
    """Takes files into a library. Several are read ahead, each in a child process of its own; one at a time is written.

    Safe to share between threads.
    """

    def __init__(self, library: Library, workers: int | None = None) -> None:
        """`workers` files are read at the same time, by default as many as the settings say."""
        self._library = library
        self.workers = workers or library.settings.workers
        self._readers = [ChildReader(library.settings) for _ in range(self.workers)]
        self._idle: LifoQueue[ChildReader] = LifoQueue()  # the last used first: a second child only where it is needed
        for reader in reversed(self._readers):
            self._idle.put(reader)
        self._artist = ChildReader(library.settings)
        self._ocr = Ocr(library.settings)
        self._ahead = ThreadPoolExecutor(self.workers, thread_name_prefix="read-ahead")
        self._writing = threading.Lock()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._ocr.close()
        for reader in (*self._readers, self._artist):
            reader.close()

    @property
    def ahead(self) -> int:
        """How many files may be in hand at once: being read, or read and waiting to be written."""
        return self.workers + _AHEAD

    def receive_paths(self, paths: Iterable[Path], given: Mapping[str, Description] | None = None) -> Iterator[Receipt]:
        """Take in files and folders, one receipt a file, in order. `given` describes files by name."""
        waiting: deque[Begun] = deque()
        for item in find_pdfs(paths):
            if isinstance(item, tuple):
                waiting.append(failed(plain_name(item[0].name or str(item[0])), item[1]))
            else:
                waiting.append(self.begin(plain_name(item.name), item, (given or {}).get(item.name)))
            while len(waiting) > self.ahead:
                yield self._finish(waiting.popleft())
        while waiting:
            yield self._finish(waiting.popleft())

    def receive(self, incoming: Incoming) -> Receipt:
        """Take in one file."""
        return self._finish(self._begin_bytes(incoming))

    def receive_and_settle(self, incoming: Incoming) -> Receipt:
        """Take in one file and let the vector index follow."""
        receipt = self.receive(incoming)
        self._library.settle()
        return receipt

    def draw(self, path: Path, number: int, quotes: Sequence[str], scale: float) -> Picture:
        """A page of a kept PDF as PNG, drawn in a child process. Raises CannotRead."""
        return self._artist.draw(path, number, quotes, scale)

    def begin(self, name: str, path: Path, given: Description | None = None) -> Begun:
        """Start reading a file; its receipt at once where nothing needs reading. Raises CannotWrite.

        Its bytes are copied into the library, so that the file may go or change while it is read.
        """
        limit = self._library.settings.max_upload_mb
        try:
            with path.open("rb") as file:
                too_large = os.fstat(file.fileno()).st_size > limit << 20
                data = b"" if too_large else file.read((limit << 20) + 1)
        except (OSError, ValueError) as error:
            return failed(name, _no_file(path, error))
        if too_large or len(data) > limit << 20:
            return failed(name, TooLarge(file=name, limit=limit))
        return self._begin_bytes(Incoming(name, data, given))

    def _begin_bytes(self, incoming: Incoming) -> Begun:
        """Answer at once for bytes that are known; else start reading them."""
        arrived = Arrived(incoming.name, incoming.sha256, len(incoming.data), incoming.given)
        known = self._done_with(arrived)
        if known is not None:
            self._library.put_back(incoming.sha256, incoming.data)
            return self._known(arrived, known)
        staged = self._library.stage(incoming.data)
        return Reading(arrived, staged, self._ahead.submit(self._read, staged))

    def _known(self, arrived: Arrived, study: Study) -> Receipt:
        came_before = any(file.name == arrived.name for file in study.files)
        if not came_before:
            file = StudyFile(arrived.sha256, arrived.name, arrived.size, study.page_count)
            self._library.add_file(study.id, file)
        passages = len(self._library.record.passage_ids_of(study.id))
        why, *more = self._why_known(study, came_before)
        return Receipt(
            file=arrived.name,
            status=Status.UNCHANGED if came_before else Status.DUPLICATE,
            study_id=study.id,
            pages=study.page_count,
            passages=passages,
            language=study.languages[0] if study.languages else None,
            why=why,
            more=tuple(filter(None, more)),
        )

    def _why_known(self, study: Study, came_before: bool) -> tuple[Why | None, ...]:
        """What is said of a file that is there already; of one without text, why that has not changed."""
        if not came_before:
            return (("same_bytes", (("other", study.file_name),)),)
        if study.text is not TextState.NEEDS_OCR:
            return (None,)
        pages = list(self._library.record.pages(study.id))
        unread = any(page.reader is Reader.NONE for page in pages)
        return (("still_needs_ocr", ()), self._ocr.absence()) if unread else told(pages, searchable=False)

    def _finish(self, begun: Begun) -> Receipt:
        """As `finish`, but a file that there is no room for has failed."""
        try:
            return self.finish(begun)
        except CannotWrite as fault:
            assert isinstance(begun, Reading)
            return failed(begun.arrived.name, fault)

    def finish(self, begun: Begun) -> Receipt:
        """The receipt of a file, once it has been read, embedded and written.

        Raises CannotWrite where the library cannot be written to, for instance because the disk is full.
        """
        if isinstance(begun, Receipt):
            return begun
        arrived, staged = begun.arrived, begun.staged
        try:
            known = self._done_with(arrived)
            if known is not None:  # the same bytes came twice in one batch
                return self._known(arrived, known)
            return self._write(begun, begun.result.result())
        except CannotWrite:
            raise
        except Fault as fault:
            return failed(arrived.name, fault, file=arrived.name)
        finally:
            staged.unlink(missing_ok=True)

    def _write(self, begun: Reading, read: Read) -> Receipt:
        """Write one study at a time, so that bytes that two senders bring at once become one."""
        with self._writing:
            known = self._done_with(begun.arrived)
            if known is not None:
                return self._known(begun.arrived, known)
            return self._take_in(begun.arrived, begun.staged, *read)

    def _done_with(self, arrived: Arrived) -> Study | None:
        """The study of these bytes, unless it has pages that nothing could read, and OCR can read them now."""
        study = self._library.record.study_of_file(arrived.sha256)
        if study is None or study.files[0].sha256 != arrived.sha256:
            return study
        unread = any(page.reader is Reader.NONE for page in self._library.record.pages(study.id))
        return None if unread and self._ocr.program() else study

    def drop(self, begun: Begun) -> None:
        """Give up a file that was begun; nothing of it stays."""
        if isinstance(begun, Reading):
            begun.result.cancel()
            begun.staged.unlink(missing_ok=True)

    def receipt_of(self, study: Study, name: str) -> Receipt:
        """The receipt of a study as it was added, from what the record holds of it."""
        drafts = self._library.record.passage_ids_of(study.id)
        said = told(list(self._library.record.pages(study.id)), bool(drafts))
        return Receipt(
            file=name,
            status=Status.ADDED if drafts else Status.NEEDS_OCR,
            study_id=study.id,
            pages=study.page_count,
            passages=len(drafts),
            language=study.languages[0] if study.languages else None,
            why=said[0] if said else None,
            more=said[1:],
        )

    def _read(self, staged: Path) -> Read:
        """Pages, language and passages of a file; done ahead, while an earlier file is being embedded."""
        document = self._document(staged)
        whole = " ".join(page.text for page in document.pages)
        language = language_of(whole, ("sv", "en", "da", "no"))
        return document, language, cut(document.pages, language, self._library.embedder)

    def _document(self, staged: Path) -> Document:
        """The file as one of the readers reads it. Raises CannotRead."""
        reader = self._idle.get()
        try:
            return recognise(reader.read(staged), staged, reader, self._ocr)
        finally:
            self._idle.put(reader)

    def _take_in(
        self, arrived: Arrived, staged: Path, document: Document, language: str, drafts: list[Draft]
    ) -> Receipt:
        study = _study(arrived.sha256[:16], arrived, document, drafts, language)
        record = self._library.record
        kept = record.study_of_file(arrived.sha256) or wanted_for(study.description, record)
        study_id = kept.id if kept else study.id
        pages = [Page(study_id, p.number, p.label, p.text, p.reader, p.witness, p.certainty) for p in document.pages]
        if kept and kept.files and pages == list(record.pages(study_id)):  # read again, and no better
            return replace(self._known(arrived, kept), more=document.notes)
        prepared = self._library.prepare(drafts)
        kept = record.study(study_id)  # as it is now: people may have said something of it while this was embedded
        self._library.add(_read_anew(kept, study) if kept else study, pages, drafts, prepared, staged)
        propose_links(self._library, study_id)
        said = told(document.pages, bool(drafts), document.notes)
        return Receipt(
            file=arrived.name,
            status=Status.ADDED if drafts else Status.NEEDS_OCR,
            study_id=study_id,
            pages=len(pages),
            passages=len(drafts),
            language=study.languages[0] if study.languages else None,
            why=said[0] if said else None,
            warnings=document.warnings,
            more=said[1:],
        )


def cut(pages: Sequence[ReadPage], language: str, embedder: Embedder) -> list[Draft]:
    """Passages of some pages, of a size that suits the model."""
    return chunk(pages, language, embedder.piece_counts, min(PASSAGE_PIECES, embedder.window))


def _study(study_id: str, arrived: Arrived, document: Document, drafts: list[Draft], language: str) -> Study:
    counted = {name: sum(d.language == name for d in drafts) for name in dict.fromkeys(d.language for d in drafts)}
    languages = sorted(counted, key=lambda name: (name != language, -counted[name]))
    return Study(
        id=study_id,
        description=describe(document, arrived.name, arrived.given),
        languages=tuple(languages),
        text=TextState.SEARCHABLE if drafts else TextState.NEEDS_OCR,
        files=(StudyFile(arrived.sha256, arrived.name, arrived.size, len(document.pages)),),
    )


def _read_anew(kept: Study, found: Study) -> Study:
    """A study whose file was read again, or has come at last: what people said of it stays, and earlier names."""
    new = [file for file in found.files if file.name not in {known.name for known in kept.files}]
    description = read_again(kept.description, found.description)
    files = (*kept.files, *new)
    state = State.RECEIVED if kept.state is State.WANTED else kept.state
    said = dict(description.sources).get("languages") == Source.PERSON
    languages = description.languages if said else found.languages
    return replace(kept, description=description, languages=languages, text=found.text, files=files, state=state)


def failed(name: str, fault: Fault, **known: object) -> Receipt:
    """The receipt of a file that failed.

    `known` says better what the fault may not know, such as the name that a staged file came with.
    """
    return Receipt(name, Status.FAILED, why=(fault.code, tuple({**fault.values, **known}.items())))
