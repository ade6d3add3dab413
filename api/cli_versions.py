"""`amp versions`: studies that may be one work, and what a person says of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from api import show
from api.session import AsJson, library_of, print_json, settings_here
from corpus.words import Language, say

if TYPE_CHECKING:
    from api.linked import Linked, Side
    from corpus.library import Library
    from corpus.study import Link

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="Studies that may be one work: look, find, confirm, reject / Studier som kan vara ett och samma verk",
)

By = Annotated[str | None, typer.Option(help="Who says so, for the log / Vem som säger det, för loggen")]
Number = Annotated[int, typer.Argument(help="The number of the pair / Parets nummer")]
StudyId = Annotated[str, typer.Argument(help="The study's id / Studiens id")]


@app.callback()
def versions(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Decided ones too / Även avgjorda")] = False,
    as_json: AsJson = False,
) -> None:
    """Studies that may be one work, the likest first / Studier som kan vara ett och samma verk."""
    from corpus.links import links
    from corpus.study import LinkState

    if context.invoked_subcommand is not None:
        return
    with settings_here() as settings, library_of(settings) as library:
        _list(library, links(library.record, state=None if every else LinkState.PROPOSED), as_json)


@app.command()
def find(as_json: AsJson = False) -> None:
    """Compare all studies with each other / Jämför alla studier med varandra."""
    from ingest.alike import propose_all

    with settings_here() as settings, library_of(settings, write=True) as library:
        with show.counter("comparing", settings.language) as progress:
            found = propose_all(library, progress)
        _list(library, found, as_json)


@app.command()
def confirm(
    number: Number,
    keep: Annotated[
        str | None, typer.Option("--keep", help="The id of the version to show / Id för versionen som ska visas")
    ] = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say that two studies are one work / Säg att två studier är ett och samma verk."""
    from corpus.links import confirm as say_same

    with settings_here() as settings, library_of(settings, write=True) as library:
        shown = say_same(library.record, number, by or settings.person, keep)
        if as_json:
            _one(library, number)
        else:
            show.line(say("version_confirmed", settings.language, title=shown.title, study=shown.id))


@app.command()
def reject(number: Number, by: By = None, as_json: AsJson = False) -> None:
    """Say that two studies are different works / Säg att två studier är olika verk."""
    from corpus.links import reject as say_different

    with settings_here() as settings, library_of(settings, write=True) as library:
        said = say_different(library.record, number, by or settings.person)
        if as_json:
            _one(library, number)
        else:
            show.line(say("version_rejected", settings.language, first=said.first, second=said.second))


@app.command("set")
def set_by_hand(
    study: StudyId,
    of: Annotated[
        str, typer.Option("--of", help="The id of what it is a version of / Id för det den är en version av")
    ],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Say what a study is a version of / Säg vad en studie är en version av."""
    _set(study, of, by, as_json)


@app.command()
def unset(study: StudyId, by: By = None, as_json: AsJson = False) -> None:
    """Say that a study is a work of its own / Säg att en studie är ett eget verk."""
    _set(study, None, by, as_json)


def _set(study: str, of: str | None, by: str | None, as_json: bool) -> None:
    from corpus.description import unproposed
    from corpus.links import set_version

    with settings_here() as settings, library_of(settings, write=True) as library:
        changed = set_version(library.record, study, of, by or settings.person)
        if as_json:
            print_json({**asdict(changed), "description": asdict(unproposed(changed.description))})
        elif of is None:
            show.line(say("version_unset", settings.language, title=changed.title))
        else:
            above = library.study(of).title
            show.line(say("version_set", settings.language, title=changed.title, other=above))


def _list(library: Library, found: list[Link], as_json: bool) -> None:
    from api.linked import linked

    language = library.settings.language
    for one in linked(library.record, found, language):
        if as_json:
            print_json(asdict(one))
        else:
            _show(one, language)
    if not found and not as_json:
        show.complain(say("versions_none", language))


def _one(library: Library, number: int) -> None:
    from corpus.links import link

    _list(library, [link(library.record, number)], as_json=True)


def _show(one: Linked, language: Language) -> None:
    first, *rest = one.sentences
    decided = "" if one.said_on is None else say(f"link_{one.state.value}", language, by=one.said_by, on=one.said_on)
    show.line("  ".join(filter(None, [str(one.id), first, decided])))
    for side in (one.first, one.second):
        show.line(f"   {_named(side, language)}")
    show.paragraph(" ".join(rest), indent=3)
    show.line("")


def _named(side: Side, language: Language) -> str:
    year = side.year or say("no_year", language)
    return "  ".join(
        filter(None, [side.id, str(year), side.title, say("pages_in", language, pages=side.pages), side.file])
    )
