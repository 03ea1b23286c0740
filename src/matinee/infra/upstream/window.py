"""Counts of what happened within a sliding time."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import NamedTuple

from matinee.infra.clock import Clock

_SLICES = 10


class Counts(NamedTuple):
    """Tries, and how many of them failed or were slow."""

    tries: int
    failed: int
    slow: int


class SlidingWindow:
    """The last `length`, kept in ten slices: bounded, and exact to a tenth."""

    def __init__(self, length: timedelta, clock: Clock) -> None:
        self._slice = length.total_seconds() / _SLICES
        self._clock = clock
        self._slices: deque[tuple[int, Counts]] = deque(maxlen=_SLICES)

    def add(self, *, failed: bool, slow: bool) -> None:
        """Count one try."""
        now = self._now()
        before = self._slices.pop()[1] if self._slices and self._slices[-1][0] == now else Counts(0, 0, 0)
        self._slices.append((now, Counts(before.tries + 1, before.failed + failed, before.slow + slow)))

    def counts(self) -> Counts:
        """The sums of the window."""
        oldest = self._now() - _SLICES
        kept = [counts for number, counts in self._slices if number > oldest]
        return Counts(*(sum(column) for column in zip(*kept, strict=True))) if kept else Counts(0, 0, 0)

    def clear(self) -> None:
        """Forget everything."""
        self._slices.clear()

    def _now(self) -> int:
        return int(self._clock.monotonic() / self._slice)
