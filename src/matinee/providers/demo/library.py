"""The demo library on disk: made once, completed after an interruption, removed without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

import structlog

from matinee.infra.media.tools import FfmpegFailed, MediaTools, run_ffmpeg
from matinee.providers.demo.films import FILMS
from matinee.providers.demo.further_films import FURTHER_FILMS
from matinee.providers.demo.shows import SHOWS
from matinee.providers.demo.titles import Clip, DemoTitle

log = structlog.get_logger(__name__)
Progress = Callable[[int, int | None, str], Awaitable[None]]
"""Files done, files in all, what was just finished. May raise to stop."""

ENCODERS: Final = ("libx264", "libopenh264", "mpeg4")
NOTICE: Final = "DEMO.txt"
WORK: Final = ".work"
DEADLINE: Final = timedelta(minutes=5)  # a clip takes about 4 s of one core
WORKERS: Final = 2
NICE: Final = 5
NOTE: Final = """These films do not exist. Matinee drew and composed them on this machine, so that there is something to watch.
Remove them with `matinee demo remove` or on the library page; files of yours in this folder are left alone.
"""


def _mixed(films: Sequence[DemoTitle], shows: Sequence[DemoTitle]) -> tuple[DemoTitle, ...]:
    """A show after every third film, so that a few titles are of both kinds."""
    groups = [films[start : start + 3] for start in range(0, len(films), 3)]
    pairs = zip_longest(groups, ([show] for show in shows), fillvalue=())
    return tuple(chain.from_iterable(chain(*pair) for pair in pairs))


EVERYTHING: Final = _mixed((*FILMS, *FURTHER_FILMS), SHOWS)


@dataclass(slots=True)
class _Counted:
    done: int
    total: int
    progress: Progress | None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def report(self, finished: str) -> None:
        """One report at a time: the listener may do more than note it."""
        async with self.turn:
            if self.progress is not None:
                await self.progress(self.done, self.total, finished)


class DemoLibrary:
    """The folder with the demo's films and shows, laid out as people lay out their own.

    `titles` cuts the number of titles. Files appear whole, one by one, the most presentable first.
    """

    def __init__(self, tools: MediaTools, folder: Path, titles: int = 100) -> None:
        self.folder = folder
        self.titles: tuple[DemoTitle, ...] = EVERYTHING[:titles]
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
            counted = _Counted(len(self.clips) - len(missing), len(self.clips), progress)
            queue = iter(missing)
            try:
                await counted.report("")
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(WORKERS, os.cpu_count() or 1)):
                        group.create_task(self._work(queue, counted))
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from failed
            finally:
                await asyncio.shield(asyncio.to_thread(shutil.rmtree, self.folder / WORK, ignore_errors=True))
        return self.folder

    async def remove(self) -> None:
        """Delete every demo file and the folders that are empty then; what is not of the demo stays."""
        async with self._busy:
            await asyncio.to_thread(self._remove)

    async def _work(self, queue: Iterator[Clip], counted: _Counted) -> None:
        for clip in queue:
            await self._encode(clip)
            counted.done += 1
            await counted.report(clip.name)

    async def _encode(self, clip: Clip) -> None:
        sources = self.folder / WORK / clip.path.stem
        fresh = self.folder / WORK / clip.path.name
        await asyncio.to_thread(_draw, clip, sources)
        try:
            await self._run(clip, sources, fresh, motif=True)
        except FfmpegFailed as error:
            log.warning("demo_clip_without_motif", clip=clip.name, reason=str(error))
            await self._run(clip, sources, fresh, motif=False)
        await asyncio.to_thread(_move, fresh, self.folder / clip.path)
        await asyncio.to_thread(shutil.rmtree, sources, ignore_errors=True)

    async def _run(self, clip: Clip, sources: Path, target: Path, *, motif: bool) -> None:
        """The generated motif needs filters that a small build of ffmpeg may lack; the film is fine without it."""
        from matinee.providers.demo.clips import arguments

        args = arguments(clip, sources, target, self._encoder, motif=motif)
        await run_ffmpeg(self._tools, args, deadline=DEADLINE, nice=NICE)

    def _prepare(self) -> list[Clip]:
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        (self.folder / WORK).mkdir(parents=True)
        (self.folder / NOTICE).write_text(NOTE, encoding="utf-8")
        return self._missing()

    def _missing(self) -> list[Clip]:
        return [clip for clip in self.clips if not (self.folder / clip.path).is_file()]

    def _remove(self) -> None:
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        for clip in _in_order(EVERYTHING):
            path = self.folder / clip.path
            path.unlink(missing_ok=True)
            for parent in path.relative_to(self.folder).parents:
                with contextlib.suppress(OSError):  # not empty, or gone already
                    (self.folder / parent).rmdir()
        (self.folder / NOTICE).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


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
    from matinee.providers.demo.clips import draw_sources  # and Pillow, which only the making of films needs

    folder.mkdir(parents=True, exist_ok=True)
    draw_sources(clip, folder)


def _move(fresh: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh.replace(target)
