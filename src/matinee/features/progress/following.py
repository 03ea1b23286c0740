"""Learns again when the library has changed, once it is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from matinee.features.progress.learning import Learning
from matinee.infra.clock import Clock
from matinee.infra.errors import MatineeError

log = structlog.get_logger(__name__)
QUIET = 30.0
"""Seconds without a change after which a library counts as quiet: a first scan reports every few seconds."""
_LONGEST = 4
"""A library that is never quiet is learned after so many times `QUIET`."""


class LibraryFollower:
    """`changed` is told of every change; `run` starts the job."""

    def __init__(self, learning: Learning, clock: Clock) -> None:
        self._learning = learning
        self._clock = clock
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """The library has new or other titles."""
        self._changed.set()

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        """Follow for as long as the block lasts. A server that has learned nothing yet does not wait for a change."""
        if not await self._learning.has_learned():
            self.changed()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.run(), name="progress: follow the library")
            try:
                yield
            finally:
                task.cancel()

    async def run(self) -> None:
        """Without end: wait for a change, then for quiet, then learn."""
        while True:
            await self._changed.wait()
            for _ in range(_LONGEST):
                self._changed.clear()
                await self._clock.sleep(QUIET)
                if not self._changed.is_set():
                    break
            self._changed.clear()
            try:
                await self._learning.start("library")
            except MatineeError as error:  # the next change, or the night, makes up for it
                log.warning("learning_not_started", code=error.code, detail=error.detail)
