"""Identical requests at the same moment are worked out once.

A page that is opened in several tabs, or a client that repeats itself before the answer is there, asks for the same personal
answer several times. Requests are the same when method, target, caller's credentials and every header that the answer may depend
on are. Only answers that end are shared: event streams, media and whatever is large go their own way.

Answers that are the same for all callers have a better way (`infra.http.answers.shared`); this is for everything else under
the API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from matinee.infra.http.middleware import API_PREFIX, COUNTED
from matinee.infra.observability.metrics import Metrics

_RELEVANT = frozenset(
    {b"accept", b"accept-encoding", b"accept-language", b"authorization", b"x-api-key", b"cookie", b"if-none-match", b"origin"}
)
_OWN_WAY = (f"{API_PREFIX}/streaming/", f"{API_PREFIX}/events", f"{API_PREFIX}/images/", f"{API_PREFIX}/auth/")
_LARGEST = 256 * 1024
_MOST = 1000
Fingerprint = tuple[int, bytes, bytes, tuple[tuple[bytes, bytes], ...]]


@dataclass(slots=True)
class _Flight:
    """A request being answered, and its answer for those who wait; None where it cannot be shared."""

    done: asyncio.Future[list[Message] | None]
    scope: Scope
    messages: list[Message] = field(default_factory=list)
    size: int = 0
    shareable: bool = True

    def note(self, message: Message) -> None:
        """Keep a part of the answer for the others."""
        self.size += len(message.get("body", b""))
        if self.size > _LARGEST:
            self.give_up()
        if self.shareable:
            self.messages.append(message)

    def give_up(self) -> None:
        """Let the others ask for themselves, now."""
        self.shareable = False
        self.messages.clear()
        if not self.done.done():
            self.done.set_result(None)


class Coalescing:
    """Pure ASGI. At most `_MOST` different requests are watched at once; beyond that each goes its own way."""

    def __init__(self, app: ASGIApp, metrics: Metrics, generation: Callable[[], int] = lambda: 0) -> None:
        self.app = app
        self._generation = generation
        self._flights: dict[Fingerprint, _Flight] = {}
        registry = metrics.registry
        self._shared = Counter("matinee_http_coalesced", "Requests that got the answer of an identical one.", registry=registry)
        watched = Gauge("matinee_http_coalescing", "Different requests that others may join now.", registry=registry)
        watched.set_function(lambda: len(self._flights))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = _fingerprint(scope, self._generation()) if scope["type"] == "http" else None
        if key is None:
            await self.app(scope, receive, send)
            return
        flight = self._flights.get(key)
        if flight is not None and await self._joined(flight, scope, send):
            return
        if key in self._flights or len(self._flights) >= _MOST:
            await self.app(scope, receive, send)
            return
        await self._lead(key, scope, receive, send)

    async def _joined(self, flight: _Flight, scope: Scope, send: Send) -> bool:
        """Whether the answer of another request could be sent for this one."""
        messages = await asyncio.shield(flight.done)
        if messages is None:
            return False
        self._shared.inc()
        _take_over(flight.scope, scope)
        for message in messages:
            # Middleware outside adds headers: to a copy for each.
            copied = {**message, "headers": list(message["headers"])} if "headers" in message else message
            await send(copied)
        return True

    async def _lead(self, key: Fingerprint, scope: Scope, receive: Receive, send: Send) -> None:
        flight = self._flights[key] = _Flight(asyncio.get_running_loop().create_future(), scope)
        try:
            await self.app(scope, receive, _noting(flight, send))
        except BaseException:
            flight.give_up()
            raise
        finally:
            del self._flights[key]
            if not flight.done.done():
                flight.done.set_result(flight.messages or None)


def _noting(flight: _Flight, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] >= 500 or any(name == b"set-cookie" for name, _ in message["headers"]):
                flight.give_up()
            flight.note({**message, "headers": list(message["headers"])})
        else:
            flight.note(message)
        await send(message)

    return noting


def _fingerprint(scope: Scope, generation: int) -> Fingerprint | None:
    """What makes two requests the same; None for one that goes its own way.

    A credential may mean another profile, or nobody, from one request to the next: another generation is another caller.
    """
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    if scope["method"] != "GET" or not path.startswith(API_PREFIX) or path.startswith(_OWN_WAY):
        return None
    relevant: list[tuple[bytes, bytes]] = []
    for name, value in scope["headers"]:
        if name in _RELEVANT:
            relevant.append((name, value))
        elif name in {b"content-length", b"transfer-encoding", b"range"}:
            return None
    return generation, scope["raw_path"], scope["query_string"], tuple(relevant)


def _take_over(source: Scope, scope: Scope) -> None:
    """What the access log, the metrics and the limits know of a request that somebody else's work answered."""
    found: Any = source.get("route")  # Any: the framework's kinds of routes have no common type
    if found is not None:
        scope["route"] = found
    state = source.get("state", {})
    caller, counted = state.get("caller"), state.get(COUNTED)
    if caller is not None:
        scope.setdefault("state", {})["caller"] = caller
    if counted is not None:
        scope.setdefault("state", {})[COUNTED] = counted.once_more()
