"""What an upstream looks like from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from matinee.infra.upstream.circuit import BreakerState
from matinee.infra.upstream.sharing import Decision

UpstreamState = Literal["up", "degraded", "down", "disabled"]
STATES: tuple[UpstreamState, ...] = get_args(UpstreamState)
BREAKER_STATES: tuple[BreakerState, ...] = get_args(BreakerState)


@dataclass(frozen=True, slots=True)
class UpstreamStatus:
    """One upstream at one moment, as this process sees it. Times are in seconds.

    `latency`: p50 of the exchanges of the breaker's window (`latency_p95` likewise), else of the last one; None before the first.
    `checked_at`: when an exchange last ended, be it a probe or real use. `reason`: why it is not simply up, in our words.
    `forced`: an administrator has tripped the breaker. `retry_after`: until the breaker lets a probe through.
    """

    name: str
    kind: str
    state: UpstreamState
    breaker: BreakerState
    forced: bool
    retry_after: float | None
    latency: float | None
    latency_p95: float | None
    checked_at: datetime | None
    reason: str
    tries: int
    failed: int
    slow: int
    budget_left: float
    budget_rate: float
    budget_waiting: int
    paused_for: float
    in_flight: int
    in_flight_limit: int
    waiting: int
    decision: Decision | None = None
    """What an administrator has done to the breaker last."""
