"""PDF to pages, always in a child process with limits on time, memory and pages."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from corpus.settings import Settings
from corpus.study import Reader
from corpus.text import letters
from corpus.words import Fault

_ROOT = Path(__file__).parent.parent
_FEW_LETTERS = 150  # a stamp, a caption or a title has fewer
_FILES_A_CHILD = 40  # then a fresh one, so that nothing a file left behind lives long


class CannotRead(Fault):
    """A file could not be read; `reason` is the code of the sentence that says why."""

    code = "cannot_read"

    def __init__(self, reason: str, **values: object) -> None:
        self.code = reason
        super().__init__(**values)


class Layer(StrEnum):
    """What a page has to be read from."""

    TEXT = "text"  # text that can be used
    SCANT = "scant"  # a few words over a picture that covers most of the page
    GARBLED = "garbled"  # text that cannot be read
    PICTURE = "picture"  # something to see, and no text
    BLANK = "blank"  # nothing


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read: `number` counts from 1, `label` is the printed number, `witness` pdfium's letters.

    `certainty` (0 to 1) is how sure OCR was of its words, where `reader` is OCR; the witness is its own letters then.
    """

    number: int
    label: str
    text: str
    reader: Reader
    witness: str
    layer: Layer = Layer.TEXT
    certainty: float | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as read: its pages, and what it says of itself.

    `front` are the lines of the first page with words on it, with their size in points; `info` is the file's own
    information, `xmp` its XMP properties (see `ingest.front.xmp`), `links` addresses linked to on its first two pages.
    `notes` are codes of sentences, with values, on pages that could not be read (see `ingest.recognise`).
    """

    pages: tuple[ReadPage, ...]
    front: tuple[tuple[str, float], ...]
    info: dict[str, str]
    warnings: tuple[str, ...]
    xmp: dict[str, tuple[str, ...]] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    notes: tuple[tuple[str, tuple[tuple[str, object], ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A page drawn: PNG bytes, highlighted rectangles (left, bottom, right, top) and page size, in points."""

    png: bytes
    rectangles: tuple[tuple[float, float, float, float], ...]
    size: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scan:
    """A page drawn for OCR: PNG bytes, in greys, and dots an inch."""

    png: bytes
    dpi: float


class ChildReader:
    """Reads and draws PDFs in a child process that is killed when it takes too long. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[str] | None = None
        self._answered = 0
        self._turn = threading.Lock()

    def read(self, path: Path) -> Document:
        """All pages of a PDF. Raises CannotRead."""
        answer = self._ask({"do": "read", "path": str(path.absolute()), "max_pages": self._settings.max_pages}, path)
        pages = [
            ReadPage(**{**page, "reader": Reader(page["reader"]), "layer": Layer(page["layer"])})
            for page in answer["pages"]
        ]
        front = tuple((line, size) for line, size in answer["front"])
        xmp = {name: tuple(texts) for name, texts in answer["xmp"].items()}
        return Document(
            self._looked_at(path, pages),
            front,
            answer["info"],
            tuple(answer["warnings"]),
            xmp,
            tuple(answer["links"]),
        )

    def _looked_at(self, path: Path, pages: Sequence[ReadPage]) -> tuple[ReadPage, ...]:
        """The pages, those with hardly any text told apart by what they show."""
        few = {page.number for page in pages if len(letters(page.text)) < _FEW_LETTERS}
        seen = self._glance(path, sorted(few)) if few else {}
        return tuple(_told_apart(page, seen) if page.number in few else page for page in pages)

    def _glance(self, path: Path, numbers: list[int]) -> dict[str, list[int]]:
        """The pages that show something, and those that pictures cover; one that cannot be drawn may show anything."""
        try:
            answer = self._ask({"do": "glance", "path": str(path.absolute()), "numbers": numbers}, path)
        except CannotRead:
            return {"shows": numbers, "covered": []}
        return {"shows": answer["shows"], "covered": answer["covered"]}

    def scan(self, path: Path, number: int, dpi: float = 300, turned: int = 0) -> Scan:
        """A page in greys, for OCR, at `dpi` or as many as a huge page allows, turned clockwise. Raises CannotRead."""
        how = {"number": number, "dpi": dpi, "turned": turned}
        answer = self._ask({"do": "scan", "path": str(path.absolute()), **how}, path)
        return Scan(base64.b64decode(answer["png"]), answer["dpi"])

    def draw(self, path: Path, number: int, quotes: Sequence[str] = (), scale: float = 1.6) -> Picture:
        """A page as PNG with quotes highlighted; `scale` is pixels a point. Raises CannotRead."""
        request = {
            "do": "draw",
            "path": str(path.absolute()),
            "number": number,
            "quotes": list(quotes),
            "scale": scale,
        }
        answer = self._ask(request, path)
        rectangles = tuple((r[0], r[1], r[2], r[3]) for r in answer["rectangles"])
        return Picture(base64.b64decode(answer["png"]), rectangles, (answer["size"][0], answer["size"][1]))

    def _ask(self, request: dict[str, Any], path: Path) -> dict[str, Any]:
        with self._turn:
            line = self._exchange(json.dumps(request), request["do"] != "glance")
        if line is None:
            raise CannotRead("timed_out", file=path.name, seconds=self._settings.read_seconds)
        if not line:
            raise CannotRead("reader_died", file=path.name, memory=self._settings.read_memory_mb)
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise CannotRead(
                answer["refused"],
                file=path.name,
                detail=answer["detail"],
                limit=self._settings.max_pages,
                memory=self._settings.read_memory_mb,
            )
        return answer

    def _exchange(self, request: str, counts: bool) -> str | None:
        """One request and its answer; "" when the child died, None when it ran out of time.

        `counts` says that it is a file of its own, of which a child reads so many.
        """
        child = self._living()
        assert child.stdin and child.stdout
        late = threading.Event()

        def stop() -> None:
            late.set()
            child.kill()

        timer = threading.Timer(self._settings.read_seconds, stop)
        timer.start()
        try:
            child.stdin.write(request + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            timer.cancel()
        self._answered += counts
        if not line.endswith("\n") or self._answered >= _FILES_A_CHILD:
            self._end()
        if late.is_set():
            return None
        return line if line.endswith("\n") else ""

    def _living(self) -> subprocess.Popen[str]:
        if self._child is not None and self._child.poll() is not None:
            self._end()  # it died after its last answer: no fault of the file that comes now
        if self._child is None:
            self._answered = 0
            paths = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
            self._child = subprocess.Popen(
                [sys.executable, "-m", "ingest.child", str(self._settings.read_memory_mb)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                errors="replace",  # a child killed while it answers leaves half a character
                env={**os.environ, "PYTHONPATH": paths},
            )
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def close(self) -> None:
        """End the child, in the middle of a file if need be."""
        if (child := self._child) is not None:
            child.kill()
        with self._turn:
            self._end()

    def __enter__(self) -> ChildReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _told_apart(page: ReadPage, seen: dict[str, list[int]]) -> ReadPage:
    """A page with few letters or none, and what it has to be read from."""
    if letters(page.text):
        return replace(page, layer=Layer.SCANT) if page.number in seen["covered"] else page
    if page.number not in seen["shows"]:
        return replace(page, layer=Layer.BLANK, reader=Reader.PYPDF)  # read, and nothing stands there
    return page if page.layer is Layer.GARBLED else replace(page, layer=Layer.PICTURE)
