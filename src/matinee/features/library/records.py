"""What a scan writes: short units of work, each with the counts of what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from matinee.features.catalog.service import CatalogService
from matinee.features.library.examine import Examined, Refusal
from matinee.features.library.paths import key_of, stored
from matinee.features.library.policy import WRONG_ID, LibraryOptions, ScanCounts
from matinee.features.library.repository import (
    FileRepository,
    FileValues,
    FolderRepository,
    ItemRepository,
    KnownFile,
    ProblemRepository,
)
from matinee.features.library.sidecars import describe
from matinee.features.library.walk import Trouble
from matinee.infra.clock import Clock
from matinee.infra.database import Database, UnitOfWork
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.ids import TitleId, new_id

log = structlog.get_logger(__name__)


class ScanRecords:
    """Writes for the scan `scan_id`."""

    def __init__(self, database: Database, catalog: CatalogService, clock: Clock, options: LibraryOptions, scan_id: str) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock
        self._options = options
        self._scan_id = scan_id
        self.files = FileRepository()
        self._folders = FolderRepository()
        self._items = ItemRepository()
        self._problems = ProblemRepository()

    async def begin(self, folder_id: str) -> int:
        """The generation of this scan."""
        async with self._database.write() as unit:
            return await self._folders.next_generation(unit, folder_id)

    async def had_files(self, folder_id: str) -> bool:
        """Whether the folder has files that are not missing."""
        async with self._database.read() as unit:
            return await self.files.present(unit, folder_id) > 0

    async def unchanged(
        self, folder_id: str, same: Sequence[KnownFile], troubles: Sequence[Trouble], generation: int, counts: ScanCounts
    ) -> None:
        """Files that are as they were, and paths that could not be looked at."""
        async with self._database.write() as unit:
            await self.files.seen(unit, [entry.id for entry in same], generation)
            # Of broken files, and of those that are used although something is wrong with them.
            known = await self._problems.seen(unit, folder_id, [key_of(entry.path) for entry in same], generation) if same else 0
            for trouble in troubles:
                await self._note(unit, folder_id, trouble.path, trouble.code, trouble.message, generation)
            counts.unchanged += len(same)
            counts.problems += len(troubles) + known
            await self._keep(unit, folder_id, counts)

    async def examined(self, folder_id: str, examined: Sequence[Examined], generation: int, counts: ScanCounts) -> None:
        """New and changed files, with their items and the availability of their titles."""
        before = counts.numbers()
        touched: set[str] = set()
        try:
            async with self._database.write() as unit:
                for one in examined:
                    touched |= await self._one(unit, folder_id, one, generation, counts)
                well = [one.found.key for one in examined if one.refusal is None and not one.vanished]
                await self._problems.forget(unit, folder_id, well)
                for one in examined:
                    await self._wrong_hints(unit, folder_id, one, generation, counts)
                await self._availability(unit, touched)
                await self._keep(unit, folder_id, counts)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001  # what one file carries must not keep the others out; it is logged
            counts.restore(before)
            await self._apart(folder_id, examined, generation, counts, error)
        else:
            counts.changed_titles |= touched

    async def _apart(
        self, folder_id: str, examined: Sequence[Examined], generation: int, counts: ScanCounts, error: Exception
    ) -> None:
        """Files that could not be written together, one by one; the guilty one becomes a problem."""
        if len(examined) > 1:
            for one in examined:
                await self.examined(folder_id, [one], generation, counts)
            return
        log.warning("file_not_recorded", folder=folder_id, path=examined[0].found.path, exc_info=error)
        refusal = Refusal("internal", "Matinee could not record this file; the log says why.", for_now=True)
        async with self._database.write() as unit:
            await self._one(unit, folder_id, replace(examined[0], refusal=refusal), generation, counts)
            await self._keep(unit, folder_id, counts)

    async def _one(self, unit: UnitOfWork, folder_id: str, one: Examined, generation: int, counts: ScanCounts) -> set[str]:
        if one.refusal is not None:
            counts.problems += 1
            return await self._refused(unit, folder_id, one, generation)
        if one.vanished:
            return set()
        _count(one, counts)
        return await self._accepted(unit, folder_id, one, generation)

    async def _wrong_hints(self, unit: UnitOfWork, folder_id: str, one: Examined, generation: int, counts: ScanCounts) -> None:
        if one.wrong_hints and one.refusal is None and not one.vanished:
            counts.problems += 1
            message = f"Nothing is known of the id in its name ({one.wrong_hints}); its words were believed instead."
            await self._note(unit, folder_id, one.found.path, WRONG_ID, message[:400], generation)

    async def finish(self, folder_id: str, under: str, protected: Sequence[str], generation: int, counts: ScanCounts) -> int:
        """What was not seen is missing now; problems that are no more are forgotten."""
        now = self._clock.now()
        async with self._database.write() as unit:
            gone = await self.files.vanish(unit, folder_id, under, protected, generation, now)
            await self._availability(unit, await self._items.titles_of_files(unit, gone))
            await self._problems.clear_old(unit, folder_id, under, generation)
            await self._folders.scanned(unit, folder_id, now)
            counts.missing += len(gone)
            await self._keep(unit, folder_id, counts)
        return len(gone)

    async def folder_trouble(self, folder_id: str, trouble: Trouble, counts: ScanCounts) -> None:
        """The folder as a whole cannot be scanned: say so, change nothing else."""
        counts.problems += 1
        async with self._database.write() as unit:
            folder = await self._folders.get(unit, folder_id)
            generation = folder.generation if folder else 0
            await self._note(unit, folder_id, "", trouble.code, trouble.message, generation)
            await self._keep(unit, folder_id, counts)

    async def _accepted(self, unit: UnitOfWork, folder_id: str, one: Examined, generation: int) -> set[str]:
        assert one.identity is not None
        assert one.title_id is not None
        values = self._values(folder_id, one, generation, "ok", one.identity.edition)
        file_id = await self.files.save(unit, values, fresh=one.known is None)
        slots, part = one.identity.slots, one.identity.part
        fresh = one.known is None and file_id == values.id
        return await self._items.link(unit, file_id, one.title_id, slots, part, self._clock.now(), fresh=fresh)

    async def _refused(self, unit: UnitOfWork, folder_id: str, one: Examined, generation: int) -> set[str]:
        assert one.refusal is not None
        await self._note(unit, folder_id, one.found.path, one.refusal.code, one.refusal.message, generation)
        if one.refusal.for_now:
            if one.known is not None:
                await self.files.doubt(unit, one.known.id, generation)
            return set()
        file_id = await self.files.save(unit, self._values(folder_id, one, generation, "broken", ""), fresh=one.known is None)
        return await self._items.titles_of_files(unit, [file_id])

    def _values(self, folder_id: str, one: Examined, generation: int, state: str, edition: str) -> FileValues:
        found = one.found
        sidecars: list[dict[str, Any]] = []  # Any: JSON documents
        for entry in found.subtitles:
            document = describe(found.video, entry)
            sidecars.append({**document, "path": stored(document["path"]), "title": _text(document["title"])})
        return FileValues(
            id=one.known.id if one.known else new_id(),
            folder_id=folder_id,
            path=found.path,
            path_key=found.key,
            size=found.size,
            mtime_ns=found.mtime_ns,
            fingerprint=one.fingerprint,
            sidecars_key=found.sidecars_key,
            sidecars=sidecars,
            media=one.media,
            state=state,
            edition=edition,
            generation=generation,
            added_at=self._clock.now(),
        )

    async def _availability(self, unit: UnitOfWork, title_ids: set[str]) -> None:
        if not title_ids:
            return
        there = await self._items.available(unit, title_ids)
        await self._catalog.set_available(unit, [TitleId(key) for key in sorted(there)], self._clock.now())
        await self._catalog.set_unavailable(unit, [TitleId(key) for key in sorted(title_ids - there)])

    async def _note(self, unit: UnitOfWork, folder_id: str, path: str, code: str, message: str, generation: int) -> None:
        await self._problems.save(unit, folder_id, path, code, message, generation, self._clock.now())

    async def _keep(self, unit: UnitOfWork, folder_id: str, counts: ScanCounts) -> None:
        """Counts and the lease, renewed with every commit."""
        now = self._clock.now()
        await self._folders.save_counts(unit, self._scan_id, counts)
        await self._folders.acquire(unit, folder_id, self._scan_id, now, now + self._options.lease)


def _text(title: str | None) -> str | None:
    return None if title is None else stored(title)


def _count(one: Examined, counts: ScanCounts) -> None:
    if one.moved:
        counts.moved += 1
    elif one.known is None:
        counts.added += 1
    else:
        counts.updated += 1
