"""PDF to pages, inside a process of its own that may run out of time or memory and be killed.

Speaks JSON lines: a request on standard input, one answer on standard output. The only module that knows pypdf and
pypdfium2. pypdf is the reader; pdfium reads every page again as a witness, and draws pages.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import pypdfium2 as pdfium
from PIL import Image, ImageDraw
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdfium2 import raw

from corpus.text import clean, letters, vocabulary

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in PDF points as the page's own content counts them, before it is cut or turned."""

_SWEDISH = re.compile(r"\b(och|att|det|som|för|är)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(the|and|of|to|for|is)\b", re.IGNORECASE)
_WARNINGS_KEPT = 20
_AGREEMENT = 0.7
_FRONT_LINES = 60
_HIGHLIGHT = (255, 214, 10, 96)
_NUMBER = re.compile(r"^\W*(?:s\.|sid(?:an)?|page|p\.)?\s*(\d{1,4})\W*$", re.IGNORECASE)


class Refused(Exception):
    """The file cannot be read. Its argument is the code of the sentence that says why."""


class _Warnings(logging.Handler):
    """Keeps what the PDF libraries warn of, each sentence once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: dict[str, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.heard) < _WARNINGS_KEPT:
            self.heard[record.getMessage()[:200]] = None


def read(path: Path, max_pages: int) -> dict[str, Any]:
    """All pages of a PDF with their printed labels, and what the file says of itself. Raises Refused."""
    _look_at_bytes(path)
    heard = _Warnings()
    logger = logging.getLogger("pypdf")
    logger.handlers, logger.propagate = [heard], False
    second = _open_witness(path)
    if second is not None and len(second) > max_pages:
        raise Refused("too_many_pages", len(second))
    witness = list(_witness_texts(second)) if second is not None else []
    texts, labels, info = _pypdf_texts(path, max_pages, witness)
    return {
        "pages": list(_pages(texts, labels, witness)),
        "front": list(_front_lines(second)) if second is not None else [],
        "info": info,
        "warnings": list(heard.heard),
    }


def _look_at_bytes(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise Refused("empty_file")
    if b"%PDF-" not in head:
        raise Refused("not_a_pdf")


def _pypdf_texts(path: Path, max_pages: int, witness: list[str]) -> tuple[list[str], list[str], dict[str, str]]:
    """Page texts, labels and information by pypdf; empty texts where only the witness can open the file."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("password")
        count = len(reader.pages)
    except (Refused, MemoryError):
        raise
    except Exception as error:  # a hostile file may raise anything; pypdf's own rules say the caller must catch
        if not witness:
            raise Refused("damaged", str(error)[:200]) from error
        return [""] * len(witness), [], {}
    if count > max_pages:
        raise Refused("too_many_pages", count)
    if not count:
        raise Refused("damaged", "no pages")
    return [_page_text(reader, i) for i in range(count)], _labels(reader, count), _info(reader)


def _page_text(reader: PdfReader, index: int) -> str:
    try:
        return reader.pages[index].extract_text()
    except MemoryError:
        raise
    except Exception as error:  # one bad page must not cost the others
        logging.getLogger("pypdf").warning("Page %d could not be read: %s", index + 1, error)
        return ""


def _labels(reader: PdfReader, count: int) -> list[str]:
    """The labels the file itself gives its pages; empty when it gives none."""
    try:
        if "/PageLabels" not in reader.root_object:
            return []
        labels = [str(label) for label in reader.page_labels]
        return labels if len(labels) == count else []
    except MemoryError:
        raise
    except Exception as error:  # a broken label tree costs the labels only
        logging.getLogger("pypdf").warning("Page labels could not be read: %s", error)
        return []


def _info(reader: PdfReader) -> dict[str, str]:
    try:
        found: dict[str, Any] = dict(reader.metadata or {})
        said = {key: str(value)[:500] for key, value in found.items() if value is not None}
        return {str(key).lstrip("/").lower(): clean(value) for key, value in said.items()}
    except MemoryError:
        raise
    except Exception as error:  # broken metadata costs the metadata only
        logging.getLogger("pypdf").warning("The file's metadata could not be read: %s", error)
        return {}


def _open_witness(path: Path) -> pdfium.PdfDocument | None:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError:
        return None


def _witness_texts(document: pdfium.PdfDocument) -> Iterator[str]:
    for index in range(len(document)):
        try:
            page = document[index]
            text = page.get_textpage()
            yield text.get_text_bounded()
            text.close()
            page.close()
        except pdfium.PdfiumError:
            yield ""


def _front_lines(document: pdfium.PdfDocument) -> Iterator[tuple[str, float]]:
    """The lines of the first page with their font size in points, from the top: where titles are."""
    try:
        text = document[0].get_textpage()
    except (pdfium.PdfiumError, IndexError):
        return
    whole = text.get_text_range()
    start = 0
    for line in whole.split("\n")[:_FRONT_LINES]:
        words = clean(line)
        if words:
            middle = min(start + len(line) // 2, max(text.count_chars() - 1, 0))
            yield words, round(float(raw.FPDFText_GetFontSize(text, middle)), 1)
        start += len(line) + 1


def _pages(texts: list[str], labels: list[str], witness: list[str]) -> Iterator[dict[str, Any]]:
    witness += [""] * (len(texts) - len(witness))
    seen = [letters(clean(text)) for text in witness]
    readers = [_fuller(letters(text), second) for text, second in zip(texts, seen, strict=False)]
    texts = [
        second if reader == "pdfium" else text for text, second, reader in zip(texts, witness, readers, strict=False)
    ]
    joined = " ".join(texts)
    swedish = len(_SWEDISH.findall(joined)) >= len(_ENGLISH.findall(joined))
    known = vocabulary(texts)
    labels = labels or printed_numbers(texts)
    for number, (text, reader) in enumerate(zip(texts, readers, strict=True), 1):
        yield {
            "number": number,
            "label": labels[number - 1],
            "text": clean(text, known, swedish),
            "reader": reader,
            "witness": seen[number - 1],
        }


def _fuller(first: str, second: str) -> str:
    """Whose letters to keep: pypdf's, unless pdfium saw far more."""
    if len(first) < _AGREEMENT * len(second):
        return "pdfium"
    return "pypdf" if first else "none"


def printed_numbers(texts: list[str]) -> list[str]:
    """Printed page numbers read off the first and last lines, where the file carries no labels of its own.

    They are believed only when one shift between PDF page and printed number fits most pages; else pages are
    numbered as in the PDF.
    """
    shifts = Counter(shift for number, text in enumerate(texts, 1) for shift in _shifts(number, text))
    shift, seen = max(shifts.items(), key=lambda item: item[1], default=(0, 0))
    if seen < 3 or seen < 0.6 * len(texts) or shift < 0:
        shift = 0
    return [str(number + shift) for number in range(1, len(texts) + 1)]


def _shifts(number: int, text: str) -> set[int]:
    lines = [line for line in text.strip().split("\n") if line.strip()]
    found = (_NUMBER.match(line) for line in (lines[:1] + lines[-1:]))
    return {int(match.group(1)) - number for match in found if match}


def draw(path: Path, number: int, quotes: list[str], scale: float) -> dict[str, Any]:
    """A page as PNG with quotes highlighted, and the rectangles in points. Raises Refused."""
    document = _open_witness(path)
    if document is None or not 1 <= number <= len(document):
        raise Refused("damaged", "the page cannot be drawn")
    page = document[number - 1]
    rectangles = [rectangle for quote in quotes for rectangle in locate(page, quote)]
    bitmap = page.render(scale=scale)
    image = bitmap.to_pil().convert("RGBA")
    overlay = Image.new("RGBA", image.size)
    brush = ImageDraw.Draw(overlay)
    place = bitmap.get_posconv(page)  # pages may be cut and turned
    for left, bottom, right, top in rectangles:
        (x, y), (x2, y2) = place.to_bitmap(left, top), place.to_bitmap(right, bottom)
        brush.rectangle((min(x, x2), min(y, y2), max(x, x2), max(y, y2)), _HIGHLIGHT)
    stream = io.BytesIO()
    Image.alpha_composite(image, overlay).convert("RGB").save(stream, "PNG")
    return {
        "png": base64.b64encode(stream.getvalue()).decode("ascii"),
        "rectangles": rectangles,
        "size": page.get_size(),
    }


def locate(page: pdfium.PdfPage, quote: str) -> list[Rectangle]:
    """The rectangles, one a line, that cover a quote on a page; empty when pdfium does not find its letters."""
    text = page.get_textpage()
    stream = [(letter, i) for i in range(text.count_chars()) for letter in letters(text.get_text_range(i, 1))]
    wanted = letters(quote)
    at = "".join(letter for letter, _ in stream).find(wanted) if wanted else -1
    if at < 0:
        return []
    boxes = [text.get_charbox(i) for _, i in stream[at : at + len(wanted)]]
    return list(_lines(boxes))


def _lines(boxes: list[Rectangle]) -> Iterator[Rectangle]:
    """Merge the boxes of letters that follow each other on one line."""
    current: Rectangle | None = None
    for left, bottom, right, top in boxes:
        if right <= left or top <= bottom:
            continue
        if current and bottom < current[3] and top > current[1] and left >= current[0] - 1:
            current = (current[0], min(current[1], bottom), max(current[2], right), max(current[3], top))
            continue
        if current:
            yield current
        current = (left, bottom, right, top)
    if current:
        yield current


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one request; every failure becomes a code."""
    path = Path(request["path"])
    try:
        if request["do"] == "draw":
            return draw(path, request["number"], request["quotes"], request["scale"])
        return read(path, request["max_pages"])
    except Refused as refusal:
        return {"refused": refusal.args[0], "detail": str(refusal.args[1]) if len(refusal.args) > 1 else ""}
    except MemoryError:
        return {"refused": "out_of_memory", "detail": ""}
    except (OSError, PdfReadError, pdfium.PdfiumError, RecursionError) as error:
        return {"refused": "damaged", "detail": str(error)[:200]}


@contextmanager
def _own_output() -> Iterator[TextIO]:
    """Keep standard output for answers: whatever a library prints goes to standard error.

    Halves of characters, which a file may claim to hold, cannot be written and are left out.
    """
    channel, sys.stdout = sys.stdout, sys.stderr
    if isinstance(channel, io.TextIOWrapper):
        channel.reconfigure(encoding="utf-8", errors="ignore")
    try:
        yield channel
    finally:
        sys.stdout = channel


def main(memory_mb: int) -> None:
    """Answer requests until standard input ends."""
    with suppress(ValueError, OSError):  # some systems, macOS among them, let no process limit its own memory
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _own_output() as channel:
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line)), ensure_ascii=False), file=channel, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
