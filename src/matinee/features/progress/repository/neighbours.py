"""The learned model: the neighbours of each title."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from matinee.features.progress.models import NeighboursRow
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into
from matinee.infra.recommender.values import ItemNeighbours, Learned, Neighbours

_SOME = 500


class NeighboursRepository:
    """Written by the job that learns, read by every process."""

    async def of(self, unit: ReadUnit, title_ids: Collection[str]) -> dict[str, ItemNeighbours]:
        """By title; titles of which nothing was learned are missing."""
        found: dict[str, dict[str, Neighbours]] = {}
        wanted = sorted(set(title_ids))
        columns = (NeighboursRow.title_id, NeighboursRow.origin, NeighboursRow.neighbours)
        for start in range(0, len(wanted), _SOME):
            rows = await unit.session.execute(select(*columns).where(NeighboursRow.title_id.in_(wanted[start : start + _SOME])))
            for title_id, origin, neighbours in rows:
                found.setdefault(title_id, {})[origin] = [(other, weight) for other, weight in neighbours]
        return {key: ItemNeighbours(key, one.get("people", ()), one.get("content", ())) for key, one in found.items()}

    async def put(self, unit: UnitOfWork, learned: Sequence[Learned], at: datetime) -> None:
        """Write what was learned by a run that began at `at`; what a later one has written stays."""
        new = insert_into(unit, NeighboursRow)
        changed = {name: new.excluded[name] for name in ("neighbours", "learned_at")}
        newer = NeighboursRow.learned_at <= new.excluded.learned_at
        statement = new.on_conflict_do_update(index_elements=["title_id", "origin"], set_=changed, where=newer)
        rows = [
            {
                "title_id": one.item,
                "origin": one.origin,
                "neighbours": [[other, weight] for other, weight in one.neighbours],
                "learned_at": at,
            }
            for one in learned
        ]
        await unit.session.execute(statement, rows)

    async def remove_older(self, unit: UnitOfWork, at: datetime) -> None:
        """Forget what was learned before, and not again since."""
        await unit.session.execute(delete(NeighboursRow).where(NeighboursRow.learned_at < at))

    async def learned_at(self, unit: ReadUnit) -> datetime | None:
        """When something was learned last; None when nothing was."""
        found: datetime | None = (await unit.session.execute(select(func.max(NeighboursRow.learned_at)))).scalar()
        return found
