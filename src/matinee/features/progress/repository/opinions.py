"""Ratings and the watchlist: one row for each user and title, read newest first by keyset."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, tuple_

from matinee.features.progress.models import RatingRow, WatchlistRow
from matinee.features.progress.repository.played import Place
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into


class RatingRepository:
    """What users think of titles."""

    async def put(self, unit: UnitOfWork, user_id: str, title_id: str, rating: float, at: datetime) -> None:
        new = insert_into(unit, RatingRow).values(user_id=user_id, title_id=title_id, rating=rating, updated_at=at)
        changed = {"rating": new.excluded.rating, "updated_at": new.excluded.updated_at}
        await unit.session.execute(new.on_conflict_do_update(index_elements=["user_id", "title_id"], set_=changed))

    async def remove(self, unit: UnitOfWork, user_id: str, title_id: str) -> None:
        await unit.session.execute(delete(RatingRow).where(RatingRow.user_id == user_id, RatingRow.title_id == title_id))

    async def get(self, unit: ReadUnit, user_id: str, title_id: str) -> RatingRow | None:
        return await unit.session.get(RatingRow, (user_id, title_id))

    async def page(self, unit: ReadUnit, user_id: str, limit: int, after: Place | None) -> list[RatingRow]:
        """What was rated last comes first."""
        query = select(RatingRow).where(RatingRow.user_id == user_id)
        if after is not None:
            query = query.where(tuple_(RatingRow.updated_at, RatingRow.title_id) < tuple_(*after))
        query = query.order_by(RatingRow.updated_at.desc(), RatingRow.title_id.desc()).limit(limit)
        return list((await unit.session.execute(query)).scalars())


class WatchlistRepository:
    """What users want to watch."""

    async def put(self, unit: UnitOfWork, user_id: str, title_id: str, at: datetime) -> None:
        """What is there already keeps its place."""
        new = insert_into(unit, WatchlistRow).values(user_id=user_id, title_id=title_id, added_at=at)
        await unit.session.execute(new.on_conflict_do_nothing())

    async def remove(self, unit: UnitOfWork, user_id: str, title_id: str) -> None:
        mine = (WatchlistRow.user_id == user_id, WatchlistRow.title_id == title_id)
        await unit.session.execute(delete(WatchlistRow).where(*mine))

    async def get(self, unit: ReadUnit, user_id: str, title_id: str) -> WatchlistRow | None:
        return await unit.session.get(WatchlistRow, (user_id, title_id))

    async def page(self, unit: ReadUnit, user_id: str, limit: int, after: Place | None) -> list[WatchlistRow]:
        """What was added last comes first."""
        query = select(WatchlistRow).where(WatchlistRow.user_id == user_id)
        if after is not None:
            query = query.where(tuple_(WatchlistRow.added_at, WatchlistRow.title_id) < tuple_(*after))
        query = query.order_by(WatchlistRow.added_at.desc(), WatchlistRow.title_id.desc()).limit(limit)
        return list((await unit.session.execute(query)).scalars())
