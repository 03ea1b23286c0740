"""Schedules under a clock that the test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.jobs.definitions import JobContext, JobDefinition, JobView, ScheduleDefinition
from matinee.infra.jobs.feed import JobFeed
from matinee.infra.jobs.outbox import Outbox
from matinee.infra.jobs.repository import page, view_of
from matinee.infra.jobs.schedules import Schedules, check_cron, next_firing

pytestmark = pytest.mark.anyio


async def nothing(context: JobContext) -> dict[str, Any]:
    return {}


NIGHTLY = ScheduleDefinition("nightly", "test.nothing", "30 3 * * *", {"full": True})
DEFINITIONS = {"test.nothing": JobDefinition("test.nothing", "Nothing", nothing, queue="media")}


class Silent:
    def wake(self) -> None:
        pass


def schedules(database: Database, clock: ManualClock) -> Schedules:
    made = Schedules(database, clock, DEFINITIONS, JobFeed(database, clock), cast(Outbox, Silent()))
    made.add(NIGHTLY)
    return made


async def jobs_of(database: Database) -> list[JobView]:
    async with database.read() as unit:
        return [view_of(row) for row in await page(unit, name=None, state=None, limit=100, before=None)]


async def end_all(database: Database) -> None:
    async with database.write() as unit:
        for row in await page(unit, name=None, state=None, limit=100, before=None):
            row.state, row.active_key = "succeeded", None


async def test_it_fires_when_its_time_has_come_and_not_before(database: Database, clock: ManualClock) -> None:
    made = schedules(database, clock)
    assert await made.fire_due() == 60  # bounded, so that a clock that was set is noticed
    await clock.advance(timedelta(hours=3, minutes=29, seconds=50).total_seconds())
    assert await made.fire_due() == 10
    assert await jobs_of(database) == []
    await clock.advance(10)
    await made.fire_due()
    (job,) = await jobs_of(database)
    assert (job.name, job.payload, job.queue, job.state) == ("test.nothing", {"full": True}, "media", "queued")
    (view,) = await made.views()
    assert (view.title, view.last_at, view.last_job) == ("Nothing", clock.now(), job.id)
    assert view.next_at == datetime(2026, 1, 2, 3, 30, tzinfo=UTC)


async def test_one_firing_over_all_processes(database: Database, clock: ManualClock) -> None:
    several = [schedules(database, clock) for _ in range(3)]
    for made in several:
        await made.fire_due()
    for day in range(2):
        await clock.advance(timedelta(days=1).total_seconds())
        for made in several:
            await made.fire_due()
        assert len(await jobs_of(database)) == day + 1
        await end_all(database)


async def test_what_was_missed_while_nothing_ran_is_caught_up_once(database: Database, clock: ManualClock) -> None:
    await schedules(database, clock).fire_due()
    await clock.advance(timedelta(days=5).total_seconds())
    made = schedules(database, clock)
    await made.fire_due()
    await made.fire_due()
    assert len(await jobs_of(database)) == 1


async def test_it_does_not_pile_up_behind_a_job_that_has_not_ended(database: Database, clock: ManualClock) -> None:
    made = schedules(database, clock)
    await made.fire_due()
    for _ in range(3):
        await clock.advance(timedelta(days=1).total_seconds())
        await made.fire_due()
    assert len(await jobs_of(database)) == 1


@pytest.mark.parametrize("cron", ["", "* * *", "61 * * * *", "0 3 * * * *", "every day"])
def test_wrong_expressions_are_refused(cron: str) -> None:
    with pytest.raises(ValueError, match="is not a schedule"):
        check_cron(cron)


def test_fields_are_utc() -> None:
    assert next_firing("0 12 * * 1", datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 5, 12, tzinfo=UTC)
