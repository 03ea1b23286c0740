"""The second tier in a file: what the cache knows outlives a restart.

It has a thread of its own, so that a slow disk holds nobody up. What is loaded is written a moment later, together with what else
came in that moment: a transaction and a thread's turn for each entry cost more than writing it. A crash loses that moment, and
nothing but cache.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge

from matinee.infra.cache import disk_schema
from matinee.infra.cache.disk_file import DiskFile
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.statistics import TierFigures
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import Answer, TierUnavailable, Verdict
from matinee.infra.clock import Clock

log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DiskOptions:
    """`limit` in bytes. A call waits `timeout` at most, and none is begun while `waiting` others wait for the thread."""

    path: Path
    limit: int
    timeout: timedelta = timedelta(milliseconds=500)
    waiting: int = 512
    pause: timedelta = timedelta(milliseconds=50)
    """For how long entries gather before they are written."""
    pending: int = 256
    """Entries that may wait to be written; more are not written at all."""


@dataclass(frozen=True, slots=True)
class _Pending:
    stored: Stored
    expires: float
    refused: Callable[[], None]


class _Figures:
    """Without a registry nobody sees them."""

    def __init__(self, registry: CollectorRegistry | None, pending: Callable[[], float], limit: int) -> None:
        self.failed = Counter("matinee_cache_disk_failures", "Calls of the cache's file that failed.", registry=registry)
        words = "Entries not written to the cache's file: too many waited, or writing failed."
        self.dropped = Counter("matinee_cache_disk_dropped", words, registry=registry)
        waiting = Gauge("matinee_cache_disk_pending", "Entries that wait to be written to the cache's file.", registry=registry)
        waiting.set_function(pending)
        Gauge("matinee_cache_disk_pending_limit", "How many may wait.", registry=registry).set(limit)


class DiskTier:
    """An async context manager: it owns the thread and the file."""

    shared = False

    def __init__(self, options: DiskOptions, clock: Clock, registry: CollectorRegistry | None = None) -> None:
        self._options = options
        self._clock = clock
        self._file = DiskFile(options.path, options.limit)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cache-disk")
        self._waiting = self._stuck = self._writing = 0
        self._state: Literal["up", "down"] = "up"
        self._pending: dict[str, _Pending] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._figures = _Figures(registry, lambda: len(self._pending), options.pending)

    async def __aenter__(self) -> Self:
        """Opens the file. One that cannot be opened at all is logged, and tried again with each call."""
        try:
            await self._run(self._file.open, timedelta(seconds=10))
        except TierUnavailable as error:
            log.debug("cache_file_closed", error=str(error))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._flush()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._file.close)
        self._thread.shutdown()

    async def read(self, key: str) -> Answer:
        """See `SecondTier`."""
        if key in self._pending:
            self._flush()  # before this, in the same thread
        return await self._run(lambda now: self._file.read(key, now))

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        """See `SecondTier`."""
        return await self._run(lambda now: self._file.check(key, tags, mark, now))

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        """See `SecondTier`."""
        self._pending.pop(key, None)  # older than this
        return await self._run(lambda now: self._file.write(key, stored, stored.stored_at + lifetime, now))

    def later(self, key: str, stored: Stored, lifetime: float, refused: Callable[[], None]) -> bool:
        """See `SecondTier`."""
        self._pending.pop(key, None)
        if len(self._pending) >= self._options.pending:
            self._figures.dropped.inc()
            return True
        self._pending[key] = _Pending(stored, stored.stored_at + lifetime, refused)
        self._soon()
        return True

    async def remove(self, invalidation: Invalidation) -> None:
        """See `SecondTier`."""
        await self._run(lambda now: self._file.remove(invalidation, now))

    async def settle(self) -> list[Invalidation]:
        """See `SecondTier`: a file is told at once or not at all."""
        return []

    def figures(self) -> TierFigures:
        """See `SecondTier`. As of the last look at the file, which is after some writes."""
        file = self._file
        return TierFigures("disk", file.entries, file.bytes, self._options.limit, self._state, file.evictions)

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._options.pause.total_seconds(), self._flush_if_free)

    def _flush_if_free(self) -> None:
        """Not while the thread writes the last ones: what is pending is bounded, what waits for the thread would not be."""
        self._timer = None
        if self._writing:
            self._soon()
        else:
            self._flush()

    def _flush(self) -> None:
        """Begin to write what is pending."""
        some, self._pending = self._pending, {}
        if not some:
            return
        rows = [(key, one.stored, one.expires) for key, one in some.items()]

        def done(future: asyncio.Future[set[str]]) -> None:
            self._writing -= 1
            if future.cancelled() or future.exception() is not None:
                self._figures.dropped.inc(len(some))
                return
            for key in future.result():
                some[key].refused()

        self._writing += 1
        self._begin(lambda now: self._file.write_all(rows, now)).add_done_callback(done)

    def _begin(self, call: Callable[[float], T]) -> asyncio.Future[T]:
        """Give the thread something to do, after all that it has been given before."""
        now = self._clock.now().timestamp()
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, call, now)
        self._waiting += 1
        future.add_done_callback(self._done)
        return future

    async def _run(self, call: Callable[[float], T], timeout: timedelta | None = None) -> T:
        if self._stuck:
            raise TierUnavailable("the disk is slow")
        if self._waiting >= self._options.waiting:
            raise TierUnavailable("too many calls wait for the disk")
        future = self._begin(call)
        try:
            async with asyncio.timeout((timeout or self._options.timeout).total_seconds()):
                return await asyncio.shield(future)
        except TimeoutError:
            # Until the thread has done it, nobody else needs to wait as long.
            self._stuck += 1
            future.add_done_callback(self._unstuck)
            raise TierUnavailable("the disk is slow") from None

    def _done(self, future: asyncio.Future[T]) -> None:
        """Of calls whose caller has gone, too: their failure is known by then."""
        self._waiting -= 1
        if not future.cancelled():
            future.exception()

    def _unstuck(self, future: asyncio.Future[T]) -> None:
        self._stuck -= 1

    def _guarded(self, call: Callable[[float], T], now: float) -> T:
        """In the thread: the call, with a broken file set aside and trouble logged once."""
        try:
            result = call(now)
        except (sqlite3.Error, OSError) as error:
            self._figures.failed.inc()
            if isinstance(error, sqlite3.Error) and disk_schema.is_broken(error):
                self._file.set_aside(error)
            elif self._state == "up":
                log.warning("cache_file_failing", error=f"{type(error).__name__}: {error}")
                self._state = "down"
            raise TierUnavailable(str(error)) from error
        if self._state == "down":
            self._state = "up"
            log.info("cache_file_back")
        return result
