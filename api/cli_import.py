"""`amp import` and `amp lookup`: records of studies from files, and from services that know them by their DOI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api import show
from api.session import DONE, SOMETHING_FAILED, WRONG_CALL, AsJson, library_of, print_json, settings_here
from corpus.words import Fault, Language, say

if TYPE_CHECKING:
    from corpus.library import Library
    from ingest.records.gradings import Gradings
    from ingest.records.lookup import LookedUp
    from ingest.records.wanted import Imports

app = typer.Typer(rich_markup_mode=None)

By = Annotated[str | None, typer.Option(help="Who says so, for the log / Vem som säger det, för loggen")]


class NothingToImport(Fault):
    """No file was given to import."""

    code = "nothing_to_import"


class WhichStudies(Fault):
    """No study was named to be looked up."""

    code = "which_studies"


@app.command("import")
def import_files(
    files: Annotated[list[Path] | None, typer.Argument(help="RIS, BibTeX, CSL-JSON, MODS, CSV")] = None,
    starter: Annotated[bool, typer.Option("--starter", help="The catalogue of the starter corpus / Katalogen")] = False,
    gradings: Annotated[
        Path | None, typer.Option(help="Provisional gradings as CSV / Preliminära bedömningar som CSV")
    ] = None,
    likely: Annotated[
        Literal["tell", "same", "new"],
        typer.Option(help="Records that are perhaps of a study you have / Poster som kanske är en studie ni har"),
    ] = "tell",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Import records of studies / Importera poster om studier."""
    from corpus.starter import CATALOGUE, GRADING

    with settings_here() as settings:
        records = [*(files or []), *([CATALOGUE] if starter else [])]
        grades = [*([gradings] if gradings else []), *([GRADING] if starter else [])]
        if not records and not grades:
            raise NothingToImport()
        worst = DONE
        with library_of(settings, write=True) as library:
            for took in _took(library, records, grades, by or settings.person, likely):
                worst = max(worst, _show(took, settings.language, as_json))
    raise typer.Exit(worst)


def _took(
    library: Library, records: list[Path], grades: list[Path], by: str, likely: Literal["tell", "same", "new"]
) -> Iterator[tuple[Path, Imports | Gradings | Fault]]:
    """What became of each file; one that cannot be imported does not keep the next from it."""
    from ingest.records.gradings import import_gradings
    from ingest.records.wanted import bytes_of, import_path

    for path in records:
        try:
            yield path, import_path(library, path, by, likely=likely)
        except Fault as fault:
            yield path, fault
    for path in grades:
        try:
            yield path, import_gradings(library, path.name, bytes_of(path, library.settings.max_upload_mb), by)
        except Fault as fault:
            yield path, fault


def _show(took: tuple[Path, Imports | Gradings | Fault], language: Language, as_json: bool) -> int:
    """Show what became of a file; the exit code it asks for."""
    path, became = took
    if isinstance(became, Fault):
        if as_json:
            error = {"code": became.code, "message": became.sentence(language)}
            print_json({"file": path.name, "error": error})
        show.complain(became.sentence(language))
        return WRONG_CALL
    form = became.form(language)
    if as_json:
        print_json(form)
    else:
        _lines(form, language)
    return SOMETHING_FAILED if form["counts"]["bad"] else DONE


def _lines(form: dict[str, object], language: Language) -> None:
    counts, records = form["counts"], form["records"]
    assert isinstance(counts, dict)
    assert isinstance(records, list)
    for record in records:
        if record["status"] == "bad":
            show.line(record["reason"])
        elif record["status"] != "unchanged":
            told = say(f"import_{record['status']}_line", language, line=record["line"], title=record["title"])
            show.line(f"{told} {record['reason']}" if record["reason"] else told)
    code = "import_graded" if "graded" in counts else "import_total"
    show.line(say(code, language, file=form["file"], **counts))


@app.command()
def lookup(
    studies: Annotated[list[str] | None, typer.Argument(help="Ids of studies / Studiers id")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every study that has a DOI / Alla studier med DOI")] = False,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Look studies up by their DOI; only where AMP_LOOKUPS is on / Slå upp studier med DOI, om det är påslaget."""
    from ingest.records.lookup import LookupsOff, doi_of, look_up_studies

    with settings_here() as settings:
        if not settings.lookups:
            raise LookupsOff()
        if not studies and not every:
            raise WhichStudies()
        failed = False
        with library_of(settings, write=True) as library:
            held = library.record.studies() if every else []
            named = dict.fromkeys([*(studies or []), *(study.id for study in held if doi_of(study))])
            for looked in look_up_studies(library, named, by or settings.person):
                failed |= bool(looked.found.faults)
                _show_look_up(looked, settings.language, as_json)
    raise typer.Exit(SOMETHING_FAILED if failed else DONE)


def _show_look_up(looked: LookedUp, language: Language, as_json: bool) -> None:
    study, found = looked.study, looked.found
    sentences = [fault.sentence(language) for fault in found.faults]
    if found.retracted:
        sentences.append(say("lookup_retracted", language, title=study.title))
    if as_json:
        form = {"study_id": study.id, "doi": found.doi, "fields": list(looked.fields), "retracted": found.retracted}
        print_json({**form, "warnings": sentences})
        return
    if looked.fields:
        show.line(say("looked_up", language, title=study.title, fields=", ".join(looked.fields)))
    for sentence in sentences:
        show.line(sentence)
