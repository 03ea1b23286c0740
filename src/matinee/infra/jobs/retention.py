"""Forgets ended jobs, in small bites."""

from __future__ import annotations

import asyncio

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.jobs import repository
from matinee.infra.jobs.engine import Engine
from matinee.infra.jobs.options import JobsOptions

log = structlog.get_logger(__name__)

FIRST = 120.0
EVERY = 3600.0


class Retention:
    """`run` is the loop."""

    def __init__(self, database: Database, clock: Clock, options: JobsOptions, engine: Engine) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._engine = engine

    async def run(self) -> None:
        """Without end."""
        await asyncio.sleep(FIRST)
        while True:
            try:
                await self.sweep()
            except Exception:  # what is kept an hour longer does no harm
                log.warning("ended jobs could not be forgotten", exc_info=True)
            await asyncio.sleep(EVERY)

    async def sweep(self) -> int:
        """Forget what is beyond the bounds; gives how many. The engine first: a job without a row would be an orphan there."""
        before = self._clock.now() - self._options.keep
        forgotten = 0
        while self._engine.ready:
            async with self._database.read() as reading:
                ids = await repository.surplus(reading, before, self._options.keep_at_most)
            if not ids:
                break
            await self._engine.forget(ids)
            async with self._database.write() as unit:
                await repository.delete_jobs(unit, ids)
            forgotten += len(ids)
        return forgotten
