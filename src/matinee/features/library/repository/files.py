"""Files of the library: compared in batches, written one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, union_all, update

from matinee.features.library.models import LibraryFile, LibraryFolder
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into

_SOME = 500
_ALIKE = 20


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the database knows of a file, as far as a scan compares it."""

    id: str
    folder_id: str
    path: str
    size: int
    mtime_ns: int
    sidecars_key: str
    state: str
    fingerprint: str | None
    has_media: bool


@dataclass(frozen=True, slots=True)
class FileValues:
    """A file as a scan found it."""

    id: str
    folder_id: str
    path: str
    path_key: str
    size: int
    mtime_ns: int
    fingerprint: str | None
    sidecars_key: str
    sidecars: list[dict[str, Any]]  # Any: JSON documents
    media: dict[str, Any] | None
    """None leaves what is known."""
    state: str
    edition: str
    generation: int
    added_at: datetime


_KNOWN = (
    LibraryFile.id,
    LibraryFile.folder_id,
    LibraryFile.path,
    LibraryFile.size,
    LibraryFile.mtime_ns,
    LibraryFile.sidecars_key,
    LibraryFile.state,
    LibraryFile.fingerprint,
    # JSON null and SQL NULL both mean that nothing is known; a document always has a container.
    LibraryFile.media["container"].as_string().is_not(None),
)


class FileRepository:
    """Rows of `library_file`."""

    async def known(self, unit: ReadUnit, folder_id: str, keys: Collection[str]) -> dict[str, KnownFile]:
        """Files of a folder by path key."""
        query = select(LibraryFile.path_key, *_KNOWN).where(LibraryFile.folder_id == folder_id, LibraryFile.path_key.in_(keys))
        return {row[0]: KnownFile(*row[1:]) for row in await unit.session.execute(query)}

    async def like(self, unit: ReadUnit, fingerprints: Sequence[str]) -> dict[str, list[tuple[KnownFile, str]]]:
        """Some files with these contents (up to 20 each), wherever they are, with the stored path of their folder."""
        query = select(*_KNOWN, LibraryFolder.path).join(LibraryFolder, LibraryFolder.id == LibraryFile.folder_id)
        each = (query.where(LibraryFile.fingerprint == one).limit(_ALIKE).subquery() for one in fingerprints)
        found: dict[str, list[tuple[KnownFile, str]]] = {}
        for row in await unit.session.execute(union_all(*(select(some) for some in each))):
            entry = KnownFile(*row[:-1])
            found.setdefault(str(entry.fingerprint), []).append((entry, row[-1]))
        return found

    async def media(self, unit: ReadUnit, file_id: str) -> dict[str, Any] | None:  # Any: a JSON document
        """What was found in a file."""
        found = await unit.session.execute(select(LibraryFile.media).where(LibraryFile.id == file_id))
        return found.scalar_one_or_none()

    async def seen(self, unit: UnitOfWork, file_ids: Sequence[str], generation: int) -> None:
        """Mark unchanged files."""
        for start in range(0, len(file_ids), _SOME):
            some = file_ids[start : start + _SOME]
            await unit.session.execute(update(LibraryFile).where(LibraryFile.id.in_(some)).values(generation=generation))

    async def save(self, unit: UnitOfWork, values: FileValues, *, fresh: bool) -> str:
        """Insert (`fresh`) or update a file by its id; gives its id. A file that is at the same path already keeps its own id."""
        row = {name: getattr(values, name) for name in FileValues.__dataclass_fields__}
        changed = {name: value for name, value in row.items() if name not in ("id", "added_at")}
        changed["missing_since"] = None
        if values.media is None:
            changed.pop("media")
        if not fresh:
            statement = update(LibraryFile).where(LibraryFile.id == values.id).values(**changed)
            if (await unit.session.execute(statement.returning(LibraryFile.id))).first() is not None:
                return values.id
        insert = insert_into(unit, LibraryFile).values(**row)
        insert = insert.on_conflict_do_update(index_elements=["folder_id", "path_key"], set_=changed)
        return str((await unit.session.execute(insert.returning(LibraryFile.id))).scalar_one())

    async def doubt(self, unit: UnitOfWork, file_id: str, generation: int) -> None:
        """The file is there but cannot be read now: keep what is known, and look again next time."""
        values = {"generation": generation, "mtime_ns": 0}
        await unit.session.execute(update(LibraryFile).where(LibraryFile.id == file_id).values(**values))

    async def vanish(
        self, unit: UnitOfWork, folder_id: str, under: str, protected: Sequence[str], generation: int, at: datetime
    ) -> list[str]:
        """Files that a scan did not see become missing; gives their ids."""
        gone = and_(
            LibraryFile.folder_id == folder_id,
            LibraryFile.generation < generation,
            LibraryFile.state != "missing",
            *([_below(under)] if under else []),
            *(not_(_below(path)) for path in protected),
        )
        statement = update(LibraryFile).where(gone).values(state="missing", missing_since=at).returning(LibraryFile.id)
        return [str(key) for key in (await unit.session.execute(statement)).scalars()]

    async def present(self, unit: ReadUnit, folder_id: str, under: str = "") -> int:
        """How many files of a folder are not missing."""
        query = select(func.count()).where(LibraryFile.folder_id == folder_id, LibraryFile.state != "missing")
        return (await unit.session.execute(query.where(_below(under)) if under else query)).scalar_one()

    async def count_missing(self, unit: ReadUnit, before: datetime) -> int:
        """How many files are missing since before then."""
        query = select(func.count()).where(LibraryFile.state == "missing", LibraryFile.missing_since <= before)
        return (await unit.session.execute(query)).scalar_one()

    async def missing(self, unit: ReadUnit, folder_id: str, before: datetime, after: str, limit: int) -> list[tuple[str, str]]:
        """Id and path of files of a folder that are missing since before then, in order of id, from behind `after`."""
        query = select(LibraryFile.id, LibraryFile.path).where(
            LibraryFile.folder_id == folder_id,
            LibraryFile.state == "missing",
            LibraryFile.missing_since <= before,
            LibraryFile.id > after,
        )
        rows = await unit.session.execute(query.order_by(LibraryFile.id).limit(limit))
        return [(row[0], row[1]) for row in rows]

    async def forget(self, unit: UnitOfWork, file_ids: Sequence[str]) -> None:
        """Delete files that are missing still, with their links to items."""
        for start in range(0, len(file_ids), _SOME):
            some = LibraryFile.id.in_(file_ids[start : start + _SOME])
            await unit.session.execute(delete(LibraryFile).where(some, LibraryFile.state == "missing"))

    async def counts(self, unit: ReadUnit) -> dict[str, int]:
        """How many usable files each folder has."""
        query = select(LibraryFile.folder_id, func.count()).where(LibraryFile.state == "ok")
        return {row[0]: row[1] for row in await unit.session.execute(query.group_by(LibraryFile.folder_id))}

    async def with_folder(self, unit: ReadUnit, file_id: str) -> tuple[LibraryFile, str] | None:
        """A file and the stored path of its folder."""
        query = select(LibraryFile, LibraryFolder.path).join(LibraryFolder).where(LibraryFile.id == file_id)
        row = (await unit.session.execute(query)).first()
        return (row[0], row[1]) if row else None


def _below(under: str) -> ColumnElement[bool]:
    """Whether a file is in the folder `under` (stored form) or below it; "" is everything."""
    if not under:
        return LibraryFile.path_key >= ""
    # "/" is followed by "0": a range that the index on (folder_id, path_key) answers.
    return or_(and_(LibraryFile.path_key > under + "/", LibraryFile.path_key < under + "0"), LibraryFile.path_key == under)
