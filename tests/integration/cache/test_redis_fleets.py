"""The cache of several processes on a Redis that fails over, and on one that is spread over several masters."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from structlog.testing import capture_logs

from matinee.infra.cache import Invalidation
from matinee.infra.cache.tiers import TierUnavailable
from tests.integration.cache.conftest import Member
from tests.integration.cache.test_redis import got, until
from tests.servers.redis_fleets import ClusterRedis, WatchedRedis
from tests.unit.infra.cache.source import TAGS, Source

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(60)]
Members = Callable[..., Awaitable[Member]]
PATIENT = 3.0
"""Seconds for a call where nothing is to hang, on a busy machine."""
KEYS = [f"k{number}" for number in range(40)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[ClusterRedis]:
    with ClusterRedis() as found:
        yield found


@pytest.fixture
def cluster_url(cluster: ClusterRedis) -> str:
    cluster.flush()
    return cluster.url


@pytest.fixture
def watched() -> Iterator[WatchedRedis]:
    with WatchedRedis() as found:
        yield found


async def load(members: list[Member], source: Source, stop: asyncio.Event, served: list[int]) -> None:
    """Reads and invalidates until it is told to stop; any error ends the test."""
    step = 0
    while not stop.is_set():
        step += 1
        member = members[step % len(members)]
        await got(member, source, f"k{step % 300}")
        if step % 40 == 0:
            await member.cache.invalidate(keys=[f"k{step % 300}"])
        served[0] += 1
        await asyncio.sleep(0)


async def test_a_failover_under_load_fails_no_call_and_is_said_once_each_way(watched: WatchedRedis, members: Members) -> None:
    two, source = [await members(watched.url, timeout=PATIENT) for _ in range(2)], Source()
    stop, served = asyncio.Event(), [0]
    assert [member.redis.database for member in two] == [1, 1]
    with capture_logs() as logs:
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(load(two, source, stop, served))
            await until(lambda: served[0] > 200)
            first = watched.master()
            await asyncio.to_thread(watched.kill, first)
            await until(lambda: all(member.redis.state == "down" for member in two))
            before = served[0]
            await until(lambda: served[0] > before + 200)
            await until(lambda: all(member.redis.state == "up" and member.bus.connected.is_set() for member in two), 20)
            stop.set()
    events = [entry["event"] for entry in logs]
    told = [entry for entry in logs if entry["event"].startswith("redis_")]
    assert (events.count("redis_down"), events.count("redis_up")) == (2, 2), "\n" + "\n".join(map(str, told))
    await until(lambda: watched.master() != first)
    # The new master serves: what one loads the other has, and an invalidation reaches it.
    loads, heard = source.loads, list[Invalidation]()
    await got(two[0], source, "after")
    assert (await got(two[1], source, "after")).state == "hit"
    assert source.loads == loads + 1
    two[1].cache.on_invalidated(heard.append)
    await two[0].cache.invalidate(keys=["after"])
    await until(lambda: heard)


async def test_a_cluster_has_what_one_process_loaded_for_the_others_spread_over_its_masters(
    cluster: ClusterRedis, cluster_url: str, members: Members
) -> None:
    one, two, source = await members(cluster_url, timeout=PATIENT), await members(cluster_url, timeout=PATIENT), Source()
    for key in KEYS:
        await got(one, source, key)
    assert [(await got(two, source, key)).state for key in KEYS] == ["hit"] * len(KEYS)
    assert source.loads == len(KEYS)
    entries = [len(cluster.client(port).keys("matinee:cache:*:e:*")) for port in cluster.ports]
    assert min(entries) > 0
    assert sum(entries) == len(KEYS)
    figures = await one.redis.figures()
    assert figures.keys >= len(KEYS)
    assert figures.limit is None


@pytest.mark.parametrize(
    "what", [{"keys": KEYS}, {"tags": TAGS}, {"prefix": "k"}, {"prefix": ""}], ids=["keys", "tag", "prefix", "everything"]
)
async def test_an_invalidation_reaches_every_process_and_every_part_of_a_cluster(
    cluster_url: str, members: Members, what: dict[str, object]
) -> None:
    one, two, source = await members(cluster_url, timeout=PATIENT), await members(cluster_url, timeout=PATIENT), Source()
    for key in KEYS:
        await got(one, source, key)
        await got(two, source, key)
    heard: list[Invalidation] = []
    two.cache.on_invalidated(heard.append)
    await one.cache.invalidate(**what)  # type: ignore[arg-type]
    assert await until(lambda: heard) < 1.0
    assert [(await one.tier.read(key)).stored for key in KEYS] == [None] * len(KEYS)
    for key in KEYS:
        await got(two, source, key)
    assert source.loads == 2 * len(KEYS)


async def test_cold_calls_over_processes_on_a_cluster_make_one_load(cluster_url: str, members: Members) -> None:
    three, source = [await members(cluster_url, timeout=PATIENT) for _ in range(3)], Source()
    source.hold()
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(got(member, source)) for _ in range(30) for member in three]
        await source.began.wait()
        await asyncio.sleep(0.1)
        source.release()
    assert source.loads == 1
    assert {call.result().value for call in calls} == {b"v1"}


async def test_a_cluster_that_loses_a_master_fails_no_call(members: Members) -> None:
    with ClusterRedis() as own:
        two, source = [await members(own.url, timeout=PATIENT) for _ in range(2)], Source()
        stop, served = asyncio.Event(), [0]
        async with asyncio.TaskGroup() as group:
            for _ in range(4):
                group.create_task(load(two, source, stop, served))
            await until(lambda: served[0] > 200)
            await asyncio.to_thread(own.kill, own.ports[0])
            before = served[0]
            await until(lambda: served[0] > before + 500, 10)
            await until(lambda: all(member.bus.connected.is_set() for member in two), 10)
            stop.set()
        # What the other masters keep is shared as before, when each part of the cluster has been asked anew.
        shared: list[str] = []
        for attempt in range(20):
            shared = [key for key in KEYS if await kept(two[0], source, f"new-{attempt}-{key}")]
            if len(shared) > len(KEYS) / 4:
                break
            await asyncio.sleep(0.2)
        assert len(shared) > len(KEYS) / 4, shared


async def kept(member: Member, source: Source, key: str) -> bool:
    """Whether the second tier has what is loaded now."""
    await got(member, source, key)
    try:
        return (await member.tier.read(key)).stored is not None
    except TierUnavailable:  # that part of the cluster is gone
        return False
