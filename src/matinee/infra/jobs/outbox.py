"""Brings queued jobs to the engine: new ones, those to be tried again, and those that a dead executor has left.

A job's row is written first and in one database with everything else; the engine's queue is filled from it, so a crash in between
loses nothing. Submitting twice is harmless, because the job's id is the workflow's.
"""

from __future__ import annotations

import asyncio

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.jobs import repository
from matinee.infra.jobs.engine import Engine, EngineJob
from matinee.infra.jobs.models import JobRow
from matinee.infra.jobs.primary import primary

log = structlog.get_logger(__name__)

LOOK_AGAIN = 5.0
_ENDING = 0.2
"""The engine notes the end of a run a moment after we do; a job that is to run again waits for that."""


class Outbox:
    """`run` is its loop; `wake` makes it look at once."""

    def __init__(self, database: Database, clock: Clock, engine: Engine) -> None:
        self._database = database
        self._clock = clock
        self._engine = engine
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    async def run(self) -> None:
        """Without end. A failure is logged and tried again: the rows are still there."""
        pause = 0.0
        while True:
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                pass
            self._woken.clear()
            try:
                pause = await self.flush()
            except Exception:  # either database may be away for a while
                log.warning("jobs could not be put into their queues", exc_info=True)
                pause = LOOK_AGAIN

    async def flush(self) -> float:
        """Submit what can be; gives the seconds until it is worth looking again."""
        if not self._engine.ready:
            return LOOK_AGAIN
        now = self._clock.now()
        async with primary(self._database) as unit:
            rows = await repository.unsubmitted(unit, now)
            due = await repository.next_due(unit, now)
        known = await self._engine.look_up([row.id for row in rows]) if rows else {}
        done = [await self._submit(row, known.get(row.id)) for row in rows]
        if rows and not all(done):
            return _ENDING
        soon = (due - now).total_seconds() if due else LOOK_AGAIN
        return min(LOOK_AGAIN, max(0.0, soon))

    async def _submit(self, row: JobRow, known: EngineJob | None) -> bool:
        if known is None:
            await self._engine.submit(row.id, row.queue, row.priority)
        elif known.state == "claimed":
            return False
        elif known.state != "queued":
            await self._engine.again(row.id, row.queue, forget=row.restart)
        async with self._database.write() as unit:
            await repository.mark_submitted(unit, row.id, row.attempts)
        return True
