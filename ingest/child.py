"""PDF to pages, inside a process of its own that may run out of time or memory and be killed.

Speaks JSON lines: a request on standard input, one answer on standard output. The only module that knows pypdf and
pypdfium2. pypdf is the reader; pdfium reads every page again as a witness, and draws pages.
"""

from __future__ import annotations

import base64
import ctypes
import io
import json
import logging
import math
import re
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pypdf import PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import StreamObject
from pypdfium2 import raw

from corpus.text import clean, letters, vocabulary
from ingest.front.lines import Glyph, lines
from ingest.front.xmp import read_xmp
from ingest.legible import choose

Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in PDF points as the page's own content counts them, before it is cut or turned."""

_SWEDISH = re.compile(r"\b(och|att|det|som|för|är)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(the|and|of|to|for|is)\b", re.IGNORECASE)
_WARNINGS_KEPT = 20
_FRONT_PAGES, _FRONT_LINES, _FRONT_GLYPHS, _FRONT_LETTERS = 3, 120, 8_000, 12
_LINKED_PAGES, _LINKS, _INFO_LETTERS = 2, 200, 2_000
_GLANCE_SECONDS, _GLANCE_PIXELS, _EDGE, _LEAST_EDGES, _IMAGES = 30, 500_000, 40, 0.0003, 1_000
_SPECKLED, _SPECK = 0.2, 1.2  # pages of print have 0.10 at most; pixels at 300 dots an inch
_SCAN_PIXELS = 20_000_000  # A3 at 300 dots an inch has 17 million
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
    texts, labels, said = _pypdf_texts(path, max_pages, witness)
    return {
        "pages": list(_pages(texts, labels, witness)),
        "front": list(_front_lines(second)) if second is not None else [],
        **said,
        "warnings": list(heard.heard),
    }


def _look_at_bytes(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise Refused("empty_file")
    if b"%PDF-" not in head:
        raise Refused("not_a_pdf")


def _pypdf_texts(path: Path, max_pages: int, witness: list[str]) -> tuple[list[str], list[str], dict[str, Any]]:
    """Page texts, labels and what the file says of itself, by pypdf; empty where only the witness can open it."""
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
        return [""] * len(witness), [], {"info": {}, "xmp": {}, "links": []}
    if count > max_pages:
        raise Refused("too_many_pages", count)
    if not count:
        raise Refused("damaged", "no pages")
    return [_page_text(reader, i) for i in range(count)], _labels(reader, count), _said(reader)


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


def _said(reader: PdfReader) -> dict[str, Any]:
    """The file's information, its XMP, and the links of its first pages; what is broken among them is left out."""
    return {
        "info": _said_by(_info, reader) or {},
        "xmp": _said_by(_xmp, reader) or {},
        "links": _said_by(_links, reader) or [],
    }


def _said_by(ask: Callable[[PdfReader], Any], reader: PdfReader) -> Any:
    try:
        return ask(reader)
    except MemoryError:
        raise
    except Exception as error:  # broken metadata costs the metadata only
        logging.getLogger("pypdf").warning("The file's metadata could not be read: %s", error)
        return None


def _info(reader: PdfReader) -> dict[str, str]:
    found: dict[str, Any] = dict(reader.metadata or {})
    said = {key: str(value.get_object())[:_INFO_LETTERS] for key, value in found.items() if value is not None}
    return {str(key).lstrip("/").lower(): clean(value) for key, value in said.items()}


def _xmp(reader: PdfReader) -> dict[str, list[str]]:
    packet = reader.root_object.get("/Metadata")
    stream = packet.get_object() if packet is not None else None
    return read_xmp(stream.get_data()) if isinstance(stream, StreamObject) else {}


def _links(reader: PdfReader) -> list[str]:
    """The addresses that the first pages link to, in order, each once."""
    found: dict[str, None] = {}
    for page in reader.pages[:_LINKED_PAGES]:
        for annotation in islice(page.annotations or (), _LINKS):
            action = annotation.get_object().get("/A")
            if action is not None and (address := action.get_object().get("/URI")) is not None:
                found[clean(str(address)[:_INFO_LETTERS])] = None
    return list(found)


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
    """The lines, with their size in points, of the first page that has words on it: where titles are."""
    for index in range(min(len(document), _FRONT_PAGES)):
        try:
            text = document[index].get_textpage()
        except pdfium.PdfiumError:
            continue
        found = list(islice(lines(_glyphs(text)), _FRONT_LINES))
        if len(letters(" ".join(words for words, _ in found))) >= _FRONT_LETTERS:
            yield from found
            return


def _glyphs(text: pdfium.PdfTextPage) -> Iterator[Glyph]:
    """The glyphs of a page in pdfium's order; those that run up or down its margin are left out."""
    matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
    for index in range(min(text.count_chars(), _FRONT_GLYPHS)):
        character = chr(raw.FPDFText_GetUnicode(text, index) or 0x20)
        raw.FPDFText_GetMatrix(text, index, matrix)
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        left, _, right, _ = text.get_charbox(index)
        if abs(matrix.b) <= abs(matrix.d):
            # pdfium's font size leaves out how much the page's own matrix enlarges it
            size = raw.FPDFText_GetFontSize(text, index) * math.hypot(matrix.c, matrix.d)
            yield Glyph(character, round(size, 1), left, right, y.value)


def _pages(texts: list[str], labels: list[str], witness: list[str]) -> Iterator[dict[str, Any]]:
    witness += [""] * (len(texts) - len(witness))
    chosen = [choose(first, second) for first, second in zip(texts, witness, strict=False)]
    texts = [page.text for page in chosen]
    joined = " ".join(texts)
    swedish = len(_SWEDISH.findall(joined)) >= len(_ENGLISH.findall(joined))
    known = vocabulary(texts)
    labels = labels or printed_numbers(texts)
    for number, (page, label) in enumerate(zip(chosen, labels, strict=True), 1):
        yield {
            "number": number,
            "label": label,
            "text": clean(page.text, known, swedish),
            "reader": page.reader,
            "witness": page.witness,
            "layer": "garbled" if page.garbled else "text",
        }


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


def glance(path: Path, numbers: list[int]) -> dict[str, Any]:
    """For some pages, whether they show anything at all, and whether pictures cover half of them. Raises Refused.

    Pages for which there is no time count as pages that show something.
    """
    document = _open_witness(path)
    if document is None:
        raise Refused("damaged", "the pages cannot be drawn")
    until = time.monotonic() + _GLANCE_SECONDS
    seen = {n: _glance(document, n) if time.monotonic() < until else (True, False) for n in numbers}
    return {"shows": [n for n in numbers if seen[n][0]], "covered": [n for n in numbers if seen[n][1]]}


def _glance(document: pdfium.PdfDocument, number: int) -> tuple[bool, bool]:
    """Does the page show anything, and do pictures cover half of it? A page that cannot be drawn may show anything."""
    try:
        page = document[number - 1]
        width, height = page.get_size()
        area = max(1.0, width * height)
        picture = page.render(scale=min(1.0, math.sqrt(_GLANCE_PIXELS / area)), grayscale=True).to_pil()
        covered = sum(_visible_area(image.get_bounds(), page.get_bbox()) for image in _images(page))
    except (pdfium.PdfiumError, IndexError):
        return True, False
    return _edges(picture.convert("L")) >= _LEAST_EDGES, covered >= area / 2


def _edges(picture: Image.Image) -> float:
    """Share of pixels (0 to 1) that differ much from the one beside them or the one below: paper has none."""
    moved = [ImageChops.difference(picture, ImageChops.offset(picture, *step)) for step in ((1, 0), (0, 1))]
    counts = ImageChops.lighter(*moved).histogram()
    return sum(counts[_EDGE:]) / max(1, sum(counts))


def _images(page: pdfium.PdfPage) -> Iterator[pdfium.PdfObject]:
    return islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3), _IMAGES)


def _visible_area(image: Rectangle, page: Rectangle) -> float:
    """How much of a page, in square points, an image covers."""
    width = min(image[2], page[2]) - max(image[0], page[0])
    height = min(image[3], page[3]) - max(image[1], page[1])
    return max(0.0, width) * max(0.0, height)


def scan(path: Path, number: int, dpi: float, turned: int) -> dict[str, Any]:
    """A page in greys as PNG, for OCR, turned clockwise by some degrees; a huge page in fewer dots. Raises Refused.

    Where the page is full of specks, they are blurred: of such pages tesseract reads nothing, and takes minutes.
    """
    document = _open_witness(path)
    if document is None or not 1 <= number <= len(document):
        raise Refused("damaged", "the page cannot be drawn")
    page = document[number - 1]
    width, height = page.get_size()
    scale = min(dpi / 72, math.sqrt(_SCAN_PIXELS / max(1.0, width * height)))
    picture = page.render(scale=scale, rotation=turned, grayscale=True).to_pil().convert("L")
    if _edges(picture) > _SPECKLED:
        picture = picture.filter(ImageFilter.GaussianBlur(_SPECK))
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return {"png": base64.b64encode(stream.getvalue()).decode("ascii"), "dpi": scale * 72}


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
    try:
        return _carry_out(request, Path(request["path"]))
    except Refused as refusal:
        return {"refused": refusal.args[0], "detail": str(refusal.args[1]) if len(refusal.args) > 1 else ""}
    except MemoryError:
        return {"refused": "out_of_memory", "detail": ""}
    except (OSError, PdfReadError, pdfium.PdfiumError, RecursionError) as error:
        return {"refused": "damaged", "detail": str(error)[:200]}


def _carry_out(request: dict[str, Any], path: Path) -> dict[str, Any]:
    match request["do"]:
        case "draw":
            return draw(path, request["number"], request["quotes"], request["scale"])
        case "glance":
            return glance(path, request["numbers"])
        case "scan":
            return scan(path, request["number"], request["dpi"], request["turned"])
        case _:
            return read(path, request["max_pages"])


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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the keeper, who says what becomes of the file in hand
    with suppress(ValueError, OSError):  # some systems, macOS among them, let no process limit its own memory
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with _own_output() as channel:
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line)), ensure_ascii=False), file=channel, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
