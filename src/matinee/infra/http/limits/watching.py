"""Lets the protection see a share of what the hot lane answers, at no cost to any request there.

The hot lane counts in windows and never looks at what is asked for. So whoever asks for much has some of its requests led to the
normal path, where patterns are noticed (`infra.protection`): every period the next `LOOKED_AT` requests of each busy window. It
is done by the class of the window, whose `counted` then has nothing for the hot lane: no flag is asked for, which would cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client import Gauge

from matinee.infra.clock import Clock
from matinee.infra.http.limits.callers import Limits
from matinee.infra.http.limits.window import Window
from matinee.infra.observability.metrics import Metrics

BUSY = 40
"""Requests in a period above which a caller is looked at: as many titles as make a row of the rule `title_enumeration`."""
LOOKED_AT = 200
"""Requests of a period that the normal path answers: five such rows, which is enough for a block."""
EVERY = 2.0
"""Seconds between two rounds."""
_PORTION = 4_000
"""Windows that a round looks at before others have their turn: 0.1 ms. All of 50,000 take 1.5."""


class WatchedWindow(Window):
    """A window whose caller is looked at just now. The normal path counts by `take`, as ever."""

    __slots__ = ()

    def counted(self, now: float) -> bytes | None:
        """Nothing: the normal path answers."""
        return None


@dataclass(slots=True)
class _Look:
    started: float
    goal: int
    done: bool = False


class Watch:
    """Goes round the windows and chooses."""

    def __init__(self, limits: Limits, clock: Clock, metrics: Metrics) -> None:
        self._limits = limits
        self._clock = clock
        self._looks: dict[Window, _Look] = {}
        watched = Gauge("matinee_limits_watched", "Callers whose reads are looked at just now.", registry=metrics.registry)
        watched.set_function(lambda: sum(not look.done for look in self._looks.values()))

    async def step(self) -> None:
        """One round: begin looks at those who are busy, and end those that have seen enough."""
        before, self._looks = self._looks, {}
        windows = list(self._limits.windows())
        for start in range(0, len(windows), _PORTION):
            self._go_over(windows[start : start + _PORTION], before)
            await asyncio.sleep(0)
        for window in before:  # nobody counts in them any more
            window.__class__ = Window

    def _go_over(self, windows: Sequence[Window], before: dict[Window, _Look]) -> None:
        now = self._clock.monotonic()
        for window in windows:
            if (window.count >= BUSY or window.before >= BUSY or window in before) and window.cost == "hit":
                look = self._looked(window, before.pop(window, None), now)
                if look is not None:
                    self._looks[window] = look

    def _looked(self, window: Window, look: _Look | None, now: float) -> _Look | None:
        age = now - window.started
        if age >= 2 * window.period:
            window.__class__ = Window
            return None
        if look is not None and abs(window.started - look.started) > window.period / 2:  # a new period has begun
            look = None if look.done else _Look(window.started, LOOKED_AT)
        if look is None or (look.done and age >= window.period):
            return self._begun(window, age)
        if not look.done and window.count >= look.goal:
            look.done = True
            window.__class__ = Window
        return look

    def _begun(self, window: Window, age: float) -> _Look | None:
        """Where the period is over, the next request begins another, and is seen already."""
        busy = window.count >= BUSY or (age < window.period and window.before >= BUSY)
        window.__class__ = WatchedWindow if busy else Window
        return _Look(window.started, window.count + LOOKED_AT) if busy else None
