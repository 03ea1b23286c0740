"""How the services are: upstreams from their own figures, our own parts from the health checks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from matinee.features.monitoring.decisions import Decisions
from matinee.features.monitoring.policy import KINDS, MonitoringOptions
from matinee.infra.clock import Clock
from matinee.infra.errors import NotFound
from matinee.infra.http.health import Check, HealthChecks, Probe
from matinee.infra.upstream import Upstreams, UpstreamStatus

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OwnPart:
    """One of our own parts (the database, the jobs, Redis) when its check last ran."""

    kind: str
    check: Check
    checked_at: datetime


Service = UpstreamStatus | OwnPart


class MonitoringService:
    """Reads and steers. Upstreams are read as they are; our own checks run when their last result is too old."""

    def __init__(
        self, upstreams: Upstreams, checks: HealthChecks, clock: Clock, options: MonitoringOptions, decisions: Decisions
    ) -> None:
        self._decisions = decisions
        self._upstreams = upstreams
        self._checks = checks
        self._clock = clock
        self._lifetime = options.check_lifetime.total_seconds()
        self._parts: Sequence[OwnPart] = ()
        self._checked = float("-inf")
        self._checking = asyncio.Lock()

    async def services(self, *, refresh: bool = False) -> list[Service]:
        """Upstreams first, in the order in which they were set up. `refresh` looks at everything now."""
        if refresh:
            async with asyncio.TaskGroup() as group:
                for upstream in self._upstreams.all():
                    group.create_task(upstream.check())
        return [*self._upstreams.statuses(), *await self._own_parts(refresh=refresh)]

    async def service(self, name: str) -> Service:
        """Raises `NotFound`."""
        return self._named(name, await self.services())

    async def check(self, name: str) -> Service:
        """Look at one now. Raises `NotFound`."""
        if any(upstream.name == name for upstream in self._upstreams.all()):
            return await self._upstreams.check(name)
        return self._named(name, await self._own_parts(refresh=True))

    def breakers(self) -> list[UpstreamStatus]:
        """Of all upstreams."""
        return self._upstreams.statuses()

    async def trip(self, name: str, by: str) -> UpstreamStatus:
        """Have nobody ask this upstream, in any process, until a reset. Raises `NotFound`."""
        status = await self._upstreams.trip(name, by)
        await self._decisions.settle()
        log.warning("upstream_tripped", upstream=name, by=by)
        return status

    async def reset(self, name: str, by: str) -> UpstreamStatus:
        """Close the breaker and forget what went wrong, in every process. Raises `NotFound`."""
        status = await self._upstreams.reset(name, by)
        await self._decisions.settle()
        log.info("upstream_reset", upstream=name, by=by)
        return status

    def show_in_health(self) -> None:
        """Each upstream is a part of the health report that never fails readiness: a cached answer is better than no server."""
        for upstream in self._upstreams.all():
            self._checks.add(upstream.name, _health_of(self._upstreams, upstream.name), critical=False)

    async def _own_parts(self, *, refresh: bool) -> Sequence[OwnPart]:
        async with self._checking:  # who comes meanwhile gets the same result
            if refresh or self._clock.monotonic() - self._checked >= self._lifetime:
                upstreams = {upstream.name for upstream in self._upstreams.all()}
                found = [check for check in await self._checks.run() if check.name not in upstreams]
                now = self._clock.now()
                self._parts = [OwnPart(KINDS.get(check.name, "internal"), check, now) for check in found]
                self._checked = self._clock.monotonic()
            return self._parts

    @staticmethod
    def _named(name: str, services: Sequence[Service]) -> Service:
        for service in services:
            if name == (service.check.name if isinstance(service, OwnPart) else service.name):
                return service
        raise NotFound("There is no such service.")


class UpstreamDown(Exception):
    """What the health report shows of an upstream that is down."""


def _health_of(upstreams: Upstreams, name: str) -> Probe:
    async def probe() -> str:
        status = upstreams.status(name)
        if status.state == "down":
            raise UpstreamDown(status.reason)
        return status.reason or status.state

    return probe
