"""At most one load of a key among all processes: a lock in Redis with a token and a lease.

The holder renews the lease while it loads, so a long load keeps it and a dead holder loses it. Whoever waits is woken by a
message when the holder is done.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self

import msgspec
import structlog

from matinee.infra.background import repeated
from matinee.infra.bus import Bus
from matinee.infra.cache import redis_scripts
from matinee.infra.cache.redis_keys import RedisKeys
from matinee.infra.cache.tiers import TierUnavailable
from matinee.infra.clock import Clock
from matinee.infra.redis import RedisConnection, RedisUnavailable

log = structlog.get_logger(__name__)
TOPIC = "cache.flight"
_MOST_DOUBTFUL = 256


class RedisLease:
    """See `Lease`."""

    def __init__(self, locks: RedisLocks, key: str, token: bytes) -> None:
        self._locks = locks
        self.key = key
        self.token = token
        self.news = False

    async def release(self, outcome: bytes = b"") -> None:
        """See `Lease`."""
        await self._locks.give_back(self, outcome)


class RedisLocks:
    """An async context manager: it owns the task that renews the leases held here."""

    def __init__(self, connection: RedisConnection, bus: Bus, clock: Clock, lease: timedelta = timedelta(seconds=3)) -> None:
        self._connection = connection
        self._bus = bus
        self._clock = clock
        self._lease = lease
        self._milliseconds = int(lease.total_seconds() * 1000)
        self._acquire = connection.script(redis_scripts.ACQUIRE)
        self._renew = connection.script(redis_scripts.RENEW)
        self._release = connection.script(redis_scripts.RELEASE)
        self._keys = RedisKeys(clustered=connection.clustered)
        self._held: set[RedisLease] = set()
        self._doubtful: set[RedisLease] = set()
        self._waiting: defaultdict[str, set[asyncio.Future[bytes]]] = defaultdict(set)
        self._stack = AsyncExitStack()
        bus.subscribe(TOPIC, self._heard)

    async def __aenter__(self) -> Self:
        pause = self._lease.total_seconds() / 6
        await self._stack.enter_async_context(repeated("redis leases", self._keep, pause, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def acquire(self, key: str, known: float | None) -> RedisLease | None:
        """See `FlightLocks`."""
        lease = RedisLease(self, key, secrets.token_hex(12).encode())
        seen = repr(known).encode() if known is not None else b""
        try:
            part = self._keys.part(key)
            names = [*self._names(key), part.entries + key.encode()]
            taken = await self._acquire(names, [lease.token, self._milliseconds, seen], part.number)
        except RedisUnavailable as error:
            self._doubt(lease)
            raise TierUnavailable(str(error)) from error
        except asyncio.CancelledError:
            self._doubt(lease)
            raise
        if not taken:
            return None
        lease.news = taken == 2
        self._held.add(lease)
        return lease

    async def wait(self, key: str, longest: timedelta) -> bytes:
        """See `FlightLocks`."""
        told: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[key].add(told)
        try:
            async with asyncio.timeout(longest.total_seconds()):
                return await told
        except TimeoutError:
            return b""
        finally:
            self._waiting[key].discard(told)
            if not self._waiting[key]:
                del self._waiting[key]

    async def give_back(self, lease: RedisLease, outcome: bytes) -> None:
        """Release it and wake those who wait. A lock that cannot be released ends with its lease."""
        self._held.discard(lease)
        try:
            if not await self._release(self._names(lease.key), [lease.token], self._keys.part(lease.key).number):
                return
        except RedisUnavailable:
            return
        await self._bus.publish(TOPIC, msgspec.msgpack.encode((lease.key, outcome)))

    def _heard(self, message: bytes) -> None:
        key, outcome = msgspec.msgpack.decode(message, type=tuple[str, bytes])
        for told in self._waiting.get(key, ()):
            if not told.done():
                told.set_result(outcome)

    def _doubt(self, lease: RedisLease) -> None:
        """Redis may have given it after nobody listened any more: nobody must have to wait for its end."""
        if len(self._doubtful) < _MOST_DOUBTFUL:
            self._doubtful.add(lease)

    async def _keep(self) -> None:
        for lease in tuple(self._doubtful):
            try:
                await self._release(self._names(lease.key), [lease.token], self._keys.part(lease.key).number)
            except RedisUnavailable:
                continue
            self._doubtful.discard(lease)
        for lease in tuple(self._held):
            try:
                number = self._keys.part(lease.key).number
                kept = await self._renew(self._names(lease.key)[:1], [lease.token, self._milliseconds], number)
            except RedisUnavailable:
                continue
            if not kept:
                self._held.discard(lease)

    def _names(self, key: str) -> list[bytes]:
        """The lock, and the flag that somebody waits for it."""
        name, part = key.encode(), self._keys.part(key)
        return [part.locks + name, part.waited + name]
