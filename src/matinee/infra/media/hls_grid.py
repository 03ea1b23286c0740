"""Where segments begin and end: decided before any of them exists, so that playlists are complete from the start."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from matinee.infra.media.keyframes import KeyFrames

TIMELINE_OFFSET = 10
"""Seconds that every rendition's timeline is shifted by: encoder priming would make times negative, and they wrap."""

GOP_SECONDS = 2  # Apple's authoring rules: a key frame at least each two seconds
SEGMENT_SECONDS = 4  # they suggest six; but a jump costs the work of a whole segment before anything is seen
FIRST_SECONDS = (1, 1, 2)  # lengths of the first segments: playing starts after one second's worth of work
AUDIO_RATE = 48_000
AUDIO_FRAME = 1024
_KNOWN_RATES = tuple(Fraction(n, d) for n, d in ((24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (50, 1), (60000, 1001)))
_FASTEST = Fraction(60)


@dataclass(frozen=True, slots=True)
class Grid:
    """Boundaries in seconds on the title's timeline, the end included: segment n lies between `edges[n]` and `edges[n + 1]`."""

    edges: tuple[float, ...]

    @property
    def count(self) -> int:
        """How many segments."""
        return len(self.edges) - 1

    def length(self, number: int) -> float:
        """Seconds that a segment lasts."""
        return self.edges[number + 1] - self.edges[number]

    def at(self, seconds: float) -> int:
        """The segment in which a moment lies."""
        return min(max(bisect_right(self.edges, seconds) - 1, 0), self.count - 1)


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """A grid on the frames of an encoder: equal for every rendition that has the same rate. `frames` are boundaries.

    Boundaries are multiples of `second`, the number of frames nearest to one second.
    """

    rate: Fraction
    frames: tuple[int, ...]
    second: int

    @property
    def count(self) -> int:
        """How many segments."""
        return len(self.frames) - 1

    def grid(self) -> Grid:
        """The same boundaries in seconds."""
        return Grid(tuple(float(frame / self.rate) for frame in self.frames))


def output_rate(rate: Fraction | None, variable: bool) -> Fraction:
    """The constant frame rate to encode at: the source's, put right where its container rounded it, at most 60."""
    if rate is None or rate <= 0:
        return Fraction(25)
    for known in _KNOWN_RATES:
        if abs(rate / known - 1) < Fraction(1, 1500):  # less than the distance from 24 to 24000/1001
            return known
    if variable and rate > _FASTEST:
        return Fraction(30)
    return min(max(rate.limit_denominator(1001), Fraction(1)), _FASTEST)


def frame_grid(duration: float, rate: Fraction) -> FrameGrid:
    """Short segments first, then segments of `SEGMENT_SECONDS`; a short rest joins the last one."""
    second = max(1, round(rate))
    total = max(1, round(Fraction(duration) * rate))
    edges = [0]
    while edges[-1] < total:
        edges.append(min(edges[-1] + second * _seconds_of(len(edges) - 1), total))
    if len(edges) > 2 and edges[-1] - edges[-2] <= second // 2:
        del edges[-2]
    return FrameGrid(rate, tuple(edges), second)


def gop_frames(grid: FrameGrid, first: int) -> int:
    """Frames from key frame to key frame in a run from segment `first` on: every boundary must be one."""
    in_short = first < len(FIRST_SECONDS) and _seconds_of(first) < GOP_SECONDS
    return grid.second if in_short else grid.second * GOP_SECONDS


def _seconds_of(number: int) -> int:
    return FIRST_SECONDS[number] if number < len(FIRST_SECONDS) else SEGMENT_SECONDS


def audio_grid(frames: FrameGrid) -> FrameGrid:
    """The same boundaries on whole AAC frames, at most 11 ms away from the picture's."""
    rate = Fraction(AUDIO_RATE, AUDIO_FRAME)
    edges = [round(frame / frames.rate * rate) for frame in frames.frames]
    edges[-1] = max(math.ceil(frames.frames[-1] / frames.rate * rate), edges[-2] + 1)
    return FrameGrid(rate, tuple(edges), round(rate))


def copy_grid(keys: KeyFrames) -> Grid:
    """Boundaries on the source's own key frames: two seconds apart at first, then four, or further where the source has fewer."""
    edges = [keys.times[0]]
    for time in keys.times[1:]:
        if time - edges[-1] >= max(GOP_SECONDS, _seconds_of(len(edges) - 1)) - 0.05:
            edges.append(time)
    end = max(keys.end, keys.times[-1] + 0.04)
    if len(edges) > 1 and end - edges[-1] < 0.25:
        edges.pop()
    return Grid((*edges, end))


def longest_gap(keys: KeyFrames) -> float:
    """The longest stretch without a key frame, in seconds."""
    return max(later - earlier for earlier, later in zip(keys.times, [*keys.times[1:], keys.end], strict=True))


def target_duration(lengths: Sequence[float]) -> int:
    """What a playlist promises as the longest segment (RFC 8216, section 4.3.3.1)."""
    return max(1, math.ceil(max(lengths) - 1e-6))
