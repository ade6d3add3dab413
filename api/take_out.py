"""Answers taken out as files, over HTTP: a brief to read, or references for a reference manager."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import Field

from api.errors import ErrorBody
from api.exports import EXPORTS, CorpusStamp, export, file_name
from api.questions import Asked, OpenLibrary, answer_to
from corpus.library import Library
from corpus.reference import STYLES, known_style
from corpus.study import Study
from retriever.answer import Answer, Citation, Hit
from retriever.saved import Saved

router = APIRouter(tags=["exports"])

_FORMS = ", ".join(EXPORTS)
_STYLES = ", ".join(STYLES)
Form = Annotated[str, Query(alias="format", description=f"one of {_FORMS}", examples=["word"])]
Style = Annotated[str, Query(description=f"style of references, one of {_STYLES}", examples=["apa"])]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {made.media_type: {} for made in EXPORTS.values()}, "description": "The file"},
    410: {"model": ErrorBody, "description": "A study that the answer quotes is no longer in the library"},
}
_EXAMPLE = {"sv": {"value": {"question": "Hur undviker vi friåkarproblemet?", "format": "word", "style": "apa"}}}


class ToTakeOut(Asked):
    """A question, and the file that its answer is wanted as."""

    form: str = Field("word", alias="format", description=f"one of {_FORMS}")
    style: str = Field(STYLES[0], description=f"style of references, one of {_STYLES}")


@router.post("/exports", response_class=Response, responses=_FILES)
def post_export(
    request: Request, asked: Annotated[ToTakeOut, Body(openapi_examples=_EXAMPLE)], library: OpenLibrary
) -> Response:
    """Ask a question and get the answer as a file; nothing is kept."""
    export(asked.form)  # what does not exist is told before anything is asked
    known_style(asked.style)
    answer = answer_to(request, asked)
    return _file(answer, asked.form, *made(library, answer, asked.form, asked.style))


@router.get("/answers/{answer_id}/export", response_class=Response, responses=_FILES)
def get_export(answer_id: str, library: OpenLibrary, form: Form = "word", style: Style = STYLES[0]) -> Response:
    """A kept answer as a file, with the day it was kept."""
    with Saved(library.settings) as saved:
        kept = saved.get(answer_id)
    return _file(kept.answer, form, *made(library, kept.answer, form, style, kept.day))


def made(library: Library, answer: Answer, form: str, style: str, day: date | None = None) -> tuple[bytes, str]:
    """A file's bytes and media type. Raises UnknownFormat, UnknownStyle or DeletedStudy."""
    chosen = export(form)
    stamp = CorpusStamp(
        fingerprint=answer.fingerprint,
        date=day or date.today(),
        studies=library.record.revision()[0],
        passages=sum(library.passage_counts().values()),
        changed=library.fingerprint != answer.fingerprint,
    )
    content = chosen.make(answer, _studies(library, answer), style, stamp)
    return content if isinstance(content, bytes) else content.encode("utf-8"), chosen.media_type


def _studies(library: Library, answer: Answer) -> dict[str, Study]:
    """The studies that an answer names and that the library still holds."""
    named: tuple[Citation | Hit, ...] = (*answer.citations, *answer.more, *answer.nearest)
    ids = {place.study_id for place in named}
    return {study_id: study for study_id in ids if (study := library.record.study(study_id)) is not None}


def _file(answer: Answer, form: str, content: bytes, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name(answer, form)}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
