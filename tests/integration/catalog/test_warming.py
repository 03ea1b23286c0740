"""Warming: lists, genres, titles of the library and those that people want, slowly; and what may be kept no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import cast

import pytest

from matinee.features.catalog.jobs import jobs, schedules, warmed
from matinee.features.catalog.service import WARM
from matinee.features.catalog.warming import Warmer
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId
from matinee.infra.jobs.definitions import Jobs, JobView
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.ports.catalogue import Locale
from tests.fixtures.catalogue import details
from tests.integration.catalog.conftest import ADDED
from tests.integration.catalog.test_upstream import DAY, DOWN, Stand, stand  # noqa: F401 - a fixture

pytestmark = pytest.mark.anyio
EN = Locale("en")


class Wishes:
    async def wanted(self, unit: ReadUnit, limit: int) -> Sequence[TitleId]:
        return [TitleId("movie-2"), TitleId("local-x")]


def work_of(stand: Stand) -> ImmediateJobs:  # noqa: F811
    work = cast(ImmediateJobs, stand.container.get(Jobs))  # type: ignore[type-abstract]  # a Protocol as a key
    work.register(*jobs(stand.container))
    return work


async def warm(stand: Stand) -> JobView:  # noqa: F811
    work = work_of(stand)
    return await work.get(await work.enqueue(WARM))


async def test_everything_that_people_look_at_is_read(stand: Stand) -> None:  # noqa: F811
    stand.archive.title("tmdb", details("show", 1), EN)
    await stand.archive.flush()
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [TitleId("show-1")], ADDED)
    stand.catalog.use_interest(Wishes())
    job = await warm(stand)
    assert job.state == "succeeded"
    asked = dict(stand.source.asked)
    for page in (1, 2):
        for kind in ("movie", "show"):
            for listing in ("popular", "trending", "top-rated", "now-playing", "upcoming"):
                assert asked.pop(f"list {kind} {listing} {page}") == 1
    assert asked.pop("genres") == 1
    assert asked.pop("details movie-2") == asked.pop("details show-1") == 1
    assert asked.pop("season show-1 1") == asked.pop("season show-1 0") == 1
    assert set(asked) == {f"details {kind}-{number}" for kind in ("movie", "show") for number in range(76, 96)}
    assert job.result == {"read": 21 + 42, "failed": 0, "forgotten": 0, "reason": ""}
    async with stand.database.read() as unit:
        assert await stand.catalog.exists(unit, TitleId("movie-95")), "what was read is kept"


async def test_a_second_warming_asks_for_nothing(stand: Stand) -> None:  # noqa: F811
    await warm(stand)
    asked = sum(stand.source.asked.values())
    await warm(stand)
    assert sum(stand.source.asked.values()) == asked


async def test_it_stops_when_the_upstream_is_away(stand: Stand) -> None:  # noqa: F811
    stand.source.trouble = DOWN
    job = await warm(stand)
    assert job.state == "succeeded"
    assert job.result is not None
    assert job.result["reason"] == "upstream_timeout"
    assert sum(stand.source.asked.values()) <= 12, "eight failures, and the home page's four lists"


async def test_it_lets_requests_go_first(stand: Stand) -> None:  # noqa: F811
    looks = 0

    def spare() -> bool:
        nonlocal looks
        looks += 1
        return looks % 2 == 0

    warmer = stand.container.get(Warmer)
    warmer.spare = spare
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    stand.clock.sleep = sleep  # type: ignore[method-assign]  # time passes at once
    await warm(stand)
    assert len(slept) == looks / 2
    assert looks > 20


async def test_what_may_be_kept_no_longer_is_forgotten(stand: Stand) -> None:  # noqa: F811
    for number in (5, 6):
        stand.archive.title("tmdb", details("movie", number), EN)
    await stand.archive.flush()
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [TitleId("movie-6")], ADDED)
    stand.source.trouble = DOWN
    await stand.clock.advance(timedelta(days=174).total_seconds())
    assert ((await warm(stand)).result or {})["forgotten"] == 0
    await stand.clock.advance(2 * DAY)
    job = await warm(stand)
    assert job.result is not None
    assert job.result["forgotten"] == 1
    async with stand.database.read() as unit:
        assert [await stand.catalog.exists(unit, TitleId(f"movie-{number}")) for number in (5, 6)] == [False, True]
    assert [hit.id for hit in (await stand.catalog.search("film number"))[0].items] == ["movie-6"]


async def test_a_start_warms_once_a_day(stand: Stand) -> None:  # noqa: F811
    work = work_of(stand)

    async def started() -> int:
        async with warmed(stand.container):
            return len((await work.list(name=WARM)).items)

    assert [await started(), await started()] == [1, 1]
    await stand.clock.advance(DAY)
    assert await started() == 2
    assert [schedule.job for schedule in schedules] == [WARM]
