"""Both second tiers, and installations of several caches on one Redis."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import redis as driver

from matinee.infra.cache import Cache, CacheOptions
from matinee.infra.cache.disk_tier import DiskOptions, DiskTier
from matinee.infra.cache.redis_locks import RedisLocks
from matinee.infra.cache.redis_tier import RedisTier
from matinee.infra.cache.tiers import SecondTier
from matinee.infra.clock import Clock, SystemClock
from matinee.infra.redis import RedisBus, RedisConnection, RedisOptions
from tests.servers.redis import OwnRedis, own

_numbers = itertools.count(1)


@dataclass
class Member:
    """One process of an installation, as far as its cache goes."""

    cache: Cache
    redis: RedisConnection
    bus: RedisBus
    tier: RedisTier
    locks: RedisLocks
    _stack: AsyncExitStack

    async def leave(self) -> None:
        await self._stack.aclose()


@pytest.fixture(scope="session")
def worker_redis() -> Iterator[OwnRedis]:
    """A Redis of this worker's, so that flushing a database disturbs no other."""
    with own() as found:
        yield found


@pytest.fixture
def redis_url(worker_redis: OwnRedis) -> str:
    """An empty database."""
    url = worker_redis.server.url(next(_numbers) % 60)
    with driver.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    """A Redis that the test may stop."""
    with own() as found:
        yield found


async def join(
    url: str, clock: Clock | None = None, *, backstop: float = 30.0, lease: float = 3.0, timeout: float = 0.25
) -> Member:
    """A member of the installation on that Redis."""
    clock = clock or SystemClock()
    stack = AsyncExitStack()
    redis = RedisConnection(RedisOptions(url, timedelta(seconds=timeout), pause=timedelta(milliseconds=200)), clock)
    stack.push_async_callback(redis.aclose)
    bus = await stack.enter_async_context(RedisBus(redis, clock, pause=timedelta(milliseconds=200)))
    tier = await stack.enter_async_context(RedisTier(redis, clock))
    locks = await stack.enter_async_context(RedisLocks(redis, bus, clock, timedelta(seconds=lease)))
    options = CacheOptions(backstop=timedelta(seconds=backstop))
    cache = await stack.enter_async_context(Cache(clock, options, bus=bus, second=tier, locks=locks))
    return Member(cache, redis, bus, tier, locks, stack)


@pytest.fixture
async def members(anyio_backend: str) -> AsyncIterator[Callable[..., Awaitable[Member]]]:
    """Makes members; all of them leave at the end."""
    joined: list[Member] = []

    async def make(url: str, **options: float) -> Member:
        joined.append(await join(url, None, **options))
        return joined[-1]

    yield make
    for member in reversed(joined):
        await member.leave()


@asynccontextmanager
async def disk_tier(path: Path, clock: Clock, limit: int = 10**7) -> AsyncIterator[DiskTier]:
    """A file, with patience for a busy machine."""
    async with DiskTier(DiskOptions(path, limit, timeout=timedelta(seconds=30)), clock) as tier:
        yield tier


@pytest.fixture(params=["disk", "redis"])
async def tier(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[SecondTier]:
    """Each second tier in turn, on the real clock."""
    clock = SystemClock()
    if request.param == "disk":
        async with disk_tier(tmp_path / "entries.db", clock) as found:
            yield found
        return
    url: str = request.getfixturevalue("redis_url")
    connection = RedisConnection(RedisOptions(url, timeout=timedelta(seconds=10)), clock)
    async with RedisTier(connection, clock) as shared:
        yield shared
    await connection.aclose()
