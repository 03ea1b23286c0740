"""Runs jobs: from the claim of the engine to the outcome in the database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import DatabaseUnavailable, MatineeError
from matinee.infra.ids import JobId, new_id
from matinee.infra.jobs import repository
from matinee.infra.jobs.channel import Steps
from matinee.infra.jobs.definitions import JobCancelled, JobDefinition
from matinee.infra.jobs.feed import JobFeed
from matinee.infra.jobs.metrics import JobMetrics
from matinee.infra.jobs.models import JobRow
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.primary import primary
from matinee.infra.jobs.runs import Run

log = structlog.get_logger(__name__)

Outcome = dict[str, Any]
"""Columns of the job to set. None instead: the run ends without an outcome, and the job is to be run again."""
_WRITE_AGAIN_AFTER = (0.2, 1.0, 3.0, 10.0)


class Runner:
    """Called by the engine, on the event loop, once for each claim."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: JobsOptions,
        definitions: Mapping[str, JobDefinition],
        feed: JobFeed,
        metrics: JobMetrics | None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._definitions = definitions
        self._feed = feed
        self._metrics = metrics
        self.runs: dict[str, Run] = {}
        self.left: dict[str, str] = {}
        """Jobs whose run ended without an outcome, and their queue."""
        self.busy = asyncio.Event()
        """Set while there are runs."""
        self.stopping = False
        self.put_back: Callable[[], None] = _nothing
        """Called when a job is to be tried again later."""

    async def run(self, job_id: str, steps: Steps) -> bool:
        """Run the job. False when it has to be run again."""
        if self.stopping:
            row = await self._row(job_id)
            self.left[job_id] = row.queue if row else "default"
            return False
        run_id = new_id()
        async with self._database.write() as unit:
            row = await repository.begin(unit, self._clock.now(), job_id, executor=self._options.executor, run=run_id)
        if row is None:
            await self._end_cancelled(job_id)
            return True
        self._feed.publish(row)
        return await self._perform(row, Run(JobId(row.id), row.payload, run_id, steps))

    async def _perform(self, row: JobRow, run: Run) -> bool:
        self.runs[row.id] = run
        self.busy.set()
        began = self._clock.monotonic()
        with structlog.contextvars.bound_contextvars(job=row.id, job_name=row.name, attempt=row.attempts):
            try:
                try:
                    outcome = await self._outcome(row, run)
                finally:
                    run.handled = True
                done = outcome is not None and await self._write(row, run, outcome)
            finally:
                run.ended.set()
                del self.runs[row.id]
                if not self.runs:
                    self.busy.clear()
            state = str(outcome["state"]) if done and outcome else "left"
            self._note(row, state, self._clock.monotonic() - began)
        if not done:
            self.left[row.id] = row.queue
        return done

    async def _outcome(self, row: JobRow, run: Run) -> Outcome | None:
        definition = self._definitions.get(row.name)
        if definition is None:
            return self._failed(f"This version of Matinee has no job called {row.name}.")
        try:
            result = await definition.handler(run)
            json.dumps(result)
        except JobCancelled:
            return {"state": "cancelled", "message": run.message}
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()  # whoever cancelled it knows from `asked`; the outcome is still to be written
            return {"state": "cancelled"} if run.asked == "cancel" else None
        except Exception as error:  # noqa: BLE001  # a job's failure is its outcome
            return self._failure(row, definition, error)
        return {"state": "succeeded", "result": result}

    def _failure(self, row: JobRow, definition: JobDefinition, error: Exception) -> Outcome:
        failures = row.failures + 1
        words = str(error) or type(error).__name__
        permanent = isinstance(error, MatineeError) and error.spec.status < 500
        if permanent or failures >= definition.retry.attempts:
            log.error("job failed", error=words, failures=failures, exc_info=None if permanent else error)
            return self._failed(words)
        pause = definition.retry.pause * 2 ** (failures - 1)
        log.warning("job failed and will be tried again", error=words, failures=failures, pause=pause.total_seconds())
        later = {"state": "queued", "submitted": False, "not_before": self._clock.now() + pause, "executor": None}
        return {**later, "failures": failures, "error": words}

    def _failed(self, words: str) -> Outcome:
        return {"state": "failed", "error": words}

    async def _write(self, row: JobRow, run: Run, outcome: Outcome) -> bool:
        """Write the outcome; false when the run was lost, or the database stays away."""
        if outcome["state"] != "queued":
            outcome = {**outcome, "finished_at": self._clock.now(), "active_key": None, "cancel": False}
        if run.reported:  # written or not: the write that has begun may fail, or come too late
            outcome = {"done": run.done, "total": run.total, "message": run.message, **outcome}
        ours = (JobRow.id == row.id, JobRow.run == run.run_id)
        written: JobRow | None = None
        for pause in (*_WRITE_AGAIN_AFTER, None):
            try:
                async with self._database.write() as unit:
                    written = await repository.change_one(unit, self._clock.now(), *ours, run=None, **outcome)
                break
            except DatabaseUnavailable:
                if pause is None or self.stopping:
                    return False
                await asyncio.sleep(pause)
        if written is None:
            log.warning("another executor has taken the job over")
            return False
        self._feed.publish(written)
        if written.state == "queued":
            self.put_back()
        return True

    async def tend(self) -> None:
        """While there are runs: write their progress, and see who was cancelled or taken over. Without end."""
        while True:
            await self.busy.wait()
            await asyncio.sleep(self._options.progress_every.total_seconds())
            try:
                await self._write_progress()
                await self._see_flags()
            except Exception:
                log.warning("progress of jobs could not be written", exc_info=True)

    async def stop(self) -> None:
        """Have every run end, keeping what is done."""
        self.stopping = True
        runs = list(self.runs.values())
        for run in runs:
            run.ask("stop", self._options.stop_grace.total_seconds())
        for run in runs:
            await run.ended.wait()

    def lose_all(self) -> None:
        """This executor was declared dead, so others have its jobs now."""
        for run in self.runs.values():
            run.ask("lost", 0)

    async def _write_progress(self) -> None:
        dirty = [run for run in self.runs.values() if run.dirty]
        if not dirty:
            return
        written = []
        async with self._database.write() as unit:
            for run in dirty:
                run.dirty = False
                progress = {"done": run.done, "total": run.total, "message": run.message}
                ours = (JobRow.id == run.job_id, JobRow.run == run.run_id)
                written.append(await repository.change_one(unit, self._clock.now(), *ours, **progress))
        self._feed.publish(*(row for row in written if row is not None))

    async def _see_flags(self) -> None:
        runs = dict(self.runs)
        async with primary(self._database) as unit:
            flags = await repository.flags(unit, self._options.executor)
        for job_id, run in runs.items():
            run_id, cancelled = flags.get(job_id, (None, False))
            if run.ended.is_set() or run.asked is not None:
                continue
            if run_id != run.run_id:
                run.ask("lost", 0)
            elif cancelled:
                run.ask("cancel", self._options.cancel_grace.total_seconds())

    async def _end_cancelled(self, job_id: str) -> None:
        """A cancelled job that was waiting to be resumed, for example after its worker had died."""
        cancelled = (JobRow.id == job_id, JobRow.state.in_(repository.ACTIVE), JobRow.cancel.is_(True))
        now = self._clock.now()
        end = {"state": "cancelled", "finished_at": now, "active_key": None, "cancel": False, "run": None}
        async with self._database.write() as unit:
            row = await repository.change_one(unit, now, *cancelled, **end)
        if row is not None:
            self._feed.publish(row)

    async def _row(self, job_id: str) -> JobRow | None:
        async with primary(self._database) as unit:
            return await repository.find(unit, job_id)

    def _note(self, row: JobRow, outcome: str, seconds: float) -> None:
        log.info("job run ended", outcome=outcome, seconds=round(seconds, 3))
        if self._metrics is not None:
            self._metrics.runs.labels(row.name, outcome).inc()
            self._metrics.duration.labels(row.name).observe(seconds)


def _nothing() -> None:
    pass
