"""The command line: `amp`. Programs read `--json` on standard output; everything else goes to standard error."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from api import cli_answers, cli_eval, cli_gate, cli_terms, show
from api.session import DONE, SOMETHING_FAILED, AsJson, Batch, Only, each, library_of, print_json, settings_here
from corpus.words import Fault, say

if TYPE_CHECKING:
    from corpus.library import Library

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
cli_eval.app.add_typer(cli_gate.app)
app.add_typer(cli_eval.app, name="eval")
app.add_typer(cli_terms.app, name="terms")
app.add_typer(cli_answers.app, name="answers")


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
            raise typer.Exit(each(library, batch, lambda line: {"hits": one(library, line["question"])}))
        if as_json:
            print_json(one(library, question or ""))
        else:
            show.found(find(library, question or "", k, only))


app.command()(cli_answers.ask)


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


@app.command()
def mcp() -> None:
    """Serve a chat assistant over standard input and output (MCP) / Betjäna en chattassistent (MCP)."""
    from api.mcp import serve_stdio

    with settings_here() as settings:
        serve_stdio(settings)


class NothingGiven(Fault):
    """No path was given to add."""

    code = "nothing_given"


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
