"""What could not be used, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, tuple_, update

from matinee.features.library.models import LibraryFolder, LibraryProblem
from matinee.features.library.paths import key_of
from matinee.features.library.policy import UNREADABLE_FOLDER
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into
from matinee.infra.ids import new_id


class ProblemRepository:
    """Rows of `library_problem`."""

    async def save(
        self, unit: UnitOfWork, folder_id: str, path: str, code: str, message: str, generation: int, at: datetime
    ) -> None:
        """Note a problem; the newest of a path stays."""
        values = {"path": path, "code": code, "message": message, "generation": generation, "seen_at": at}
        fresh = insert_into(unit, LibraryProblem).values(id=new_id(), folder_id=folder_id, path_key=key_of(path), **values)
        await unit.session.execute(fresh.on_conflict_do_update(index_elements=["folder_id", "path_key"], set_=values))

    async def seen(self, unit: UnitOfWork, folder_id: str, keys: Collection[str], generation: int) -> int:
        """Problems of files that are as they were stay; how many there are."""
        which = (LibraryProblem.folder_id == folder_id, LibraryProblem.path_key.in_(keys))
        asked = update(LibraryProblem).where(*which).values(generation=generation).returning(LibraryProblem.id)
        return len((await unit.session.execute(asked)).all())

    async def forget(self, unit: UnitOfWork, folder_id: str, keys: Collection[str]) -> None:
        """These paths are well."""
        which = (LibraryProblem.folder_id == folder_id, LibraryProblem.path_key.in_(keys))
        await unit.session.execute(delete(LibraryProblem).where(*which))

    async def clear_old(self, unit: UnitOfWork, folder_id: str, under: str, generation: int) -> None:
        """Forget the problems that a scan did not meet again."""
        old = delete(LibraryProblem).where(LibraryProblem.folder_id == folder_id, LibraryProblem.generation < generation)
        if under:
            old = old.where(LibraryProblem.path_key >= under, LibraryProblem.path_key < under + "0")
        await unit.session.execute(old)

    async def unreachable(self, unit: ReadUnit, folder_id: str) -> list[str]:
        """Paths in a folder that its last scan could not look into; "" is the folder itself."""
        blind = or_(LibraryProblem.path_key == "", LibraryProblem.code == UNREADABLE_FOLDER)
        query = select(LibraryProblem.path).where(LibraryProblem.folder_id == folder_id, blind)
        return list((await unit.session.execute(query)).scalars())

    async def count(self, unit: ReadUnit, folder_id: str) -> int:
        """How many problems a folder has."""
        query = select(func.count()).where(LibraryProblem.folder_id == folder_id)
        return (await unit.session.execute(query)).scalar_one()

    async def page(self, unit: ReadUnit, limit: int, after: tuple[datetime, str] | None) -> Sequence[tuple[LibraryProblem, str]]:
        """Up to `limit + 1` problems with the stored path of their folder, newest first."""
        query = select(LibraryProblem, LibraryFolder.path).join(LibraryFolder)
        if after is not None:
            query = query.where(tuple_(LibraryProblem.seen_at, LibraryProblem.id) < tuple_(*after))
        ordered = query.order_by(LibraryProblem.seen_at.desc(), LibraryProblem.id.desc()).limit(limit + 1)
        return [(row[0], row[1]) for row in await unit.session.execute(ordered)]
