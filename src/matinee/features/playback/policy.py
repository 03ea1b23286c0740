"""Numbers and rules of playback that somebody may want to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PlaybackOptions:
    """Limits of playback in one server. `accel_prefix` is the internal nginx location that stands for `/`, "" for none."""

    max_transcodes: int = 2
    max_transcodes_per_user: int = 2
    max_copies: int = 16
    """Runs at once that copy pictures or encode sound: cheap, but not free."""
    segment_cache_bytes: int = 10 * 1024**3
    thumbnail_cache_bytes: int = 1024**3
    subtitle_cache_bytes: int = 128 * 1024**2
    hardware_encoding: bool = True
    url_lifetime: timedelta = timedelta(hours=12)
    accel_prefix: str = ""
    base_path: str = ""
    ahead: float = 60.0
    """Seconds of film that a run may be ahead of its player; hls.js asks for 30."""
    patience: float = 8.0
    """Seconds that a segment request is held: hls.js gives up on the first byte after 10."""
    idle: float = 60.0
    """Seconds without a request after which a run is stopped."""
    yields_after: float = 10.0
    """Seconds without a request after which a run gives its place to somebody who waits for one; who plays asks each 6."""
    retry_after: float = 5.0


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder. `width` x `height` is the box that the picture must fit into; rates in bits per second."""

    name: str
    width: int
    height: int
    max_rate: int
    mean_rate: int


LADDER = (
    Rung("1080p", 1920, 1080, 6_000_000, 4_200_000),
    Rung("720p", 1280, 720, 3_200_000, 2_200_000),
    Rung("480p", 854, 480, 1_500_000, 1_050_000),
    Rung("360p", 640, 360, 850_000, 600_000),
)
AUDIO_BIT_RATE = 160_000
MOST_AUDIO_TRACKS = 8
MOST_SUBTITLES = 40
CONTAINER_OVERHEAD = 1.05
PROBE_BYTES = 1_000_000
MOST_PROBE_BYTES = 25_000_000
"""Four seconds of a 50 Mbit/s line: enough to tell 4K from 1080p."""
LONGEST_GAP = 12.0
"""Seconds without a key frame above which copied segments get too long to seek in."""
FORMAT_VERSION = 1
"""Part of the key of every cached segment; raise it when the same source would give other bytes."""
