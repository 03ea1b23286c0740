"""Figures of the protection."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import Counter, Gauge

from matinee.infra.observability.metrics import Metrics
from matinee.infra.protection.gate import Gate


class ProtectionMetrics:
    """Registered once in a process."""

    def __init__(self, metrics: Metrics, suspects: Callable[[], int], gate: Callable[[], Gate]) -> None:
        registry = metrics.registry
        self._found = Counter("matinee_protection_findings", "Times that a rule fitted a caller.", ["rule"], registry=registry)
        self._blocks = Counter("matinee_protection_blocks", "Blocks made.", ["source"], registry=registry)
        self._refused = Counter("matinee_protection_refused", "Requests of blocked addresses.", registry=registry)
        watched = Gauge("matinee_protection_watched", "Addresses and accounts that are watched now.", registry=registry)
        watched.set_function(suspects)
        in_force = Gauge("matinee_protection_blocked", "Networks that are blocked now.", registry=registry)
        in_force.set_function(lambda: gate().blocked)
        held = Gauge("matinee_protection_held", "Requests of blocked addresses that wait for their refusal.", registry=registry)
        held.set_function(lambda: gate().held)
        told = 0

        def flush() -> None:
            nonlocal told
            refused = gate().refused
            self._refused.inc(refused - told)
            told = refused

        metrics.before_render(flush)

    def found(self, rule: str) -> None:
        self._found.labels(rule).inc()

    def blocked(self, source: str) -> None:
        self._blocks.labels(source).inc()
