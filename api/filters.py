"""The filters of a question: as options of a command, as parameters of an address, and as JSON."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from inspect import Parameter
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from corpus.choice import Choice
from corpus.words import Fault

Given = Mapping[str, Any]
"""Filters as they were asked for, by the names that doors give them."""

T = TypeVar("T", bound=Callable[..., Any])

_ASKED_FOR = "filters"  # the parameter of a command that gets them


class BadFilters(Fault):
    """Filters given as JSON have a form that filters do not have."""

    code = "bad_filters"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: the field of a `Choice`, its name at the doors, its type there, an example, and what it is."""

    field: str
    name: str
    type: Any
    example: object
    help: str

    @property
    def nothing(self) -> Any:
        """What it is where it is not set."""
        return {list[str]: [], bool: False}.get(self.type)


FILTERS = (
    Filter("languages", "study_language", list[str], "sv", "Language of the study / Studiens språk"),
    Filter("year_from", "year_from", int | None, 2010, "Published this year or later / Utgiven detta år eller senare"),
    Filter("year_to", "year_to", int | None, 2024, "Published this year or earlier / Utgiven detta år eller tidigare"),
    Filter("kinds", "kind", list[str], "systematic review", "Type of study, by its words / Typ av studie"),
    Filter("evidence_from", "evidence_from", list[str], "UK", "Country of the evidence / Land som underlaget är från"),
    Filter(
        "sides",
        "side",
        list[str],
        "swedish",
        "Evidence: swedish, international, not_stated / Underlag: svenskt, internationellt, ej angivet",
    ),
    Filter("designs", "design", list[str], "randomised", "Design, by its words / Upplägg, efter dess ord"),
    Filter("sms_least", "sms_least", int | None, 3, "Least SMS level, 1 to 5 / Lägsta SMS-nivå, 1 till 5"),
    Filter(
        "emmie",
        "emmie",
        list[str],
        "economics",
        "EMMIE: effect, mechanism, moderators, implementation, economics / Del av EMMIE som studien täcker",
    ),
    Filter("outcomes", "outcome", list[str], "perceived_safety", "Outcome, as appraised / Utfall, enligt bedömning"),
    Filter("places", "place", list[str], "town centre", "Type of place, by its words / Typ av plats, efter dess ord"),
    Filter("levy", "levy", list[str], "compulsory", "Levy: compulsory, voluntary / Avgift: obligatorisk, frivillig"),
    Filter("party_interest", "party_interest", list[str], "no", "Party interest: yes, no, part / Partsintresse"),
    Filter("confirmed", "confirmed", bool, True, "Confirmed appraisals only / Bara bekräftade bedömningar"),
    Filter("published", "published", bool, True, "Published studies only / Bara publicerade studier"),
    Filter("withdrawn", "with_withdrawn", bool, True, "Withdrawn studies too / Även tillbakadragna studier"),
    Filter("studies", "study", list[str], "1f0a2b3c4d5e6f70", "This study only, by its id / Bara denna studie"),
)


def choice_of(given: Given) -> Choice | None:
    """The choice that was asked for; None where no filter was. Raises UnknownChoice, EmptyChoice or BadYears."""
    asked = {f.field: given[f.name] for f in FILTERS if given[f.name] not in (None, False) and given[f.name] != []}
    values: dict[str, Any] = {f: tuple(value) if isinstance(value, list) else value for f, value in asked.items()}
    return Choice(**values) if values else None


def choice_in(form: object) -> Choice | None:
    """A choice given as JSON; None where none is. Raises BadFilters, UnknownChoice, EmptyChoice or BadYears."""
    if form is None:
        return None
    try:
        return TypeAdapter(Choice).validate_python(form)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "choice"
        raise BadFilters(place=place, why=first["msg"], known=", ".join(f.name for f in fields(Choice))) from None


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose options are its own and the filters; it gets these as `filters`."""
    import typer

    options = [_parameter(f, typer.Option(_option(f), help=f.help)) for f in FILTERS]

    @wraps(command)
    def wrapped(**given: Any) -> None:
        filters = {f.name: given.pop(f.name) for f in FILTERS}
        command(**given, **{_ASKED_FOR: filters})

    return _signed(wrapped, [*_own(command), *options])


def filters_asked() -> Callable[..., Choice | None]:
    """What makes a choice of the parameters of an address, for FastAPI to depend on."""
    from fastapi import Query

    def asked(**given: Any) -> Choice | None:
        return choice_of(given)

    return _signed(asked, [_parameter(f, Query(description=f.help, examples=[f.example])) for f in FILTERS])


def _option(filter: Filter) -> str:
    return f"--{filter.name.replace('_', '-')}"


def _parameter(filter: Filter, declared: Any) -> Parameter:
    annotated: Any = Annotated
    annotation = annotated[filter.type, declared]
    return Parameter(filter.name, Parameter.KEYWORD_ONLY, default=filter.nothing, annotation=annotation)


def _own(command: Callable[..., None]) -> list[Parameter]:
    found = inspect.signature(command, eval_str=True).parameters.values()
    return [p.replace(kind=Parameter.KEYWORD_ONLY) for p in found if p.name != _ASKED_FOR]


def _signed(function: T, parameters: list[Parameter]) -> T:
    """The same function, which says that it takes these parameters."""
    vars(function)["__signature__"] = inspect.Signature(parameters)
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    return function
