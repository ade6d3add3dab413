"""PDF to pages, always in a child process with limits on time, memory and pages."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.settings import Settings
from corpus.study import Reader
from corpus.words import Fault

_ROOT = Path(__file__).parent.parent
_FILES_A_CHILD = 40  # then a fresh one, so that nothing a file left behind lives long


class CannotRead(Fault):
    """A file could not be read; `reason` is the code of the sentence that says why."""

    code = "cannot_read"

    def __init__(self, reason: str, **values: object) -> None:
        self.code = reason
        super().__init__(**values)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page as read: `number` counts from 1, `label` is the printed number, `witness` pdfium's letters."""

    number: int
    label: str
    text: str
    reader: Reader
    witness: str


@dataclass(frozen=True, slots=True)
class Document:
    """A PDF as read: pages, first-page lines with font size, the file's own information, and warnings."""

    pages: tuple[ReadPage, ...]
    front: tuple[tuple[str, float], ...]
    info: dict[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page drawn: PNG bytes, highlighted rectangles (left, bottom, right, top) and page size, in points."""

    png: bytes
    rectangles: tuple[tuple[float, float, float, float], ...]
    size: tuple[float, float]


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
        pages = (ReadPage(**{**page, "reader": Reader(page["reader"])}) for page in answer["pages"])
        front = tuple((line, size) for line, size in answer["front"])
        return Document(tuple(pages), front, answer["info"], tuple(answer["warnings"]))

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
            line = self._exchange(json.dumps(request))
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

    def _exchange(self, request: str) -> str | None:
        """One request and its answer; "" when the child died, None when it ran out of time."""
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
        self._answered += 1
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
