"""Deletes what a deleted profile did: in a job, so that nothing stays when a process ends in between, and in portions."""

from __future__ import annotations

from matinee.features.accounts.events import ProfileDeleted
from matinee.features.progress.repository import ForgettingRepository
from matinee.infra.database import Database
from matinee.infra.jobs.definitions import JobContext, Jobs, Result

FORGET = "progress.forget"
_AT_ONCE = 2_000
"""Rows that one unit deletes at most, so that no writer waits long behind it."""


class Forgetting:
    """`profile_deleted` hears of it, `run` is the job."""

    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs
        self._rows = ForgettingRepository()

    async def profile_deleted(self, event: ProfileDeleted) -> None:
        """Start the job."""
        await self._jobs.enqueue(FORGET, {"profile_id": event.profile_id}, key=event.profile_id)

    async def run(self, context: JobContext) -> Result:
        """Delete the rows of one profile; may end anywhere and begin again."""
        profile_id, gone = str(context.payload["profile_id"]), 0
        while True:
            await context.checkpoint()
            async with self._database.write() as unit:
                some = await self._rows.delete_some(unit, profile_id, _AT_ONCE)
            gone += some
            if some == 0:
                return {"rows": gone}
