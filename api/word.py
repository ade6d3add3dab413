"""A brief as a Word document: A4, real headings, every run in its own language."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from api.brief import Block, Brief, Heading, Paragraph, Run, Table, blocks
from corpus.reference import clean

_LOCALES = {"sv": "sv-SE", "en": "en-GB", "da": "da-DK", "no": "nb-NO", "nb": "nb-NO", "fi": "fi-FI", "de": "de-DE"}
_WIDTHS = (4.0, 5.6, 2.5, 2.6, 2.3)  # centimetres; together the width between the margins
_MARGIN = 2.0
_STYLES = {
    "body": "Normal",
    "verdict": "Verdict",
    "question": "Subtitle",
    "small": "Small",
    "quote": "Quote",
    "item": "List Bullet",
    "reference": "Bibliography",
}
_INK, _GREY = RGBColor(0x1F, 0x2A, 0x37), RGBColor(0x4B, 0x55, 0x63)
_BAND, _HEAD, _LINE = "EEF2F6", "D9E2EC", "A8B3C0"


def word(brief: Brief) -> bytes:
    """The bytes of a .docx without macros or links. Raises DeletedStudy or UnknownStyle."""
    content = blocks(brief)
    document = Document()
    _page(document)
    _looks(document, locale(brief.language))
    _settings(document, locale(brief.language))
    _properties(document, brief)
    for block in content:
        _write(document, block, brief.language)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def locale(language: str) -> str:
    """The language of a text as Word names it."""
    return _LOCALES.get(language, language)


def _page(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(_MARGIN)
    _page_number(section.footer.paragraphs[0])


def _page_number(paragraph: WordParagraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = _element("w:fldSimple", instr="PAGE")
    field.append(paragraph.add_run("1")._r)
    paragraph._p.append(field)


def _element(tag: str, **values: str) -> Any:
    made = OxmlElement(tag)
    for name, value in values.items():
        made.set(qn(f"w:{name}"), value)
    return made


# Looks


def _looks(document: WordDocument, language: str) -> None:
    styles = document.styles
    defaults = styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _speak(defaults, language)
    for name in ("Normal", "Title", "Subtitle", "Heading 1", "Quote", "List Bullet"):
        _plain_font(styles[name])
    small = styles.add_style("Small", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    small.font.size, small.font.color.rgb = Pt(9), _GREY
    verdict = styles.add_style("Verdict", WD_STYLE_TYPE.PARAGRAPH)
    verdict.base_style, verdict.paragraph_format.keep_with_next = styles["Normal"], True
    listed = styles.add_style("Bibliography", WD_STYLE_TYPE.PARAGRAPH)
    listed.base_style = styles["Normal"]
    listed.paragraph_format.left_indent, listed.paragraph_format.first_line_indent = Cm(1), Cm(-1)
    _spacing(styles)


def _plain_font(style: Any) -> None:
    """One font, named plainly, in the place of the template's theme fonts."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), "Arial")
    style.font.color.rgb = _INK


def _spacing(styles: Any) -> None:
    for name, size, before, after in (
        ("Normal", 10.5, 0, 6),
        ("Title", 20, 0, 2),
        ("Subtitle", 13, 0, 8),
        ("Heading 1", 14, 16, 6),
        ("Quote", 10.5, 4, 0),
        ("List Bullet", 10.5, 0, 4),
    ):
        style = styles[name]
        style.font.size = Pt(size)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    styles["Quote"].font.italic = styles["Subtitle"].font.italic = False
    styles["Quote"].paragraph_format.left_indent = Cm(0.6)
    styles["Quote"].paragraph_format.keep_with_next = True
    for name, unwanted in (("Title", "w:pPr/w:pBdr"), ("Title", "w:rPr/w:spacing"), ("Subtitle", "w:rPr/w:spacing")):
        for found in styles[name].element.xpath(unwanted):
            found.getparent().remove(found)


def _settings(document: WordDocument, language: str) -> None:
    """Word's present way of setting pages, so that it does not open the file in compatibility mode."""
    settings = document.settings.element
    for setting in settings.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")
    for zoom in settings.iter(qn("w:zoom")):
        zoom.set(qn("w:percent"), "100")
    for theme in settings.iter(qn("w:themeFontLang")):
        theme.set(qn("w:val"), language)
    shown = document.part.package.rels
    for name in [name for name, rel in shown.items() if rel.reltype.endswith("/thumbnail")]:
        del shown[name]  # the template's picture of an empty page


def _properties(document: WordDocument, brief: Brief) -> None:
    properties = document.core_properties
    made = datetime.combine(brief.corpus.date, time(), UTC).replace(tzinfo=None)
    properties.title = clean(brief.answer.question)[:255]
    properties.author = properties.last_modified_by = brief.say("export_system")
    properties.language = locale(brief.language)
    properties.created = properties.modified = made
    properties.comments = properties.keywords = properties.subject = ""
    properties.revision = 1


# Blocks


def _write(document: WordDocument, block: Block, language: str) -> None:
    if isinstance(block, Heading):
        document.add_heading(block.text, block.level)
    elif isinstance(block, Table):
        _table(document, block, language)
    else:
        _fill(document.add_paragraph(style=_STYLES[block.look]), block.runs, language)
        if block.after:
            after = document.add_paragraph(style="Small")
            after.paragraph_format.left_indent = Cm(0.6)
            _fill(after, (Run(block.after),), language)


def _fill(paragraph: WordParagraph, runs: Sequence[Run], language: str) -> None:
    for piece in runs:
        run = paragraph.add_run(clean_run(piece.text))
        run.bold, run.italic = piece.bold or None, piece.italic or None
        _speak(run._r.get_or_add_rPr(), locale(piece.language or language))


def clean_run(text: str) -> str:
    """A text without what XML cannot hold; spaces at its ends are kept, for they part it from its neighbours."""
    inner = clean(text)
    start, end = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if start else ''}{inner}{' ' if end and inner else ''}"


def _speak(properties: Any, language: str) -> None:
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(_element("w:lang", val=language))


def _table(document: WordDocument, block: Table, language: str) -> None:
    table = document.add_table(rows=1, cols=len(block.header))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _air(table)
    table._tbl.tblPr.append(_element("w:tblCaption", val=block.caption))
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Cm(width)
    _widths(table, 0)
    for cell, name in zip(table.rows[0].cells, block.header, strict=True):
        _cell(cell, (Paragraph((Run(name, bold=True),)),), language)
        _shade(cell, _HEAD)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
    for row in block.rows:
        _row(table, row.cells, language)
    document.add_paragraph()


def _air(table: WordTable) -> None:
    """A little room above and below what stands in a cell, and lines that do not shout."""
    borders = _element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=_LINE))
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(borders)
    margins = _element("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):
        margins.append(_element(f"w:{side}", w="60" if side in ("top", "bottom") else "90", type="dxa"))
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _row(table: WordTable, cells: Sequence[Sequence[Paragraph]], language: str) -> None:
    row = table.add_row()  # type: ignore[no-untyped-call]
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    _widths(table, len(table.rows) - 1)
    if len(cells) == 1:
        across = row.cells[0].merge(row.cells[-1])
        _cell(across, cells[0], language)
        across.paragraphs[0].paragraph_format.keep_with_next = True
        _shade(across, _BAND)
        return
    for cell, paragraphs in zip(row.cells, cells, strict=True):
        _cell(cell, paragraphs, language)


def _widths(table: WordTable, row: int) -> None:
    for cell, width in zip(table.rows[row].cells, _WIDTHS, strict=True):
        cell.width = Cm(width)


def _cell(cell: _Cell, paragraphs: Sequence[Paragraph], language: str) -> None:
    for at, block in enumerate(paragraphs):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        paragraph.style = "Small" if block.look == "small" else "Normal"
        paragraph.paragraph_format.space_after = Pt(2)
        _fill(paragraph, block.runs, language)
        for run in paragraph.runs:
            run.font.size = Pt(8.5)


def _shade(cell: _Cell, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=colour))
