"""A question with what a right answer rests on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from corpus.words import Fault


class BadSet(Fault):
    """A set of questions cannot be read."""

    code = "bad_set"


@dataclass(frozen=True, slots=True)
class Case:
    """A question and its gold pages: (file name, page counted from 1, grade 1 partly or 2 fully).

    `pair` is question language and document language ("sv-en"); for an unanswerable question "none-sv".
    """

    id: str
    question: str
    language: str
    answerable: bool
    gold: tuple[tuple[str, int, int], ...]
    pair: str

    @property
    def gold_pages(self) -> frozenset[tuple[str, int]]:
        """The pages any of which counts as right."""
        return frozenset((file, page) for file, page, _ in self.gold)


def read_cases(path: Path) -> list[Case]:
    """Cases from JSON lines. Raises BadSet naming the line."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # splitlines would cut at U+2028 inside a question
    except (OSError, UnicodeDecodeError) as error:
        raise BadSet(file=path, line=0, why=error) from error
    return [_case(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(path: Path, number: int, line: str) -> Case:
    try:
        row = json.loads(line)
        gold = tuple((g["file"], int(page), int(g.get("grade", 2))) for g in row["gold"] for page in g["pages"])
        pair = str(row["id"]).rsplit("-", 1)[0]
        return Case(str(row["id"]), row["question"], row["lang"], bool(row["answerable"]), gold, pair)
    except (ValueError, KeyError, TypeError) as error:
        raise BadSet(file=path, line=number, why=repr(error)) from error
