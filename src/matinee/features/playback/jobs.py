"""Background jobs of playback."""

from __future__ import annotations

from collections.abc import Iterable

from matinee.features.playback.preparation import PREPARE, Preparation
from matinee.features.playback.service import PlaybackService
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import JobContext, JobDefinition, Result, Retry, ScheduleDefinition

TIDY = "playback.tidy"


def jobs(container: Container) -> Iterable[JobDefinition]:
    """Needs Preparation and PlaybackService."""
    preparation, service = container.get(Preparation), container.get(PlaybackService)

    async def tidy(_context: JobContext) -> Result:
        return {"forgotten": await service.tidy()}

    return (
        JobDefinition(PREPARE, "Prepare renditions", preparation.run, queue="media", retry=Retry(attempts=2)),
        JobDefinition(TIDY, "Forget old playback sessions", tidy),
    )


schedules = (ScheduleDefinition("playback-tidy", TIDY, "17 4 * * *"),)
