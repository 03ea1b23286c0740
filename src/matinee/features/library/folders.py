"""Which folders belong to the library, and which may."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from matinee.features.catalog.service import CatalogService
from matinee.features.library.errors import FolderInUse, FolderNotFound, FolderRefused
from matinee.features.library.events import LibraryChanged
from matinee.features.library.models import LibraryFolder
from matinee.features.library.names import FolderKind
from matinee.features.library.paths import is_within, real, shown, stored
from matinee.features.library.policy import FolderOrigin, LibraryOptions
from matinee.features.library.repository import FileRepository, FolderRepository, ItemRepository
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import FieldError
from matinee.infra.feature import EventBus
from matinee.infra.ids import FolderId, TitleId, new_id

log = structlog.get_logger(__name__)
_MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder with how much of it is known."""

    row: LibraryFolder
    files: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The sub-folders of a folder of the machine."""

    path: str
    parent: str | None
    folders: Sequence[str]


class Folders:
    """Adds, removes and lists library folders."""

    def __init__(self, catalog: CatalogService, events: EventBus, clock: Clock, options: LibraryOptions) -> None:
        self._catalog = catalog
        self._events = events
        self._clock = clock
        self._options = options
        self._folders = FolderRepository()
        self._files = FileRepository()
        self._items = ItemRepository()

    async def all(self, unit: ReadUnit) -> list[FolderFacts]:
        """Every folder, oldest first."""
        counts = await self._files.counts(unit)
        return [FolderFacts(row, counts.get(row.id, 0)) for row in await self._folders.all(unit)]

    async def add(self, unit: UnitOfWork, path: str, kind: FolderKind, origin: FolderOrigin = "user") -> LibraryFolder:
        """A new folder. Raises `FolderRefused`, `FolderInUse`."""
        place = await asyncio.to_thread(self._checked, path, origin)
        for row in await self._folders.all(unit):
            there = real(row.path)
            if is_within(place, there) or is_within(there, place):
                raise FolderInUse(f"{shown(row.path)} is in the library already.")
        row = LibraryFolder(id=new_id(), path=stored(place), kind=kind, origin=origin, generation=0, created_at=self._clock.now())
        await self._folders.add(unit, row)
        return row

    async def ensure(self, unit: UnitOfWork, path: Path, kind: FolderKind, origin: FolderOrigin) -> LibraryFolder | None:
        """The folder at `path`, added if need be; None where it clashes with another. It need not be there: disks come late."""
        place = str(await asyncio.to_thread(path.resolve))
        known = await self._folders.by_path(unit, stored(place))
        if known is not None:
            return known
        others = [real(row.path) for row in await self._folders.all(unit)]
        if any(is_within(place, there) or is_within(there, place) for there in others):
            log.warning("library_folder_overlaps", path=place)
            return None
        row = LibraryFolder(id=new_id(), path=stored(place), kind=kind, origin=origin, generation=0, created_at=self._clock.now())
        await self._folders.add(unit, row)
        return row

    async def remove(self, unit: UnitOfWork, folder_id: FolderId) -> None:
        """Take a folder out of the library; its files stay on disk. Raises `FolderNotFound`."""
        if await self._folders.get(unit, folder_id) is None:
            raise FolderNotFound("There is no such library folder.")
        titles = await self._items.titles_of_folder(unit, folder_id)
        count = await self._files.present(unit, folder_id)
        await self._folders.remove(unit, folder_id)
        await self._items.remove_empty(unit, titles)
        there = await self._items.available(unit, titles)
        await self._catalog.set_unavailable(unit, [TitleId(key) for key in sorted(titles - there)])

        async def tell() -> None:
            await self._events.publish(LibraryChanged(removed=count))

        unit.after_commit(tell)

    async def browse(self, path: str | None) -> Listing:
        """Sub-folders of a folder of this machine, for choosing one. Raises `FolderRefused`."""
        return await asyncio.to_thread(self._browse, path or "/")

    def _browse(self, path: str) -> Listing:
        place = _resolved(path)
        if self._is_own(place):
            raise _refused("That is Matinee's own folder.")
        try:
            with os.scandir(place) as entries:
                names = [e.name for e in entries if not e.name.startswith(".") and _is_folder(e)]
        except OSError as error:
            raise _refused(f"{error.strerror or 'It cannot be read'}.") from error
        inside = [str(Path(place) / name) for name in sorted(names, key=str.casefold)]
        shown_folders = [stored(folder) for folder in inside if not self._is_own(folder)][:_MOST_SHOWN]
        return Listing(stored(place), None if place == "/" else stored(str(Path(place).parent)), shown_folders)

    def _checked(self, path: str, origin: FolderOrigin) -> str:
        place = _resolved(path)
        if not os.access(place, os.R_OK | os.X_OK):
            raise _refused("Matinee is not allowed to read it.")
        data_dir = self._options.data_dir
        if origin != "demo" and data_dir is not None:
            own = os.path.realpath(data_dir)
            if is_within(place, own) or is_within(own, place):
                raise _refused("Matinee keeps its own data there.")
        return place

    def _is_own(self, place: str) -> bool:
        data_dir = self._options.data_dir
        return data_dir is not None and is_within(os.path.realpath(place), os.path.realpath(data_dir))


def _resolved(path: str) -> str:
    """The path without links and dots. Raises `FolderRefused`."""
    text = real(path)
    if "\0" in text or not Path(text).is_absolute():
        raise _refused("The path must begin with /.")
    place = os.path.realpath(text)
    if not Path(place).is_dir():
        raise _refused("There is no such folder on the server.")
    return place


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _refused(reason: str) -> FolderRefused:
    return FolderRefused(reason, errors=[FieldError("body.path", reason, "folder")])
