"""Forgetting files that have been gone for long.

A file is only forgotten where its absence is certain: the last scan could read its folder and what is above it, the folder is
there now, and the file has not come back. Titles, and what people watched of them, stay.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from matinee.features.library.events import LibraryChanged
from matinee.features.library.folder_scan import Report
from matinee.features.library.models import LibraryFolder
from matinee.features.library.paths import absolute, is_within, key_of, real, shown
from matinee.features.library.repository import FileRepository, FolderRepository, ItemRepository, ProblemRepository
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import EventBus

log = structlog.get_logger(__name__)
_BATCH: Final = 500
_MOST_SHOWN: Final = 100


@dataclass(slots=True)
class PurgeCounts:
    """`forgotten` files, those `kept` because their absence is not certain, and some of the forgotten ones' paths."""

    forgotten: int = 0
    kept: int = 0
    paths: list[str] = field(default_factory=list)


class Purge:
    """Safe to run again at any point: what is forgotten is forgotten."""

    def __init__(self, database: Database, events: EventBus, clock: Clock) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._folders = FolderRepository()
        self._files = FileRepository()
        self._items = ItemRepository()
        self._problems = ProblemRepository()

    async def run(self, older_than: timedelta, report: Report, *, dry_run: bool) -> PurgeCounts:
        """Forget the files that are missing for at least `older_than`; `dry_run` only counts them."""
        before, counts = self._clock.now() - older_than, PurgeCounts()
        async with self._database.read() as unit:
            folders = await self._folders.all(unit)
            total = await self._files.count_missing(unit, before)
        for folder in folders:
            await self._folder(folder, before, dry_run, counts, total, report)
        log.info("missing_files_purged", forgotten=counts.forgotten, kept=counts.kept, dry_run=dry_run)
        if counts.forgotten and not dry_run:
            await self._events.publish(LibraryChanged(removed=counts.forgotten))
        return counts

    async def _folder(
        self, folder: LibraryFolder, before: datetime, dry_run: bool, counts: PurgeCounts, total: int, report: Report
    ) -> None:
        async with self._database.read() as unit:
            doubtful = [key_of(path) for path in await self._problems.unreachable(unit, folder.id)]
        certain = folder.scanned_at is not None and "" not in doubtful and await asyncio.to_thread(_is_there, folder.path)
        after = ""
        while True:
            async with self._database.read() as unit:
                some = await self._files.missing(unit, folder.id, before, after, _BATCH)
            if not some:
                return
            after = some[-1][0]
            gone = await asyncio.to_thread(_gone, folder.path, some, doubtful) if certain else []
            if gone and not dry_run:
                await self._forget([file_id for file_id, _ in gone])
            counts.forgotten += len(gone)
            counts.kept += len(some) - len(gone)
            room = _MOST_SHOWN - len(counts.paths)
            counts.paths.extend(f"{shown(folder.path).rstrip('/')}/{shown(path)}" for _, path in gone[:room])
            await report(counts.forgotten + counts.kept, total, "")

    async def _forget(self, file_ids: Sequence[str]) -> None:
        async with self._database.write() as unit:
            titles = await self._items.titles_of_files(unit, file_ids)
            await self._files.forget(unit, file_ids)
            await self._items.remove_empty(unit, titles)


def _is_there(folder: str) -> bool:
    """Whether the folder can be listed and is not empty: an empty one may be a disk that is not mounted."""
    try:
        with os.scandir(real(folder)) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _gone(folder: str, some: Sequence[tuple[str, str]], doubtful: Sequence[str]) -> list[tuple[str, str]]:
    """Of `some` (id and path) those that are certainly not there."""
    return [
        (file_id, path)
        for file_id, path in some
        if not any(is_within(key_of(path), place) for place in doubtful) and not _may_exist(absolute(folder, path))
    ]


def _may_exist(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
