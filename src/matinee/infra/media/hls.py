"""Segments out of ffmpeg: one process writes a fragmented stream into a pipe, which is cut here along a grid.

Nothing is written to disk before it is whole, and whoever stops reading stops ffmpeg as well: the pipe fills and it waits. When
this process dies, the pipe breaks and ffmpeg ends with it.

RunFailed                   ffmpeg ended early; `last_words` are its last lines on stderr
└── SoughtTooFar            a copy began after the boundary it was asked for; seek earlier
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from matinee.infra.media.hls_boxes import BoxReader, BrokenStream, Fragment, join_fragments, read_fragment, timescale_of
from matinee.infra.media.hls_grid import AUDIO_FRAME, AUDIO_RATE, TIMELINE_OFFSET, FrameGrid, Grid
from matinee.infra.media.tools import TAIL_LINES, MediaTools, kill, read_last_words

_PIPE_BYTES = 1024 * 1024
# Seconds. Containers round to milliseconds, and releases of FFmpeg disagree on where a file with encoder delay begins.
_SAME_MOMENT = 0.06


class RunFailed(Exception):
    """ffmpeg ended before the run was complete."""

    def __init__(self, message: str, last_words: Sequence[str] = ()) -> None:
        super().__init__(": ".join([message, *last_words[-1:]]))
        self.last_words = tuple(last_words)


class SoughtTooFar(RunFailed):
    """The first key frame that came lies after the boundary that was asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Segment `number` of a rendition, or its initialisation segment (number -1)."""

    number: int
    data: bytes


INIT = -1


class Ffmpeg:
    """One ffmpeg process that writes a fragmented MP4 stream to its stdout."""

    def __init__(self, tools: MediaTools, arguments: Sequence[str], nice: int = 0) -> None:
        self._command = [*_niced(nice), str(tools.ffmpeg), "-hide_banner", "-nostdin", *arguments]
        self._words: deque[str] = deque(maxlen=TAIL_LINES)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def last_words(self) -> tuple[str, ...]:
        """The last lines on stderr so far."""
        return tuple(self._words)

    @property
    def pid(self) -> int | None:
        """The process id, None before the start."""
        return self._process.pid if self._process else None

    async def fragments(self) -> AsyncGenerator[bytes | Fragment, None]:
        """The initialisation segment, then each fragment. Raises `RunFailed`. The process ends with the iteration."""
        process = self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_PIPE_BYTES,
            start_new_session=True,  # a Ctrl-C in the terminal is for the server, which ends its processes itself
        )
        assert process.stdout is not None
        assert process.stderr is not None
        words = asyncio.get_running_loop().create_task(read_last_words(process.stderr, self._words))
        try:
            async for item in _fragments(process.stdout):
                yield item
            code = await process.wait()
            await words
            if code != 0:
                raise RunFailed(f"ffmpeg ended with code {code}", self.last_words)
        except BrokenStream as error:
            raise RunFailed(str(error), self.last_words) from error
        finally:
            await kill(process)
            with contextlib.suppress(OSError):  # a pipe that broke says nothing more
                await words


async def _fragments(stream: asyncio.StreamReader) -> AsyncGenerator[bytes | Fragment, None]:
    reader = BoxReader()
    init, moof = b"", b""
    while data := await stream.read(_PIPE_BYTES):
        for kind, box in reader.feed(data):
            if kind == b"ftyp":
                init = box
            elif kind == b"moov":
                yield init + box
            elif kind == b"moof":
                moof = box
            elif kind == b"mdat" and moof:
                yield read_fragment(moof, box)


async def picture_pieces(process: Ffmpeg, grid: FrameGrid, first: int, last: int) -> AsyncGenerator[Piece, None]:
    """Segments `first` up to `last` (exclusive) of an encoded rendition; each as soon as its last fragment is there."""
    number, parts, ticks = first, list[Fragment](), 0
    async with contextlib.aclosing(process.fragments()) as items:
        async for item in items:
            if isinstance(item, bytes):
                ticks = timescale_of(item)
                yield Piece(INIT, item)
                continue
            if not parts:
                _check_start(item, ticks, grid.frames[number] / grid.rate)
            parts.append(item)
            ended = round((Fraction(item.end, ticks) - TIMELINE_OFFSET) * grid.rate)
            if ended < grid.frames[number + 1]:
                continue
            yield Piece(number, _stack(parts, number))
            number, parts = number + 1, []
            if number == last:
                return
    raise RunFailed(f"the pictures ended before segment {number} was complete", process.last_words)


async def copied_pieces(process: Ffmpeg, grid: Grid, first: int, last: int) -> AsyncGenerator[Piece, None]:
    """Segments `first` up to `last` (exclusive) of copied pictures, cut at the source's own key frames.

    Raises `SoughtTooFar` when the source gave no key frame at the beginning of segment `first`.
    """
    number, parts, ticks = first, list[Fragment](), 0
    async with contextlib.aclosing(process.fragments()) as items:
        async for item in items:
            if isinstance(item, bytes):
                ticks = timescale_of(item)
                yield Piece(INIT, item)
                continue
            start = float(Fraction(item.start, ticks) - TIMELINE_OFFSET)
            if start < grid.edges[first] - _SAME_MOMENT:
                continue  # the seek landed on an earlier key frame
            if not parts and number == first and start > grid.edges[first] + _SAME_MOMENT:
                raise SoughtTooFar(f"asked for {grid.edges[first]:.3f} s, got {start:.3f} s")
            while start >= grid.edges[number + 1] - _SAME_MOMENT and number + 1 < grid.count:
                if parts:
                    yield Piece(number, _stack(parts, number))
                number, parts = number + 1, []
                if number == last:
                    return
            parts.append(item)
    if not parts:
        raise RunFailed(f"the source ended before segment {number}", process.last_words)
    yield Piece(number, _stack(parts, number))


async def sound_pieces(process: Ffmpeg, grid: FrameGrid, first: int, last: int) -> AsyncGenerator[Piece, None]:
    """Segments `first` up to `last` (exclusive) of an AAC rendition; each exactly the frames that the grid gives it."""
    number, parts = first, list[Fragment]()
    async with contextlib.aclosing(process.fragments()) as items:
        async for item in items:
            if isinstance(item, bytes):
                yield Piece(INIT, item)
                continue
            frame = round(Fraction(item.start - TIMELINE_OFFSET * AUDIO_RATE, AUDIO_FRAME))
            if frame < grid.frames[first]:
                continue  # priming
            parts.append(item)
            if frame + 1 < grid.frames[number + 1]:
                continue
            yield Piece(number, join_fragments(parts, number))
            number, parts = number + 1, []
            if number == last:
                return
    raise RunFailed(f"the sound ended before segment {number} was complete", process.last_words)


def _check_start(fragment: Fragment, ticks: int, expected: Fraction) -> None:
    """A segment that is not where the playlist says would make every player jump: it must not reach the cache."""
    start = Fraction(fragment.start, ticks) - TIMELINE_OFFSET
    if abs(start - expected) > Fraction(1, 100) or not fragment.starts_with_key:
        raise BrokenStream(f"a segment begins at {float(start):.3f} s instead of {float(expected):.3f} s")


def _stack(parts: Sequence[Fragment], number: int) -> bytes:
    return b"".join(part.with_number(number * 1000 + position + 1) for position, part in enumerate(parts))


def _niced(nice: int) -> list[str]:
    return ["nice", "-n", str(nice)] if nice else []
