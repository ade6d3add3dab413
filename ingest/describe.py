"""What a study says it is: title, authors, year, identifiers. Proposals, each with where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.study import Description
from corpus.text import letters, one_line
from ingest.read import Document

_DOI = re.compile(r"\b10\.\d{4,9}/[-._;()/:A-Za-z0-9]*[A-Za-z0-9]")
_ISBN = re.compile(r"\bISBN[\s:]*((?:97[89][-\s]?)?(?:\d[-\s]?){9}[\dX])\b")
_URN = re.compile(r"\burn:nbn:se:[\w:-]+\b", re.IGNORECASE)
_OFFICIAL = re.compile(
    r"\b(?:(Prop)\.\s?(\d{4}/\d{2}:\d+)|(SOU)\s(\d{4}:\d+)|(Ds)\s(\d{4}:\d+)|(Dir)\.\s?(\d{4}:\d+)|(SFS)\s(\d{4}:\d+))\b",
    re.IGNORECASE,
)
_YEAR_PRINTED = re.compile(
    r"(?:©|\(c\)|copyright|published|publicerad|utgiven)\D{0,30}((?:19|20)\d{2})\b", re.IGNORECASE
)
_NAME = re.compile(r"^(?:[A-ZÅÄÖÉ][\w.'’-]*\s+){1,3}[A-ZÅÄÖÉ][\w'’-]+(?:[\s\d*†‡,]|\b[a-e]\b)*$")
_AFTER_TITLE = re.compile(r"university|universitet|högskola|institut|forthcoming|abstract|running head", re.IGNORECASE)
_RUNNING_HEAD = re.compile(r"^(running head\b|\d+$)", re.IGNORECASE)
_NOT_A_TITLE = re.compile(r"^(microsoft word|untitled|title|namnlös)|\.(docx?|indd|pdf|qxd|tex)\b", re.IGNORECASE)
_FAMILY_FIRST = re.compile(r"^[\w'’-]+,\s*[\w.'’ -]+$")  # "Wolfe, Scott E"
_SPLIT_AUTHORS = re.compile(r"\s*;\s*|,?\s+(?:and|och|&)\s+|,\s+(?=\S+\s+\S)")


def describe(document: Document, file_name: str, given: Description | None = None) -> Description:
    """A description of the study in `document`; what a person has `given` beats everything found."""
    first = "\n".join(page.text for page in document.pages[:2])
    found: dict[str, tuple[object, str]] = {}
    found["title"] = _title(document, first, file_name)
    if authors := _authors(document, first):
        found["authors"] = (authors, "pdf metadata")
    if year := _YEAR_PRINTED.search(first):
        found["year"] = (int(year.group(1)), "first pages")
    if identifiers := tuple(dict.fromkeys(_identifiers(first))):
        found["identifiers"] = (identifiers, "first pages")
    if given:
        found |= {name: (getattr(given, name), "person") for name in _filled(given)}
    values = {name: value for name, (value, _) in found.items()}
    sources = tuple((name, source) for name, (_, source) in found.items())
    return Description(**values, sources=sources)  # type: ignore[arg-type]


def _filled(given: Description) -> Iterator[str]:
    return (name for name in Description.__dataclass_fields__ if name != "sources" and getattr(given, name))


def _title(document: Document, first: str, file_name: str) -> tuple[str, str]:
    """The file's own title where its words stand on the first pages; else the largest print; else the file name."""
    own = one_line(document.info.get("title", ""))
    if len(own) > 5 and letters(own) and not _NOT_A_TITLE.search(own) and letters(own) in letters(first):
        return own, "pdf metadata"
    printed = _largest_print(tuple(line for line in document.front if not _RUNNING_HEAD.match(line[0])))
    if len(printed) > 8:
        return printed, "first page"
    return Path(file_name).stem, "file name"


def _largest_print(front: tuple[tuple[str, float], ...]) -> str:
    """The first run of lines in the largest font on the first page that could be a title."""
    sizes = sorted({size for line, size in front if len(letters(line)) > 3}, reverse=True)
    for size in sizes[:3]:
        start = next(i for i, (line, s) in enumerate(front) if s == size and len(letters(line)) > 3)
        title = one_line(" ".join(_title_lines(list(_run(front[start : start + 4], size)))))
        if 8 < len(title) < 300 and sum(c.isalpha() for c in title) > 0.6 * len(title):
            return title
    return ""


def _run(lines: tuple[tuple[str, float], ...], size: float) -> Iterator[str]:
    """The lines at the start that are set in about this size."""
    for line, own in lines:
        if abs(own - size) >= 0.6:
            return
        yield line


def _title_lines(lines: list[str]) -> Iterator[str]:
    """The lines of a title: a running head above it and the authors below it are left out."""
    if len(lines) > 1 and lines[0].isupper() and not lines[1].isupper():
        lines = lines[1:]
    for line in lines:
        if _AFTER_TITLE.search(line) or _NAME.match(line):
            return
        yield line.rstrip("*†‡ ")
        if line.rstrip().endswith(("*", "†", "‡")):
            return


def _authors(document: Document, first: str) -> tuple[str, ...]:
    """The file's own authors, if every one of them is named on the first pages."""
    own = document.info.get("author", "")
    names = (own,) if _FAMILY_FIRST.match(own) else tuple(filter(None, map(str.strip, _SPLIT_AUTHORS.split(own))))
    printed = letters(first)
    if not all(len(name) > 4 and letters(name) in printed for name in names):
        return ()
    return names if len(names) > 1 or _stands_alone(document, names) else ()


def _stands_alone(document: Document, names: tuple[str, ...]) -> bool:
    """A file often names only the one who made it: one name counts only if no other stands beside it in print."""
    lines = [line for line, _ in document.front]
    bearing = [line for line in lines if names and letters(names[0]) in letters(line)]
    if not bearing or len(letters(bearing[0])) >= len(letters(names[0])) + 3:
        return False
    return not any(_NAME.match(line) for line in lines if line not in bearing)


def _identifiers(first: str) -> Iterator[tuple[str, str]]:
    if doi := _DOI.search(first):
        yield "doi", doi.group().lower()
    if isbn := _ISBN.search(first):
        yield "isbn", re.sub(r"\s", "-", isbn.group(1).strip())
    if urn := _URN.search(first):
        yield "urn", urn.group()
    if official := _OFFICIAL.search(first[:200]):
        kind, number = (part for part in official.groups() if part)
        yield kind.lower(), number
