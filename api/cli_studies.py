"""`amp studies`: what the library holds, and what staff say of it: correct, publish, withdraw, appraise, delete."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from api import show
from api.cli_answers import FileExists
from api.session import DONE, SOMETHING_FAILED, AsJson, library_of, print_json, settings_here
from corpus.shelf import Filter, Gap
from corpus.study import State, Study, TextState, Withdrawn
from corpus.words import Fault, Language, say
from evals.lines import writing

if TYPE_CHECKING:
    from corpus.library import Library
    from corpus.settings import Settings

_YES = frozenset({"yes", "y", "ja", "j"})


class _ListByDefault(TyperGroup):
    """`amp studies` without a verb is `amp studies list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["list", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_ListByDefault,
    rich_markup_mode=None,
    help="What the library holds, and what staff say of it. / Vad biblioteket har, och vad ni säger om det.",
)

Ids = Annotated[list[str], typer.Argument(help="Their ids, or how these begin / Deras id, eller hur de börjar")]
Id = Annotated[str, typer.Argument(help="The id, or how it begins / Id, eller hur det börjar")]
By = Annotated[str, typer.Option(help="Who says so, for the log / Vem som säger det, för loggen")]
Edition = Annotated[
    int | None, typer.Option(help="The edition you looked at; refused if it has changed / Utgåvan du tittade på")
]
Yes = Annotated[bool, typer.Option("--yes", help="Without asking / Utan att fråga")]
To = Annotated[Path | None, typer.Option("--to", help="A file to write / En fil att skriva")]
States = Annotated[list[State] | None, typer.Option("--state", help="How far they have come / Hur långt de har kommit")]
Texts = Annotated[list[TextState] | None, typer.Option("--text", help="Whether text is there / Om det finns text")]
Gaps = Annotated[list[Gap] | None, typer.Option("--gap", help="What is missing / Vad som saknas")]
Languages = Annotated[list[str] | None, typer.Option("--language", help="As sv or en / Som sv eller en")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="Type, by its words / Typ, efter dess ord")]
From = Annotated[int | None, typer.Option("--year-from", help="This year or later / Detta år eller senare")]
Until = Annotated[int | None, typer.Option("--year-to", help="This year or earlier / Detta år eller tidigare")]
About = Annotated[
    str | None,
    typer.Option(help="Words in what is said of them, in Swedish or English, best first / Ord i det som sägs om dem"),
]


class BadChange(Fault):
    """What was given is no FIELD=VALUE."""

    code = "bad_change"


class NothingToChange(Fault):
    """No change was given."""

    code = "nothing_to_change"


class NeedsYes(Fault):
    """A deletion was asked for where nobody can be asked back, and not confirmed."""

    code = "needs_yes"


# Looking


@app.command("list")
def list_studies(  # noqa: PLR0913, PLR0917 - as many filters as people need
    state: States = None,
    text: Texts = None,
    gap: Gaps = None,
    language: Languages = None,
    kind: Kinds = None,
    year_from: From = None,
    year_to: Until = None,
    about: About = None,
    as_json: AsJson = False,
) -> None:
    """Studies, one a line / Studier, en per rad."""
    from api import show_studies
    from corpus.shelf import find

    with settings_here() as settings, library_of(settings) as library:
        found = find(library, _filter((state, text, gap, language, kind), year_from, year_to, about))
        if not as_json:
            show_studies.listing(found, library.record.revision()[0], settings.language)
        for study in found if as_json else ():
            print_json(_form(study))


def _filter(
    lists: tuple[Iterable[Any] | None, ...], year_from: int | None, year_to: int | None, about: str | None
) -> Filter:
    states, texts, gaps, languages, kinds = (tuple(one or ()) for one in lists)
    return Filter(states, texts, gaps, languages, kinds, year_from, year_to, about)


def _form(study: Study) -> dict[str, Any]:
    """A study as JSON, without the proposals behind it."""
    from corpus.description import unproposed

    return asdict(replace(study, description=unproposed(study.description)))


@app.command("show")
def show_study(study: Id, as_json: AsJson = False) -> None:
    """All that is known of a study / Allt som är känt om en studie."""
    from api import show_studies
    from api.dossier import dossier
    from corpus.shelf import named

    with settings_here() as settings, library_of(settings) as library:
        found = dossier(library, named(library.record, study))
        if as_json:
            print_json(asdict(found))
        else:
            show_studies.dossier(found, settings.language)


@app.command()
def export(  # noqa: PLR0913, PLR0917 - as many filters as people need
    form: Annotated[
        str | None, typer.Option("--format", help="csv, ris, bibtex, csl; else by the file's name / Filens form")
    ] = None,
    to: To = None,
    state: States = None,
    text: Texts = None,
    gap: Gaps = None,
    language: Languages = None,
    kind: Kinds = None,
    year_from: From = None,
    year_to: Until = None,
    about: About = None,
) -> None:
    """Studies as a table or for a reference manager / Studier som tabell eller för referenshanterare."""
    from api.lists import form_for, form_of
    from corpus.shelf import find

    with settings_here() as settings:
        wanted = _filter((state, text, gap, language, kind), year_from, year_to, about)
        made = form_for(to.name) if to is not None and form is None else form_of(form or "csv")
        _refuse_existing(to)
        with library_of(settings) as library:
            found = find(library, wanted)
            _put_out(made.make(found, library.record.appraised()), to)
        if to is not None:
            show.complain(say("studies_written", settings.language, count=len(found), file=to))


@app.command()
def log(
    study: Annotated[str | None, typer.Argument(help="Of this study alone / Bara för den här studien")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As a table / Som tabell")] = False,
    to: To = None,
    as_json: AsJson = False,
) -> None:
    """What people did, when and by whom / Vad som har gjorts, när och av vem."""
    from api import show_studies
    from api.lists import log_table
    from corpus.deeds import deeds

    with settings_here() as settings:
        _refuse_existing(to)
        with library_of(settings) as library:
            study_id = _logged(library, study)
            if as_csv or (to is not None and not as_json):
                _put_out(log_table(library, study_id), to)
            elif as_json:
                for deed in deeds(library.record, study_id):
                    print_json(asdict(deed))
            else:
                show_studies.log(deeds(library.record, study_id), settings.language)


def _logged(library: Library, study: str | None) -> str | None:
    """The id that a part of the log is asked for by; one that only the log still knows is given whole."""
    from corpus.deeds import deeds
    from corpus.library import UnknownStudy
    from corpus.shelf import named

    if study is None:
        return None
    try:
        return named(library.record, study)
    except UnknownStudy:
        if deeds(library.record, study):
            return study
        raise


def _refuse_existing(to: Path | None) -> None:
    if to is not None and to.exists():
        raise FileExists(file=to)


def _put_out(text: str, to: Path | None) -> None:
    """Write a text to a new file, or on standard output."""
    plain = text.encode("utf-8", "replace").decode()
    if to is None:
        sys.stdout.write(plain)
        sys.stdout.flush()
        return
    with writing(to), to.open("x", encoding="utf-8", newline="") as file:
        file.write(plain)


# Saying


@app.command()
def edit(
    study: Id,
    changes: Annotated[list[str] | None, typer.Argument(help="FIELD=VALUE; lists with ; / FÄLT=VÄRDE")] = None,
    clear: Annotated[
        list[str] | None, typer.Option(help="Take back what people said of a field / Ta tillbaka vad ni sagt")
    ] = None,
    edition: Edition = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Correct the description: a person's word / Rätta beskrivningen: en persons ord."""
    from corpus.description import PROPOSABLE
    from corpus.desk import correct

    with settings_here() as settings:
        said = {**dict(map(_change, changes or ())), **dict.fromkeys(map(_field, clear or ()))}
        if not said:
            raise NothingToChange(known=", ".join(PROPOSABLE))
        with library_of(settings, write=True) as library:
            changed = correct(library, _id(library, study), said, _who(by, settings), edition)
        _tell("study_changed", changed, settings.language, as_json)


def _change(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign or not name.strip():
        raise BadChange(met=given[:40])
    return _field(name), value


def _field(name: str) -> str:
    """A field by its name, or as it is called on the screen in either language."""
    from corpus.description import PROPOSABLE
    from corpus.words import LANGUAGES

    called = {say(f"field_{field}", language).casefold(): field for field in PROPOSABLE for language in LANGUAGES}
    plain = name.strip().casefold()
    return plain if plain in PROPOSABLE else called.get(plain, plain)


@app.command()
def confirm(study: Id, edition: Edition = None, by: By = "", as_json: AsJson = False) -> None:
    """Say that the description is right as it is shown / Säg att beskrivningen stämmer som den visas."""
    from corpus.desk import confirm as say_right

    with settings_here() as settings:
        with library_of(settings, write=True) as library:
            confirmed = say_right(library, _id(library, study), _who(by, settings), edition)
        _tell("study_confirmed", confirmed, settings.language, as_json)


@app.command()
def publish(studies: Ids, by: By = "", as_json: AsJson = False) -> None:
    """Say that advisers may quote studies / Säg att studier får citeras."""
    from corpus.desk import publish as say_published

    failed = False
    with settings_here() as settings, library_of(settings, write=True) as library:
        who = _who(by, settings)
        for study_id in [_id(library, study) for study in studies]:
            try:
                _tell("study_published", say_published(library, study_id, who), settings.language, as_json)
            except Fault as fault:
                failed = True
                show.complain(fault.sentence(settings.language))
    raise typer.Exit(SOMETHING_FAILED if failed else DONE)


@app.command()
def withdraw(
    study: Id,
    because: Annotated[str, typer.Option(help="The reason, shown wherever it is cited / Skälet, som visas")],
    kind: Annotated[Withdrawn, typer.Option(help="What kind of reason / Vad för slags skäl")] = Withdrawn.OTHER,
    replaced_by: Annotated[str | None, typer.Option(help="The id of the newer study / Den nyare studiens id")] = None,
    edition: Edition = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take a study out of use / Ta en studie ur bruk."""
    from corpus.desk import withdraw as say_withdrawn
    from corpus.study import Withdrawal

    with settings_here() as settings:
        with library_of(settings, write=True) as library:
            newer = _id(library, replaced_by) if replaced_by is not None else None
            said = Withdrawal(kind, because, _who(by, settings), date.today(), newer)
            withdrawn = say_withdrawn(library, _id(library, study), said, edition)
        _tell("study_withdrawn", withdrawn, settings.language, as_json)


@app.command()
def reinstate(
    study: Id,
    because: Annotated[str, typer.Option(help="The reason, for the log / Skälet, för loggen")] = "",
    edition: Edition = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take a withdrawn study into use again / Ta en tillbakadragen studie i bruk igen."""
    from corpus.desk import reinstate as say_in_use

    with settings_here() as settings:
        with library_of(settings, write=True) as library:
            again = say_in_use(library, _id(library, study), _who(by, settings), because, edition)
        _tell("study_reinstated", again, settings.language, as_json)


@app.command()
def appraise(  # noqa: PLR0913, PLR0917 - an appraisal has as many parts
    study: Id,
    design: Annotated[str | None, typer.Option(help="Design / Upplägg")] = None,
    sms: Annotated[str | None, typer.Option(help="SMS level, 1-5 / SMS-nivå, 1-5")] = None,
    emmie: Annotated[
        str | None, typer.Option(help="effect; mechanism; moderators; implementation; economics / Delar av EMMIE")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Outcomes, with ; / Utfall, med ;")] = None,
    place: Annotated[str | None, typer.Option(help="Type of place / Typ av plats")] = None,
    levy: Annotated[str | None, typer.Option(help="compulsory, voluntary / obligatorisk, frivillig")] = None,
    party_interest: Annotated[str | None, typer.Option(help="yes, no, part; and whose / ja, nej, delvis")] = None,
    evidence_from: Annotated[str | None, typer.Option(help="Country of the evidence / Underlagets land")] = None,
    transfer: Annotated[str | None, typer.Option(help="What to mind in Sweden / Att tänka på i Sverige")] = None,
    why: Annotated[str | None, typer.Option(help="Grounds for what is said / Grunder för det som sägs")] = None,
    take_over: Annotated[
        bool, typer.Option("--confirm", help="Take the provisional one as your own / Gör den preliminära till din")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Say what a study is worth; earlier appraisals stay in its history / Bedöm en studie."""
    from corpus.desk import say_of

    given = {
        "design": design,
        "sms_level": sms,
        "emmie": emmie,
        "outcomes": outcome,
        "place_type": place,
        "levy": levy,
        "party_interest": party_interest,
        "evidence_from": evidence_from,
        "transfer": transfer,
        "why": why,
    }
    said = {field: value for field, value in given.items() if value is not None}
    with settings_here() as settings, library_of(settings, write=True) as library:
        study_id = _id(library, study)
        appraisal = say_of(library, study_id, said, _who(by, settings), take_over=take_over)
        if as_json:
            print_json(asdict(appraisal))
        else:
            show.line(say("study_appraised", settings.language, title=library.study(study_id).title))


def _id(library: Library, beginning: str) -> str:
    from corpus.shelf import named

    return named(library.record, beginning)


def _who(by: str, settings: Settings) -> str:
    from corpus.desk import name_of

    return name_of(by, settings.person)


def _tell(code: str, study: Study, language: Language, as_json: bool) -> None:
    if as_json:
        print_json(_form(study))
    else:
        show.line(say(code, language, title=study.title, edition=study.edition))


# Deleting


@app.command()
def delete(studies: Ids, yes: Yes = False, by: By = "", as_json: AsJson = False) -> None:
    """Delete studies for good, and kept answers that quote them / Radera studier för alltid, med sparade svar."""
    with settings_here() as settings, library_of(settings, write=True) as library:
        _delete(library, studies, _who(by, settings), yes, as_json=as_json)


def remove(study_id: Id) -> None:
    """Remove a study for good: short for `amp studies delete --yes` / Ta bort en studie för alltid."""
    with settings_here() as settings, library_of(settings, write=True) as library:
        _delete(library, [study_id], settings.person, not _can_be_asked())


def _delete(library: Library, studies: Iterable[str], by: str, yes: bool, *, as_json: bool = False) -> None:
    """Say what will vanish, ask where somebody can answer, and delete. Raises NeedsYes."""
    from api import show_studies
    from api.deletion import delete_studies, deletion

    language = library.settings.language
    wanted = [deletion(library, study_id) for study_id in dict.fromkeys(_id(library, one) for one in studies)]
    for one in wanted:
        show_studies.deletion(one, language)
    if not yes and not _is_sure(language):
        show.complain(say("not_deleted", language))
        raise typer.Exit(SOMETHING_FAILED)
    answers = delete_studies(library, [one.study_id for one in wanted], by)
    for one in wanted:
        if as_json:
            print_json(asdict(one))
        else:
            show.line(say("removed", language, title=one.title))
    if answers:
        show.complain(say("deletion_done_answers", language, count=answers))


def _is_sure(language: Language) -> bool:
    """Does the person at the keyboard say yes? Raises NeedsYes where there is none."""
    if not _can_be_asked():
        raise NeedsYes()
    said = typer.prompt(say("sure_to_delete", language), default="", show_default=False, prompt_suffix=" ", err=True)
    return str(said).strip().casefold() in _YES


def _can_be_asked() -> bool:
    return sys.stdin.isatty()
