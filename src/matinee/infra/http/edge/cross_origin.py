"""Which pages of other origins may read answers: CORS (Fetch standard, "CORS protocol"); none unless the operator names some.

Where origins are named, credentials may come along, and no answer is for another origin than the one that asked. `*` lets any
page read what needs no cookie: then credentials are never allowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.infra.errors import Forbidden
from matinee.infra.http.problems import respond

_ORIGIN = re.compile(r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?")
_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ALLOWED: Final = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, "
    "Traceparent, X-Api-Key, X-CSRF-Token, X-Request-ID"
)
_EXPOSED: Final = (
    "Accept-Ranges, Age, Cache-Status, Content-Range, Deprecation, ETag, Link, Location, RateLimit, RateLimit-Policy, "
    "Retry-After, Sunset, WWW-Authenticate, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID"
)
_REMEMBERED: Final = "600"  # seconds that a browser need not ask again
ANYBODY: Final = "*"


def checked_origins(origins: Sequence[str]) -> tuple[str, ...]:
    """The origins as browsers write them. Raises ValueError for what is none, and for `*` beside others."""
    found = tuple(dict.fromkeys(origin.strip().lower() for origin in origins))
    if ANYBODY in found and len(found) > 1:
        raise ValueError("* stands alone")
    for origin in found:
        if origin != ANYBODY and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin}: an origin is a scheme, a host and perhaps a port, such as https://tv.example")
    return found


def varies(origins: Sequence[str]) -> dict[str, str]:
    """What answers must carry that were made without asking for the origin, so that no cache mixes them up."""
    return {"vary": "Origin"} if origins and ANYBODY not in origins else {}


class CrossOrigin:
    """Pure ASGI: answers preflights, and adds to other answers what lets the page read them."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.origins = frozenset(origins)
        self.anybody = ANYBODY in self.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.origins or scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        known = bool(origin) and (self.anybody or origin.lower() in self.origins)
        if scope["method"] == "OPTIONS" and origin and "access-control-request-method" in headers:
            await self._preflight(scope, receive, send, origin, known=known)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), origin, known=known)
            await send(message)

        await self.app(scope, receive, adding)

    async def _preflight(self, scope: Scope, receive: Receive, send: Send, origin: str, *, known: bool) -> None:
        request = Request(scope)
        response = Response(status_code=204) if known else respond(request, Forbidden("Pages of this origin may not ask."))
        self._add(response.headers, origin, known=known)
        if known:
            response.headers.update(
                {
                    "access-control-allow-methods": _METHODS,
                    "access-control-allow-headers": _ALLOWED,
                    "access-control-max-age": _REMEMBERED,
                }
            )
        response.headers.add_vary_header("Access-Control-Request-Method, Access-Control-Request-Headers")
        await response(scope, receive, send)

    def _add(self, headers: MutableHeaders, origin: str, *, known: bool) -> None:
        if not self.anybody:
            headers.add_vary_header("Origin")
        if known:
            headers["access-control-allow-origin"] = ANYBODY if self.anybody else origin
            headers["access-control-expose-headers"] = _EXPOSED
            if not self.anybody:
                headers["access-control-allow-credentials"] = "true"
