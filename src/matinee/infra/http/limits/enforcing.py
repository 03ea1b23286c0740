"""Counts each request as what its route declares, before the handler runs; the answer tells what is left.

The caller must be known for it, so it is a dependency of the whole application and not middleware. A credential that is not valid
counts for the address that sent it, and is refused afterwards by the route, if that asks for a caller at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request

from matinee.infra.clock import Clock
from matinee.infra.errors import CATALOGUE, MatineeError
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import current_caller
from matinee.infra.http.limits.callers import Limits
from matinee.infra.http.limits.policy import Cost, cost_of
from matinee.infra.http.limits.window import Window
from matinee.infra.http.middleware import COUNTED


class Counted:
    """One request's place in a window. `lines` are the header lines that tell of it; `base` is what it has counted as first,
    when that is another."""

    __slots__ = ("base", "clock", "gives_back", "lines", "window")

    def __init__(
        self, window: Window, lines: bytes, clock: Clock, *, gives_back: bool = False, base: Counted | None = None
    ) -> None:
        self.window = window
        self.base: Window = base.window if base is not None else window
        self.lines = lines
        self.clock = clock
        self.gives_back = gives_back

    def once_more(self) -> Counted:
        """For a request that gets the same answer without having been through here. It costs nothing to answer, so it is
        counted and never refused."""
        now = self.clock.monotonic()
        return Counted(self.base, self.base.headers(max(0, self.base.take(now)), now), self.clock)

    def answered(self, message: MutableMapping[str, Any]) -> None:
        """Tell of it in the start of the answer, which may have said so itself; give back what turned out not to count."""
        headers = message["headers"]
        if message["status"] != 429:
            parted = (line.partition(b": ") for line in self.lines.split(b"\r\n") if line)
            headers.extend((name, value) for name, _, value in parted)
        if self.gives_back and message["status"] < 400:
            self.window.give_back()


def counting(limits: Limits, clock: Clock) -> Callable[[Request], Awaitable[None]]:
    """The dependency. Raises `RateLimited`."""

    async def count_request(request: Request) -> None:
        scope = request.scope
        cost = cost_of(scope.get("endpoint"), scope["method"])
        if cost is None:
            return
        now = clock.monotonic()
        caller = None if cost == "sign_in" else await _caller(request)
        window = _window(limits, caller, request.client.host if request.client else "", cost, now)
        if window is None:
            return
        left = await limits.take(window, now)
        if left < 0:
            raise limits.refusal(window, now)
        scope["state"][COUNTED] = Counted(window, window.headers(left, now), clock, gives_back=cost == "sign_in")

    return count_request


def _window(limits: Limits, caller: Caller | None, address: str, cost: Cost, now: float) -> Window | None:
    """Where nobody may do a thing at all (limit 0), the attempt counts as a read: the route says why it is refused."""
    window = limits.window(caller, address, cost, now)
    if window is not None and window.limit == 0 and caller is None:
        return limits.window(caller, address, "hit", now)
    return window


async def _caller(request: Request) -> Caller | None:
    try:
        return await current_caller(request)
    except MatineeError as error:
        if CATALOGUE[error.code].category != "auth":
            raise
        return None
