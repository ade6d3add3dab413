"""PDFs made on the spot for the tests of this room."""

import io
import zlib
from collections.abc import Container, Sequence

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, EncodedStreamObject, NameObject, StreamObject
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

TEXT = (
    "Street lighting reduced property crime by 14 per cent in the lit squares.\n"
    "Violent crime did not fall, and fear of crime was not measured at all."
)
_OPERATION = b"BT /F1 12 Tf 72 700 Td (Street lighting prevents crime in the town.) Tj ET\n"
_CMAP = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def
1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <40> <%s> endbfchar endcmap end end"""


def blank_pdf(pages: int) -> bytes:
    """A PDF of many pages without anything on them."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    return _bytes(writer)


def raw_pdf(operations: bytes, pages: int = 1, at_sign: str = "") -> bytes:
    """A PDF whose pages all run the same operations; `at_sign` is the UTF-16 (hex) that "@" is said to stand for."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    if at_sign:
        cmap = StreamObject()
        cmap.set_data(_CMAP % at_sign.encode("ascii"))
        font[NameObject("/ToUnicode")] = writer._add_object(cmap)
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    stream = EncodedStreamObject()
    stream._data = zlib.compress(operations, 9)
    stream[NameObject("/Filter")] = ArrayObject([NameObject("/FlateDecode")])
    contents = writer._add_object(stream)
    for _ in range(pages):
        page = writer.add_blank_page(595, 842)
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = contents
    return _bytes(writer)


def line_pdf(line: str, at_sign: str = "") -> bytes:
    """One page with one line, "@" standing for what `at_sign` says."""
    return raw_pdf(f"BT /F1 12 Tf 72 700 Td ({line}) Tj ET".encode("latin-1"), at_sign=at_sign)


def slow_pdf() -> bytes:
    """Small as a file, and minutes of work for any reader: 300 pages that each say one sentence 2,000 times."""
    return raw_pdf(_OPERATION * 2_000, pages=300)


def greedy_pdf() -> bytes:
    """150 kB that unfold to a page of 47 MB, which becomes many times that while it is read."""
    return raw_pdf(_OPERATION * 600_000)


def print_pdf(lines: Sequence[tuple[str, float]], *, title: str = "", author: str = "") -> bytes:
    """One page with each line in its own size of print."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    height = 780.0
    for line, size in lines:
        height -= 1.5 * size
        canvas.setFont("Helvetica", size)
        canvas.drawString(72, height, line)
    canvas.save()
    return stream.getvalue()


def labelled_pdf(pages: Sequence[str]) -> bytes:
    """Front matter i, ii, iii and then pages from 1, as a book has them."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.addPageLabel(0, "ROMAN_LOWER", 1)
    canvas.addPageLabel(3, "ARABIC", 1)
    for page in pages:
        canvas.drawString(72, 700, page)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def rewritten(pdf: bytes) -> PdfWriter:
    """A writer that holds the pages of a PDF, to be changed."""
    return PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))


def locked(pdf: bytes, password: str, algorithm: str) -> bytes:
    """The PDF, encrypted; an empty password lets anyone read it."""
    writer = rewritten(pdf)
    writer.encrypt(user_password=password, owner_password="the owner's", algorithm=algorithm)
    return _bytes(writer)


def cropped(pdf: bytes) -> bytes:
    """The PDF with its pages cut to a part of the sheet, as journals do."""
    writer = rewritten(pdf)
    for page in writer.pages:
        page.cropbox.lower_left = (50, 600)
        page.cropbox.upper_right = (560, 800)
    return _bytes(writer)


def turned(pdf: bytes, angle: int) -> bytes:
    """The PDF with its pages turned clockwise."""
    writer = rewritten(pdf)
    for page in writer.pages:
        page.rotate(angle)
    return _bytes(writer)


def _bytes(writer: PdfWriter) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def scanned(pdf: bytes, dpi: int = 300, *, skew: float = 0.6, noise: float = 8, turned: int = 0) -> bytes:
    """The PDF as a scanner gives it: pages that are pictures, a little soft, askew by `skew` degrees and speckled.

    `noise` is the standard deviation of the specks, in levels of grey of 256.
    """
    specks = np.random.default_rng(0)
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    document = pdfium.PdfDocument(pdf)
    for page in document:
        drawn = page.render(scale=dpi / 72, rotation=turned, grayscale=True).to_pil().convert("L")
        askew = drawn.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255).filter(ImageFilter.GaussianBlur(dpi / 300))
        greys = np.asarray(askew, np.float32) * 0.86 + 20 + specks.normal(0, noise, (askew.height, askew.width))
        width, height = askew.width * 72 / dpi, askew.height * 72 / dpi
        canvas.setPageSize((width, height))
        picture = Image.fromarray(greys.clip(0, 255).astype(np.uint8))
        canvas.drawImage(ImageReader(picture), 0, 0, width, height)
        canvas.showPage()
    document.close()
    canvas.save()
    return stream.getvalue()


def exchanged_pdf(text: str, by: int) -> bytes:
    """A page that looks right, and whose text layer has each small letter so many places further on in the alphabet."""
    lines = "".join(f"({line}) Tj T* " for line in text.split("\n"))
    writer = rewritten(raw_pdf(f"BT /F1 12 Tf 16 TL 72 700 Td {lines}ET".encode("latin-1"), at_sign="0040"))
    pairs = [f"<{ord('a') + i:02X}> <{ord('a') + (i + by) % 26:04X}>" for i in range(26)]
    font = writer.pages[0]["/Resources"]["/Font"]["/F1"]  # type: ignore[index]
    mapping = b"\n".join(pair.encode("ascii") for pair in pairs)
    cmap = (_CMAP % b"0040").replace(b"1 beginbfchar <40> <0040>", b"26 beginbfchar " + mapping)
    font["/ToUnicode"].get_object().set_data(cmap)
    return _bytes(writer)


def joined(*pdfs: bytes) -> bytes:
    """One PDF with the pages of all."""
    writer = PdfWriter()
    for pdf in pdfs:
        writer.append(PdfReader(io.BytesIO(pdf)))
    return _bytes(writer)


OUTLINES = raw_pdf(b"2 w " + b"".join(b"%d 700 m %d 760 l S " % (x, x + 9) for x in range(72, 400, 14)))
"""A page of strokes, which show something and are no text."""


def over(pdf: bytes, stamp: bytes, numbers: Container[int] = range(1, 1_000)) -> bytes:
    """The PDF with the first page of another laid over pages, or some of them, counted from 1."""
    writer, laid = rewritten(pdf), PdfReader(io.BytesIO(stamp)).pages[0]
    for number, page in enumerate(writer.pages, 1):
        if number in numbers:
            page.merge_page(laid)
    return _bytes(writer)


def only(pdf: bytes, number: int) -> bytes:
    """The PDF with one of its pages, counted from 1."""
    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(pdf)), pages=(number - 1, number))
    return _bytes(writer)
