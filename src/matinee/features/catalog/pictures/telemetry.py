"""Pictures as metrics."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from matinee.features.catalog.pictures.originals import Originals
from matinee.infra.disk_cache import DiskCache
from matinee.infra.workshop import Workshop


class PictureTelemetry(Collector):
    """Reads the figures when somebody looks."""

    def __init__(self, registry: CollectorRegistry, cache: DiskCache, workshop: Workshop, originals: Originals) -> None:
        self._cache = cache.figures
        self._workshop = workshop.figures
        self._fetches = originals.figures
        registry.register(self)

    def collect(self) -> Iterator[Metric]:
        cache, workshop, fetching = self._cache, self._workshop, self._fetches
        yield GaugeMetricFamily("matinee_picture_cache_bytes", "Bytes in the picture cache.", cache.size)
        yield GaugeMetricFamily("matinee_picture_cache_limit_bytes", "Cap of the picture cache.", cache.limit)
        yield _counted(
            "matinee_picture_cache_lookups", "Lookups in the picture cache.", "result", {"hit": cache.hits, "miss": cache.misses}
        )
        yield CounterMetricFamily("matinee_picture_cache_evictions", "Pictures evicted to make room.", cache.evicted)
        yield _counted(
            "matinee_picture_cache_faults",
            "Damaged pictures found, and writes that failed.",
            "kind",
            {"damaged": cache.damaged, "write": cache.failures},
        )
        yield _now("matinee_picture_work", "Pictures being made, and those that wait for it.", workshop.running, workshop.waiting)
        yield CounterMetricFamily("matinee_picture_work_done", "Pieces of work done on pictures.", workshop.done)
        yield CounterMetricFamily("matinee_picture_work_refused", "Pieces of work refused: too many waited.", workshop.refused)
        yield CounterMetricFamily("matinee_picture_work_cpu_seconds", "Processor time spent on pictures.", workshop.seconds)
        yield _now("matinee_picture_fetches", "Pictures being fetched, and those that wait.", fetching.running, fetching.waiting)
        yield _counted(
            "matinee_picture_fetched",
            "Outcomes of wanting a picture from its provider; spared ones were known to be missing or failing.",
            "outcome",
            {"found": fetching.fetched, "not_found": fetching.missing, "failed": fetching.failed, "spared": fetching.spared},
        )


def _counted(name: str, text: str, label: str, values: dict[str, int]) -> CounterMetricFamily:
    family = CounterMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _now(name: str, text: str, running: int, waiting: int) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=["state"])
    family.add_metric(["running"], running)
    family.add_metric(["waiting"], waiting)
    return family
