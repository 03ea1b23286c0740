"""Pictures for scrubbing: sheets of small stills and the WebVTT that says which still belongs to which time."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from matinee.infra.media.colour import tone_map
from matinee.infra.media.info import MediaInfo
from matinee.infra.media.tools import FfmpegFailed, MediaTools, file_url, media_input, run_ffmpeg

_TILE = 240  # the longer side; a sheet of 10 x 10 is then 2400 x 1350, about 300 KB
_COLUMNS = _ROWS = 10
_MAX_TILES = 1_000
_KEY_FRAMES_FROM = 10.0  # seconds between stills from which key frames are dense enough in ordinary files
_STEPS = ((120, 1.0), (600, 2.0), (1800, 5.0))  # up to this duration, one still each so many seconds


@dataclass(frozen=True, slots=True)
class TrickplayPlan:
    """How many stills there are, how large, how far apart (seconds)."""

    interval: float
    count: int
    columns: int
    rows: int
    tile_width: int
    tile_height: int

    @property
    def sheets(self) -> int:
        """How many files."""
        return math.ceil(self.count / (self.columns * self.rows))


def plan_trickplay(info: MediaInfo) -> TrickplayPlan:
    """At most a thousand stills whatever the length: ten sheets, about 3 MB."""
    interval = next((step for longest, step in _STEPS if info.duration <= longest), 10.0)
    interval = max(interval, math.ceil(info.duration / _MAX_TILES))
    count = max(1, math.ceil(info.duration / interval - 1e-6))
    track = info.main_video
    scale = min(1.0, _TILE / max(track.width, track.height, 1))
    width, height = (max(2, round(side * scale) & ~1) for side in (track.width, track.height))
    columns = min(_COLUMNS, count)
    rows = min(_ROWS, math.ceil(count / columns))
    return TrickplayPlan(float(interval), count, columns, rows, width, height)


async def make_trickplay(
    tools: MediaTools,
    path: Path,
    info: MediaInfo,
    directory: Path,
    *,
    key_frame_gap: float | None = None,
    deadline: timedelta = timedelta(minutes=30),
    nice: int = 10,
) -> TrickplayPlan:
    """Write the sheets `0.jpg`, `1.jpg`, … into `directory`; they appear all at once, when all are there.

    Only key frames are decoded when they are not further apart than the stills, which is a hundred times quicker;
    `key_frame_gap` is the longest distance between two, if known. Raises `FfmpegFailed`.
    """
    plan = plan_trickplay(info)
    key_frames_only = key_frame_gap <= plan.interval if key_frame_gap is not None else plan.interval >= _KEY_FRAMES_FROM
    partial = directory.with_name(f".{directory.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        await _write_sheets(tools, path, info, plan, partial, key_frames_only, deadline, nice)
        if not all((partial / f"{number}.jpg").exists() for number in range(plan.sheets)):
            raise FfmpegFailed("ffmpeg wrote too few sheets", 0, ())
        shutil.rmtree(directory, ignore_errors=True)
        partial.rename(directory)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return plan


def thumbnails_vtt(plan: TrickplayPlan, duration: float, sheet_url: Callable[[int], str]) -> str:
    """The index: for each stretch of time the address of a sheet and the rectangle in it (Media Fragments URI)."""
    lines = ["WEBVTT", ""]
    for number in range(plan.count):
        sheet, place = divmod(number, plan.columns * plan.rows)
        row, column = divmod(place, plan.columns)
        rectangle = f"{column * plan.tile_width},{row * plan.tile_height},{plan.tile_width},{plan.tile_height}"
        start, end = number * plan.interval, min((number + 1) * plan.interval, max(duration, plan.interval))
        lines += [f"{_time(start)} --> {_time(end)}", f"{sheet_url(sheet)}#xywh={rectangle}", ""]
    return "\n".join(lines)


async def _write_sheets(
    tools: MediaTools,
    path: Path,
    info: MediaInfo,
    plan: TrickplayPlan,
    directory: Path,
    key_frames_only: bool,
    deadline: timedelta,
    nice: int,
) -> None:
    track = info.main_video
    chain = [
        f"fps=1/{plan.interval:g}:start_time=0:eof_action=pass",
        f"scale={plan.tile_width}:{plan.tile_height}",
        "setsar=1",
        tone_map(tools, track),
        # The last stills may have no picture of their own, and a sheet must not end in black.
        "tpad=stop=-1:stop_mode=clone",
        f"tile={plan.columns}x{plan.rows}",
        "format=yuvj420p",
    ]
    pattern = file_url(directory).replace("%", "%%") + "/%d.jpg"
    await run_ffmpeg(
        tools,
        [
            *("-v", "error", *(("-skip_frame", "nokey") if key_frames_only else ()), *media_input(path)),
            *("-map", f"0:{track.index}", "-an", "-sn", "-dn", "-vf", ",".join(filter(None, chain))),
            *("-frames:v", str(plan.sheets), "-c:v", "mjpeg", "-q:v", "5", "-f", "image2", "-start_number", "0", pattern),
        ],
        deadline=deadline,
        nice=nice,
    )


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
