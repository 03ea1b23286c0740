"""What the cache shows to Prometheus. It counts in plain numbers, which are read when somebody asks: a hit costs no metric."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from matinee.infra.cache.statistics import CacheStatistics, PolicyFigures

_OUTCOMES = {
    "hit": "hits",
    "stale": "stale",
    "miss": "misses",
    "error": "errors",
    "negative": "negative",
    "failed": "failures",
}
_COUNTERS = {
    "loads": "Loads from the source.",
    "refreshes": "Loads in the background.",
    "refreshes_skipped": "Refreshes put off because as many as allowed were running.",
    "load_failures": "Loads that failed.",
    "discarded": "Loaded values that an invalidation overtook.",
    "evictions": "Entries that left memory for others.",
}


class CacheCollector(Collector):
    """Reads the statistics at each scrape."""

    def __init__(self, statistics: Callable[[], CacheStatistics]) -> None:
        self._statistics = statistics

    def collect(self) -> Iterator[Metric]:
        found = self._statistics()
        answers = CounterMetricFamily("matinee_cache_answers", "Answers of the cache.", labels=["policy", "outcome"])
        counters = {
            name: CounterMetricFamily(f"matinee_cache_{name}", text, labels=["policy"]) for name, text in _COUNTERS.items()
        }
        for policy, figures in found.policies.items():
            for outcome, name in _OUTCOMES.items():
                answers.add_metric([policy, outcome], _number(figures, name))
            for name, family in counters.items():
                family.add_metric([policy], _number(figures, name))
        yield answers
        yield from counters.values()
        yield from _tiers(found)
        yield GaugeMetricFamily("matinee_cache_loading", "Loads that run now.", value=found.loading)


def _number(figures: PolicyFigures, name: str) -> int:
    value: int = getattr(figures, name)
    return value


def _tiers(found: CacheStatistics) -> Iterator[Metric]:
    entries = GaugeMetricFamily("matinee_cache_entries", "Entries in a tier.", labels=["tier"])
    size = GaugeMetricFamily("matinee_cache_bytes", "Bytes in a tier.", labels=["tier"])
    limit = GaugeMetricFamily("matinee_cache_limit_bytes", "Bytes allowed in a tier.", labels=["tier"])
    up = GaugeMetricFamily("matinee_cache_tier_up", "Whether a tier answers.", labels=["tier"])
    evictions = CounterMetricFamily("matinee_cache_tier_evictions", "Entries that left a tier for others.", labels=["tier"])
    for tier in found.tiers:
        entries.add_metric([tier.name], tier.entries)
        size.add_metric([tier.name], tier.bytes)
        if tier.limit is not None:
            limit.add_metric([tier.name], tier.limit)
        up.add_metric([tier.name], tier.state == "up")
        evictions.add_metric([tier.name], tier.evictions)
    yield from (entries, size, limit, up, evictions)
