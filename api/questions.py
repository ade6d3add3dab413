"""Questions and searches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import BaseModel, Field

from corpus.library import Library
from corpus.words import Language
from retriever.answer import Answer, Found
from retriever.ask import ask
from retriever.search import search

router = APIRouter(tags=["questions"])


def library_of(request: Request) -> Library:
    """The library this server owns."""
    library: Library = request.app.state.library
    return library


OpenLibrary = Annotated[Library, Depends(library_of)]


class Asked(BaseModel):
    """A question, in Swedish or English."""

    question: str = Field(examples=["Hur undviker vi friåkarproblemet?"])
    only: Language | None = Field(None, description="sources in one language only", examples=["sv"])


_ASKED = {
    "sv": {"summary": "På svenska", "value": {"question": "Hur undviker vi friåkarproblemet?"}},
    "en": {"summary": "In English", "value": {"question": "Does street lighting reduce crime?"}},
}


@router.post("/questions")
def post_question(asked: Annotated[Asked, Body(openapi_examples=_ASKED)], library: OpenLibrary) -> Answer:
    """Ask a question; the answer is made of quotes, each on the page it names, or says that there is none."""
    return ask(library, asked.question, asked.only)


@router.get("/search")
def get_search(
    library: OpenLibrary,
    q: Annotated[str, Query(description="the question", examples=["lighting and fear"])],
    k: Annotated[int, Query(description="how many hits, 1 to 200", examples=[10])] = 10,
    only: Annotated[Language | None, Query(description="sources in one language only", examples=["sv"])] = None,
) -> Found:
    """The pages that best match a question, best first."""
    return search(library, q, k, only)
