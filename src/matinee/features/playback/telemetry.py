"""What playback counts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class PlaybackMetrics:
    """Counters, gauges and histograms in the registry of the process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sessions = Counter("matinee_playback_sessions", "Sessions begun.", ["method"], registry=registry)
        self.runs = Gauge("matinee_transcoder_runs", "Processes of ffmpeg at work for players.", ["kind"], registry=registry)
        self.started = Counter("matinee_transcoder_runs_started", "Runs begun.", ["kind"], registry=registry)
        self.failed = Counter("matinee_transcoder_runs_failed", "Runs that ended early.", ["kind"], registry=registry)
        self.refused = Counter("matinee_transcoder_refused", "Runs refused because every place was taken.", registry=registry)
        self.segments = Counter("matinee_segments_served", "Segments served.", ["from"], registry=registry)
        self.waits = Histogram(
            "matinee_segment_wait_seconds", "Time until a segment that was not there was.", buckets=_SECONDS, registry=registry
        )
        self.cache_bytes = Gauge("matinee_segment_cache_bytes", "Bytes in the segment cache.", registry=registry)
        self.cache_limit = Gauge("matinee_segment_cache_limit_bytes", "Cap of the segment cache.", registry=registry)
        self.leftover_bytes = Gauge(
            "matinee_playback_cache_bytes", "Bytes of thumbnails and of read subtitles.", ["kind"], registry=registry
        )
        self.leftover_limit = Gauge("matinee_playback_cache_limit_bytes", "Caps of those.", ["kind"], registry=registry)
        self.leftover_evictions = Counter(
            "matinee_playback_cache_evictions", "Thumbnails and subtitles dropped.", ["kind"], registry=registry
        )
        self.evictions = Counter("matinee_segment_cache_evictions", "Segments dropped to stay below the cap.", registry=registry)
