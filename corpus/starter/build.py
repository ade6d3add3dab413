"""Set every evidence note in notes/ as a PDF in pdf/, the same bytes each time."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
)

HERE = Path(__file__).resolve().parent
FONTS = Path(reportlab.__file__).resolve().parent / "fonts"
AUTHOR = "Startkorpus, Centrum för AMP:s forskningsassistent"
NOT_THE_STUDY = {"en": "Evidence note, not the study itself", "sv": "Evidensnotis, inte själva studien"}
PAGE_OF = {"en": "Page {page} of {total}", "sv": "{page} ({total})"}
FEWEST_PAGES, MOST_PAGES = 2, 4
MARGIN = 25 * mm
INK, GREY = HexColor("#1a1a1a"), HexColor("#5f5f5f")

KEYS: dict[str, type] = {
    "id": str, "title": str, "language": str, "about": str, "year": int, "study_year": int,
    "evidence_from": str, "topics": list, "doi": str, "party": str, "sources": list,
}  # fmt: skip
ALLOWED = {"language": set(NOT_THE_STUDY), "party": {"no", "yes", "part", "unknown"}}

BODY = ParagraphStyle(
    "body", fontName="Vera", fontSize=10.5, leading=15.5, spaceAfter=7, textColor=INK,
)  # fmt: skip
BULLET = ParagraphStyle("bullet", parent=BODY, leftIndent=14, bulletIndent=3, spaceAfter=4)
HEADING = ParagraphStyle(
    "heading", parent=BODY, fontName="Vera-Bold", fontSize=12, leading=16, spaceBefore=9, spaceAfter=4,
)  # fmt: skip
TITLE = ParagraphStyle("title", parent=HEADING, fontSize=16, leading=21, spaceBefore=0, spaceAfter=8)


class NoteError(ValueError):
    """A note cannot be set; the message is a sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note: what its front matter says, and its blocks of text."""

    meta: dict[str, Any]
    blocks: tuple[tuple[ParagraphStyle, str], ...]

    @property
    def running_title(self) -> str:
        """The question in the title, without 'Evidence note:' before it and the author after it."""
        found = re.search(r": (.*\?)", self.meta["title"])
        return found.group(1) if found else str(self.meta["title"])


def read_note(path: Path) -> Note:
    """Read one note and refuse it, with a sentence, where it breaks the format."""
    parts = path.read_text(encoding="utf-8").split("+++\n", 2)
    if len(parts) != 3 or parts[0]:
        raise NoteError(f"{path.name} does not begin with front matter between two lines of '+++'.")
    try:
        meta = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise NoteError(f"{path.name} has front matter that is not valid TOML: {error}.") from error
    check_meta(path, meta)
    check_letters(path, meta["title"] + parts[2])
    blocks = re.split(r"\n\s*\n|\n(?=- )", parts[2].strip())
    return Note(meta, tuple(read_block(path, block) for block in blocks))


def check_meta(path: Path, meta: dict[str, Any]) -> None:
    """Refuse front matter with a missing, unknown or wrong key, or an id that is not the file's own."""
    if missing := sorted(set(KEYS) - set(meta)):
        raise NoteError(f"{path.name} lacks the front-matter key(s) {', '.join(missing)}; please add them.")
    if unknown := sorted(set(meta) - set(KEYS)):
        raise NoteError(f"{path.name} has the unknown front-matter key(s) {', '.join(unknown)}.")
    for key, kind in KEYS.items():
        if not isinstance(meta[key], kind):
            raise NoteError(f"{path.name}: the front-matter key {key} must be of type {kind.__name__}.")
    for key, values in ALLOWED.items():
        if meta[key] not in values:
            allowed = ", ".join(sorted(values))
            raise NoteError(f"{path.name}: {key} is '{meta[key]}' but must be one of {allowed}.")
    if not path.stem.startswith(meta["id"].lower() + "-"):
        raise NoteError(f"{path.name} should begin with its id, {meta['id'].lower()}, and a hyphen.")


def check_letters(path: Path, text: str) -> None:
    """Refuse letters that the embedded font cannot draw."""
    drawn = pdfmetrics.getFont("Vera").face.charToGlyph
    if strange := sorted({letter for letter in text if letter != "\n" and ord(letter) not in drawn}):
        raise NoteError(f"{path.name} uses letters the font cannot draw: {' '.join(map(ascii, strange))}.")


def read_block(path: Path, block: str) -> tuple[ParagraphStyle, str]:
    """Say which style one block of Markdown has; only '## ', '- ' and plain paragraphs are known."""
    text = " ".join(block.split())
    if text.startswith("## "):
        return HEADING, text.removeprefix("## ")
    if text.startswith("- "):
        return BULLET, text.removeprefix("- ")
    if not text or text[0] in "#*>|`":
        raise NoteError(f"{path.name} has a block that is no paragraph, heading or bullet: '{text[:40]}'.")
    return BODY, text


def marked_up(text: str) -> str:
    """Make text safe for platypus, with web addresses small enough to stay whole on one line."""
    return re.sub(r"(https?://\S+)", r'<font size="6.7">\1</font>', escape(text))


def flow(note: Note) -> list[Flowable]:
    """Turn a note into what platypus lays out, each heading with the block after it.

    No block is split between pages, so that every sentence can be quoted with one page number.
    """
    title = Paragraph(escape(note.meta["title"]), TITLE)
    rule = HRFlowable(width="100%", thickness=0.6, color=GREY, spaceAfter=8)
    kept: list[list[Flowable]] = [[]]
    for style, text in note.blocks:
        kept[-1].append(Paragraph(marked_up(text), style, bulletText="•" if style is BULLET else None))
        if style is not HEADING:
            kept.append([])
    return [title, rule, *(KeepTogether(block) for block in kept if block)]


def draw_head(note: Note, canvas: Canvas, _: BaseDocTemplate) -> None:
    """Draw the running head: the question on the left, what this is on the right, a thin rule below."""
    width, height = A4
    canvas.setFont("Vera", 7.5)
    canvas.setFillColor(GREY)
    canvas.drawString(MARGIN, height - 16 * mm, note.running_title)
    canvas.drawRightString(width - MARGIN, height - 16 * mm, NOT_THE_STUDY[note.meta["language"]])
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.3)
    canvas.line(MARGIN, height - 18 * mm, width - MARGIN, height - 18 * mm)


def draw_foot(note: Note, total: int, canvas: Canvas, doc: BaseDocTemplate) -> None:
    """Draw the page number at the foot, in the form usual in the note's language."""
    canvas.setFont("Vera", 8)
    canvas.setFillColor(GREY)
    text = PAGE_OF[note.meta["language"]].format(page=doc.page, total=total)
    canvas.drawCentredString(A4[0] / 2, 14 * mm, text)


def lay_out(note: Note, total: int) -> tuple[bytes, int]:
    """Set the note once, with a given total for its page numbers; give the PDF and its true page count."""
    out = BytesIO()
    doc = BaseDocTemplate(
        out, pagesize=A4, invariant=1, lang=note.meta["language"], title=note.meta["title"], author=AUTHOR,
        subject=note.meta["about"], keywords=", ".join(note.meta["topics"]), creator=AUTHOR,
    )  # fmt: skip
    frame = Frame(
        MARGIN, MARGIN, A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN,
        leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0,
    )  # fmt: skip
    head, foot = partial(draw_head, note), partial(draw_foot, note, total)
    doc.addPageTemplates([PageTemplate("page", [frame], onPage=head, onPageEnd=foot)])
    doc.build(flow(note))
    return out.getvalue(), int(doc.page)


def compose(path: Path) -> bytes:
    """Give the PDF of one note; two passes, since the page number needs the total."""
    note = read_note(path)
    _, pages = lay_out(note, total=0)
    if not FEWEST_PAGES <= pages <= MOST_PAGES:
        raise NoteError(f"{path.name} sets to {pages} page(s); it should be {FEWEST_PAGES} to {MOST_PAGES}.")
    pdf, _ = lay_out(note, total=pages)
    return pdf


def target(source: Path) -> Path:
    """Where the PDF of a note lies: beside notes/, in pdf/, under the same stem."""
    return source.parent.parent / "pdf" / f"{source.stem}.pdf"


def write(source: Path) -> None:
    """Write the PDF of one note."""
    target(source).parent.mkdir(exist_ok=True)
    target(source).write_bytes(compose(source))


def check(source: Path) -> None:
    """Refuse a PDF that is missing or is not what its note would give."""
    found = target(source)
    if not found.exists():
        raise NoteError(f"{found.name} is missing; run corpus/starter/build.py.")
    if found.read_bytes() != compose(source):
        raise NoteError(f"{found.name} is not what {source.name} gives; run corpus/starter/build.py.")


def orphans(sources: list[Path]) -> list[str]:
    """Give a sentence for each PDF that no note stands behind."""
    strays = set((HERE / "pdf").glob("*.pdf")) - {target(source) for source in sources}
    return [f"{pdf.name} has no note in notes/; remove it or restore its note." for pdf in sorted(strays)]


def each(step: Callable[[Path], None], sources: list[Path]) -> list[str]:
    """Do one step with every note; give a sentence for each that failed."""
    failures = []
    for source in sources:
        try:
            step(source)
        except NoteError as error:
            failures.append(str(error))
    return failures


def main(arguments: list[str] | None = None) -> int:
    """Build every note, or with --check only compare; 0 if all is well, else 1 and sentences on stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; fail if a PDF is out of date")
    checking = parser.parse_args(arguments).check
    pdfmetrics.registerFont(TTFont("Vera", str(FONTS / "Vera.ttf")))
    pdfmetrics.registerFont(TTFont("Vera-Bold", str(FONTS / "VeraBd.ttf")))
    sources = sorted((HERE / "notes").glob("*.md"))
    failures = each(check if checking else write, sources)
    if checking:
        failures += orphans(sources)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
