"""Options of monitoring, and how states are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class MonitoringOptions:
    """`probe_interval`: between looks at an upstream that nobody uses. `check_lifetime`: how long our own checks count."""

    probe_interval: timedelta = timedelta(seconds=60)
    check_lifetime: timedelta = timedelta(seconds=30)


KINDS: Mapping[str, str] = {"database": "database", "jobs": "jobs", "redis": "cache"}
"""What our own checks are about, by name; any other is `internal`."""
