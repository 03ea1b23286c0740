"""Tells watchers of every change of a job, whichever process made it.

Changes of this process arrive at once. Those of others are read from the database, by one poller for all watchers, and only while
there are any.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import timedelta

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import DatabaseUnavailable, NotFound
from matinee.infra.ids import JobId
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobView
from matinee.infra.jobs.models import JobRow
from matinee.infra.jobs.primary import primary

log = structlog.get_logger(__name__)

POLL = 0.5
OVERLAP = timedelta(seconds=10)
"""How far back each poll looks: machines' clocks differ, and a transaction shows only after its `updated_at`."""


class _Watcher:
    """The latest state of each job that changed, in the order of the changes: bounded by the number of jobs, not of changes."""

    def __init__(self, job_id: JobId | None) -> None:
        self.job_id = job_id
        self._waiting: OrderedDict[str, JobRow] = OrderedDict()
        self._given: dict[str, int] = {}
        self._some = asyncio.Event()

    def given(self, row: JobRow) -> JobView:
        """`row` as a view, noting that the reader has it: nothing older is delivered after it."""
        self._given[row.id] = row.revision
        return repository.view_of(row)

    def put(self, row: JobRow) -> None:
        if self.job_id in (None, row.id) and self._given.get(row.id, 0) < row.revision:
            self._waiting[row.id] = row
            self._some.set()

    async def get(self) -> JobView:
        while True:
            while not self._waiting:
                self._some.clear()
                await self._some.wait()
            row = self._waiting.popitem(last=False)[1]
            if self._given.pop(row.id, 0) < row.revision:
                return repository.view_of(row)


class JobFeed:
    """`run` is the poller; `publish` takes the changes of this process."""

    def __init__(self, database: Database, clock: Clock, *, poll: float = POLL) -> None:
        self._database = database
        self._clock = clock
        self._poll = poll
        self._watchers: set[_Watcher] = set()
        self._watched = asyncio.Event()
        self._seen: dict[str, JobRow] = {}

    def publish(self, *rows: JobRow) -> None:
        """Deliver what has not been delivered yet."""
        for row in rows if self._watchers else ():
            last = self._seen.get(row.id)
            if last is None or last.revision < row.revision:
                self._seen[row.id] = row
                for watcher in self._watchers:
                    watcher.put(row)

    async def changes(self) -> AsyncIterator[JobView]:
        """See `Jobs.changes`."""
        watcher = self._join(None)
        try:
            await self._prime()
            async with primary(self._database) as unit:
                rows = await repository.active(unit)
            for row in rows:
                yield watcher.given(row)
            while True:
                yield await watcher.get()
        finally:
            self._leave(watcher)

    async def watch(self, job_id: JobId) -> AsyncIterator[JobView]:
        """See `Jobs.watch`."""
        watcher = self._join(job_id)
        try:
            await self._prime()
            async with primary(self._database) as unit:
                row = await repository.find(unit, job_id)
            if row is None:
                raise NotFound("There is no such job.")
            view = watcher.given(row)
            yield view
            while view.state in repository.ACTIVE:
                view = await watcher.get()
                yield view
        finally:
            self._leave(watcher)

    async def run(self) -> None:
        """Poll while there are watchers; without end."""
        while True:
            await self._watched.wait()
            try:
                await self._read()
            except DatabaseUnavailable as error:
                log.warning("changes of jobs cannot be read", reason=str(error))
            await asyncio.sleep(self._poll)

    async def _prime(self) -> None:
        """Note what has happened before the first watcher came, so that it is not told as news."""
        if not self._seen:
            async with primary(self._database) as unit:
                rows = await repository.changed_since(unit, self._clock.now() - OVERLAP)
            self._seen = {row.id: row for row in rows} | self._seen

    async def _read(self) -> None:
        horizon = self._clock.now() - OVERLAP
        async with primary(self._database) as unit:
            rows = await repository.changed_since(unit, horizon)
        self.publish(*rows)
        self._seen = {i: row for i, row in self._seen.items() if row.updated_at >= horizon - OVERLAP}

    def _join(self, job_id: JobId | None) -> _Watcher:
        watcher = _Watcher(job_id)
        self._watchers.add(watcher)
        self._watched.set()
        return watcher

    def _leave(self, watcher: _Watcher) -> None:
        self._watchers.discard(watcher)
        if not self._watchers:
            self._watched.clear()
            self._seen.clear()
