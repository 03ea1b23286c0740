"""Items, and which files play them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from matinee.features.library.models import LibraryFile, LibraryFolder, LibraryItem, LibraryItemFile
from matinee.features.library.policy import Slot
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into
from matinee.infra.ids import new_id

_SOME = 500
FileOfItem = tuple[str, int, LibraryFile, str]
"""Item id, part, file, stored path of its folder."""


class ItemRepository:
    """Rows of `library_item` and `library_item_file`."""

    async def get(self, unit: ReadUnit, item_id: str) -> LibraryItem | None:
        """An item."""
        return (await unit.session.execute(select(LibraryItem).where(LibraryItem.id == item_id))).scalars().first()

    async def of_title(self, unit: ReadUnit, title_id: str) -> Sequence[LibraryItem]:
        """Items of a title in order; specials (season 0) and what has no number come last."""
        order = (
            func.coalesce(func.nullif(LibraryItem.season, 0), 100_000),
            func.coalesce(LibraryItem.episode, 100_000),
            LibraryItem.slot,
        )
        found = await unit.session.execute(select(LibraryItem).where(LibraryItem.title_id == title_id).order_by(*order))
        return found.scalars().all()

    async def titles(self, unit: ReadUnit, after: str, limit: int) -> Sequence[str]:
        """Ids of the titles that items belong to, in order, after `after`."""
        query = select(LibraryItem.title_id).where(LibraryItem.title_id > after).distinct().order_by(LibraryItem.title_id)
        return (await unit.session.execute(query.limit(limit))).scalars().all()

    async def files(self, unit: ReadUnit, item_ids: Sequence[str]) -> list[FileOfItem]:
        """Files of items."""
        found: list[FileOfItem] = []
        for start in range(0, len(item_ids), _SOME):
            query = (
                select(LibraryItemFile.item_id, LibraryItemFile.part, LibraryFile, LibraryFolder.path)
                .join(LibraryFile, LibraryFile.id == LibraryItemFile.file_id)
                .join(LibraryFolder, LibraryFolder.id == LibraryFile.folder_id)
                .where(LibraryItemFile.item_id.in_(item_ids[start : start + _SOME]))
            )
            found.extend((row[0], row[1], row[2], row[3]) for row in await unit.session.execute(query))
        return found

    async def of_file(self, unit: ReadUnit, file_id: str) -> Sequence[LibraryItem]:
        """Items that a file plays."""
        query = select(LibraryItem).join(LibraryItemFile).where(LibraryItemFile.file_id == file_id)
        return (await unit.session.execute(query.order_by(LibraryItem.slot))).scalars().all()

    async def link(
        self, unit: UnitOfWork, file_id: str, title_id: str, slots: Sequence[Slot], part: int, at: datetime, *, fresh: bool
    ) -> set[str]:
        """Make a file play exactly these slots of a title; gives the titles touched. `fresh`: no item can have the file yet.

        An item that only this file plays moves with it, so that what was watched stays watched when a file is named better.
        """
        current = [] if fresh else list(await self.of_file(unit, file_id))
        touched = {title_id, *(item.title_id for item in current)}
        wanted = {slot.key: slot for slot in slots}
        stays = {item.slot: item for item in current if item.title_id == title_id and item.slot in wanted}
        loose = [item for item in current if item not in stays.values()]
        for key, slot in wanted.items():
            item_id = stays[key].id if key in stays else await self._place(unit, title_id, slot, loose, at)
            if current:
                await self._describe(unit, item_id, slot)
            row = {"item_id": item_id, "file_id": file_id, "part": part}
            insert = insert_into(unit, LibraryItemFile).values(**row)
            await unit.session.execute(insert.on_conflict_do_update(index_elements=["item_id", "file_id"], set_={"part": part}))
        await self._unlink(unit, file_id, [item.id for item in loose])
        return touched

    async def available(self, unit: ReadUnit, title_ids: Collection[str]) -> set[str]:
        """Those titles that have a file which can be played."""
        found: set[str] = set()
        ordered = sorted(title_ids)
        for start in range(0, len(ordered), _SOME):
            query = (
                select(LibraryItem.title_id)
                .join(LibraryItemFile, LibraryItemFile.item_id == LibraryItem.id)
                .join(LibraryFile, LibraryFile.id == LibraryItemFile.file_id)
                .where(LibraryItem.title_id.in_(ordered[start : start + _SOME]), LibraryFile.state == "ok")
                .distinct()
            )
            found.update((await unit.session.execute(query)).scalars())
        return found

    async def usable(self, unit: ReadUnit, title_id: str) -> set[str]:
        """Items of a title that have a file which can be played."""
        query = (
            select(LibraryItem.id)
            .join(LibraryItemFile, LibraryItemFile.item_id == LibraryItem.id)
            .join(LibraryFile, LibraryFile.id == LibraryItemFile.file_id)
            .where(LibraryItem.title_id == title_id, LibraryFile.state == "ok")
        )
        return set((await unit.session.execute(query.distinct())).scalars())

    async def titles_of_files(self, unit: ReadUnit, file_ids: Sequence[str]) -> set[str]:
        """The titles that files belong to."""
        found: set[str] = set()
        for start in range(0, len(file_ids), _SOME):
            query = select(LibraryItem.title_id).join(LibraryItemFile)
            some = query.where(LibraryItemFile.file_id.in_(file_ids[start : start + _SOME])).distinct()
            found.update((await unit.session.execute(some)).scalars())
        return found

    async def titles_of_folder(self, unit: ReadUnit, folder_id: str) -> set[str]:
        """The titles that have a file in a folder."""
        query = (
            select(LibraryItem.title_id)
            .join(LibraryItemFile, LibraryItemFile.item_id == LibraryItem.id)
            .join(LibraryFile, LibraryFile.id == LibraryItemFile.file_id)
            .where(LibraryFile.folder_id == folder_id)
            .distinct()
        )
        return set((await unit.session.execute(query)).scalars())

    async def remove_empty(self, unit: UnitOfWork, title_ids: Collection[str]) -> None:
        """Forget items of these titles that no file plays any more."""
        linked = select(LibraryItemFile.item_id)
        ordered = sorted(title_ids)
        for start in range(0, len(ordered), _SOME):
            some = LibraryItem.title_id.in_(ordered[start : start + _SOME])
            await unit.session.execute(delete(LibraryItem).where(some, LibraryItem.id.not_in(linked)))

    async def _place(self, unit: UnitOfWork, title_id: str, slot: Slot, loose: list[LibraryItem], at: datetime) -> str:
        there = await self._at(unit, title_id, slot.key) if loose else None
        if there is not None:
            return there
        for item in loose:
            if item.kind == slot.kind and await self._only_one_file(unit, item.id):
                loose.remove(item)
                moved = update(LibraryItem).where(LibraryItem.id == item.id).values(title_id=title_id, slot=slot.key)
                await unit.session.execute(moved)
                return item.id
        fresh = insert_into(unit, LibraryItem).values(
            id=new_id(), title_id=title_id, slot=slot.key, kind=slot.kind, season=slot.season, episode=slot.episode,
            air_date=slot.air_date, name=slot.name, added_at=at,
        )  # fmt: skip
        made = await unit.session.execute(fresh.on_conflict_do_nothing().returning(LibraryItem.id))
        item_id = made.scalar_one_or_none() or await self._at(unit, title_id, slot.key)
        assert item_id is not None
        return str(item_id)

    async def _at(self, unit: UnitOfWork, title_id: str, slot: str) -> str | None:
        query = select(LibraryItem.id).where(LibraryItem.title_id == title_id, LibraryItem.slot == slot)
        return (await unit.session.execute(query)).scalars().first()

    async def _describe(self, unit: UnitOfWork, item_id: str, slot: Slot) -> None:
        values = {"kind": slot.kind, "season": slot.season, "episode": slot.episode, "air_date": slot.air_date}
        values |= {"name": slot.name} if slot.name else {}
        await unit.session.execute(update(LibraryItem).where(LibraryItem.id == item_id).values(**values))

    async def _only_one_file(self, unit: UnitOfWork, item_id: str) -> bool:
        count = select(func.count()).where(LibraryItemFile.item_id == item_id)
        return (await unit.session.execute(count)).scalar_one() <= 1

    async def _unlink(self, unit: UnitOfWork, file_id: str, item_ids: Sequence[str]) -> None:
        if not item_ids:
            return
        links = (LibraryItemFile.file_id == file_id, LibraryItemFile.item_id.in_(item_ids))
        await unit.session.execute(delete(LibraryItemFile).where(*links))
        linked = select(LibraryItemFile.item_id)
        await unit.session.execute(delete(LibraryItem).where(LibraryItem.id.in_(item_ids), LibraryItem.id.not_in(linked)))
