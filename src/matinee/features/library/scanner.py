"""Scans of the library: which folders, one after the other, never two at once in the same one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from matinee.features.catalog.service import CatalogService
from matinee.features.library.errors import FolderNotFound
from matinee.features.library.events import LibraryChanged
from matinee.features.library.examine import Examiner, MediaProbe
from matinee.features.library.folder_scan import Folder, FolderScan, Report
from matinee.features.library.models import LibraryFolder
from matinee.features.library.paths import real
from matinee.features.library.policy import LibraryOptions, ScanCounts, ScanRequest
from matinee.features.library.posters import PosterFrames
from matinee.features.library.records import ScanRecords
from matinee.features.library.repository import FolderRepository, ItemRepository
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import EventBus
from matinee.infra.jobs.definitions import Jobs

log = structlog.get_logger(__name__)
_KEEP_COUNTS: Final = timedelta(days=90)
_POSTERS_IN_JOB: Final = 200
_LAST: Final = 50
POSTERS: Final = "library.posters"


class Scanner:
    """Runs scans to their end. Safe to run again at any point: what is done is recognised."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        probe: MediaProbe,
        events: EventBus,
        clock: Clock,
        options: LibraryOptions,
        jobs: Jobs,
        posters: PosterFrames | None = None,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._probe = probe
        self._events = events
        self._clock = clock
        self._options = options
        self._jobs = jobs
        self._posters = posters
        self._folders = FolderRepository()
        self._items = ItemRepository()

    async def scan(self, scan_id: str, request: ScanRequest, report: Report) -> ScanCounts:
        """Scan what `request` names. `scan_id` is the same when an interrupted scan goes on. Raises `FolderNotFound`."""
        folders = await self._chosen(request)
        async with self._database.write() as unit:
            await self._folders.forget_counts(unit, self._clock.now() - _KEEP_COUNTS)
            counts = await self._folders.begin_counts(unit, scan_id, self._clock.now())
            resumed = any(counts.numbers().values())
        counts.unchanged = counts.problems = 0
        for row in folders:
            if resumed or request.full:
                async with self._database.read() as unit:
                    counts.changed_titles |= await self._items.titles_of_folder(unit, row.id)
            await self._one(scan_id, row, request, counts, report)
        return counts

    async def _one(self, scan_id: str, row: LibraryFolder, request: ScanRequest, counts: ScanCounts, report: Report) -> None:
        before = counts.numbers()
        await self._lease(scan_id, row.id, report)
        try:
            examiner = Examiner(self._database, self._catalog, self._probe, self._clock, self._options)
            records = ScanRecords(self._database, self._catalog, self._clock, self._options, scan_id)
            scan = FolderScan(self._database, examiner, records, self._clock, self._options)
            folder = Folder(row.id, row.path, row.kind, _existing(row.path, request.under), request.full)
            await scan.run(folder, counts, report)
            await self._ask_for_posters(counts)
        finally:
            async with self._database.write() as unit:
                await self._folders.release(unit, row.id, scan_id)
            await self._tell(before, counts)

    async def _chosen(self, request: ScanRequest) -> list[LibraryFolder]:
        async with self._database.read() as unit:
            if request.folder_id is None:
                return list(await self._folders.all(unit))
            folder = await self._folders.get(unit, request.folder_id)
        if folder is None:
            raise FolderNotFound("There is no such library folder.")
        return [folder]

    async def _lease(self, scan_id: str, folder_id: str, report: Report) -> None:
        while True:
            now = self._clock.now()
            async with self._database.write() as unit:
                if await self._folders.acquire(unit, folder_id, scan_id, now, now + self._options.lease):
                    return
            await report(0, None, "waiting for another scan of this folder")
            await self._clock.sleep(1)

    async def _ask_for_posters(self, counts: ScanCounts) -> None:
        """Posters from the videos are made by jobs of their own: a scan must not last for their sake."""
        titles, counts.changed_titles = counts.changed_titles, set()
        if self._posters is None or not self._options.poster_frames:
            return
        wanting = await self._posters.wanting(titles)
        for start in range(0, len(wanting), _POSTERS_IN_JOB):
            await self._jobs.enqueue(POSTERS, {"titles": wanting[start : start + _POSTERS_IN_JOB]}, priority=_LAST)

    async def _tell(self, before: dict[str, int], counts: ScanCounts) -> None:
        now = counts.numbers()
        change = {name: now[name] - before[name] for name in now}
        event = LibraryChanged(change["added"], change["updated"] + change["moved"], change["missing"])
        if event != LibraryChanged():
            await self._events.publish(event)


def _existing(folder: str, under: str) -> str:
    """The nearest folder at or above `under` that is there: what was deleted is noticed from above."""
    while under and not (Path(real(folder)) / real(under)).is_dir():
        under = under.rpartition("/")[0]
    return under
