"""Breakers of several processes over a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.clock import SystemClock
from matinee.infra.redis import RedisBus, RedisConnection, RedisOptions
from matinee.infra.upstream import BreakerPolicy, Call, Upstream, UpstreamPolicy, Upstreams, UpstreamUnavailable
from tests.servers import RedisServer
from tests.servers.mock_network import MockNetwork

pytestmark = pytest.mark.anyio
DATABASES = (60, 61, 62, 63)
"""One for each worker of a run, so that they do not hear each other; the cache's tests use those below."""
WITHIN = 1.0


@dataclass
class Process:
    upstreams: Upstreams
    films: Upstream


Start = Callable[[], Awaitable[Process]]


@pytest.fixture
async def start(redis: RedisServer, worker_id: str) -> AsyncIterator[Start]:
    """Another process, as far as upstreams can tell: a bus connection and breakers of its own."""
    database = DATABASES[int(worker_id.removeprefix("gw") if worker_id.startswith("gw") else 0) % len(DATABASES)]
    async with AsyncExitStack() as stack:

        async def start() -> Process:
            connection = RedisConnection(RedisOptions(redis.url(database)), SystemClock())
            stack.push_async_callback(connection.aclose)
            bus = await stack.enter_async_context(RedisBus(connection, SystemClock()))
            network = MockNetwork(lambda _request: httpx2.Response(500))
            upstreams = await stack.enter_async_context(Upstreams(SystemClock(), CollectorRegistry(), bus, network=network))
            breaker = BreakerPolicy(minimum_calls=2, open_for=timedelta(minutes=5))
            policy = UpstreamPolicy("films", ("https://films.example",), attempts=1, breaker=breaker)
            return Process(upstreams, upstreams.add(policy, kind="metadata"))

        yield start


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not true():
            await asyncio.sleep(0.01)


async def test_what_one_process_finds_out_another_acts_on_within_a_second(start: Start) -> None:
    here, there = await start(), await start()
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            await here.films.send(Call("GET", "/"))
    await until(lambda: there.films.status().breaker == "open")
    assert there.films.status().tries == 0


async def test_a_trip_and_a_reset_reach_everybody_and_those_who_come_later(start: Start) -> None:
    here, there = await start(), await start()
    await here.upstreams.trip("films")
    await until(lambda: there.films.status().forced)
    later = await start()
    await until(lambda: later.films.status().forced)
    await later.upstreams.reset("films")
    await until(lambda: not here.films.status().forced and not there.films.status().forced)
    assert here.films.status().breaker == "closed"
