"""What stands in for time, networks and other processes."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from matinee.infra.upstream import BudgetPolicy, Call, Reply, UpstreamPolicy

START = datetime(2026, 1, 1, tzinfo=UTC)
BASE = "https://api.example/3"
GET = Call("GET", "/movie/603")
POST = Call("POST", "/lists", body=b"{}")


class _Selector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]  # chosen at run time
    """Instead of waiting for `timeout`, tells the loop that it has passed."""

    loop: VirtualTimeLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(5)
            assert ready, "everybody waits for something that will never happen"
            return ready
        self.loop.passed += max(timeout, 0)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """A loop whose time jumps to the next timer as soon as nothing else is left to do."""

    def __init__(self) -> None:
        self.passed = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.passed


class LoopClock:
    """A `Clock` over the loop's own time."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


Step = Reply | Exception | float | Callable[[Call], Awaitable[Reply]]


class Scripted:
    """A transport that does one step of the script for each call, the last one for ever.

    A number: wait so many seconds first, then do the next step.
    """

    def __init__(self, *script: Step | tuple[float, Step]) -> None:
        self._script = list(script)
        self.calls: list[Call] = []
        self.at: list[float] = []

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        self.at.append(asyncio.get_running_loop().time())
        step = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(step, tuple):
            await asyncio.sleep(step[0])
            step = step[1]
        if isinstance(step, Exception):
            raise step
        assert isinstance(step, Reply)
        return step


def reply(status: int = 200, body: bytes = b"{}", elapsed: float = 0.05, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, BASE, elapsed)


def policy(**changes: Any) -> UpstreamPolicy:
    """One that gets in nobody's way, but for the changes."""
    free = BudgetPolicy(rate=1000, burst=1000)
    return UpstreamPolicy(**{"name": "films", "base_urls": (BASE,), "budget": free, **changes})


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


class Exchange:
    """A bus for several processes in one: each takes a `Party`."""

    def __init__(self) -> None:
        self.parties: list[Party] = []
        self.down = False
        self.messages: list[bytes] = []

    def party(self) -> Party:
        found = Party(self)
        self.parties.append(found)
        return found

    def recovered(self) -> None:
        """The bus is back after some messages were lost."""
        self.down = False
        for party in self.parties:
            for handler in party.lost:
                handler()


class Party:
    """A `Bus`."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.handlers: dict[str, list[Callable[[bytes], None]]] = {}
        self.lost: list[Callable[[], None]] = []

    async def publish(self, topic: str, message: bytes) -> None:
        self._exchange.messages.append(message)
        for party in self._exchange.parties:
            if party is not self and not self._exchange.down:
                for handler in party.handlers.get(topic, ()):
                    handler(message)

    def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self.handlers.setdefault(topic, []).append(handler)

    def on_lost(self, handler: Callable[[], None]) -> None:
        self.lost.append(handler)
