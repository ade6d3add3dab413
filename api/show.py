"""What the command line shows a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from corpus.words import Language, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.jobs import Job, JobFile
    from corpus.library import Health
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
    for notice in result.notices:
        paragraph(notice)
    if not result.hits:
        paragraph(say("no_hits", language))
    for n, hit in enumerate(result.hits, 1):
        paragraph(f"{n}. {place_of(hit, language)}", style="bold")
        paragraph(" ".join([hit.text, *(caution.text for caution in hit.cautions)]), indent=3)
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
    counts = _counts(receipt, language)
    parts = [
        say(f"status_{receipt.status.value}", language),
        receipt.file,
        counts,
        receipt.reason(language) or "",
    ]
    line("  ".join(part for part in parts if part))


def _counts(receipt: Receipt, language: Language) -> str:
    return say("receipt_counts", language, pages=receipt.pages, passages=receipt.passages) if receipt.pages else ""


def receipts_total(counted: dict[str, int], language: Language) -> None:
    """How many files of each kind."""
    line(", ".join(f"{count} {say(f'total_{status}', language)}" for status, count in counted.items()))


@contextmanager
def job_bar(job: Job, language: Language, quiet: bool) -> Iterator[Callable[[Job], None]]:
    """A bar of a job's files with its pages, passages and speed; silent where it is not on a terminal."""
    if quiet or not _err.is_terminal:
        yield lambda _: None
        return
    with _bar() as bar:
        task = bar.add_task(_speed(job, language), total=job.totals.files, completed=job.totals.ended)
        yield lambda now: bar.update(
            task, completed=now.totals.ended, total=now.totals.files, description=_speed(now, language)
        )


def _speed(job: Job, language: Language) -> str:
    rate = decimal(job.rate or 0, language)
    return say("job_progress", language, pages=job.totals.pages, passages=job.totals.passages, rate=rate)


def job_total(job: Job, language: Language) -> None:
    """One line on standard error: all that a job took in, and how fast."""
    figures = {"seconds": decimal(job.seconds, language), "rate": decimal(job.rate or 0, language)}
    totals = job.totals
    complain(
        say(
            "job_total",
            language,
            job=job.id,
            files=totals.files,
            pages=totals.pages,
            passages=totals.passages,
            **figures,
        )
    )


def decimal(value: float, language: Language) -> str:
    """A number with one decimal, as the language writes it."""
    return f"{value:.1f}".replace(".", "," if language == "sv" else ".")


def job(job: Job, language: Language) -> None:
    """One line for a job, and why it paused of itself."""
    totals = job.totals
    counts = say("job_line", language, ended=totals.ended, files=totals.files, failed=totals.failed, pages=totals.pages)
    why = say(job.why[0], language, **job.why[1]) if job.why else ""
    parts = [str(job.id), say(f"job_state_{job.state.value}", language), job.name, counts, why]
    line("  ".join(part for part in parts if part))


def job_file(file: JobFile, receipt: Receipt | None, language: Language) -> None:
    """One line for a file of a job: what became of it, or how far it has come."""
    state = f"status_{receipt.status.value}" if receipt else f"file_state_{file.state.value}"
    counts = _counts(receipt, language) if receipt else ""
    reason = receipt.reason(language) if receipt else ""
    line("  ".join(part for part in (str(file.number), say(state, language), file.name, counts, reason) if part))


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


def health(found: Health, sound: bool, language: Language) -> None:
    """Is the library whole, and what does it hold?"""
    line(say("healthy" if sound else "unhealthy", language, folder=found.folder))
    counts = (say(f"count_{name}", language, count=count) for name, count in found.counts.items() if name != "vectors")
    line(", ".join(counts) + f" ({found.model})")


class Table(Protocol):
    """Anything measured that can be shown as lines."""

    def table(self) -> Iterator[str]:
        """Its lines."""


def report(report: Table) -> None:
    """What was measured, as lines."""
    for row in report.table():
        line(row)
