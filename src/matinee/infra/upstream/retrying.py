"""Tries again.

A loop of our own rather than stamina's: the pause depends on the error's Retry-After and on what is left of the call's time,
both of which end the loop early; sleeping goes through the injected clock; and who is allowed another try is a question to the
call, not only to the exception. stamina decides by exception, sleeps by itself and adds tenacity to what is installed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import UpstreamError
from matinee.infra.upstream.policy import Backoff, UpstreamPolicy
from matinee.infra.upstream.redaction import shown
from matinee.infra.upstream.transport import Call, Reply, Transport

log = structlog.get_logger(__name__)


class Retrying:
    """At most `attempts` tries of calls that may be repeated, after errors that may pass, while there is time for it.

    `counted` is called for each further try.
    """

    def __init__(
        self,
        inner: Transport,
        policy: UpstreamPolicy,
        clock: Clock,
        *,
        counted: Callable[[], None] = lambda: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._inner = inner
        self._policy = policy
        self._clock = clock
        self._counted = counted
        self._chance = chance

    async def send(self, call: Call) -> Reply:
        attempt = 1
        while True:
            try:
                return await self._inner.send(call)
            except UpstreamError as error:
                pause = self._pause(call, attempt, error)
                if pause is None:
                    raise
                what = shown(call, self._policy.secret_parameters)
                log.debug("upstream_retry", upstream=error.upstream, call=what, reason=error.reason, pause=round(pause, 3))
            await self._clock.sleep(pause)
            self._counted()
            attempt += 1

    def _pause(self, call: Call, attempt: int, error: UpstreamError) -> float | None:
        """Seconds until the next try, None when there is none."""
        if attempt >= self._policy.attempts or not error.transient or not call.repeatable:
            return None
        pause = max(delay(self._policy.backoff, attempt, self._chance()), error.retry_after or 0.0)
        if call.expires_at is not None and self._clock.monotonic() + pause >= call.expires_at:
            return None
        return pause


def delay(backoff: Backoff, attempt: int, chance: float) -> float:
    """Seconds to wait after the failed try number `attempt`; `chance` is 0..1."""
    whole = min(backoff.first.total_seconds() * backoff.factor ** (attempt - 1), backoff.longest.total_seconds())
    return whole * (1 - backoff.jitter * chance)
