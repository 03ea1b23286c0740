"""Every error becomes `application/problem+json` (RFC 9457), in one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from matinee.infra.errors import (
    FieldError,
    MalformedJson,
    MatineeError,
    MethodNotAllowed,
    NotFound,
    ValidationFailed,
)
from matinee.infra.http.languages import localized_title, preferred_language
from matinee.infra.http.methods import allowed

log = structlog.get_logger(__name__)
MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "/docs/errors#"
_MOST_ERRORS: Final = 50
_SHOWN: Final = 100  # characters of the name of a member: names are the sender's to invent
_BY_STATUS: Final[Mapping[int, type[MatineeError]]] = {400: MalformedJson, 404: NotFound, 405: MethodNotAllowed}


class ProblemFieldError(BaseModel):
    """One wrong value."""

    location: str
    message: str
    code: str


class Problem(BaseModel):
    """An error, as RFC 9457 shapes it, with Matinee's own members."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; see the error catalogue.")
    category: str
    correlation_id: str
    retry_after: float | None = Field(None, description="Seconds after which trying again makes sense.")
    errors: list[ProblemFieldError] = []


def problem_response(error: MatineeError, *, instance: str, correlation_id: str, accept_language: str = "") -> Response:
    """The answer for `error`, its title in the reader's language."""
    spec = error.spec
    language = preferred_language(accept_language)
    title = localized_title(error.code, language)
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + error.code,
        "title": title or spec.title,
        "status": spec.status,
        "detail": title if title and error.detail == spec.title else error.detail,
        "instance": instance,
        "code": error.code,
        "category": spec.category,
        "correlation_id": correlation_id,
    }
    headers = {"cache-control": "no-store", "content-language": language if title else "en", **error.headers}
    if error.retry_after is not None:
        body["retry_after"] = error.retry_after
        headers["retry-after"] = str(max(1, ceil(error.retry_after)))
    if error.errors:
        body["errors"] = [{"location": e.location, "message": e.message, "code": e.code} for e in error.errors]
    if spec.status == 401:
        headers.setdefault("www-authenticate", 'Bearer realm="matinee"')
    return JSONResponse(body, spec.status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Register the handlers."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, MatineeError)
        if error.spec.status >= 500:
            log.warning("request_failed", code=error.code, detail=error.detail, exc_info=error.__cause__ or False)
        return respond(request, error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return respond(request, translate_validation(error.errors()))

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        kind = _BY_STATUS.get(error.status_code, NotFound if error.status_code < 500 else MatineeError)
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        if error.status_code == 405:
            headers["allow"] = allowed(request)  # in the place of the framework's, which names the methods of one route
        return respond(request, kind(headers=headers))

    app.add_exception_handler(MatineeError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)


def translate_validation(found: Sequence[Any]) -> MatineeError:
    """FastAPI's validation errors as ours."""
    if any(item["type"] == "json_invalid" for item in found):
        return MalformedJson("The body could not be read as JSON.")
    errors = [
        FieldError(".".join(str(part)[:_SHOWN] for part in item["loc"]), str(item["msg"]), str(item["type"]))
        for item in found[:_MOST_ERRORS]
    ]
    return ValidationFailed(f"{len(found)} value(s) did not pass.", errors=errors)


def respond(request: Request, error: MatineeError) -> Response:
    """The answer for `error` to `request`."""
    correlation_id = str(request.scope.get("state", {}).get("request_id", ""))
    language = request.headers.get("accept-language", "")
    return problem_response(error, instance=request.url.path, correlation_id=correlation_id, accept_language=language)
