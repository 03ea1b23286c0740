"""Addresses that the guard refused: counted, and logged once in a while. Somebody may be trying doors."""

from __future__ import annotations

from collections import Counter as Tally

import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream.guard import AddressRefused, Region
from matinee.infra.upstream.metrics import UpstreamMetrics

log = structlog.get_logger(__name__)
_LOGGED_EVERY = 60.0
"""Seconds between two lines about one kind of address: whoever names addresses could else fill the disk."""


class Refusals:
    """Of one upstream."""

    def __init__(self, upstream: str, metrics: UpstreamMetrics, clock: Clock) -> None:
        self._upstream = upstream
        self._metrics = metrics
        self._clock = clock
        self._logged: dict[Region, float] = {}
        self._unsaid: Tally[Region] = Tally()

    def note(self, refused: AddressRefused) -> None:
        """An address was refused a moment ago."""
        region, now = refused.region, self._clock.monotonic()
        self._metrics.refused.labels(self._upstream, region).inc()
        if now - self._logged.get(region, float("-inf")) < _LOGGED_EVERY:
            self._unsaid[region] += 1
            return
        self._logged[region] = now
        log.warning(
            "upstream_address_refused",
            upstream=self._upstream,
            address=refused.address[:64],
            region=region,
            unsaid=self._unsaid.pop(region, 0),
        )
