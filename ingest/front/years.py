"""The year in which a work was published, as its first pages print it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from corpus.study import Proposal, Source
from corpus.text import letters

_EARLY, _COLOPHON = 2, 4  # pages
_HEAD = 30  # lines of the first page among which a date stands alone
_DATED = ("sou", "ds", "dir", "sfs", "report")  # numbers that begin with their year
_DECIDING = frozenset({"sou", "ds", "dir", "sfs", "prop", "skr"})

MONTH = (
    r"(?:jan(?:uary|uari)?|feb(?:ruary|ruari)?|mar(?:ch|s)?|apr(?:il)?|may|maj|june?|juni|july?|juli|aug(?:ust|usti)?"
    r"|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
YEAR = r"(?:19|20)\d{2}"
_Y = rf"({YEAR})\b"
_PUBLISHED = re.compile(
    rf"\b(?:published|publicera[dt]|utgiven|publication date|date of publication|utgivningsår)\b"
    rf"(?:(?!accepted|received|submitted|in\b)[^\d]){{0,30}}?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)?[\s./-]+(?:\d{{1,2}}[./-]|{MONTH},?\s))?"
    rf"(?:{MONTH}\s\d{{1,2}},\s)?{_Y}",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(rf"(?:©|\(c\)|\bcopyright\b)\D{{0,40}}?{_Y}", re.IGNORECASE)
_ACCEPTED = re.compile(rf"\baccepted\b[^;]{{0,40}}?{_Y}", re.IGNORECASE)
_DECIDED = re.compile(
    rf"(?:beslut vid regeringssammanträde|stockholm|\butfärdad) den \d{{1,2}} {MONTH} {_Y}",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    rf"(?:.{{0,50}}[|•·]\s*)?"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?{MONTH}\s(?:\d{{1,2}},?\s)?{_Y}|{_Y}-\d{{2}}-\d{{2}})",
    re.IGNORECASE,
)
_YEAR_LINE = re.compile(rf"(?:[A-ZÅÄÖ][a-zåäöé]+,?\s)?{_Y}")  # "Stockholm 2012"
_CITED_YEAR = re.compile(r"\(((?:19|20)\d{2})[a-z]?\)[.,:]?\s*")
_IN_DOI: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"^10\.1177/\d{7}[\dx](\d{2})\d{6}$"), 0.7),  # Sage: ISSN, year, number
    (re.compile(r"^10\.1080/\d{7}[\dx]\.(\d{4})\.\d+$"), 0.75),  # Taylor & Francis: ISSN, year, number
    (re.compile(r"^10\.1016/j\.[a-z]+\.(\d{4})\.\d{2}\.\d+$"), 0.7),  # Elsevier: journal, year, month, number
    (re.compile(r"^10\.3389/[a-z]+\.(\d{4})\.\d+$"), 0.85),  # Frontiers
    (re.compile(r"^10\.(?:1186|1007|1057|1038)/s\d{5}-0(\d{2})-\d+-[\dxyz]$"), 0.7),  # Springer Nature
)


def years(texts: Sequence[str], front: Sequence[str], title: str, numbers: Mapping[str, str]) -> Iterator[Proposal]:
    """Every year that could be it, a printed day of publication first; never the day a manuscript was received.

    `numbers` are the numbers found before, by name.
    """
    early = "\n".join(texts[:_EARLY])
    for year, sure, detail in (
        *_decided(front, numbers),
        *((m[1], 0.96, "published") for m in _PUBLISHED.finditer(early)),
        *((year, 0.96, "citation") for year in _years_cited(early, title)),
        *((m[1], 0.88, "copyright") for m in _COPYRIGHT.finditer("\n".join(texts[:_COLOPHON]))),
        *(
            (_last(m), 0.8, "date on the first page")
            for line in front[:_HEAD]
            if (m := _DATE_LINE.fullmatch(line.strip()))
        ),
        *((numbers[name][:4], 0.85, name) for name in _DATED if name in numbers),
        *_in_doi(numbers.get("doi", "")),
        # of a manuscript that names no day of publication
        *((m[1], 0.4, "accepted") for m in _ACCEPTED.finditer(early)),
    ):
        if is_year(year):
            yield Proposal("year", int(year), Source.PAGES, sure, detail)


def _last(match: re.Match[str]) -> str:
    return str(next(filter(None, reversed(match.groups()))))


def is_year(text: str) -> bool:
    """Whether a text is a year from 1800 to the next."""
    return text.isdecimal() and 1800 <= int(text) <= date.today().year + 1


def _decided(front: Sequence[str], numbers: Mapping[str, str]) -> Iterator[tuple[str, float, str]]:
    if _DECIDING & numbers.keys() and (found := _DECIDED.search("\n".join(front))):
        yield _last(found), 0.97, "decided"


def _years_cited(text: str, title: str) -> Iterator[str]:
    """The year in brackets before the work's own title, as in the line that says how to cite it."""
    own = letters(title)[:50]
    for match in _CITED_YEAR.finditer(text):
        if len(own) > 12 and letters(text[match.end() : match.end() + 200]).startswith(own):
            yield match[1]


def _in_doi(doi: str) -> Iterator[tuple[str, float, str]]:
    """The year that some publishers write into a DOI; it may be a year before that of the issue."""
    for pattern, sure in _IN_DOI:
        if found := pattern.match(doi):
            yield (found[1] if len(found[1]) == 4 else f"20{found[1]}"), sure, "doi"
