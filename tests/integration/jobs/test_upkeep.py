"""What keeps jobs whole: the outbox, the hand-over at a stop, the reaper, the retention."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import update

from matinee.infra.clock import SystemClock
from matinee.infra.database import Database
from matinee.infra.errors import NotFound
from matinee.infra.ids import JobId
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobContext, JobDefinition, JobView, Retry
from matinee.infra.jobs.models import ExecutorRow, JobRow
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.service import JobService
from matinee.infra.observability.metrics import Metrics

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
Options = Callable[..., JobsOptions]


class Work:
    """A job of two steps; the second waits for `gate`."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.gate = asyncio.Event()

    @property
    def definition(self) -> JobDefinition:
        return JobDefinition("test.work", "Work", self.handler, retry=Retry())

    async def handler(self, context: JobContext) -> dict[str, Any]:
        async def one() -> int:
            self.calls.append("one")
            return 1

        async def two() -> int:
            self.calls.append("two")
            await self.gate.wait()
            return 2

        return {"sum": await context.step("one", one) + await context.step("two", two)}


async def until(jobs: JobService, job_id: JobId, test: Callable[[JobView], bool]) -> JobView:
    async for view in jobs.watch(job_id):
        if test(view):
            return view
    raise AssertionError(await jobs.get(job_id))


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    while not await condition():
        await asyncio.sleep(0.02)


def service(database: Database, options: JobsOptions, work: Work, metrics: Metrics | None = None) -> JobService:
    jobs = JobService(database, SystemClock(), options, metrics)
    jobs.register(work.definition)
    return jobs


async def test_what_is_enqueued_before_the_engine_has_loaded_runs_once_it_has(database: Database, options: Options) -> None:
    work = Work()
    work.gate.set()
    jobs = service(database, options(engine_delay=timedelta(seconds=0.5)), work)
    async with jobs.running():
        job_id = await jobs.enqueue("test.work")
        assert (await until(jobs, job_id, lambda view: view.state == "succeeded")).result == {"sum": 3}


async def test_an_engine_that_does_not_start_keeps_nobody_from_enqueueing(
    database: Database, options: Options, tmp_path: Path
) -> None:
    work = Work()
    broken = replace(options(), url=f"sqlite:///{tmp_path / 'no such folder' / 'jobs.db'}")
    jobs = service(database, broken, work)
    async with jobs.running():
        job_id = await jobs.enqueue("test.work")
        with pytest.raises(RuntimeError, match="loading"):
            await jobs.probe()
    assert (await jobs.get(job_id)).state == "queued"


async def test_a_job_whose_process_died_before_the_engine_had_it_is_not_lost(database: Database, options: Options) -> None:
    work = Work()
    work.gate.set()
    # Never started: the row is there, the engine knows nothing.
    job_id = await service(database, options(), work).enqueue("test.work")
    jobs = service(database, options(), work)
    async with jobs.running():
        assert (await until(jobs, job_id, lambda view: view.state == "succeeded")).attempts == 1


async def test_a_stop_leaves_the_job_to_the_next_start_which_goes_on_after_its_last_step(
    database: Database, options: Options
) -> None:
    work = Work()
    jobs = service(database, options(), work)
    async with jobs.running():
        job_id = await jobs.enqueue("test.work")
        await eventually(lambda: _is(work.calls == ["one", "two"]))
    waiting = await jobs.get(job_id)
    assert (waiting.state, waiting.executor, waiting.finished_at) == ("queued", None, None)
    work.gate.set()
    jobs = service(database, options(), work)
    async with jobs.running():
        done = await until(jobs, job_id, lambda view: view.state == "succeeded")
    assert (done.result, done.attempts, work.calls) == ({"sum": 3}, 2, ["one", "two", "two"])


async def test_a_cancelled_job_that_waits_to_be_resumed_does_not_run_again(database: Database, options: Options) -> None:
    work = Work()
    jobs = service(database, options(), work)
    async with jobs.running():
        job_id = await jobs.enqueue("test.work")
        await eventually(lambda: _is(len(work.calls) == 2))
    async with database.write() as unit:  # as if the cancel had come while it ran, just before the process died
        await unit.session.execute(update(JobRow).values(cancel=True))
    jobs = service(database, options(), work)
    async with jobs.running():
        await until(jobs, job_id, lambda view: view.state == "cancelled")
    assert work.calls == ["one", "two"]


async def test_an_executor_that_was_declared_dead_gives_up_its_runs(database: Database, options: Options) -> None:
    work = Work()
    # No tending here: only the heartbeat can tell this executor that it is dead.
    jobs = service(database, options(progress_every=timedelta(hours=1)), work)
    async with jobs.running():
        job_id = await jobs.enqueue("test.work")
        await eventually(lambda: _is(len(work.calls) == 2))
        async with database.write() as unit:
            await repository.remove_executor(unit, jobs.executor)
        # It rejoins, its own reaper finds a claim that no run of it works on, and the job begins again.
        await eventually(lambda: _is(len(work.calls) == 3))
        work.gate.set()
        done = await until(jobs, job_id, lambda view: view.state == "succeeded")
    assert (done.attempts, work.calls) == (2, ["one", "two", "two"])


async def test_a_silent_executor_of_another_machine_is_dead_after_a_while(database: Database, options: Options) -> None:
    work = Work()
    now = SystemClock().now()
    async with database.write() as unit:
        unit.session.add(ExecutorRow(id="lost", host="elsewhere", pid=1, born=0.0, beat=7, seen_at=now))
    metrics = Metrics()
    jobs = service(database, options(), work, metrics)
    async with jobs.running():
        await eventually(lambda: _executors_are(database, {jobs.executor}))
    assert await _executors_are(database, set())
    assert b"matinee_job_executors_reaped_total 1.0" in generate_latest(metrics.registry)


async def test_old_jobs_are_forgotten_here_and_in_the_engine(database: Database, options: Options) -> None:
    work = Work()
    work.gate.set()
    jobs = service(database, options(keep_at_most=2), work)
    async with jobs.running():
        ids = [await jobs.enqueue("test.work") for _ in range(4)]
        for job_id in ids:
            await until(jobs, job_id, lambda view: view.state == "succeeded")
        async with database.write() as unit:
            month = timedelta(days=31)
            old = SystemClock().now() - month
            await unit.session.execute(update(JobRow).where(JobRow.id == ids[3]).values(finished_at=old))
        assert await jobs._retention.sweep() == 3
        assert [view.id for view in (await jobs.list()).items] == [ids[2]]
        assert list(await jobs._engine.look_up(ids)) == [ids[2]]
        with pytest.raises(NotFound):
            await jobs.get(ids[0])


async def test_metrics_tell_what_ran(database: Database, options: Options) -> None:
    work, metrics = Work(), Metrics()
    work.gate.set()
    jobs = service(database, options(), work, metrics)
    async with jobs.running():
        await until(jobs, await jobs.enqueue("test.work"), lambda view: view.state == "succeeded")
        work.gate.clear()
        await until(jobs, await jobs.enqueue("test.work"), lambda view: view.state == "running")
        running = ("matinee_jobs", {"queue": "default", "state": "running"})
        await eventually(lambda: _is(metrics.registry.get_sample_value(*running) == 1))
    finished = ("matinee_job_runs_total", {"job": "test.work", "outcome": "succeeded"})
    assert metrics.registry.get_sample_value(*finished) == 1


async def _is(value: bool) -> bool:
    return value


async def _executors_are(database: Database, names: set[str]) -> bool:
    async with database.read() as unit:
        return {row.id for row in await repository.executors(unit)} == names
