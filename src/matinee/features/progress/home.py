"""The rows of the home page that belong to one person."""

from __future__ import annotations

from matinee.features.catalog.service import HomeRow
from matinee.features.progress.recommending import Recommender
from matinee.features.progress.service import ProgressService
from matinee.features.progress.watchlist import WatchlistService
from matinee.infra.database import ReadUnit
from matinee.infra.ids import UserId


class PersonalRows:
    """Implements the catalogue's `HomeRowSource`."""

    def __init__(self, progress: ProgressService, recommender: Recommender, watchlist: WatchlistService) -> None:
        self._progress = progress
        self._recommender = recommender
        self._watchlist = watchlist

    async def rows(self, unit: ReadUnit, user_id: UserId, limit: int) -> list[HomeRow]:
        """Continue watching, the watchlist, recommendations."""
        under_way = await self._progress.continue_watching(unit, user_id, limit)
        return [
            HomeRow(id="continue-watching", title="Continue watching", items=list(under_way.items)),
            HomeRow(id="watchlist", title="Your watchlist", items=await self._watchlist.cards(unit, user_id, limit)),
            *await self._recommender.home_rows(unit, user_id, limit),
        ]
