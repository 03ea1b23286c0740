"""One scan of one folder: compare with what is known, look at what is new, mark what is gone.

Whatever ends it, nothing is doubled and nothing known is lost: files are compared by path, written with the counts in one commit,
and taken for gone only when the whole walk has ended and the folder is still the one that it was.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import structlog

from matinee.features.library.examine import Examiner
from matinee.features.library.paths import real
from matinee.features.library.policy import LibraryOptions, ScanCounts, folder_kind
from matinee.features.library.records import ScanRecords
from matinee.features.library.repository import KnownFile
from matinee.features.library.walk import Found, Trouble, Walk, count_videos
from matinee.infra.clock import Clock
from matinee.infra.database import Database

log = structlog.get_logger(__name__)
_CHUNK: Final = 16


class Report(Protocol):
    """Takes progress; may raise to stop the scan."""

    async def __call__(self, done: int, total: int | None, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder to scan: stored path, kind, and the sub-folder that is scanned ("" for all)."""

    id: str
    path: str
    kind: str
    under: str = ""
    full: bool = False


@dataclass(slots=True)
class _State:
    generation: int
    found: int = 0
    total: int | None = None
    protected: list[str] = field(default_factory=list)
    identity: tuple[int, int] = (0, 0)


class FolderScan:
    """Scans one folder, whose lease the caller holds."""

    def __init__(
        self, database: Database, examiner: Examiner, records: ScanRecords, clock: Clock, options: LibraryOptions
    ) -> None:
        self._database = database
        self._examiner = examiner
        self._records = records
        self._clock = clock
        self._options = options

    async def run(self, folder: Folder, counts: ScanCounts, report: Report) -> None:
        """Scan; `counts` is added to as the work is committed."""
        root = Path(real(folder.path))
        identity = await asyncio.to_thread(_identity, root)
        if isinstance(identity, Trouble):
            await self._records.folder_trouble(folder.id, identity, counts)
            return
        state = _State(await self._records.begin(folder.id), identity=identity)
        state.total = None if folder.under else await asyncio.to_thread(count_videos, root)
        batches = Walk(root, folder.under).batches(self._options.batch)
        while batch := await asyncio.to_thread(_next, batches):
            await self._batch(folder, batch, state, counts, report)
        await self._finish(folder, root, state, counts)

    async def _batch(
        self, folder: Folder, batch: Sequence[Found | Trouble], state: _State, counts: ScanCounts, report: Report
    ) -> None:
        troubles = [entry for entry in batch if isinstance(entry, Trouble)]
        found = [entry for entry in batch if isinstance(entry, Found)]
        state.protected.extend(entry.path for entry in troubles if entry.protects)
        async with self._database.read() as unit:
            known = await self._records.files.known(unit, folder.id, [entry.key for entry in found])
        changed = [entry for entry in found if folder.full or not _is_same(entry, known.get(entry.key))]
        news = {entry.key for entry in changed}
        same = [known[entry.key] for entry in found if entry.key not in news]
        if same or troubles:
            await self._records.unchanged(folder.id, same, troubles, state.generation, counts)
        state.found += len(same)
        await report(state.found, state.total, _words(counts))
        for start in range(0, len(changed), _CHUNK):
            some = changed[start : start + _CHUNK]
            examined = await self._examiner.examine(some, known, folder.path, folder_kind(folder.kind), again=folder.full)
            await self._records.examined(folder.id, examined, state.generation, counts)
            state.found += len(some)
            await report(state.found, state.total, _words(counts))

    async def _finish(self, folder: Folder, root: Path, state: _State, counts: ScanCounts) -> None:
        again = await asyncio.to_thread(_identity, root)
        if isinstance(again, Trouble) or again != state.identity or "" in state.protected:
            trouble = (
                again if isinstance(again, Trouble) else Trouble("", "folder_changed", "The folder went away during the scan.")
            )
            await self._records.folder_trouble(folder.id, trouble, counts)
            return
        if state.found == 0 and not folder.under and await self._records.had_files(folder.id):
            message = "The folder is empty, but it had videos: is its disk mounted? What was known is kept."
            await self._records.folder_trouble(folder.id, Trouble("", "folder_empty", message), counts)
            return
        gone = await self._records.finish(folder.id, folder.under, state.protected, state.generation, counts)
        log.info("folder_scanned", folder=folder.id, files=state.found, missing=gone)


def _is_same(found: Found, known: KnownFile | None) -> bool:
    return (
        known is not None
        and known.state != "missing"
        and known.path == found.path
        and known.size == found.size
        and known.mtime_ns == found.mtime_ns
        and known.sidecars_key == found.sidecars_key
    )


def _identity(root: Path) -> tuple[int, int] | Trouble:
    """Device and inode of the folder, or why it cannot be scanned."""
    try:
        facts = root.stat()
        with os.scandir(root) as entries:
            next(entries, None)
    except FileNotFoundError:
        return Trouble("", "folder_missing", "The folder is not there: is its disk mounted? What was known is kept.")
    except OSError as error:
        return Trouble("", "folder_unreadable", f"{error.strerror or 'The folder cannot be read'}. What was known is kept.")
    return facts.st_dev, facts.st_ino


def _next(batches: Iterator[list[Found | Trouble]]) -> list[Found | Trouble] | None:
    return next(batches, None)


def _words(counts: ScanCounts) -> str:
    parts = [f"{counts.added} new"] if counts.added else []
    parts += [f"{counts.updated} changed"] if counts.updated else []
    parts += [f"{counts.moved} moved"] if counts.moved else []
    parts += [f"{counts.problems} problem{'s' if counts.problems != 1 else ''}"] if counts.problems else []
    return ", ".join(parts)
