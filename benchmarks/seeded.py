"""A large library that the product knows without every file having been probed.

The files are names of one clip (hard links). The product's own scanner finds, names, matches and records them; only what is in
them is read once and remembered, because they are one file.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.bench import ROOT
from tests.fixtures.episodes import PER_SEASON, PER_SHOW

_MOST_LINKS = 50_000  # ext4 allows 65,000 names of a file


def link(library: Path, clip: Path, files: int) -> None:
    """`files` episodes that are all `clip`, in shows as `tests.fixtures.episodes` lays them out."""
    source = clip
    for number in range(files):
        if number % _MOST_LINKS == 0:
            source = library.parent / f"clip-{number}.mp4"
            shutil.copy(clip, source)
        show, episode = divmod(number, PER_SHOW)
        season, place = divmod(episode, PER_SEASON)
        folder = library / f"Measured {show + 1:03}" / f"Season {season + 1:02}"
        if not place:
            folder.mkdir(parents=True, exist_ok=True)
        os.link(source, folder / f"Measured {show + 1:03} - S{season + 1:02}E{place + 1:02}.mp4")


def seed(library: Path, data: Path) -> list[int]:
    """Scan in a process of its own; gives its memory at the start and after each 10,000 files, in megabytes."""
    settings = {"MATINEE_PROFILE": "test", "MATINEE_DATA_DIR": str(data), "MATINEE_LIBRARY_PATHS": str(library)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_")}
    command = [sys.executable, "-m", "benchmarks.seeded"]
    done = subprocess.run(command, check=True, cwd=ROOT, env=inherited | settings, capture_output=True, text=True, timeout=7200)
    return [int(figure) for figure in done.stdout.split()]


async def _scan() -> None:
    import psutil

    from matinee.bootstrap import Parts, opened
    from matinee.config import load_settings
    from matinee.features.catalog.service import CatalogService
    from matinee.features.library.policy import LibraryOptions, ScanRequest
    from matinee.features.library.scanner import Scanner
    from matinee.features.library.service import LibraryService
    from matinee.infra.clock import Clock
    from matinee.infra.database import Database
    from matinee.infra.feature import EventBus
    from matinee.infra.jobs.definitions import Jobs
    from matinee.infra.media.info import MediaInfo
    from matinee.infra.media.probe import Prober
    from matinee.infra.observability import configure_logs

    class Remembering:
        """Probes the first file; the others are the same one."""

        def __init__(self, prober: Prober) -> None:
            self._prober = prober
            self._info: MediaInfo | None = None

        async def probe(self, path: Path) -> MediaInfo:
            self._info = self._info or await self._prober.probe(path)
            return self._info

    process, seen = psutil.Process(), list[int]()

    async def report(done: int, total: int | None, message: str) -> None:
        if done // 10_000 >= len(seen):
            seen.append(process.memory_info().rss >> 20)

    configure_logs("warning", "text")
    async with opened(load_settings(), Parts()) as container:
        await container.get(LibraryService).ensure_folders()
        scanner = Scanner(
            container.get(Database),
            container.get(CatalogService),
            Remembering(container.get(Prober)),
            container.get(EventBus),
            container.get(Clock),  # type: ignore[type-abstract]  # a Protocol as a key
            container.get(LibraryOptions),
            container.get(Jobs),  # type: ignore[type-abstract]  # a Protocol as a key
        )
        await scanner.scan("seed", ScanRequest(), report)
    print(*seen)


if __name__ == "__main__":
    asyncio.run(_scan())
