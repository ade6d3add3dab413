"""Files in, receipts out: one for each file, whatever became of it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any

from corpus.embedder import Embedder
from corpus.language import language_of
from corpus.library import Library
from corpus.study import Description, Draft, Page, Study, StudyFile, TextState
from corpus.words import Fault, Language, say
from ingest.chunk import chunk
from ingest.describe import describe
from ingest.read import ChildReader, Document, Picture, ReadPage

PASSAGE_PIECES = 128
"""Most word pieces in a passage. Of 90, 128, 180 and 254 this found most gold pages among the first five."""
Read = tuple[Document, str, list[Draft]]
_AHEAD = 3  # files read while an earlier one is being embedded


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
    """What became of one file, and why. `pages` and `passages` are counts."""

    file: str
    status: Status
    study_id: str | None = None
    pages: int = 0
    passages: int = 0
    language: str | None = None
    why: Why | None = None
    warnings: tuple[str, ...] = field(default=())

    def reason(self, language: Language) -> str | None:
        """The sentence that says why, in the reader's language; None where nothing needs saying."""
        return say(self.why[0], language, **dict(self.why[1])) if self.why else None

    def form(self, language: Language) -> dict[str, Any]:
        """The receipt as JSON, its reason in the reader's language."""
        return {
            "file": self.file,
            "status": self.status.value,
            "study_id": self.study_id,
            "pages": self.pages,
            "passages": self.passages,
            "language": self.language,
            "reason": self.reason(language),
            "warnings": list(self.warnings),
        }


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


@dataclass(frozen=True, slots=True)
class Incoming:
    """One file to take in: its name and bytes, what a person said of it, and the sha256 that is its identity."""

    name: str
    data: bytes
    given: Description | None = None
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())


Begun = Receipt | tuple[Incoming, Path, Future[Read]]
"""A file that is done with, or one that is being read."""


def find_pdfs(paths: Iterable[Path]) -> list[Path | tuple[Path, Fault]]:
    """The files meant by some paths, folders searched through; where there is none, the path and why."""
    found: list[Path | tuple[Path, Fault]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(f for f in path.rglob("*") if f.suffix.lower() == ".pdf" and f.is_file())
            found += inside or [(path, NoPdfs(folder=path))]
        elif path.exists():
            found.append(path)
        else:
            found.append((path, NoSuchFile(file=path)))
    return found


class Reception(AbstractContextManager["Reception"]):
    """Takes files into a library. Reading runs ahead in a child process while this process embeds."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._reader, self._artist = ChildReader(library.settings), ChildReader(library.settings)
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ahead.shutdown(wait=False, cancel_futures=True)
        self._reader.close()
        self._artist.close()

    def receive_paths(self, paths: Iterable[Path], given: Mapping[str, Description] | None = None) -> Iterator[Receipt]:
        """Take in files and folders, one receipt a file, in order. `given` describes files by name."""
        waiting: deque[Begun] = deque()
        for item in find_pdfs(paths):
            waiting.append(self._begin(item, given or {}))
            while len(waiting) > _AHEAD:
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

    def _begin(self, item: Path | tuple[Path, Fault], given: Mapping[str, Description]) -> Begun:
        if isinstance(item, tuple):
            return _failed(item[0].name or str(item[0]), item[1])
        limit = self._library.settings.max_upload_mb
        try:
            if item.stat().st_size > limit << 20:
                return _failed(item.name, TooLarge(file=item.name, limit=limit))
            data = item.read_bytes()
        except OSError as error:
            return _failed(item.name, Unreadable(file=item.name, error=error.strerror))
        return self._begin_bytes(Incoming(item.name, data, given.get(item.name)))

    def _begin_bytes(self, incoming: Incoming) -> Begun:
        """Answer at once for bytes that are known; else start reading them."""
        known = self._library.record.study_of_file(incoming.sha256)
        if known is not None:
            return self._known(incoming, known)
        staged = self._library.stage(incoming.data)
        return incoming, staged, self._ahead.submit(self._read, staged)

    def _known(self, incoming: Incoming, study: Study) -> Receipt:
        came_before = any(file.name == incoming.name for file in study.files)
        if not came_before:
            file = StudyFile(incoming.sha256, incoming.name, len(incoming.data), study.page_count)
            self._library.add_file(study.id, file)
        passages = len(self._library.record.passage_ids_of(study.id))
        why: Why | None = None
        if not came_before:
            why = ("same_bytes", (("other", study.file_name),))
        elif study.text is TextState.NEEDS_OCR:
            why = ("still_needs_ocr", ())
        return Receipt(
            file=incoming.name,
            status=Status.UNCHANGED if came_before else Status.DUPLICATE,
            study_id=study.id,
            pages=study.page_count,
            passages=passages,
            language=study.languages[0] if study.languages else None,
            why=why,
        )

    def _finish(self, begun: Begun) -> Receipt:
        if isinstance(begun, Receipt):
            return begun
        incoming, staged, reading = begun
        try:
            known = self._library.record.study_of_file(incoming.sha256)
            if known is not None:  # the same bytes came twice in one batch
                return self._known(incoming, known)
            return self._take_in(incoming, staged, *reading.result())
        except Fault as fault:
            return _failed(incoming.name, fault, file=incoming.name)
        finally:
            staged.unlink(missing_ok=True)

    def _read(self, staged: Path) -> Read:
        """Pages, language and passages of a file; done ahead, while an earlier file is being embedded."""
        document = self._reader.read(staged)
        whole = " ".join(page.text for page in document.pages)
        language = language_of(whole, ("sv", "en", "da", "no"))
        return document, language, cut(document.pages, language, self._library.embedder)

    def _take_in(
        self, incoming: Incoming, staged: Path, document: Document, language: str, drafts: list[Draft]
    ) -> Receipt:
        study_id = incoming.sha256[:16]
        prepared = self._library.prepare(drafts)
        study = _study(study_id, incoming, document, drafts, language)
        pages = [Page(study_id, p.number, p.label, p.text, p.reader, p.witness) for p in document.pages]
        self._library.add(study, pages, drafts, prepared, staged)
        empty = [p.label for p in document.pages if not p.text.strip()]
        return Receipt(
            file=incoming.name,
            status=Status.ADDED if drafts else Status.NEEDS_OCR,
            study_id=study_id,
            pages=len(pages),
            passages=len(drafts),
            language=study.languages[0] if study.languages else None,
            why=_why(drafts, empty),
            warnings=document.warnings,
        )


def cut(pages: Sequence[ReadPage], language: str, embedder: Embedder) -> list[Draft]:
    """Passages of some pages, of a size that suits the model."""
    return chunk(pages, language, embedder.piece_counts, min(PASSAGE_PIECES, embedder.window))


def _study(study_id: str, incoming: Incoming, document: Document, drafts: list[Draft], language: str) -> Study:
    counted = {name: sum(d.language == name for d in drafts) for name in dict.fromkeys(d.language for d in drafts)}
    languages = sorted(counted, key=lambda name: (name != language, -counted[name]))
    return Study(
        id=study_id,
        description=describe(document, incoming.name, incoming.given),
        languages=tuple(languages),
        text=TextState.SEARCHABLE if drafts else TextState.NEEDS_OCR,
        files=(StudyFile(incoming.sha256, incoming.name, len(incoming.data), len(document.pages)),),
    )


def _why(drafts: list[Draft], empty: list[str]) -> Why | None:
    if not drafts:
        return "needs_ocr", ()
    if empty:
        return "pages_without_text", (("count", len(empty)), ("pages", ", ".join(empty[:12])))
    return None


def _failed(name: str, fault: Fault, **known: object) -> Receipt:
    """`known` says better what the fault may not know, such as the name that a staged file came with."""
    return Receipt(name, Status.FAILED, why=(fault.code, tuple({**fault.values, **known}.items())))
