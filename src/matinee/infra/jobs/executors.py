"""Heartbeats of the processes that run jobs, and the reaper that hands a dead one's work to the living.

Every such process does both. A process is dead when its machine is ours and its pid is gone, or when its heartbeat has stood
still for `dead_after` of our own monotonic time: clocks of different machines are never compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.jobs import repository
from matinee.infra.jobs.engine import Engine, EngineJob
from matinee.infra.jobs.host import ProcessIdentity, is_gone, this_process
from matinee.infra.jobs.metrics import JobMetrics
from matinee.infra.jobs.models import ExecutorRow
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.primary import primary
from matinee.infra.jobs.runner import Runner

log = structlog.get_logger(__name__)

_LOOKS = 2
"""A machine that was too busy to look has not seen a heart stand still."""


class Executors:
    """`run` is the loop of one process; `leave` ends its part in good order."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: JobsOptions,
        engine: Engine,
        runner: Runner,
        metrics: JobMetrics | None,
        released: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._engine = engine
        self._runner = runner
        self._metrics = metrics
        self._released = released
        self._me = this_process()
        self._beats: dict[str, tuple[int, float, int]] = {}
        self._idle_claims: set[str] = set()
        self._woken = asyncio.Event()

    async def join(self) -> None:
        """Be known as alive; before the first job is taken."""
        async with self._database.write() as unit:
            await repository.register_executor(unit, self._options.executor, self._me, self._clock.now())

    async def leave(self) -> None:
        """Hand back what is left; the engine serves no more. Others, or the next start, go on with it at once."""
        await self._release({self._options.executor})
        for job_id, queue in self._runner.left.items():
            await self._engine.requeue(job_id, queue)
        async with self._database.write() as unit:
            await repository.remove_executor(unit, self._options.executor)

    async def run(self) -> None:
        """Without end: beat and reap."""
        while True:
            try:
                await self.beat()
                await self.reap()
            except Exception:  # either database may be away; the next round tries again
                log.warning("heartbeat or reaper failed", exc_info=True)
            self._woken.clear()
            try:
                async with asyncio.timeout(self._options.heartbeat.total_seconds()):
                    await self._woken.wait()
            except TimeoutError:
                pass

    def wake(self) -> None:
        """Look at once: the engine is ready."""
        self._woken.set()

    async def beat(self) -> None:
        """Say that we live. Where others have declared us dead, give up what we had: they have it now."""
        async with self._database.write() as unit:
            known = await repository.beat(unit, self._options.executor, self._clock.now())
        if not known:
            log.warning("this executor was declared dead; its runs are given up", executor=self._options.executor)
            self._runner.lose_all()
            await self.join()

    async def reap(self) -> None:
        """Find the dead, and put what they had back into the queues."""
        if not self._engine.ready:
            return
        # Work first, executors after: whoever works was registered before, so one that is missing now is gone.
        claims = await self._engine.claimed()
        async with primary(self._database) as unit:
            working = await repository.working_executors(unit)
            rows = await repository.executors(unit)
            self._show(await repository.counts(unit))
        dead = {row.id for row in rows if row.id != self._options.executor and self._is_dead(row)}
        for executor in sorted(dead):
            await self._bury(executor)
        alive = {row.id for row in rows} - dead | {self._options.executor}
        claimants = {claim.executor for claim in claims if claim.executor is not None}
        await self._take_over((claimants | working | dead) - alive)
        await self._requeue_left(claims)
        await self._fail_given_up()

    async def _bury(self, executor: str) -> None:
        async with self._database.write() as unit:
            first = await repository.remove_executor(unit, executor)
        if first:
            log.warning("an executor is dead; its jobs are taken over", executor=executor)
            if self._metrics is not None:
                self._metrics.reaped.inc()

    def _is_dead(self, row: ExecutorRow) -> bool:
        if is_gone(ProcessIdentity(row.host, row.pid, row.born), self._me):
            return True
        now = self._clock.monotonic()
        beat, since, looks = self._beats.get(row.id, (-1, now, 0))
        if beat != row.beat:
            self._beats[row.id] = (row.beat, now, 0)
            return False
        self._beats[row.id] = (beat, since, looks + 1)
        return looks + 1 >= _LOOKS and now - since > self._options.dead_after.total_seconds()

    async def _take_over(self, executors: set[str]) -> None:
        if executors:
            await self._engine.recover(executors)
            await self._release(executors)
            for executor in executors:
                self._beats.pop(executor, None)

    async def _release(self, executors: set[str]) -> None:
        """Their running jobs wait again; the outbox makes sure that the engine holds them."""
        async with self._database.write() as unit:
            rows = await repository.release(unit, self._clock.now(), executors)
        if rows:
            log.info("jobs were put back into their queues", jobs=[row.id for row in rows])
            self._released()

    async def _requeue_left(self, claims: Sequence[EngineJob]) -> None:
        """Jobs claimed by us that no run of ours works on: a run that could not write its outcome, say."""
        mine = {claim.id for claim in claims if claim.executor == self._options.executor} - set(self._runner.runs)
        for job_id in mine & (self._idle_claims | set(self._runner.left)):
            async with primary(self._database) as unit:
                row = await repository.find(unit, job_id)
            queue = row.queue if row is not None else self._runner.left.get(job_id, "default")
            await self._engine.requeue(job_id, queue)
            self._runner.left.pop(job_id, None)
        self._idle_claims = mine  # seen twice in a row is not merely between claim and run

    async def _fail_given_up(self) -> None:
        ids = await self._engine.given_up()
        if ids:
            async with self._database.write() as unit:
                failed = await repository.fail_given_up(unit, self._clock.now(), ids)
            for row in failed:
                log.error("job was given up: the process died each time it ran", job=row.id, job_name=row.name)

    def _show(self, counts: repository.Counts) -> None:
        if self._metrics is not None:
            self._metrics.show(counts)
