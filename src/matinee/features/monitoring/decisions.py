"""What administrators decide on breakers outlives the processes, and reaches those that hear no messages of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from matinee.features.monitoring.repository import DecisionRepository
from matinee.infra.background import repeated
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.upstream import Upstreams

log = structlog.get_logger(__name__)
EVERY = 15.0
"""Seconds between two looks into the database: the longest that a process without Redis does not know."""


class Decisions:
    """Brings what this process knows and what is stored together: the later decision wins. The database being away changes
    nothing of what holds here; it is told when it is back."""

    def __init__(self, database: Database, upstreams: Upstreams, clock: Clock) -> None:
        self._database = database
        self._upstreams = upstreams
        self._clock = clock
        self._rows = DecisionRepository()
        self._kept = False
        self._away = False

    async def settle(self) -> None:
        """Once. Never raises for a database that is away."""
        try:
            await self._settle()
        except MatineeError as error:
            if not self._away:
                log.warning("breaker_decisions_not_stored", error=error.code)
            self._away = True
        else:
            self._away = False

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """While the block runs, now and then; what is stored holds when it begins."""
        if self._kept:
            yield
            return
        self._kept = True
        await self.settle()
        async with repeated("breaker decisions", self.settle, EVERY, self._clock):
            yield
        self._kept = False

    async def _settle(self) -> None:
        async with self._database.read() as unit:
            stored = await self._rows.all(unit)
        for name, decision in stored.items():
            self._upstreams.learn(name, decision)
        news = {
            name: decision
            for name, decision in self._upstreams.decisions().items()
            if name not in stored or stored[name].at < decision.at
        }
        if news:
            async with self._database.write() as unit:
                for name, decision in news.items():
                    await self._rows.put(unit, name, decision)
