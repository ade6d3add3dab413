"""Words of questions that the term list does not know, counted, for staff: words alone, never the question."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection
from datetime import date
from pathlib import Path

_LARGEST = 1_000_000
_LONGEST = 60


class UnknownWords:
    """A text file in the library's folder, a line a word: the day it was asked with, a tab, the word.

    Words with a capital are taken for names and never come here. Deleting the file loses nothing else.
    """

    FILE = "unknown-words.txt"

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, words: Collection[str]) -> None:
        """Note words of one question. A folder that cannot be written, or a full file, keeps no notes."""
        lines = [f"{date.today():%Y-%m-%d}\t{word}\n" for word in words if len(word) <= _LONGEST]
        with contextlib.suppress(OSError):
            if lines and (not self.path.exists() or self.path.stat().st_size < _LARGEST):
                with self.path.open("a", encoding="utf-8") as file:
                    file.write("".join(lines))

    def counted(self) -> list[tuple[str, int, str]]:
        """(word, how often, day last asked with), the most asked-for first."""
        try:
            lines = self.path.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            return []
        noted = [(day, word) for day, tab, word in (line.partition("\t") for line in lines) if tab]
        counts, last = Counter(word for _, word in noted), {word: day for day, word in noted}
        return sorted(((word, n, last[word]) for word, n in counts.items()), key=lambda row: (-row[1], row[0]))

    def forget(self) -> None:
        """Forget every word noted."""
        self.path.unlink(missing_ok=True)
