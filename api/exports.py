"""An answer taken out of the library: a Word brief, text, Markdown, and files for reference managers."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library as Bibliography
from bibtexparser.model import Entry, Field

from api.brief import Block, Brief, CorpusStamp, DeletedStudy, Heading, Paragraph, Run, Table, blocks, sources
from api.word import word as word_file
from corpus.reference import clean, csl_item, is_masters_thesis
from corpus.study import Study
from corpus.words import Fault
from retriever.answer import Answer

__all__ = [
    "EXPORTS",
    "CorpusStamp",
    "DeletedStudy",
    "Export",
    "UnknownFormat",
    "bibtex",
    "bibtex_of",
    "csl_json",
    "csl_json_of",
    "export",
    "file_name",
    "markdown",
    "plain",
    "ris",
    "ris_of",
    "word",
]

_NAME_LENGTH = 60
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "đ": "d", "ł": "l", "Ł": "L"})


class UnknownFormat(Fault):
    """Asked for an export that does not exist."""

    code = "unknown_format"


# Briefs


def word(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> bytes:
    """A brief as a .docx. Raises DeletedStudy or UnknownStyle."""
    return word_file(Brief(answer, studies, style, corpus))


def markdown(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> str:
    """A brief as CommonMark with tables. What comes from a PDF is escaped: it can be neither markup nor a link.

    Raises DeletedStudy or UnknownStyle.
    """
    brief = Brief(answer, studies, style, corpus)
    parts = [_markdown(block) for block in blocks(brief)]
    return re.sub(r"^(- .*\n)\n(?=- )", r"\1", "\n\n".join(parts), flags=re.MULTILINE) + "\n"


def plain(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> str:
    """A brief as text without any markup. Raises DeletedStudy or UnknownStyle."""
    brief = Brief(answer, studies, style, corpus)
    return "\n".join(line for block in blocks(brief) for line in _plain(block)).strip() + "\n"


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {escape(block.text)}"
    if isinstance(block, Table):
        return "\n".join(_markdown_table(block))
    text = _marked(block.runs)
    opening = {"quote": "> ", "item": "- "}.get(block.look, "")
    after = f"\n>\n> {escape(block.after)}" if block.after else ""
    return f"{opening}{text}{after}"


def _markdown_table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(map(escape, table.header))} |"
    yield f"|{' --- |' * len(table.header)}"
    for row in table.rows:
        cells = ["<br>".join(_marked(paragraph.runs) for paragraph in cell) for cell in row.cells]
        yield f"| {' | '.join(cells + [''] * (len(table.header) - len(cells)))} |"


def _marked(runs: Sequence[Run]) -> str:
    return "".join(map(_mark, runs))


def _mark(run: Run) -> str:
    inner = run.text.strip()
    around = "**" if run.bold else "*" if run.italic else ""
    before, after = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
    return f"{before}{around}{escape(inner)}{around}{after}" if inner else before


def escape(text: str) -> str:
    """A text that Markdown shows letter for letter: no markup, no HTML, and no address that becomes a link."""
    text = re.sub(r"([\\`*_{}\[\]<>#+!|&~$=])", r"\\\1", clean(text))
    text = re.sub(r":(?=//)", r"\\:", text)
    text = re.sub(r"\b(www)\.", r"\1\\.", text, flags=re.IGNORECASE)
    text = re.sub(r"@(?=\w)", "@\u2060", text)  # backslashes do not keep GitHub from linking an e-mail address
    text = re.sub(r"^(\d+)([.)])", r"\1\\\2", text)
    return re.sub(r"^-", r"\\-", text)


def _plain(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield from ("", block.text, "=" * len(block.text), "")
    elif isinstance(block, Table):
        yield from _plain_table(block)
    else:
        text = "".join(run.text for run in block.runs)
        yield f"- {text}" if block.look == "item" else text
        if block.after:
            yield f"    {block.after}"
        yield ""


def _plain_table(table: Table) -> Iterator[str]:
    for row in table.rows:
        if len(row.cells) == 1:
            yield from (_cell(row.cells[0]).upper(), "")
            continue
        for name, cell in zip(table.header, row.cells, strict=True):
            yield f"{name}: {_cell(cell)}"
        yield ""


def _cell(paragraphs: Sequence[Paragraph]) -> str:
    return "\n    ".join("".join(run.text for run in paragraph.runs) for paragraph in paragraphs)


# Files for reference managers


class _Ris(rispy.RisWriter):  # type: ignore[misc]
    """RIS without a number before each record, which the format does not have."""

    NEWLINE: ClassVar[str] = "\n"

    def set_header(self, count: int) -> str:  # noqa: ARG002 - the signature is rispy's
        return ""


_RIS_TYPES = {
    "article-journal": "JOUR",
    "report": "RPRT",
    "thesis": "THES",
    "bill": "BILL",
    "legislation": "STAT",
    "book": "BOOK",
    "chapter": "CHAP",
}


def ris(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> str:  # noqa: ARG001
    """The sources as RIS; the style and the corpus do not matter to it. Raises DeletedStudy."""
    return ris_of(sources(answer, studies))


def ris_of(studies: Sequence[Study]) -> str:
    """Studies as RIS."""
    records = [_ris_record(csl_item(study)) for study in studies]
    return str(rispy.dumps(records, implementation=_Ris))


def _ris_record(item: dict[str, Any]) -> dict[str, Any]:
    first, _, last = str(item.get("page", "")).replace("–", "-").partition("-")
    record = {
        "type_of_reference": _RIS_TYPES.get(item["type"], "GEN"),
        "authors": [_ris_name(name) for name in item.get("author", ())],
        "title": item.get("title") or item.get("citation-label"),
        "year": str(_year(item)),
        "secondary_title": item.get("container-title"),
        "volume": item.get("volume"),
        "number": item.get("issue"),
        "start_page": first,
        "end_page": last,
        "publisher": item.get("publisher"),
        "type_of_work": item.get("genre"),
        "note": item.get("number"),
        "doi": item.get("DOI"),
        "issn": item.get("ISBN"),  # RIS has one tag, SN, for both
        "urls": [item["URL"]] if "URL" in item else [],
        "language": item.get("language"),
        "notes": [item["note"]] if "note" in item else [],
    }
    return {name: value for name, value in record.items() if value}


def _ris_name(name: dict[str, str]) -> str:
    """Family, then given. A comma in a body's name would part it in two, so a dash stands for it."""
    if "literal" in name:
        return name["literal"].replace(", ", " – ").replace(",", " –")
    return f"{name['family']}, {name['given']}"


def _year(item: dict[str, Any]) -> str:
    return str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""


_BIBTEX_TYPES = {
    "article-journal": "article",
    "report": "techreport",
    "book": "book",
    "chapter": "incollection",
    "thesis": "phdthesis",
}
_BIBTEX_SIGNS = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "#$%&_"},
}


def bibtex(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> str:  # noqa: ARG001
    """The sources as BibTeX; the style and the corpus do not matter to it. Raises DeletedStudy."""
    return bibtex_of(sources(answer, studies))


def bibtex_of(studies: Sequence[Study]) -> str:
    """Studies as BibTeX in UTF-8; keys are unique and ASCII."""
    library = Bibliography()
    taken: set[str] = set()
    for study in studies:
        item = csl_item(study)
        key = _free(_key(item), taken)
        taken.add(key)
        library.add(Entry(_bibtex_type(item), key, [Field(*pair) for pair in _bibtex_fields(item)]))
    return write_string(library) if taken else ""


def _bibtex_type(item: dict[str, Any]) -> str:
    if is_masters_thesis(item):
        return "mastersthesis"
    return _BIBTEX_TYPES.get(item["type"], "misc")


def _bibtex_fields(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind = _bibtex_type(item)
    if authors := item.get("author"):
        yield "author", " and ".join(map(_bibtex_name, authors))
    yield "title", f"{{{_tex(item.get('title') or item.get('citation-label', ''))}}}"
    issuer = {"techreport": "institution", "phdthesis": "school", "mastersthesis": "school", "misc": "howpublished"}
    container = "journal" if kind == "article" else "booktitle"
    fields = {
        "year": _year(item),
        container: item.get("container-title"),
        "volume": item.get("volume"),
        "number": item.get("issue") or item.get("number"),
        "pages": re.sub(r"(?<=\w)[-–](?=\w)", "--", item.get("page", "")),
        issuer.get(kind, "publisher"): item.get("publisher"),
        "type": item.get("genre"),
        "doi": _address(item.get("DOI", "")),
        "isbn": item.get("ISBN"),
        "url": _address(item.get("URL", "")),
        "note": item.get("note"),
        "language": {"sv": "swedish", "en": "english"}.get(item.get("language", ""), item.get("language")),
    }
    for name, value in fields.items():
        if value:
            yield name, value if name in ("doi", "url", "pages") else _tex(str(value))


def _bibtex_name(name: dict[str, str]) -> str:
    if "literal" in name:
        return f"{{{_tex(name['literal'])}}}"  # braces keep a body's name whole
    return f"{_tex(name['family'])}, {_tex(name['given'])}"


def _tex(text: str) -> str:
    """A text in which no sign is a command. Braces are named, for BibTeX counts even escaped ones."""
    return "".join(_BIBTEX_SIGNS.get(sign, sign) for sign in text)


def _address(text: str) -> str:
    """An address as it is, with the signs that would end a field written as %XX."""
    return re.sub(r"[{}\\\s\"]", lambda sign: f"%{ord(sign.group()):02X}", text)


def _key(item: dict[str, Any]) -> str:
    """Author, year and first long word of the title: "brooks2008volunteering"; official print by its number."""
    if label := item.get("citation-label"):
        return _slug(str(label)).replace("-", "")
    first = (item.get("author") or [{}])[0]
    who = _slug(first.get("family") or first.get("literal", "")).split("-")[0]
    words = [word for word in _slug(item.get("title", "")).split("-") if len(word) > 3]
    return f"{who}{_year(item)}{words[0] if words else ''}" or "source"


def _free(key: str, taken: set[str]) -> str:
    n, free = 1, key
    while free in taken:
        n += 1
        free = f"{key}-{n}"
    return free


def csl_json(answer: Answer, studies: Mapping[str, Study], style: str, corpus: CorpusStamp) -> str:  # noqa: ARG001
    """The sources as a list of CSL-JSON items; the style and the corpus do not matter to it. Raises DeletedStudy."""
    return csl_json_of(sources(answer, studies))


def csl_json_of(studies: Sequence[Study]) -> str:
    """Studies as a list of CSL-JSON items."""
    items = [csl_item(study) for study in studies]
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


# All of them


@dataclass(frozen=True, slots=True)
class Export:
    """A form that an answer can be taken out in: its media type, the ending of a file of it, and what makes it."""

    media_type: str
    suffix: str
    make: Callable[[Answer, Mapping[str, Study], str, CorpusStamp], bytes | str]


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {
        "word": Export("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", word),
        "markdown": Export("text/markdown; charset=utf-8", ".md", markdown),
        "plain": Export("text/plain; charset=utf-8", ".txt", plain),
        "ris": Export("application/x-research-info-systems", ".ris", ris),
        "bibtex": Export("application/x-bibtex", ".bib", bibtex),
        "csl_json": Export("application/vnd.citationstyles.csl+json", ".json", csl_json),
    }
)


def export(form: str) -> Export:
    """The export of that name. Raises UnknownFormat."""
    if form not in EXPORTS:
        raise UnknownFormat(format=clean(form), known=", ".join(EXPORTS))
    return EXPORTS[form]


def file_name(answer: Answer, form: str) -> str:
    """A name for the file made from the question: lower-case ASCII, digits and hyphens. Raises UnknownFormat."""
    name = _slug(answer.question)[:_NAME_LENGTH].strip("-")
    return f"amp-{name or 'answer'}{export(form).suffix}"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
