"""The test double of `Jobs`: runs every job at once, in the caller's task, and keeps the outcome in memory."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matinee.infra.clock import Clock, SystemClock
from matinee.infra.errors import Conflict, NotFound
from matinee.infra.ids import JobId, new_id
from matinee.infra.jobs.definitions import (
    JobCancelled,
    JobDefinition,
    JobPage,
    JobState,
    JobView,
    Payload,
    ScheduleView,
)

_ENDED: frozenset[JobState] = frozenset({"succeeded", "failed", "cancelled"})


class ImmediateJobs:
    """`enqueue` returns when the handler has ended. A failure is recorded in the job, as in the real service.

    With `hold=True` jobs stay queued until `run(job_id)`. Step results survive a `retry`, as they do in the real service.
    """

    def __init__(self, *definitions: JobDefinition, clock: Clock | None = None, hold: bool = False) -> None:
        self._definitions = {definition.name: definition for definition in definitions}
        self._clock = clock or SystemClock()
        self._jobs: dict[JobId, JobView] = {}
        self._keys: dict[tuple[str, str], JobId] = {}
        self._steps: dict[JobId, list[str]] = {}
        self._changed = asyncio.Condition()
        self._listeners: list[Callable[[JobView], None]] = []
        self.hold = hold
        self.reports: list[tuple[JobId, int, int | None, str]] = []
        """Every progress report: job, done, total, message."""

    @property
    def executor(self) -> str:
        return "here"

    def register(self, *definitions: JobDefinition) -> None:
        """Make kinds of jobs known."""
        self._definitions.update({definition.name: definition for definition in definitions})

    async def enqueue(self, name: str, payload: Payload | None = None, *, priority: int = 10, key: str | None = None) -> JobId:
        definition = self._definitions[name]
        if key is not None and (active := self._keys.get((name, key))) and self._jobs[active].state not in _ENDED:
            return active
        job = _new_view(definition, json.loads(json.dumps(dict(payload or {}))), self._clock)
        if key is not None:
            self._keys[name, key] = job.id
        await self._save(job)
        if not self.hold:
            await self.run(job.id)
        return job.id

    async def run(self, job_id: JobId) -> JobView:
        """Run a queued job to its end."""
        job = await self.get(job_id)
        now = self._clock.now()
        job = await self._save(replace(job, state="running", started_at=now, attempts=job.attempts + 1))
        context = _Context(self, job)
        try:
            result = await self._definitions[job.name].handler(context)
            ended = replace(self._jobs[job_id], state="succeeded", result=json.loads(json.dumps(result)), error=None)
        except JobCancelled:
            ended = replace(self._jobs[job_id], state="cancelled")
        except Exception as error:  # noqa: BLE001  # a job's failure is its outcome, not the caller's
            ended = replace(self._jobs[job_id], state="failed", error=str(error) or type(error).__name__)
        return await self._save(replace(ended, finished_at=self._clock.now()))

    async def get(self, job_id: JobId) -> JobView:
        try:
            return self._jobs[job_id]
        except KeyError:
            raise NotFound("There is no such job.") from None

    async def list(
        self, *, name: str | None = None, state: JobState | None = None, limit: int = 20, cursor: str | None = None
    ) -> JobPage:
        found = [j for j in reversed(self._jobs.values()) if name in (None, j.name) and state in (None, j.state)]
        start = next((n for n, job in enumerate(found) if job.id == cursor), -1) + 1
        page = found[start : start + limit]
        return JobPage(page, page[-1].id if len(found) > start + limit else None)

    async def cancel(self, job_id: JobId) -> JobView:
        job = await self.get(job_id)
        if job.state in _ENDED:
            raise Conflict("The job has ended.")
        return await self._save(replace(job, state="cancelled", finished_at=self._clock.now()))

    async def retry(self, job_id: JobId) -> JobView:
        job = await self.get(job_id)
        if job.state not in _ENDED:
            raise Conflict("The job has not ended.")
        if job.state == "succeeded":
            self._steps.pop(job_id, None)
        fresh = replace(job, state="queued", error=None, result=None, finished_at=None, done=0, message="")
        await self._save(fresh)
        return fresh if self.hold else await self.run(job_id)

    async def watch(self, job_id: JobId) -> AsyncIterator[JobView]:
        job = await self.get(job_id)
        while True:
            yield job
            if job.state in _ENDED:
                return
            seen = job
            async with self._changed:
                await self._changed.wait_for(lambda seen=seen: self._jobs[job_id] is not seen)  # type: ignore[misc]  # a default
            job = self._jobs[job_id]

    def listen(self, listener: Callable[[JobView], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def schedules(self) -> Sequence[ScheduleView]:
        return []

    async def counts(self) -> Mapping[tuple[str, JobState], int]:
        return Counter((job.queue, job.state) for job in self._jobs.values())

    async def _save(self, job: JobView) -> JobView:
        self._jobs[job.id] = job = replace(job, updated_at=self._clock.now())
        for listener in self._listeners:
            listener(job)
        async with self._changed:
            self._changed.notify_all()
        return job


class _Context:
    def __init__(self, jobs: ImmediateJobs, job: JobView) -> None:
        self.job_id = job.id
        self.payload: Payload = job.payload
        self._jobs = jobs
        self._recorded = jobs._steps.setdefault(job.id, [])
        self._position = 0

    async def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        await self.checkpoint()
        self._jobs.reports.append((self.job_id, done, total, message))
        job = self._jobs._jobs[self.job_id]
        await self._jobs._save(replace(job, done=done, total=total, message=message))

    async def checkpoint(self) -> None:
        if self._jobs._jobs[self.job_id].state == "cancelled":
            raise JobCancelled

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        position, self._position = self._position, self._position + 1
        if position == len(self._recorded):
            self._recorded.append(json.dumps(await action()))
        return json.loads(self._recorded[position])


def _new_view(definition: JobDefinition, payload: Payload, clock: Clock) -> JobView:
    return JobView(
        id=JobId(new_id()),
        name=definition.name,
        title=definition.title,
        queue=definition.queue,
        state="queued",
        done=0,
        total=None,
        message="",
        payload=payload,
        result=None,
        error=None,
        executor=None,
        created_at=clock.now(),
        started_at=None,
        updated_at=None,
        finished_at=None,
        attempts=0,
    )
