"""Amounts as two texts are compared by: "4,94", "14 per cent", "fjorton" and "a third" as a number with its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

Unit = str
"""What an amount counts: "%", "pp" (percentage points), "x" (times as much), or "" where a word says it."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit, and where in the text it stands, unit and all: `text[start:end]`."""

    value: Fraction
    unit: Unit
    start: int
    end: int

    @property
    def what(self) -> tuple[Fraction, Unit]:
        """What is compared: the amount wherever it stands."""
        return self.value, self.unit


_ENGLISH = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
seventeen eighteen nineteen".split()
_ENGLISH_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SWEDISH = "noll ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton femton sexton sjutton arton \
nitton".split()
_SWEDISH_TENS = "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio".split()


def _words(small: list[str], tens: list[str], joints: tuple[str, ...]) -> dict[str, int]:
    words = {word: n for n, word in enumerate(small)}
    for ten, word in enumerate(tens, 2):
        words[word] = 10 * ten
        words.update({f"{word}{j}{unit}": 10 * ten + n for n, unit in enumerate(small[1:10], 1) for j in joints})
    return words


_WORDS = {
    "en": {**_words(_ENGLISH, _ENGLISH_TENS, ("-", " ")), "dozen": 12, "hundred": 100, "thousand": 1000},
    "sv": {**_words(_SWEDISH, _SWEDISH_TENS, ("",)), "dussin": 12, "hundra": 100, "tusen": 1000},
}
del _WORDS["sv"]["ett"]  # an article as often as a number
_ONE = re.compile(r"\b(?:one|single|an?|en|ett|enda)\b", re.IGNORECASE)
_NO_NUMBER = re.compile(r"\b(?:no|any|every|some) one\b|\bone another\b", re.IGNORECASE)

_SCALES = {
    10**2: "hundred hundra",
    10**3: "thousand tusen",
    10**6: "million millions miljon miljoner",
    10**9: "billion billions miljard miljarder",
}
_SCALE = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_SCALED = re.compile(rf"\s+({'|'.join(_SCALE)})\b", re.IGNORECASE)
_PARTS = {
    3: "third thirds tredjedel tredjedelar",
    4: "quarter quarters fourth fourths fjärdedel fjärdedelar kvarts",
    5: "fifth fifths femtedel femtedelar",
    10: "tenth tenths tiondel tiondelar tiondelen",
}
_PART = {word: n for n, words in _PARTS.items() for word in words.split()}
_SHARE = re.compile(rf"\b(an?|en|one|två|\w+)[ -]({'|'.join(_PART)})\b", re.IGNORECASE)
_HALF = re.compile(r"\b(?:half|halve[sd]?|halving|hälften|halv|halva|halver\w+)\b", re.IGNORECASE)
_DOUBLE = re.compile(r"\b(?:twice|doubl(?:e[sd]?|ing)|dubbelt|dubbla|dubbl[ae]r\w*|fördubbl\w+)\b", re.IGNORECASE)
_TRIPLE = re.compile(r"\b(?:thrice|tripl(?:e[sd]?|ing)|tredubb\w+|trefald\w*)\b", re.IGNORECASE)

_DIGITS = re.compile(r"(?<![\w.,])([-−])?((?<![-−])[1-9]\d{0,2}(?:\s\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)*)(?!\w)")
_UNITS = (
    (re.compile(r"[\s-]*(?:percentage points?|procentenhet(?:er)?|%-enheter)\b", re.IGNORECASE), "pp"),
    (re.compile(r"[\s-]*(?:%|(?:per ?cent|procent)\b)", re.IGNORECASE), "%"),
    (re.compile(r"\s*(?:times|gånger)\b", re.IGNORECASE), "x"),
)
_RANGE = re.compile(r"\s*(?:[-–—]|to|till|and|och|or|eller)\s*", re.IGNORECASE)


def amounts(text: str, language: str) -> list[Amount]:
    """Every number of a text in "sv" or "en", written in digits or in words, in order.

    A comma before three digits parts thousands in English and decimals in Swedish; else "4.94" and "4,94" are one.
    Half is fifty per cent, a quarter twenty-five; "twice" and "fördubblad" are two times.
    """
    found: list[Amount] = []
    for one in sorted([*_shares(text, language), *_plain(text, language)], key=lambda a: (a.start, -a.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return _ranged(text, found)


def says_one(text: str) -> bool:
    """Does a text speak of one thing, in any of the ways in which it is said?"""
    return _ONE.search(text) is not None


def _shares(text: str, language: str) -> Iterator[Amount]:
    for pattern, value, unit in ((_HALF, 50, "%"), (_DOUBLE, 2, "x"), (_TRIPLE, 3, "x")):
        for match in pattern.finditer(text):
            yield Amount(Fraction(value), unit, *match.span())
    for match in _SHARE.finditer(text):
        of = match[1].lower()
        count = 1 if of in ("a", "an", "en", "ett", "one") else _WORDS[language].get(of)
        if count is not None:
            yield Amount(Fraction(100 * count, _PART[match[2].lower()]), "%", *match.span())


def _plain(text: str, language: str) -> Iterator[Amount]:
    for match in _DIGITS.finditer(text):
        value = _read(match[2], language)
        if value is not None:
            yield _with_unit(text, -value if match[1] else value, *match.span())
    words = _WORDS[language]
    skipped = [match.span() for match in _NO_NUMBER.finditer(text)]
    for match in _word_pattern(language).finditer(text):
        if not any(a <= match.start() < b for a, b in skipped):
            yield _with_unit(text, Fraction(words[match[0].lower()]), *match.span())


def _word_pattern(language: str) -> re.Pattern[str]:
    words = sorted(_WORDS[language], key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


def _read(digits: str, language: str) -> Fraction | None:
    """A number written in digits; None for what is no number ("1.2.3")."""
    plain = re.sub(r"\s", "", digits)
    thousands = "," if language == "en" else "."
    if re.fullmatch(rf"[1-9]\d{{0,2}}(?:\{thousands}\d{{3}})+(?:[.,]\d+)?", plain):
        plain = plain.replace(thousands, "")
    plain = plain.replace(",", ".")
    return Fraction(plain) if plain.count(".") <= 1 else None


def _with_unit(text: str, value: Fraction, start: int, end: int) -> Amount:
    """The number with the scale and the unit that follow it."""
    while scaled := _SCALED.match(text, end):
        value, end = value * _SCALE[scaled[1].lower()], scaled.end()
    for pattern, unit in _UNITS:
        if match := pattern.match(text, end):
            return Amount(value, unit, start, match.end())
    return Amount(value, "", start, end)


def _ranged(text: str, found: list[Amount]) -> list[Amount]:
    """The same, where "5 to 21 per cent" gives both ends the unit."""
    for i in range(len(found) - 2, -1, -1):
        one, after = found[i], found[i + 1]
        if not one.unit and after.unit in ("%", "pp") and _RANGE.fullmatch(text, one.end, after.start):
            found[i] = Amount(one.value, after.unit, one.start, one.end)
    return found
