"""What changes is purged at the edge: gathered, in batches, again after a failure, never without a bound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from matinee.features.catalog.purging import EVERYTHING, EdgePurges, addresses
from matinee.infra.cache import Cache, CachePolicy, Fill, Invalidation
from matinee.infra.clock import ManualClock
from matinee.ports.cdn import NoCdn, Purged, PurgeOutcome, TagsRefused
from matinee.ports.metadata import Rejected, Unavailable

pytestmark = pytest.mark.anyio


@dataclass
class Edge(NoCdn):
    """A network that takes three tags at once and answers from a list; the last answer stays."""

    purge_limit: int = 3
    answers: list[PurgeOutcome] = field(default_factory=lambda: [Purged(1)])
    calls: list[list[str]] = field(default_factory=list)
    """Tags, or addresses, or what there is."""

    async def purge(self, urls: Sequence[str] = (), tags: Sequence[str] = (), *, everything: bool = False) -> PurgeOutcome:
        self.calls.append(["everything"] if everything else [*urls, *tags])
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Sleeps(ManualClock):
    """Lets nobody wait, and remembers how long they wanted to."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@dataclass
class Stand:
    edge: Edge
    clock: Sleeps
    registry: CollectorRegistry
    purges: EdgePurges

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(name, labels)

    async def settled(self) -> None:
        """Until nothing waits any more."""
        async with asyncio.timeout(20):
            for _ in range(30):
                await asyncio.sleep(0)
            while self.value("matinee_cdn_purge_waiting"):
                await asyncio.sleep(0)
            for _ in range(10):
                await asyncio.sleep(0)


def tagged(*tags: str) -> Invalidation:
    return Invalidation(tags=frozenset(tags))


@asynccontextmanager
async def purging(*answers: PurgeOutcome) -> AsyncIterator[Stand]:
    edge, clock, registry = Edge(answers=list(answers) or [Purged(1)]), Sleeps(), CollectorRegistry()
    stand = Stand(edge, clock, registry, EdgePurges(edge, clock, registry))
    async with Cache(ManualClock()) as cache, stand.purges.running(cache):
        yield stand


async def test_changes_are_gathered_and_sent_in_batches() -> None:
    async with purging() as stand:
        for number in (1, 2, 1, 3, 4, 2):
            stand.purges.noticed(tagged(f"title:movie-{number}"))
        await stand.settled()
        assert stand.edge.calls == [["title:movie-1", "title:movie-2", "title:movie-3"], ["title:movie-4"]]
        assert stand.clock.slept == [3.0]
        assert stand.value("matinee_cdn_purges_total", outcome="purged") == 2


async def test_what_is_somebodys_own_or_was_only_renewed_is_not_sent() -> None:
    async with purging() as stand:
        stand.purges.noticed(tagged("user:anna", "service:tmdb", "sources:movie-1"))
        stand.purges.noticed(Invalidation(keys=frozenset({"title:movie-603"})))
        await stand.settled()
        assert stand.edge.calls == []
        stand.purges.noticed(tagged("lists", "user:anna"))
        await stand.settled()
        assert stand.edge.calls == [["lists"]]


async def test_it_hears_of_every_invalidation_of_the_cache() -> None:
    edge, clock = Edge(), Sleeps()
    policy = CachePolicy("test", fresh=timedelta(hours=1), stale=timedelta(hours=1), error=timedelta(hours=1))
    purges = EdgePurges(edge, clock, CollectorRegistry())

    async def load() -> Fill:
        return Fill(b"x", tags=frozenset({"title:movie-603"}))

    async with Cache(ManualClock()) as cache, purges.running(cache):
        await cache.get(policy, "a", load)
        await cache.invalidate(tags=["title:movie-603"])
        async with asyncio.timeout(20):
            while not edge.calls:
                await asyncio.sleep(0)
    assert edge.calls == [["title:movie-603"]]


async def test_a_failure_is_tried_again_after_a_growing_rest() -> None:
    away = Unavailable("upstream_unavailable: away")
    async with purging(away, away, Unavailable("limit", timedelta(seconds=77)), Purged(1)) as stand:
        stand.purges.noticed(tagged("lists"))
        await stand.settled()
        assert stand.edge.calls == [["lists"]] * 4
        assert stand.clock.slept == [3.0, 5.0, 10.0, 77.0]


async def test_a_refusal_is_not_repeated_and_does_not_end_the_work() -> None:
    async with purging(Rejected("the token"), Rejected("the token"), Purged(1)) as stand:
        for tag in ("lists", "home", "trending"):
            stand.purges.noticed(tagged(tag))
            await stand.settled()
        assert stand.edge.calls == [["lists"], ["home"], ["trending"]]
        assert stand.value("matinee_cdn_purges_total", outcome="rejected") == 2


async def test_a_provider_that_breaks_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with purging() as stand:
        sound = stand.edge.purge

        async def broken(urls: Sequence[str] = (), tags: Sequence[str] = ()) -> PurgeOutcome:
            monkeypatch.setattr(stand.edge, "purge", sound)
            raise RuntimeError("a mistake")

        monkeypatch.setattr(stand.edge, "purge", broken)
        stand.purges.noticed(tagged("lists"))
        await stand.settled()
        assert stand.edge.calls == [["lists"]]


async def test_more_tags_than_may_wait_become_one_broad_one() -> None:
    async with purging() as stand:
        stand.purges.noticed(tagged(*(f"title:movie-{number}" for number in range(2001))))
        assert stand.value("matinee_cdn_purge_waiting") == 1
        stand.purges.noticed(tagged("title:movie-1"))
        await stand.settled()
        assert stand.edge.calls == [[EVERYTHING]]
        assert stand.value("matinee_cdn_purges_widened_total") == 1


@pytest.mark.parametrize("what", [Invalidation(everything=True), Invalidation(prefix=""), Invalidation(prefix="title:")])
async def test_everything_is_one_tag(what: Invalidation) -> None:
    async with purging() as stand:
        stand.purges.noticed(tagged("title:movie-1"))
        stand.purges.noticed(what)
        await stand.settled()
        assert stand.edge.calls == [[EVERYTHING]]


async def test_a_network_that_cannot_be_told_is_not_bothered() -> None:
    registry = CollectorRegistry()
    purges = EdgePurges(NoCdn(), Sleeps(), registry)
    async with Cache(ManualClock()) as cache, purges.running(cache):
        await cache.invalidate(tags=["lists"])
        assert registry.get_sample_value("matinee_cdn_purge_waiting") == 0


NO_TAGS = TagsRefused("upstream_rejected: this plan has no purge by tag")


@asynccontextmanager
async def by_address(*answers: PurgeOutcome) -> AsyncIterator[Stand]:
    edge, clock, registry = Edge(answers=[NO_TAGS, *(answers or [Purged(1)])]), Sleeps(), CollectorRegistry()
    stand = Stand(edge, clock, registry, EdgePurges(edge, clock, registry, "https://tv.example/cinema"))
    async with Cache(ManualClock()) as cache, stand.purges.running(cache):
        yield stand


async def test_a_network_that_takes_no_tags_is_told_addresses_in_batches_from_then_on() -> None:
    title = "https://tv.example/cinema/api/v1/movies/movie-603"
    async with by_address() as stand:
        stand.purges.noticed(tagged("title:movie-603"))
        await stand.settled()
        assert stand.edge.calls == [
            ["title:movie-603"],
            [title, f"{title}/similar", f"{title}/recommendations"],
            [f"{title}/credits", f"{title}/videos"],
        ]
        stand.purges.noticed(tagged("home", "trending"))
        await stand.settled()
        api = "https://tv.example/cinema/api/v1"
        assert stand.edge.calls[3:] == [[f"{api}/home", f"{api}/movies/trending", f"{api}/shows/trending"]]
        assert stand.value("matinee_cdn_purged_addresses_total") == 8
        stand.purges.noticed(Invalidation(everything=True))
        await stand.settled()
        assert stand.edge.calls[4:] == [["everything"]]


async def test_addresses_that_could_not_be_purged_come_again() -> None:
    async with by_address(Purged(3), Unavailable("busy"), Purged(1)) as stand:
        stand.purges.noticed(tagged("title:show-7"))
        await stand.settled()
        assert [len(call) for call in stand.edge.calls] == [1, 3, 2, 3, 2]
        assert stand.value("matinee_cdn_purges_total", outcome="unavailable") == 1


async def test_without_an_address_of_its_own_a_refusal_of_tags_is_one_as_any_other() -> None:
    async with purging(NO_TAGS) as stand:
        stand.purges.noticed(tagged("home"))
        await stand.settled()
        assert stand.edge.calls == [["home"]]


@pytest.mark.parametrize(
    ("tag", "first"),
    [
        ("title:person-9", "/api/v1/people/person-9"),
        ("library:show-7", "/api/v1/shows/show-7"),
        ("library", "/api/v1/home"),
        ("configuration", "/api/v1/genres"),
        ("search", None),
        ("title:local-abc", None),
    ],
)
def test_addresses_of_a_tag(tag: str, first: str | None) -> None:
    assert next(iter(addresses(tag)), None) == first
