"""`JobService`: durable background jobs, implemented on DBOS.

What people see and steer is the table `job`; the engine has the queues, the claims and the recorded steps.

    enqueue, retry ──> job (row) ──> Outbox ──> Engine (DBOS) ──> Runner ──> handler, on the event loop
                                                   ▲                 │
    Executors: heartbeats, reaper ─────────────────┘                 └──> JobFeed ──> watch, changes
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import Conflict, NotFound
from matinee.infra.ids import JobId, new_id
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobDefinition, JobPage, JobState, JobView, Payload, ScheduleDefinition, ScheduleView
from matinee.infra.jobs.engine import Engine
from matinee.infra.jobs.executors import Executors
from matinee.infra.jobs.feed import JobFeed
from matinee.infra.jobs.metrics import JobMetrics
from matinee.infra.jobs.models import JobRow
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.outbox import Outbox
from matinee.infra.jobs.primary import primary
from matinee.infra.jobs.retention import Retention
from matinee.infra.jobs.rows import PRIORITY, active_key, new_row
from matinee.infra.jobs.runner import Runner
from matinee.infra.jobs.schedules import Schedules
from matinee.infra.observability.metrics import Metrics

__all__ = ["JobService", "JobsOptions"]

log = structlog.get_logger(__name__)


class JobService:
    """Implements `Jobs`. Register and schedule first, then `start`; one instance that serves queues in a process at a time."""

    def __init__(self, database: Database, clock: Clock, options: JobsOptions, metrics: Metrics | None = None) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._definitions: dict[str, JobDefinition] = {}
        self._feed = JobFeed(database, clock)
        shown = JobMetrics(metrics.registry) if metrics is not None else None
        self._runner = Runner(database, clock, options, self._definitions, self._feed, shown)
        self._engine = Engine(options, self._runner.run)
        self._outbox = Outbox(database, clock, self._engine)
        self._runner.put_back = self._outbox.wake
        self._schedules = Schedules(database, clock, self._definitions, self._feed, self._outbox)
        self._executors = Executors(database, clock, options, self._engine, self._runner, shown, self._outbox.wake)
        self._retention = Retention(database, clock, options, self._engine)
        self._running = AsyncExitStack()
        self._stopping = asyncio.Event()
        self._ready = asyncio.Event()
        self._released = asyncio.Event()

    @property
    def executor(self) -> str:
        return self._options.executor

    def register(self, *definitions: JobDefinition) -> None:
        """Make kinds of jobs known. A name that is taken is a programming error."""
        for definition in definitions:
            if definition.name in self._definitions:
                raise LookupError(f"the job {definition.name} is registered already")
            self._definitions[definition.name] = definition

    def schedule(self, *schedules: ScheduleDefinition) -> None:
        """Make schedules known. Raises ValueError for a wrong cron expression, LookupError for a job that is not registered."""
        for schedule in schedules:
            self._definition(schedule.job)
        self._schedules.add(*schedules)

    async def start(self, *, held: bool = False) -> None:
        """Begin. Returns at once: the engine loads in the background, and what is enqueued meanwhile waits for it.

        `held`: that begins only with `release`, so that a server that starts has its processor for the first answers.
        """
        await self._running.enter_async_context(self.running(held=held))

    def release(self) -> None:
        """The engine and the loops round it may begin now."""
        self._released.set()

    async def stop(self) -> None:
        """End in good order: handlers stop at a checkpoint, and their jobs are resumed by others or at the next start."""
        await self._running.aclose()

    @asynccontextmanager
    async def running(self, *, held: bool = False) -> AsyncIterator[None]:
        """`start` and `stop` as a context."""
        if not held:
            self.release()
        serving = bool(self._options.queues)
        if serving:
            await self._executors.join()
        parts = [self._feed.run, self._outbox.run]
        if serving:
            parts += [self._runner.tend, self._executors.run, self._schedules.run, self._retention.run]
        async with asyncio.TaskGroup() as group:
            launching = group.create_task(self._launch(), name="jobs: launch")
            loops = [group.create_task(self._once_released(part), name="jobs: loop") for part in parts]
            try:
                yield
            finally:
                self._stopping.set()
                self._released.set()
                await self._runner.stop()
                await launching
                await self._engine.stop_serving()
                for loop in loops:
                    loop.cancel()
                await self._leave(serving)

    async def wait_until_ready(self) -> None:
        """Return when the engine has loaded."""
        await self._ready.wait()

    async def probe(self) -> str:
        """For the health checks: what this process does. Raises while the engine has not loaded."""
        if not self._engine.ready:
            raise RuntimeError("the job engine is loading")
        return f"{len(self._runner.runs)} running; queues: {', '.join(self._options.queues) or 'none'}"

    async def enqueue(
        self, name: str, payload: Payload | None = None, *, priority: int = PRIORITY, key: str | None = None
    ) -> JobId:
        definition = self._definition(name)
        now = self._clock.now()
        values = new_row(definition, payload or {}, now, job_id=new_id(), priority=priority, key=key)
        json.dumps(values["payload"])  # fails here, not in the worker
        async with self._database.write() as unit:
            row = await repository.insert_job(unit, **values)
            known = None if row or key is None else await repository.find_active(unit, str(active_key(name, key)))
        if row is None:
            return JobId(known.id) if known else await self.enqueue(name, payload, priority=priority, key=key)
        self._feed.publish(row)
        self._outbox.wake()
        return JobId(row.id)

    async def get(self, job_id: JobId) -> JobView:
        return repository.view_of(await self._row(job_id))

    async def list(
        self, *, name: str | None = None, state: JobState | None = None, limit: int = 20, cursor: str | None = None
    ) -> JobPage:
        async with primary(self._database) as unit:
            rows = await repository.page(unit, name=name, state=state, limit=limit, before=cursor)
        more = len(rows) > limit
        return JobPage([repository.view_of(row) for row in rows[:limit]], rows[limit - 1].id if more else None)

    async def cancel(self, job_id: JobId) -> JobView:
        async with self._database.write() as unit:
            row = await repository.cancel(unit, self._clock.now(), job_id)
        if row is None:
            await self._row(job_id)
            raise Conflict("The job has ended already.")
        self._feed.publish(row)
        if row.state == "cancelled":
            await self._withdraw(job_id)
        elif job_id in self._runner.runs:
            self._runner.runs[job_id].ask("cancel", self._options.cancel_grace.total_seconds())
        return repository.view_of(row)

    async def retry(self, job_id: JobId) -> JobView:
        before = await self._row(job_id)
        async with self._database.write() as unit:
            row = await repository.revive(unit, self._clock.now(), job_id, active_key(before.name, before.key))
        if row is None:
            raise Conflict("The job, or another one for the same thing, is queued or running.")
        self._feed.publish(row)
        self._outbox.wake()
        return repository.view_of(row)

    def watch(self, job_id: JobId) -> AsyncIterator[JobView]:
        return self._feed.watch(job_id)

    def listen(self, listener: Callable[[JobView], None]) -> Callable[[], None]:
        return self._feed.listen(listener)

    async def schedules(self) -> Sequence[ScheduleView]:
        return await self._schedules.views()

    async def counts(self) -> Mapping[tuple[str, JobState], int]:
        async with primary(self._database) as unit:
            return await repository.counts(unit)

    async def _once_released(self, part: Callable[[], Awaitable[None]]) -> None:
        await self._released.wait()
        if not self._stopping.is_set():
            await part()

    async def _launch(self) -> None:
        await self._released.wait()
        pause = self._options.engine_delay.total_seconds()
        while not self._stopping.is_set():
            try:
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
                return
            except TimeoutError:
                pass
            try:
                await self._engine.start()
            except Exception:  # the server answers without jobs, and they wait in the table
                log.exception("the job engine did not start; trying again")
                pause = 5.0
                continue
            self._ready.set()
            self._outbox.wake()
            self._executors.wake()
            return

    async def _leave(self, serving: bool) -> None:
        try:
            if serving:
                await self._executors.leave()
            await self._engine.stop()
        except Exception:  # the reaper of another process, or the next start, does the same
            log.warning("jobs could not be handed back", exc_info=True)

    async def _withdraw(self, job_id: JobId) -> None:
        """Spare the engine a job that would end at once; not needed for the job to be cancelled."""
        try:
            if self._engine.ready:
                await self._engine.withdraw(job_id)
        except Exception:
            log.info("a cancelled job stays in the engine's queue", job=job_id, exc_info=True)

    async def _row(self, job_id: JobId) -> JobRow:
        async with primary(self._database) as unit:
            row = await repository.find(unit, job_id)
        if row is None:
            raise NotFound("There is no such job.")
        return row

    def _definition(self, name: str) -> JobDefinition:
        try:
            return self._definitions[name]
        except KeyError:
            raise LookupError(f"no job {name} is registered") from None
