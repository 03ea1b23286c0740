"""What the outbound side shows to Prometheus. Labels are names of upstreams and fixed words: nothing of a request ever gets
in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from matinee.infra.upstream.status import BREAKER_STATES, STATES, UpstreamStatus

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class UpstreamMetrics:
    """Counters of this process; the gauges are read when somebody scrapes."""

    def __init__(self, registry: CollectorRegistry, statuses: Callable[[], Iterable[UpstreamStatus]]) -> None:
        outcomes = "answered, unavailable, timeout, too_large, rate_limited, rejected, circuit_open, saturated, cancelled"
        self.calls = Counter(
            "matinee_upstream_calls", f"Calls ended, by outcome: {outcomes}.", ["upstream", "outcome"], registry=registry
        )
        self.duration = Histogram(
            "matinee_upstream_call_duration_seconds",
            "Time of a call with its tries and its waiting.",
            ["upstream"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.tries = Counter("matinee_upstream_tries", "Exchanges ended, by outcome.", ["upstream", "outcome"], registry=registry)
        self.retries = Counter("matinee_upstream_retries", "Tries after the first one.", ["upstream"], registry=registry)
        self.transitions = Counter(
            "matinee_upstream_breaker_transitions", "Changes of the breaker's state.", ["upstream", "to"], registry=registry
        )
        self.refused = Counter(
            "matinee_upstream_refused_addresses",
            "Addresses that somebody else named and that may not be reached, by region: metadata, loopback, link_local, private, "
            "special.",
            ["upstream", "region"],
            registry=registry,
        )
        registry.register(_Gauges(statuses))


class _Gauges(Collector):
    def __init__(self, statuses: Callable[[], Iterable[UpstreamStatus]]) -> None:
        self._statuses = statuses

    def collect(self) -> Iterator[GaugeMetricFamily]:
        def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
            return GaugeMetricFamily(f"matinee_upstream_{name}", text, labels=["upstream", *labels])

        state = gauge("state", "1 for the state that the upstream is in.", "state")
        breaker = gauge("breaker_state", "1 for the state that the breaker is in.", "state")
        tokens = gauge("budget_tokens", "Tokens left in the budget.")
        queued = gauge("budget_waiting", "Tries that wait for a token.")
        paused = gauge("budget_paused_seconds", "Silence left after a 429.")
        in_flight = gauge("in_flight", "Exchanges under way.")
        waiting = gauge("bulkhead_waiting", "Tries that wait for a place.")
        for one in self._statuses():
            for name in STATES:
                state.add_metric([one.name, name], float(name == one.state))
            for position in BREAKER_STATES:
                breaker.add_metric([one.name, position], float(position == one.breaker))
            tokens.add_metric([one.name], one.budget_left)
            queued.add_metric([one.name], one.budget_waiting)
            paused.add_metric([one.name], one.paused_for)
            in_flight.add_metric([one.name], one.in_flight)
            waiting.add_metric([one.name], one.waiting)
        yield from (state, breaker, tokens, queued, paused, in_flight, waiting)
