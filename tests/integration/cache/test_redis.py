"""Several processes on one Redis: what each of them knows of the others, and what happens when Redis does not do its part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from matinee.infra.cache import Hit, Invalidation, SourceFailed
from matinee.infra.clock import SystemClock
from matinee.infra.redis import RedisConnection, RedisOptions, RedisUnavailable
from tests.integration.cache.conftest import Member, join
from tests.servers.redis import OwnRedis
from tests.unit.infra.cache.source import POLICY, TAGS, Source

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]
Members = Callable[..., Awaitable[Member]]


async def until(condition: Callable[[], object], seconds: float = 5.0) -> float:
    """Wait for it; how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "not in time"
        await asyncio.sleep(0.005)
    return time.monotonic() - began


async def got(member: Member, source: Source, key: str = "k") -> Hit:
    hit = await member.cache.get(POLICY, key, source)
    assert hit is not None
    return hit


async def test_what_one_process_loaded_the_others_have(redis_url: str, members: Members) -> None:
    one, two, source = await members(redis_url), await members(redis_url), Source()
    loaded = await got(one, source)
    found = await got(two, source)
    assert (found.value, found.state, found.version, found.stored_at) == (b"v1", "hit", loaded.version, loaded.stored_at)
    assert source.loads == 1


@pytest.mark.parametrize(
    "what", [{"keys": ["k"]}, {"tags": TAGS}, {"prefix": "k"}, {"prefix": ""}], ids=["key", "tag", "prefix", "everything"]
)
async def test_an_invalidation_reaches_every_process_within_a_second(
    redis_url: str, members: Members, what: dict[str, object]
) -> None:
    one, two, source = await members(redis_url), await members(redis_url), Source()
    heard: list[Invalidation] = []
    await got(one, source)
    await got(two, source)
    two.cache.on_invalidated(heard.append)
    await one.cache.invalidate(**what)  # type: ignore[arg-type]
    assert await until(lambda: heard) < 1.0
    assert (await got(two, source)).value == b"v2"
    assert (await got(one, source)).value == b"v2"


async def test_a_thousand_cold_calls_over_four_processes_make_one_load(redis_url: str, members: Members) -> None:
    four, source = [await members(redis_url) for _ in range(4)], Source()
    source.hold()
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(got(member, source)) for _ in range(250) for member in four]
        await source.began.wait()
        await asyncio.sleep(0.3)  # longer than a waiter's look whether it must load itself
        source.release()
    assert source.loads == 1
    assert {call.result().value for call in calls} == {b"v1"}


async def test_two_thousand_different_cold_calls_at_once_are_no_reason_to_give_redis_up(redis_url: str, members: Members) -> None:
    one, source = await members(redis_url), Source()
    found = await asyncio.gather(*[got(one, source, f"k{number}") for number in range(2000)])
    assert (len(found), source.loads, one.redis.state) == (2000, 2000, "up")
    assert (await one.tier.read("k1999")).stored is not None


async def test_a_refresh_in_one_process_is_not_repeated_by_the_others(redis_url: str, members: Members) -> None:
    two, source = [await members(redis_url), await members(redis_url)], Source()
    source.fresh = timedelta(seconds=0.05)
    for member in two:
        await got(member, source)
    await asyncio.sleep(0.1)
    source.fresh = None
    for _ in range(3):
        for member in two:
            await got(member, source)
            await asyncio.sleep(0.05)
    assert source.loads == 2
    assert [(await got(member, source)).value for member in two] == [b"v2", b"v2"]


async def test_a_failure_in_one_process_is_told_to_those_that_wait_for_its_load(redis_url: str, members: Members) -> None:
    one, two, source, never = await members(redis_url), await members(redis_url), Source(), Source()
    source.hold()
    source.fails, source.retry_after = "upstream_timeout", timedelta(seconds=3)
    async with asyncio.TaskGroup() as group:
        first = group.create_task(outcome(one, source))
        await source.began.wait()
        second = group.create_task(outcome(two, never))
        await asyncio.sleep(0.15)
        source.release()
    assert (first.result(), second.result()) == ("upstream_timeout", "upstream_timeout")
    assert never.loads == 0


async def outcome(member: Member, source: Source) -> str:
    try:
        return (await got(member, source)).state
    except SourceFailed as failure:
        return failure.reason


async def test_the_lease_of_a_dead_process_ends_and_that_of_a_slow_one_does_not(redis_url: str, members: Members) -> None:
    one, two, source = await members(redis_url, lease=0.6), await members(redis_url, lease=0.6), Source()
    assert await one.locks.acquire("slow", None) is not None
    began = time.monotonic()
    await asyncio.sleep(1.0)
    assert await two.locks.acquire("slow", None) is None, "it is renewed while its holder lives"
    dead = await one.locks.acquire("k", None)
    assert dead is not None
    one.locks._held.clear()  # nobody renews it: as if the process had died
    began = time.monotonic()
    assert (await got(two, source)).state == "miss"
    assert 0.2 < time.monotonic() - began < 3


async def test_a_lease_that_went_to_another_is_not_released_by_the_first(redis_url: str, members: Members) -> None:
    one, two = await members(redis_url, lease=0.1), await members(redis_url)
    first = await one.locks.acquire("k", None)
    one.locks._held.clear()
    await asyncio.sleep(0.2)
    assert await two.locks.acquire("k", None) is not None
    assert first is not None
    await first.release()
    assert await one.locks.acquire("k", None) is None


@pytest.mark.parametrize("told", [True, False], ids=["message", "no-message"])
async def test_an_invalidation_elsewhere_wins_over_a_load_that_runs_here(redis_url: str, members: Members, told: bool) -> None:
    one, two, source = await members(redis_url), await members(redis_url), Source()
    if not told:
        one.bus._handlers.clear()
    source.hold()
    async with asyncio.TaskGroup() as group:
        call = group.create_task(got(one, source))
        await source.began.wait()
        await two.cache.invalidate(tags=TAGS)
        source.release()
    assert call.result().value in {b"v1", b"v2"}
    assert (await got(one, source)).value == b"v2"
    assert (await got(two, source)).value == b"v2"


async def test_without_messages_the_backstop_finds_what_became_invalid(redis_url: str, members: Members) -> None:
    one, two, source = await members(redis_url), await members(redis_url, backstop=0.2), Source()
    await got(one, source)
    await got(two, source)
    two.bus._handlers.clear()
    await one.cache.invalidate(keys=["k"])
    await asyncio.sleep(0.3)
    assert (await got(two, source)).value == b"v2"


async def test_redis_killed_and_restarted_under_load_fails_no_call_and_is_logged_once_each_way(
    own_redis: OwnRedis, members: Members
) -> None:
    two, source = [await members(own_redis.server.url()), await members(own_redis.server.url())], Source()
    served = 0
    stop = asyncio.Event()

    async def load(member: Member, number: int) -> None:
        nonlocal served
        step = number
        while not stop.is_set():
            step += 1
            await got(member, source, f"k{step % 300}")
            if step % 50 == 0:
                await member.cache.invalidate(keys=[f"k{step % 300}"])
            served += 1
            await asyncio.sleep(0)

    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(load(two[number % 2], number * 37))
            await asyncio.sleep(0.3)
            own_redis.kill()
            await until(lambda: all(member.redis.state == "down" for member in two))
            before = served
            await until(lambda: served > before + 100)  # memory carries on
            await asyncio.to_thread(own_redis.start)
            await until(lambda: all(member.redis.state == "up" and member.bus.connected.is_set() for member in two))
            again = served
            await until(lambda: served > again)
            stop.set()
    events = [entry["event"] for entry in logs]
    assert (events.count("redis_down"), events.count("redis_up")) == (2, 2)


async def test_a_hanging_redis_delays_a_few_calls_by_its_timeout_and_then_none(own_redis: OwnRedis, members: Members) -> None:
    member, source = await members(own_redis.server.url()), Source()
    await got(member, source, "before")
    own_redis.hang()
    times = []
    for number in range(20):
        began = time.monotonic()
        await got(member, source, f"k{number}")
        times.append(time.monotonic() - began)
    assert max(times) < 1.0
    assert sum(times) < 2.5
    assert member.redis.state == "down"
    assert (await got(member, source, "before")).state == "hit"
    own_redis.go_on()
    await until(lambda: member.redis.state == "up" and member.bus.connected.is_set())
    assert (await got(member, source, "after")).state == "miss"
    assert (await member.tier.read("after")).stored is not None, "answers are not mixed up after the calls that were given up"


async def test_a_flushed_redis_is_filled_again_and_what_it_forgot_is_not_trusted(redis_url: str, members: Members) -> None:
    one, source = await members(redis_url, backstop=0.1), Source()
    await got(one, source)
    await one.redis.run(lambda client: client.flushdb())
    await asyncio.sleep(0.15)
    assert (await got(one, source)).value == b"v2"
    assert (await one.tier.read("k")).stored is not None


async def test_a_redis_that_comes_back_empty_while_the_source_is_gone_costs_no_answer(
    own_redis: OwnRedis, members: Members
) -> None:
    member, source = await members(own_redis.server.url()), Source()
    await got(member, source)
    heard: list[Invalidation] = []
    member.cache.on_invalidated(heard.append)
    source.fails = "upstream_unavailable"
    own_redis.kill()
    await until(lambda: not member.bus.connected.is_set())
    await asyncio.to_thread(own_redis.start)
    await until(lambda: heard)
    assert heard == [Invalidation(everything=True)]
    for _ in range(3):
        hit = await got(member, source)
        assert (hit.value, hit.state, hit.reason) == (b"v1", "error", "upstream_unavailable")
    assert source.loads == 2
    await member.cache.invalidate(tags=TAGS)
    with pytest.raises(SourceFailed):
        await member.cache.get(POLICY, "k", source)


async def test_what_was_invalidated_while_redis_hung_is_told_to_it_and_the_others_afterwards(
    own_redis: OwnRedis, members: Members
) -> None:
    one, two, source = await members(own_redis.server.url()), await members(own_redis.server.url()), Source()
    await got(one, source)
    await got(two, source)
    own_redis.hang()
    await one.cache.invalidate(tags=TAGS)
    assert (await got(one, source)).value == b"v2", "here it holds at once"
    own_redis.go_on()
    await until(lambda: one.cache._memory.look("k") is not None and two.cache._memory.look("k") is None)
    assert (await got(two, source)).value != b"v1"


async def test_a_process_that_starts_without_redis_works_and_joins_later(own_redis: OwnRedis, members: Members) -> None:
    own_redis.kill()
    member, source = await members(own_redis.server.url()), Source()
    assert (await got(member, source)).state == "miss"
    assert (await got(member, source)).state == "hit"
    assert member.cache.statistics().tiers[1].name == "redis"
    await asyncio.to_thread(own_redis.start)
    await until(member.bus.connected.is_set)
    await got(member, source, "later")
    assert (await member.tier.read("later")).stored is not None


async def test_installations_on_one_server_do_not_hear_each_other(own_redis: OwnRedis) -> None:
    one, other, source = await join(own_redis.server.url(1)), await join(own_redis.server.url(2)), Source()
    await got(one, source)
    await got(other, source)
    assert source.loads == 2
    await one.cache.invalidate(prefix="")
    await asyncio.sleep(0.1)
    assert (await got(other, source)).value == b"v2"
    await one.leave()
    await other.leave()


async def test_redis_refusing_commands_is_said_once_and_fails_nothing(own_redis: OwnRedis, members: Members) -> None:
    member, source = await members(own_redis.server.url()), Source()
    await member.redis.run(lambda client: client.config_set("maxmemory", "1"))
    with capture_logs() as logs:
        for number in range(5):
            assert (await got(member, source, f"k{number}")).state == "miss"
        await member.cache.invalidate(keys=["k1"])
    assert [entry["event"] for entry in logs].count("redis_refused") == 1
    assert (await got(member, source, "k0")).state == "hit"


async def test_a_full_redis_that_evicts_the_generations_trusts_nothing_older(redis_url: str, members: Members) -> None:
    one, source = await members(redis_url), Source()
    await got(one, source)
    await one.cache.invalidate(keys=["other"])
    await one.redis.run(lambda client: client.delete("matinee:cache:generations"))
    assert (await one.tier.read("k")).stored is None


async def test_a_redis_that_comes_back_from_an_old_snapshot_does_not_bring_back_what_was_invalidated(
    redis_url: str, members: Members
) -> None:
    one, two, source = await members(redis_url, backstop=0.05), await members(redis_url), Source()
    await got(one, source)
    await got(one, source, "other")
    names = ["matinee:cache:generations", "matinee:cache:e:k"]
    dumps = [await one.redis.run(lambda client, name=name: client.dump(name)) for name in names]  # type: ignore[misc]
    await one.cache.invalidate(tags=TAGS)
    source.fails = "upstream_unavailable"
    for name, dump in zip(names, dumps, strict=True):
        await one.redis.run(lambda client, name=name, dump=dump: client.restore(name, 0, dump, replace=True))  # type: ignore[misc]
    for member in (one, two):
        with pytest.raises(SourceFailed):
            await member.cache.get(POLICY, "k", source)
    source.fails = None
    assert (await got(two, source)).state == "miss"
    assert (await got(one, source)).state == "hit"


async def test_only_one_call_at_a_time_tries_a_redis_that_is_down() -> None:
    clock = SystemClock()
    redis = RedisConnection(RedisOptions("unix:///tmp/matinee-no-such.sock", pause=timedelta(milliseconds=50)), clock)
    attempts = 0

    async def attempt(client: object) -> None:
        nonlocal attempts
        attempts += 1
        raise ConnectionRefusedError

    for _ in range(5):
        with pytest.raises(RedisUnavailable):
            await redis.run(attempt)
    assert attempts == 3
    await asyncio.sleep(0.06)
    results = await asyncio.gather(*[redis.run(attempt) for _ in range(10)], return_exceptions=True)
    assert [type(result) for result in results] == [RedisUnavailable] * 10
    assert attempts == 4
    await redis.aclose()
