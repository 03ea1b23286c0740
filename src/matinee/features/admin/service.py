"""Figures about the server. Jobs are steered through `infra.jobs` itself."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from matinee.features.library.service import LibraryService
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.paths import DataPaths

MEASURE_EVERY = 60.0
"""Seconds. Walking a full cache reads tens of thousands of directory entries."""


@dataclass(frozen=True, slots=True)
class FolderUse:
    """Bytes and files in a folder, bytes free on its disk."""

    name: str
    files: int
    bytes: int
    free: int


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """Figures of this process; `cpu_percent` is of one core, since the last time they were read."""

    started_at: datetime
    memory_bytes: int
    cpu_seconds: float
    cpu_percent: float
    threads: int
    load: float
    cores: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at once."""

    folders: int
    files: int
    jobs: Mapping[str, Mapping[str, int]]
    disk: Sequence[FolderUse]
    process: ProcessUse


class AdminService:
    """Collects the figures."""

    def __init__(self, jobs: Jobs, library: LibraryService, paths: DataPaths, clock: Clock) -> None:
        self._jobs = jobs
        self._library = library
        self._paths = paths
        self._clock = clock
        self._process = psutil.Process()
        self._disk: tuple[float, Sequence[FolderUse]] | None = None
        self._measuring = asyncio.Lock()

    async def figures(self, unit: ReadUnit) -> Figures:
        """Everything, as it is now; disk use as it was within the last minute."""
        disk = await self._disk_use()  # first: it may take a while, and the unit holds no connection yet
        folders = await self._library.folders(unit)
        by_queue: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (queue, state), number in (await self._jobs.counts()).items():
            by_queue[queue][state] = number
        return Figures(len(folders), sum(folder.files for folder in folders), by_queue, disk, self._process_use())

    async def _disk_use(self) -> Sequence[FolderUse]:
        async with self._measuring:
            now = self._clock.monotonic()
            if self._disk is None or now - self._disk[0] >= MEASURE_EVERY:
                chosen = {"pictures": self._paths.pictures, "segments": self._paths.segments, "prepared": self._paths.prepared}
                self._disk = now, await asyncio.to_thread(lambda: [measure(name, path) for name, path in chosen.items()])
            return self._disk[1]

    def _process_use(self) -> ProcessUse:
        with self._process.oneshot():
            times = self._process.cpu_times()
            return ProcessUse(
                started_at=datetime.fromtimestamp(self._process.create_time(), UTC),
                memory_bytes=self._process.memory_info().rss,
                cpu_seconds=round(times.user + times.system, 2),
                cpu_percent=self._process.cpu_percent(),
                threads=self._process.num_threads(),
                load=round(psutil.getloadavg()[0], 2),
                cores=psutil.cpu_count() or 1,
            )


def measure(name: str, path: Path) -> FolderUse:
    """Walk a folder. What vanishes meanwhile does not count."""
    files = size = 0
    for found, _, names in os.walk(path):
        for entry in names:
            try:
                size += (Path(found) / entry).lstat().st_size
            except OSError:
                continue
            files += 1
    try:
        free = shutil.disk_usage(path).free
    except OSError:
        free = 0
    return FolderUse(name, files, size, free)
