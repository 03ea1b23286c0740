"""Something that is done again and again in the background, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from matinee.infra.clock import Clock

log = structlog.get_logger(__name__)


@asynccontextmanager
async def repeated(name: str, step: Callable[[], Awaitable[None]], pause: float, clock: Clock) -> AsyncIterator[None]:
    """While the block runs, `step` runs in a task, `pause` seconds after its last end. A step that raises is logged, and
    comes again."""

    async def forever() -> None:
        while True:
            try:
                await step()
            except Exception:  # the group would end the application with the task
                log.exception("background_step_failed", step=name)
            await clock.sleep(pause)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(forever(), name=name)
        try:
            yield
        finally:
            task.cancel()
