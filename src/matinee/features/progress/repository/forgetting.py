"""What goes with a profile."""

from __future__ import annotations

from sqlalchemy import delete, select

from matinee.features.progress.models import ProgressRow, RatingRow, WatchlistRow
from matinee.infra.database import UnitOfWork


class ForgettingRepository:
    """Deletes everything that somebody did."""

    async def delete_some(self, unit: UnitOfWork, user_id: str, limit: int) -> int:
        """At most `limit` rows of each table; says how many went."""
        gone = 0
        for table, key in (
            (ProgressRow, ProgressRow.item_id),
            (RatingRow, RatingRow.title_id),
            (WatchlistRow, WatchlistRow.title_id),
        ):
            some = select(key).where(table.user_id == user_id).limit(limit)
            statement = delete(table).where(table.user_id == user_id, key.in_(some)).returning(key)
            gone += len((await unit.session.execute(statement)).all())
        return gone
