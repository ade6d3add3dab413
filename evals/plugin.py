"""A pytest plugin: `pytest --amp-set SET` makes each question of a set a test over the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from corpus.library import Library
    from evals.gold import Located
    from evals.row import Row

_FIRST = "hit@5"


class WrongAnswer(Exception):
    """A question's outcome is not what its set wants; the message says what was met."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --amp-set and --amp-must."""
    group = parser.getgroup("amp", "questions as tests")
    group.addoption(
        "--amp-set", metavar="SET", help="a question set: each question is a test over the library in AMP_DATA"
    )
    group.addoption(
        "--amp-must",
        choices=("find", "answer"),
        default="answer",
        help="find: a gold page is among the first five; answer: it is also answered, with a quote from a gold page",
    )


def pytest_configure(config: pytest.Config) -> None:
    """With --amp-set, the set alone is what is collected, unless files were named too."""
    given = config.getoption("--amp-set")
    if given:
        from evals.sets import shipped

        path = (shipped(given) or Path(given)).absolute()
        if not path.is_file():
            raise pytest.UsageError(f"--amp-set: there is no file {path}")
        config.stash[_PATH] = path
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        config.args = [*(config.args if named else []), str(path)]


_PATH: pytest.StashKey[Path] = pytest.StashKey()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The set's file."""
    if parent.config.stash.get(_PATH, None) == file_path:
        return SetFile.from_parent(parent, path=file_path)
    return None


class SetFile(pytest.File):
    """A set of questions, and the library they are asked of, open while they are."""

    library: Library | None = None

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each question. A set or library that cannot be used is said in one sentence."""
        from corpus.words import Fault
        from evals.case import read_set
        from evals.gold import locate

        try:
            located = locate(self._opened(), read_set(self.path))
        except Fault as fault:
            raise self.CollectError(str(fault)) from None
        for one in located:
            yield QuestionItem.from_parent(self, name=one.case.id, located=one)

    def _opened(self) -> Library:
        from corpus.library import Library
        from corpus.settings import Settings

        if self.library is None:
            self.library = Library(Settings(note_unknown_words=False))
            self.config.add_cleanup(self.library.close)
        return self.library


class QuestionItem(pytest.Item):
    """One question: found and answered from a gold page, or refused where nothing answers it."""

    def __init__(self, *, located: Located, **more: Any) -> None:
        super().__init__(**more)
        self.located = located
        for tag in (located.case.pair, located.case.answerable, *located.case.tags):
            self.extra_keyword_matches.add(tag)

    def runtest(self) -> None:
        """Ask, and hold against the gold. Raises WrongAnswer."""
        from evals.row import row_of
        from evals.run import pdf_of
        from evals.systems import Ours

        assert isinstance(self.parent, SetFile)
        library = self.parent.library
        assert library is not None
        given = Ours(library).give(self.located.case.question)
        row = row_of(self.located, given, lambda study: pdf_of(library, study))
        if wrong := list(faults(row, self.config.getoption("--amp-must") == "answer")):
            raise WrongAnswer("\n".join([row.question, *wrong]))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """The sentences alone."""
        if isinstance(excinfo.value, WrongAnswer):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The question's line in the set."""
        return self.path, max(0, self.located.case.line - 1), self.name


def faults(row: Row, must_answer: bool) -> Iterator[str]:
    """What is wrong with a row, a sentence each."""
    if row.found_loosely is not None and row.found_loosely < row.quotes:
        yield f"{row.quotes - row.found_loosely} of {row.quotes} quotes are not on the page they name."
    if not row.is_answerable:
        if row.answered:
            yield "Answered, though nothing in the library answers it."
        return
    gold = ", ".join(f"{g['file']} p. {g['page']}" for g in row.given["gold"])
    if not row.values[_FIRST]:
        yield f"No gold page is among the first five. Gold: {gold}."
    if must_answer and not row.answered:
        yield f"Not answered (confidence {row.confidence:.2f}). Gold: {gold}."
    elif must_answer and not row.values["answered_right"]:
        yield f"Answered, but with no quote from a gold page. Gold: {gold}."
