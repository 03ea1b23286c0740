"""The second tier in a file: restarts, limits, damage."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from matinee.infra.cache import Cache
from matinee.infra.cache.disk_tier import DiskOptions, DiskTier
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import TierUnavailable
from matinee.infra.clock import ManualClock
from tests.integration.cache.conftest import disk_tier
from tests.unit.infra.cache.source import POLICY, TAGS, Source

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "entries.db"


async def test_a_restart_keeps_the_catalogue_with_its_ages(path: Path, clock: ManualClock) -> None:
    source = Source()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(POLICY, "k", source)
    await clock.advance(30)
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        hit = await cache.get(POLICY, "k", source)
        assert hit is not None
        assert (hit.value, hit.state, hit.age, source.loads) == (b"v1", "hit", 30.0, 1)


async def test_after_a_restart_old_entries_serve_when_the_source_is_gone(path: Path, clock: ManualClock) -> None:
    source = Source()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(POLICY, "k", source)
    await clock.advance(800)
    source.fails = "upstream_unavailable"
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        for _ in range(3):
            hit = await cache.get(POLICY, "k", source)
            assert hit is not None
            assert (hit.value, hit.state, hit.reason) == (b"v1", "error", "upstream_unavailable")
    assert source.loads == 2


async def test_what_was_invalidated_stays_so_after_a_restart(path: Path, clock: ManualClock) -> None:
    source = Source()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(POLICY, "k", source)
        await cache.invalidate(tags=TAGS)
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        assert await cache.peek(POLICY, "k") is None


async def test_an_invalidation_by_another_process_of_the_folder_is_seen_after_the_backstop(
    path: Path, clock: ManualClock
) -> None:
    source = Source()
    async with disk_tier(path, clock) as one, Cache(clock, second=one) as cache, disk_tier(path, clock) as two:
        await cache.get(POLICY, "k", source)
        async with Cache(clock, second=two) as other:
            await other.invalidate(tags=TAGS)
        await clock.advance(31)
        hit = await cache.get(POLICY, "k", source)
        assert hit is not None
        assert hit.value == b"v2"


async def test_personal_entries_are_not_written_to_the_file(path: Path, clock: ManualClock) -> None:
    policy = replace(POLICY, name="mine", scope="user")
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(policy, "user:1:home", Source())
        assert await cache.peek(policy, "user:1:home") is not None
        assert (await tier.read("user:1:home")).stored is None


async def test_the_limit_is_kept_and_what_was_used_least_recently_goes_first(path: Path, clock: ManualClock) -> None:
    limit = 1_000_000
    async with disk_tier(path, clock, limit) as tier:
        mark = (await tier.read("x")).mark
        for number in range(400):
            value = random.Random(number).randbytes(8000)
            await tier.write(f"k{number}", Stored(value, frozenset(), clock.now().timestamp(), 10.0**6, 0.1, mark), 10.0**6)
            await clock.advance(1)
            assert (await tier.read("k0")).stored is not None, f"in use all the time, gone after {number}"
        figures = tier.figures()
        assert figures.bytes <= limit * 1.1
        assert figures.evictions > 100
        assert (await tier.read("k1")).stored is None
        assert (await tier.read("k399")).stored is not None
    async with disk_tier(path, clock, limit) as tier:
        assert tier.figures().bytes <= limit
    assert path.stat().st_size <= limit * 1.1


async def test_ended_entries_leave_the_file(path: Path, clock: ManualClock) -> None:
    async with disk_tier(path, clock) as tier:
        mark = (await tier.read("x")).mark
        await tier.write("k", Stored(b"x", frozenset(), clock.now().timestamp(), 10.0, 0.1, mark), 10.0)
    await clock.advance(11)
    async with disk_tier(path, clock) as tier:
        assert tier.figures().entries == 0


@pytest.mark.parametrize("damage", ["garbage", "head", "version", "folder"])
async def test_a_file_that_cannot_be_used_is_set_aside_and_the_cache_goes_on(path: Path, clock: ManualClock, damage: str) -> None:
    source = Source()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(POLICY, "k", source)
    _damage(path, damage)
    with capture_logs() as logs:
        async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
            assert await cache.get(POLICY, "k", source) is not None
            assert source.loads == 2
            assert tier.figures().state == ("down" if damage == "folder" else "up")
    events = [entry["event"] for entry in logs]
    if damage == "folder":
        assert events.count("cache_file_failing") == 1
        return
    assert events.count("cache_file_set_aside") == 1
    assert path.with_name("entries.db.broken").exists()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        assert await cache.peek(POLICY, "k") is not None


def _damage(path: Path, damage: str) -> None:
    if damage == "garbage":
        path.write_bytes(b"no database " * 1000)
    elif damage == "head":
        with path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 4000)
    elif damage == "version":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
    else:
        path.unlink()
        path.mkdir()


async def test_a_file_that_breaks_while_in_use_is_set_aside(path: Path, clock: ManualClock) -> None:
    source = Source()
    async with disk_tier(path, clock) as tier, Cache(clock, second=tier) as cache:
        await cache.get(POLICY, "k", source)
        for pragma in ("wal_checkpoint(TRUNCATE)", "shrink_memory"):  # all of it in the file, none of it in memory
            await tier._run(lambda now, text=pragma: tier._file._connection.execute(f"PRAGMA {text}").fetchall())  # type: ignore[misc, union-attr]
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
        for number in range(5):
            assert await cache.get(POLICY, f"k{number}", source) is not None
        await cache.get(POLICY, "last", source)
        assert (await tier.read("last")).stored is not None
    assert path.with_name("entries.db.broken").exists()


async def test_a_slow_disk_holds_nobody_up(path: Path, clock: ManualClock) -> None:
    source, gate = Source(), threading.Event()
    options = DiskOptions(path, 10**7, timeout=timedelta(milliseconds=100), waiting=2)
    began = time.monotonic()
    async with DiskTier(options, clock) as tier:
        blocked = tier._thread.submit(gate.wait)
        async with Cache(clock, second=tier) as cache:
            for number in range(50):
                hit = await cache.get(POLICY, f"k{number}", source)
                assert hit is not None
                assert hit.state == "miss"
                assert ((await cache.get(POLICY, f"k{number}", source)) or hit).state == "hit"
            assert time.monotonic() - began < 3, "one call has waited, not all"
            gate.set()
            await asyncio.wrap_future(blocked)
            for _ in range(100):
                with suppress(TierUnavailable):
                    assert (await tier.read("k")).stored is None
                    break
                await asyncio.sleep(0.01)
            await cache.get(POLICY, "after", source)
            assert (await tier.read("after")).stored is not None


async def test_no_more_calls_wait_for_the_disk_than_allowed(path: Path, clock: ManualClock) -> None:
    gate = threading.Event()
    async with DiskTier(DiskOptions(path, 10**7, timeout=timedelta(seconds=30), waiting=2), clock) as tier:
        blocked = tier._thread.submit(gate.wait)
        async with asyncio.TaskGroup() as group:
            for _ in range(2):
                group.create_task(tier.read("k"))
            await asyncio.sleep(0.01)
            with pytest.raises(TierUnavailable, match="too many"):
                await tier.read("k")
            gate.set()
        blocked.result()


def stored(value: bytes, mark: int) -> Stored:
    return Stored(value, TAGS, ManualClock().now().timestamp(), 100.0, mark=mark)


def unheard() -> None:
    raise AssertionError("nothing was refused")


def figure(registry: CollectorRegistry, name: str) -> float | None:
    return registry.get_sample_value(f"matinee_cache_disk_{name}")


async def test_what_is_written_later_is_read_at_once_and_is_there_after_the_end(path: Path, clock: ManualClock) -> None:
    options, registry = DiskOptions(path, 10**7, timedelta(seconds=30), pause=timedelta(hours=1)), CollectorRegistry()
    async with DiskTier(options, clock, registry) as tier:
        mark = (await tier.read("a")).mark
        for key in ("a", "b", "c"):
            assert tier.later(key, stored(b"old", mark), 100, unheard)
            assert tier.later(key, stored(key.encode(), mark), 100, unheard)
        assert figure(registry, "pending") == 3
        found = (await tier.read("b")).stored
        assert found is not None
        assert (found.value, figure(registry, "pending")) == (b"b", 0)
        assert tier.later("d", stored(b"d", mark), 100, unheard)
        assert await tier.write("d", stored(b"newer", mark), 100)
    async with disk_tier(path, clock) as tier:
        values = {key: one.value for key in "abcd" if (one := (await tier.read(key)).stored) is not None}
    assert values == {"a": b"a", "b": b"b", "c": b"c", "d": b"newer"}


async def test_what_is_written_later_gathers_for_a_moment_only(path: Path, clock: ManualClock) -> None:
    async with disk_tier(path, clock) as tier, disk_tier(path, clock) as other:
        tier.later("k", stored(b"v", (await tier.read("k")).mark), 100, unheard)
        for _ in range(500):
            if (await other.read("k")).stored is not None:
                return
            await asyncio.sleep(0.01)
    raise AssertionError("it was never written")


async def test_no_more_wait_to_be_written_than_allowed(path: Path, clock: ManualClock) -> None:
    options = DiskOptions(path, 10**7, timedelta(seconds=30), pause=timedelta(hours=1), pending=2)
    registry = CollectorRegistry()
    async with DiskTier(options, clock, registry) as tier:
        mark = (await tier.read("a")).mark
        for key in "abc":
            tier.later(key, stored(b"v", mark), 100, unheard)
        assert [figure(registry, name) for name in ("pending", "pending_limit", "dropped_total")] == [2, 2, 1]
        assert [(await tier.read(key)).stored is not None for key in "abc"] == [True, True, False]


async def test_a_value_that_another_process_has_invalidated_meanwhile_leaves_memory_as_soon_as_the_file_says_so(
    path: Path, clock: ManualClock
) -> None:
    source = Source()
    async with disk_tier(path, clock) as one, Cache(clock, second=one) as cache, disk_tier(path, clock) as two:
        told: list[Invalidation] = []
        source.hold()
        asking = asyncio.ensure_future(cache.get(POLICY, "k", source))
        await source.began.wait()
        async with Cache(clock, second=two) as other:
            await other.invalidate(tags=TAGS)
        cache.on_invalidated(told.append)
        source.release()
        assert await asking is not None
        await one.read("k")  # behind it the file has said no
        await asyncio.sleep(0)
        hit = await cache.get(POLICY, "k", source)
        assert hit is not None
        assert (hit.value, hit.state) == (b"v2", "miss")
        assert told[:2] == [Invalidation(keys=frozenset({"k"}))] * 2, "kept, and taken back"
