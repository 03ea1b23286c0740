"""Two catalogues on one database and one Redis, and one that is started again with the file of its cache."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from matinee.features.catalog.archive import Archive
from matinee.features.catalog.feature import FEATURE
from matinee.features.catalog.service import CatalogService
from matinee.infra.cache import Cache
from matinee.infra.clock import SystemClock
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.ids import TitleId
from tests.fixtures.catalogue import RecordedCatalogue, furnished
from tests.integration.cache.conftest import disk_tier, join
from tests.integration.catalog.conftest import ADDED
from tests.integration.catalog.test_upstream import DOWN
from tests.servers.redis import OwnRedis, own

pytestmark = pytest.mark.anyio
FILM = TitleId("movie-5")


@dataclass
class Process:
    """A catalogue with a cache of its own."""

    catalog: CatalogService
    cache: Cache
    source: RecordedCatalogue
    container: Container


def process(database: Database, folder: Path, cache: Cache, source: RecordedCatalogue) -> Process:
    container = furnished(database, SystemClock(), folder, cache, sources=[source])
    FEATURE.build(container)
    return Process(container.get(CatalogService), cache, source, container)


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    with own() as found:
        yield found


@pytest.fixture
async def two(database: Database, tmp_path: Path, own_redis: OwnRedis) -> AsyncIterator[tuple[Process, Process]]:
    source = RecordedCatalogue()
    members = [await join(own_redis.server.url()) for _ in range(2)]
    first, second = (process(database, tmp_path / str(n), member.cache, source) for n, member in enumerate(members))
    yield first, second
    for member in members:
        await member.leave()


async def test_what_one_has_read_the_other_has_too(two: tuple[Process, Process]) -> None:
    first, second = two
    for catalog in (first.catalog, second.catalog, first.catalog):
        assert (await catalog.details("movie", FILM))[0].title == "Film Number 5"
        assert len((await catalog.listing("movie", "popular", limit=50))[0].items) == 50
        assert (await catalog.search("ines"))[0].items[0].kind == "person"
    assert max(first.source.asked.values()) == 1


async def test_a_hundred_cold_questions_in_two_processes_are_one_call(two: tuple[Process, Process]) -> None:
    first, second = two
    asked = [one.catalog.details("movie", FILM) for one in two for _ in range(50)]
    answers = await asyncio.gather(*asked)
    assert {view.title for view, _ in answers} == {"Film Number 5"}
    assert first.source.asked["details movie-5"] == 1
    assert second.source is first.source


async def test_the_library_of_one_is_told_to_the_answers_of_the_other(two: tuple[Process, Process]) -> None:
    first, second = two
    heard: list[str] = []
    arrived = asyncio.Event()

    def hear(invalidation: object) -> None:
        tags = getattr(invalidation, "tags", frozenset())
        heard.extend(tags)
        if tags:
            arrived.set()

    await first.catalog.details("movie", FILM)
    await first.container.get(Archive).flush()
    _, freshness = await second.catalog.details("movie", FILM)
    second.cache.on_invalidated(hear)
    async with first.container.get(Database).write() as unit:
        await first.catalog.set_available(unit, [FILM], ADDED)
    async with asyncio.timeout(5):
        await arrived.wait()
    assert set(heard) & freshness.tags == {"library:movie-5"}
    assert "library" in heard, "lists look different, too"
    _, again = await second.catalog.details("movie", FILM)
    assert (again.state, second.source.asked["details movie-5"]) == ("hit", 1), "what the upstream said stays"


async def test_without_redis_both_go_on(two: tuple[Process, Process], own_redis: OwnRedis) -> None:
    first, second = two
    await first.catalog.details("movie", FILM)
    await second.catalog.details("movie", FILM)
    own_redis.kill()
    for one in two:
        assert (await one.catalog.details("movie", FILM))[0].title == "Film Number 5"
        assert (await one.catalog.details("movie", TitleId("movie-6")))[0].title == "Film Number 6"
    own_redis.start()
    for one in two:
        assert (await one.catalog.details("movie", FILM))[0].title == "Film Number 5"


async def test_a_start_with_the_caches_file_asks_for_nothing(database: Database, tmp_path: Path) -> None:
    clock, source = SystemClock(), RecordedCatalogue()
    for _ in range(2):
        async with disk_tier(tmp_path / "entries.db", clock) as tier, Cache(clock, second=tier) as cache:
            catalog = process(database, tmp_path, cache, source).catalog
            view, _ = await catalog.details("movie", FILM)
            page, _ = await catalog.listing("show", "trending", limit=40)
            assert (view.title, len(page.items), view.degraded, page.degraded) == ("Film Number 5", 40, None, None)
        source.trouble = DOWN
    assert max(source.asked.values()) == 1
