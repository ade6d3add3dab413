"""`amp eval`: measure answer quality, for those who decide whether a change may go live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import show
from api.session import DONE, SOMETHING_FAILED, AsJson, library_of, print_json, settings_here
from corpus.words import say

if TYPE_CHECKING:
    from corpus.library import Library
    from corpus.settings import Settings
    from evals.case import QuestionSet
    from evals.run import Run
    from evals.tune import Ground

app = typer.Typer(no_args_is_help=True, help="Measure answer quality / Mät svarens kvalitet")

SetFile = Annotated[
    Path,
    typer.Argument(
        metavar="SET", help="Questions as JSON lines, or 'starter' / Frågor som JSON-rader, eller 'starter'"
    ),
]
Seed = Annotated[int, typer.Option(help="Seed of everything that is drawn / Frö för allt som dras")]
Into = Annotated[
    Path | None,
    typer.Option(help="The run's folder; one that was stopped goes on / Körningens mapp; en som stoppades går vidare"),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="Beside three plain systems, and with cold starts / Bredvid tre enkla system, och med kallstarter",
    ),
]

_COLD_STARTS = 3


@app.command()
def run(
    questions: SetFile,
    into: Into = None,
    full: Full = False,
    seed: Seed = 0,
    with_report: Annotated[bool, typer.Option("--report", help="Make its page too / Gör dess sida också")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a set of questions with gold pages / Mät en uppsättning frågor med facitsidor."""
    from evals.table import run_lines

    with settings_here() as settings:
        made = measured(settings, set_of(questions), into, full=full, seed=seed)
        if as_json:
            print_json(made.form())
        else:
            for row in run_lines(made.form(), settings.language):
                show.line(row)
        said = show.complain if as_json else show.line
        if with_report:
            said(_written(made, settings, made.folder / "report.html", pages=True))
        else:
            said(say("run_kept", settings.language, folder=made.folder))


def measured(settings: Settings, questions: QuestionSet, into: Path | None, *, full: bool, seed: int) -> Run:
    """Run a set over the library, with a bar; a run that is interrupted says how it goes on."""
    from evals.latency import cold_starts
    from evals.run import default_folder
    from evals.run import run as measure

    asked = [case.question for case in questions.cases if case.answerable == "yes"]
    cold = cold_starts(settings, asked[:_COLD_STARTS]) if full else []
    with library_of(settings.model_copy(update={"note_unknown_words": False})) as library:
        folder = into or default_folder(library, questions, seed)
        _complain_of_gold(library, questions)
        with show.counter("measuring", settings.language) as progress:
            try:
                return measure(
                    library,
                    questions,
                    folder,
                    baselines=_beside(settings) if full else (),
                    seed=seed,
                    cold_ms=cold,
                    progress=progress,
                )
            except KeyboardInterrupt:
                show.complain(say("run_stopped", settings.language, folder=folder))
                raise


def _beside(settings: Settings) -> tuple[str, ...]:
    """The plain systems to run beside; it is said where one cannot be."""
    from evals.systems import BASELINES, available

    if available() != BASELINES:
        show.complain(say("no_stock", settings.language))
    return available()


def _complain_of_gold(library: Library, questions: QuestionSet) -> int:
    """Say what is wrong with gold, before anything is measured; how much there is."""
    from evals.gold import check as troubles_of

    troubles = list(troubles_of(library, questions))
    for trouble in troubles:
        show.complain(trouble.sentence(library.settings.language))
    return len(troubles)


def set_of(path: Path) -> QuestionSet:
    """A set by its file, or one that comes with the project by its name."""
    from evals.case import read_set
    from evals.sets import shipped
    from ingest.receive import NoSuchFile

    file = shipped(str(path)) or path
    if not file.is_file():
        raise NoSuchFile(file=file)
    return read_set(file)


@app.command()
def check(questions: SetFile, as_json: AsJson = False) -> None:
    """Is a set's gold still in the library and on its page? / Finns facit kvar i biblioteket, på sin sida?"""
    from evals.gold import check as troubles_of

    with settings_here() as settings, library_of(settings) as library:
        given = set_of(questions)
        troubles = list(troubles_of(library, given))
        gold = sum(len(case.gold) for case in given.cases)
        if as_json:
            forms = [trouble.form(settings.language) for trouble in troubles]
            print_json({"set": given.name, "questions": len(given.cases), "gold": gold, "troubles": forms})
        else:
            for trouble in troubles:
                show.line(trouble.sentence(settings.language))
            show.line(
                say("gold_checked", settings.language, questions=len(given.cases), gold=gold, troubles=len(troubles))
            )
    raise typer.Exit(SOMETHING_FAILED if troubles else DONE)


@app.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="A CSV, or a set of an older form / En CSV, eller en uppsättning i äldre form")
    ],
    out: Annotated[Path, typer.Argument(help="The set to write / Uppsättningen som skrivs")],
    name: Annotated[str, typer.Option(help="Name of the set / Uppsättningens namn")] = "",
    test: Annotated[
        bool, typer.Option("--test", help="Mark it as a test set, never tuned on / Märk den som provuppsättning")
    ] = False,
    author: Annotated[str, typer.Option(help="Who wrote the questions / Vem som skrev frågorna")] = "",
) -> None:
    """Make a question set that names files by their bytes / Gör en frågeuppsättning som pekar ut filer efter byte."""
    from evals.case import set_lines
    from evals.importing import COLUMNS, import_set, is_csv, unknown_columns
    from evals.lines import writing
    from ingest.receive import NoSuchFile

    with settings_here() as settings, library_of(settings) as library:
        if not source.is_file():
            raise NoSuchFile(file=source)
        made = import_set(source, library, name=name, split="test" if test else "dev", author=author)
        if is_csv(source) and (left_out := unknown_columns(source)):
            show.complain(
                say("columns_left_out", settings.language, columns=", ".join(left_out), known=", ".join(COLUMNS))
            )
        troubles = _complain_of_gold(library, made)
        with writing(out):
            out.write_text("\n".join(set_lines(made)) + "\n", "utf-8")
        show.line(say("set_written", settings.language, file=out, questions=len(made.cases), troubles=troubles))
    raise typer.Exit(SOMETHING_FAILED if troubles else DONE)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="The run's folder / Körningens mapp")],
    out: Annotated[
        Path | None, typer.Option(help="The file; else report.html in the folder / Filen; annars report.html i mappen")
    ] = None,
    pages: Annotated[
        bool, typer.Option(help="Pictures of the pages of failures / Bilder av sidor där det gick fel")
    ] = True,
) -> None:
    """One page of a run, for a browser or for paper / En sida av en körning, för webbläsare eller papper."""
    from evals.run import read_run

    with settings_here() as settings:
        show.line(_written(read_run(folder), settings, out or folder / "report.html", pages=pages))


def _written(made: Run, settings: Settings, file: Path, *, pages: bool) -> str:
    """Write the page of a run; the sentence that says so."""
    from contextlib import nullcontext

    from evals.lines import writing
    from evals.report import report as page_of

    with library_of(settings) if pages else nullcontext() as library:
        text = page_of(made, library, settings.language)
    with writing(file):
        file.write_text(text, "utf-8")
    return say("report_written", settings.language, file=file, size=len(text.encode()) // 1024)


@app.command()
def benchmark(
    folders: Annotated[list[Path], typer.Argument(help="BEIR folders / BEIR-mappar")],
    full: Full = False,
    as_json: AsJson = False,
) -> None:
    """Measure search on BEIR folders, in throw-away libraries / Mät sökningen på BEIR-mappar."""
    from evals.benchmark import benchmark as measure

    with settings_here() as settings:
        for folder in folders:
            with show.counter("measuring", settings.language) as progress:
                report = measure(
                    folder, settings, progress, baselines=_beside(settings) if full else (), answering=full
                )
            if as_json:
                print_json(report.form())
            else:
                for row in report.table(settings.language):
                    show.line(row)


@app.command()
def tune(
    grounds: Annotated[
        list[str],
        typer.Argument(
            help="Sets, SET=LIBRARY, or BEIR folders / Uppsättningar, UPPSÄTTNING=BIBLIOTEK eller BEIR-mappar"
        ),
    ],
    wrong_costs: Annotated[
        float,
        typer.Option(
            min=0, help="Right answers that one wrong answer outweighs / Rätta svar som ett felaktigt uppväger"
        ),
    ] = 1.0,
    write: Annotated[
        bool, typer.Option("--write", help="Put it in weights.toml and judge.toml / Skriv in det")
    ] = False,
) -> None:
    """Find fusion weights and the refusal bar by cross-validation / Hitta vikter och svarsgräns med korsvalidering.

    Prints the model's parts of weights.toml and judge.toml; what it found goes to standard error.
    """
    from corpus.embedder import open_embedder
    from evals.tune import FEWEST, Ground
    from evals.tune import tune as find
    from evals.tune import write as put

    with settings_here() as settings:
        for given in grounds:
            _refuse_test(given)
        ground = Ground()
        for given in grounds:
            _gather(ground, given, settings)
        found = find(ground, open_embedder(settings).identity.name, wrong_costs)
        if found.few:
            show.complain(say("tune_few", settings.language, wanted=FEWEST))
        for row in found.lines():
            show.complain(row)
        show.line(found.weights_table)
        show.line(found.bar_table)
        if write:
            import retriever

            for path in put(found, Path(str(retriever.__file__)).parent):
                show.complain(say("tuned", settings.language, file=path))


def _refuse_test(given: str) -> None:
    """Before anything is looked at: no set that is marked as test."""
    from evals.tune import refuse_test

    file = Path(given.partition("=")[0])
    if not file.is_dir():
        refuse_test(set_of(file))


def _gather(ground: Ground, given: str, settings: Settings) -> None:
    file, _, folder = given.partition("=")
    if Path(file).is_dir():
        ground.add_benchmark(Path(file), settings)
        return
    there = {"data": Path(folder)} if folder else {}
    with library_of(settings.model_copy(update={**there, "note_unknown_words": False})) as library:
        ground.add_set(library, set_of(Path(file)))
