"""What people did with titles, title by title: what recommendations are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, union_all

from matinee.features.progress.models import ProgressRow, RatingRow
from matinee.infra.database import ReadUnit


@dataclass(frozen=True, slots=True)
class Played:
    """All that somebody played of a title: the items watched to their end, the largest share and position of any item."""

    user_id: str
    title_id: str
    kind: str
    """`movie` or `episode`."""
    at: datetime
    watched: int
    share: float
    position: float


@dataclass(frozen=True, slots=True)
class Rated:
    user_id: str
    title_id: str
    rating: float
    at: datetime


class TasteRepository:
    """Reads by user, the latest titles first."""

    async def played(self, unit: ReadUnit, user_ids: Sequence[str], limit: int) -> list[Played]:
        at = func.max(ProgressRow.updated_at).label("at")
        watched = func.sum(case((ProgressRow.watched, 1), else_=0))
        share = func.max(ProgressRow.position / func.nullif(ProgressRow.duration, 0.0))
        query = select(
            ProgressRow.user_id,
            ProgressRow.title_id,
            func.min(ProgressRow.kind),
            at,
            watched,
            func.coalesce(share, 0.0),
            func.max(ProgressRow.position),
        )
        query = query.where(ProgressRow.user_id.in_(user_ids)).group_by(ProgressRow.user_id, ProgressRow.title_id)
        rows = await unit.session.execute(query.order_by(at.desc(), ProgressRow.title_id.desc()).limit(limit))
        return [Played(*row) for row in rows]

    async def rated(self, unit: ReadUnit, user_ids: Sequence[str], limit: int) -> list[Rated]:
        query = select(RatingRow.user_id, RatingRow.title_id, RatingRow.rating, RatingRow.updated_at)
        query = query.where(RatingRow.user_id.in_(user_ids))
        query = query.order_by(RatingRow.updated_at.desc(), RatingRow.title_id.desc()).limit(limit)
        return [Rated(*row) for row in await unit.session.execute(query)]

    async def people(self, unit: ReadUnit, limit: int) -> list[str]:
        """Whoever played or rated something; who did so last comes first."""
        parts = [
            select(table.user_id.label("user_id"), func.max(table.updated_at).label("at")).group_by(table.user_id)
            for table in (ProgressRow, RatingRow)
        ]
        both = union_all(*parts).subquery()
        query = select(both.c.user_id).group_by(both.c.user_id).order_by(func.max(both.c.at).desc(), both.c.user_id)
        return list((await unit.session.execute(query.limit(limit))).scalars())
