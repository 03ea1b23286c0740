"""Limits on what a caller may ask for: `policy` (how much of what), `window` (one count), `callers` (all of them), `throttle` (on
guessing), `enforcing` (what a route counts as), `redis_counts` (one count for several processes)."""

from matinee.infra.addresses import network_of
from matinee.infra.http.limits.callers import Limits, SharedCount
from matinee.infra.http.limits.policy import (
    COSTS,
    DESCRIPTIONS,
    PERIOD,
    PERIODS,
    TIERS,
    Cost,
    LimitOptions,
    RouteClass,
    Tier,
    cost_of,
    limited,
)
from matinee.infra.http.limits.throttle import Throttle, Throttles
from matinee.infra.http.limits.window import Window, taken

__all__ = [
    "COSTS",
    "DESCRIPTIONS",
    "PERIOD",
    "PERIODS",
    "TIERS",
    "Cost",
    "LimitOptions",
    "Limits",
    "RouteClass",
    "SharedCount",
    "Throttle",
    "Throttles",
    "Tier",
    "Window",
    "cost_of",
    "limited",
    "network_of",
    "taken",
]
