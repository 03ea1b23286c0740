"""The model of the cache, with a real Redis behind it that is flushed now and then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import redis as driver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from matinee.infra.cache import Cache, CacheOptions
from matinee.infra.cache.redis_locks import RedisLocks
from matinee.infra.cache.redis_tier import RedisTier
from matinee.infra.clock import SystemClock
from matinee.infra.redis import RedisBus, RedisConnection, RedisOptions
from tests.unit.infra.cache.test_model import OPERATIONS, Run


class RedisRun(Run):
    """Redis has its own time; the entries' ages are the manual clock's."""

    def __init__(self, url: str) -> None:
        super().__init__(folder=None)
        self.url = url
        self.slow = True

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Cache]:
        clock = SystemClock()
        connection = RedisConnection(RedisOptions(self.url, timeout=timedelta(seconds=20)), clock)
        options = CacheOptions(memory_bytes=2500, backstop=timedelta(seconds=7))
        async with (
            RedisBus(connection, clock) as bus,
            RedisTier(connection, clock) as tier,
            RedisLocks(connection, bus, clock) as locks,
            Cache(self.clock, options, bus=bus, second=tier, locks=locks) as cache,
        ):
            yield cache
        await connection.aclose()

    async def flush(self, cache: Cache, group: asyncio.TaskGroup) -> None:
        with driver.Redis.from_url(self.url) as client:
            client.flushdb()


@pytest.mark.timeout(300)
def test_no_sequence_makes_the_cache_answer_what_it_must_not(redis_url: str) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.one_of(OPERATIONS, OPERATIONS, OPERATIONS, st.tuples(st.just("flush"))), min_size=10, max_size=40))
    def check(operations: list[Any]) -> None:
        with driver.Redis.from_url(redis_url) as client:
            client.flushdb()
        with capture_logs():
            asyncio.run(RedisRun(redis_url).perform(operations))

    check()
