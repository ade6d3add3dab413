"""Studies: list, read, add, remove."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, status
from pydantic import BaseModel

from api.errors import ErrorBody, reader_language
from api.questions import OpenLibrary
from corpus.study import Description, Study
from corpus.words import Fault
from ingest.receive import Incoming, Reception, Status

router = APIRouter(tags=["studies"])


class NotPdfBody(Fault):
    """The body was not sent as a PDF."""

    code = "not_pdf_body"


class ReceiptOut(BaseModel):
    """What became of a file; `reason` is a sentence in the reader's language."""

    file: str
    status: Status
    study_id: str | None
    pages: int
    passages: int
    language: str | None
    reason: str | None
    warnings: tuple[str, ...]


_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such study"}}


@router.get("/studies")
def list_studies(library: OpenLibrary) -> list[Study]:
    """All studies, by title."""
    return library.record.studies()


@router.get("/studies/{study_id}", responses=_MISSING)
def get_study(study_id: str, library: OpenLibrary) -> Study:
    """One study."""
    return library.study(study_id)


@router.post(
    "/studies",
    responses={201: {"model": ReceiptOut, "description": "Added"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def add_study(
    request: Request,
    response: Response,
    file: Annotated[str, Query(description="the file's name", examples=["rapport-2024.pdf"])] = "study.pdf",
    title: Annotated[str, Query(description="the title, where the sender knows it")] = "",
    year: Annotated[int | None, Query(description="the year, where the sender knows it")] = None,
) -> ReceiptOut:
    """Add one PDF, sent as the raw body with `Content-Type: application/pdf`. The same bytes twice are one study.

    201 when it was added, 200 when it was already there or needs OCR, 422 when it could not be read.
    """
    if not request.headers.get("content-type", "").startswith("application/pdf"):
        raise NotPdfBody()
    data = await request.body()
    incoming = Incoming(_plain_name(file), data, Description(title=title, year=year))
    return await _received(request, response, incoming)


async def _received(request: Request, response: Response, incoming: Incoming) -> ReceiptOut:
    from starlette.concurrency import run_in_threadpool

    reception: Reception = request.app.state.reception
    receipt = await run_in_threadpool(reception.receive_and_settle, incoming)
    codes = {Status.ADDED: status.HTTP_201_CREATED, Status.FAILED: status.HTTP_422_UNPROCESSABLE_CONTENT}
    response.status_code = codes.get(receipt.status, status.HTTP_200_OK)
    return ReceiptOut(**receipt.form(reader_language(request)))


def _plain_name(name: str) -> str:
    """The last part of a name, without control characters; names never become paths here."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:200] or "study.pdf"


@router.delete("/studies/{study_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_MISSING)
def delete_study(study_id: str, library: OpenLibrary) -> None:
    """Remove a study, its PDF and everything derived from it."""
    library.remove(study_id)
