"""Pictures of pages to text, by tesseract where it is installed, each in a process that may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from corpus.settings import Settings
from corpus.text import letters

Why = tuple[str, tuple[tuple[str, object], ...]]
"""The code of a sentence and the values it is filled with."""

LEAST_CERTAINTY = 0.5
"""Below this a page has not been read. Pages of print have 0.85 and more, also at 100 dots an inch and with noise;
photographs have 0.3, and pages upside down 0.35."""
_SURE = 0.75  # else the page is tried the other ways up
_ASK_SECONDS = 20
_TURNING = "osd"  # tesseract's own name for the data by which it sees which way up a page is
_FIND_THE_WAY_UP, _AS_IT_IS = "1", "3"  # page segmentation modes
_WORD_ROW, _COLUMNS = "5", 12


class NotRead(Exception):
    """Tesseract did not read a picture. `late` says that it ran out of time."""

    def __init__(self, late: bool) -> None:
        self.late = late
        super().__init__()


@dataclass(frozen=True, slots=True)
class Word:
    """One word as recognised: where it stands (block, paragraph, line) and how sure tesseract is (0 to 1)."""

    text: str
    certainty: float
    block: int
    paragraph: int
    line: int


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a picture says: lines, an empty line between paragraphs. `certainty` (0 to 1) weighs words by letters.

    All words are kept, unsure ones too, since they are mostly right, and a word that is left out is an error as well.
    Leaving out those below 0.7 changed wrong characters on 17 pages, drawn and scanned, from 1.8 to 2.1 % in Swedish
    and from 2.3 to 2.0 % in English at 300 dots an inch, and from 2.5 to 8.0 % and 2.3 to 2.7 % at 100.
    """

    text: str
    certainty: float

    @property
    def weight(self) -> float:
        """How many letters are sure: what tells the right way up from upside down."""
        return self.certainty * len(letters(self.text))


def recognised(words: Sequence[Word]) -> Recognised:
    """Words in the order of the page as text. A paragraph that begins in lower case goes on from the one before."""
    text = ""
    for paragraph in _grouped(words, lambda word: (word.block, word.paragraph)):
        lines = [" ".join(word.text for word in line) for line in _grouped(paragraph, lambda word: (word.line,))]
        text += ("\n" if lines[0][0].islower() else "\n\n") + "\n".join(lines)
    weights = [len(letters(word.text)) for word in words]
    sure = sum(weight * word.certainty for weight, word in zip(weights, words, strict=True))
    return Recognised(text.strip(), sure / max(1, sum(weights)))


def _grouped(words: Sequence[Word], key: Callable[[Word], tuple[int, ...]]) -> Iterator[list[Word]]:
    return (list(group) for _, group in groupby(words, key))


def words_of(table: str) -> Iterator[Word]:
    """The words in tesseract's table: tab-separated rows of level, page, block, paragraph, line … and text."""
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) == _COLUMNS and cells[0] == _WORD_ROW and cells[11].strip():
            block, paragraph, line = (int(cell) for cell in cells[2:5])
            yield Word(cells[11].strip(), max(0.0, float(cells[10])) / 100, block, paragraph, line)


@dataclass(frozen=True, slots=True)
class Program:
    """Tesseract as it is installed: where, and the languages it has data for."""

    path: str
    languages: frozenset[str]


class Ocr:
    """Reads pictures with tesseract as the settings say. Thread-safe; looks anew each time whether it is there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wanted = [name for name in settings.ocr_languages.replace(",", "+").split("+") if name.strip()]
        self._places = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._changing = threading.Lock()
        self._closed = False

    @property
    def seconds(self) -> int:
        """Most seconds for one page."""
        return self._settings.ocr_seconds

    def program(self) -> Program | None:
        """Tesseract, if it may be used, is installed and has one of the languages; else None."""
        return None if self.absence() else self._installed()

    def absence(self) -> Why | None:
        """Why there is no OCR; None where there is."""
        if not self._settings.ocr:
            return "ocr_off", ()
        if not shutil.which("tesseract"):
            return "ocr_missing", (("packages", self._packages(self._wanted)),)
        installed = self._installed()
        if installed is None:
            return "ocr_broken", (("path", shutil.which("tesseract")),)
        if not installed.languages.intersection(self._wanted):
            return "ocr_no_language", self._lacking(self._wanted)
        return None

    def lack(self, program: Program) -> Why | None:
        """The wanted languages that tesseract has no data for, and reads as if they were others; None if it has all."""
        lacking = [name for name in self._wanted if name not in program.languages]
        return ("ocr_without_language", self._lacking(lacking)) if lacking else None

    def _lacking(self, names: Sequence[str]) -> tuple[tuple[str, object], ...]:
        return ("languages", ", ".join(names)), ("packages", self._packages(names))

    @staticmethod
    def _packages(names: Sequence[str]) -> str:
        """What to install on Debian; English comes with the program."""
        return " ".join(["tesseract-ocr", *(f"tesseract-ocr-{name}" for name in names if name != "eng")])

    def _installed(self) -> Program | None:
        path = shutil.which("tesseract")
        if path is None:
            return None
        try:
            said = self._run([path, "--list-langs"], b"", _ASK_SECONDS)
        except NotRead:
            return None
        return Program(path, frozenset(said.decode("utf-8", "replace").partition("\n")[2].split()))

    def read(self, program: Program, draw: Callable[[int], tuple[bytes, float]]) -> Recognised:
        """What a page says, whichever way it is turned; nothing to go by where it is less sure than LEAST_CERTAINTY.

        `draw` gives the page as PNG, turned clockwise by some degrees, and its dots an inch. As many pages are read at
        once as there are processors. Raises NotRead, and whatever `draw` raises.
        """
        with self._places:
            if self._closed:
                raise NotRead(late=False)
            until = time.monotonic() + self.seconds
            best = self._look(program, *draw(0), until, upright=False)
            for turned in (180, 90, 270):
                if best.certainty >= _SURE or not best.text:
                    break
                with suppress(NotRead):  # one way was read, and there is no time for the others
                    other = self._look(program, *draw(turned), until, upright=True)
                    best = max(best, other, key=lambda found: found.weight)
        return best

    def _look(self, program: Program, png: bytes, dpi: float, until: float, upright: bool) -> Recognised:
        """What a picture says. Tesseract turns it by itself only where it is sure, and not where it is `upright`."""
        mode = _FIND_THE_WAY_UP if _TURNING in program.languages and not upright else _AS_IT_IS
        wanted = "+".join(name for name in self._wanted if name in program.languages)
        command = [program.path, "stdin", "stdout", "-l", wanted, "--psm", mode, "--dpi", str(round(dpi)), "tsv"]
        table = self._run(command, png, until - time.monotonic()).decode("utf-8", "replace")
        return recognised(list(words_of(table)))

    def _run(self, command: Sequence[str], data: bytes, seconds: float) -> bytes:
        """What a command prints, given `data`; killed with all that it started when it takes longer. Raises NotRead."""
        process = self._start(command)
        try:
            output, _ = process.communicate(data, timeout=max(0.1, seconds))
        except subprocess.TimeoutExpired:
            raise NotRead(late=True) from None
        finally:
            self._end(process)
        if process.returncode:
            raise NotRead(late=False)
        return output

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._changing:
            if self._closed:
                raise NotRead(late=False)
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                    env={**os.environ, "OMP_THREAD_LIMIT": "1"},
                )
            except OSError:
                raise NotRead(late=False) from None
            self._running.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with self._changing:
            self._running.discard(process)
        if process.poll() is None:
            _kill(process)
            process.communicate()

    def close(self) -> None:
        """Stop every page that is being read, and read no more."""
        with self._changing:
            self._closed = True
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all that it started: it leads a group of its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
