"""How alike two texts are: which runs of letters they share, and which of their pages differ.

Texts are compared by runs of 25 letters, spaces and hyphens left out: two readers of one file part words differently,
but agree on letters. Of the runs of words that are usual, 23 in a hundred differed between two readers of a Swedish
document with loose spacing; of the runs of letters none. Runs and their shares are Broder's (1997, On the resemblance
and containment of documents).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from corpus.record import Record
from corpus.study import PassageKind
from corpus.text import letters

Runs = npt.NDArray[np.uint64]
"""Hashes of the different runs of letters in a text, in order."""
PagePair = tuple[int | None, int | None]
"""A page of one text and its counterpart in another, numbers from 1; None where there is none."""

RUN = 25
_FACTOR = np.uint64(0x100000001B3)
_MIX = ((np.uint64(33), np.uint64(0xFF51AFD7ED558CCD)), (np.uint64(33), np.uint64(0xC4CEB9FE1A85EC53)))
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTERPART = 0.5
"""Two pages belong together where so much of the shorter one stands on the other."""
_ONE_PAGE = 0.7
"""And are one page where so much of the longer one does: text that was set anew breaks elsewhere."""


def runs(text: str) -> Runs:
    """The hashed runs of `RUN` letters in a text that is nothing but letters and digits."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    count = max(0, len(codes) - RUN + 1)
    found = np.zeros(count, np.uint64)
    for i in range(RUN):  # the polynomial of each run, all runs at once
        found = found * _FACTOR + codes[i : count + i]
    for shift, factor in _MIX:  # MurmurHash3's finaliser, so that every bit depends on all letters
        found = (found ^ (found >> shift)) * factor
    return np.unique(found)


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as it is compared: its letters without running heads, the same with them, and the runs of the former."""

    number: int
    letters: str
    whole: str
    runs: Runs

    def says_the_same(self, other: PageText) -> bool:
        """Have both the same letters? In any order: readers differ in where captions and notes come.

        With running heads or without: a short text does not show which of its lines are such.
        """
        pairs = ((self.letters, other.letters), (self.whole, other.whole))
        return any(one == two or sorted(one) == sorted(two) for one, two in pairs)


@dataclass(frozen=True)
class Body:
    """The text of a study as it is compared: pages that have text, and its figures, those of reference lists aside."""

    pages: tuple[PageText, ...]
    figures: frozenset[str]

    @cached_property
    def runs(self) -> Runs:
        """The different runs of the whole text."""
        return np.unique(np.concatenate([page.runs for page in self.pages] or [np.zeros(0, np.uint64)]))

    @cached_property
    def letters(self) -> str:
        """All letters, whatever the pages."""
        return "".join(page.letters for page in self.pages)


def body_of(record: Record, study_id: str) -> Body:
    """The text of a study: its passages, so that running heads and page numbers are left out."""
    rows = record.rows(
        "SELECT p.page, p.kind, substr(g.text, p.start + 1, p.end - p.start), g.text FROM passages p"
        " JOIN pages g ON g.study_id = p.study_id AND g.number = p.page WHERE p.study_id = ? ORDER BY p.page, p.start",
        (study_id,),
    )
    pages: dict[tuple[int, str], list[str]] = {}
    for number, _, text, whole in rows:
        pages.setdefault((number, whole), []).append(text)
    own = (text for _, kind, text, _ in rows if kind != PassageKind.REFERENCES)
    figures = frozenset(figure for text in own for figure in figures_in(text))
    return Body(tuple(_page(number, whole, parts) for (number, whole), parts in pages.items()), figures)


def _page(number: int, whole: str, parts: Sequence[str]) -> PageText:
    said = letters("".join(parts))
    return PageText(number, said, letters(whole), runs(said))


def figures_in(text: str) -> Iterator[str]:
    """Figures of two digits and more; years are left out, since works on one matter share them."""
    for figure in _FIGURE.findall(text):
        if sum(map(str.isdigit, figure)) > 1 and not _YEAR.fullmatch(figure):
            yield figure


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are.

    `shared` is how many different runs both have; `held` the share (0 to 1) of the shorter text that stands in the
    other; `figures` how many different figures the one with fewer has, and `other_figures` how many of those the other
    lacks. `same` is that both say the same on every page, or in all; `pages` are the pages that differ, if half of the
    pages are pages of the other at all (`lined_up`); `alike_pages` is the share (0 to 1) of the pages of the one with
    fewer that the other has, letter for letter. `part` is that one text is much shorter.
    """

    shared: int
    held: float
    figures: int
    other_figures: int
    same: bool
    lined_up: bool
    alike_pages: float
    part: bool
    pages: tuple[PagePair, ...]


def compare(first: Body, second: Body) -> Likeness:
    """How alike two texts are, and where they differ."""
    shared = len(np.intersect1d(first.runs, second.runs, assume_unique=True))
    least, most = sorted((len(first.runs), len(second.runs)))
    pairs = list(_counterparts(first.pages, second.pages))
    numbered = [(one.number if one else None, two.number if two else None) for one, two, _ in pairs]
    differ = [pair for pair, (_, _, same) in zip(numbered, pairs, strict=True) if not same]
    fewest = min(len(first.pages), len(second.pages))
    alike = len(pairs) - len(differ)
    lined_up = 2 * sum(_lines_up(one, two) for one, two, _ in pairs) >= fewest > 0
    return Likeness(
        shared=shared,
        held=shared / least if least else 0.0,
        figures=min(len(first.figures), len(second.figures)),
        other_figures=min(len(first.figures - second.figures), len(second.figures - first.figures)),
        same=not differ or first.letters == second.letters,
        lined_up=lined_up,
        alike_pages=alike / fewest if fewest else 0.0,
        part=least < 0.8 * most,
        pages=tuple(differ) if lined_up else (),
    )


def _lines_up(one: PageText | None, other: PageText | None) -> bool:
    """Are two pages one and the same, but for some words?"""
    if one is None or other is None:
        return False
    shared = len(np.intersect1d(one.runs, other.runs, assume_unique=True))
    return shared >= _ONE_PAGE * max(len(one.runs), len(other.runs))


# Which page of one text is which page of another

_Pair = tuple[PageText | None, PageText | None, bool]


def _counterparts(first: Sequence[PageText], second: Sequence[PageText]) -> Iterator[_Pair]:
    """The pages of both in order, each with its counterpart and whether both say the same."""
    at, beside = 0, 0
    for i, j in [*_anchors(first, second), (len(first), len(second))]:
        yield from _between(first[at:i], second[beside:j])
        if i < len(first):
            yield first[i], second[j], first[i].says_the_same(second[j])
        at, beside = i + 1, j + 1


def _between(first: Sequence[PageText], second: Sequence[PageText]) -> Iterator[_Pair]:
    """Pages that share little. As many on both sides are taken to be rewritten, one by one; else to be new."""
    if len(first) == len(second):
        yield from ((one, two, one.says_the_same(two)) for one, two in zip(first, second, strict=True))
    else:
        yield from ((one, None, False) for one in first)
        yield from ((None, two, False) for two in second)


def _anchors(first: Sequence[PageText], second: Sequence[PageText]) -> list[tuple[int, int]]:
    """Pairs of pages, by place, that have most in common; as many as follow each other in both texts."""
    best = list(_nearest(first, second))
    tails: list[int] = []  # the longest rising chain, by patience sorting: the last place of each length
    chain: list[int] = []
    for _, j in best:
        at = bisect_left(tails, j)
        tails[at : at + 1] = [j]
        chain.append(at)
    found: list[tuple[int, int]] = []
    wanted = len(tails) - 1
    for pair, length in zip(reversed(best), reversed(chain), strict=True):
        if length == wanted and (not found or pair[1] < found[-1][1]):
            found.append(pair)
            wanted -= 1
    return found[::-1]


def _nearest(first: Sequence[PageText], second: Sequence[PageText]) -> Iterator[tuple[int, int]]:
    """For each page the one that shares most runs with it, where that is half of the shorter one or more."""
    hashes = np.concatenate([page.runs for page in second] or [np.zeros(0, np.uint64)])
    owners = np.repeat(np.arange(len(second)), [len(page.runs) for page in second])
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    for i, page in enumerate(first):
        counts = np.bincount(_owners_of(page.runs, hashes, owners), minlength=1)
        j = int(counts.argmax())
        if counts[j] and counts[j] >= _COUNTERPART * min(len(page.runs), len(second[j].runs)):
            yield i, j


def _owners_of(wanted: Runs, hashes: Runs, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """To which page each run belongs that is among `hashes`."""
    if not len(hashes):
        return owners
    places = np.minimum(np.searchsorted(hashes, wanted), len(hashes) - 1)
    found: npt.NDArray[np.int64] = owners[places[hashes[places] == wanted]]
    return found
