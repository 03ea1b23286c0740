"""The demo library on disk: made once, completed after an interruption, removed without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

import structlog

from matinee.infra.media.tools import FfmpegFailed, MediaTools, run_ffmpeg
from matinee.providers.demo.clips import Clip, arguments, draw_sources
from matinee.providers.demo.films import FILMS
from matinee.providers.demo.shows import SHOWS
from matinee.providers.demo.titles import DemoTitle

log = structlog.get_logger(__name__)
Progress = Callable[[int, int | None, str], Awaitable[None]]
"""Files done, files in all, what was just finished. May raise to stop."""

ENCODERS: Final = ("libx264", "libopenh264", "mpeg4")
NOTICE: Final = "DEMO.txt"
WORK: Final = ".work"
DEADLINE: Final = timedelta(minutes=5)  # a clip takes 2-8 s on two busy cores
NICE: Final = 5
NOTE: Final = """These films do not exist. Matinee drew and composed them on this machine, so that there is something to watch.
Remove them with `matinee demo remove` or on the library page; files of yours in this folder are left alone.
"""


class DemoLibrary:
    """The folder with the demo's films and shows, laid out as people lay out their own.

    `titles` cuts the number of titles. Files appear whole, one by one, the most presentable first.
    """

    def __init__(self, tools: MediaTools, folder: Path, titles: int = 100) -> None:
        self.folder = folder
        self.titles: tuple[DemoTitle, ...] = _mixed(FILMS, SHOWS)[:titles]
        self.clips: tuple[Clip, ...] = tuple(_in_order(self.titles))
        self._tools = tools
        self._encoder = next((name for name in ENCODERS if name in tools.encoders), ENCODERS[-1])
        self._busy = asyncio.Lock()

    def present(self) -> bool:
        """Whether any of it is there, be it half made. Touches the disk."""
        return (self.folder / NOTICE).is_file()

    def installed(self) -> bool:
        """Whether every file is there. Touches the disk."""
        return self.present() and not self._missing()

    async def install(self, progress: Progress | None = None) -> Path:
        """Make the files that are missing, and return the folder.

        After a cancellation or a crash, calling it again goes on with the next file. Raises `FfmpegFailed` and whatever
        `progress` raises.
        """
        async with self._busy:
            missing = await asyncio.to_thread(self._prepare)
            done, total = len(self.clips) - len(missing), len(self.clips)
            try:
                for position, clip in enumerate(missing):
                    if progress is not None:
                        await progress(done, total, clip.name)
                    await self._make(clip, missing[position + 1 : position + 2])
                    done += 1
            finally:
                await asyncio.shield(asyncio.to_thread(shutil.rmtree, self.folder / WORK, ignore_errors=True))
            if progress is not None:
                await progress(done, total, "")
        return self.folder

    async def remove(self) -> None:
        """Delete every demo file and the folders that are empty then; what is not of the demo stays."""
        async with self._busy:
            await asyncio.to_thread(self._remove)

    async def _make(self, clip: Clip, following: Sequence[Clip]) -> None:
        """Encode `clip`, and meanwhile draw what the following one needs."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._encode(clip))
                for later in following:
                    group.create_task(self._drawn(later))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    async def _encode(self, clip: Clip) -> None:
        sources = await self._drawn(clip)
        target = self.folder / clip.path
        fresh = self.folder / WORK / clip.path.name
        try:
            await self._run(clip, sources, fresh, motif=True)
        except FfmpegFailed as error:
            log.warning("demo_clip_without_motif", clip=clip.name, reason=str(error))
            await self._run(clip, sources, fresh, motif=False)
        await asyncio.to_thread(_move, fresh, target)
        await asyncio.to_thread(shutil.rmtree, sources, ignore_errors=True)

    async def _run(self, clip: Clip, sources: Path, target: Path, *, motif: bool) -> None:
        """The generated motif needs filters that a small build of ffmpeg may lack; the film is fine without it."""
        args = arguments(clip, sources, target, self._encoder, motif=motif)
        await run_ffmpeg(self._tools, args, deadline=DEADLINE, nice=NICE)

    async def _drawn(self, clip: Clip) -> Path:
        folder = self.folder / WORK / clip.path.stem
        if not (folder / "ready").exists():
            await asyncio.to_thread(_draw, clip, folder)
        return folder

    def _prepare(self) -> list[Clip]:
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        (self.folder / WORK).mkdir(parents=True)
        (self.folder / NOTICE).write_text(NOTE, encoding="utf-8")
        return self._missing()

    def _missing(self) -> list[Clip]:
        return [clip for clip in self.clips if not (self.folder / clip.path).is_file()]

    def _remove(self) -> None:
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        for clip in _in_order((*FILMS, *SHOWS)):
            path = self.folder / clip.path
            path.unlink(missing_ok=True)
            for parent in path.relative_to(self.folder).parents:
                with contextlib.suppress(OSError):  # not empty, or gone already
                    (self.folder / parent).rmdir()
        (self.folder / NOTICE).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _mixed(films: Sequence[DemoTitle], shows: Sequence[DemoTitle]) -> tuple[DemoTitle, ...]:
    """A show after every third film, so that a few titles are of both kinds."""
    groups = [films[start : start + 3] for start in range(0, len(films), 3)]
    pairs = zip_longest(groups, ([show] for show in shows), fillvalue=())
    return tuple(chain.from_iterable(chain(*pair) for pair in pairs))


def _in_order(titles: Sequence[DemoTitle]) -> Iterator[Clip]:
    """Films and the first episode of each show, then the other episodes."""
    later: list[Clip] = []
    for title in titles:
        if title.kind == "movie":
            name = f"{title.title} ({title.year})"
            yield Clip(title, Path("Movies") / name / f"{name}.{title.clip.container}")
            continue
        episodes = [
            Clip(
                title,
                Path("Shows")
                / f"{title.title} ({title.year})"
                / f"Season {episode.season:02}"
                / f"{title.title} - S{episode.season:02}E{episode.number:02} - {episode.name.rstrip('.')}.{title.clip.container}",
                episode,
            )
            for episode in title.episodes
        ]
        yield episodes[0]
        later += episodes[1:]
    yield from later


def _draw(clip: Clip, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    draw_sources(clip, folder)
    (folder / "ready").touch()


def _move(fresh: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh.replace(target)
