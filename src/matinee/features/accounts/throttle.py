"""The limit on guessing passwords."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import timedelta

from matinee.features.accounts.errors import TooManySignIns
from matinee.infra.clock import Clock


class SignInThrottle:
    """At most `attempts` failed sign-ins in any `window`, for each key (account and address). At most `keys` are kept.

    An attempt is counted before the password is looked at, so that parallel guesses do not slip through, and taken back when
    it succeeds.
    """

    def __init__(self, clock: Clock, attempts: int, window: timedelta, keys: int = 20_000) -> None:
        self._clock = clock
        self._attempts = attempts
        self._window = window.total_seconds()
        self._keys = keys
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def attempt(self, key: str) -> None:
        """Count an attempt; raises `TooManySignIns` with the seconds to wait."""
        now = self._clock.monotonic()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while times and times[0] <= now - self._window:
            times.popleft()
        if len(times) >= self._attempts:
            wait = max(1, round(times[0] + self._window - now))
            raise TooManySignIns(f"Too many attempts. Try again in {_spoken(wait)}.", retry_after=wait)
        times.append(now)
        while len(self._seen) > self._keys:
            self._seen.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the attempts of `key`."""
        self._seen.pop(key, None)


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
