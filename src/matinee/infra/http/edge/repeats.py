"""Requests that came a second time within a second, known as a whole: the hot lane's shortest way.

Whoever asks for the same thing again sends the same bytes, so the bytes themselves are the key. An answer is kept as a template:
what is left of the limit and the id of the request are all that is filled in. Everything is forgotten when the second is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matinee.infra.http.answers.prebuilt import Prebuilt
from matinee.infra.http.caller import Generation
from matinee.infra.http.limits import Window

_MOST = 1000
"""How many requests are kept with their answers; what is asked for most is asked again within a second."""


@dataclass(slots=True, eq=False)
class Count:
    """Answers of one route with one status since the last scrape."""

    answers: int = 0
    bytes: int = 0


@dataclass(slots=True, eq=False)
class Repeat:
    """How a request was answered. The same bytes from the same peer are answered likewise until `ends` (monotonic), unless the
    answer, the credential or the address has gone meanwhile."""

    client: str
    address: str
    ends: float
    date: object
    """The server's list of headers with the date: a new list each second."""
    generation: int
    found: Prebuilt
    window: Window | None
    template: bytes
    """The whole answer; places for the lines of the limit, where there is one, and for the number in the request's id."""
    size: int
    count: Count
    answers: int = 0
    """Since they were last added to `count`."""


class Repeats:
    """Answers what it knows. `let_in`: addresses that are not refused; emptied when that may have changed."""

    def __init__(self, generation: Generation, let_in: set[str], monotonic: Callable[[], float]) -> None:
        self._generation = generation
        self._let_in = let_in
        self._monotonic = monotonic
        self._known: dict[bytes, Repeat] = {}
        self._until = 0.0
        self.serial = 0
        """The number in the id of the last request."""

    def answer(self, data: bytes, date: object, client: str) -> bytes | None:
        """What to send for the bytes of a request; None for one that is not known, or not to be answered here.

        Longer than it need be: each call and each attribute is a share of what an answer costs, so `Window.counted` is written
        out. `tests/unit/infra/http/edge/test_repeats.py` holds the two together.
        """
        known = self._known.get(data)
        if known is None:
            return None
        now = self._monotonic()
        if (
            known.ends <= now
            or known.client != client
            or known.date is not date
            or known.found.gone
            or known.generation != self._generation.number
            or known.address not in self._let_in
        ):
            return None
        window = known.window
        if window is None:
            self.serial = serial = self.serial + 1
            known.answers += 1
            return known.template % serial
        passed, period = now - window.started, window.period
        if passed >= period:
            return None  # the longer way begins a new period
        left = window.limit - window.count - 1
        if window.before:
            left -= int(window.before * (1.0 - passed / period))
        if left < 0:
            return None  # the normal path says so
        window.count += 1
        self.serial = serial = self.serial + 1
        known.answers += 1
        reset = int(period - passed + 0.999) or 1
        return known.template % (left, reset, left, reset, serial)

    def remember(self, data: bytes, repeat: Repeat, now: float) -> None:
        """Keep how a request is answered until the second is over."""
        if self._until <= now:
            self.settle()
            self._known.clear()
            self._until = int(now) + 1.0
        elif len(self._known) >= _MOST:
            return  # making room for each other costs more than it saves
        before = self._known.get(data)
        if before is not None:
            _settle(before)
        repeat.ends = min(repeat.ends, self._until)
        self._known[data] = repeat

    def settle(self) -> None:
        """Add what was answered to the counts."""
        for known in self._known.values():
            _settle(known)


def _settle(known: Repeat) -> None:
    known.count.answers += known.answers
    known.count.bytes += known.answers * known.size
    known.answers = 0
