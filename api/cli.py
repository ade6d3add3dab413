"""The command line: `amp`. Programs read `--json` on standard output; everything else goes to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api import cli_eval, cli_gate, cli_terms, show
from api.session import DONE, SOMETHING_FAILED, AsJson, library_of, print_json, settings_here
from corpus.words import Fault, Language, say

if TYPE_CHECKING:
    from corpus.library import Library

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
cli_eval.app.add_typer(cli_gate.app)
app.add_typer(cli_eval.app, name="eval")
app.add_typer(cli_terms.app, name="terms")

Batch = Annotated[Path | None, typer.Option(help="Questions as JSON lines / Frågor som JSON-rader")]

Only = Annotated[
    Language | None,
    typer.Option("--only", help="Sources in one language only, sv or en / Källor på ett språk, sv eller en"),
]


@app.command()
def add(
    paths: Annotated[list[Path] | None, typer.Argument(help="PDFs and folders / PDF:er och mappar")] = None,
    starter: Annotated[bool, typer.Option(help="The starter corpus / Startkorpusen")] = False,
    quiet: Annotated[bool, typer.Option(help="Only say what failed / Säg bara vad som gick fel")] = False,
    as_json: AsJson = False,
) -> None:
    """Add studies / Lägg till studier."""
    from corpus.starter import FOLDER, starter_notes
    from ingest.receive import Reception, Status

    with settings_here() as settings:
        wanted = list(paths or []) + ([FOLDER] if starter else [])
        if not wanted:
            raise NothingGiven()
        counted: dict[str, int] = {}
        with library_of(settings, write=True) as library, Reception(library) as reception:
            receipts = reception.receive_paths(wanted, starter_notes() if starter else {})
            for receipt in show.progress(receipts, wanted, settings.language, quiet or as_json):
                counted[receipt.status] = counted.get(receipt.status, 0) + 1
                if as_json:
                    print_json(receipt.form(settings.language))
                elif not quiet or receipt.status is Status.FAILED:
                    show.receipt(receipt, settings.language)
            library.settle()
        if not as_json and not quiet:
            show.receipts_total(counted, settings.language)
    raise typer.Exit(SOMETHING_FAILED if counted.get(Status.FAILED) else DONE)


@app.command()
def search(
    question: Annotated[str | None, typer.Argument(help="In Swedish or English / På svenska eller engelska")] = None,
    k: Annotated[int, typer.Option("-k", "--k", help="How many hits / Hur många träffar")] = 10,
    only: Only = None,
    batch: Batch = None,
    as_json: AsJson = False,
) -> None:
    """Find pages / Hitta sidor."""
    from retriever.search import search as find

    def one(library: Library, text: str) -> list[dict[str, Any]]:
        return [asdict(hit) for hit in find(library, text, k, only).hits]

    with settings_here() as settings, library_of(settings) as library:
        if batch is not None:
            raise typer.Exit(_each(library, batch, lambda text: {"hits": one(library, text)}))
        if as_json:
            print_json(one(library, question or ""))
        else:
            show.found(find(library, question or "", k, only))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="In Swedish or English / På svenska eller engelska")] = None,
    only: Only = None,
    batch: Batch = None,
    as_json: AsJson = False,
) -> None:
    """Ask and get cited quotes / Fråga och få citat med källa."""
    from retriever.ask import ask as answer

    with settings_here() as settings, library_of(settings) as library:
        if batch is not None:
            raise typer.Exit(_each(library, batch, lambda text: asdict(answer(library, text, only))))
        given = answer(library, question or "", only)
        if as_json:
            print_json(asdict(given))
        else:
            show.answer(given)


@app.command()
def studies(as_json: AsJson = False) -> None:
    """List the studies in the library / Lista studierna i biblioteket."""
    with settings_here() as settings, library_of(settings) as library:
        for study in library.record.studies():
            if as_json:
                print_json(asdict(study))
            else:
                show.study(study, settings.language)


@app.command()
def remove(study_id: str) -> None:
    """Remove a study and its PDF / Ta bort en studie och dess PDF."""
    with settings_here() as settings, library_of(settings, write=True) as library:
        title = library.study(study_id).title
        library.remove(study_id)
        show.line(say("removed", settings.language, title=title))


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check that everything is whole / Kontrollera att allt är helt."""
    with settings_here() as settings, library_of(settings) as library:
        health = library.verify()
        if as_json:
            print_json(asdict(health))
        else:
            show.health(health, settings.language)
    raise typer.Exit(DONE if health.sound else SOMETHING_FAILED)


@app.command()
def rebuild() -> None:
    """Make both indexes anew / Gör om båda indexen."""
    from corpus.library import Library

    with settings_here() as settings, Library(settings, write=True, any_model=True) as library:
        with show.counter("embedding", settings.language) as progress:
            library.rebuild(progress)
        show.line(say("rebuilt", settings.language, passages=sum(library.passage_counts().values())))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address / Adress")] = None,
    port: Annotated[int | None, typer.Option(help="Port.")] = None,
) -> None:
    """Answer over HTTP / Svara över HTTP."""
    from api.app import run

    with settings_here(
        **{key: value for key, value in (("host", host), ("port", port)) if value is not None}
    ) as settings:
        run(settings)


class NothingGiven(Fault):
    """No path was given to add."""

    code = "nothing_given"


class BadBatch(Fault):
    """The batch file cannot be read."""

    code = "bad_batch"


def _each(library: Library, batch: Path, do: Callable[[str], dict[str, Any]]) -> int:
    """One JSON line out for each line in; a bad line costs itself only. The exit code."""
    try:
        lines = batch.read_text("utf-8-sig").split("\n")  # splitlines would cut at U+2028 inside a question
    except (OSError, UnicodeDecodeError) as error:
        raise BadBatch(file=batch, error=error) from None
    failed = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        form = _one_line(line, number, do, library.settings.language)
        failed |= "error" in form
        print_json(form)
    return SOMETHING_FAILED if failed else DONE


def _one_line(line: str, number: int, do: Callable[[str], dict[str, Any]], language: Language) -> dict[str, Any]:
    form: dict[str, Any] = {"id": None, "question": None}
    try:
        given = json.loads(line)
        form = {"id": given.get("id"), "question": given.get("question")}
        if not isinstance(form["question"], str):
            raise TypeError
        return {**form, **do(form["question"])}
    except Fault as fault:
        return {**form, "error": {"code": fault.code, "message": fault.sentence(language)}}
    except (ValueError, AttributeError, TypeError):
        return {**form, "error": {"code": "bad_line", "message": say("bad_line", language, number=number)}}


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except BrokenPipeError:  # the reader of our output has gone, for instance `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(SOMETHING_FAILED)
    except KeyboardInterrupt:
        Console(stderr=True).print()
        sys.exit(130)


if __name__ == "__main__":
    main()
