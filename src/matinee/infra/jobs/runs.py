"""Runs: a handler at work in this process, and what may happen to it from outside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from matinee.infra.ids import JobId
from matinee.infra.jobs.channel import Steps
from matinee.infra.jobs.definitions import JobCancelled, JobInterrupted, Payload

Asked = Literal["cancel", "stop", "lost"]
"""Why a run is to end: somebody cancelled the job; the process stops; another executor has taken the job over."""


class Run:
    """One run of a handler; the `JobContext` that it is given. Lives in the task it is made in."""

    def __init__(self, job_id: JobId, payload: Payload, run_id: str, steps: Steps) -> None:
        self.job_id = job_id
        self.payload = payload
        self.run_id = run_id
        self.done, self.total, self.message = 0, None, ""
        self.dirty = False
        """Whether there is progress that nobody has begun to write."""
        self.reported = False
        """Whether there was progress at all in this run."""
        self.asked: Asked | None = None
        self.handled = False
        """Whether the handler has ended; what remains is to write the outcome, and that is not to be cancelled."""
        self.ended = asyncio.Event()
        self._steps = steps
        self._task = asyncio.current_task()

    done: int
    total: int | None
    message: str

    async def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        self.done, self.total, self.message = done, total, message
        self.dirty = self.reported = True
        await self.checkpoint()

    async def checkpoint(self) -> None:
        self._raise_if_asked()
        await asyncio.sleep(0)  # a handler that never waits would keep the loop from everybody else
        self._raise_if_asked()

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        await self.checkpoint()
        return await self._steps.step(name, action)

    def ask(self, reason: Asked, grace: float) -> None:
        """Have the run end at its next checkpoint; after `grace` seconds its task is cancelled, until it has ended."""
        if self.asked is None or (self.asked == "stop" and reason == "lost"):
            self.asked = reason
        asyncio.get_running_loop().call_later(grace, self._cancel)

    def _cancel(self) -> None:
        if not self.handled and self._task is not None:
            self._task.cancel()
            asyncio.get_running_loop().call_later(1, self._cancel)

    def _raise_if_asked(self) -> None:
        if self.asked == "cancel":
            raise JobCancelled
        if self.asked is not None:
            raise JobInterrupted
