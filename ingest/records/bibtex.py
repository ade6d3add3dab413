"""BibTeX: entries in braces, with letters written as TeX writes them."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ParsingFailedBlock,
)

from ingest.records.imported import (
    BadRecord,
    Publication,
    Read,
    address,
    file_names_in,
    imported,
    language_codes,
    numbers_in,
)

OPENING = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
ANYWHERE = re.compile(r"@\w*[ \t]*[{(]")

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what is wrong is said by us, in a sentence

_TYPES = {
    "article": "article-journal",
    "techreport": "report",
    "report": "report",
    "manual": "report",
    "book": "book",
    "booklet": "book",
    "inbook": "chapter",
    "incollection": "chapter",
    "phdthesis": "thesis",
    "mastersthesis": "thesis",
    "thesis": "thesis",
    "inproceedings": "paper-conference",
    "conference": "paper-conference",
    "online": "webpage",
}
_GENRES = {"phdthesis": "dissertation", "mastersthesis": "master's thesis"}
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "c": "\u0327",
    "k": "\u0328",
}
_LETTERS = dict(
    zip(
        "aa AA ae AE oe OE o O l L ss i j th TH dh DH".split(), "å Å æ Æ œ Œ ø Ø ł Ł ß i j þ Þ ð Ð".split(), strict=True
    )
)
_SIGNS = {
    "textbackslash": "\\",
    "textbraceleft": "\ue010",
    "textbraceright": "\ue011",
    "lbrace": "\ue010",
    "rbrace": "\ue011",
    "textasciitilde": "\ue012",
    "textasciicircum": "^",
    "textendash": "–",
    "textemdash": "—",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textquoteright": "’",
    "ldots": "…",
    "dots": "…",
}
_COMMAND = re.compile(
    r"\\(?:(?P<sign>[#$%&_{} ])"
    r"|(?P<accent>[`'^~=.\"]|[uvrHck](?=\s*\{|\s[^\W\d_]))\s*(?:\{\s*\\?(?P<in>[^\W\d_]?)\s*\}|\\?(?P<on>[^\W\d_]))"
    r"|(?P<word>[A-Za-z]+)(?:\{\}|\s+|(?=\W|$)))"
)
_ESCAPED = {"{": "\ue010", "}": "\ue011"}
_BACK = str.maketrans({"\ue010": "{", "\ue011": "}", "\ue012": "~"})


class Unclosed(BadRecord):
    """An entry is not closed, or not written as BibTeX is."""

    code = "record_unclosed"


class DuplicateKey(BadRecord):
    """Two entries have the same key."""

    code = "record_duplicate_key"


class RepeatedField(BadRecord):
    """An entry has a field twice."""

    code = "record_repeated_field"


def read_bibtex(name: str, text: str) -> Iterator[Read]:
    """The entries of a file, and what is wrong with those that cannot be read."""
    for block in parse_string(text).blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, Entry):
            yield _record(name, line, block)
        elif isinstance(block, DuplicateBlockKeyBlock):
            if isinstance(block.ignore_error_block, Entry):
                first = (block.previous_block.start_line or 0) + 1
                yield DuplicateKey(line=line, key=block.key[:80], first=first)
        elif isinstance(block, DuplicateFieldKeyBlock):
            yield RepeatedField(line=line, fields=", ".join(sorted(block.duplicate_keys))[:80])
        elif isinstance(block, ParsingFailedBlock):
            yield Unclosed(line=line)


def _record(name: str, line: int, entry: Entry) -> Read:
    fields = {field.key.lower(): str(field.value) for field in entry.fields}
    try:
        return _imported(name, line, entry.entry_type.lower(), fields)
    except BadRecord as bad:
        return bad


def _imported(name: str, line: int, kind: str, fields: Mapping[str, str]) -> Read:
    text = {field: plain(value) for field, value in fields.items() if field not in ("author", "editor", "file")}
    published = _publication(kind, text)
    people = fields.get("author") or fields.get("editor", "")
    values = {
        "title": _with_subtitle(text),
        "authors": [plain(person) for person in split_multiple_persons_names(" ".join(people.split()))],
        "year": text.get("year") or text.get("date", ""),
        "abstract": text.get("abstract", ""),
        "topics": re.split("[;,]", text.get("keywords", "")),
        "languages": language_codes([text.get("language", text.get("langid", ""))]),
        "publisher": published.publisher,
    }
    numbers = numbers_in(fields.get("doi", ""), *(text.get(field, "") for field in ("isbn", "issn", "urn")))
    numbers += [pair for field in ("url", "howpublished") for pair in address(text.get(field, ""))]
    return imported(name, line, values, numbers, published, file_names=file_names_in(plain(fields.get("file", ""))))


def _with_subtitle(text: Mapping[str, str]) -> str:
    return ": ".join(filter(None, (text.get("title", ""), text.get("subtitle", ""))))


def _publication(kind: str, text: Mapping[str, str]) -> Publication:
    issuers = (text.get(field, "") for field in ("institution", "school", "publisher", "organization", "howpublished"))
    publisher = next((issuer for issuer in issuers if issuer and not address(issuer)), "")
    is_article = kind == "article"
    return Publication(
        type=_TYPES.get(kind, ""),
        container=next((text[f] for f in ("journal", "journaltitle", "booktitle") if text.get(f)), "")
        or ("" if is_article else text.get("series", "")),
        volume=text.get("volume", ""),
        issue=(text.get("issue") or text.get("number", "")) if is_article else "",
        pages=re.sub(r"\s*-{2,3}\s*", "-", text.get("pages", "")),
        publisher=publisher,
        genre=text.get("type") or _GENRES.get(kind, ""),
        number="" if is_article else text.get("number", ""),
        language="".join(language_codes([text.get("language", text.get("langid", ""))])[:1]),
    )


def plain(text: str) -> str:
    r"""A text without TeX: accents joined with their letters, braces and commands gone, signs as they are read.

    `G{\"o}teborg`, `\aa` and `\&` become "Göteborg", "å" and "&".
    """
    if "\\" in text:
        text = _COMMAND.sub(_letters, text)
    if not {"{", "}", "~"}.isdisjoint(text):
        text = re.sub("[{}]", "", text).replace("~", " ")
    return " ".join(text.translate(_BACK).split())


def _letters(command: re.Match[str]) -> str:
    if sign := command["sign"]:
        return _ESCAPED.get(sign, sign)
    if accent := command["accent"]:
        return unicodedata.normalize("NFC", (command["in"] or command["on"] or "") + _ACCENTS[accent])
    word = command["word"]
    return _LETTERS.get(word) or _SIGNS.get(word, "")
