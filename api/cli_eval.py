"""`amp eval`: measure answer quality, for those who decide whether a change may go live."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import show
from api.session import AsJson, library_of, print_json, settings_here

if TYPE_CHECKING:
    from corpus.settings import Settings
    from evals.weights import Example

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
        list[str] | None, typer.Option(help="A set over the library, or SET=LIBRARY / Frågor, eller FRÅGOR=BIBLIOTEK")
    ] = None,
) -> None:
    """Find the weights of words and vectors for this model / Hitta vikterna för ord och vektorer för modellen.

    Prints the model's part of retriever/weights.toml; what it found goes to standard error.
    """
    from corpus.embedder import open_embedder
    from evals.weights import examples_of_benchmark, find_all, table

    with settings_here() as settings:
        examples: list[Example] = []
        for folder in folders:
            examples += examples_of_benchmark(folder, settings)
        for given in questions or []:
            examples += _examples_of_set(given, settings)
        model = open_embedder(settings).identity.name
        found = find_all(examples, model)
        for weights in found:
            show.complain(weights.line())
        show.line(table(found, model, [example.source for example in examples], date.today()))


def _examples_of_set(given: str, settings: Settings) -> list[Example]:
    from evals.case import read_cases
    from evals.weights import examples_of_cases

    file, _, folder = given.partition("=")
    there = settings.model_copy(update={"data": Path(folder)}) if folder else settings
    with library_of(there) as library:
        return list(examples_of_cases(library, Path(file).parent.name, read_cases(Path(file))))
