"""The bus over a real Redis: who hears what, and who is told that something was missed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.bus import MemoryBus
from matinee.infra.clock import SystemClock
from matinee.infra.redis import RedisBus, RedisConnection, RedisOptions, RedisUnavailable
from tests.servers.redis import OwnRedis, own

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]
PAUSE = timedelta(milliseconds=100)


@pytest.fixture
def server() -> Iterator[OwnRedis]:
    with own() as found:
        yield found


@asynccontextmanager
async def joined(server: OwnRedis, registry: CollectorRegistry | None = None) -> AsyncIterator[RedisBus]:
    clock = SystemClock()
    connection = RedisConnection(RedisOptions(server.server.url(), pause=PAUSE), clock, registry)
    async with RedisBus(connection, clock, registry, pause=PAUSE) as bus:
        yield bus
    await connection.aclose()


async def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        await asyncio.sleep(0.005)


async def test_the_others_hear_a_message_on_its_topic_and_the_sender_does_not(server: OwnRedis) -> None:
    heard: list[tuple[str, bytes]] = []
    async with joined(server) as one, joined(server) as two, joined(server) as three:
        for name, bus in (("one", one), ("two", two), ("three", three)):
            bus.subscribe("news", lambda message, name=name: heard.append((name, message)))  # type: ignore[misc]
        two.subscribe("other", lambda message: heard.append(("other", message)))
        await one.publish("news", b"\x00\xffhello")
        await until(lambda: len(heard) >= 2)
        await asyncio.sleep(0.05)
    assert sorted(heard) == [("three", b"\x00\xffhello"), ("two", b"\x00\xffhello")]


async def test_a_handler_that_fails_disturbs_neither_the_others_nor_later_messages(server: OwnRedis) -> None:
    heard: list[bytes] = []

    def fail(_: bytes) -> None:
        raise ValueError

    async with joined(server) as one, joined(server) as two:
        two.subscribe("news", fail)
        two.subscribe("news", heard.append)
        await one.publish("news", b"1")
        await one.publish("news", b"2")
        await until(lambda: len(heard) == 2)
    assert heard == [b"1", b"2"]


async def test_who_was_cut_off_is_told_when_it_hears_again(server: OwnRedis) -> None:
    lost: list[str] = []
    heard: list[bytes] = []
    async with joined(server) as one, joined(server) as two:
        one.on_lost(lambda: lost.append("one"))
        two.on_lost(lambda: lost.append("two"))
        two.subscribe("news", heard.append)
        await asyncio.sleep(0.05)
        assert lost == [], "nothing was missed at the start"
        server.kill()
        await until(lambda: not (one.connected.is_set() or two.connected.is_set()))
        await asyncio.to_thread(server.start)
        await until(lambda: set(lost) == {"one", "two"})
        await one.publish("news", b"again")
        await until(lambda: heard == [b"again"])


async def test_who_could_not_publish_tells_the_others_that_they_missed_something(server: OwnRedis) -> None:
    lost: list[str] = []
    registry = CollectorRegistry()
    async with joined(server, registry) as one, joined(server) as two:
        two.on_lost(lambda: lost.append("two"))
        one.on_lost(lambda: lost.append("one"))
        real, one._send = one._send, refuse  # type: ignore[method-assign]
        await one.publish("news", b"never arrives")
        one._send = real  # type: ignore[method-assign]
        await until(lambda: lost == ["two"])
    assert registry.get_sample_value("matinee_bus_unsent_total") == 1.0


async def refuse(topic: str, message: bytes) -> None:
    raise RedisUnavailable


async def test_publishing_without_redis_raises_nothing(server: OwnRedis) -> None:
    async with joined(server) as bus:
        server.kill()
        for _ in range(5):
            await bus.publish("news", b"x")
        await until(lambda: not bus.connected.is_set())
        assert bus._unsent, "the others are to be told that they missed something"


async def test_a_bus_whose_redis_hangs_ends_in_time(server: OwnRedis) -> None:
    async with joined(server) as bus:
        server.hang()
        await asyncio.sleep(0.15)
        began = time.monotonic()
        await bus.publish("news", b"x")
    assert time.monotonic() - began < 2
    server.go_on()


async def test_the_bus_of_a_single_process_hears_nobody() -> None:
    bus = MemoryBus()
    bus.subscribe("news", pytest.fail)
    bus.on_lost(lambda: pytest.fail("nothing can be lost"))
    await bus.publish("news", b"x")
