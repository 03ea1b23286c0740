"""Subtitles as WebVTT pieces. A track is read once, which takes minutes in a large file, and kept on disk."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import asdict

import structlog

from matinee.features.playback.errors import MediaUnreadableError, SegmentLate
from matinee.features.playback.leftovers import Leftovers
from matinee.features.playback.renditions import Presentation
from matinee.features.playback.segments import write_whole
from matinee.infra.errors import NotFound
from matinee.infra.media.cues import Cue
from matinee.infra.media.hls_grid import TIMELINE_OFFSET
from matinee.infra.media.subtitles import (
    SubtitlesUnreadable,
    read_subtitle_file,
    read_subtitle_track,
    render_window,
    window_count,
)
from matinee.infra.media.tools import MediaTools

log = structlog.get_logger(__name__)
_KEPT = 24


class Captions:
    """Reads subtitles, each track once, whoever asks."""

    def __init__(self, tools: MediaTools, kept: Leftovers, patience: float) -> None:
        self._tools = tools
        self._kept = kept
        self._patience = patience
        self._tasks: OrderedDict[str, asyncio.Task[tuple[Cue, ...]]] = OrderedDict()

    async def piece(self, shown: Presentation, index: int, number: int) -> str:
        """WebVTT for one window. Raises `SegmentLate` while the track is being read, `NotFound`, `MediaUnreadableError`."""
        if not 0 <= number < window_count(shown.info.duration):
            raise NotFound("There is no such piece.")
        cues = await self.cues(shown, index)
        return render_window(cues, number, offset=float(TIMELINE_OFFSET))

    async def cues(self, shown: Presentation, index: int) -> tuple[Cue, ...]:
        """Every cue of a track. Raises as `piece`."""
        if all(text.index != index for text in shown.texts):
            raise NotFound("There is no such subtitle track.")
        name = f"{shown.key}-{index}"
        task = self._tasks.get(name)
        if task is None:
            # Owned by this object; it outlives the request, since the next one asks for the same.
            task = self._tasks[name] = asyncio.get_running_loop().create_task(self._read(shown, index, name))
            while len(self._tasks) > _KEPT:
                self._tasks.popitem(last=False)[1].cancel()
        self._tasks.move_to_end(name)
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(task)
        except TimeoutError:
            raise SegmentLate("The subtitles are being read.", retry_after=2) from None
        except SubtitlesUnreadable as error:
            self._tasks.pop(name, None)
            log.warning("subtitles_unreadable", file=shown.source.id, track=index, reason=str(error))
            raise MediaUnreadableError("These subtitles cannot be read.") from error

    async def close(self) -> None:
        """Stop reading."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _read(self, shown: Presentation, index: int, name: str) -> tuple[Cue, ...]:
        external = next((subtitle for subtitle in shown.source.subtitles if subtitle.index == index), None)
        if external is not None:
            return await read_subtitle_file(external.path, frame_rate=float(shown.frames.rate))
        kept = self._kept.folder / f"{name}.json"
        try:
            await self._kept.used(kept)
            return tuple(Cue(**entry) for entry in json.loads(await asyncio.to_thread(kept.read_bytes)))
        except (OSError, ValueError, TypeError):  # not there yet, or from another version
            cues = await read_subtitle_track(self._tools, shown.source.path, index)
        await asyncio.to_thread(write_whole, kept, json.dumps([asdict(cue) for cue in cues]).encode())
        await self._kept.added(kept)
        return cues
