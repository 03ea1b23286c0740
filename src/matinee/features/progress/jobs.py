"""Background jobs of progress."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from matinee.features.progress.forgetting import FORGET, Forgetting
from matinee.features.progress.learning import LEARN, Learning
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import JobDefinition, Retry, ScheduleDefinition


def jobs(container: Container) -> Iterable[JobDefinition]:
    """Needs Learning and Forgetting."""
    retry = Retry(attempts=2, pause=timedelta(seconds=30))
    return [
        JobDefinition(LEARN, "Learn what to recommend", container.get(Learning).run, retry=retry),
        JobDefinition(FORGET, "Forget a deleted profile", container.get(Forgetting).run, retry=retry),
    ]


schedules = (ScheduleDefinition("recommendations", LEARN, "41 4 * * *"),)
