"""Jobs that start by the clock: one firing over all processes, and one catch-up after a time without any."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import structlog
from croniter import croniter

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.ids import JobId, new_id
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobDefinition, ScheduleDefinition, ScheduleView
from matinee.infra.jobs.feed import JobFeed
from matinee.infra.jobs.outbox import Outbox
from matinee.infra.jobs.primary import primary
from matinee.infra.jobs.rows import new_row

log = structlog.get_logger(__name__)

LOOK_AGAIN = 60.0
"""Bounds the sleep, so that a clock that was set is noticed."""


def next_firing(cron: str, after: datetime) -> datetime:
    """The first moment after `after` that the five fields (UTC) name."""
    found: datetime = croniter(cron, after.astimezone(UTC)).get_next(datetime)
    return found


def check_cron(cron: str) -> None:
    """Raises ValueError for what is not five valid fields."""
    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        raise ValueError(f"{cron!r} is not a schedule: expected five fields, such as '30 3 * * *' (every day at 03:30 UTC)")


class Schedules:
    """`run` is the loop; every process that serves queues has one."""

    def __init__(
        self, database: Database, clock: Clock, definitions: Mapping[str, JobDefinition], feed: JobFeed, outbox: Outbox
    ) -> None:
        self._database = database
        self._clock = clock
        self._definitions = definitions
        self._feed = feed
        self._outbox = outbox
        self._schedules: dict[str, ScheduleDefinition] = {}

    def add(self, *schedules: ScheduleDefinition) -> None:
        """Raises ValueError for a wrong cron expression."""
        for schedule in schedules:
            check_cron(schedule.cron)
            self._schedules[schedule.name] = schedule

    async def run(self) -> None:
        """Without end: fire what is due, sleep until the next."""
        while self._schedules:
            pause = 5.0
            try:
                pause = await self.fire_due()
            except Exception:  # the next round fires what this one could not
                log.warning("schedules could not be fired", exc_info=True)
            await asyncio.sleep(pause)

    async def fire_due(self) -> float:
        """Start the jobs that are due; gives the seconds until the next firing."""
        now = self._clock.now()
        last = await self._last_firings(now)
        for schedule in self._schedules.values():
            if next_firing(schedule.cron, last[schedule.name]) <= now:
                await self._fire(schedule, last[schedule.name], now)
                last[schedule.name] = now
        upcoming = min(next_firing(s.cron, last[s.name]) for s in self._schedules.values())
        return min(LOOK_AGAIN, max(0.05, (upcoming - self._clock.now()).total_seconds()))

    async def views(self) -> Sequence[ScheduleView]:
        """Every schedule with its last and next firing, by name."""
        now = self._clock.now()
        async with primary(self._database) as unit:
            fired = await repository.fired(unit)
        views = []
        for name, schedule in sorted(self._schedules.items()):
            row = fired.get(name)
            views.append(
                ScheduleView(
                    name=name,
                    job=schedule.job,
                    title=self._definitions[schedule.job].title,
                    cron=schedule.cron,
                    next_at=next_firing(schedule.cron, now),
                    last_at=row.fired_at if row is not None and row.job_id is not None else None,
                    last_job=JobId(row.job_id) if row is not None and row.job_id is not None else None,
                )
            )
        return views

    async def _last_firings(self, now: datetime) -> dict[str, datetime]:
        async with primary(self._database) as unit:
            fired = await repository.fired(unit)
        missing = [name for name in self._schedules if name not in fired]
        if missing:
            async with self._database.write() as unit:
                for name in missing:
                    await repository.note_schedule(unit, name, now)
        return {name: fired[name].fired_at if name in fired else now for name in self._schedules}

    async def _fire(self, schedule: ScheduleDefinition, last: datetime, now: datetime) -> None:
        job_id = new_id()
        row = None
        definition = self._definitions[schedule.job]
        async with self._database.write() as unit:
            if not await repository.take_firing(unit, schedule.name, last=last, due=now, job_id=job_id):
                return
            values = new_row(definition, schedule.payload or {}, now, job_id=job_id, key=f"schedule {schedule.name}")
            row = await repository.insert_job(unit, **values)
        if row is None:
            log.info("schedule skipped: its last job has not ended", schedule=schedule.name)
            return
        log.info("schedule fired", schedule=schedule.name, job=job_id)
        self._feed.publish(row)
        self._outbox.wake()
