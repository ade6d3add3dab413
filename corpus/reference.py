"""How a study is referred to: CSL items, references and in-text forms, in the styles that advisers use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
)
from citeproc.source.json import CiteProcJSON

from corpus.study import Study
from corpus.words import Fault, Language, say

STYLES: tuple[str, ...] = ("apa", "harvard", "note")
"""APA 7, Harvard, and plain notes; each has a file in `styles`."""

_FOLDER = Path(__file__).parent / "styles"
_LOCALES: dict[Language, str] = {"sv": "sv-SE", "en": "en-GB"}

_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
_OURS = re.compile(r'[\ue000\ue001\ufffe\uffff]|<span class="nocase">|</span>', re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")
_ISBN = re.compile(r"\bISBN[\s:]*([\d-]{9,16}[\dXx])\b")
_ASIDE = re.compile(r"\s*\([^()]*\b(?:ISBN|URN:NBN)\b[^()]*\)|\s*\bDOI:?\s+10\.\S+", re.IGNORECASE)

_BODY = r"(?P<body>prop|skr|dir|sou|sfs|ds)"
_NUMBER = r"(?P<number>\d{4}(?:/\d{2})?:\d+)"
_LEADING = re.compile(rf"^{_BODY}\.?\s?{_NUMBER}[\s.,:–-]*(?P<rest>.*)$", re.IGNORECASE)
_TRAILING = re.compile(rf"^(?P<rest>.*?)\s*\({_BODY}\.?\s?{_NUMBER}(?:;[^()]*)?\)$", re.IGNORECASE)
_STATUTE = re.compile(
    r"^(?P<head>\w*(?:lag|balk|förordning))\s\((?P<number>\d{4}:\d+)\)(?P<rest>(?:\s(?:om|med|angående|för)\s.*)?)$",
    re.IGNORECASE,
)
_FILE = re.compile(
    rf"^{_BODY}[\s._-]*(?P<year>\d{{4}})(?:[\s/_-]?(?P<session>\d{{2}}))?[\s:_-]+(?P<n>\d+)$", re.IGNORECASE
)
_REMARK = re.compile(r"^(?:remiss|yttrande|evidens?not|evidence note)", re.IGNORECASE)
_REMARK_KIND = re.compile(r"consultation|remiss|yttrande", re.IGNORECASE)
_ABBREVIATED = {"prop": "Prop.", "skr": "Skr.", "dir": "Dir.", "sou": "SOU", "sfs": "SFS", "ds": "Ds"}
_CSL_TYPE = {"prop": "bill", "sfs": "legislation"}
_GAZETTE = "svensk författningssamling"

_SERIES = re.compile(
    r"\b(?P<series>[\w-]*rapport|report|working paper|FoU|TRITA(?=-))[\s-]+(?P<number>(?:[A-Z]+-)*\d[\d:/.-]*\d|\d)",
    re.IGNORECASE,
)
_SERIES_IN_TITLE = re.compile(r"\s*\((?P<series>[\w-]*rapport|report)\s(?P<number>\d+[:/]\d+)\)$", re.IGNORECASE)
_JOURNAL = re.compile(
    r"^(?P<journal>\D.*?),?\s(?P<volume>\d{1,4})"
    r"(?:\((?P<issue>[^()]+)\)(?::(?P<page>[\w–-]+))?|(?::|,?\s(?:s|pp?)\.\s)(?P<pages>[\w–-]+))\.?$"
)
_CHAPTER = re.compile(r"^(?:In|I)\s(?P<book>.+),\s(?P<publisher>[^,]+),\s(?:pp?|s)\.\s(?P<page>[\d–-]+)$")
_THESIS = re.compile(r"dissertation|thesis|avhandling|examensarbete|uppsats", re.IGNORECASE)
_MASTER = re.compile(r"master|examensarbete|uppsats", re.IGNORECASE)
_PERIODICAL = re.compile(r"\bjournal\b|tidskrift|\bquarterly\b|\bproceedings\b|\breview$", re.IGNORECASE)
_PUBLISHER = re.compile(
    r"universi|högskola|institut|press\b|brå\b|rådet|verket|report|rapport|routledge", re.IGNORECASE
)
_ARTICLE = re.compile(r"\barticle\b|\bartikel\b", re.IGNORECASE)
_BOOK = re.compile(r"\b(?:book|bok|handbook|handbok)\b", re.IGNORECASE)
_REPORT = re.compile(r"report|rapport", re.IGNORECASE)

_INITIAL = r"(?:[^\W\d_a-z]\.?(?:-[^\W\d_a-z]\.?)*)"
_GIVEN = re.compile(
    rf"^(?:{_INITIAL}|[^\W\d_a-z][\w'’]+(?:-[^\W\d_]\w+)*)(?:\s*{_INITIAL}|\s[^\W\d_a-z][\w'’-]+){{0,2}}$"
)
_FAMILY = re.compile(
    r"^(?:(?:van|von|de|der|den|af|da|di|la|le|du|ter|ten|el)\s)*[^\W\d_a-z][\w'’-]+(?:\s[^\W\d_][\w'’-]+)?$"
)
_PARTICLES = frozenset("van von de der den af da di la le du ter ten el".split())
_BODY_WORDS = re.compile(
    r"råd|universi|högskol|kommun|region|institut|cent(?:rum|re|er)\b|departement|department|myndighet|verket|styrelse"
    r"|regering|riksdag|utskott|utredning|associat|council|ministry|office|agency|research|group|foundation|stiftelse"
    r"|förening|förbund|society|committee|kommission|polis|police|gehl|korpus|corpus|project|projekt|company|akademi"
    r"|\b(?:svensk\w*|sveriges|statens|nationell\w*|national|european|nordi\w+|swedish|handelns|fastighets\w*|stad|ab)\b",
    re.IGNORECASE,
)
_SAME = {"brottsförebyggande rådet": "brå", "brottsförebyggande rådet (brå)": "brå"}
_LAST_LETTERS = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}", "é": "e", "ü": "u"})


class UnknownStyle(Fault):
    """Asked for a style of references that does not exist."""

    code = "unknown_style"


class Piece(NamedTuple):
    """A piece of a reference, and whether it is set in italics."""

    text: str
    italic: bool


# What a study is, as a CSL item


def csl_item(study: Study) -> dict[str, Any]:
    """The study as a CSL-JSON item (docs.citationstyles.org, 1.0.2). A field that is not known is left out.

    A Swedish statute, bill, inquiry or directive bears its number as `citation-label`, the form it is cited by. An
    evidence note says in `note` that it is one, and about which work.
    """
    return _item(study, "sv" if study.languages[:1] == ("sv",) else "en")


def _item(study: Study, language: Language) -> dict[str, Any]:
    item: dict[str, Any] = {"id": study.id, "type": "document", "title": clean(study.title)}
    item |= _note(study, language) or _official(study) or _publication(study)
    if authors := list(_authors(study.description.authors)):
        item["author"] = authors
    if study.description.year is not None:
        item["issued"] = {"date-parts": [[study.description.year]]}
    if study.languages:
        item["language"] = study.languages[0]
    _drop_own_publisher(item)
    return {name: value for name, value in (item | _identifiers(study)).items() if value}


def clean(text: str) -> str:
    """A text on one line without characters that are not seen: controls, marks of direction, lone surrogates."""
    return " ".join(_OURS.sub("", _CONTROL.sub("", text)).split())


def is_note(study: Study) -> bool:
    """Whether it is an evidence note about another work and not that work."""
    return (
        any(name == "about" for name, _ in study.description.identifiers) or study.description.kind == "evidence note"
    )


def _note(study: Study, language: Language) -> dict[str, Any] | None:
    if not is_note(study):
        return None
    work = clean(study.description.published_in).rstrip(".")
    about = say("reference_note_about", language, work=work) if work else say("reference_note", language)
    return {"genre": say("reference_note", language), "note": about}


def _official(study: Study) -> dict[str, Any] | None:
    """A statute, bill, communication, inquiry, directive or ministry paper, by title, identifiers or file name."""
    title = clean(study.title)
    if _REMARK.match(title) or _REMARK_KIND.search(study.description.kind):
        return None
    found = _in_title(title) or _in_identifiers(study, title) or _in_file_name(study, title)
    if found is None:
        return None
    body, number, rest = found
    label = f"{_ABBREVIATED[body]} {number}"
    publisher = clean(_ASIDE.sub("", study.description.published_in))
    return {
        "type": _CSL_TYPE.get(body, "report"),
        "title": rest,
        "number": label,
        "citation-label": label,
        "publisher": "" if publisher.lower() == _GAZETTE else publisher,
    }


def _in_title(title: str) -> tuple[str, str, str] | None:
    if named := _LEADING.match(title) or _TRAILING.match(title):
        return named["body"].lower(), named["number"], named["rest"].strip()
    if statute := _STATUTE.match(title):
        return "sfs", statute["number"], (statute["head"] + statute["rest"]).strip()
    return None


def _in_identifiers(study: Study, title: str) -> tuple[str, str, str] | None:
    """A number among the identifiers; not where a person wrote it or it has a DOI, for then it is of what is cited."""
    people = any("family" in name for name in _authors(study.description.authors))
    if people or any(name.lower() == "doi" for name, _ in study.description.identifiers):
        return None
    for name, value in study.description.identifiers:
        number = re.search(r"\d{4}(?:/\d{2})?:\d+", value)
        if name.lower() in _ABBREVIATED and number:
            return name.lower(), number.group(), title
    return None


def _in_file_name(study: Study, title: str) -> tuple[str, str, str] | None:
    stem = Path(study.file_name).stem
    named = _FILE.match(stem)
    if named is None or (named["session"] is None) == (named["body"].lower() in ("prop", "skr")):
        return None
    session = f"/{named['session']}" if named["session"] else ""
    return named["body"].lower(), f"{named['year']}{session}:{named['n']}", "" if title == clean(stem) else title


def _publication(study: Study) -> dict[str, Any]:
    """An article, chapter, thesis, report, book or other document, by what is said of where it was published."""
    where = clean(_ASIDE.sub("", study.description.published_in)).rstrip(".")
    kind = study.description.kind
    if _THESIS.search(f"{kind} {where}"):
        return _thesis(kind, where)
    if series := _series(clean(study.title), where):
        return series
    if chapter := _CHAPTER.match(where):
        return {
            "type": "chapter",
            "container-title": chapter["book"],
            "publisher": chapter["publisher"],
            "page": chapter["page"],
        }
    if journal := _JOURNAL.match(where):
        page = journal["page"] or journal["pages"]
        parts = {"volume": journal["volume"], "issue": journal["issue"], "page": page}
        return {"type": "article-journal", "container-title": journal["journal"], **parts}
    if where and _is_article(study, where):
        return {"type": "article-journal", "container-title": where}
    return {"type": _plain_type(study, where), "publisher": where}


def _thesis(kind: str, where: str) -> dict[str, Any]:
    where = re.sub(r"\s*\((?:examensarbete|avhandling|uppsats)\)", "", where, flags=re.IGNORECASE)
    return {"type": "thesis", "publisher": where, "genre": kind if _THESIS.search(kind) else ""}


def _series(title: str, where: str) -> dict[str, Any] | None:
    """A report with a number in a series, as "Brå rapport 2015:21" or a title that ends with "(rapport 2016:20)"."""
    if (found := _SERIES.search(where)) is not None:
        where = where[: found.start()].rstrip(" ,") + " " + where[found.end() :].strip()
        where = where.replace(" ,", ",").strip(" ,/")
    elif (found := _SERIES_IN_TITLE.search(title)) is None:
        return None
    series, number = found["series"], found["number"]
    if series.upper() == "TRITA":
        series, number = "", f"{series}-{number}"
    title = _SERIES_IN_TITLE.sub("", title).removesuffix(f"({number})").strip()
    parts = {"title": title, "genre": series[:1].upper() + series[1:], "number": number}
    return {"type": "report", **parts, "publisher": where}


def _is_article(study: Study, where: str) -> bool:
    """By its kind, the name of a periodical, or a DOI with neither ISBN nor publisher."""
    names = {name.lower() for name, _ in study.description.identifiers}
    with_doi = "doi" in names and "isbn" not in names and not _PUBLISHER.search(where)
    return bool(_ARTICLE.search(study.description.kind) or _PERIODICAL.search(where) or with_doi)


def _plain_type(study: Study, where: str) -> str:
    kind = study.description.kind
    if _BOOK.search(kind):
        return "book"
    if _REPORT.search(f"{kind} {where}"):
        return "report"
    has_isbn = "isbn" in dict(study.description.identifiers) or _ISBN.search(study.description.published_in)
    return "book" if has_isbn else "document"


def is_masters_thesis(item: dict[str, Any]) -> bool:
    """Whether a thesis says that it is for a first or a master's degree."""
    return item["type"] == "thesis" and bool(_MASTER.search(str(item.get("genre", ""))))


def _identifiers(study: Study) -> dict[str, Any]:
    if is_note(study):  # the numbers in a note's text are those of the work it is about
        return {}
    named = {name.lower(): clean(value) for name, value in study.description.identifiers}
    where = study.description.published_in
    doi = _DOI.search(named.get("doi", "")) or _DOI.search(where)
    isbn = _ISBN.search(where)
    found: dict[str, Any] = {
        "DOI": doi.group() if doi else "",
        "ISBN": named.get("isbn") or (isbn.group(1) if isbn else ""),
        "URL": named.get("url", ""),
    }
    if found["URL"] and (seen := _day(named.get("accessed", ""))):
        found["accessed"] = {"date-parts": [seen]}
    return found


def _day(text: str) -> list[int] | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return [day.year, day.month, day.day]


def _drop_own_publisher(item: dict[str, Any]) -> None:
    """An agency that publishes itself is named once (APA 7, 9.29); official print is listed without its author."""
    if "citation-label" in item:
        return
    own = {_same(name["literal"]) for name in item.get("author", ()) if "literal" in name}
    if _same(str(item.get("publisher", ""))) in own:
        item["publisher"] = ""


def _same(body: str) -> str:
    return _SAME.get(body.lower(), body.lower())


def _authors(names: Sequence[str]) -> Iterator[dict[str, str]]:
    for name in names:
        for one in filter(None, map(clean, name.split(";"))):
            yield author(one)


def author(name: str) -> dict[str, str]:
    """A CSL name. Only what is clearly a person's name is parted into family and given; all else stays whole."""
    if _BODY_WORDS.search(name):
        return {"literal": name}
    family, comma, given = name.partition(", ")
    if comma:
        person = _FAMILY.match(family) and _GIVEN.match(given)
        return {"family": family, "given": given} if person else {"literal": name}
    return _given_first(name.split()) or {"literal": name}


def _given_first(words: list[str]) -> dict[str, str] | None:
    """The last word is the family, with particles before it: "Anna-Karin Ivert", "Scott E. Wolfe", "Jan van Dijk"."""
    at = next((i for i, word in enumerate(words) if word in _PARTICLES), len(words) - 1)
    given, family = " ".join(words[:at]), " ".join(words[at:])
    if len(words) > 4 or not _GIVEN.match(given) or not _FAMILY.match(family) or words[-1].isupper():
        return None
    return {"family": family, "given": given}


# References


def reference(study: Study, style: str, language: Language) -> str:
    """The study's entry in a list of references, without markup. Raises UnknownStyle."""
    return "".join(piece.text for piece in pieces(study, style, language))


def references(studies: Sequence[Study], style: str, language: Language) -> list[str]:
    """The entries of several studies, each work once: by author as Swedish sorts (å, ä, ö last), notes as given.

    Raises UnknownStyle.
    """
    return [reference(study, style, language) for study in in_order(studies, style, language)]


def in_order(studies: Sequence[Study], style: str, language: Language) -> list[Study]:
    """The studies in the order of their references. Raises UnknownStyle."""
    once = list({study.id: study for study in studies}.values())
    known_style(style)
    if style == "note":
        return once
    return sorted(once, key=lambda study: reference(study, style, language).lower().translate(_LAST_LETTERS))


@lru_cache(maxsize=4096)
def pieces(study: Study, style: str, language: Language) -> tuple[Piece, ...]:
    """The reference in pieces, so that titles can be set in italics. Raises UnknownStyle."""
    marked = _render(_item(study, language), style, language)[0]
    parts = re.split(r"([\ue000\ue001])", marked)
    italic, found = False, []
    for part in parts:
        if part in ("\ue000", "\ue001"):
            italic = part == "\ue000"
        elif part:
            found.append(Piece(part, italic))
    return tuple(found)


@lru_cache(maxsize=4096)
def in_text(study: Study, style: str, language: Language) -> str:
    """What stands in a sentence: "(Moir m.fl., 2024)", "(SOU 2025:5)". Raises UnknownStyle."""
    item = _item(study, language)
    if label := item.get("citation-label"):
        # In running Swedish it is "prop." and "dir.", but "SOU", "SFS" and "Ds".
        item["citation-label"] = label[0].lower() + label[1:] if "." in label else label
    if title := item.get("title"):
        item["title-short"] = title if is_note(study) else title.split(": ")[0]
    marked = _render(item, style, language)[1]
    return re.sub(r"[\ue000\ue001]", "", marked)


class _Marking:
    """A formatter for citeproc that keeps italics as two private characters and all else as it is."""

    @staticmethod
    def preformat(text: str) -> str:
        return text

    @staticmethod
    def Italic(text: object) -> str:  # noqa: N802 - the name is citeproc's
        return f"\ue000{text}\ue001"

    Oblique = Bold = Light = Underline = Superscript = Subscript = SmallCaps = str


_rendering = Lock()  # a citeproc style keeps what it renders in itself


def _render(item: dict[str, Any], style: str, language: Language) -> tuple[str, str]:
    """The reference and the in-text form, with italics marked."""
    parsed = _style(known_style(style), language)
    item = item | {"id": "one"}
    with _rendering:
        listed = CitationStylesBibliography(parsed, CiteProcJSON([item]), _Marking)
        citation = Citation([CitationItem("one")])
        listed.register(citation)
        entry, inside = str(listed.bibliography()[0]), str(listed.cite(citation, None))
    return _one_stop(entry), _one_stop(inside)


def _one_stop(text: str) -> str:
    """One mark where a title's own full stop, question or exclamation mark meets the style's full stop."""
    return re.sub(r"(?<!\.)([.?!][”’]?\ue001?)\.(?!\.)", r"\1", text)


def known_style(style: str) -> str:
    """The style itself. Raises UnknownStyle."""
    if style not in STYLES:
        raise UnknownStyle(style=clean(style), known=", ".join(STYLES))
    return style


@cache
def _style(style: str, language: Language) -> CitationStylesStyle:
    return CitationStylesStyle(str(_FOLDER / f"{style}.csl"), locale=_LOCALES[language], validate=False)
