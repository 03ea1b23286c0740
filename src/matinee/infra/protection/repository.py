"""All SQL on the tables of `models.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.protection.models import BlockRow, ListedRow


def _active(now: datetime) -> ColumnElement[bool]:
    return BlockRow.removed_at.is_(None) & or_(BlockRow.expires_at.is_(None), BlockRow.expires_at > now)


async def add(unit: UnitOfWork, row: BlockRow) -> None:
    """A new block; an active one of the same network ends."""
    await unit.session.execute(
        update(BlockRow).where(BlockRow.network == row.network, _active(row.created_at)).values(removed_at=row.created_at)
    )
    unit.session.add(row)
    await unit.session.flush()


async def active(unit: ReadUnit, now: datetime, *, limit: int, before: str | None = None) -> Sequence[BlockRow]:
    """Newest first."""
    statement = select(BlockRow).where(_active(now)).order_by(BlockRow.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(BlockRow.id < before)
    return (await unit.session.execute(statement)).scalars().all()


async def offences(unit: ReadUnit, network: str, since: datetime) -> int:
    """How often a network was blocked automatically since then; what an administrator took back does not count."""
    conditions = (BlockRow.network == network, BlockRow.source == "automatic", BlockRow.created_at >= since)
    statement = select(func.count()).where(*conditions, BlockRow.removed_at.is_(None))
    return int((await unit.session.execute(statement)).scalar_one())


async def remove(unit: UnitOfWork, block_id: str, now: datetime) -> BlockRow | None:
    """End an active block; None where there is none."""
    statement = update(BlockRow).where(BlockRow.id == block_id, _active(now)).values(removed_at=now).returning(BlockRow)
    return (await unit.session.execute(statement)).scalar_one_or_none()


async def purge(unit: UnitOfWork, before: datetime) -> None:
    """Forget blocks that ended before then."""
    over = or_(BlockRow.removed_at < before, BlockRow.expires_at < before)
    await unit.session.execute(delete(BlockRow).where(over))


async def listed(unit: ReadUnit) -> dict[str, list[str]]:
    """Networks by list."""
    found: dict[str, list[str]] = {"allow": [], "deny": []}
    rows = await unit.session.execute(select(ListedRow.kind, ListedRow.network).order_by(ListedRow.network))
    for kind, network in rows:
        found.setdefault(kind, []).append(network)
    return found


async def replace_lists(unit: UnitOfWork, lists: dict[str, list[str]], now: datetime) -> None:
    """Both lists anew."""
    await unit.session.execute(delete(ListedRow))
    unit.session.add_all(
        ListedRow(kind=kind, network=network, created_at=now) for kind, some in lists.items() for network in some
    )
    await unit.session.flush()
