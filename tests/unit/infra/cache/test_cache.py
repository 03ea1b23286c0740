"""The cache in one process: lifetimes, refreshes, failures, single flight, invalidation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from matinee.infra.cache import Cache, CacheOptions, CachePolicy, Fill, Hit, Invalidation, SourceFailed
from matinee.infra.clock import ManualClock, SystemClock
from matinee.infra.errors import DatabaseUnavailable
from tests.unit.infra.cache.source import POLICY, TAGS, Source, settle

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]


@pytest.fixture
async def cache(clock: ManualClock) -> AsyncIterator[Cache]:
    async with Cache(clock) as found:
        yield found


@pytest.fixture
def source(clock: ManualClock) -> Source:
    return Source(clock)


async def got(cache: Cache, source: Source, key: str = "k", policy: CachePolicy = POLICY) -> Hit:
    hit = await cache.get(policy, key, source)
    assert hit is not None
    return hit


async def test_a_value_is_loaded_once_and_served_as_long_as_it_is_fresh(cache: Cache, source: Source, clock: ManualClock) -> None:
    first = await got(cache, source)
    assert (first.value, first.state, first.age, first.fresh_for) == (b"v1", "miss", 0.0, 100.0)
    await clock.advance(99)
    second = await got(cache, source)
    assert (second.value, second.state, second.age, second.fresh_for) == (b"v1", "hit", 99.0, 1.0)
    assert (source.loads, second.stored_at, second.version) == (1, first.stored_at, first.version)


async def test_an_old_value_is_served_at_once_while_one_refresh_runs(cache: Cache, source: Source, clock: ManualClock) -> None:
    before = await got(cache, source)
    await clock.advance(120)
    source.hold()
    for _ in range(5):
        hit = await got(cache, source)
        assert (hit.value, hit.state, hit.fresh_for) == (b"v1", "stale", 0.0)
        await settle()
    assert source.loads == 2
    source.release()
    await settle()
    after = await got(cache, source)
    assert (after.value, after.state, after.age) == (b"v2", "hit", 0.0)
    assert after.version != before.version


async def test_beyond_staleness_the_caller_waits_for_the_source(cache: Cache, source: Source, clock: ManualClock) -> None:
    await got(cache, source)
    await clock.advance(150)
    hit = await got(cache, source)
    assert (hit.value, hit.state) == (b"v2", "miss")


async def test_when_the_source_fails_the_old_value_is_served_and_says_why(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await got(cache, source)
    await clock.advance(900)
    source.fails = "upstream_timeout"
    hit = await got(cache, source)
    assert (hit.value, hit.state, hit.reason, hit.age) == (b"v1", "error", "upstream_timeout", 900.0)


async def test_after_a_failure_the_source_is_left_alone_for_a_while_and_then_asked_in_the_background(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await got(cache, source)
    await clock.advance(500)
    source.fails = "upstream_unavailable"
    for _ in range(10):
        assert (await got(cache, source)).state == "error"
    assert source.loads == 2
    await clock.advance(5)
    source.fails = None
    source.hold()
    assert (await got(cache, source)).state == "error"
    await source.began.wait()
    source.release()
    await settle()
    assert ((await got(cache, source)).value, source.loads) == (b"v3", 3)


async def test_the_sources_own_pause_is_kept_up_to_a_minute(cache: Cache, source: Source, clock: ManualClock) -> None:
    await got(cache, source)
    await clock.advance(500)
    source.fails, source.retry_after = "upstream_rate_limited", timedelta(hours=1)
    await got(cache, source)
    await clock.advance(59)
    await got(cache, source)
    await settle()
    assert source.loads == 2
    await clock.advance(1)
    await got(cache, source)
    await settle()
    assert source.loads == 3


async def test_a_failing_refresh_leaves_the_old_value_stale_and_is_not_repeated_with_each_call(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await got(cache, source)
    await clock.advance(110)
    source.fails = "upstream_unavailable"
    for _ in range(5):
        assert (await got(cache, source)).state == "stale"
        await settle()
    assert source.loads == 2


async def test_nothing_is_served_beyond_the_error_lifetime(cache: Cache, source: Source, clock: ManualClock) -> None:
    await got(cache, source)
    await clock.advance(1000)
    source.fails, source.retry_after = "circuit_open", timedelta(seconds=7)
    with pytest.raises(SourceFailed) as caught:
        await cache.get(POLICY, "k", source)
    assert (caught.value.reason, caught.value.retry_after) == ("circuit_open", timedelta(seconds=7))


async def test_nothing_is_kept_beyond_half_a_year_whatever_the_policy_says(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    policy = replace(POLICY, name="forever", fresh=timedelta(days=300), stale=timedelta(days=300), error=timedelta(days=900))
    await got(cache, source, policy=policy)
    await clock.advance(timedelta(days=179).total_seconds())
    assert (await got(cache, source, policy=policy)).state == "hit"
    await clock.advance(timedelta(days=1).total_seconds())
    source.fails = "upstream_unavailable"
    with pytest.raises(SourceFailed):
        await cache.get(policy, "k", source)


async def test_the_source_may_shorten_freshness_but_not_lengthen_it(cache: Cache, source: Source, clock: ManualClock) -> None:
    source.fresh = timedelta(seconds=10)
    assert (await got(cache, source, "short")).fresh_for == 10.0
    source.fresh = timedelta(days=10)
    assert (await got(cache, source, "long")).fresh_for == 100.0


async def test_that_there_is_none_is_remembered_for_its_own_time_and_never_served_later(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    source.absent = True
    assert await cache.get(POLICY, "k", source) is None
    await clock.advance(19)
    assert await cache.get(POLICY, "k", source) is None
    assert source.loads == 1
    await clock.advance(1)
    source.fails = "upstream_unavailable"
    with pytest.raises(SourceFailed):
        await cache.get(POLICY, "k", source)


async def test_without_a_negative_lifetime_absence_is_asked_for_each_time_and_ends_the_old_value(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    policy = replace(POLICY, negative=timedelta(0))
    await got(cache, source, policy=policy)
    await clock.advance(160)
    source.absent = True
    assert await cache.get(policy, "k", source) is None
    assert await cache.get(policy, "k", source) is None
    assert source.loads == 3
    assert await cache.peek(policy, "k") is None


async def test_a_thousand_callers_at_once_make_one_load(cache: Cache, source: Source) -> None:
    source.hold()
    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(cache.get(POLICY, "k", source)) for _ in range(1000)]
        await source.began.wait()
        source.release()
    assert source.loads == 1
    assert {call.result().value for call in calls if (hit := call.result()) is not None and hit} == {b"v1"}  # type: ignore[union-attr]


async def test_a_failure_reaches_all_who_wait_and_is_not_remembered_where_nothing_is_kept(cache: Cache, source: Source) -> None:
    source.fails = "upstream_timeout"
    found = await asyncio.gather(*[cache.get(POLICY, "k", source) for _ in range(10)], return_exceptions=True)
    assert [type(one) for one in found] == [SourceFailed] * 10
    assert source.loads == 1
    source.fails = None
    assert (await got(cache, source)).state == "miss"


async def test_a_caller_who_goes_away_takes_nothing_from_the_others(cache: Cache, source: Source) -> None:
    source.hold()
    async with asyncio.TaskGroup() as group:
        first = group.create_task(cache.get(POLICY, "k", source))
        await source.began.wait()
        second = group.create_task(cache.get(POLICY, "k", source))
        await settle()
        first.cancel()
        await settle()
        source.release()
    assert first.cancelled()
    assert second.result() is not None
    assert source.loads == 1


async def test_a_load_whose_only_caller_went_away_is_kept_for_the_next(cache: Cache, source: Source) -> None:
    source.hold()
    async with asyncio.TaskGroup() as group:
        only = group.create_task(cache.get(POLICY, "k", source))
        await source.began.wait()
        only.cancel()
    source.release()
    await settle()
    assert (await got(cache, source)).state == "hit"


async def test_a_loader_that_raises_something_else_is_a_failing_source_with_its_code(cache: Cache, source: Source) -> None:
    source.fails = DatabaseUnavailable()
    with pytest.raises(SourceFailed, match="database_unavailable") as caught:
        await cache.get(POLICY, "k", source)
    assert isinstance(caught.value.error, DatabaseUnavailable)
    source.fails = ZeroDivisionError()
    with pytest.raises(SourceFailed, match="internal_error"):
        await cache.get(POLICY, "k", source)


@pytest.mark.parametrize(
    "what",
    [{"keys": ["titles:1"]}, {"tags": ["title:1"]}, {"prefix": "titles:"}, {"prefix": ""}],
    ids=["key", "tag", "prefix", "all"],
)
async def test_what_is_invalidated_is_not_served_any_more_not_even_when_the_source_fails(
    cache: Cache, source: Source, what: dict[str, object]
) -> None:
    await got(cache, source, "titles:1")
    other = Source()
    other.tags = frozenset({"title:2"})
    await got(cache, other, "people:2")
    assert await cache.invalidate(**what) == (2 if what == {"prefix": ""} else 1)  # type: ignore[arg-type]
    source.fails = "upstream_unavailable"
    with pytest.raises(SourceFailed):
        await cache.get(POLICY, "titles:1", source)
    assert (await got(cache, other, "people:2")).state == ("miss" if what == {"prefix": ""} else "hit")


async def test_an_invalidation_of_nothing_does_nothing(cache: Cache, source: Source) -> None:
    await got(cache, source)
    assert await cache.invalidate() == 0
    assert (await got(cache, source)).state == "hit"


@pytest.mark.parametrize("what", [{"keys": ["k"]}, {"tags": TAGS}, {"prefix": "k"}], ids=["key", "tag", "prefix"])
async def test_an_invalidation_during_a_load_wins(cache: Cache, source: Source, what: dict[str, object]) -> None:
    source.hold()
    async with asyncio.TaskGroup() as group:
        before = group.create_task(cache.get(POLICY, "k", source))
        await source.began.wait()
        await cache.invalidate(**what)  # type: ignore[arg-type]
        after = group.create_task(cache.get(POLICY, "k", source))
        await settle()
        source.release()
    early, late = before.result(), after.result()
    assert early is not None
    assert late is not None
    assert (early.value, early.fresh_for) == (b"v1", 0.0), "who asked before may have the old value, but must not keep it"
    assert (late.value, late.fresh_for) == (b"v2", 100.0), "who asked after must not"
    assert source.most == 1
    assert (await got(cache, source)).value == b"v2"


async def test_listeners_hear_what_became_invalid_and_what_was_stored(cache: Cache, source: Source, clock: ManualClock) -> None:
    heard: list[Invalidation] = []
    cache.on_invalidated(heard.append)
    await got(cache, source)
    await clock.advance(110)
    heard.clear()
    await got(cache, source)
    await settle()
    assert heard == [Invalidation(keys=frozenset({"k"}))]
    await cache.invalidate(tags=TAGS)
    assert heard[1:] == [Invalidation(tags=TAGS)]


async def test_a_listener_that_fails_does_not_disturb_the_others(cache: Cache, source: Source) -> None:
    def fail(_: Invalidation) -> None:
        raise ValueError

    heard: list[Invalidation] = []
    cache.on_invalidated(fail)
    cache.on_invalidated(heard.append)
    await cache.invalidate(keys=["k"])
    assert len(heard) == 1


async def test_hot_values_are_refreshed_before_their_end_in_proportion_to_their_load_time(
    cache: Cache, source: Source, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = replace(POLICY, beta=1.0)
    source.takes = 2.0
    await got(cache, source, policy=policy)
    source.takes = 0.0
    # -ln(1 - x) is 3 here: 3 x 2 s before the end.
    monkeypatch.setattr("random.random", lambda: 1 - 2.718281828459045**-3)
    await clock.advance(93.9)
    assert (await got(cache, source, policy=policy)).state == "hit"
    await settle()
    assert source.loads == 1
    await clock.advance(0.2)
    assert (await got(cache, source, policy=policy)).state == "hit"
    await settle()
    assert (await got(cache, source, policy=policy)).value == b"v2"


async def test_refreshes_are_bounded_and_those_put_off_come_with_a_later_call(clock: ManualClock) -> None:
    async with Cache(clock, CacheOptions(refreshes=2)) as cache:
        sources = {f"k{n}": Source() for n in range(5)}
        for key, source in sources.items():
            await got(cache, source, key)
        await clock.advance(110)
        for source in sources.values():
            source.hold()
        for key, source in sources.items():
            assert (await got(cache, source, key)).state == "stale"
        await settle()
        assert sum(source.loads for source in sources.values()) == 7
        assert cache.statistics().policies["titles"].refreshes_skipped == 3
        for source in sources.values():
            source.release()
        await settle()
        for key, source in sources.items():
            await got(cache, source, key)
        await settle()
        assert [source.loads for source in sources.values()] == [2, 2, 2, 2, 1]


async def test_a_value_put_is_served_like_one_loaded(cache: Cache, source: Source, clock: ManualClock) -> None:
    await cache.put(POLICY, "k", Fill(b"warm", TAGS))
    assert (await got(cache, source)).value == b"warm"
    assert source.loads == 0
    await cache.invalidate(tags=TAGS)
    assert (await got(cache, source)).value == b"v1"


async def test_peek_shows_what_there_is_and_loads_nothing(cache: Cache, source: Source, clock: ManualClock) -> None:
    assert await cache.peek(POLICY, "k") is None
    await got(cache, source)
    states = []
    for seconds in (0, 110, 100, 1000):
        await clock.advance(seconds)
        hit = await cache.peek(POLICY, "k")
        states.append(hit and (hit.state, hit.reason))
    assert states == [("hit", None), ("stale", None), ("error", "expired"), None]
    assert source.loads == 1


async def test_at_the_end_of_the_cache_those_who_wait_are_told(clock: ManualClock, source: Source) -> None:
    source.hold()
    async with asyncio.TaskGroup() as group, Cache(clock) as cache:
        waiting = group.create_task(_outcome(cache, source))
        await source.began.wait()
    assert waiting.result() == "shutting_down"
    assert await _outcome(cache, source) == "shutting_down"


async def _outcome(cache: Cache, source: Source) -> str:
    try:
        await cache.get(POLICY, "k", source)
    except SourceFailed as failure:
        return failure.reason
    return "served"


async def test_statistics_count_by_policy_and_name_the_keys_asked_for_most(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    for key in ("a", "b", "b", "b"):
        await got(cache, source, key)
    await clock.advance(110)
    await got(cache, source, "a")
    await settle()
    source.fails = "upstream_unavailable"
    await clock.advance(500)
    await got(cache, source, "b")
    with pytest.raises(SourceFailed):
        await cache.get(POLICY, "c", source)
    found = cache.statistics()
    figures = found.policies["titles"]
    assert (figures.hits, figures.misses, figures.stale, figures.errors, figures.failures) == (2, 2, 1, 1, 1)
    assert (figures.loads, figures.refreshes, figures.load_failures) == (5, 1, 2)
    assert found.top_keys == [("b", 4), ("a", 2), ("c", 1)]
    assert [(tier.name, tier.entries, tier.state) for tier in found.tiers] == [("memory", 2, "up")]


async def test_the_metrics_show_answers_tiers_and_loads(clock: ManualClock, source: Source) -> None:
    registry = CollectorRegistry()
    async with Cache(clock, registry=registry) as cache:
        await got(cache, source)
        await got(cache, source)
        text = generate_latest(registry).decode()
    assert 'matinee_cache_answers_total{outcome="hit",policy="titles"} 1.0' in text
    assert 'matinee_cache_answers_total{outcome="miss",policy="titles"} 1.0' in text
    assert 'matinee_cache_loads_total{policy="titles"} 1.0' in text
    assert 'matinee_cache_entries{tier="memory"} 1.0' in text


async def test_a_clock_that_is_set_back_gives_no_negative_age(source: Source) -> None:
    class Unsteady(SystemClock):
        def now(self):  # type: ignore[no-untyped-def]
            return super().now() - timedelta(hours=late)

    late = 0
    async with Cache(Unsteady()) as cache:
        await got(cache, source)
        late = 1
        assert (await got(cache, source)).age == 0.0
