"""What the command line shows a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from corpus.words import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.library import Health
    from corpus.study import Study
    from ingest.receive import Receipt
    from retriever.answer import Found, Hit, Understood

_out = Console(highlight=False, soft_wrap=False)
_err = Console(stderr=True, highlight=False)
_WIDTH = 100
_WORDS_SHOWN = 8


def line(text: str) -> None:
    """One line of output."""
    _out.print(text, markup=False, soft_wrap=True)


def complain(sentence: str) -> None:
    """One sentence on standard error."""
    _err.print(sentence, markup=False, soft_wrap=True)


# Answers and hits


def understood(words: Sequence[Understood], language: Language) -> None:
    """How the question was read in the other language, terms of the glossary first, and what the list does not know."""
    known = sorted((word for word in words if word.equivalents), key=lambda word: word.kind != "term")
    if known:
        pairs = (f"{word.source} → {', '.join(word.equivalents[:2])}" for word in known[:_WORDS_SHOWN])
        paragraph(say("understood", language, words="; ".join(pairs)), style="dim")
    if unknown := [word.source for word in words if not word.equivalents]:
        paragraph(say("not_in_list", language, words=", ".join(unknown)), style="dim")


def found(result: Found) -> None:
    """Hits of a search."""
    language = result.question.language
    if not result.hits:
        paragraph(say("no_hits", language))
    for n, hit in enumerate(result.hits, 1):
        paragraph(f"{n}. {place_of(hit, language)}", style="bold")
        paragraph(hit.text, indent=3)
    understood(result.understood, language)
    paragraph(say("returned", language, sv=result.returned["sv"], en=result.returned["en"]), style="dim")


def place_of(hit: Hit, language: Language) -> str:
    """Title, page and language of a hit."""
    return f"{hit.title}, {page_of(hit.page, hit.page_label, language)} [{hit.language}]"


def page_of(page: int, label: str, language: Language) -> str:
    """The printed page, and that of the PDF where the two differ."""
    code = "page" if label == str(page) else "page_in_pdf"
    return say(code, language, label=label, page=page)


def paragraph(text: str, indent: int = 0, style: str = "") -> None:
    """A paragraph, wrapped, with an empty line after it."""
    width = min(_WIDTH, _out.width)
    for row in Text(text).wrap(_out, max(20, width - indent)):
        _out.print(Text(" " * indent) + row, style=style)
    if not indent or style == "dim":
        _out.print()


# Receipts


def receipt(receipt: Receipt, language: Language) -> None:
    """One line for one file."""
    counts = say("receipt_counts", language, pages=receipt.pages, passages=receipt.passages) if receipt.pages else ""
    parts = [
        say(f"status_{receipt.status.value}", language),
        receipt.file,
        counts,
        receipt.reason(language) or "",
    ]
    line("  ".join(part for part in parts if part))


def receipts_total(counted: dict[str, int], language: Language) -> None:
    """How many files of each kind."""
    line(", ".join(f"{count} {say(f'total_{status}', language)}" for status, count in counted.items()))


def progress(receipts: Iterable[Receipt], paths: Sequence[Path], language: Language, quiet: bool) -> Iterator[Receipt]:
    """Pass receipts on; on a terminal show a bar of files and a count of pages."""
    from ingest.receive import find_pdfs

    if quiet or not _err.is_terminal:
        yield from receipts
        return
    with _bar() as bar:
        task = bar.add_task(say("reading", language, pages=0), total=len(find_pdfs(paths)))
        pages = 0
        for receipt in receipts:
            pages += receipt.pages
            bar.update(task, advance=1, description=say("reading", language, pages=pages))
            yield receipt


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # Lines for the screen go above the bar; lines for a file stay out of its way.
    return Progress(*columns, console=_err, transient=True, redirect_stdout=_out.is_terminal)


@contextmanager
def counter(code: str, language: Language) -> Iterator[Callable[[int, int], None]]:
    """A progress bar under the sentence `code`; silent when not on a terminal."""
    if not _err.is_terminal:
        yield lambda *_: None
        return
    with _bar() as bar:
        task = bar.add_task(say(code, language), total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


# The library


def study(study: Study, language: Language) -> None:
    """One line for a study."""
    year = str(study.description.year or say("no_year", language))
    parts = [study.id, study.state.value, ",".join(study.languages) or "-", year, study.title]
    line("  ".join(parts))


def health(found: Health, language: Language) -> None:
    """What the doctor found."""
    line(say("healthy" if found.sound else "unhealthy", language, folder=found.folder))
    line("  ".join(f"{name} {count}" for name, count in found.counts.items()))
    line(found.model)
    for fault in found.faults:
        line(f"– {fault}")
    if not found.sound:
        line(say("try_rebuild", language))


class Table(Protocol):
    """Anything measured that can be shown as lines."""

    def table(self) -> Iterator[str]:
        """Its lines."""


def report(report: Table) -> None:
    """What was measured, as lines."""
    for row in report.table():
        line(row)
