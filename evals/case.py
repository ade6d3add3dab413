"""A question with what a right answer rests on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.words import Fault
from evals.lines import json_rows


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
    return list(json_rows(path, _case, BadSet))


def _case(row: Any) -> Case:
    gold = tuple((g["file"], int(page), int(g.get("grade", 2))) for g in row["gold"] for page in g["pages"])
    pair = str(row["id"]).rsplit("-", 1)[0]
    return Case(str(row["id"]), row["question"], row["lang"], bool(row["answerable"]), gold, pair)
