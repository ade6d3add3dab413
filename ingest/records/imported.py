"""What one record of a study says, whatever file it stood in, as proposals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from corpus.reference import author, clean, csl_item
from corpus.study import Description, Proposal, Source, Study, TextState, Value
from corpus.words import Fault

CERTAIN, DOUBTFUL = 0.9, 0.3
"""How likely a record's value is right, and one that the record itself calls unconfirmed."""

_LONGEST = {"title": 2_000, "abstract": 50_000, "remark": 20_000}
_LONGEST_OTHER = 10_000
_FIRST_YEAR = 1500
_NO_YEAR = re.compile(
    r"^\W*(?:n\W*d|u\W*å|s\W*a|in press|forthcoming|under utgivning|under tryckning|kommande|okänt|unknown)?\W*$", re.I
)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|span|scp|p|br|jats:\w+)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNCONFIRMED = re.compile(r"^\[.*\]$|\bnot confirmed\b")
_FILE_NAME = re.compile(r"[^:;/\\]+\.pdf(?![\w.])", re.IGNORECASE)

_OFFICIAL = re.compile(r"^(prop|skr|dir|sou|sfs|ds)\.?\s(\d{4}(?:/\d{2})?:\d+)$", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"'<>{}\\]*[^\s\"'<>{}\\.,;:]")
_URN = re.compile(r"\burn:nbn:[a-z]{2}:[\w:-]*\w", re.IGNORECASE)
_ISBN = re.compile(r"(?<![\d-])(?:97[89][- ]?)?\d(?:[- ]?\d){8}[- ]?[\dXx](?![\d-])")
_ISSN = re.compile(r"(?<![\d-])\d{4}-\d{3}[\dXx](?![\d-])")

_LANGUAGES = {
    "sv": "swe swedish svenska",
    "en": "eng english engelska american british",
    "da": "dan danish dansk danska",
    "no": "nor nob nno nb nn norwegian norsk norska",
    "fi": "fin finnish suomi finska",
    "de": "ger deu german tyska deutsch ngerman",
    "fr": "fre fra french franska",
    "nl": "dut nld dutch nederländska",
    "es": "spa spanish spanska",
    "it": "ita italian italienska",
    "pt": "por portuguese portugisiska",
    "is": "ice isl icelandic isländska",
    "pl": "pol polish polska",
}
_CODES = {name: code for code, names in _LANGUAGES.items() for name in (code, *names.split())}

_KINDS = {
    "article-journal": "article",
    "article-magazine": "article",
    "article-newspaper": "newspaper article",
    "report": "report",
    "book": "book",
    "chapter": "chapter",
    "paper-conference": "conference paper",
    "bill": "government bill",
    "legislation": "statute",
    "webpage": "web page",
}
_NOTES = frozenset({"evidence note", "evidensnotis"})
_SERIES = re.compile(r"rapport|report|paper|FoU|TRITA", re.IGNORECASE)


class BadRecord(Fault):
    """A record that cannot be read; it costs itself only. The value `line` tells where it stands."""

    code = "record_unreadable"


class NoTitle(BadRecord):
    """The record has no title."""

    code = "record_no_title"


class NotAYear(BadRecord):
    """What stands as the year is none."""

    code = "record_bad_year"


class TooLong(BadRecord):
    """A value of the record is longer than any such value is."""

    code = "record_too_long"


@dataclass(frozen=True, slots=True)
class Imported:
    """One record: what it proposes, which files it names, and the line of its file (from 1) that it begins on."""

    line: int
    proposals: tuple[Proposal, ...]
    file_names: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title it proposes."""
        return str(next(p.value for p in self.proposals if p.field == "title"))


Read = Imported | BadRecord


@dataclass(frozen=True, slots=True)
class Publication:
    """How and where a work was published, in the parts that reference managers keep; `type` is CSL's word."""

    type: str = ""
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    genre: str = ""
    number: str = ""
    language: str = ""

    @property
    def kind(self) -> str:
        """The kind of study, in the words of a description."""
        if self.genre.casefold() in _NOTES:
            return "evidence note"
        if self.type == "thesis":
            return self.genre or "thesis"
        return _KINDS.get(self.type, self.genre)

    @property
    def where(self) -> str:
        """Where it was published, in one line: "Journal 12(3):45-67", "Brå, Rapport 2015:21", or the publisher."""
        if self.type == "chapter" and self.container:
            return self._in_book()
        if self.type == "report" and self.number and not _OFFICIAL.match(clean(self.number)):
            return ", ".join(filter(None, (self.publisher, self._in_series())))
        if self.type not in ("report", "thesis", "book") and self.container:
            return self._in_journal()
        return self.publisher or self.container

    def _in_book(self) -> str:
        pages = f"pp. {self.pages}" if self.pages else ""
        return ", ".join(filter(None, (f"In {self.container}", self.publisher, pages)))

    def _in_series(self) -> str:
        if self.container and self.container.casefold() not in self.publisher.casefold():
            return f"{self.container} {self.number}"
        series = self.genre if _SERIES.search(self.genre) else ""
        if not series and self.number[:1].isdigit():
            series = "rapport" if self.language in ("sv", "da", "no") else "report"
        return f"{series} {self.number}".strip()

    def _in_journal(self) -> str:
        if self.issue and self.volume:
            where = f"{self.container} {self.volume}({self.issue})"
            return f"{where}:{self.pages}" if self.pages else where
        if self.pages and self.volume:
            return f"{self.container} {self.volume}:{self.pages}"
        where = f"{self.container} {self.volume}".strip()
        return f"{where}, pp. {self.pages}" if self.pages else where


def imported(
    file: str,
    line: int,
    values: Mapping[str, str | Iterable[str]],
    identifiers: Iterable[tuple[str, str]] = (),
    published: Publication | None = None,
    *,
    file_names: Iterable[str] = (),
    confidence: float = CERTAIN,
) -> Imported:
    """A record from the texts of its fields; what is empty is not proposed.

    `values` has texts by field of a description, lists for authors, languages and topics, and the year as it is
    written. Numbers of official print are found in the number and the title. Raises NoTitle, NotAYear or TooLong.
    """
    published = published or Publication()
    texts: dict[str, Value | None] = {"published_in": published.where, "kind": published.kind}
    texts |= {field: _text(value) if isinstance(value, str) else _texts(value) for field, value in values.items()}
    label = _OFFICIAL.match(clean(published.number))
    if not texts.get("title") and label:
        texts["title"] = label.group()
    if not texts.get("title"):
        raise NoTitle(line=line)
    texts["year"] = year_in(str(values.get("year", "")), line)
    numbers = [*identifiers, *_numbers(published, label)]
    for field, value in [*texts.items(), *numbers]:
        _check_length(field, value, line)
    if label and any("family" in author(name) for name in _list(texts.get("authors"))):
        texts["title"] = f"{texts['title']} ({label.group()})"  # for a number beside people is of what they write about
    numbers = numbers if label else [*numbers, *_official(texts)]
    languages = _list(texts.get("languages"))
    detail = f"{file}, line {line}"
    proposals = [
        Proposal(field, value, Source.RECORD, _confidence(value, confidence), detail)
        for field, value in [*texts.items(), *dict.fromkeys(_cleaned(numbers))]
        if value
    ]
    return Imported(line, tuple(proposals), tuple(dict.fromkeys(file_names)), languages)


def _text(text: str) -> str:
    return unicodedata.normalize("NFC", clean(_MARKUP.sub("", text)))


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_text, texts))))


def _list(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _confidence(value: Value, otherwise: float) -> float:
    texts = (value,) if isinstance(value, str) else _list(value)
    return DOUBTFUL if any(_UNCONFIRMED.search(text) for text in texts) else otherwise


def _check_length(field: str, value: Value | None, line: int) -> None:
    limit = _LONGEST.get(field, _LONGEST_OTHER)
    length = sum(map(len, value)) if isinstance(value, tuple) else len(str(value or ""))
    if length > limit:
        raise TooLong(line=line, field=field, length=length, limit=limit)


def _numbers(published: Publication, label: re.Match[str] | None) -> list[tuple[str, str]]:
    if label:
        return [(label[1].lower(), label[2])]
    return [("report", published.number)] if published.type == "report" and published.number else []


def _official(texts: Mapping[str, Value | None]) -> list[tuple[str, str]]:
    """The number of official print, and of a report in its series, that the title or the place of print bears."""
    described = Description(
        title=str(texts["title"]), published_in=str(texts.get("published_in", "")), kind=str(texts.get("kind", ""))
    )
    item = csl_item(Study("", described, (), TextState.NO_FILE, ()))
    if label := _OFFICIAL.match(item.get("citation-label", "")):
        return [(label[1].lower(), label[2])]
    return [("report", item["number"])] if "number" in item else []


def _cleaned(numbers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in ((name, clean(value)) for name, value in numbers) if value)


def year_in(text: str, line: int = 0) -> int | None:
    """The first year in a text; None for an empty one, "n.d.", "u.å.", "in press". Raises NotAYear."""
    latest = date.today().year + 2
    for found in _YEAR.findall(text):
        if _FIRST_YEAR <= int(found) <= latest:
            return int(found)
    if _NO_YEAR.match(text):
        return None
    raise NotAYear(line=line, year=clean(text)[:40])


def language_codes(texts: Iterable[str]) -> tuple[str, ...]:
    """Two-letter codes for languages by name, by ISO 639 code or as "en-GB"; what is not known is left out."""
    words = (re.split(r"[-_\s]", text.strip().casefold())[0] for part in texts for text in re.split("[;,/]", part))
    return tuple(dict.fromkeys(_CODES[word] for word in words if word in _CODES))


def numbers_in(*texts: str) -> list[tuple[str, str]]:
    """DOI, URN:NBN, ISBN and ISSN in some texts, by name; an address that leads to a DOI or a URN counts as that."""
    found: list[tuple[str, str]] = []
    for text in map(unquote, texts):
        found += [("doi", _balanced(doi)) for doi in _DOI.findall(text)]
        found += [("urn", urn.lower()) for urn in _URN.findall(text)]
        rest = _URN.sub(" ", _DOI.sub(" ", text))
        found += [("isbn", isbn) for isbn in _ISBN.findall(rest)]
        found += [("issn", issn.upper()) for issn in _ISSN.findall(rest) if _is_issn(issn)]
    return found


def _balanced(doi: str) -> str:
    """A DOI without a bracket that was closed around it."""
    while doi and ((doi[-1] == ")" and doi.count(")") > doi.count("(")) or (doi[-1] == "]" and "[" not in doi)):
        doi = doi[:-1].rstrip(".,;:")
    return doi


def _is_issn(text: str) -> bool:
    """ISO 3297: eight digits times 8 to 1, with X for ten, make a multiple of eleven."""
    digits = [10 if sign in "xX" else int(sign) for sign in text.replace("-", "")]
    return sum(digit * weight for digit, weight in zip(digits, range(8, 0, -1), strict=True)) % 11 == 0


def address(url: str) -> list[tuple[str, str]]:
    """An address as the identifiers it stands for: a DOI, a URN:NBN or itself."""
    named = [pair for pair in numbers_in(url) if pair[0] in ("doi", "urn")]
    return named or ([("url", url.strip())] if re.match(r"https?://\S+$", url.strip()) else [])


def file_names_in(*texts: str) -> list[str]:
    """Names of PDFs in some paths, as reference managers write them; folders are left out."""
    return [clean(unquote(name)) for text in texts for name in _FILE_NAME.findall(text)]


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or the letters of older Windows; lines end with a newline."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            break
    else:
        text = _eight_bits(data)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _eight_bits(data: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")
