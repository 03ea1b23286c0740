"""Remembers how the last exchanges with an upstream went."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from matinee.infra.clock import Clock

_KEPT = 512


class Journal:
    """The latencies of a window (the last 512 at most), the last success, the last failure."""

    def __init__(self, window: timedelta, clock: Clock) -> None:
        self._window = window.total_seconds()
        self._clock = clock
        self._samples: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self.checked_at: datetime | None = None
        self.failing = False
        """Whether the last exchange failed."""
        self.reason = ""
        """Why, when it did."""

    def succeeded(self, elapsed: float) -> None:
        """An exchange of so many seconds."""
        self._samples.append((self._clock.monotonic(), elapsed))
        self.checked_at, self.failing, self.reason = self._clock.now(), False, ""

    def failed(self, reason: str) -> None:
        """An exchange that did not succeed."""
        self.checked_at, self.failing, self.reason = self._clock.now(), True, reason

    def forgive(self) -> None:
        """Forget the last failure."""
        self.failing, self.reason = False, ""

    def succeeded_since(self, moment: float) -> bool:
        """Whether an exchange succeeded after that monotonic time."""
        return bool(self._samples) and self._samples[-1][0] > moment

    def latency(self, share: float) -> float | None:
        """The latency that `share` (0..1) of the window's exchanges did not exceed; the last known one for an empty window."""
        if not self._samples:
            return None
        since = self._clock.monotonic() - self._window
        recent = sorted(elapsed for at, elapsed in self._samples if at >= since)
        return recent[min(len(recent) - 1, int(share * len(recent)))] if recent else self._samples[-1][1]
