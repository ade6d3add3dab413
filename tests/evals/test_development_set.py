"""The development questions over real PDFs, with the real model: the promises that no small library can keep."""

import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.library import Library
from corpus.settings import Settings
from evals.case import QuestionSet, read_set
from evals.fidelity import reread
from evals.run import Run, run
from ingest.receive import Reception, Status
from retriever.answer import Answer, Citation
from retriever.ask import ask

pytestmark = pytest.mark.slow

LAID_OUT_DIFFERENTLY = 0.02  # the share of quotes whose lines poppler may order otherwise


@dataclass(frozen=True, slots=True)
class Bench:
    """A library of the development PDFs, the questions, and where each PDF lies outside the library."""

    library: Library
    questions: QuestionSet
    pdfs: dict[str, Path]


@pytest.fixture(scope="session")
def bench(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folders = [shared / "pdf_domain_en", shared / "pdf_swedish"]
    settings = Settings(data=tmp_path_factory.mktemp("development"), language="en", _env_file=None)
    with Library(settings, write=True) as library:
        with Reception(library) as reception:
            failed = [r for r in reception.receive_paths(folders) if r.status is Status.FAILED]
        assert failed == []
        library.settle()
        pdfs = {path.name: path for folder in folders for path in folder.glob("*.pdf")}
        yield Bench(library, read_set(shared / "dev_questions" / "questions.jsonl"), pdfs)


@pytest.fixture(scope="session")
def report(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(bench.library, bench.questions, tmp_path_factory.mktemp("runs") / "development")


@pytest.fixture(scope="session")
def answers(bench: Bench) -> list[Answer]:
    return [ask(bench.library, case.question) for case in bench.questions.cases]


@pytest.fixture(scope="session")
def citations(answers: list[Answer]) -> list[Citation]:
    return [citation for answer in answers for citation in answer.citations]


@pytest.mark.parametrize(("pair", "least"), [("en-en", 0.75), ("sv-sv", 0.73), ("sv-en", 0.65), ("en-sv", 0.6)])
def test_the_gold_page_is_among_the_first_five(report: Run, pair: str, least: float) -> None:
    measured = report.summary["pairs"][pair]
    assert measured["hit@5"] >= least, measured


def test_every_question_has_its_row(bench: Bench, report: Run) -> None:
    assert [row.id for row in report.rows] == [case.id for case in bench.questions.cases]


def test_an_answer_has_quotes_and_a_refusal_has_none(answers: list[Answer]) -> None:
    assert {answer.answered for answer in answers} == {True, False}
    assert all(bool(answer.citations) == answer.answered for answer in answers)


def test_pdfium_finds_every_quote_in_the_bytes_of_the_pdf_it_names(bench: Bench, citations: list[Citation]) -> None:
    lost = [(c.file, c.page, c.quote) for c in citations if not reread(bench.pdfs[c.file], c.page, c.quote)]
    assert len(citations) >= 50
    assert lost == [], f"{len(lost)} of {len(citations)} quotes are not on their page"


def test_a_quote_stands_on_no_other_page_by_chance(bench: Bench, citations: list[Citation]) -> None:
    """The check above is worth something only if it can say no."""
    elsewhere = [c for c in citations if c.page > 1 and reread(bench.pdfs[c.file], c.page - 1, c.quote)]
    assert len(elsewhere) <= 0.05 * len(citations)


def test_poppler_finds_the_quotes_too(bench: Bench, citations: list[Citation]) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler's pdftotext is not installed")
    lost = [
        f"{c.file} p. {c.page}: {c.quote}" for c in citations if not poppler_finds(bench.pdfs[c.file], c.page, c.quote)
    ]
    summary = f"{len(lost)} of {len(citations)} quotes differ by the reader:\n" + "\n".join(lost)
    assert len(lost) <= LAID_OUT_DIFFERENTLY * len(citations), summary


def poppler_finds(pdf: Path, page: int, quote: str) -> bool:
    """Are the quote's letters and digits on the page, in poppler's reading order or in the file's own?"""
    return any(bare(quote) in bare(poppler(pdf, page, *layout)) for layout in ((), ("-raw",)))


def poppler(pdf: Path, page: int, *layout: str) -> str:
    command = ["pdftotext", "-q", "-enc", "UTF-8", "-f", str(page), "-l", str(page), *layout, str(pdf), "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8", "replace")


def bare(text: str) -> str:
    """Letters and digits alone: written here again, so that no normalisation of ours is trusted."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
