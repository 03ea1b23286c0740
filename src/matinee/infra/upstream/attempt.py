"""Bounds one exchange."""

from __future__ import annotations

import asyncio

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import UpstreamTimeout
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply, Transport


class Attempt:
    """At most `per_try`, and never beyond the end of the call."""

    def __init__(self, inner: Transport, policy: UpstreamPolicy, clock: Clock) -> None:
        self._inner = inner
        self._name = policy.name
        self._clock = clock
        self._allowed = policy.per_try.total_seconds()
        self._usual = min(self._allowed, policy.total.total_seconds())

    async def send(self, call: Call) -> Reply:
        allowed = self._allowed
        if call.expires_at is not None:
            allowed = min(allowed, call.expires_at - self._clock.monotonic())
        if allowed <= 0:
            raise UpstreamTimeout(self._name, "no time was left to ask", sent=False)
        try:
            async with asyncio.timeout(allowed):
                return await self._inner.send(call)
        except TimeoutError:
            # A try that began shortly before the end of its call says nothing about the upstream.
            raise UpstreamTimeout(self._name, "no answer in time", fair=allowed > self._usual / 2) from None
