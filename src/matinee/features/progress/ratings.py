"""What somebody thinks of titles: half a star to five stars."""

from __future__ import annotations

from datetime import datetime

from matinee.features.catalog.service import CatalogService, TitleCard
from matinee.features.progress.errors import NotRated
from matinee.features.progress.models import RatingRow
from matinee.features.progress.repository import RatingRepository
from matinee.features.progress.schemas import RatingEntry, RatingView
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import TitleNotFound
from matinee.infra.ids import TitleId, UserId
from matinee.infra.paging import Cursors, Page


class RatingService:
    """Rate, unrate, list."""

    def __init__(self, catalog: CatalogService, clock: Clock, cursors: Cursors) -> None:
        self._catalog = catalog
        self._clock = clock
        self._cursors = cursors
        self._rows = RatingRepository()

    async def rate(self, unit: UnitOfWork, user_id: UserId, title_id: TitleId, rating: float) -> RatingView:
        """Set a rating, in place of an earlier one. Raises `TitleNotFound`."""
        if not await self._catalog.exists(unit, title_id):
            raise TitleNotFound(f"There is no title {title_id}.")
        now = self._clock.now()
        await self._rows.put(unit, user_id, title_id, rating, now)
        self._catalog.personal_changed(unit, user_id)
        return RatingView(title_id=title_id, rating=rating, updated_at=now)

    async def unrate(self, unit: UnitOfWork, user_id: UserId, title_id: TitleId) -> None:
        """Take a rating back; nothing happens where there is none."""
        await self._rows.remove(unit, user_id, title_id)
        self._catalog.personal_changed(unit, user_id)

    async def of_title(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> RatingView:
        """Raises `NotRated`."""
        row = await self._rows.get(unit, user_id, title_id)
        if row is None:
            raise NotRated("You have not rated this title.")
        return RatingView(title_id=title_id, rating=row.rating, updated_at=row.updated_at)

    async def page(self, unit: ReadUnit, user_id: UserId, limit: int = 20, cursor: str | None = None) -> Page[RatingEntry]:
        """What was rated, the latest first; raises `InvalidCursor`."""
        scope = f"progress.ratings?user={user_id}"
        values = self._cursors.open(scope, cursor)
        after = None if values is None else (datetime.fromisoformat(str(values[0])), str(values[1]))
        rows = await self._rows.page(unit, user_id, limit + 1, after)
        cards = {card.id: card for card in await self._catalog.cards(unit, [TitleId(row.title_id) for row in rows])}
        found = [([row.updated_at.isoformat(), row.title_id], _entry(row, cards)) for row in rows]
        return self._cursors.page(scope, found, limit)


def _entry(row: RatingRow, cards: dict[str, TitleCard]) -> RatingEntry:
    return RatingEntry(title=cards.get(row.title_id), title_id=row.title_id, rating=row.rating, updated_at=row.updated_at)
