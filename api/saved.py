"""Kept answers: ask and keep, list, reopen, delete."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, status

from api.errors import ErrorBody
from api.questions import ASKED, Asked, OpenLibrary, answer_to
from corpus.library import Library
from retriever.saved import Change, Head, Saved, SavedAnswer, SavingOff, changed

router = APIRouter(tags=["answers"])


@dataclass(frozen=True, slots=True)
class Reopened(SavedAnswer):
    """A kept answer, and what has changed since it was kept."""

    changed: Change


_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such answer"}}
_OFF: dict[int | str, dict[str, Any]] = {403: {"model": ErrorBody, "description": "Keeping answers is off"}}


@router.post("/answers", status_code=status.HTTP_201_CREATED, responses=_OFF)
def post_answer(
    request: Request, asked: Annotated[Asked, Body(openapi_examples=ASKED)], library: OpenLibrary
) -> SavedAnswer:
    """Ask a question and keep the answer, to be reopened by its id. Off unless `AMP_SAVE_ANSWERS` is set."""
    if not library.settings.save_answers:
        raise SavingOff()
    answer = answer_to(request, asked)
    with Saved(library.settings) as saved:
        return saved.keep(answer)


@router.get("/answers")
def list_answers(library: OpenLibrary) -> list[Head]:
    """The kept answers, the newest first."""
    with Saved(library.settings) as saved:
        return saved.all()


@router.get("/answers/{answer_id}", responses=_MISSING)
def get_answer(answer_id: str, library: OpenLibrary) -> Reopened:
    """One kept answer as it was given, and whether the corpus has changed since and its quotes still stand."""
    return reopen(library, answer_id)


@router.delete("/answers/{answer_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_MISSING)
def delete_answer(answer_id: str, library: OpenLibrary) -> None:
    """Delete one kept answer; nothing of it stays in the file."""
    with Saved(library.settings) as saved:
        saved.delete(answer_id)


@router.delete("/answers", status_code=status.HTTP_204_NO_CONTENT)
def delete_answers(library: OpenLibrary) -> None:
    """Delete all kept answers."""
    with Saved(library.settings) as saved:
        saved.delete_all()


def reopen(library: Library, answer_id: str) -> Reopened:
    """A kept answer held against the library of today. Raises UnknownAnswer, DamagedAnswers or NewerAnswers."""
    with Saved(library.settings) as saved:
        kept = saved.get(answer_id)
    return Reopened(**{field.name: getattr(kept, field.name) for field in fields(kept)}, changed=changed(library, kept))
