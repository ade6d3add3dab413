"""`amp terms`: the Swedish-English term list, for those who keep it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api import show
from api.session import DONE, SOMETHING_FAILED, AsJson, print_json, settings_here
from corpus.language import language_of
from corpus.words import Language, say

if TYPE_CHECKING:
    from corpus.settings import Settings
    from corpus.terms import TermList

app = typer.Typer(no_args_is_help=True, help="The Swedish-English term list / Den svensk-engelska ordlistan")

From = Annotated[Language | None, typer.Option("--from", help="Language of the text, sv or en / Textens språk")]


def _terms(settings: Settings) -> TermList:
    """The term list, as it is read; what is wrong with it goes to standard error."""
    from corpus.terms import FOLDER, read_terms

    found = read_terms(settings.terms or FOLDER)
    for fault in found.faults:
        show.complain(fault.sentence(settings.language))
    return found


@app.command()
def check() -> None:
    """Read the term list and say what is wrong with it / Läs ordlistan och säg vad som är fel."""
    with settings_here() as settings:
        found = _terms(settings)
        domain = sum(bool(term.area) for term in found.terms)
        counts = {"terms": len(found.terms), "domain": domain, "faults": len(found.faults)}
        show.line(say("terms_checked", settings.language, **counts))
    raise typer.Exit(SOMETHING_FAILED if found.faults else DONE)


@app.command()
def gloss(text: str, language: From = None, as_json: AsJson = False) -> None:
    """Read a text in the other language, word by word / Läs en text på det andra språket, ord för ord."""
    from corpus.gloss import Glosser

    with settings_here() as settings:
        given: Language = language or ("sv" if language_of(text) == "sv" else "en")
        found = Glosser(_terms(settings)).gloss(text, given)
        if as_json:
            print_json({"language": given, "gloss": found.text, "pieces": [asdict(piece) for piece in found.pieces]})
        else:
            show.line(found.text)


@app.command()
def coverage(
    paths: list[Path],
    unknown: Annotated[int, typer.Option(help="How many unknown words to list / Hur många okända ord")] = 40,
    as_json: AsJson = False,
) -> None:
    """How much of the Swedish in some files the list knows / Hur mycket svenska i filerna listan kan."""
    from evals.coverage import measure

    with settings_here() as settings:
        found = measure(paths, settings)
        if as_json:
            print_json(found.form(unknown))
        else:
            for line in found.table(unknown):
                show.line(line)


@app.command()
def unknown(
    forget: Annotated[bool, typer.Option("--forget", help="Forget them / Glöm dem")] = False, as_json: AsJson = False
) -> None:
    """Words asked with that the list does not know / Ord i frågor som listan inte kan."""
    from corpus.unknown import UnknownWords

    with settings_here() as settings:
        words = UnknownWords(settings.data / UnknownWords.FILE)
        for word, count, day in words.counted():
            if as_json:
                print_json({"word": word, "count": count, "last": day})
            else:
                show.line(f"{word}  {count}  {day}")
        if forget:
            words.forget()
