"""Bounds a whole call: tries, pauses and queues together."""

from __future__ import annotations

import asyncio

import msgspec

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import UpstreamTimeout
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply, Transport

GRACE = 0.025
"""Seconds. What is inside knows the end and stops by itself, with a better reason; this is for what does not."""


class Deadline:
    """Writes `total` from now into the call, and cuts off what overstays it."""

    def __init__(self, inner: Transport, policy: UpstreamPolicy, clock: Clock) -> None:
        self._inner = inner
        self._name = policy.name
        self._seconds = policy.total.total_seconds()
        self._clock = clock

    async def send(self, call: Call) -> Reply:
        expires_at = self._clock.monotonic() + self._seconds
        try:
            async with asyncio.timeout(self._seconds + GRACE):
                return await self._inner.send(msgspec.structs.replace(call, expires_at=expires_at))
        except TimeoutError:
            raise UpstreamTimeout(self._name, f"no answer within {self._seconds:g} s") from None
