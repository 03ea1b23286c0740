"""Asks the breaker before each try, and tells it how the try went."""

from __future__ import annotations

from matinee.infra.upstream.circuit import CircuitBreaker, Verdict
from matinee.infra.upstream.errors import UpstreamError, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.transport import Call, Reply, Transport


class Breaking:
    """A try that is cancelled, or that our own limits end, says nothing."""

    def __init__(self, inner: Transport, breaker: CircuitBreaker) -> None:
        self._inner = inner
        self._breaker = breaker

    async def send(self, call: Call) -> Reply:
        permit = self._breaker.admit()
        try:
            reply = await self._inner.send(call)
        except UpstreamError as error:
            self._breaker.settle(permit, verdict(error))
            raise
        except BaseException:
            self._breaker.settle(permit, "void")
            raise
        self._breaker.settle(permit, "good", elapsed=reply.elapsed)
        return reply


def verdict(error: UpstreamError) -> Verdict:
    """A refused credential or a "too many" comes from an upstream that is well; our own limits say nothing about it."""
    if isinstance(error, UpstreamUnavailable | UpstreamTimeout) and error.fair:
        return "bad"
    return "void"
