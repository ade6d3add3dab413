"""Studies: list, read, add; what staff say of them; delete; and the log of all that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status
from pydantic import BaseModel, Field

from api.deletion import Deletion, delete_studies, deletion
from api.dossier import Dossier, dossier
from api.errors import ErrorBody, reader_language
from api.lists import form_of
from api.questions import OpenLibrary
from corpus.deeds import deeds
from corpus.description import unproposed
from corpus.desk import confirm, correct, name_of, publish, reinstate, say_of, withdraw
from corpus.library import Library
from corpus.shelf import Filter, Gap, find
from corpus.study import Appraisal, Deed, Description, State, Study, TextState, Withdrawal, Withdrawn
from corpus.words import Fault
from ingest.receive import Incoming, Reception, Status, plain_name

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
_CHANGING: dict[int | str, dict[str, Any]] = {
    **_MISSING,
    409: {"model": ErrorBody, "description": "Somebody changed it meanwhile, or its state does not allow this"},
}
By = Annotated[str, Query(description="who says so, for the log", max_length=200)]


class Said(BaseModel):
    """Who says so, for the log; and the `edition` that they looked at: refused with 409 if it has changed."""

    by: str = Field("", max_length=200, examples=["Eva"])
    edition: int | None = Field(None, description="the edition looked at", examples=[3])


class Changes(Said):
    """A person's word on some fields; null takes back what people said of a field before."""

    changes: dict[str, str | int | list[str] | None] = Field(
        examples=[{"title": "Trygga torg", "year": 2019, "authors": ["Berg, Anna"], "doi": None}]
    )


class WithdrawnIn(Said):
    """That a study is taken out of use, and why."""

    because: str = Field(description="the reason, shown wherever it is cited", examples=["Återkallad av tidskriften"])
    kind: Withdrawn = Withdrawn.OTHER
    replaced_by: str | None = Field(None, description="the id of the newer study")


class ReinstatedIn(Said):
    """That a study is taken into use again."""

    because: str = Field("", description="the reason, for the log")


class AppraisalIn(BaseModel):
    """What a person says of a study. Fields that are not named stay as people said last.

    With `confirm` they stay as the provisional appraisal has them, which becomes the person's own.
    """

    design: str | None = Field(None, examples=["before-after with comparison areas"])
    sms_level: str | None = Field(None, description="1 to 5, a span as 3-4, or words", examples=["3"])
    emmie: list[str] | None = Field(None, examples=[["effect", "economics"]])
    outcomes: list[str] | None = Field(None, examples=[["reported_crime"]])
    place_type: str | None = None
    levy: str | None = None
    party_interest: str | None = None
    evidence_from: str | None = None
    transfer: str | None = Field(None, description="what to mind before it is carried to a Swedish place")
    why: str | None = Field(None, description="the grounds for what is said")
    confirm: bool = False
    by: str = Field("", max_length=200)


def _filter(  # noqa: PLR0913, PLR0917 - as many filters as people need
    state: Annotated[list[State] | None, Query(description="how far they have come")] = None,
    text: Annotated[list[TextState] | None, Query(description="whether text is there")] = None,
    gap: Annotated[list[Gap] | None, Query(description="what is missing; all of these")] = None,
    language: Annotated[list[str] | None, Query(description="a language, as sv or en", examples=["sv"])] = None,
    kind: Annotated[list[str] | None, Query(description="the kind, by its words", examples=["report"])] = None,
    year_from: Annotated[int | None, Query(description="this year or later", examples=[2010])] = None,
    year_to: Annotated[int | None, Query(description="this year or earlier", examples=[2024])] = None,
    about: Annotated[str | None, Query(description="words in what is said of them", examples=["belysning"])] = None,
) -> Filter:
    return Filter(
        tuple(state or ()),
        tuple(text or ()),
        tuple(gap or ()),
        tuple(language or ()),
        tuple(kind or ()),
        year_from,
        year_to,
        about,
    )


Wanted = Annotated[Filter, Depends(_filter)]


# Looking


@router.get("/studies")
def list_studies(library: OpenLibrary, wanted: Wanted) -> list[Study]:
    """The studies that meet all filters given: by title, or with `about` the best first; without their proposals."""
    return [replace(study, description=unproposed(study.description)) for study in find(library, wanted)]


@router.get(
    "/studies/export",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/x-research-info-systems": {"schema": {"type": "string"}},
                "application/x-bibtex": {"schema": {"type": "string"}},
                "application/vnd.citationstyles.csl+json": {"schema": {"type": "string"}},
            },
            "description": "A file",
        }
    },
)
def export_studies(
    library: OpenLibrary,
    wanted: Wanted,
    form: Annotated[Literal["csv", "ris", "bibtex", "csl"], Query(alias="format", description="the form")] = "csv",
) -> Response:
    """The studies that meet all filters given as a file: a table, or a list for reference managers."""
    made = form_of(form)
    text = made.make(find(library, wanted), library.record.appraised())
    headers = {"Content-Disposition": f'attachment; filename="amp-studies{made.suffix}"'}
    return Response(text.encode("utf-8", "replace"), media_type=made.media_type, headers=headers)


@router.get("/studies/{study_id}", responses=_MISSING)
def get_study(study_id: str, library: OpenLibrary) -> Study:
    """One study, with all that was proposed for its description."""
    return library.study(study_id)


@router.get("/studies/{study_id}/record", responses=_MISSING)
def get_record(study_id: str, library: OpenLibrary) -> Dossier:
    """All that is known of a study: description and proposals, states, files, appraisals, links and log."""
    return dossier(library, study_id)


@router.get("/log")
def get_log(
    library: OpenLibrary, study: Annotated[str | None, Query(description="of this study alone, by its id")] = None
) -> list[Deed]:
    """What people did to studies, when and by whom, oldest first. Of deleted studies no details are kept."""
    return deeds(library.record, study)


# Adding


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
    incoming = Incoming(plain_name(file), data, Description(title=title, year=year))
    return await _received(request, response, incoming)


async def _received(request: Request, response: Response, incoming: Incoming) -> ReceiptOut:
    from starlette.concurrency import run_in_threadpool

    reception: Reception = request.app.state.reception
    receipt = await run_in_threadpool(reception.receive_and_settle, incoming)
    codes = {Status.ADDED: status.HTTP_201_CREATED, Status.FAILED: status.HTTP_422_UNPROCESSABLE_CONTENT}
    response.status_code = codes.get(receipt.status, status.HTTP_200_OK)
    return ReceiptOut(**receipt.form(reader_language(request)))


# Saying


@router.patch("/studies/{study_id}", responses=_CHANGING)
def change_study(study_id: str, library: OpenLibrary, said: Changes) -> Study:
    """Correct the description: a person's word, which beats all that was found.

    With the `edition` that was looked at, nothing is changed if somebody changed the study since (409).
    """
    return correct(library, study_id, said.changes, _who(library, said.by), said.edition)


@router.post("/studies/{study_id}/confirm", responses=_CHANGING)
def confirm_study(study_id: str, library: OpenLibrary, said: Annotated[Said | None, Body()] = None) -> Study:
    """Say that the description is right as it is: what is shown becomes a person's word."""
    said = said or Said(by="", edition=None)
    return confirm(library, study_id, _who(library, said.by), said.edition)


@router.post("/studies/{study_id}/publish", responses=_CHANGING)
def publish_study(study_id: str, library: OpenLibrary, said: Annotated[Said | None, Body()] = None) -> Study:
    """Say that advisers may quote a study."""
    said = said or Said(by="", edition=None)
    return publish(library, study_id, _who(library, said.by), said.edition)


@router.post("/studies/{study_id}/withdraw", responses=_CHANGING)
def withdraw_study(study_id: str, library: OpenLibrary, said: WithdrawnIn) -> Study:
    """Take a study out of use, with a reason; it stays in the library and in the log."""
    withdrawal = Withdrawal(said.kind, said.because, _who(library, said.by), date.today(), said.replaced_by)
    return withdraw(library, study_id, withdrawal, said.edition)


@router.post("/studies/{study_id}/reinstate", responses=_CHANGING)
def reinstate_study(study_id: str, library: OpenLibrary, said: Annotated[ReinstatedIn | None, Body()] = None) -> Study:
    """Take a withdrawn study into use again, as described."""
    said = said or ReinstatedIn(by="", edition=None, because="")
    return reinstate(library, study_id, _who(library, said.by), said.because, said.edition)


@router.put("/studies/{study_id}/appraisal", responses=_CHANGING)
def appraise_study(study_id: str, library: OpenLibrary, said: AppraisalIn) -> Appraisal:
    """Say what a study is worth. What was said before stays in its history."""
    given = said.model_dump(exclude={"confirm", "by"}, exclude_none=True)
    return say_of(library, study_id, given, _who(library, said.by), take_over=said.confirm)


def _who(library: Library, by: str) -> str:
    return name_of(by, library.settings.person)


# Deleting


@router.get("/studies/{study_id}/deletion", responses=_MISSING)
def get_deletion(study_id: str, library: OpenLibrary) -> Deletion:
    """What would vanish with a study if it were deleted."""
    return deletion(library, study_id)


@router.delete("/studies/{study_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_MISSING)
def delete_study(study_id: str, library: OpenLibrary, by: By = "") -> None:
    """Delete a study for good: its text, files and appraisals, and kept answers that quote or name it."""
    delete_studies(library, [study_id], _who(library, by))
