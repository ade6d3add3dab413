"""`amp ask` and `amp answers`: answers on the screen, in files, and kept."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import show, show_answer
from api.filters import Given, choice_in, choice_of, with_filters
from api.session import AsJson, Batch, Only, each, library_of, print_json, settings_here
from corpus.words import Fault, say
from evals.lines import writing

if TYPE_CHECKING:
    from corpus.choice import Choice
    from corpus.library import Library
    from corpus.settings import Settings
    from retriever.answer import Answer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Kept answers: list, open, write to a file, delete / Sparade svar: lista, öppna, skriv till fil, radera",
)

To = Annotated[
    Path | None,
    typer.Option("--to", help="Write it to a file: .docx, .md, .txt, .ris, .bib, .json / Skriv det till en fil"),
]
Style = Annotated[str, typer.Option(help="Style of references: apa, harvard, note / Referensstil")]
Id = Annotated[str, typer.Argument(help="The id it was kept under / Id som det sparades med")]


class NoSuchSuffix(Fault):
    """A file's name does not say what to write in it."""

    code = "no_such_suffix"


class FileExists(Fault):
    """A file that was to be written is there already."""

    code = "file_exists"


class BatchAlone(Fault):
    """The answers of a batch were to be kept or written to a file."""

    code = "batch_alone"


class WhichAnswer(Fault):
    """It is not said which kept answers are meant."""

    code = "which_answer"


@with_filters
def ask(
    question: Annotated[str | None, typer.Argument(help="In Swedish or English / På svenska eller engelska")] = None,
    only: Only = None,
    after: Annotated[
        str | None, typer.Option(help="The question before, where this one refers to it / Den förra frågan")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="A word of the question before to leave out / Ett ord att utelämna")
    ] = None,
    more: Annotated[bool, typer.Option("--more", help="All quotes / Alla citat")] = False,
    quotes_only: Annotated[
        bool, typer.Option("--quotes-only", help="Without the chat model, where one is set / Utan språkmodell")
    ] = False,
    to: To = None,
    style: Style = "apa",
    keep: Annotated[bool, typer.Option("--keep", help="Keep the answer / Spara svaret")] = False,
    batch: Batch = None,
    as_json: AsJson = False,
    *,
    filters: Given,
) -> None:
    """Ask and get cited quotes / Fråga och få citat med källa."""
    from retriever.ask import Following
    from retriever.ask import ask as answer_to
    from retriever.follow import Earlier
    from retriever.write import writer_of

    with settings_here() as settings:
        _refuse_early(settings, keep, to, style)
        if batch is not None and (keep or to is not None):
            raise BatchAlone()
        writer = None if quotes_only else writer_of(settings)
        choice = choice_of(filters)
        with library_of(settings) as library:

            def one(text: str, earlier: str | None, choice: Choice | None) -> Answer:
                following = Following(Earlier(earlier) if earlier else None, tuple(drop or ()))
                return answer_to(library, text, only, following, writer, choice)

            def of_line(line: dict[str, Any]) -> dict[str, Any]:
                chosen = choice_in(line.get("choice"))
                return asdict(one(line["question"], line.get("after") or after, chosen or choice))

            if batch is not None:
                raise typer.Exit(each(library, batch, of_line))
            given = one(question or "", after, choice)
            if as_json:
                print_json(asdict(given))
            else:
                show_answer.answer(given, more)
            if to is not None:
                _write(library, given, to, style)
            if keep:
                _keep(settings, given)


def _refuse_early(settings: Settings, keep: bool, to: Path | None, style: str) -> None:
    """What would be refused after the question is refused before it."""
    from corpus.reference import known_style
    from retriever.saved import SavingOff

    if keep and not settings.save_answers:
        raise SavingOff()
    if to is not None:
        _form_of(to)
    known_style(style)


def _form_of(path: Path) -> str:
    """The export that a file's name asks for. Raises NoSuchSuffix or FileExists."""
    from api.exports import EXPORTS

    for form, made in EXPORTS.items():
        if path.name.lower().endswith(made.suffix):
            if path.exists():
                raise FileExists(file=path)
            return form
    raise NoSuchSuffix(file=path, known=", ".join(made.suffix for made in EXPORTS.values()))


def _write(library: Library, given: Answer, path: Path, style: str, day: date | None = None) -> None:
    from api.take_out import made

    content, _ = made(library, given, _form_of(path), style, day)
    with writing(path), path.open("xb") as file:
        file.write(content)
    show.complain(say("file_written", library.settings.language, file=path))


def _keep(settings: Settings, given: Answer) -> None:
    from retriever.saved import Saved

    with Saved(settings) as saved:
        kept = saved.keep(given)
    show.complain(say("answer_kept", settings.language, id=kept.id))


@app.command("list")
def list_answers(as_json: AsJson = False) -> None:
    """The kept answers, the newest first / De sparade svaren, det nyaste först."""
    from retriever.saved import Saved

    with settings_here() as settings, Saved(settings) as saved:
        heads = saved.all()
        for head in heads:
            if as_json:
                print_json(asdict(head))
            else:
                show.line(f"{head.id}  {head.saved_on[:10]}  {head.question}")
        if not heads and not as_json:
            show.complain(say("answers_none", settings.language))


@app.command("show")
def show_kept(answer: Id, more: Annotated[bool, typer.Option("--more")] = False, as_json: AsJson = False) -> None:
    """One kept answer, and what has changed since / Ett sparat svar, och vad som har ändrats."""
    from api.saved import reopen

    with settings_here() as settings, library_of(settings) as library:
        kept = reopen(library, answer)
        if as_json:
            print_json(asdict(kept))
            return
        show_answer.answer(kept.answer, more)
        show_answer.change(kept.changed, kept.day.isoformat(), kept.answer)


@app.command("export")
def export_kept(
    answer: Id, to: Annotated[Path, typer.Argument(help=".docx, .md, .txt, .ris, .bib, .json")], style: Style = "apa"
) -> None:
    """Write a kept answer to a file / Skriv ett sparat svar till en fil."""
    from retriever.saved import Saved

    with settings_here() as settings, library_of(settings) as library:
        with Saved(settings) as saved:
            kept = saved.get(answer)
        _write(library, kept.answer, to, style, kept.day)


@app.command("delete")
def delete_kept(
    answer: Annotated[str | None, typer.Argument(help="The id / Id")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them / Alla")] = False,
) -> None:
    """Delete kept answers, without a trace / Radera sparade svar, utan spår."""
    from retriever.saved import Saved

    with settings_here() as settings, Saved(settings) as saved:
        if (answer is None) != every:
            raise WhichAnswer()
        if answer is not None:
            saved.delete(answer)
            show.line(say("answer_deleted", settings.language, id=answer))
        else:
            show.line(say("answers_deleted", settings.language, count=saved.delete_all()))
