"""Limits on guessing: passwords, PINs, codes that people type."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from matinee.infra.clock import Clock
from matinee.infra.errors import RateLimited
from matinee.infra.http.limits.callers import Limits
from matinee.infra.http.limits.policy import LimitOptions

_REMEMBERED = 20_000


class Throttle(Protocol):
    """At most so many failed attempts in a window for each key, in all processes together."""

    async def attempt(self, *keys: str) -> None:
        """Count an attempt for each of the keys, before the secret is looked at: guesses made at the same time do not slip
        through. Raises `RateLimited` with the seconds to wait when one of them has none left."""

    async def succeeded(self, *keys: str) -> None:
        """Forget the attempts of these keys."""


class Throttles:
    """Makes throttles; one in a process. They are counted apart from requests, whose callers come in large numbers."""

    def __init__(self, clock: Clock, remembered: int = _REMEMBERED) -> None:
        self._clock = clock
        self.limits = Limits(LimitOptions(remembered=remembered))

    def of(self, name: str, attempts: int, window: timedelta, error: type[RateLimited] = RateLimited) -> Throttle:
        """The throttle with this name, such as `pin`; what it refuses is an `error`."""
        return _Throttle(self.limits, self._clock, name, attempts, window.total_seconds(), error)


class _Throttle:
    def __init__(self, limits: Limits, clock: Clock, name: str, attempts: int, period: float, error: type[RateLimited]) -> None:
        self._limits = limits
        self._clock = clock
        self._name = name
        self._attempts = attempts
        self._period = period
        self._error = error

    async def attempt(self, *keys: str) -> None:
        now = self._clock.monotonic()
        for key in keys:
            window = self._limits.named(self._named(key), "sign_in", self._attempts, self._period, now)
            if await self._limits.take(window, now) < 0:
                wait = window.resets_in(now)
                raise self._error(f"Too many attempts. Try again in {_spoken(wait)}.", retry_after=wait)

    async def succeeded(self, *keys: str) -> None:
        now = self._clock.monotonic()
        for key in keys:
            await self._limits.clear(self._limits.named(self._named(key), "sign_in", self._attempts, self._period, now))

    def _named(self, key: str) -> str:
        """Names of people and codes are nobody's business in Redis, and have no length that is known."""
        return f"t:{self._name}:{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _spoken(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    return f"{-(-seconds // 60)} minutes"
