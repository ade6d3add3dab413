"""The numbers a work bears: DOI, ISBN, ISSN, URN:NBN, and the numbers of Swedish official print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from corpus.study import Proposal, Source
from corpus.text import letters, one_line

_EARLY = 2  # pages where a work gives its own DOI
_COLOPHON, _BACK_COVER = 4, 1_500  # pages where it gives its ISBN and ISSN, and letters of a back cover, at most
_BEFORE = 500  # letters of text before a DOI that tell whose it is

_DOI = re.compile(r"(?<![\w.])10\.\d{4,9}/[^\s\"<>{}|\\^]+")
# A line may end after "doi.org/" or within a DOI; what follows a full stop and begins with a capital is a new sentence.
_DOI_BROKEN = re.compile(
    r"((?i:\bdoi\.org/)|\b10\.\d{4,9}/\S{0,200}?(?:[/_(-]|\.(?=\n[a-z\d(])))\n(?!(?i:doi\b|https?:)|\d{1,4}\s*$)(?=[\w(])"
)
_DOI_IN_NAME = re.compile(r"\b(10\.\d{4,9})[._-](.+)$")
_ARCHIVES = re.compile(r"^10\.(?:5281|6084|17605|7910|17632|5061|32614|48324)/")  # of software and data
_LIST = re.compile(
    r"^(?:\d+\.?\s)?(?:references|bibliography|works cited|literature cited|referenser|referenslista|litteratur"
    r"|källor)$",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL = re.compile(r"^\W*(?:doi\b\W*|(?:https?://)?(?:dx\.)?doi\.org/|digital object identifier\W*)*$", re.IGNORECASE)
_CITE_AS = re.compile(r"(?:\bcite (?:this|as)|\bcitation:|to cite|citera (?:som|rapporten)|how to cite)", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:forthcoming|(?:final|published) version|version of record|published (?:in|online|by)|accepted|in press)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\((?:19|20)\d{2}[a-z]?\)")  # a year as it stands in a list of references

_ISBN = re.compile(
    r"\bISBN(?:[\s-]*1[03])?(?:\s*\(\w+\))?[\s:]*((?:97[89][-–\s]?)?(?:\d[-–\s]?){9}[\dXx])(?![\w-])", re.IGNORECASE
)
_ISSN = re.compile(r"\be?-?ISSN(?:-L)?(?:\s*\(\w+\))?[\s:]*(\d{4}[-–]\d{3}[\dXx])\b", re.IGNORECASE)
_URN = re.compile(r"\burn:nbn:[a-z]{2}:[\w:-]*\w", re.IGNORECASE)

_BODIES = r"Prop|Skr|Dir|SOU|Ds|SFS"
_NAMED = re.compile(
    rf"(?P<body>{_BODIES})[\s._-]*(?P<year>(?:19"
    rf"|20)\d{{2}})(?:[\s/_-]?(?P<session>\d{{2}})(?=[\s:_-]))?[\s:_-]+(?P<number>\d{{1,4}})(?!\w)",
    re.IGNORECASE,
)
_BY_SESSION = frozenset({"prop", "skr"})
_OWN_LINE = re.compile(rf"(?:\d+\s+)?(?:({_BODIES})\.?)\s?(\d{{4}}(?:/\d{{2,4}})?:\d+)(?:\s+\d+)?", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"\d{4}(?:/\d{2,4})?:\d+")
_MARGIN = re.compile(rf"(?:^|\s)({_BODIES})\.?$")
_HEADS = {
    "regeringens proposition": "prop",
    "regeringens skrivelse": "skr",
    "kommittédirektiv": "dir",
    "svensk författningssamling": "sfs",
    "statens offentliga utredningar": "sou",
}
_HEAD_LINES, _FOOT_LINES = 15, 4  # from the top and the foot of a page, where its own number may stand


def identifiers(texts: Sequence[str], front: Sequence[str], title: str) -> Iterator[Proposal]:
    """The numbers that the pages give as the work's own. `front` are the lines of the first page, from the top.

    ISBN and ISSN with a wrong check digit are not proposed.
    """
    yield from _printed_dois(texts, title)
    colophon = _colophon(texts)
    isbns = (match[1] for match in _ISBN.finditer(colophon) if not _ENTRY.search(colophon[: match.start()][-200:]))
    for place, number in enumerate(filter(is_isbn, map(_isbn, isbns))):
        yield Proposal("isbn", number, Source.PAGES, 0.9 if not place else 0.4)
    for place, number in enumerate(filter(is_issn, map(_issn, _ISSN.findall(colophon)))):
        yield Proposal("issn", number, Source.PAGES, 0.85 if not place else 0.4)
    for urn in list(dict.fromkeys(_URN.findall(colophon)))[:1]:
        yield Proposal("urn", urn, Source.PAGES, 0.9)
    yield from _official(texts, front)


def _colophon(texts: Sequence[str]) -> str:
    """The first pages up to a list of references, and the back cover, where there is one."""
    first = _LIST.split("\n".join(texts[:_COLOPHON]))[0]
    back = texts[-1] if len(texts) > _COLOPHON and len(texts[-1]) < _BACK_COVER else ""
    return f"{first}\n{back}"


# DOI


def tidy_doi(text: str) -> str:
    """The DOI at the start of a text, in lower case, without the marks that end a sentence; "" where there is none."""
    found = _DOI.match(text.removeprefix("doi:").strip())
    doi = found.group().lower() if found else ""
    while doi and (doi[-1] in ".,;:'’”*" or (doi[-1] in ")]" and doi.count(")") > doi.count("("))):
        doi = doi[:-1]
    return doi if len(doi) < 200 and not doi.endswith("/") else ""


def dois_in(text: str) -> list[str]:
    """The DOIs of a text, each once, in its order."""
    return list(dict.fromkeys(filter(None, (tidy_doi(match.group()) for match in _DOI.finditer(text)))))


def doi_in_name(file_name: str) -> str:
    """The DOI that a file is named after, as "10.1177_0011128715620627.pdf"; "" where there is none."""
    found = _DOI_IN_NAME.search(Path(file_name).stem)
    return tidy_doi(f"{found[1]}/{found[2]}") if found else ""


def _printed_dois(texts: Sequence[str], title: str) -> Iterator[Proposal]:
    best: dict[str, tuple[float, int]] = {}
    for number, page in enumerate(texts[:_EARLY], 1):
        text = _DOI_BROKEN.sub(r"\1", page)
        end = _LIST.search(text)
        for match in _DOI.finditer(text):
            doi = tidy_doi(match.group())
            sure = _whose(text, match.start(), title, number, bool(end and end.start() < match.start()))
            sure = min(sure, 0.3) if _ARCHIVES.match(doi) else sure
            if doi and sure > best.get(doi, (0.0, 0))[0]:
                best[doi] = (sure, number)
        if end:
            break
    for doi, (sure, number) in best.items():
        yield Proposal("doi", doi, Source.PAGES, sure, f"page {number}")


def _whose(text: str, at: int, title: str, number: int, is_listed: bool) -> float:
    """How likely a DOI is the work's own, by the page it stands on and what stands before it."""
    before = text[max(0, at - _BEFORE) : at]
    since = _since_last_doi(before)
    named = letters(title)[:60]
    if len(named) > 12 and named in letters(since):
        return 0.97
    if is_listed:
        return 0.02
    if _CITE_AS.search(since[-300:]):
        return 0.95
    if number == 1 and _VERSION.search(since[-250:]):
        return 0.93
    if _ENTRY.search(since[-250:]):
        return 0.08
    stands_alone = _LABEL.match(before.rsplit("\n", 1)[-1])
    return (0.92 if stands_alone else 0.5) * (1 if number == 1 else 0.6)


def _since_last_doi(before: str) -> str:
    """What stands after the last other DOI, so that one entry of a list is not taken for the next."""
    earlier = [found.end() for found in _DOI.finditer(before)]
    return before[earlier[-1] :] if earlier else before


# ISBN and ISSN


def _isbn(printed: str) -> str:
    return re.sub(r"[\s–]", "-", printed.strip()).upper()


def _issn(printed: str) -> str:
    return printed.replace("–", "-").upper()


def is_isbn(text: str) -> bool:
    """Whether an ISBN-10 or ISBN-13, with or without hyphens, has the right check digit (ISO 2108)."""
    digits = text.replace("-", "")
    if len(digits) == 10:
        return sum((10 - i) * (10 if d == "X" else int(d)) for i, d in enumerate(digits)) % 11 == 0
    return (
        digits.isdigit() and len(digits) == 13 and sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits)) % 10 == 0
    )


def is_issn(text: str) -> bool:
    """Whether an ISSN has the right check digit (ISO 3297)."""
    digits = text.replace("-", "")
    return len(digits) == 8 and sum((8 - i) * (10 if d == "X" else int(d)) for i, d in enumerate(digits)) % 11 == 0


# Swedish official print


def _official(texts: Sequence[str], front: Sequence[str]) -> Iterator[Proposal]:
    """A number of the work's own, in a line of its own on the first page or in the running head; a cited one is not."""
    found = dict.fromkeys(_on_title_page(list(front)) or _on_title_page(_edges(texts[0]) if texts else []))
    heads = [n for text in texts[1:8] for n in dict.fromkeys(_alone([*_edges(text, 3)]))]
    for body, number in dict.fromkeys([*found, *heads]):
        is_head = heads.count((body, number)) >= 2
        if (body, number) in found or is_head:
            yield Proposal(
                body, number, Source.PAGES, 0.97 if is_head else 0.93, "running head" if is_head else "page 1"
            )
            return


def _edges(text: str, lines: int = _HEAD_LINES) -> list[str]:
    whole = [line for line in text.split("\n") if line.strip()]
    return whole[:lines] + whole[max(lines, len(whole) - min(lines, _FOOT_LINES)) :]


def _on_title_page(lines: list[str]) -> list[tuple[str, str]]:
    lines = lines[:_HEAD_LINES] + lines[max(_HEAD_LINES, len(lines) - _FOOT_LINES) :]
    return [*_under_head(lines), *_alone(lines)]


def _alone(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Numbers that fill a line of their own, or two where the margin is narrow ("Dir." above "2014:158")."""
    for line in lines:
        if own := _OWN_LINE.fullmatch(line.strip()):
            yield own[1].lower(), own[2]
    for above, below in pairwise(lines):
        margin = _MARGIN.search(above.strip())
        if margin and _NUMBER_ALONE.fullmatch(below.strip()):
            yield margin[1].lower(), below.strip()


def _under_head(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The number alone under "Regeringens proposition" and its like."""
    for above, below in pairwise(lines):
        body = _HEADS.get(one_line(above).casefold())
        if body and _NUMBER_ALONE.fullmatch(below.strip()):
            yield body, below.strip()


def official_in(text: str) -> tuple[str, str] | None:
    """The number at the start of a title or file name, as "Prop. 2012/13:144, …", "sou-2021_38", "prop-2012-13-144"."""
    text = re.sub(r"^regeringens prop(?:osition)?", "prop", text.strip(), flags=re.IGNORECASE)
    if (found := _NAMED.match(text)) is None:
        return None
    body, session = found["body"].lower(), found["session"]
    if (session is not None) != (body in _BY_SESSION):
        return None
    return body, f"{found['year']}{f'/{session}' if session else ''}:{found['number']}"
