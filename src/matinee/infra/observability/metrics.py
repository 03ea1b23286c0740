"""The process's Prometheus registry and the metrics of the HTTP layer. Features add their own to `Metrics.registry`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_MOST_CHILDREN = 4096


class Metrics:
    """A registry of its own for each process, never prometheus' multiprocess mode (its dead files pile up)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._flushes: list[Callable[[], None]] = []
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter(
            "matinee_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.latency = Histogram(
            "matinee_http_request_duration_seconds",
            "Time from the request's headers to the end of the answer.",
            ["method", "route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.in_flight = 0
        """Requests being answered."""
        under_way = Gauge("matinee_http_requests_in_flight", "Requests being answered.", registry=self.registry)
        under_way.set_function(lambda: self.in_flight)
        self.sent = Counter("matinee_http_response_bytes", "Bytes of bodies sent.", registry=self.registry)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float, sent: int) -> None:
        """Count one answered request. `route` is one of few templates; so are methods, as far as they are answered at all."""
        found = self._children.get((method, route, status))
        if found is None:
            found = self.requests.labels(method, route, str(status)), self.latency.labels(method, route)
            if len(self._children) < _MOST_CHILDREN:
                self._children[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)
        self.sent.inc(sent)

    def watch_pools(self, pools: Callable[[], dict[str, tuple[int, int]]]) -> None:
        """Show the database pools: connections in use and allowed."""
        self.registry.register(_PoolCollector(pools))

    def before_render(self, flush: Callable[[], None]) -> None:
        """Call `flush` before each exposition: for what counts in plain integers because a metric costs too much."""
        self._flushes.append(flush)

    def render(self) -> bytes:
        """The text exposition of everything in the registry."""
        for flush in self._flushes:
            flush()
        return generate_latest(self.registry)


class _PoolCollector(Collector):
    def __init__(self, pools: Callable[[], dict[str, tuple[int, int]]]) -> None:
        self._pools = pools

    def collect(self) -> Iterator[GaugeMetricFamily]:
        used = GaugeMetricFamily("matinee_database_connections_in_use", "Connections in use.", labels=["pool"])
        allowed = GaugeMetricFamily("matinee_database_connections_allowed", "Size of the pool.", labels=["pool"])
        for name, (in_use, size) in self._pools().items():
            used.add_metric([name], in_use)
            allowed.add_metric([name], size)
        yield used
        yield allowed
