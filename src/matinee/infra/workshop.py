"""A few threads for work that takes processor time and lets go of the interpreter meanwhile: decoding, resizing, hashing.

WorkshopFull        so much is waiting that one more would only wait in vain
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


class WorkshopFull(Exception):
    """Every place to wait is taken; try again in a moment."""


@dataclass(slots=True)
class WorkshopFigures:
    """`running` and `waiting` are now, the others since the start; `seconds` is the processor time of the pieces done."""

    running: int = 0
    waiting: int = 0
    done: int = 0
    refused: int = 0
    seconds: float = 0.0


class Workshop:
    """Works on at most `workers` pieces at once, in the order of their coming; at most `places` wait."""

    def __init__(self, name: str, *, workers: int, places: int) -> None:
        self.figures = WorkshopFigures()
        self._places = places
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._counting = threading.Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives or raises. Raises `WorkshopFull`.

        Cancelling gives up what still waits; what runs is run to its end and thrown away.
        """
        figures = self.figures
        with self._counting:
            if figures.waiting >= self._places:
                figures.refused += 1
                raise WorkshopFull
            figures.waiting += 1
        try:
            future = self._threads.submit(self._piece, work)
        except BaseException:
            self._leave()
            raise
        future.add_done_callback(lambda done: self._leave() if done.cancelled() else None)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Take no more work; what waits is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _piece(self, work: Callable[[], T]) -> T:
        figures = self.figures
        with self._counting:
            figures.waiting -= 1
            figures.running += 1
        started = time.thread_time()
        try:
            return work()
        finally:
            with self._counting:
                figures.running -= 1
                figures.done += 1
                figures.seconds += time.thread_time() - started

    def _leave(self) -> None:
        with self._counting:
            self.figures.waiting -= 1
