"""Imports over HTTP: a file of records as the raw body, and what became of each record."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from api.errors import reader_language
from api.questions import OpenLibrary
from corpus.library import Library
from ingest.receive import plain_name
from ingest.records.wanted import Imports, import_records

router = APIRouter(tags=["imports"])


class RecordOut(BaseModel):
    """What became of the record that begins on a line; `reason` is a sentence in the reader's language."""

    line: int
    status: Literal["matched", "wanted", "likely", "unchanged", "bad"]
    title: str
    study_id: str | None
    reason: str | None


class ImportsOut(BaseModel):
    """What became of the records of a file, and how many became what."""

    file: str
    kind: str
    counts: dict[str, int]
    records: list[RecordOut]


@router.post(
    "/imports",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def add_imports(
    request: Request,
    library: OpenLibrary,
    file: Annotated[str, Query(description="the file's name", examples=["lista.ris"])] = "records",
    kind: Annotated[
        Literal["ris", "bibtex", "csl", "mods", "csv"] | None, Query(description="its form; else found out")
    ] = None,
    likely: Annotated[
        Literal["tell", "same", "new"], Query(description="what records are that are perhaps of a study held")
    ] = "tell",
    by: Annotated[str, Query(description="who says so, for the log", max_length=200)] = "",
) -> ImportsOut:
    """Import records of studies from RIS, BibTeX, CSL-JSON, MODS or CSV. The same file twice changes nothing.

    Records of studies that are held are added to what is proposed for them; others become studies that are wanted.
    """
    from starlette.concurrency import run_in_threadpool

    data = await request.body()

    def take() -> Imports:
        return _take(library, plain_name(file), data, by, kind, likely)

    found = await run_in_threadpool(take)
    return ImportsOut(**found.form(reader_language(request)))


def _take(
    library: Library, name: str, data: bytes, by: str, kind: str | None, likely: Literal["tell", "same", "new"]
) -> Imports:
    return import_records(library, name, data, by or library.settings.person, kind, likely)
