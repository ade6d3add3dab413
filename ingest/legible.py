"""Whether the text layer of a page can be read: wrong character maps, words run together, s p a c e d letters.

Nothing here asks which language a page is in. Letters that stand for other letters make combinations that no language
has: on 2,400 real pages, tables and diagrams among them, and in eleven other languages at least 0.68 of all runs of
three letters are common ones, and on pages whose letters were exchanged 0.26 in the mean and 0.54 at most.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from corpus.study import Reader
from corpus.terms import FOLDER
from corpus.text import clean, letters

_WORD = re.compile(r"[^\W\d_]+")
_GLYPH_NAME = re.compile(r"\(cid:\d+\)|/(?:gid|glyph|cid|uni|g|c)[0-9A-F]{1,6}\b", re.IGNORECASE)
_REPEATED = re.compile(r"([^\w\s])(?:\s*\1)+")  # leaders, rules
_SPACED = re.compile(r"(?<![^\W\d_])[^\W\d_](?: {1,3}[^\W\d_]){4,}(?![^\W\d_])")
_NO_MEANING = frozenset({"Co", "Cn", "Cs", "Cc"})  # private use, unassigned, halves of characters, controls
_KEPT_CONTROLS = frozenset("\t\n\x02\x0b\x0c\r\x85")
_SPACELESS = frozenset({"CJK", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "JAVANESE", "BALINESE"})
_ONE_SCRIPT = {
    **dict.fromkeys(
        ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC", "BOPOMOFO"),
        "CJK",
    ),
    **dict.fromkeys(("MICRO", "FEMININE", "MASCULINE", "ANGSTROM", "KELVIN"), "LATIN"),
}
_SEEN_IN_WORDS = 5  # words of the term list that must have a combination for it to be a common one

_LEAST_COMBINATIONS, _COMMON = 60, 0.55
_LEAST_CHARACTERS, _MEANINGLESS = 20, 0.1  # formulas of mathematical fonts reach 0.06
_LEAST_SIGNS, _KINDS_OF_SIGNS, _WORDLIKE = 60, 12, 0.3  # tables of figures and stars have 0.67 and 12 kinds
_LEAST_PAIRS, _MIXED = 40, 0.3  # real pages have 0.04 at most
_LEAST_LETTERS, _LONG_WORD, _SPACED_SHARE = 100, 40, 0.5
_GLYPH_SHARE = 0.3
_AGREEMENT = 0.7
_REPLACES = 0.3  # of a flawed text's characters: less is a page number, not the page


class Flaw(StrEnum):
    """Why a text cannot be read."""

    UNMAPPED = "unmapped"
    EXCHANGED = "exchanged"
    RUN_TOGETHER = "run together"
    SPACED = "spaced"

    @property
    def spoils_letters(self) -> bool:
        """Are the letters themselves wrong, and not only the spaces between them?"""
        return self in (Flaw.UNMAPPED, Flaw.EXCHANGED)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The text to keep of two readings of a page, uncleaned, and the letters of the second as a witness to it.

    `garbled` says that there is a text, and none that can be read.
    """

    text: str
    reader: Reader
    witness: str
    garbled: bool = False


def choose(first: str, second: str) -> Chosen:
    """Of two readings of a page, pypdf's and pdfium's, the one to keep: pypdf's, unless pdfium's is far more or better.

    A witness whose letters are wrong is no witness, and is left out.
    """
    flaws = flaw(first), flaw(second)
    seen = "" if flaws[1] and flaws[1].spoils_letters else letters(clean(second))
    if not any(flaws):
        fuller = len(letters(first)) < _AGREEMENT * len(seen)
        reader = Reader.PDFIUM if fuller else Reader.PYPDF if letters(first) else Reader.NONE
        return Chosen(second if fuller else first, reader, seen)
    if flaws[0] is None and _stands_for(first, second):
        return Chosen(first, Reader.PYPDF, seen)
    if flaws[1] is None and _stands_for(second, first):
        return Chosen(second, Reader.PDFIUM, seen)
    return Chosen("", Reader.NONE, "", garbled=True)


def _stands_for(text: str, flawed: str) -> bool:
    """Is this the same page, and not the little that is left where a reader drops what it cannot map?"""
    count = len("".join(text.split()))
    return count >= _REPLACES * len("".join(flawed.split()))


def flaw(text: str) -> Flaw | None:
    """What is wrong with the text of a page, as a reader gave it; None where it can be read, or is too short to say.

    The text must not be cleaned before: control characters tell of a wrong map, and cleaning drops them.
    """
    if _is_unmapped(text) or _is_mixed(text):
        return Flaw.UNMAPPED
    if _is_spaced(text):
        return Flaw.SPACED
    if _is_run_together(text):
        return Flaw.RUN_TOGETHER
    return Flaw.EXCHANGED if _is_exchanged(text) else None


def _is_unmapped(text: str) -> bool:
    """Characters without a meaning, names of glyphs, or hardly anything but signs of many kinds."""
    shown = "".join(text.split())
    if len(shown) < _LEAST_CHARACTERS:
        return False
    names = sum(len(name) for name in _GLYPH_NAME.findall(text))
    return (
        sum(map(_has_no_meaning, shown)) >= _MEANINGLESS * len(shown)
        or names >= _GLYPH_SHARE * len(shown)
        or _is_all_signs(text)
    )


def _has_no_meaning(character: str) -> bool:
    if character == "\ufffd":
        return True
    return character not in _KEPT_CONTROLS and unicodedata.category(character) in _NO_MEANING


def _is_all_signs(text: str) -> bool:
    shown = "".join(_REPEATED.sub(r"\1", text).split())
    signs = [character for character in shown if unicodedata.category(character)[0] not in "LNM"]
    many = len(shown) >= _LEAST_SIGNS and len(set(signs)) >= _KINDS_OF_SIGNS
    return many and len(shown) - len(signs) < _WORDLIKE * len(shown)


def _is_mixed(text: str) -> bool:
    """Do scripts change within words, as they do where codes of one script are read as those of many?"""
    pairs = [(_script(a), _script(b)) for word in _WORD.findall(text) for a, b in pairwise(word)]
    return len(pairs) >= _LEAST_PAIRS and sum(a != b for a, b in pairs) >= _MIXED * len(pairs)


@cache
def _script(letter: str) -> str:
    first = unicodedata.name(letter, "UNKNOWN").split()[0]
    return _ONE_SCRIPT.get(first, first)


def _is_spaced(text: str) -> bool:
    count = _letter_count(text)
    inside = sum(_letter_count(run) for run in _SPACED.findall(text))
    return count >= _LEAST_LETTERS and inside >= _SPACED_SHARE * count


def _letter_count(text: str) -> int:
    return sum(character.isalpha() for character in text)


def _is_run_together(text: str) -> bool:
    """Do words of forty letters hold half of the letters, in a script that parts its words?"""
    words = [word for word in _WORD.findall(text) if _script(word[0]) not in _SPACELESS]
    count = sum(map(len, words))
    long = sum(len(word) for word in words if len(word) >= _LONG_WORD)
    return count >= _LEAST_LETTERS and long >= count / 2


def _is_exchanged(text: str) -> bool:
    """Are the combinations of Latin letters such as no language has?"""
    found = [three for word in _WORD.findall(text) for three in _combinations(_bare(word))]
    common = sum(three in _common_combinations() for three in found)
    return len(found) >= _LEAST_COMBINATIONS and common < _COMMON * len(found)


def _bare(word: str) -> str:
    """Lower case, without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in parts if not unicodedata.combining(character))


def _combinations(word: str) -> list[str]:
    if not (word.isascii() and word.isalpha()):
        return []
    return [word[i : i + 3] for i in range(len(word) - 2)]


@cache
def _common_combinations() -> frozenset[str]:
    """Three letters in a row that stand in at least five words of the term list, Swedish or English."""
    texts = (path.read_text("utf-8") for path in sorted(FOLDER.glob("*.csv")))
    words = {_bare(word) for text in texts for word in _WORD.findall(text)}
    seen = Counter(three for word in words for three in set(_combinations(word)))
    return frozenset(three for three, count in seen.items() if count >= _SEEN_IN_WORDS)
