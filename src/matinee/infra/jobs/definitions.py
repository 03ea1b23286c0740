"""What a background job is: the part of `infra.jobs` that features see."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from matinee.infra.ids import JobId

Queue = Literal["default", "media"]
JobState = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Payload = Mapping[str, Any]
Result = dict[str, Any]


class JobCancelled(Exception):
    """Raised inside a handler by `JobContext.progress` and `checkpoint` when the job was cancelled. Clean up and let it pass."""


class JobInterrupted(asyncio.CancelledError):
    """Raised inside a handler when the process stops. The job is resumed later: keep what is done, and let it pass.

    Like every `asyncio.CancelledError` it is not an `Exception`, so a handler that survives the failure of single files does
    not swallow it.
    """


class JobContext(Protocol):
    """What a running handler has. Handlers run on the process's event loop; blocking work goes to a thread or a subprocess."""

    job_id: JobId
    payload: Payload

    async def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Report progress; written about twice a second, the last report always. Raises `JobCancelled`, `JobInterrupted`."""

    async def checkpoint(self) -> None:
        """Give way to a cancellation. Raises `JobCancelled`, `JobInterrupted`."""

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """Run `action` as a durable step: once it has returned, a restart of the job takes its recorded (JSON) result instead.

        Steps run in the order of the calls, so a handler calls them in the same order each time. A step that was interrupted runs
        again: make it idempotent.
        """


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a failed handler is tried again, and after which pause (doubled each time)."""

    attempts: int = 1
    pause: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class JobDefinition:
    """One kind of job. `name` is `feature.verb`. `title` is for people."""

    name: str
    title: str
    handler: Callable[[JobContext], Awaitable[Result]]
    queue: Queue = "default"
    retry: Retry = Retry()


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """A job that starts by the clock. `cron` has five fields, UTC."""

    name: str
    job: str
    cron: str
    payload: Payload | None = None


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as the API shows it. `fraction` is 0..1, None while the total is unknown."""

    id: JobId
    name: str
    title: str
    queue: str
    state: JobState
    done: int
    total: int | None
    message: str
    payload: Payload
    result: Result | None
    error: str | None
    executor: str | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime | None
    finished_at: datetime | None
    attempts: int

    @property
    def fraction(self) -> float | None:
        if self.state == "succeeded":
            return 1.0
        return min(1.0, self.done / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as the API shows it."""

    name: str
    job: str
    title: str
    cron: str
    next_at: datetime
    last_at: datetime | None
    last_job: JobId | None


@dataclass(frozen=True, slots=True)
class JobPage:
    items: Sequence[JobView]
    next_cursor: str | None


class Jobs(Protocol):
    """Start, watch and steer jobs. Implemented by `infra.jobs.service.JobService` on DBOS."""

    @property
    def executor(self) -> str:
        """This process's name in `JobView.executor`."""

    async def enqueue(self, name: str, payload: Payload | None = None, *, priority: int = 10, key: str | None = None) -> JobId:
        """Put a job into its queue; priority 1 is most urgent. With `key`, while a job of that name and key is queued or running
        its id is given back instead of a second job. Raises LookupError for a name that is not registered.

        It commits on its own, so call it outside a unit of work or in `unit.after_commit(...)`: SQLite has a single writer.
        """

    async def get(self, job_id: JobId) -> JobView:
        """The job; raises `NotFound`."""

    async def list(
        self, *, name: str | None = None, state: JobState | None = None, limit: int = 20, cursor: str | None = None
    ) -> JobPage:
        """Jobs, newest first."""

    async def cancel(self, job_id: JobId) -> JobView:
        """Ask a job to stop; a queued one never starts. Raises `NotFound`, `Conflict` when it has ended."""

    async def retry(self, job_id: JobId) -> JobView:
        """Start an ended job again, from its last completed step. Raises `NotFound`, `Conflict` while it is active."""

    def watch(self, job_id: JobId) -> AsyncIterator[JobView]:
        """The job now and after each change, until it has ended."""

    def listen(self, listener: Callable[[JobView], None]) -> Callable[[], None]:
        """Have `listener` called after each change of any job, in whichever process, until the function given back is called."""

    async def schedules(self) -> Sequence[ScheduleView]:
        """The schedules, by name."""

    async def counts(self) -> Mapping[tuple[str, JobState], int]:
        """How many jobs there are, by queue and state."""
