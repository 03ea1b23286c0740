"""What somebody wants to watch."""

from __future__ import annotations

from datetime import datetime

from matinee.features.catalog.service import CatalogService, TitleCard
from matinee.features.progress.errors import NotOnWatchlist
from matinee.features.progress.repository import WatchlistRepository
from matinee.features.progress.schemas import WatchlistEntry, WatchlistView
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import TitleNotFound
from matinee.infra.ids import TitleId, UserId
from matinee.infra.paging import Cursors, Page


class WatchlistService:
    """Add, remove, list."""

    def __init__(self, catalog: CatalogService, clock: Clock, cursors: Cursors) -> None:
        self._catalog = catalog
        self._clock = clock
        self._cursors = cursors
        self._rows = WatchlistRepository()

    async def add(self, unit: UnitOfWork, user_id: UserId, title_id: TitleId) -> WatchlistView:
        """Put a title on the list; one that is on it keeps its place. Raises `TitleNotFound`."""
        if not await self._catalog.exists(unit, title_id):
            raise TitleNotFound(f"There is no title {title_id}.")
        await self._rows.put(unit, user_id, title_id, self._clock.now())
        self._catalog.personal_changed(unit, user_id)
        return await self.of_title(unit, user_id, title_id)

    async def remove(self, unit: UnitOfWork, user_id: UserId, title_id: TitleId) -> None:
        """Take a title off the list; nothing happens where it is not on it."""
        await self._rows.remove(unit, user_id, title_id)
        self._catalog.personal_changed(unit, user_id)

    async def of_title(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> WatchlistView:
        """Since when the title is on the list. Raises `NotOnWatchlist`."""
        row = await self._rows.get(unit, user_id, title_id)
        if row is None:
            raise NotOnWatchlist("This title is not on your watchlist.")
        return WatchlistView(title_id=title_id, added_at=row.added_at)

    async def page(self, unit: ReadUnit, user_id: UserId, limit: int = 20, cursor: str | None = None) -> Page[WatchlistEntry]:
        """What is on the list, the latest first; raises `InvalidCursor`."""
        scope = f"progress.watchlist?user={user_id}"
        values = self._cursors.open(scope, cursor)
        after = None if values is None else (datetime.fromisoformat(str(values[0])), str(values[1]))
        rows = await self._rows.page(unit, user_id, limit + 1, after)
        titles = [TitleId(row.title_id) for row in rows]
        cards = {card.id: card for card in await self._catalog.cards(unit, titles, user_id)}
        found = [
            (
                [row.added_at.isoformat(), row.title_id],
                WatchlistEntry(title=cards.get(row.title_id), title_id=row.title_id, added_at=row.added_at),
            )
            for row in rows
        ]
        return self._cursors.page(scope, found, limit)

    async def cards(self, unit: ReadUnit, user_id: UserId, limit: int) -> list[TitleCard]:
        """The home page's row; titles that are gone are left out."""
        rows = await self._rows.page(unit, user_id, limit, None)
        return await self._catalog.cards(unit, [TitleId(row.title_id) for row in rows], user_id)
