"""Pure ASGI middleware round the whole application, outermost first: RequestContext, SecurityHeaders, BodyLimit, TimeLimit."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.infra.errors import MatineeError, PayloadTooLarge, RequestTimeout
from matinee.infra.http.problems import respond
from matinee.infra.ids import new_id
from matinee.infra.observability.metrics import Metrics

log = structlog.get_logger("matinee.access")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
API_PREFIX = "/api/v1"
COUNTED = "counted"
"""Where in a request's state is what `limits.enforcing` counted for it."""
# A player fetches one every few seconds; the session is what the log tells of.
_MANY = (".m4s",)
_QUIET = ("/api/health", "/metrics")


class RequestContext:
    """Request id, access log and HTTP metrics; `watch` hears of each answered request. Whatever escapes the application ends
    here, logged once with its traceback."""

    def __init__(self, app: ASGIApp, metrics: Metrics, watch: Callable[[Scope, int], None] | None = None) -> None:
        self.app = app
        self.metrics = metrics
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            if scope["type"] == "websocket":
                await self.app(scope, receive, send)
            else:
                await self._http(scope, receive, send, request_id)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        started = time.perf_counter()
        status, sent = 0, 0

        async def counting(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *(header for header in message.get("headers", ()) if header[0] != b"x-request-id"),
                    (b"x-request-id", request_id.encode()),
                ]
                counted = scope["state"].get(COUNTED)
                if counted is not None:
                    counted.answered(message)
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        self.metrics.in_flight += 1
        try:
            await self.app(scope, receive, counting)
        except asyncio.CancelledError:
            # Only the server cancels a request: at a shutdown, when its time is up. Its task ends here, so nobody misses it.
            log.warning("request_cut_off", method=scope["method"], path=scope["path"])
        except Exception:
            log.exception("request_crashed", method=scope["method"], path=scope["path"])
            if status == 0:
                await fail(MatineeError(), scope, receive, counting)
        finally:
            self.metrics.in_flight -= 1
        self._record(scope, status, sent, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, sent: int, seconds: float) -> None:
        method, route = scope["method"], _route_of(scope)
        self.metrics.answered(method, route, status, seconds, sent)
        client = scope.get("client")
        state = scope.get("state", {})
        caller = state.get("caller")
        if self.watch is not None:
            self.watch(scope, status)
        quiet = "blocked" in state or scope["path"].startswith(_QUIET) or (status < 400 and scope["path"].endswith(_MANY))
        write = log.debug if quiet else log.info
        write(
            "request",
            method=method,
            path=scope["path"],
            status=status,
            duration_ms=round(seconds * 1000, 2),
            bytes=sent,
            client=client[0] if client else None,
            user=caller.name if caller else None,
        )


class SecurityHeaders:
    """Headers that every answer carries; a route's own value wins."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = headers
        self._raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = message.get("headers", ())
                named = {header[0] for header in there}
                message["headers"] = [*there, *(header for header in self._raw if header[0] not in named)]
            await send(message)

        await self.app(scope, receive, adding)


class BodyLimit:
    """Refuses bodies over `limit` bytes, by Content-Length at once, else as soon as the count passes it."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-length"), "")
        if declared.isdigit() and int(declared) > self.limit:
            await fail(self._error(), scope, receive, send)
            return
        if not declared and scope["method"] in {"GET", "HEAD"} and not _has_body(scope):
            await self.app(scope, receive, send)
            return
        count, started = 0, False

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > self.limit:
                # The application sees a client that went away; the answer is ours, below.
                return {"type": "http.disconnect"}
            return message

        async def guarded(message: Message) -> None:
            nonlocal started
            if count > self.limit and not started:
                return
            started = True
            await send(message)

        try:
            await self.app(scope, counted, guarded)
        finally:
            if count > self.limit and not started:
                await fail(self._error(), scope, receive, send)

    def _error(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"At most {self.limit} bytes are accepted.")


class TimeLimit:
    """Answers 504 `request_timeout` when the first byte of the answer takes too long; a started answer may take its time."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False
        deadline = asyncio.timeout(self.seconds)
        try:
            async with deadline:

                async def watching(message: Message) -> None:
                    nonlocal started
                    if not started:
                        started = True
                        deadline.reschedule(None)
                    await send(message)

                await self.app(scope, receive, watching)
        except TimeoutError:
            if started or not deadline.expired():
                raise
            await fail(RequestTimeout(retry_after=5), scope, receive, send)


class HeadAsGet:
    """Answers HEAD as GET without the body, except below `own`, where routes answer HEAD themselves."""

    def __init__(self, app: ASGIApp, own: tuple[str, ...]) -> None:
        self.app = app
        self.own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if scope["type"] != "http" or scope["method"] != "HEAD" or below.startswith(self.own):
            await self.app(scope, receive, send)
            return
        # A copy: the server looks at its own scope when it decides whether a body must follow.
        inner = {**scope, "method": "GET"}
        ended = False

        async def without_body(message: Message) -> None:
            nonlocal ended
            if message["type"] == "http.response.start":
                await send(message)
            elif not ended:
                ended = True
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        try:
            await self.app(inner, receive, without_body)
        finally:
            scope.update({**inner, "method": "HEAD"})  # the middleware outside reads what routing leaves there


class BasePath:
    """Serves the whole application below a prefix, set at run time, and outside it too: a proxy may take the prefix off."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.prefix and scope["type"] in {"http", "websocket"} and scope["path"].startswith(self.prefix + "/"):
            # Changed in place: the middleware outside reads what routing leaves in the scope.
            scope["root_path"] = self.prefix
        elif self.prefix and scope["type"] == "http" and scope["path"] == self.prefix:
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"{self.prefix}/{'?' if query else ''}{query}", 308)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _has_body(scope: Scope) -> bool:
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


async def fail(error: MatineeError, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with `error` from outside the framework."""
    await respond(Request(scope), error)(scope, receive, send)


def _route_of(scope: Scope) -> str:
    """The route's template, so that the metric has as many series as there are routes, not paths."""
    route: Any = scope.get("route")  # Any: any of the framework's kinds of routes
    path = getattr(route, "path", None)
    if path is None:
        return "web" if scope["method"] in {"GET", "HEAD"} else "unmatched"
    # The route knows its path below the router that all features share, without that router's prefix.
    below = scope["path"].removeprefix(scope.get("root_path", ""))
    return API_PREFIX + path if below.startswith(API_PREFIX + "/") else str(path)
