"""Tuning with its guard rails: weights and bar by cross-validation on named sets, never on a set marked as test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from corpus.library import Library
from corpus.settings import Settings
from corpus.words import Fault
from evals.bar import Asked, Bar, asked_of_cases, bar_table, find_bar
from evals.case import QuestionSet
from evals.gold import locate
from evals.lines import writing
from evals.weights import Example, Found, examples_of_benchmark, examples_of_cases, find_all, table

FEWEST = 30
"""Questions of a pair of languages below which what is found is chance."""


class MarkedAsTest(Fault):
    """A set marked as test was to be tuned on."""

    code = "tune_test_set"


class NothingToTune(Fault):
    """The sets are too small to find anything."""

    code = "tune_nothing"


@dataclass(slots=True)
class Ground:
    """What is tuned on, gathered set by set."""

    examples: list[Example] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add_benchmark(self, folder: Path, settings: Settings) -> None:
        """A BEIR folder tells about weights alone. Raises BadBenchmark."""
        self.examples += examples_of_benchmark(folder, settings)

    def add_set(self, library: Library, questions: QuestionSet) -> None:
        """A set of questions tells about weights and about the bar. Raises MarkedAsTest or GoldMissing."""
        refuse_test(questions)
        located = locate(library, questions)
        self.examples += examples_of_cases(library, questions.name, located)
        self.asked += asked_of_cases(library, questions.name, located)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was found, and the two tables it makes; a table is empty where nothing was found for it."""

    weights: tuple[Found, ...]
    bar: Bar | None
    weights_table: str
    bar_table: str

    @property
    def few(self) -> bool:
        """Is something found on fewer questions than can be trusted?"""
        counts = [found.questions for found in self.weights] + ([self.bar.questions] if self.bar else [])
        return min(counts) < FEWEST

    def lines(self) -> Iterable[str]:
        """What was found, for a person."""
        yield from (found.line() for found in self.weights)
        if self.bar:
            yield self.bar.line()


def refuse_test(questions: QuestionSet) -> None:
    """Raises MarkedAsTest where a set is marked as test."""
    if questions.split == "test":
        raise MarkedAsTest(set=questions.name)


def tune(ground: Ground, model: str, wrong_costs: float = 1.0, on: date | None = None) -> Tuned:
    """Weights for each pair of languages and the refusal bar. Raises NothingToTune where neither can be found."""
    today = on or date.today()
    found = find_all(ground.examples, model)
    bar = find_bar(ground.asked, wrong_costs)
    if not found and bar is None:
        raise NothingToTune()
    return Tuned(
        weights=tuple(found),
        bar=bar,
        weights_table=table(found, model, [example.source for example in ground.examples], today) if found else "",
        bar_table=bar_table(bar, model, ground.asked, wrong_costs, today) if bar else "",
    )


def with_part(text: str, part: str) -> str:
    """A file of tables with one model's table replaced, or put before the one for all other models.

    A table goes from its header to the next empty line.
    """
    header = part.split("\n", 1)[0]
    blocks = text.rstrip("\n").split("\n\n")
    new = part.rstrip("\n")
    at = [n for n, block in enumerate(blocks) if header in block.split("\n")]
    if at:
        kept = blocks[at[0]].split(header, 1)[0]
        blocks[at[0]] = kept + new
    else:
        rest = next((n for n, block in enumerate(blocks) if '["*"]' in block.split("\n")), len(blocks))
        blocks.insert(rest, new)
    return "\n\n".join(blocks) + "\n"


def write(tuned: Tuned, folder: Path) -> Sequence[Path]:
    """Write what was found into `weights.toml` and `judge.toml` of the retriever; the files that changed."""
    changed = []
    for name, part in (("weights.toml", tuned.weights_table), ("judge.toml", tuned.bar_table)):
        if part:
            path = folder / name
            with writing(path):
                path.write_text(with_part(path.read_text("utf-8"), part), "utf-8")
            changed.append(path)
    return changed
