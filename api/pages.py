"""Pages: their text, and their picture with a citation's words highlighted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from api.errors import ErrorBody
from api.questions import OpenLibrary
from corpus.library import Library
from corpus.text import one_line
from ingest.receive import Reception

router = APIRouter(tags=["pages"])

PageNumber = Annotated[int, Path(ge=1, le=1_000_000, description="PDF page, counted from 1")]
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such study or page"}}


class PageText(BaseModel):
    """A page's text as it is searched and quoted."""

    study_id: str
    page: int
    page_label: str
    pages: int
    text: str


@router.get("/studies/{study_id}/pages/{page}", responses=_MISSING)
def get_page(study_id: str, page: PageNumber, library: OpenLibrary) -> PageText:
    """The text of one page."""
    found = library.page(study_id, page)
    count = library.study(study_id).page_count
    return PageText(study_id=study_id, page=page, page_label=found.label, pages=count, text=found.text)


@router.get(
    "/studies/{study_id}/pages/{page}/image",
    response_class=Response,
    responses={**_MISSING, 200: {"content": {"image/png": {}}, "description": "The page as PNG"}},
)
def get_page_image(
    request: Request,
    study_id: str,
    page: PageNumber,
    library: OpenLibrary,
    start: Annotated[int | None, Query(ge=0, description="first character to highlight")] = None,
    end: Annotated[int | None, Query(ge=0, description="character after the last to highlight")] = None,
    scale: Annotated[float, Query(gt=0, le=4, description="pixels a point")] = 1.6,
) -> Response:
    """The page as a picture; `start` and `end` of a citation highlight its words."""
    quotes = _quotes(library, study_id, page, start, end)
    path = library.pdf_path(library.study(study_id).files[0].sha256)
    reception: Reception = request.app.state.reception
    picture = reception.draw(path, page, quotes, scale)
    return Response(picture.png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


def _quotes(library: Library, study_id: str, page: int, start: int | None, end: int | None) -> list[str]:
    text = library.page(study_id, page).text
    return [one_line(text[start:end])] if start is not None and end is not None and start < end else []
