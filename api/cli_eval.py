"""`amp eval`: measure answer quality, for those who decide whether a change may go live."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api import show
from api.session import AsJson, library_of, print_json, settings_here

app = typer.Typer(no_args_is_help=True, help="Measure answer quality / Mät svarens kvalitet")


@app.command()
def run(questions: Path, as_json: AsJson = False) -> None:
    """Measure a set of questions with gold pages / Mät en uppsättning frågor med facitsidor."""
    from evals.case import read_cases
    from evals.run import run as measure

    with settings_here() as settings, library_of(settings) as library:
        report = measure(library, read_cases(questions))
        if as_json:
            print_json(report.form())
        else:
            show.report(report)


@app.command()
def benchmark(folder: Path, as_json: AsJson = False) -> None:
    """Measure search on a BEIR folder, in a throw-away library / Mät sökningen på en BEIR-mapp."""
    from evals.benchmark import benchmark as measure

    with settings_here() as settings:
        with show.counter("measuring", settings.language) as progress:
            report = measure(folder, settings, progress)
        if as_json:
            print_json(report.form())
        else:
            show.report(report)


@app.command()
def weights(
    folders: Annotated[list[Path], typer.Argument(help="BEIR folders / BEIR-mappar")],
    questions: Annotated[
        list[Path] | None, typer.Option(help="Sets over the open library / Frågor över biblioteket")
    ] = None,
) -> None:
    """Find the weights of words and vectors for this model / Hitta vikterna för ord och vektorer för modellen.

    Prints the model's part of retriever/weights.toml; what it found, and on which questions, goes to standard error.
    """
    from corpus.words import LANGUAGES
    from evals.case import read_cases
    from evals.weights import Example, examples_of_benchmark, examples_of_cases, find, table

    with settings_here() as settings:
        examples: list[Example] = []
        for folder in folders:
            examples += examples_of_benchmark(folder, settings)
        if questions:
            with library_of(settings) as library:
                for path in questions:
                    examples += examples_of_cases(library, path.parent.name, read_cases(path))
        from corpus.embedder import open_embedder

        model = open_embedder(settings).identity.name
        pairs = [f"{asked}-{written}" for asked in LANGUAGES for written in LANGUAGES]
        found = [weights for pair in pairs if (weights := find(examples, pair, model))]
        for weights in found:
            show.complain(weights.line())
        show.line(table(found, model, [e.source for e in examples], date.today()))
