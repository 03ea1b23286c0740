"""Figures of the limits."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from matinee.infra.http.limits.callers import Limits
from matinee.infra.observability.metrics import Metrics


def show(limits: Limits, metrics: Metrics) -> None:
    """Put the figures of `limits` into the exposition."""
    refused = Counter("matinee_limits_refused", "Requests refused with 429, by class.", ["class"], registry=metrics.registry)
    callers = Gauge("matinee_limits_windows", "Callers and classes counted now.", registry=metrics.registry)
    callers.set_function(lambda: len(limits))

    def flush() -> None:
        counts, limits.refusals = limits.refusals, {}
        for cost, number in counts.items():
            refused.labels(cost).inc(number)

    metrics.before_render(flush)
