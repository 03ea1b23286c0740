"""The use cases of the library, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from matinee.features.catalog.service import CatalogService, ItemSummary
from matinee.features.library.demo_shelf import DemoShelf
from matinee.features.library.errors import FolderInUse, FolderNotFound, ItemNotFound
from matinee.features.library.folders import FolderFacts, Folders, Listing
from matinee.features.library.models import LibraryFolder, LibraryItem
from matinee.features.library.names import FolderKind
from matinee.features.library.paths import shown, stored
from matinee.features.library.playable import EXTERNAL_SUBTITLES_FROM, ExternalSubtitle, Playable, PlayableFile
from matinee.features.library.policy import LibraryOptions, ScanCounts, ScanRequest
from matinee.features.library.repository import FileRepository, FolderRepository, ItemRepository, ProblemRepository
from matinee.features.library.schemas import ItemView, ProblemView
from matinee.features.library.views import file_view, in_order, playable_file, summary
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.ids import FileId, FolderId, ItemId, JobId, TitleId
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.paging import Cursors, Page

__all__ = ["EXTERNAL_SUBTITLES_FROM", "ExternalSubtitle", "LibraryOptions", "LibraryService", "Playable", "PlayableFile"]

SCAN, DEMO, PURGE = "library.scan", "library.demo", "library.purge"
_PROBLEMS = "library.problems"


class LibraryService:
    """Folders, items and files of the library."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        folders: Folders,
        jobs: Jobs,
        cursors: Cursors,
        options: LibraryOptions,
        demo: DemoShelf,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._folders = folders
        self._jobs = jobs
        self._cursors = cursors
        self._options = options
        self._demo = demo
        self._rows = FolderRepository()
        self._files = FileRepository()
        self._items = ItemRepository()
        self._problems = ProblemRepository()

    # What other features ask

    async def playable(self, unit: ReadUnit, *, item_id: ItemId | None = None, title_id: TitleId | None = None) -> Playable:
        """What to play for an item, or for a title (a film's item, a show's first episode). Raises `ItemNotFound`."""
        if item_id is not None:
            row = await self._items.get(unit, item_id)
        else:
            row = await self._first(unit, title_id) if title_id is not None else None
        if row is None:
            raise ItemNotFound("The library has nothing to play for this.")
        own = (await self._files_of(unit, [row])).get(row.id, ())
        names = await self._names(unit, row.title_id, [row])
        following = await self._following(unit, row) if row.kind == "episode" else None
        return Playable(summary(row, own, names[row.id]), own, following)

    async def file(self, unit: ReadUnit, file_id: FileId) -> PlayableFile:
        """One file. Raises `ItemNotFound`."""
        found = await self._files.with_folder(unit, file_id)
        if found is None:
            raise ItemNotFound("There is no such file.")
        return playable_file(*found, part=0)

    async def item(self, unit: ReadUnit, item_id: ItemId) -> ItemSummary:
        """One item. Raises `ItemNotFound`."""
        row = await self._items.get(unit, item_id)
        if row is None:
            raise ItemNotFound("There is no such item.")
        files = await self._files_of(unit, [row])
        names = await self._names(unit, row.title_id, [row])
        return summary(row, files.get(row.id, ()), names[row.id])

    async def held(self, unit: ReadUnit, after: str, limit: int) -> Sequence[str]:
        """Ids of titles that have an item, in order, after `after`."""
        return await self._items.titles(unit, after, limit)

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        """The items of a title: one for a film, episodes in order for a show. Files that are away say so in their state."""
        rows = await self._items.of_title(unit, title_id)
        if not rows:
            return []
        files = await self._files_of(unit, rows)
        names = await self._names(unit, title_id, rows)
        return [summary(row, files.get(row.id, ()), names[row.id]) for row in rows]

    # Items and problems for the library's own pages

    async def item_view(self, unit: ReadUnit, item_id: ItemId, *, with_paths: bool) -> ItemView:
        """An item with tracks. Raises `ItemNotFound`."""
        found = await self.playable(unit, item_id=item_id)
        view = ItemView(**found.item.model_dump(exclude={"files"}), next_item_id=found.next_item_id)
        view.files = [file_view(file, with_path=with_paths) for file in found.files]
        return view

    async def problems(self, unit: ReadUnit, limit: int, cursor: str | None) -> Page[ProblemView]:
        """What could not be used, newest first. Raises `InvalidCursor`."""
        values = self._cursors.open(_PROBLEMS, cursor)
        after = (datetime.fromisoformat(str(values[0])), str(values[1])) if values else None
        rows = await self._problems.page(unit, limit, after)
        items = [
            (
                (row.seen_at.isoformat(), row.id),
                ProblemView(path=_joined(folder, row.path), code=row.code, message=row.message, seen_at=row.seen_at),
            )
            for row, folder in rows
        ]
        return self._cursors.page(_PROBLEMS, items, limit)

    # Folders

    async def folders(self, unit: ReadUnit) -> list[FolderFacts]:
        """Every library folder."""
        return await self._folders.all(unit)

    async def folder_at(self, unit: ReadUnit, path: str) -> LibraryFolder | None:
        """The library folder at a path of the file system."""
        return await self._rows.by_path(unit, stored(path))

    async def add_folder(self, unit: UnitOfWork, path: str, kind: FolderKind, *, scan: bool = True) -> LibraryFolder:
        """A new library folder, scanned after the commit unless told otherwise. Raises `FolderRefused`, `FolderInUse`."""
        row = await self._folders.add(unit, path, kind)

        async def start() -> None:
            await self.start_scan(ScanRequest(row.id))

        if scan:
            unit.after_commit(start)
        return row

    async def remove_folder(self, unit: UnitOfWork, folder_id: FolderId) -> None:
        """Take a folder out of the library; its files stay on disk. Raises `FolderNotFound`."""
        await self._folders.remove(unit, folder_id)

    async def browse(self, path: str | None) -> Listing:
        """Sub-folders of a folder of this machine. Raises `FolderRefused`."""
        return await self._folders.browse(path)

    async def ensure_folders(self) -> list[FolderId]:
        """The folders of the settings, as rows; gives the ids of those that are new."""
        added: list[FolderId] = []
        for path in self._options.paths:
            try:
                async with self._database.write() as unit:
                    row = await self._folders.ensure(unit, path, "mixed", "settings")
            except FolderInUse:
                continue  # another process of the same start was faster
            if row is not None and row.scanned_at is None:
                added.append(FolderId(row.id))
        return added

    # Scans

    async def start_scan(self, request: ScanRequest, *, priority: int = 10) -> JobId:
        """Enqueue a scan, or give the one that is under way for the same folder. Raises `FolderNotFound`."""
        if request.folder_id is not None:
            async with self._database.read() as unit:
                if await self._rows.get(unit, request.folder_id) is None:
                    raise FolderNotFound("There is no such library folder.")
        payload = {"folder_id": request.folder_id, "full": request.full, "under": request.under}
        key = f"{request.folder_id or 'all'}:{'full' if request.full else ''}:{request.under}"
        return await self._jobs.enqueue(SCAN, payload, priority=priority, key=key)

    async def scan_counts(self, unit: ReadUnit, job_id: JobId) -> ScanCounts:
        """What a scan has done so far."""
        return await self._rows.counts(unit, job_id) or ScanCounts()

    async def start_purge(self, older_than: timedelta, *, dry_run: bool = False) -> JobId:
        """Enqueue the forgetting of files that have been missing for `older_than`; `dry_run` only finds them."""
        seconds = int(older_than.total_seconds())
        return await self._jobs.enqueue(PURGE, {"older_than": seconds, "dry_run": dry_run}, key=f"{seconds}:{dry_run}")

    # The demo

    async def demo_installed(self) -> bool:
        """Whether any of the demo is there."""
        return await self._demo.installed()

    async def start_demo(self) -> JobId:
        """Enqueue the making of the demo. Raises `NotFound` where this server has none."""
        return await self._demo.start(DEMO)

    async def demo_wanted_at_start(self) -> bool:
        """Whether the settings ask for the demo, nobody removed it, and it is not complete."""
        return await self._demo.wanted_at_start()

    async def demo_folder_ready(self, path: Path) -> FolderId:
        """Put the demo's folder into the library. Raises `FolderInUse`."""
        return await self._demo.folder_ready(path)

    async def remove_demo(self) -> None:
        """Stop the making, remove the demo's titles, folder and files; nothing else is touched."""
        await self._demo.remove(DEMO)

    async def _first(self, unit: ReadUnit, title_id: TitleId) -> LibraryItem | None:
        rows = await self._items.of_title(unit, title_id)
        usable = await self._items.usable(unit, title_id)
        return next((row for row in rows if row.id in usable), rows[0] if rows else None)

    async def _following(self, unit: ReadUnit, row: LibraryItem) -> ItemId | None:
        """The next episode that can be played."""
        rows = await self._items.of_title(unit, row.title_id)
        usable = await self._items.usable(unit, row.title_id)
        later = rows[[other.id for other in rows].index(row.id) + 1 :]
        return next((ItemId(other.id) for other in later if other.id in usable), None)

    async def _files_of(self, unit: ReadUnit, rows: Sequence[LibraryItem]) -> dict[str, tuple[PlayableFile, ...]]:
        found: dict[str, list[PlayableFile]] = {}
        for item_id, part, file, folder in await self._items.files(unit, [row.id for row in rows]):
            found.setdefault(item_id, []).append(playable_file(file, folder, part))
        return {item_id: in_order(files) for item_id, files in found.items()}

    async def _names(self, unit: ReadUnit, title_id: str, rows: Sequence[LibraryItem]) -> dict[str, str]:
        """What each item is called: the catalogue's name of the episode, else the file's; a film's title."""
        known = await self._catalog.episode_names(unit, TitleId(title_id))
        if any(row.kind == "movie" for row in rows):
            cards = await self._catalog.cards(unit, [TitleId(title_id)])
            film = cards[0].title if cards else ""
        else:
            film = ""
        names = {}
        for row in rows:
            place = (row.season, row.episode) if row.season is not None and row.episode is not None else None
            names[row.id] = film if row.kind == "movie" else (known.get(place, "") if place else "") or row.name
        return names


def _joined(folder: str, path: str) -> str:
    return shown(folder) if not path else f"{shown(folder).rstrip('/')}/{shown(path)}"
