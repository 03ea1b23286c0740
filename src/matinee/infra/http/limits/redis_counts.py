"""One count for several processes, in Redis, by the storage and the scripts of the `limits` library.

What must be exact asks Redis each time. Reads are counted in the process, where the hot lane can, and told to Redis in the
background: `EVERY` seconds, at most `MOST` callers a time, those nearest to their limit first. So a caller who spreads requests
over several processes may get, beyond the limit, what the other processes gave in one such interval (two, while more callers than
that are active), and never more than the limit in each of them.

Without Redis each process counts for itself. What it counted is told later; a Redis that came back empty does not forget for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack
from heapq import nlargest
from types import TracebackType
from typing import Any, Self

import structlog
from limits import RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from prometheus_client import CollectorRegistry, Counter, Gauge

from matinee.infra.background import repeated
from matinee.infra.clock import Clock
from matinee.infra.http.limits.callers import Limits
from matinee.infra.http.limits.window import Window
from matinee.infra.redis import RedisConnection, RedisUnavailable

log = structlog.get_logger(__name__)
EVERY = 1.0
MOST = 200
_AT_ONCE = 16
_PREFIX = "matinee:limits"
_NO_LIMIT = 1 << 40


class _Storage(RedisStorage):
    """The library's storage over the connection that the process has already."""

    def __init__(self, client: Any) -> None:  # Any: redis-py's client for one server or for a cluster
        self._client = client
        super().__init__("redis://", implementation="redispy", key_prefix=_PREFIX)

    def configure_bridge(self) -> None:
        bridge: Any = self.bridge  # Any: the library's own attributes, which its constructor sets from an address
        bridge.storage = self._client
        bridge.connection_getter = lambda _readonly: self._client


class RedisCounts:
    """Implements `SharedCount`. An async context manager: it owns the task that tells Redis."""

    def __init__(
        self, connection: RedisConnection, limits: Iterable[Limits], clock: Clock, registry: CollectorRegistry | None = None
    ) -> None:
        self._connection = connection
        self._storage = _Storage(connection.client)
        self._limits = tuple(limits)
        self._clock = clock
        self._stack = AsyncExitStack()
        self.degraded = False
        self._alone = self._told = None
        if registry is not None:
            self._alone = Counter(
                "matinee_limits_counted_alone", "Requests that could not be counted for all processes.", registry=registry
            )
            self._told = Counter(
                "matinee_limits_told", "Counts told to the other processes in the background.", registry=registry
            )
            degraded = Gauge("matinee_limits_degraded", "Whether each process counts for itself.", registry=registry)
            degraded.set_function(lambda: self.degraded)
        for one in self._limits:
            one.shared = self

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(repeated("limits", self.tell, EVERY, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def take(self, window: Window, now: float) -> int:
        """See `SharedCount`."""
        key, period = _key(window), int(window.period)
        try:
            allowed = await self._connection.run(
                lambda _client: self._storage.acquire_sliding_window_entry(key, window.limit, period, 1)
            )
        except RedisUnavailable:
            self._count_alone()
            return window.take(now)
        if allowed:
            window.note(now)
        await self._look(window, 1 if allowed else 0)
        return max(0, window.left(self._clock.monotonic())) if allowed else -1

    async def clear(self, window: Window) -> None:
        """See `SharedCount`."""
        try:
            await self._connection.run(lambda _client: self._storage.clear_sliding_window(_key(window), int(window.period)))
        except RedisUnavailable:
            self._count_alone()

    async def tell(self) -> None:
        """Tell Redis what was counted here since the last time, and learn what the others counted."""
        waiting = [window for limits in self._limits for window in limits.windows() if window.untold()]
        if len(waiting) > MOST:
            waiting = nlargest(MOST, waiting, key=lambda window: window.count / max(1, window.limit))
        queue = iter(waiting)

        async def work() -> None:
            for window in queue:
                if not await self._tell(window):
                    return

        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(waiting))):
                group.create_task(work())

    async def _tell(self, window: Window) -> bool:
        untold = window.untold()
        if not untold:
            return True
        key, period = _key(window), int(window.period)
        try:
            await self._connection.run(lambda _client: self._storage.acquire_sliding_window_entry(key, _NO_LIMIT, period, untold))
        except RedisUnavailable:
            self._become(degraded=True)
            return False
        if self._told is not None:
            self._told.inc()
        await self._look(window, untold)
        return True

    async def _look(self, window: Window, told: int) -> None:
        """Take over the shared count, in which `told` is."""
        key, period = _key(window), int(window.period)
        try:
            before, _, count, left = await self._connection.run(lambda _client: self._storage.get_sliding_window(key, period))
        except RedisUnavailable:
            self._become(degraded=True)
            window.adopt(told, window.before, window.known + told, window.started, self._clock.monotonic())
            return
        self._become(degraded=False)
        now = self._clock.monotonic()
        # The library lets the present count live for two periods from its start.
        window.adopt(told, before, count, now - max(0.0, 2 * period - left), now)

    def _count_alone(self) -> None:
        if self._alone is not None:
            self._alone.inc()
        self._become(degraded=True)

    def _become(self, *, degraded: bool) -> None:
        if degraded != self.degraded:
            self.degraded = degraded
            if degraded:
                log.warning("limits_counted_alone")
            else:
                log.info("limits_shared_again")


def _key(window: Window) -> str:
    return RateLimitItemPerSecond(1, int(window.period), window.cost).key_for(window.key)
