"""Telling the cache what this server itself has changed of titles, so that the change is seen at once, in every process."""

from __future__ import annotations

from collections.abc import Iterable

from matinee.features.catalog.cache import LIBRARY, library_tag
from matinee.infra.cache import Cache
from matinee.infra.database import UnitOfWork


class Changes:
    """Answers that show these titles are made anew; what the upstream says of them stays kept."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def of(self, title_ids: Iterable[str], *, lists: bool) -> None:
        """`lists`: cards of these titles look different now, too."""
        tags = [library_tag(title_id) for title_id in title_ids]
        if lists:
            tags.append(LIBRARY)
        if tags:
            await self._cache.invalidate(tags=tags)

    def leave_with(self, unit: UnitOfWork, title_ids: Iterable[str], *, lists: bool) -> None:
        """The same once the changes of the unit are durable."""
        ids = list(title_ids)

        async def tell() -> None:
            await self.of(ids, lists=lists)

        unit.after_commit(tell)
