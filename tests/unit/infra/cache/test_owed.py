"""What the second tier could not be told: nothing is forgotten, and nobody reads from it before it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from matinee.infra.cache import Cache, Fill, Invalidation, SourceFailed
from matinee.infra.cache.owed import Owed
from matinee.infra.cache.statistics import TierFigures
from matinee.infra.cache.store import TOPIC, decode, encode
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import Answer, TierUnavailable, Verdict
from matinee.infra.clock import ManualClock
from tests.unit.infra.cache.source import POLICY, TAGS, Source, settle

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]


class Tier:
    """A second tier in a dictionary, which may be away."""

    shared = True

    def __init__(self) -> None:
        self.away = False
        self.told: list[Invalidation] = []
        self.entries: dict[str, Stored] = {}
        self.generation = 1

    def _reached(self) -> None:
        if self.away:
            raise TierUnavailable

    async def read(self, key: str) -> Answer:
        self._reached()
        return Answer(self.entries.get(key), self.generation)

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        self._reached()
        return "valid" if key in self.entries else "unknown"

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        self._reached()
        self.entries[key] = stored
        return True

    def later(self, key: str, stored: Stored, lifetime: float, refused: Callable[[], None]) -> bool:
        return False

    async def remove(self, invalidation: Invalidation) -> None:
        self._reached()
        self.told.append(invalidation)
        self.generation += 1
        for key in [key for key, stored in self.entries.items() if invalidation.covers(key, stored.tags)]:
            del self.entries[key]

    def figures(self) -> TierFigures:
        return TierFigures("redis", len(self.entries), 0, None, "down" if self.away else "up")


class Bus:
    """A bus whose other end is the test."""

    def __init__(self) -> None:
        self.sent: list[Invalidation] = []
        self.handlers: dict[str, Callable[[bytes], None]] = {}
        self.lost: Callable[[], None] = lambda: None

    async def publish(self, topic: str, message: bytes) -> None:
        assert topic == TOPIC
        self.sent.append(decode(message))

    def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self.handlers[topic] = handler

    def on_lost(self, handler: Callable[[], None]) -> None:
        self.lost = handler


def keys(*names: str) -> Invalidation:
    return Invalidation(keys=frozenset(names))


async def test_what_a_tier_that_was_away_missed_it_is_told_before_it_is_read_again(clock: ManualClock) -> None:
    tier, bus, source = Tier(), Bus(), Source()
    async with Cache(clock, bus=bus, second=tier) as cache:
        await cache.get(POLICY, "k", source)
        tier.away = True
        assert await cache.invalidate(tags=TAGS) == 1
        await cache.invalidate(prefix="p:")
        tier.away = False
        bus.sent.clear()
        hit = await cache.get(POLICY, "k", source)
        assert hit is not None
        assert hit.value == b"v2"
    together = [Invalidation(tags=TAGS), Invalidation(prefix="p:")]
    assert tier.told == together
    assert bus.sent == together


async def test_it_is_told_even_when_nobody_reads(clock: ManualClock) -> None:
    tier, bus = Tier(), Bus()
    async with Cache(clock, bus=bus, second=tier) as cache:
        tier.away = True
        await cache.invalidate(keys=["a"])
        await cache.invalidate(keys=["b"])
        tier.away = False
        await clock.advance(1.1)
        await settle()
        assert tier.told == [keys("a", "b")]


async def test_an_invalidation_whose_caller_goes_away_holds_all_the_same(clock: ManualClock) -> None:
    tier, bus, source, gate = Tier(), Bus(), Source(), asyncio.Event()
    async with Cache(clock, bus=bus, second=tier) as cache:
        await cache.get(POLICY, "k", source)
        real = tier.remove

        async def slow(invalidation: Invalidation) -> None:
            await gate.wait()
            await real(invalidation)

        tier.remove = slow  # type: ignore[method-assign]
        async with asyncio.TaskGroup() as group:
            task = group.create_task(cache.invalidate(tags=TAGS))
            await settle()
            task.cancel()
        gate.set()
        hit = await cache.get(POLICY, "k", source)
        assert hit is not None
        assert hit.value == b"v2"
        assert tier.told == [Invalidation(tags=TAGS)]


async def test_messages_of_others_make_invalid_and_those_that_cannot_be_read_make_everything_invalid(clock: ManualClock) -> None:
    bus, source = Bus(), Source()
    heard: list[Invalidation] = []
    async with Cache(clock, bus=bus) as cache:
        await cache.get(POLICY, "a", source)
        await cache.get(POLICY, "b", source)
        cache.on_invalidated(heard.append)
        bus.handlers[TOPIC](encode(keys("a")))
        assert (await cache.peek(POLICY, "a"), bus.sent) == (None, [])
        bus.handlers[TOPIC](b"\xc1 from the future")
        assert await cache.peek(POLICY, "b") is None
    assert heard == [keys("a"), Invalidation(everything=True)]


async def test_when_messages_were_missed_entries_are_confirmed_before_they_are_served(clock: ManualClock) -> None:
    tier, bus, source = Tier(), Bus(), Source()
    heard: list[Invalidation] = []
    async with Cache(clock, bus=bus, second=tier) as cache:
        for key in ("known", "forgotten"):
            await cache.put(POLICY, key, Fill(b"v0", TAGS))
        cache.on_invalidated(heard.append)
        del tier.entries["forgotten"]
        bus.lost()
        assert heard == [Invalidation(everything=True)]
        source.fails = "upstream_unavailable"
        known, forgotten = await cache.get(POLICY, "known", source), await cache.get(POLICY, "forgotten", source)
        assert known is not None
        assert forgotten is not None
        assert (known.state, forgotten.state, forgotten.reason) == ("hit", "error", "upstream_unavailable")
        await cache.invalidate(keys=["forgotten"])
        with pytest.raises(SourceFailed):
            await cache.get(POLICY, "forgotten", source)


async def test_whoever_waits_while_another_finds_the_tier_away_does_not_try_too() -> None:
    owed, attempts, gate = Owed(), 0, asyncio.Event()

    async def tell(_: Invalidation) -> None:
        nonlocal attempts
        attempts += 1
        await gate.wait()
        raise TierUnavailable

    owed.add(keys("a"))
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(refused(owed, tell)) for _ in range(10)]
        await settle()
        assert owed, "what is just being told is owed still"
        gate.set()
    assert [call.result() for call in calls] == [True] * 10
    assert attempts == 1
    told: list[Invalidation] = []

    async def listen(invalidation: Invalidation) -> None:
        told.append(invalidation)

    await owed.settle(listen)
    assert (told, bool(owed)) == ([keys("a")], False)


async def refused(owed: Owed, tell: Callable[[Invalidation], object]) -> bool:
    try:
        await owed.settle(tell)  # type: ignore[arg-type]
    except TierUnavailable:
        return True
    return False


async def test_too_many_become_everything() -> None:
    owed, told = Owed(), []

    async def listen(invalidation: Invalidation) -> None:
        told.append(invalidation)

    for number in range(6000):
        owed.add(keys(f"k{number}"))
    await owed.settle(listen)
    assert told == [Invalidation(everything=True)]
