"""Lets the protection see a share of what the hot lane answers, at no cost to any request there.

The hot lane counts in windows and never looks at what is asked for. So whoever asks for much has some of its requests led to the
normal path, where patterns are noticed (`infra.protection`): every period the next `LOOKED_AT` requests of each busy window. It
is done by the class of the window, whose `counted` then has nothing for the hot lane: no flag is asked for, which would cost.
"""

from __future__ import annotations

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
"""Seconds between two rounds. A round over 50,000 windows takes 5 ms."""


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
        """One round, for `infra.background.repeated`."""
        self.round()

    def round(self) -> None:
        """Begin looks at those who are busy, and end those that have seen enough."""
        now, looks = self._clock.monotonic(), self._looks
        self._looks = {}
        for window in self._limits.windows():
            if window.count < BUSY and window.before < BUSY and window not in looks:
                continue
            if window.cost == "hit":
                look = self._looked(window, looks.pop(window, None), now)
                if look is not None:
                    self._looks[window] = look
        for window in looks:  # nobody counts in them any more
            window.__class__ = Window

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
