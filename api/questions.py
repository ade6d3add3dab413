"""Questions and searches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from api.filters import filters_asked
from corpus.choice import EVERYTHING, Choice
from corpus.library import Library
from corpus.words import Language
from retriever.answer import Answer, Found
from retriever.ask import Following, answering, ask
from retriever.follow import Earlier
from retriever.search import search
from retriever.write import Writer

router = APIRouter(tags=["questions"])

_STREAM = "text/event-stream"


def library_of(request: Request) -> Library:
    """The library this server owns."""
    library: Library = request.app.state.library
    return library


OpenLibrary = Annotated[Library, Depends(library_of)]


class Asked(BaseModel):
    """A question, in Swedish or English."""

    question: str = Field(examples=["Hur undviker vi friåkarproblemet?"])
    only: Language | None = Field(None, description="sources in one language only", examples=["sv"])
    after: Earlier | str | None = Field(
        None,
        description="the question before, where this one refers to it; with the terms it carried, if it did",
        examples=["Minskar gatubelysning rädslan för brott?"],
    )
    dropped: tuple[str, ...] = Field((), description="terms of the question before to be without", examples=[["brott"]])
    choice: Choice | None = Field(
        None,
        description="which studies may answer; null: as the question before, or all that are not withdrawn",
        examples=[{"year_from": 2010, "sms_least": 3, "sides": ["swedish"]}],
    )
    written: bool = Field(True, description="false: quotes alone, even where a chat model is set to write")

    @property
    def following(self) -> Following:
        """What the question follows on."""
        earlier = Earlier(self.after) if isinstance(self.after, str) and self.after else self.after or None
        return Following(earlier, self.dropped)


def answer_to(request: Request, asked: Asked) -> Answer:
    """The answer to what was asked, by the server's writer where it has one. Raises as `ask` does."""
    library, writer = library_of(request), _writer(request, asked)
    return ask(library, asked.question, asked.only, asked.following, writer, asked.choice)


def _writer(request: Request, asked: Asked) -> Writer | None:
    return request.app.state.writer if asked.written else None


ASKED: dict[str, Any] = {
    "sv": {"summary": "På svenska", "value": {"question": "Hur undviker vi friåkarproblemet?"}},
    "en": {"summary": "In English", "value": {"question": "Does street lighting reduce crime?"}},
    "following": {
        "summary": "En följdfråga / A follow-up",
        "value": {"question": "Och för kvinnor?", "after": "Minskar gatubelysning rädslan för brott?"},
    },
}
"""Examples of what may be asked."""


@router.post(
    "/questions",
    response_model=Answer,
    responses={
        200: {
            "content": {_STREAM: {"schema": {"type": "string"}}},
            "description": "With `Accept: text/event-stream`: the event `answer` (quotes), `sentence` for each one a"
            " chat model writes once it is checked, and `answer` again (the whole)",
        }
    },
)
def post_question(request: Request, asked: Annotated[Asked, Body(openapi_examples=ASKED)]) -> Any:
    """Ask a question; the answer is made of quotes, each on the page it names, or says that there is none."""
    if _STREAM not in request.headers.get("accept", ""):
        return answer_to(request, asked)
    library, writer = library_of(request), _writer(request, asked)
    parts = answering(library, asked.question, asked.only, asked.following, writer, asked.choice)
    first = next(parts)  # a question that cannot be asked is refused before the stream begins
    assert isinstance(first, Answer)
    return StreamingResponse(_events(first, parts), media_type=_STREAM, headers={"Cache-Control": "no-store"})


def _events(first: Answer, rest: Iterator[Any]) -> Iterator[str]:
    yield _event(first)
    for part in rest:
        yield _event(part)


def _event(part: Any) -> str:
    name = "answer" if isinstance(part, Answer) else "sentence"
    return f"event: {name}\ndata: {json.dumps(jsonable_encoder(part), ensure_ascii=False)}\n\n"


@router.get("/search")
def get_search(
    library: OpenLibrary,
    q: Annotated[str, Query(description="the question", examples=["lighting and fear"])],
    k: Annotated[int, Query(description="how many hits, 1 to 200", examples=[10])] = 10,
    only: Annotated[Language | None, Query(description="sources in one language only", examples=["sv"])] = None,
    choice: Annotated[Choice | None, Depends(filters_asked())] = None,
) -> Found:
    """The pages that best match a question, best first."""
    return search(library, q, k, only, choice or EVERYTHING)
