"""Tells listeners of every change of a job, whichever process made it.

Changes of this process arrive at once. Those of others are read from the database, by one poller for all listeners, and
only while there are any.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import NotFound
from matinee.infra.ids import JobId
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobView
from matinee.infra.jobs.models import JobRow
from matinee.infra.jobs.primary import primary

log = structlog.get_logger(__name__)

POLL = 0.5
OVERLAP = timedelta(seconds=10)
"""How far back each poll looks: machines' clocks differ, and a transaction shows only after its `updated_at`."""
READ_AGAIN = 5.0
"""A job that is watched is read this often anyhow, should a machine's clock be further off than the poller looks back."""
SKEW = timedelta(seconds=1)
"""How much older than the first look a change may be and still be told; better once too often than once too few."""


class _Reader:
    """The latest state of one job, for one `watch`: a slow reader misses steps in between, never the last."""

    def __init__(self, job_id: str) -> None:
        self._job_id = job_id
        self._revision = 0
        self._latest: JobRow | None = None
        self._some = asyncio.Event()

    def __call__(self, row: JobRow) -> None:
        if row.id == self._job_id:
            self._latest = row
            self._some.set()

    def given(self, row: JobRow) -> JobView:
        self._revision = row.revision
        return repository.view_of(row)

    async def get(self) -> JobView:
        while self._latest is None or self._latest.revision <= self._revision:
            self._some.clear()
            await self._some.wait()
        return self.given(self._latest)


class JobFeed:
    """`run` is the poller; `publish` takes the changes of this process."""

    def __init__(self, database: Database, clock: Clock, *, poll: float = POLL) -> None:
        self._database = database
        self._clock = clock
        self._poll = poll
        self._listeners: list[Callable[[JobRow], None]] = []
        self._wanted = asyncio.Event()
        self._since: datetime | None = None
        """What was changed before is not news; None until the first look after the first listener came."""
        self._seen: dict[str, JobRow] = {}

    def publish(self, *rows: JobRow) -> None:
        """Deliver what has not been delivered yet."""
        for row in rows if self._listeners else ():
            last = self._seen.get(row.id)
            if last is None or last.revision < row.revision:
                self._seen[row.id] = row
                for listener in tuple(self._listeners):
                    listener(row)

    def listen(self, listener: Callable[[JobView], None]) -> Callable[[], None]:
        """See `Jobs.listen`."""
        return self._join(lambda row: listener(repository.view_of(row)))

    async def watch(self, job_id: JobId) -> AsyncIterator[JobView]:
        """See `Jobs.watch`."""
        reader = _Reader(job_id)
        leave = self._join(reader)
        try:
            async with primary(self._database) as unit:
                row = await repository.find(unit, job_id)
            if row is None:
                raise NotFound("There is no such job.")
            view = reader.given(row)
            yield view
            while view.state in repository.ACTIVE:
                try:
                    async with asyncio.timeout(READ_AGAIN):
                        view = await reader.get()
                    yield view
                except TimeoutError:
                    await self._reread(job_id, reader)
        finally:
            leave()

    async def _reread(self, job_id: JobId, reader: _Reader) -> None:
        async with primary(self._database) as unit:
            row = await repository.find(unit, job_id)
        if row is not None:
            reader(row)

    async def run(self) -> None:
        """Poll while there are listeners; without end."""
        while True:
            await self._wanted.wait()
            try:
                await self._read()
            except Exception:
                log.warning("changes of jobs could not be read", exc_info=True)
            await asyncio.sleep(self._poll)

    async def _read(self) -> None:
        now = self._clock.now()
        since = self._since = self._since or now  # the last listener may leave while we read
        async with primary(self._database) as unit:
            rows = await repository.changed_since(unit, now - OVERLAP)
        self.publish(*(row for row in rows if row.updated_at >= since - SKEW))
        self._seen = {i: row for i, row in self._seen.items() if row.updated_at >= now - 2 * OVERLAP}

    def _join(self, listener: Callable[[JobRow], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        self._wanted.set()

        def leave() -> None:
            self._listeners.remove(listener)
            if not self._listeners:
                self._wanted.clear()
                self._seen.clear()
                self._since = None

        return leave
