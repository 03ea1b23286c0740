"""Cards by id, with the caller's progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.repository import ListRepository
from matinee.features.catalog.schemas import ItemProgress, TitleCard
from matinee.features.catalog.views import Views
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId, UserId


class Cards:
    """Two queries for any number of cards: titles, progress."""

    def __init__(self, contributors: Contributors, lists: ListRepository, views: Views) -> None:
        self.contributors = contributors
        self._lists = lists
        self._views = views

    async def of(self, unit: ReadUnit, title_ids: Sequence[TitleId], user_id: UserId | None) -> list[TitleCard]:
        """Cards in the order given; unknown titles are left out. Models, for other features to put into models of theirs."""
        rows = await self._lists.by_ids(unit, title_ids)
        progress = await self.progress_of(unit, [TitleId(key) for key in rows], user_id)
        return [self._views.card_model(rows[key], progress.get(key)) for key in title_ids if key in rows]

    async def shared(self, unit: ReadUnit, title_ids: Sequence[TitleId]) -> list[TitleCard]:
        """The same without anybody's progress, as structs for answers that are the same for all."""
        rows = await self._lists.by_ids(unit, title_ids)
        return [self._views.card(rows[key]) for key in title_ids if key in rows]

    async def progress_of(
        self, unit: ReadUnit, title_ids: Sequence[TitleId], user_id: UserId | None
    ) -> Mapping[str, ItemProgress]:
        """The caller's progress by title; empty for nobody."""
        source = self.contributors.progress
        if source is None or user_id is None or not title_ids:
            return {}
        return await source.of_titles(unit, user_id, title_ids)
