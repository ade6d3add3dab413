"""Word lists as staff write them, found in a text: "brott*" is every word that begins so, "no … effect" has a gap."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_GAP = r"(?:\s+(?!(?:of|on|in|about|for|that|av|om|på|i|för|som|att)\b)[^\s,;]+){0,4}?\ "


class WordList:
    """Words of one or more lists, to be found in a text; where several fit, the longest written."""

    def __init__(self, of: Mapping[str, tuple[str, str]]) -> None:
        """`of` has, for each word as it is written in the file, what it stands for: a name and a list."""
        words = sorted(of, key=len, reverse=True)
        one_of = [_expression(word) for word in words]
        self._stands_for = [of[word] for word in words]
        self._any = re.compile(rf"\b(?:{'|'.join(one_of) or '(?!)'})(?!\w)")
        self._which = re.compile(rf"(?:{'|'.join(f'({word})' for word in one_of) or '(?!)'})(?!\w)")

    def find(self, text: str) -> Iterator[tuple[int, int, str, str]]:
        """Start, end, name and list of each word in a text."""
        for match in self._any.finditer(text):  # groups are slow to search with, so they only tell which it was
            which = self._which.match(text, match.start())
            if which is not None and which.lastindex is not None:
                yield *match.span(), *self._stands_for[which.lastindex - 1]

    def within(self, text: str) -> bool:
        """Does any of the words stand in a text?"""
        return self._any.search(text) is not None

    def opens(self, text: str) -> bool:
        """Does a text begin with one of the words?"""
        return self._any.match(text.lstrip(" \"'“”‘’(")) is not None


def _expression(word: str) -> str:
    """A word of the file as a regular expression: * is the rest of a word, … at most four words."""
    parts = re.escape(word).replace(r"\*", r"\w*").replace(r"\ …\ ", _GAP)
    return parts.replace(r"\ ", r"\s+")
