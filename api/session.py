"""One call of the command line: its settings, its library, and how it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from api import show
from corpus.settings import Settings
from corpus.words import Fault, Language, say

if TYPE_CHECKING:
    from corpus.library import Library

AsJson = Annotated[bool, typer.Option("--json", help="JSON on standard output / JSON på standard ut")]

Batch = Annotated[Path | None, typer.Option(help="Questions as JSON lines / Frågor som JSON-rader")]
Only = Annotated[
    Language | None,
    typer.Option("--only", help="Sources in one language only, sv or en / Källor på ett språk, sv eller en"),
]

DONE, SOMETHING_FAILED, WRONG_CALL = 0, 1, 2


class BadSettings(Fault):
    """A setting in the environment has a value it cannot have."""

    code = "bad_settings"


@contextmanager
def settings_here(**given: Any) -> Iterator[Settings]:
    """The settings; a fault inside the block is said in one sentence and ends the call with 2."""
    language: Language = "en"
    try:
        try:
            settings = Settings(**given)
        except ValidationError as error:
            first = error.errors()[0]
            raise BadSettings(
                setting=f"AMP_{str(first['loc'][0]).upper()}", met=first["input"], why=first["msg"]
            ) from None
        language = settings.language
        yield settings
    except Fault as fault:
        show.complain(fault.sentence(language))
        raise typer.Exit(WRONG_CALL) from None


@contextmanager
def library_of(settings: Settings, *, write: bool = False) -> Iterator[Library]:
    """The library, brought level with the term list where this process owns it."""
    from corpus.library import Library

    with Library(settings, write=write) as library:
        if not library.owned:
            show.complain(say("reading_without", settings.language, owner=library.owner or "?"))
        if library.older_model:
            show.complain(say("older_model", settings.language, model=library.embedder.identity))
        elif library.owned and library.behind:
            with show.counter("glossing", settings.language) as progress:
                changed = library.level(progress)
                library.settle()
            if changed:
                show.complain(say("levelled", settings.language, count=changed))
        yield library


def print_json(form: object) -> None:
    """One line of JSON on standard output."""
    text = json.dumps(form, ensure_ascii=False, default=str)
    sys.stdout.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")  # half characters as \ud800
    sys.stdout.flush()


class BadBatch(Fault):
    """The batch file cannot be read."""

    code = "bad_batch"


def each(library: Library, batch: Path, do: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """One JSON line out for each line in; a bad line costs itself only. The exit code."""
    try:
        lines = batch.read_text("utf-8-sig").split("\n")  # splitlines would cut at U+2028 inside a question
    except (OSError, UnicodeDecodeError) as error:
        raise BadBatch(file=batch, error=error) from None
    failed = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        form = _one_line(line, number, do, library.settings.language)
        failed |= "error" in form
        print_json(form)
    return SOMETHING_FAILED if failed else DONE


def _one_line(
    line: str, number: int, do: Callable[[dict[str, Any]], dict[str, Any]], language: Language
) -> dict[str, Any]:
    form: dict[str, Any] = {"id": None, "question": None}
    try:
        given = json.loads(line)
        form = {"id": given.get("id"), "question": given.get("question")}
        if not isinstance(form["question"], str):
            raise TypeError
        return {**form, **do(given)}
    except Fault as fault:
        return {**form, "error": {"code": fault.code, "message": fault.sentence(language)}}
    except (ValueError, AttributeError, TypeError):
        return {**form, "error": {"code": "bad_line", "message": say("bad_line", language, number=number)}}
