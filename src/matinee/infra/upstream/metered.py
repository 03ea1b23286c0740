"""Counts calls, and remembers how exchanges went."""

from __future__ import annotations

from functools import lru_cache

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import UpstreamError, UpstreamRateLimited, UpstreamRejected
from matinee.infra.upstream.journal import Journal
from matinee.infra.upstream.metrics import UpstreamMetrics
from matinee.infra.upstream.transport import Call, Reply, Transport


class Metered:
    """Outermost: one sample for each call, whatever became of it."""

    def __init__(self, inner: Transport, name: str, metrics: UpstreamMetrics, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock
        self._calls = lru_cache(maxsize=64)(lambda outcome: metrics.calls.labels(name, outcome))
        self._duration = metrics.duration.labels(name)

    async def send(self, call: Call) -> Reply:
        began, outcome = self._clock.monotonic(), "cancelled"
        try:
            reply = await self._inner.send(call)
            outcome = "answered"
            return reply
        except UpstreamError as error:
            outcome = error.outcome
            raise
        finally:
            self._calls(outcome).inc()
            self._duration.observe(self._clock.monotonic() - began)


class Journaled:
    """Innermost but one: each exchange goes into the journal. Our own limits never come this far."""

    def __init__(self, inner: Transport, name: str, metrics: UpstreamMetrics, journal: Journal) -> None:
        self._inner = inner
        self._name = name
        self._metrics = metrics
        self._answered = metrics.tries.labels(name, "answered")
        self._journal = journal

    async def send(self, call: Call) -> Reply:
        try:
            reply = await self._inner.send(call)
        except UpstreamError as error:
            self._metrics.tries.labels(self._name, error.outcome).inc()
            # A "too many" comes from an upstream that is well; the budget shows it for as long as it lasts.
            if isinstance(error, UpstreamRejected) or (error.fair and not isinstance(error, UpstreamRateLimited)):
                self._journal.failed(error.reason)
            raise
        self._answered.inc()
        self._journal.succeeded(reply.elapsed)
        return reply
