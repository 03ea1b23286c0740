"""Folders, their leases, and the counts of scans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from matinee.features.library.errors import FolderInUse
from matinee.features.library.models import LibraryFolder, LibraryScan
from matinee.features.library.policy import ScanCounts
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into


class FolderRepository:
    """Rows of `library_folder` and `library_scan`."""

    async def all(self, unit: ReadUnit) -> Sequence[LibraryFolder]:
        """Every folder, oldest first."""
        found = await unit.session.execute(select(LibraryFolder).order_by(LibraryFolder.id))
        return found.scalars().all()

    async def get(self, unit: ReadUnit, folder_id: str) -> LibraryFolder | None:
        """A folder."""
        found = await unit.session.execute(select(LibraryFolder).where(LibraryFolder.id == folder_id))
        return found.scalars().first()

    async def by_path(self, unit: ReadUnit, path: str) -> LibraryFolder | None:
        """The folder with that stored path."""
        found = await unit.session.execute(select(LibraryFolder).where(LibraryFolder.path == path))
        return found.scalars().first()

    async def add(self, unit: UnitOfWork, folder: LibraryFolder) -> None:
        """A new folder. Raises `FolderInUse` when it is there already."""
        unit.session.add(folder)
        try:
            await unit.session.flush()
        except IntegrityError as error:
            raise FolderInUse("This folder is in the library already.") from error

    async def remove(self, unit: UnitOfWork, folder_id: str) -> None:
        """Forget a folder with its files and problems."""
        await unit.session.execute(delete(LibraryFolder).where(LibraryFolder.id == folder_id))

    async def acquire(self, unit: UnitOfWork, folder_id: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take or renew the right to scan; False while somebody else has it."""
        free = or_(LibraryFolder.lease_holder.is_(None), LibraryFolder.lease_holder == holder, LibraryFolder.lease_until < now)
        statement = update(LibraryFolder).where(LibraryFolder.id == folder_id, free)
        done = await unit.session.execute(statement.values(lease_holder=holder, lease_until=until).returning(LibraryFolder.id))
        return done.first() is not None

    async def release(self, unit: UnitOfWork, folder_id: str, holder: str) -> None:
        """Give the right back."""
        mine = (LibraryFolder.id == folder_id, LibraryFolder.lease_holder == holder)
        await unit.session.execute(update(LibraryFolder).where(*mine).values(lease_holder=None, lease_until=None))

    async def next_generation(self, unit: UnitOfWork, folder_id: str) -> int:
        """Begin a scan: the number that marks what it sees."""
        statement = update(LibraryFolder).where(LibraryFolder.id == folder_id).values(generation=LibraryFolder.generation + 1)
        done = await unit.session.execute(statement.returning(LibraryFolder.generation))
        return done.scalar_one()

    async def scanned(self, unit: UnitOfWork, folder_id: str, at: datetime) -> None:
        """A scan has ended well."""
        await unit.session.execute(update(LibraryFolder).where(LibraryFolder.id == folder_id).values(scanned_at=at))

    async def begin_counts(self, unit: UnitOfWork, scan_id: str, at: datetime) -> ScanCounts:
        """The counts of a scan so far: zeros for a new one, what is done already for a resumed one."""
        statement = insert_into(unit, LibraryScan).values(id=scan_id, started_at=at, **ScanCounts().numbers())
        await unit.session.execute(statement.on_conflict_do_nothing())
        return (await self.counts(unit, scan_id)) or ScanCounts()

    async def counts(self, unit: ReadUnit, scan_id: str) -> ScanCounts | None:
        """What a scan has done so far."""
        found = (await unit.session.execute(select(LibraryScan).where(LibraryScan.id == scan_id))).scalars().first()
        if found is None:
            return None
        return ScanCounts(found.added, found.updated, found.unchanged, found.moved, found.missing, found.problems)

    async def save_counts(self, unit: UnitOfWork, scan_id: str, counts: ScanCounts) -> None:
        """Keep the counts, in the commit of the work that they count."""
        await unit.session.execute(update(LibraryScan).where(LibraryScan.id == scan_id).values(**counts.numbers()))

    async def forget_counts(self, unit: UnitOfWork, before: datetime) -> None:
        """Drop the counts of scans long ago."""
        await unit.session.execute(delete(LibraryScan).where(LibraryScan.started_at < before))
