"""Single flight: at most one course of looking up and loading a key at a time in this process, whoever waits for it.

A flight is a task of the cache's own group, so that a caller who goes away takes nothing from the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

import msgspec
import structlog

from matinee.infra.cache.entries import Absent, Fill, SourceFailed
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.cache.stored import Entry

log = structlog.get_logger(__name__)

Load = Callable[[], Awaitable[Fill | Absent]]


class Outcome(msgspec.Struct, frozen=True):
    """How a flight ended. `entry` is what was loaded or found, or, with a `failure`, what is left to serve.

    `overtaken_at` is the journal's position of the first invalidation that made it worthless: callers from after that must ask
    again.
    """

    entry: Entry | None = None
    loaded: bool = False
    failure: SourceFailed | None = None
    overtaken_at: int | None = None
    skipped: bool = False
    """A refresh found that another process is at it."""


class Flight:
    """One course for one key."""

    __slots__ = ("background", "done", "key", "load", "policy", "position", "wanted")

    def __init__(self, policy: CachePolicy, key: str, load: Load, position: int, *, background: bool) -> None:
        self.policy = policy
        self.key = key
        self.load = load
        self.position = position
        self.background = background
        self.wanted = not background
        """Whether somebody waits for it."""
        self.done: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

    async def outcome(self) -> Outcome:
        """Wait for the end; being cancelled here leaves the flight alone."""
        self.wanted = True
        return await asyncio.shield(self.done)


class Flights:
    """Owns the tasks. `course` flies one flight and raises nothing but CancelledError."""

    def __init__(self, course: Callable[[Flight], Awaitable[Outcome]], refreshes: int) -> None:
        self._course = course
        self._refreshes = refreshes
        self._background = 0
        self._running: dict[str, Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    def __len__(self) -> int:
        return len(self._running)

    async def __aenter__(self) -> None:
        self._group = await asyncio.TaskGroup().__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        group, self._group = self._group, None
        for task in self._tasks:
            task.cancel()
        assert group is not None
        await group.__aexit__(None, None, None)

    def find(self, key: str) -> Flight | None:
        """The flight that is under way."""
        return self._running.get(key)

    def launch(self, policy: CachePolicy, key: str, load: Load, position: int) -> Flight:
        """Begin one for somebody who waits; there must be none under way."""
        return self._start(Flight(policy, key, load, position, background=False))

    def refresh(self, policy: CachePolicy, key: str, load: Load, position: int) -> bool:
        """Begin one in the background. False when as many as allowed are running."""
        if self._background >= self._refreshes or self._group is None:
            return False
        self._background += 1
        self._start(Flight(policy, key, load, position, background=True))
        return True

    def _start(self, flight: Flight) -> Flight:
        if self._group is None:
            flight.done.set_result(Outcome(failure=SourceFailed("shutting_down")))
            return flight
        self._running[flight.key] = flight
        task = self._group.create_task(self._fly(flight), name=f"cache {flight.key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: self._landed(flight))
        return flight

    async def _fly(self, flight: Flight) -> None:
        try:
            outcome = await self._course(flight)
        except Exception as error:  # a task that raises would end the whole group, and the application with it
            log.exception("cache_flight_failed", key=flight.key)
            outcome = Outcome(failure=SourceFailed("internal_error", error=error))
        # At once with the end of the flight, so that nobody joins one that is over.
        del self._running[flight.key]
        flight.done.set_result(outcome)

    def _landed(self, flight: Flight) -> None:
        """Also after a cancellation, even one that came before the task's first step."""
        self._background -= flight.background
        if not flight.done.done():
            self._running.pop(flight.key, None)
            flight.done.set_result(Outcome(failure=SourceFailed("shutting_down")))
