"""Glyphs with their places to lines of print, with the size of each: what is set large, and what is raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from corpus.text import clean, one_line

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
"""The raised characters of Unicode that stand for raised figures and letters; there is no raised q."""

_COMMON = "0123456789abcdefghijklmnoprstuvwxyz"
_RAISE, _LOWER = str.maketrans(_COMMON, RAISED), str.maketrans(RAISED, _COMMON)
_WORD = 300  # letters
_SMALLER = 0.9  # of the size of its line, at most, is a raised glyph
_HIGHER = 0.15  # of the size of its line, at least, it stands above the others
_STEP = 0.6  # of a size: a glyph that stands higher or lower than this begins a new line
_GAP = 2.5  # of a size: as wide a gap parts two columns


class Glyph(NamedTuple):
    """One character, its size, where it begins and ends, and its baseline from the foot of the page, in points."""

    character: str
    size: float
    left: float
    right: float
    baseline: float


def lines(glyphs: Iterable[Glyph]) -> Iterator[tuple[str, float]]:
    """The lines of a page with their size in points, in the order of the glyphs.

    Raised figures and letters come as the raised characters of Unicode, so that "Anna Berg¹" is told from "1".
    """
    for run in _runs(glyphs):
        size = _usual([glyph.size for glyph in run])
        words = tidy("".join(_written(run, size)))
        if words:
            yield words, size


def _runs(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    """Glyphs that follow each other on one line. Without a place of its own, a space belongs where it stands."""
    run: list[Glyph] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if glyph.character.isspace():
            run += [glyph._replace(character=" ")] if run else []
            continue
        if last is not None and _parted(last, glyph):
            yield run
            run = []
        run.append(glyph)
        last = glyph
    if run:
        yield run


def _parted(last: Glyph, glyph: Glyph) -> bool:
    size = max(last.size, glyph.size)
    step, gap = abs(glyph.baseline - last.baseline), glyph.left - last.right
    return step > _STEP * size or gap > _GAP * size or gap < -_GAP * size


def _usual(sizes: list[float]) -> float:
    return Counter(sizes).most_common(1)[0][0]


def _written(run: list[Glyph], size: float) -> Iterator[str]:
    base = _usual([round(glyph.baseline, 1) for glyph in run if glyph.size == size])
    for glyph in run:
        is_raised = glyph.size <= _SMALLER * size and glyph.baseline - base >= _HIGHER * size
        yield glyph.character.translate(_RAISE) if is_raised else glyph.character


def lowered(text: str) -> str:
    """The text with raised figures and letters as common ones."""
    return text.translate(_LOWER)


def tidy(text: str) -> str:
    """The text on one line, normalised, without characters that are not seen; of a longest word 300 letters are kept.

    To look for hyphens at line ends takes a time that grows with the square of the longest word.
    """
    return one_line(clean("\n".join(_shorter(line) for line in text.split("\n"))))


def _shorter(line: str) -> str:
    return " ".join(word[:_WORD] for word in line.split())
