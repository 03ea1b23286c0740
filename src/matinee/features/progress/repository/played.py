"""How far items were watched: one row for each user and item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select, tuple_
from sqlalchemy.orm import aliased

from matinee.features.progress.models import ProgressRow
from matinee.features.progress.policy import watched_until
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into

Place = tuple[datetime, str]
"""The time and the item of the last row of a page."""


class ProgressRepository:
    """One row for each user and item."""

    async def merge(self, unit: UnitOfWork, values: dict[str, Any]) -> ProgressRow:
        """Write unless what is there is as new; one statement, so that reports that cross cannot mix. Gives what holds.

        Any: `values` are columns of several types.
        """
        new = insert_into(unit, ProgressRow).values(**values)
        stays_watched = and_(ProgressRow.watched, new.excluded.position < watched_until(values["duration"]))
        changed = {name: new.excluded[name] for name in values if name not in {"user_id", "item_id", "watched"}}
        statement = new.on_conflict_do_update(
            index_elements=["user_id", "item_id"],
            set_={**changed, "watched": or_(new.excluded.watched, stays_watched)},
            where=tuple_(ProgressRow.client_time, ProgressRow.sequence) < tuple_(new.excluded.client_time, new.excluded.sequence),
        )
        await unit.session.execute(statement)
        held = select(ProgressRow).where(ProgressRow.user_id == values["user_id"], ProgressRow.item_id == values["item_id"])
        found = await unit.session.execute(held.execution_options(populate_existing=True))
        return found.scalar_one()

    async def of_item(self, unit: ReadUnit, user_id: str, item_id: str) -> ProgressRow | None:
        return await unit.session.get(ProgressRow, (user_id, item_id))

    async def of_title(self, unit: ReadUnit, user_id: str, title_id: str) -> list[ProgressRow]:
        """Every item of a title that was played, the last one first."""
        query = select(ProgressRow).where(ProgressRow.user_id == user_id, ProgressRow.title_id == title_id)
        query = query.order_by(ProgressRow.updated_at.desc(), ProgressRow.item_id.desc())
        return list((await unit.session.execute(query)).scalars())

    async def latest(self, unit: ReadUnit, user_id: str, title_ids: Sequence[str]) -> list[ProgressRow]:
        """The item played last of each title."""
        found: list[ProgressRow] = []
        for start in range(0, len(title_ids), 500):
            some = title_ids[start : start + 500]
            query = _latest_of_each_title(user_id).where(ProgressRow.title_id.in_(some))
            found += (await unit.session.execute(query)).scalars()
        return found

    async def to_continue(self, unit: ReadUnit, user_id: str, limit: int, after: Place | None) -> list[ProgressRow]:
        """The item played last of each title, newest first; films that were watched to the end are left out."""
        unfinished = or_(ProgressRow.kind == "episode", ProgressRow.watched.is_(False))
        return await self._page(unit, _latest_of_each_title(user_id).where(unfinished), limit, after)

    async def history(self, unit: ReadUnit, user_id: str, limit: int, after: Place | None) -> list[ProgressRow]:
        """Everything that was played, newest first."""
        return await self._page(unit, select(ProgressRow).where(ProgressRow.user_id == user_id), limit, after)

    async def _page(self, unit: ReadUnit, query: Select[ProgressRow], limit: int, after: Place | None) -> list[ProgressRow]:
        if after is not None:
            query = query.where(tuple_(ProgressRow.updated_at, ProgressRow.item_id) < tuple_(*after))
        query = query.order_by(ProgressRow.updated_at.desc(), ProgressRow.item_id.desc()).limit(limit)
        return list((await unit.session.execute(query)).scalars())


def _latest_of_each_title(user_id: str) -> Select[ProgressRow]:
    newer = aliased(ProgressRow)
    is_newer = tuple_(newer.updated_at, newer.item_id) > tuple_(ProgressRow.updated_at, ProgressRow.item_id)
    same = and_(newer.user_id == ProgressRow.user_id, newer.title_id == ProgressRow.title_id)
    overtaken = select(newer.item_id).where(same, is_newer).exists()
    return select(ProgressRow).where(ProgressRow.user_id == user_id, ~overtaken)
