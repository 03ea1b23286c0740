"""What the jobs of this process show to Prometheus."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from matinee.infra.jobs.definitions import JobState

_SECONDS = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0)


class JobMetrics:
    """Counters of this process; the gauges show the whole installation, as this process last saw it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.runs = Counter("matinee_job_runs", "Runs that have ended.", ["job", "outcome"], registry=registry)
        self.duration = Histogram(
            "matinee_job_run_duration_seconds", "Time a run took.", ["job"], buckets=_SECONDS, registry=registry
        )
        self.reaped = Counter("matinee_job_executors_reaped", "Dead executors whose work was taken over.", registry=registry)
        self._jobs = Gauge("matinee_jobs", "Jobs queued and running.", ["queue", "state"], registry=registry)

    def show(self, counts: Mapping[tuple[str, JobState], int]) -> None:
        """Set the gauges."""
        self._jobs.clear()
        for (queue, state), number in counts.items():
            if state in ("queued", "running"):
                self._jobs.labels(queue, state).set(number)
