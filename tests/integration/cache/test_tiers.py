"""What every second tier must do; the same tests for the file and for Redis."""

from __future__ import annotations

import asyncio
import time

import pytest

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import SecondTier

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]


async def stored(tier: SecondTier, value: bytes | None = b"value", *tags: str, mark: int | None = None) -> Stored:
    latest = (await tier.read("nothing")).mark
    return Stored(value, frozenset(tags), time.time(), 60.0, 0.5, latest if mark is None else mark)


def keys(*names: str) -> Invalidation:
    return Invalidation(keys=frozenset(names))


def tags(*names: str) -> Invalidation:
    return Invalidation(tags=frozenset(names))


@pytest.mark.parametrize("value", [b"", b"short", bytes(range(256)) * 100, b"long and dull " * 5000, None])
async def test_what_is_written_is_read_back_whole(tier: SecondTier, value: bytes | None) -> None:
    entry = await stored(tier, value, "t", "ü\x00\n")
    assert await tier.write("Schlüssel:1", entry, 60)
    assert (await tier.read("Schlüssel:1")).stored == entry
    assert (await tier.read("Schlüssel:2")).stored is None


async def test_an_entry_ends_with_its_lifetime(tier: SecondTier) -> None:
    await tier.write("short", await stored(tier), 0.05)
    await tier.write("long", await stored(tier), 60)
    await asyncio.sleep(0.1)
    assert (await tier.read("short")).stored is None
    assert (await tier.read("long")).stored is not None


@pytest.mark.parametrize(
    "what",
    [keys("a:1"), tags("t1"), Invalidation(prefix="a:"), Invalidation(everything=True)],
    ids=["key", "tag", "prefix", "everything"],
)
async def test_what_is_removed_is_gone_and_what_is_loaded_later_is_not(tier: SecondTier, what: Invalidation) -> None:
    before = await stored(tier, b"before", "t1", "shared")
    other = await stored(tier, b"other", "t2", "shared")
    assert await tier.write("a:1", before, 60)
    assert await tier.write("b:2", other, 60)
    assert before.mark is not None
    assert await tier.check("a:1", before.tags, before.mark) == "valid"
    await tier.remove(what)
    assert await tier.check("a:1", before.tags, before.mark) == "invalid"
    assert (await tier.read("a:1")).stored is None
    assert ((await tier.read("b:2")).stored is None) == what.everything
    after = await stored(tier, b"after", "t1", "shared")
    assert await tier.write("a:1", after, 60)
    assert (await tier.read("a:1")).stored == after


@pytest.mark.parametrize(
    "what",
    [keys("a:1"), tags("t1"), Invalidation(prefix="a"), Invalidation(everything=True)],
    ids=["key", "tag", "prefix", "everything"],
)
async def test_a_load_that_an_invalidation_overtook_is_refused(tier: SecondTier, what: Invalidation) -> None:
    overtaken = await stored(tier, b"old", "t1")
    await tier.remove(what)
    assert not await tier.write("a:1", overtaken, 60)
    assert (await tier.read("a:1")).stored is None
    assert await tier.write("a:1", await stored(tier, b"new", "t1"), 60)


async def test_an_invalidation_of_something_else_refuses_nothing(tier: SecondTier) -> None:
    entry = await stored(tier, b"value", "t1")
    for what in (keys("a"), tags("t", "t11"), Invalidation(prefix="a:11"), Invalidation(prefix="b")):
        await tier.remove(what)
    assert await tier.write("a:1", entry, 60)


async def test_a_prefix_is_no_pattern(tier: SecondTier) -> None:
    await tier.write("a%_*[b]:1", await stored(tier), 60)
    await tier.write("axxb:1", await stored(tier), 60)
    await tier.remove(Invalidation(prefix="a%_*["))
    assert (await tier.read("a%_*[b]:1")).stored is None
    assert (await tier.read("axxb:1")).stored is not None


async def test_many_prefixes_and_tags_are_forgotten_in_favour_of_a_floor_never_of_validity(
    tier: SecondTier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matinee.infra.cache.disk_file.KEEP", 50)
    if hasattr(tier, "_connection"):  # Redis has the number in its script
        from matinee.infra.cache import redis_scripts

        tier._remove = tier._connection.script(
            redis_scripts.REMOVE.replace("KEEP, PREFIXES = 20000, 32", "KEEP, PREFIXES = 50, 5")
        )
    early = await stored(tier, b"early", "gone")
    assert await tier.write("early", early, 60)
    await tier.remove(tags("gone"))
    for number in range(120):
        await tier.remove(tags(f"tag-{number}") if number % 2 else Invalidation(prefix=f"prefix-{number}"))
    assert early.mark is not None
    assert await tier.check("early", early.tags, early.mark) != "valid"
    assert (await tier.read("early")).stored is None
    late = await stored(tier, b"late", "tag-1")
    assert await tier.write("late", late, 60)
    assert (await tier.read("late")).stored == late


async def test_invalidations_and_reads_at_once_never_look_like_a_tier_that_went_back(tier: SecondTier) -> None:
    await tier.write("kept", await stored(tier, b"kept"), 60)

    async def invalidate(number: int) -> None:
        for step in range(20):
            await tier.remove(keys(f"k{number}-{step}"))

    async def read() -> None:
        for _ in range(40):
            assert (await tier.read("kept")).stored is not None

    await asyncio.gather(*[invalidate(number) for number in range(10)], *[read() for _ in range(10)])


async def test_marks_only_grow(tier: SecondTier) -> None:
    marks = []
    for number in range(5):
        await tier.remove(keys(f"k{number}"))
        marks.append((await tier.read("x")).mark)
    assert marks == sorted(set(marks))
