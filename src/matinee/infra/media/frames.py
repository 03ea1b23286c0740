"""Still pictures out of a video."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from matinee.infra.media.colour import tone_map
from matinee.infra.media.info import MediaInfo, VideoTrack
from matinee.infra.media.tools import FfmpegFailed, MediaTools, media_input, run_ffmpeg

_PLACES = (0.12, 0.2, 0.35, 0.5, 0.05)  # parts of the duration; the first lively picture wins
_WINDOW = 6.0  # seconds in which ffmpeg's thumbnail filter looks for the most typical picture
_PICTURES = 18
_LIVELY = 0.18
_MAX_WIDTH = 1280


class NoFrame(Exception):
    """No picture could be taken from the video."""


async def poster_frame(
    tools: MediaTools, path: Path, info: MediaInfo, *, deadline: timedelta = timedelta(seconds=60), nice: int = 5
) -> bytes:
    """A representative picture as JPEG, upright, in SDR colours, at most 1280 pixels wide. Raises `NoFrame`.

    Black, white and nearly empty pictures are passed over while there are others.
    """
    best, best_score, words = b"", -1.0, "no picture"
    for start in _starts(info.duration):
        try:
            picture = await _typical(tools, path, info.main_video, start, deadline, nice)
        except FfmpegFailed as error:
            words = str(error)
            continue
        if not picture:
            continue
        score = await asyncio.to_thread(_score, picture)
        if score > best_score:
            best, best_score = picture, score
        if score >= _LIVELY:
            break
    if not best:
        raise NoFrame(words)
    return await asyncio.to_thread(_encoded, best)


def shown_size(track: VideoTrack, max_width: int) -> tuple[int, int]:
    """Even width and height with the displayed shape, not above the displayed size."""
    width = min(track.width, max_width) or 2
    height = round(track.height * width / (track.width or width)) or 2
    return max(2, width & ~1), max(2, height & ~1)


def _score(picture: bytes) -> float:
    from matinee.infra.media.drawing import liveliness, open_picture

    return liveliness(open_picture(picture))


def _starts(duration: float) -> list[float]:
    if duration <= 2 * _WINDOW:
        return [duration * part for part in (0.1, 0.4, 0.0)]
    return [duration * part for part in _PLACES]


async def _typical(tools: MediaTools, path: Path, track: VideoTrack, start: float, deadline: timedelta, nice: int) -> bytes:
    """PNG of the most typical picture of the window, empty when the window has none. Tone mapping is dropped if it fails."""
    mapping = tone_map(tools, track)
    try:
        return await _grab(tools, path, track, start, mapping, deadline, nice)
    except FfmpegFailed:
        if not mapping:
            raise
        return await _grab(tools, path, track, start, "", deadline, nice)


async def _grab(
    tools: MediaTools, path: Path, track: VideoTrack, start: float, mapping: str, deadline: timedelta, nice: int
) -> bytes:
    width, height = shown_size(track, _MAX_WIDTH)
    chain = [
        "yadif" if track.interlaced else "",
        f"fps={_PICTURES / _WINDOW}:round=up",
        f"scale={width}:{height}",
        "setsar=1",
        f"thumbnail={_PICTURES}",
        mapping,
    ]
    result = await run_ffmpeg(
        tools,
        [
            *("-v", "error", "-ss", f"{start:.3f}", "-t", f"{_WINDOW}", *media_input(path)),
            *("-map", f"0:{track.index}", "-an", "-sn", "-dn", "-vf", ",".join(filter(None, chain))),
            *("-frames:v", "1", "-pix_fmt", "rgb24", "-c:v", "png", "-f", "image2pipe", "-"),
        ],
        deadline=deadline,
        nice=nice,
    )
    return result.stdout


def _encoded(picture: bytes) -> bytes:
    from matinee.infra.media.drawing import encode_jpeg, open_picture

    return encode_jpeg(open_picture(picture), quality=90)
