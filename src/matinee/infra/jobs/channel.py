"""The bridge between a handler, on the event loop, and its workflow, in a thread of the engine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from queue import SimpleQueue
from typing import Any, Protocol

from matinee.infra.jobs.definitions import JobInterrupted

Record = Callable[[str, Callable[[], str]], str]
"""Gives the recorded result of the next step, which has that name; without one, performs it and records what that gives."""


class RunLost(Exception):
    """Another executor has taken the job over, so nothing this one does may be recorded."""


class NotRecorded(BaseException):
    """A step has failed or was interrupted. Not an `Exception`, because the engine records those as the step's outcome."""


class Steps(Protocol):
    """Runs the durable steps of one run."""

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """See `JobContext.step`. Raises `JobInterrupted` when the run is lost."""


class StepChannel:
    """Steps asked for by the handler, answered by the workflow's thread; the actions themselves run in the handler's task."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._asked: SimpleQueue[_Step | None] = SimpleQueue()

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        step = _Step(name, self._loop)
        self._asked.put(step)
        try:
            recorded = await step.turn
            if recorded is None:
                recorded = json.dumps(await action(), separators=(",", ":"))
        except BaseException:
            step.performed.put(None)
            raise
        step.performed.put(recorded)
        await step.stored
        return json.loads(recorded)

    def close(self) -> None:
        """The handler has ended: let the workflow's thread go on. From any thread."""
        self._asked.put(None)

    def serve(self, record: Record) -> None:
        """Answer the handler's steps until it has ended. Blocks; for the workflow's thread."""
        while (step := self._asked.get()) is not None:
            try:
                step.settle(record(step.name, step.perform))
            except NotRecorded:
                pass  # the handler has raised the reason itself
            except RunLost:
                step.fail(JobInterrupted("another executor has taken over"))
            except Exception as error:  # noqa: BLE001  # the engine's trouble is the step's failure, which the handler sees
                step.fail(error)


class _Step:
    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.name = name
        self._loop = loop
        self.turn: asyncio.Future[str | None] = loop.create_future()
        """The recorded result; None when the action is to be run."""
        self.stored: asyncio.Future[None] = loop.create_future()
        self.performed: SimpleQueue[str | None] = SimpleQueue()

    def perform(self) -> str:
        """Have the handler run the action; in the workflow's thread."""
        try:
            self._loop.call_soon_threadsafe(_resolve, self.turn, None)
        except RuntimeError:  # the loop is closed: the process is at its end
            raise NotRecorded from None
        text = self.performed.get()
        if text is None:
            raise NotRecorded
        return text

    def settle(self, text: str) -> None:
        self._loop.call_soon_threadsafe(_resolve, self.turn, text)
        self._loop.call_soon_threadsafe(_resolve, self.stored, None)

    def fail(self, error: BaseException) -> None:
        for future in (self.turn, self.stored):
            self._loop.call_soon_threadsafe(_reject, future, error)


def _resolve(future: asyncio.Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _reject(future: asyncio.Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # retrieved here: only one of the two futures has somebody waiting
