"""Text subtitles as WebVTT: from a track of a video or a file beside it, cut into the pieces HLS wants.

SubtitlesUnreadable     not a subtitle file, damaged, or too large
"""

from __future__ import annotations

import asyncio
import codecs
import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from matinee.infra.media.cues import Cue, cues_from_events
from matinee.infra.media.probe import MediaUnreadable, ask_worker
from matinee.infra.media.tools import FfmpegFailed, MediaTools, media_input, run_ffmpeg
from matinee.infra.media.workers import WorkerPool

WINDOW_SECONDS = 60.0
TICKS = 90_000  # MPEG-2 timestamps per second
SUBTITLE_SUFFIXES = frozenset({".srt", ".ass", ".ssa", ".vtt", ".sub", ".smi", ".ttml"})
_MAX_FILE = 16 * 1024 * 1024
_MAX_CUES = 50_000


class SubtitlesUnreadable(Exception):
    """No text can be had from these subtitles."""


async def read_subtitle_track(
    tools: MediaTools, path: Path, stream_index: int, *, deadline: timedelta = timedelta(minutes=5), nice: int = 5
) -> tuple[Cue, ...]:
    """The cues of a text track, times since the container's start. The whole file is read: minutes for a large one.

    Raises `SubtitlesUnreadable`.
    """
    output = ["-map", f"0:{stream_index}", "-vn", "-an", "-dn", "-c:s", "ass", "-f", "ass", "-"]
    try:
        result = await run_ffmpeg(tools, ["-v", "error", *media_input(path), *output], deadline=deadline, nice=nice)
    except FfmpegFailed as error:
        return await _read_packets(path, stream_index, deadline, error)
    return await asyncio.to_thread(_parse, result.stdout.decode("utf-8", errors="replace"), "ass", None)


async def read_subtitle_file(path: Path, *, frame_rate: float | None = None) -> tuple[Cue, ...]:
    """The cues of a file of `SUBTITLE_SUFFIXES`; MicroDVD (.sub) counts in frames. Raises `SubtitlesUnreadable`."""
    return await asyncio.to_thread(_read_file, path, frame_rate)


def window_count(duration: float, window: float = WINDOW_SECONDS) -> int:
    """How many pieces a title of that length has; at least one."""
    return max(1, math.ceil(duration / window - 1e-6))


def render_window(cues: Sequence[Cue], number: int, *, offset: float = 10.0, window: float = WINDOW_SECONDS) -> str:
    """Piece `number` (from 0) as WebVTT. `offset` is where the media timeline puts the title's second 0.

    A cue that crosses a boundary is in both pieces, unclipped, as players expect (RFC 8216, section 3.5).
    """
    start, end = number * window, (number + 1) * window
    inside = (cue for cue in cues if cue.start < end and cue.end > start)
    return f"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:{round(offset * TICKS)},LOCAL:00:00:00.000\n\n{_blocks(inside)}"


def render_document(cues: Iterable[Cue]) -> str:
    """All cues as one WebVTT file, for players that take no HLS."""
    return f"WEBVTT\n\n{_blocks(cues)}"


def decode_text(data: bytes) -> str:
    """Text in whatever encoding old subtitle files have: UTF-8, UTF-16 with or without a mark, else Windows-1252."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    head = data[:2000]
    if head.count(0) > len(head) // 4:
        return data.decode("utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


async def _read_packets(path: Path, stream_index: int, deadline: timedelta, first: FfmpegFailed) -> tuple[Cue, ...]:
    """The way for WebVTT in Matroska, which ffmpeg does not know."""
    pool = WorkerPool(1)
    try:
        answer = await ask_worker(pool, "subtitle_packets", {"path": str(path), "index": stream_index}, deadline)
    except MediaUnreadable:
        raise SubtitlesUnreadable(str(first)) from first
    finally:
        await pool.aclose()
    blocks = (f"{_time(max(0.0, start))} --> {_time(end)}\n{_without_gaps(text)}\n\n" for start, end, text in answer["events"])
    return await asyncio.to_thread(_parse, "WEBVTT\n\n" + "".join(blocks), "vtt", None)


def _without_gaps(text: str) -> str:
    """An empty line would end the cue, an arrow would begin another."""
    return "\n".join(line for line in text.replace("-->", "").splitlines() if line.strip())


def _read_file(path: Path, frame_rate: float | None) -> tuple[Cue, ...]:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise SubtitlesUnreadable("the file is too large for subtitles")
        return _parse(decode_text(path.read_bytes()), None, frame_rate)
    except OSError as error:
        raise SubtitlesUnreadable(f"the file cannot be read: {error.strerror}") from error


def _parse(text: str, form: str | None, frame_rate: float | None) -> tuple[Cue, ...]:
    import pysubs2  # with the first subtitles, not with the start

    try:
        events = pysubs2.SSAFile.from_string(text.replace("\0", ""), format_=form, fps=frame_rate)
    except Exception as error:  # its parsers raise whatever their input makes them
        raise SubtitlesUnreadable(f"not understood as subtitles: {error}") from error
    return cues_from_events(events, limit=_MAX_CUES)


def _blocks(cues: Iterable[Cue]) -> str:
    return "".join(
        f"{_time(cue.start)} --> {_time(cue.end)}{cue.settings and ' ' + cue.settings}\n{cue.text}\n\n" for cue in cues
    )


def _time(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"
