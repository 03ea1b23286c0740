"""`POST /batch`: several GETs in one round trip, run side by side, each with its own status and headers."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any
from urllib.parse import unquote

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Message, Scope

from matinee.infra.errors import MatineeError, NotAcceptable, PayloadTooLarge, RequestTimeout
from matinee.infra.http.answers.shared import CatalogueReader
from matinee.infra.http.limits import limited
from matinee.infra.http.middleware import API_PREFIX, COUNTED
from matinee.infra.http.problems import problem_response
from matinee.infra.ids import new_id

log = structlog.get_logger(__name__)
MOST = 20
_EACH_SECONDS = 20.0
_LARGEST = 1024 * 1024
_SHOWN = frozenset({"etag", "cache-control", "age", "cache-status", "retry-after", "content-type", "ratelimit", "x-request-id"})
# Of the request round them, what its parts inherit: who asks and in which language. Conditions are each part's own.
_INHERITED = frozenset({b"authorization", b"x-api-key", b"cookie", b"accept-language", b"host", b"origin"})
_OUTER = ("type", "asgi", "http_version", "server", "client", "scheme", "extensions")
_NOT_HERE = (
    "/streaming/files/",
    "/streaming/sessions/",
    "/streaming/bandwidth",
    "/events",
    "/images/",
    "/realtime",
    "/batch",
    "/auth/oidc/",
)

router = APIRouter(tags=["operations"])


class BatchPart(BaseModel):
    """One GET."""

    model_config = ConfigDict(extra="forbid")

    path: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"^/[^\s#]*$", examples=["/movies/movie-603?fields=id"])]
    if_none_match: Annotated[str | None, Field(max_length=200)] = None


class BatchRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    requests: Annotated[list[BatchPart], Field(min_length=1, max_length=MOST)]


class BatchAnswer(BaseModel):
    """The answer to one part, in the order of the request. `body` is null for a 304."""

    status: int
    headers: dict[str, str]
    body: Any = None


class BatchAnswers(BaseModel):
    responses: list[BatchAnswer]


@router.post("/batch", response_model=BatchAnswers)
@limited("read")
async def batch(request: Request, wanted: BatchRequest, _caller: CatalogueReader) -> BatchAnswers:
    """Up to 20 GETs of this API in one round trip.

    Paths are below `/api/v1`. The parts run side by side with the credentials of this request; a part that fails, or takes too
    long, has its own problem and does not disturb the others. Only answers in JSON can be parts.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_part(request, part)) for part in wanted.requests]
    return BatchAnswers(responses=[task.result() for task in tasks])


async def _part(request: Request, part: BatchPart) -> BatchAnswer:
    path = part.path.removeprefix(API_PREFIX) if part.path.startswith(API_PREFIX + "/") else part.path
    number = new_id()
    try:
        if path.startswith(_NOT_HERE):
            raise NotAcceptable("This address cannot be a part of a batch.")
        async with asyncio.timeout(_EACH_SECONDS):
            return await _asked(request, path, part.if_none_match, number)
    except TimeoutError:
        return _problem(request, RequestTimeout("This part took too long.", retry_after=5), path, number)
    except MatineeError as error:
        return _problem(request, error, path, number)


async def _asked(request: Request, path: str, if_none_match: str | None, number: str) -> BatchAnswer:
    """What the application answers to a GET of its own."""
    scope = _scope(request, path, if_none_match, number)
    status, headers, body = 500, dict[str, str](), bytearray()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            counted = scope["state"].get(COUNTED)
            if counted is not None:
                counted.answered(message)
            headers.update({name.decode("latin-1").lower(): value.decode("latin-1") for name, value in message["headers"]})
        else:
            body.extend(message.get("body", b""))
            if len(body) > _LARGEST:
                raise PayloadTooLarge("The answer is too large to be a part of a batch.")

    try:
        await request.app(scope, receive, send)
    except MatineeError:
        raise
    except Exception:  # the framework has answered 500 before it raises again; the other parts go on
        log.exception("batch_part_crashed", path=path)
    if body and "json" not in headers.get("content-type", ""):
        raise NotAcceptable("Only answers in JSON can be parts of a batch.")
    shown = {name: value for name, value in headers.items() if name in _SHOWN}
    return BatchAnswer(status=status, headers=shown | {"x-request-id": number}, body=json.loads(body) if body else None)


def _scope(request: Request, path: str, if_none_match: str | None, number: str) -> Scope:
    below, _, query = path.partition("?")
    headers = [header for header in request.scope["headers"] if header[0] in _INHERITED]
    if if_none_match is not None:
        headers.append((b"if-none-match", if_none_match.encode("latin-1", "replace")))
    prefix = request.scope.get("root_path", "") + API_PREFIX
    outer = {name: request.scope[name] for name in _OUTER if name in request.scope}
    return {
        **outer,
        "method": "GET",
        "path": prefix + unquote(below),
        "raw_path": (prefix + below).encode(),
        "query_string": query.encode(),
        "root_path": request.scope.get("root_path", ""),
        "headers": headers,
        "state": {"request_id": number},
    }


def _problem(request: Request, error: MatineeError, path: str, number: str) -> BatchAnswer:
    language = request.headers.get("accept-language", "")
    made = problem_response(error, instance=API_PREFIX + path, correlation_id=number, accept_language=language)
    headers = {name: value for name, value in made.headers.items() if name in _SHOWN}
    return BatchAnswer(status=made.status_code, headers=headers | {"x-request-id": number}, body=json.loads(bytes(made.body)))
