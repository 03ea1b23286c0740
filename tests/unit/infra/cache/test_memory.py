"""The first tier: its order, its limit, and that its estimate of bytes is true."""

from __future__ import annotations

import gc
import tracemalloc
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.journal import Journal
from matinee.infra.cache.memory import MemoryTier
from matinee.infra.cache.statistics import FrequentKeys, PolicyFigures
from matinee.infra.cache.stored import Entry, Stored
from tests.unit.infra.cache.source import POLICY


def entry(key: str, size: int = 1000, tags: frozenset[str] = frozenset()) -> Entry:
    return Entry(key, POLICY, Stored(b"x" * size, tags, 0.0, 100.0))


def tier(limit: int) -> tuple[MemoryTier, PolicyFigures]:
    figures: defaultdict[str, PolicyFigures] = defaultdict(PolicyFigures)
    return MemoryTier(limit, figures), figures["titles"]


def test_the_least_recently_used_goes_first_and_the_limit_is_kept() -> None:
    one = entry("k0").size
    memory, figures = tier(3 * one)
    for number in range(3):
        memory.put(entry(f"k{number}"))
    assert memory.get("k0") is not None
    memory.put(entry("k3"))
    assert [memory.look(f"k{number}") is not None for number in range(4)] == [True, False, True, True]
    assert (figures.evictions, figures.entries, figures.bytes) == (1, 3, 3 * one)
    assert memory.tier().bytes == 3 * one


def test_an_entry_that_would_take_most_of_the_room_is_not_kept_and_ends_the_old_one() -> None:
    memory, _ = tier(10_000)
    memory.put(entry("big", 10))
    memory.put(entry("small", 10))
    memory.put(entry("big", 6_000))
    assert memory.look("big") is None
    assert memory.look("small") is not None


def test_dropping_by_tag_takes_all_of_the_tag_and_leaves_no_trace_in_the_index() -> None:
    memory, figures = tier(10**6)
    memory.put(entry("a", tags=frozenset({"t", "u"})))
    memory.put(entry("b", tags=frozenset({"t"})))
    memory.put(entry("c", tags=frozenset({"u"})))
    assert memory.drop(Invalidation(tags=frozenset({"t"}))) == 2
    assert memory.drop(Invalidation(tags=frozenset({"u"}))) == 1
    assert (memory.tier().bytes, figures.bytes, figures.entries) == (0, 0, 0)
    assert memory._tagged == {}


def test_replacing_an_entry_replaces_its_tags() -> None:
    memory, _ = tier(10**6)
    memory.put(entry("a", tags=frozenset({"old"})))
    memory.put(entry("a", tags=frozenset({"new"})))
    assert memory.drop(Invalidation(tags=frozenset({"old"}))) == 0
    assert memory.look("a") is not None


@pytest.mark.parametrize("tags", [0, 1, 3, 6])
@pytest.mark.parametrize("size", [100, 8000])
def test_the_estimate_of_an_entrys_bytes_is_what_it_takes(size: int, tags: int) -> None:
    count = 3000
    memory, _ = tier(10**9)
    gc.collect()
    tracemalloc.start()
    for number in range(count):
        value = bytes([number % 256]) * size
        memory.put(
            Entry(
                f"titles:movie-{number}", POLICY, Stored(value, frozenset(f"tag:{number}:{t}" for t in range(tags)), 0.0, 100.0)
            )
        )
    gc.collect()
    taken = tracemalloc.get_traced_memory()[0] / count
    tracemalloc.stop()
    estimated = memory.tier().bytes / count
    assert 0.9 < estimated / taken < 1.15, f"estimated {estimated:.0f}, taken {taken:.0f}"


def test_frequent_keys_are_found_in_bounded_memory() -> None:
    counted = FrequentKeys(capacity=20)
    for number in range(20_000):
        counted.count(f"once-{number}")
        if number % 4 == 0:
            counted.count("hot")
        if number % 10 == 0:
            counted.count("warm")
    assert len(counted.counts) <= 40
    assert [key for key, _ in counted.top(2)] == ["hot", "warm"]
    assert 5000 <= dict(counted.top(1))["hot"] <= 5000 + counted.lost


def test_the_journal_takes_everything_as_invalid_where_it_no_longer_reaches_back() -> None:
    journal = Journal(kept=3)
    for number in range(3):
        journal.note(Invalidation(keys=frozenset({f"k{number}"})))
    assert journal.first_after(0, "other", frozenset()) is None
    assert journal.first_after(0, "k1", frozenset()) == 2
    assert journal.first_after(2, "k1", frozenset()) is None
    journal.note(Invalidation(keys=frozenset({"k3"})))
    assert journal.first_after(0, "other", frozenset()) == 1
    assert journal.first_after(1, "other", frozenset()) is None


def test_a_policy_that_became_shorter_holds_for_what_is_already_stored() -> None:
    stored = Stored(b"x", frozenset(), 1000.0, 100.0)
    shorter = Entry("k", replace(POLICY, fresh=timedelta(seconds=10)), stored)
    assert (shorter.fresh_until, shorter.stale_until, shorter.until) == (1010.0, 1060.0, 2000.0)
