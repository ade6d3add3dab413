"""`amp eval`, two runs beside each other: comparing, the gate, people as judges, and a model's opinion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api import show
from api.cli_eval import Into, Seed, SetFile, measured, set_of
from api.session import AsJson, library_of, print_json, settings_here
from corpus.words import say

app = typer.Typer()


@app.command()
def compare(
    a: Annotated[Path, typer.Argument(help="The run before / Körningen före")],
    b: Annotated[Path, typer.Argument(help="The run after / Körningen efter")],
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """What differs between two runs, and how sure that is / Vad som skiljer två körningar, och hur säkert det är."""
    from evals.compare import compare as hold
    from evals.run import read_run
    from evals.table import comparison_lines

    with settings_here() as settings:
        found = hold(read_run(a), read_run(b), seed).form()
        if as_json:
            print_json(found)
        else:
            for row in comparison_lines(found, settings.language):
                show.line(row)


@app.command()
def gate(
    questions: SetFile,
    baseline: Annotated[Path, typer.Option(help="The run to be no worse than / Körningen att inte vara sämre än")],
    into: Into = None,
    margins: Annotated[Path | None, typer.Option(help="A file of margins / En fil med marginaler")] = None,
    as_json: AsJson = False,
) -> None:
    """May this go live? Exit code 0 yes, 1 worse, 3 cannot tell / Får detta tas i drift? 0 ja, 1 sämre, 3 oklart."""
    from evals.gate import EXIT, Gate, missing_studies, read_margins, same_set
    from evals.gate import gate as hold
    from evals.run import read_run

    with settings_here() as settings:
        before, given, allowed = read_run(baseline), set_of(questions), read_margins(margins)
        same_set(before, given.sha256)
        with library_of(settings) as library:
            missing = missing_studies(before, {study.id: study.file_name for study in library.record.studies()})
        if missing:  # gold may be among them, and then there is nothing to measure
            found = Gate(tuple(missing))
        else:
            seed = int(before.made_from["seed"])
            made = measured(settings, given, into, full=False, seed=seed)
            show.complain(say("run_kept", settings.language, folder=made.folder))
            found = hold(before, made, allowed, seed)
        if as_json:
            print_json(found.form())
        else:
            for row in found.lines(settings.language):
                show.line(row)
    raise typer.Exit(EXIT[found.outcome])


@app.command()
def rate(
    run: Annotated[Path, typer.Argument(help="A run / En körning")],
    other: Annotated[
        Path | None,
        typer.Argument(help="Another, to rate blind side by side / En till, att bedöma blint sida vid sida"),
    ] = None,
    out: Annotated[Path, typer.Option(help="The page to write / Sidan som skrivs")] = Path("rate.html"),
    seed: Seed = 0,
) -> None:
    """A page on which people rate answers, with no network / En sida där människor bedömer svar, utan nät."""
    from evals.lines import writing
    from evals.rating import one_by_one, side_by_side
    from evals.run import read_run

    with settings_here() as settings:
        first = read_run(run)
        language = settings.language
        text = side_by_side(first, read_run(other), language, seed) if other else one_by_one(first, language)
        with writing(out):
            out.write_text(text, "utf-8")
        show.line(say("rate_written", language, file=out))


@app.command()
def ratings(
    files: Annotated[list[Path], typer.Argument(help="The raters' saved files / Bedömarnas sparade filer")],
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """What raters say, and how far they agree (Cohen's kappa) / Vad bedömarna säger, och hur väl de är överens."""
    from evals.rating import agreement, read_ratings
    from evals.table import rating_lines

    with settings_here() as settings:
        found = agreement(read_ratings(files), seed)
        if as_json:
            print_json(found)
        else:
            for row in rating_lines(found, settings.language):
                show.line(row)


@app.command()
def opinion(
    run: Annotated[Path, typer.Argument(help="A run / En körning")],
    model: Annotated[str, typer.Argument(help="A LangChain chat model, as 'ollama:llama3' / En LangChain-modell")],
    as_json: AsJson = False,
) -> None:
    """Ask a chat model; never part of the gate / Fråga en chattmodell; aldrig i spärren."""
    from evals.opinion import warning, write_opinions
    from evals.run import read_run

    with settings_here() as settings:
        show.complain(warning(settings.language))
        with show.counter("measuring", settings.language) as progress:
            counts = write_opinions(read_run(run), model, progress)
        if as_json:
            print_json(counts)
        else:
            show.line("  ".join(f"{verdict} {count}" for verdict, count in counts.items()))
