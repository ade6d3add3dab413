"""`amp doctor`, `amp backup`, `amp restore`, `amp rebuild`: keeping a library whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import show
from api.session import DONE, SOMETHING_FAILED, AsJson, library_of, print_json, settings_here
from corpus.words import Language, say

if TYPE_CHECKING:
    from api.upkeep import Examination

app = typer.Typer(rich_markup_mode=None)


@app.command()
def doctor(
    thorough: Annotated[
        bool, typer.Option("--thorough", help="Read every kept PDF too / Läs också varje sparad PDF")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check that everything is whole / Kontrollera att allt är helt."""
    from api.upkeep import examination

    with settings_here() as settings, library_of(settings) as library:
        found = examination(library, thorough=thorough)
        if as_json:
            print_json(found.form(settings.language))
        else:
            _show(found, settings.language)
    raise typer.Exit(DONE if found.sound else SOMETHING_FAILED)


def _show(found: Examination, language: Language) -> None:
    show.health(found.health, found.sound, language)
    for finding in found.findings:
        show.line(f"– {finding.sentence(language)}")
    for part in found.parts:
        show.line(f"  {part.sentence(language)}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, as library.amp / Filen att skriva")],
    as_json: AsJson = False,
) -> None:
    """Write the whole library to one file, also while it is at work / Skriv hela biblioteket till en fil."""
    from dataclasses import asdict

    from corpus.backup import back_up

    with settings_here() as settings:
        with show.counter("packing", settings.language) as progress:
            made = back_up(settings.data, file, progress)
        if as_json:
            print_json({"file": str(file), **asdict(made)})
        else:
            size = max(1, round(file.stat().st_size / 1e6))
            values = {"studies": made.studies, "passages": made.passages}
            show.line(say("backed_up", settings.language, file=file, size=size, **values))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup / En säkerhetskopia")],
    as_json: AsJson = False,
) -> None:
    """Make the library anew from a backup, in an empty folder / Återställ biblioteket ur en säkerhetskopia."""
    from dataclasses import asdict

    from corpus.backup import restore as restore_to
    from corpus.library import Library

    with settings_here() as settings:
        with show.counter("unpacking", settings.language) as progress:
            made = restore_to(file, settings.data, progress)
        with Library(settings, write=True, any_model=True) as library:
            library.settle()
            sound = library.verify().sound
        if as_json:
            print_json({"folder": str(settings.data), "sound": sound, **asdict(made)})
        else:
            values = {"studies": made.studies, "passages": made.passages, "made": made.made[:16].replace("T", " ")}
            code = "restored" if sound else "restored_not_whole"
            show.line(say(code, settings.language, folder=settings.data, **values))
    raise typer.Exit(DONE if sound else SOMETHING_FAILED)


@app.command()
def rebuild() -> None:
    """Make both indexes anew / Gör om båda indexen."""
    from corpus.library import Library

    with settings_here() as settings, Library(settings, write=True, any_model=True) as library:
        with show.counter("embedding", settings.language) as progress:
            library.rebuild(progress)
        show.line(say("rebuilt", settings.language, passages=sum(library.passage_counts().values())))
