"""A short way to answers that the framework would make dearer than they are.

A lane matches its exact form of path and query before routing, and answers itself. Request id, limits, headers, metrics and
errors are those of the normal way. What does not match takes the normal way, where the same address is a documented route with
the same answer; `tests/integration/playback/test_lanes.py` compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from matinee.infra.errors import MatineeError
from matinee.infra.http.middleware import API_PREFIX
from matinee.infra.http.problems import respond

Answer = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Lane:
    """`path` is the template for the metrics; `pattern` matches the path below the API's prefix with `?` and the query."""

    path: str
    pattern: re.Pattern[str]
    answer: Answer


class Lanes:
    """Pure ASGI: tries the lanes for a GET, else goes on to the application."""

    def __init__(self, app: ASGIApp, lanes: Sequence[Lane]) -> None:
        self.app = app
        self.lanes = tuple(lanes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.lanes and scope["type"] == "http" and scope["method"] == "GET":
            target = scope["path"].removeprefix(scope.get("root_path", ""))
            if target.startswith(API_PREFIX):
                target = f"{target[len(API_PREFIX) :]}?{scope['query_string'].decode('latin-1')}"
                for lane in self.lanes:
                    if found := lane.pattern.fullmatch(target):
                        scope["route"] = lane
                        await _answer(lane, found.groupdict(), scope, receive, send)
                        return
        await self.app(scope, receive, send)


async def _answer(lane: Lane, values: Mapping[str, str], scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    try:
        response = await lane.answer(request, values)
    except MatineeError as error:
        response = respond(request, error)
    await response(scope, receive, send)
