"""Wire types of monitoring."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

ServiceState = Literal["up", "degraded", "down", "disabled"]
BreakerState = Literal["closed", "open", "half_open"]
KIND = Field(description="What it is for.", examples=["metadata", "images", "database", "cache", "jobs"])


class BudgetOut(BaseModel):
    """Our budget of requests to an upstream."""

    rate: float = Field(description="Requests a second.")
    left: float = Field(description="Requests that could be sent at once now.")
    waiting: int = Field(description="Requests that wait for their turn.")
    paused_for: float = Field(description="Seconds of silence left after the upstream asked for fewer requests.")


class DecisionOut(BaseModel):
    """What an administrator has done to a breaker last."""

    action: Literal["trip", "reset"]
    at: datetime
    by: str | None = Field(description="Their name; null for those who are not administrators.")


class ServiceOut(BaseModel):
    """Something that Matinee needs, as the answering process sees it."""

    name: str
    kind: str = KIND
    state: ServiceState
    breaker: BreakerState = Field(description="`open`: it is not asked for a while. Always `closed` for our own parts.")
    latency_ms: float | None = Field(description="The median of the last half minute, else the last one.")
    latency_p95_ms: float | None
    checked_at: datetime | None = Field(description="When it last answered, or failed to.")
    reason: str = Field(description="Why it is not simply up.")
    budget: BudgetOut | None = Field(description="Null for our own parts.")
    in_flight: int = Field(description="Requests under way.")
    in_flight_limit: int | None
    decision: DecisionOut | None = Field(default=None, description="Null where no administrator ever tripped or reset it.")


class BreakerOut(BaseModel):
    """The circuit breaker of an upstream, in the answering process."""

    name: str
    kind: str = KIND
    state: BreakerState
    forced: bool = Field(description="Tripped by an administrator: only a reset closes it.")
    retry_after: float | None = Field(description="Seconds until it lets a probe through.")
    tries: int = Field(description="Requests of the last window.")
    failed: int
    slow: int
    reason: str
    decision: DecisionOut | None = None
