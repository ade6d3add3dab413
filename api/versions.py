"""Versions over HTTP: studies that may be one work, and what a person says of them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.errors import ErrorBody, reader_language
from api.linked import Linked, linked
from api.questions import OpenLibrary
from corpus.library import Library
from corpus.links import confirm, link, links, reject, set_version
from corpus.study import LinkState, Study

router = APIRouter(tags=["versions"])

_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such pair or study"}}
By = Annotated[str, Query(description="who says so, for the log", max_length=200)]


class VersionOf(BaseModel):
    """What a study is a version of."""

    study_id: str = Field(description="the id of the other study", max_length=200)


@router.get("/versions")
def list_versions(
    request: Request,
    library: OpenLibrary,
    study: Annotated[str | None, Query(description="only pairs with this study")] = None,
    state: Annotated[LinkState | None, Query(description="proposed, confirmed or rejected; else all")] = None,
) -> list[Linked]:
    """Studies that may be one work, the likest first. Proposed by software, decided by a person."""
    return linked(library.record, links(library.record, study, state), reader_language(request))


@router.post("/versions/{link_id}/confirm", responses=_MISSING)
def confirm_version(
    link_id: int,
    request: Request,
    library: OpenLibrary,
    keep: Annotated[str | None, Query(description="the id of the version to show; else the published or newer")] = None,
    by: By = "",
) -> Linked:
    """Say that two studies are one work. Both stay; in answers they count once."""
    confirm(library.record, link_id, by or library.settings.person, keep)
    return _one(request, library, link_id)


@router.post("/versions/{link_id}/reject", responses=_MISSING)
def reject_version(link_id: int, request: Request, library: OpenLibrary, by: By = "") -> Linked:
    """Say that two studies are different works. They are never proposed again."""
    reject(library.record, link_id, by or library.settings.person)
    return _one(request, library, link_id)


@router.put("/studies/{study_id}/version_of", responses=_MISSING)
def put_version_of(study_id: str, of: VersionOf, library: OpenLibrary, by: By = "") -> Study:
    """Say what a study is a version of."""
    return set_version(library.record, study_id, of.study_id, by or library.settings.person)


@router.delete("/studies/{study_id}/version_of", responses=_MISSING)
def delete_version_of(study_id: str, library: OpenLibrary, by: By = "") -> Study:
    """Say that a study is a work of its own."""
    return set_version(library.record, study_id, None, by or library.settings.person)


def _one(request: Request, library: Library, link_id: int) -> Linked:
    (found,) = linked(library.record, [link(library.record, link_id)], reader_language(request))
    return found
