"""The second tier in a file: what the cache knows outlives a restart.

It has a thread of its own, so that a slow disk holds nobody up.
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
from prometheus_client import CollectorRegistry, Counter

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


class DiskTier:
    """An async context manager: it owns the thread and the file."""

    shared = False

    def __init__(self, options: DiskOptions, clock: Clock, registry: CollectorRegistry | None = None) -> None:
        self._options = options
        self._clock = clock
        self._file = DiskFile(options.path, options.limit)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cache-disk")
        self._waiting = self._stuck = 0
        self._state: Literal["up", "down"] = "up"
        self._failed = (
            Counter("matinee_cache_disk_failures", "Calls of the cache's file that failed.", registry=registry)
            if registry
            else None
        )

    async def __aenter__(self) -> Self:
        """Opens the file. One that cannot be opened at all is logged, and tried again with each call."""
        try:
            await self._run(self._file.open, timedelta(seconds=10))
        except TierUnavailable as error:
            log.debug("cache_file_closed", error=str(error))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._file.close)
        self._thread.shutdown()

    async def read(self, key: str) -> Answer:
        """See `SecondTier`."""
        return await self._run(lambda now: self._file.read(key, now))

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        """See `SecondTier`."""
        return await self._run(lambda now: self._file.check(key, tags, mark, now))

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        """See `SecondTier`."""
        return await self._run(lambda now: self._file.write(key, stored, stored.stored_at + lifetime, now))

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

    async def _run(self, call: Callable[[float], T], timeout: timedelta | None = None) -> T:
        if self._stuck:
            raise TierUnavailable("the disk is slow")
        if self._waiting >= self._options.waiting:
            raise TierUnavailable("too many calls wait for the disk")
        now = self._clock.now().timestamp()
        future = asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, call, now)
        self._waiting += 1
        future.add_done_callback(self._done)
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
            if self._failed is not None:
                self._failed.inc()
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
