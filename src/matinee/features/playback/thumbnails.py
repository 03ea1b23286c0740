"""Pictures for scrubbing: the index is there at once, the sheets when they are made."""

from __future__ import annotations

import asyncio
from pathlib import Path

import structlog

from matinee.features.playback.errors import MediaUnreadableError, SegmentLate
from matinee.features.playback.leftovers import Leftovers
from matinee.features.playback.renditions import Presentation
from matinee.infra.errors import NotFound
from matinee.infra.media.hls_grid import longest_gap
from matinee.infra.media.keyframes import KeyFrames
from matinee.infra.media.tools import FfmpegFailed, MediaTools
from matinee.infra.media.trickplay import make_trickplay, plan_trickplay, thumbnails_vtt

log = structlog.get_logger(__name__)


class Thumbnails:
    """Makes the sheets of one title after the other, each once."""

    def __init__(self, tools: MediaTools, kept: Leftovers, patience: float) -> None:
        self._tools = tools
        self._kept = kept
        self._folder = kept.folder
        self._patience = patience
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._one = asyncio.Semaphore(1)

    def index(self, shown: Presentation, query: str) -> str:
        """WebVTT that names the sheets; starts making them."""
        self._task(shown, None)
        return thumbnails_vtt(plan_trickplay(shown.info), shown.info.duration, lambda number: f"{number}.jpg?{query}")

    async def sheet(self, shown: Presentation, number: int, keys: KeyFrames | None) -> Path:
        """The file of a sheet. Raises `SegmentLate` while it is being made, `NotFound`, `MediaUnreadableError`."""
        if not 0 <= number < plan_trickplay(shown.info).sheets:
            raise NotFound("There is no such sheet.")
        path = self._folder / shown.key / f"{number}.jpg"
        if await asyncio.to_thread(path.exists):
            await self._kept.used(path.parent)
            return path
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.shield(self._task(shown, keys))
        except TimeoutError:
            raise SegmentLate("The pictures are being made.", retry_after=5) from None
        except FfmpegFailed as error:
            log.warning("thumbnails_failed", file=shown.source.id, last_words=list(error.last_words))
            raise MediaUnreadableError("No pictures could be made of this file.") from error
        return path

    async def close(self) -> None:
        """Stop."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _task(self, shown: Presentation, keys: KeyFrames | None) -> asyncio.Task[None]:
        task = self._tasks.get(shown.key)
        if task is None or (task.done() and not self._there(shown)):
            # Owned by this object: it goes on when the request that asked first is gone.
            task = self._tasks[shown.key] = asyncio.get_running_loop().create_task(self._make(shown, keys))
            task.add_done_callback(_seen)
        return task

    def _there(self, shown: Presentation) -> bool:
        return (self._folder / shown.key).is_dir()

    async def _make(self, shown: Presentation, keys: KeyFrames | None) -> None:
        async with self._one:
            if await asyncio.to_thread(self._there, shown):
                return
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            gap = longest_gap(keys) if keys is not None and keys.times else None
            await make_trickplay(self._tools, shown.source.path, shown.info, self._folder / shown.key, key_frame_gap=gap)
            await self._kept.added(self._folder / shown.key)


def _seen(task: asyncio.Task[None]) -> None:
    """An error is the next asker's; without one it must not be reported as forgotten."""
    if not task.cancelled():
        task.exception()
