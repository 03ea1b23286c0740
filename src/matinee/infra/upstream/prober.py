"""Looks at upstreams that nobody uses, so that their state is known before somebody needs them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream.registry import Upstreams
from matinee.infra.upstream.upstream import Upstream

_JITTER = 0.2
_FIRST = timedelta(seconds=2)
log = structlog.get_logger(__name__)


class Prober:
    """Every `interval`, give or take a fifth: one probe for each upstream that has not answered since the last turn.

    An upstream in use needs none and costs no token. An open breaker is looked at when it lets a probe through.
    """

    def __init__(
        self, upstreams: Upstreams, clock: Clock, interval: timedelta, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._upstreams = upstreams
        self._clock = clock
        self._interval = interval.total_seconds()
        self._chance = chance

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            for upstream in self._upstreams.all():
                if upstream.probe is not None and not upstream.disabled:
                    group.create_task(self._tend(upstream))

    async def _tend(self, upstream: Upstream) -> None:
        # Not all at once, and not in the first moments of a start.
        await self._clock.sleep(self._chance() * min(self._interval, _FIRST.total_seconds()))
        last_turn = float("-inf")
        while True:
            if not upstream.journal.succeeded_since(last_turn):
                try:
                    await upstream.check()
                except Exception:  # one provider's mistake must not end the watch over the others
                    log.exception("upstream_probe_broken", upstream=upstream.name)
            last_turn = self._clock.monotonic()  # after the probe, which is no use by anybody
            await self._clock.sleep(self._pause(upstream))

    def _pause(self, upstream: Upstream) -> float:
        pause = self._interval * (1 + _JITTER * (2 * self._chance() - 1))
        resting = upstream.breaker.retry_after
        return pause if resting is None else min(pause, resting + self._chance())


@asynccontextmanager
async def probing(prober: Prober) -> AsyncIterator[None]:
    """The prober at work for the time of the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(prober.run())
        try:
            yield
        finally:
            task.cancel()
