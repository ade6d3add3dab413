"""The title of a work as it is printed: the largest words of its first page, or those where official print has them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus.text import letters
from ingest.front.lines import RAISED, tidy
from ingest.front.names import is_name, names_in

_LONGEST = 400  # letters of a title
_LINES = 7  # of one title, at most
_SAME = 0.6  # points: sizes that differ by less are the same print
_LINES_UNSIZED, _SURE_UNSIZED = 2, 0.35  # of a page read by OCR, whose lines have no size
_COVER_BODY = 11.0  # points: the body of a work whose cover has no running text

_FURNITURE = re.compile(  # lines that are never a title, however large
    r"^(?:running head\b.*|\d+|sid\.?\s\d.*|klicka här.*|open access|review|original research|article in press"
    r"|(?:original |research |full |review )?(?:research )?(?:article|paper)s?"
    r"|(?:[\w-]*rapport(?:er)?|(?:technical )?report|working paper)(?:\s(?:series|(?:(?:nr|no)\.?\s?)?\d\S*))?"
    r"|(?:issn|isbn|doi)\b.*|https?:.*|.*@.*|contents lists available.*|journal homepage.*|downloaded from.*"
    r"|.*\bvol(?:ume|\.)?\s?\d.*|.*\bissue\s\d.*"
    r"|.*författningssamling|kommittédirektiv|regeringens (?:proposition|skrivelse)|statens offentliga utredningar)$",
    re.IGNORECASE,
)
_AFTER = re.compile(  # lines that end a title in the same print
    rf"^[{RAISED}\d\s]*(?:department|school|faculty|cent(?:re|er) for|institute|institutionen|college)\b"
    r"|^\W*(?:university|avdelning\w*)\b"
    r"|\b(?:university|universitet|högskola)(?:$|[,;])|@|^https?:|^doi\b|^keywords|^\W*abstract\b|^running head"
    r"|^\W*(?:article\s)?forthcoming|^\W*accepted\b|^submitted|^published\b|^(?:the\s)?(?:[a-z]+\s){0,4}journal\b"
    r"|^(?:del|slut)?betänkande\sav|^beslut vid|^regeringen överlämnar|^stockholm (?:den )?\d"
    r"|^(?:19|20)\d\d(?:$|,\svol)|(?-i:^Av [A-ZÅÄÖ]|^By [A-Z])|^författare|^authors?\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:[,:–-]|\b(?:of|and|the|in|for|to|on|with|a|an|från|av|och|i|om|för|till|på|med|en|ett))$", re.IGNORECASE
)
_BODY = re.compile(
    r"(?:kommun|region|län|rådet|verket|myndighet(?:en)?|styrelsen|institut(?:et|e)?|council|agency|office)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:(?:prop|skr|dir|sou|ds|sfs)\.?\s?)?(?:\d{4}(?:/\d{2,4})?:\d+)?\.?$", re.IGNORECASE)
_HEAD = re.compile(r"^(?:regeringens (?:proposition|skrivelse)|kommittédirektiv)$", re.IGNORECASE)
_END_OF_OFFICIAL = re.compile(
    r"^(?:regeringen överlämnar|beslut vid|stockholm den|sammanfattning|propositionens|skrivelsens)", re.IGNORECASE
)
_MARGIN = re.compile(r"\s+(?:(?:Prop|Skr|Dir|Ds)\.|SOU)(?:\s\d{4}\S*)?$")
_RULES = re.compile(
    r"^[A-ZÅÄÖ][\wåäö-]+s (?:föreskrifter|allmänna råd)\b.*|^(?:lag|förordning)\s(?:\(\d{4}:\d+\)\s)?om\b.*",
    re.IGNORECASE,
)
_END_OF_RULES = re.compile(r"^(?:konsoliderad|beslutade|utkom|utfärdad|med stöd|\(?ändringar)", re.IGNORECASE)
_RULE_NUMBER = re.compile(r"\s*\b[A-ZÅÄÖ]{2,8}(?:-FS)? \d{4}:\d+\b")
_NOTE = re.compile(rf"[\s{RAISED}*∗†‡]+$")


class Printed(NamedTuple):
    """A title as printed, what stands below it in large print, the line after both, and how clear it was (0 to 1)."""

    title: str
    subtitle: str
    end: int
    sure: float


def printed_title(front: Sequence[tuple[str, float]]) -> Printed | None:
    """The title on the first page with words, whose lines are given from the top with their sizes in points."""
    return _official(front) or _rules(front) or _largest(front)


def _official(front: Sequence[tuple[str, float]]) -> Printed | None:
    """What stands below "Regeringens proposition" and its number, or "Kommittédirektiv"."""
    lines = [line for line, _ in front]
    head = next((i for i, line in enumerate(lines[:8]) if _HEAD.match(line.strip())), None)
    if head is None:
        return None
    below = lines[head + 1 : head + 1 + _LINES]
    end = next((i for i, line in enumerate(below) if _END_OF_OFFICIAL.match(line)), len(below))
    bare = (_MARGIN.sub("", line) for line in below[:end])
    title = _one([line for line in bare if not _NUMBER.match(line.strip())])
    return Printed(title, "", head + 1 + end, 0.95) if 3 < len(title) < _LONGEST else None


def _rules(front: Sequence[tuple[str, float]]) -> Printed | None:
    """The title of a regulation or statute, where nothing is set larger."""
    largest = max((size for line, size in front if _may_begin(line)), default=0.0)
    for start, (line, size) in enumerate(front[:12]):
        if not _RULES.match(line) or size < largest - _SAME:
            continue
        found = []
        for words, _ in front[start : start + _LINES]:
            if _END_OF_RULES.match(words):
                break
            found.append(_RULE_NUMBER.sub("", words))
            if words.endswith(";"):
                break
        return Printed(_one(found).rstrip(";"), "", start + len(found), 0.8)
    return None


def _largest(front: Sequence[tuple[str, float]]) -> Printed | None:
    """The first run of lines in the largest print that could be a title."""
    body = _body(front)
    sizes = sorted({size for line, size in front if _may_begin(line)}, reverse=True)
    for size in sizes[:4]:
        start = next(i for i, (line, own) in enumerate(front) if own == size and _may_begin(line))
        lines = list(_title_lines(front, start))
        title = _one(line for _, line in lines)
        if 8 < len(title) < _LONGEST and sum(c.isalpha() for c in title) > 0.5 * len(title):
            end = lines[-1][0] + 1
            below = list(_below(front, end, body))
            sure = 0.9 if size > 1.15 * body else 0.72 if size else _SURE_UNSIZED
            return Printed(title, _one(below), end + len(below), sure)
    return None


def _body(front: Sequence[tuple[str, float]]) -> float:
    counted: Counter[float] = Counter()
    for line, size in front:
        counted[size] += len(line)
    size, most = counted.most_common(1)[0] if counted else (_COVER_BODY, 0)
    return size if most > 500 else min(_COVER_BODY, size)


def _may_begin(line: str) -> bool:
    return len(letters(line)) > 2 and not _FURNITURE.match(line)


def _title_lines(front: Sequence[tuple[str, float]], start: int) -> Iterator[tuple[int, str]]:
    """The lines of a title with their places; a running head above it and the authors below it are left out."""
    size = front[start][1]
    run = [(i, line) for i, (line, own) in enumerate(front[start : start + _LINES], start) if abs(own - size) < _SAME]
    run = [(i, line) for place, (i, line) in enumerate(run) if i == start + place and (size or place < _LINES_UNSIZED)]
    if (
        len(run) > 1
        and run[0][1].isupper()
        and not run[1][1].isupper()
        and not _AFTER.search(run[1][1])
        and not is_name(run[1][1])
    ):
        run = run[1:]
    names_follow = any(_are_names(line) and own < size - _SAME for line, own in front[run[-1][0] + 1 :][:6])
    for place, (i, line) in enumerate(run):
        may_be_names = not names_follow and not (place and _GOES_ON.search(run[place - 1][1]))
        if place and (_AFTER.search(line) or _FURNITURE.match(line) or (may_be_names and _are_names(line))):
            return
        yield i, line
        if line.rstrip().endswith(("*", "∗", "†", "‡")):
            return


def _are_names(line: str) -> bool:
    bare = _NOTE.sub("", line)
    return is_name(bare) or len(names_in(line)) > 1 or (bool(names_in(line)) and line[-1:] in RAISED + "*†‡")


def _below(front: Sequence[tuple[str, float]], start: int, body: float) -> Iterator[str]:
    """Lines of large print below the title that are neither names nor furniture: a subtitle."""
    size = front[start][1] if start < len(front) else 0.0
    for line, own in front[start : start + 3]:
        is_other = (
            _BODY.search(line) or _AFTER.search(line) or _FURNITURE.match(line) or _are_names(line) or not letters(line)
        )
        if abs(own - size) > _SAME or own < 1.3 * body or is_other or line[:1].isdecimal():
            return
        yield line


def _one(lines: Iterator[str] | Sequence[str]) -> str:
    return _NOTE.sub("", tidy("\n".join(lines))).strip(" |")
