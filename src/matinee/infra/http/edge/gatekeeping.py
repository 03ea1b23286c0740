"""Turns blocked addresses away before anything else is done for them, and tells the protection how requests ended."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from matinee.infra.clock import Clock
from matinee.infra.errors import AddressBlocked
from matinee.infra.http.problems import respond
from matinee.infra.protection.gate import Gate, Refusal

Observe = Callable[..., None]
"""`infra.protection.service.Protection.observe`."""


MOST_HELD = 256


class Gatekeeper:
    """Pure ASGI. A WebSocket is refused before it is opened.

    Whoever is blocked waits `hold` seconds for the refusal: most floods ask again only when they were answered, and then there
    is one request a second for each of their connections. At most `MOST_HELD` wait; more are refused at once.
    """

    def __init__(self, app: ASGIApp, gate: Gate, clock: Clock, hold: float = 0.0) -> None:
        self.app = app
        self.gate = gate
        self.clock = clock
        self.hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope.get("client")
        if peer is None or peer[0] in self.gate.let_in or scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self.gate.refusal(peer[0])
        if refusal is None:
            await self.app(scope, receive, send)
            return
        self.gate.refused += 1
        scope.setdefault("state", {})["blocked"] = True
        await self._held_back()
        error = self._problem(refusal)
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.send_denial_response(respond(Request({**scope, "type": "http", "method": "GET"}), error))
        else:
            await respond(Request(scope), error)(scope, receive, send)

    async def _held_back(self) -> None:
        if not self.hold or self.gate.held >= MOST_HELD:
            return
        self.gate.held += 1
        try:
            await self.clock.sleep(self.hold)
        finally:
            self.gate.held -= 1

    def _problem(self, refusal: Refusal) -> AddressBlocked:
        if refusal.until is None:
            return AddressBlocked("An administrator has blocked this address.")
        left = max(1.0, (refusal.until - self.clock.now()).total_seconds())
        return AddressBlocked(
            "This address is blocked for a while, because of what was asked from it.", retry_after=float(int(left))
        )


def noting(observe: Observe, limit: int = 256) -> Callable[[Scope, int], None]:
    """What `RequestContext` calls with each answered request."""

    def note(scope: Scope, status: int) -> None:
        peer = scope.get("client")
        if peer is None:
            return
        state = scope.get("state", {})
        if "blocked" in state:
            return
        caller = state.get("caller")
        agent = ""
        if status >= 400:
            agent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent"), "")[:limit]
        observe(
            peer[0],
            caller.user_id if caller is not None else "",
            scope["path"],
            status,
            agent,
            routed="route" in scope or "endpoint" in scope,
            admin=caller is not None and caller.role == "admin",
        )

    return note
