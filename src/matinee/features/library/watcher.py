"""Notices changes in the library folders and has the touched sub-folder scanned.

Uses the system's notifications through watchfiles; where there are none (network disks, a full inotify table) it polls. A burst
of changes becomes one scan: changes are collected until nothing has happened for a while, at most a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from matinee.features.library.names.formats import SUBTITLE_CODECS, VIDEO_SUFFIXES
from matinee.features.library.paths import is_within, real, stored
from matinee.features.library.policy import LibraryOptions, ScanRequest
from matinee.features.library.repository import FolderRepository
from matinee.features.library.walk import is_skipped
from matinee.infra.clock import Clock
from matinee.infra.database import Database

if TYPE_CHECKING:
    from watchfiles import Change

log = structlog.get_logger(__name__)
_MOST_SCANS: Final = 8
_LOOK_AGAIN: Final = 30.0
_POLL_MS: Final = 30_000
_COLLECT_MS: Final = 60_000
_INTERESTING: Final = VIDEO_SUFFIXES | frozenset(SUBTITLE_CODECS) | {".nfo"}
_IN_TRANSIT: Final = frozenset({".part", ".tmp", ".!qb", ".crdownload", ".partial"})

StartScan = Callable[[ScanRequest], Awaitable[object]]


class Watcher:
    """Lives as long as the process; notices folders that are added and removed within half a minute."""

    def __init__(self, database: Database, start_scan: StartScan, clock: Clock, options: LibraryOptions) -> None:
        self._database = database
        self._start_scan = start_scan
        self._clock = clock
        self._options = options
        self._folders = FolderRepository()
        self._polling = False

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._round()
            except Exception as error:  # whatever happens to a disk, the server goes on; it is logged
                log.warning("library_watch_failed", exc_info=error)
                await self._clock.sleep(_LOOK_AGAIN)

    async def _round(self) -> None:
        """Watch the folders that are there now until there are others."""
        folders = await self._present()
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._until_folders_change(folders, stop))
            if folders:
                group.create_task(self._watch(folders, stop))

    async def _present(self) -> dict[str, str]:
        """Real paths of the folders that are there, with their ids."""
        async with self._database.read() as unit:
            rows = await self._folders.all(unit)
        found = {real(row.path): row.id for row in rows}
        return {path: key for path, key in found.items() if await asyncio.to_thread(Path(path).is_dir)}

    async def _until_folders_change(self, folders: dict[str, str], stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._clock.sleep(_LOOK_AGAIN)
            if await self._present() != folders:
                stop.set()

    async def _watch(self, folders: dict[str, str], stop: asyncio.Event) -> None:
        from watchfiles import awatch

        changes = awatch(
            *folders,
            watch_filter=_is_interesting,
            debounce=_COLLECT_MS,
            step=max(50, int(self._options.debounce.total_seconds() * 1000)),
            stop_event=stop,
            force_polling=self._polling,
            poll_delay_ms=_POLL_MS if self._polling else 300,
            ignore_permission_denied=True,
        )
        try:
            async for burst in changes:
                for request in requests(folders, (path for _, path in burst)):
                    await self._start_scan(request)
        except OSError as error:
            self._polling = True
            log.warning("library_watch_polls", reason=str(error))
            stop.set()


def requests(folders: Mapping[str, str], paths: Iterable[str]) -> list[ScanRequest]:
    """The scans that a burst of changes asks for: of the sub-folders that hold them, or of a whole folder when they are many."""
    touched: dict[str, set[str]] = {}
    for path in paths:
        root = next((folder for folder in folders if is_within(path, folder)), None)
        if root is not None:
            below = "" if path == root else str(Path(path).parent)[len(root.rstrip("/")) :].strip("/")
            if not is_skipped(below):
                touched.setdefault(folders[root], set()).add(stored(below))
    found: list[ScanRequest] = []
    for folder_id, unders in touched.items():
        top = {under for under in unders if not any(is_within(under, other) for other in unders if other != under)}
        some = [""] if "" in unders or len(top) > _MOST_SCANS else sorted(top)
        found.extend(ScanRequest(folder_id, under) for under in some)
    return found


def _is_interesting(change: Change, path: str) -> bool:
    """Videos and what lies beside them; folders (names with no known ending) only when they come or go."""
    from watchfiles import Change

    name = Path(path).name
    suffix = Path(path).suffix.lower()
    return not name.startswith(".") and (suffix in _INTERESTING or (change != Change.modified and suffix not in _IN_TRANSIT))


@asynccontextmanager
async def watching(watcher: Watcher) -> AsyncIterator[None]:
    """The watcher for the time of the block."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watcher.run(), name="library: watch")
        yield
        task.cancel()
