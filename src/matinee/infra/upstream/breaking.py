"""Asks the breaker before each try, and tells it how the try went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from matinee.infra.upstream.circuit import CircuitBreaker, Verdict
from matinee.infra.upstream.errors import UpstreamError, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.transport import Call, Reply, Transport


class Breaking:
    """`announce` passes transitions on to other processes, once a try has ended."""

    def __init__(self, inner: Transport, breaker: CircuitBreaker, announce: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._breaker = breaker
        self._announce = announce

    async def send(self, call: Call) -> Reply:
        permit = self._breaker.admit()
        try:
            reply = await self._inner.send(call)
        except UpstreamError as error:
            self._breaker.settle(permit, verdict(error))
            await self._announce()
            raise
        except BaseException:
            self._breaker.settle(permit, "void")
            raise
        self._breaker.settle(permit, "good", elapsed=reply.elapsed)
        await self._announce()
        return reply


def verdict(error: UpstreamError) -> Verdict:
    """A refused credential or a "too many" comes from an upstream that is well; our own limits say nothing about it."""
    if isinstance(error, UpstreamUnavailable | UpstreamTimeout) and error.fair:
        return "bad"
    return "void"
