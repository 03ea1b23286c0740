"""So many at once: an upstream that answers slowly cannot hold more than its share of the process."""

from __future__ import annotations

import asyncio

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import Saturated
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply, Transport


class Bulkheaded:
    """`in_flight` tries are on the wire, `waiting` for a place."""

    def __init__(self, inner: Transport, policy: UpstreamPolicy, clock: Clock) -> None:
        self._inner = inner
        self._name = policy.name
        self._policy = policy.bulkhead
        self._clock = clock
        self._places = asyncio.Semaphore(policy.bulkhead.concurrent)
        self.in_flight = 0
        self.waiting = 0

    async def send(self, call: Call) -> Reply:
        await self._enter(call)
        self.in_flight += 1
        try:
            return await self._inner.send(call)
        finally:
            self.in_flight -= 1
            self._places.release()

    async def _enter(self, call: Call) -> None:
        if not self._places.locked():
            await self._places.acquire()  # does not wait
            return
        if self.waiting >= self._policy.queue:
            raise Saturated(self._name, f"{self.in_flight} requests run and {self.waiting} wait already", retry_after=1.0)
        longest = self._policy.longest_wait.total_seconds()
        if call.expires_at is not None:
            longest = min(longest, call.expires_at - self._clock.monotonic())
        self.waiting += 1
        try:
            async with asyncio.timeout(longest):
                await self._places.acquire()
        except TimeoutError:
            raise Saturated(self._name, f"{self.in_flight} requests run, and none ended in time", retry_after=1.0) from None
        finally:
            self.waiting -= 1
