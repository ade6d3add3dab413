"""The command line: `amp`. Programs read `--json` on standard output; everything else goes to standard error."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from api import (
    cli_answers,
    cli_eval,
    cli_gate,
    cli_import,
    cli_jobs,
    cli_studies,
    cli_terms,
    cli_upkeep,
    cli_versions,
    show,
)
from api.filters import Given, choice_in, choice_of, with_filters
from api.session import SOMETHING_FAILED, AsJson, Batch, Only, each, library_of, print_json, settings_here
from corpus.words import Fault

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
cli_eval.app.add_typer(cli_gate.app)
app.add_typer(cli_eval.app, name="eval")
app.add_typer(cli_terms.app, name="terms")
app.add_typer(cli_studies.app, name="studies")
app.add_typer(cli_versions.app, name="versions")
app.add_typer(cli_jobs.app, name="jobs")
app.add_typer(cli_answers.app, name="answers")
app.add_typer(cli_import.app)


@app.command()
def add(
    paths: Annotated[list[Path] | None, typer.Argument(help="PDFs and folders / PDF:er och mappar")] = None,
    starter: Annotated[bool, typer.Option(help="The starter corpus / Startkorpusen")] = False,
    quiet: Annotated[bool, typer.Option(help="Only say what failed / Säg bara vad som gick fel")] = False,
    workers: cli_jobs.Workers = None,
    as_json: AsJson = False,
) -> None:
    """Add studies / Lägg till studier."""
    from corpus.starter import FOLDER

    with settings_here(**cli_jobs.only_given(workers=workers)) as settings:
        wanted = list(paths or []) + ([FOLDER] if starter else [])
        if not wanted:
            raise NothingGiven()
        with cli_jobs.runner_of(settings) as runner:
            job = runner.job_of(wanted, settings.person)
            code = cli_jobs.work(runner, job, quiet=quiet, as_json=as_json)
    raise typer.Exit(code)


app.command()(cli_jobs.watch)


@app.command()
@with_filters
def search(
    question: Annotated[str | None, typer.Argument(help="In Swedish or English / På svenska eller engelska")] = None,
    k: Annotated[int, typer.Option("-k", "--k", help="How many hits / Hur många träffar")] = 10,
    only: Only = None,
    batch: Batch = None,
    as_json: AsJson = False,
    *,
    filters: Given,
) -> None:
    """Find pages / Hitta sidor."""
    from corpus.choice import EVERYTHING
    from retriever.search import search as find

    with settings_here() as settings:
        choice = choice_of(filters) or EVERYTHING
        with library_of(settings) as library:

            def of_line(line: dict[str, Any]) -> dict[str, Any]:
                found = find(library, line["question"], k, only, choice_in(line.get("choice")) or choice)
                return {"hits": [asdict(hit) for hit in found.hits], "notices": found.notices}

            if batch is not None:
                raise typer.Exit(each(library, batch, of_line))
            found = find(library, question or "", k, only, choice)
            if as_json:
                print_json([asdict(hit) for hit in found.hits])
                for notice in found.notices:
                    show.complain(notice)
            else:
                show.found(found)


app.command()(cli_answers.ask)
app.add_typer(cli_upkeep.app)


app.command()(cli_studies.remove)


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
