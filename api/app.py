"""The HTTP server: one process that owns a library, with all its doors under /v1."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware

from api import imports, jobs, mcp, pages, questions, saved, studies, take_out, upkeep, versions
from api.access import admit, is_loopback, listen
from api.errors import BodyLimit, ErrorBody, speak_in_sentences
from corpus.library import Library
from corpus.settings import Settings
from corpus.words import say
from ingest.jobs import Runner
from ingest.receive import Reception
from retriever.ask import warm
from retriever.write import Writer, writer_of

_ERRORS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "No valid access token"},
    413: {"model": ErrorBody, "description": "The body is too large"},
    422: {"model": ErrorBody, "description": "The request cannot be carried out as it stands"},
}
_DESCRIPTION = """\
Cited answers from research on safe, living places, in Swedish and English.
Citerade svar ur forskning om trygga, levande platser, på svenska och engelska.

Every quote stands on the page it names. Errors are sentences, in the language of `Accept-Language`.
"""


def create_app(settings: Settings, library: Library, writer: Writer | None = None) -> FastAPI:
    """The application over an open library; a `writer` writes answers. The caller closes the library."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with Reception(library) as reception, Runner(library, reception) as runner:
            app.state.reception, app.state.runner = reception, runner
            with runner.at_work():
                async with mcp.open_door(app):
                    yield

    app = FastAPI(
        title="Research assistant of Centrum för AMP",
        version="0.1.0",
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # the usual pages load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.settings, app.state.library, app.state.writer = settings, library, writer
    app.state.leaving = lambda: False
    local = is_loopback(settings.host)
    hosts = ["localhost", "127.0.0.1", "[::1]", "testserver", settings.host] if local else []
    if hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.add_middleware(BodyLimit, max_body_size=settings.max_upload_mb << 20)
    speak_in_sentences(app)
    for router in (
        questions.router,
        saved.router,
        take_out.router,
        studies.router,
        jobs.router,
        imports.router,
        pages.router,
        upkeep.router,
        versions.router,
    ):
        app.include_router(router, prefix="/v1", dependencies=[Depends(admit)], responses=_ERRORS)
    mcp.mount(app, hosts)
    app.add_api_route("/v1/health", health, methods=["GET"], tags=["health"], response_model=Health)
    return app


class Health(BaseModel):
    """The server answers, and over how much."""

    status: str = "ok"
    studies: int
    passages: dict[str, int]
    fingerprint: str


def health(request: Request) -> Health:
    """Is the server up, and what does it hold? Needs no token and tells no titles."""
    library: Library = request.app.state.library
    return Health(
        studies=library.record.revision()[0],
        passages=library.passage_counts(),
        fingerprint=library.fingerprint,
    )


def run(settings: Settings) -> None:
    """Serve until stopped. Raises NoToken, PortInUse, or whatever opening the writer or the library raises."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that a stopped server closes its library
    writer = writer_of(settings)
    listener = listen(settings)
    try:
        with Library(settings, write=True) as library:
            library.level()
            library.settle()
            warm(library)
            print(say("serving", settings.language, host=settings.host, port=settings.port), flush=True)  # noqa: T201
            app = create_app(settings, library, writer)
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", workers=1))
            app.state.leaving = lambda: server.should_exit  # who follows a job must not keep the server from ending
            server.run(sockets=[listener])
    finally:
        listener.close()
