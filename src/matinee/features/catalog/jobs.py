"""Background jobs of the catalogue."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta

from matinee.features.catalog.service import WARM
from matinee.features.catalog.warming import ONCE_IN, Warmer
from matinee.infra.clock import Clock
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import JobDefinition, Jobs, Retry, ScheduleDefinition

_LATER_THAN_REQUESTS = 50


def jobs(container: Container) -> Iterable[JobDefinition]:
    """Needs Warmer."""
    retry = Retry(attempts=3, pause=timedelta(minutes=1))
    return [JobDefinition(WARM, "Warm the catalogue", container.get(Warmer).run, retry=retry)]


schedules = (ScheduleDefinition("catalogue warming", WARM, "17 5 * * *"),)


@asynccontextmanager
async def warmed(container: Container) -> AsyncIterator[None]:
    """A server that starts is warmed, once a day at most."""
    work: Jobs = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    if container.get(Warmer).useful:
        last = (await work.list(name=WARM, state="succeeded", limit=1)).items
        if not last or clock.now() - last[0].created_at > ONCE_IN:
            await work.enqueue(WARM, key="all", priority=_LATER_THAN_REQUESTS)
    yield
