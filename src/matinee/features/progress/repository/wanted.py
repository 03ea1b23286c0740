"""What everybody together wants to see."""

from __future__ import annotations

from sqlalchemy import func, literal, select, union_all

from matinee.features.progress.models import ProgressRow, WatchlistRow
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId


class WantedRepository:
    """Titles by how many people watch them or have them on their list."""

    async def most(self, unit: ReadUnit, limit: int) -> list[TitleId]:
        played = select(ProgressRow.title_id, ProgressRow.user_id, literal(2).label("weight")).distinct()
        listed = select(WatchlistRow.title_id, WatchlistRow.user_id, literal(1).label("weight"))
        both = union_all(played, listed).subquery()
        query = select(both.c.title_id).group_by(both.c.title_id).order_by(func.sum(both.c.weight).desc(), both.c.title_id)
        return [TitleId(key) for key in (await unit.session.execute(query.limit(limit))).scalars()]
