"""Faults as HTTP: one status for each code, one sentence in each language, mapped in one place."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import Receive, Scope, Send

from corpus.words import LANGUAGES, Fault, Language, say

_STATUS = {
    "unknown_study": 404,
    "unknown_page": 404,
    "unknown_answer": 404,
    "unknown_passage": 404,
    "saving_off": 403,
    "export_deleted_study": 410,
    "damaged_answers": 500,
    "newer_answers": 500,
    "answers_busy": 503,
    "no_access": 401,
    "in_use": 409,
    "unknown_job": 404,
    "unknown_job_file": 404,
    "job_ended": 409,
    "nothing_to_retry": 409,
    "unknown_link": 404,
    "version_circle": 409,
    "edit_conflict": 409,
    "nothing_to_publish": 409,
    "is_withdrawn": 409,
    "not_withdrawn": 409,
    "nothing_provisional": 409,
    "too_large": 413,
    "cannot_write": 507,
    "timed_out": 422,
}
_OTHERWISE = 422


class ErrorDetail(BaseModel):
    """What went wrong: a stable code, the sentence in the reader's language, and in both."""

    code: str
    message: str
    sv: str
    en: str


class ErrorBody(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class NoAccess(Fault):
    """The request carries no valid access token."""

    code = "no_access"


def reader_language(request: Request) -> Language:
    """The language the reader asks for; Swedish where nothing is said."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.strip()[:2].lower()
        for language in LANGUAGES:
            if code == language:
                return language
    return "sv"


class BodyLimit(RequestBodyLimitMiddleware):
    """Refuses a body that is too large in a sentence; unread, where its length is told beforehand."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on unless its body is too large."""
        told = Headers(scope=scope).get("content-length", "") if scope["type"] == "http" else ""
        if told.isdecimal() and int(told) > self.max_body_size:
            await body(Request(scope), 413, "body_too_large")(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def speak_in_sentences(app: FastAPI) -> None:
    """Answer every error with an `ErrorBody`."""
    app.add_exception_handler(Fault, _fault)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _fault(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Fault)
    return body(request, _STATUS.get(error.code, _OTHERWISE), error.code, **error.values)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return body(request, 422, "invalid_request", place=place, why=first["msg"])


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {404: "no_such_address", 405: "wrong_method", 413: "body_too_large"}.get(error.status_code, "refused")
    return body(request, error.status_code, code, number=error.status_code, detail=error.detail)


def body(request: Request, status: int, code: str, /, **values: object) -> JSONResponse:
    """An error response."""
    sentences: dict[str, str] = {language: say(code, language, **values) for language in LANGUAGES}
    detail = {"code": code, "message": sentences[reader_language(request)], **sentences}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(jsonable_encoder({"error": detail}), status, headers)
