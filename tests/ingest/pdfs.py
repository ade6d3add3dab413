"""PDFs made on the spot for the tests of this room."""

import io
import zlib
from collections.abc import Sequence

from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, EncodedStreamObject, NameObject, StreamObject
from reportlab.lib.pagesizes import A4
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
