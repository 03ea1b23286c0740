"""Progress over a real database, with a library of a film and a show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from matinee.features.catalog.service import CatalogService, ItemSummary
from matinee.features.library.service import LibraryService
from matinee.features.progress.home import PersonalRows
from matinee.features.progress.ratings import RatingService
from matinee.features.progress.recommending import Recommender
from matinee.features.progress.service import Progress, ProgressReport, ProgressService
from matinee.features.progress.watchlist import WatchlistService
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.ids import ItemId, TitleId, UserId
from matinee.infra.paging import Cursors
from matinee.infra.signing import Signer
from matinee.ports.metadata import TitleKind, TitleQuery
from tests.fixtures.metadata import RecordedMetadata
from tests.integration.catalog.conftest import ADDED, build

ANNA, BEN = UserId("anna"), UserId("ben")
LANTERN, FERRY, HARBOUR = TitleId("movie-101"), TitleId("movie-102"), TitleId("show-201")
TITLES: tuple[tuple[TitleKind, str, int], ...] = (
    ("movie", "The Paper Lantern", 2019),
    ("movie", "October Ferry", 1987),
    ("show", "Harbour Nine", 2021),
)


class Shelf:
    """The library: a film, another, and three episodes."""

    def __init__(self) -> None:
        self.items = {
            LANTERN: [ItemSummary(id="lantern", title_id=LANTERN, kind="movie", duration=6000)],
            FERRY: [ItemSummary(id="ferry", title_id=FERRY, kind="movie", duration=5400)],
            HARBOUR: [
                ItemSummary(id=f"e{n}", title_id=HARBOUR, kind="episode", season=1, episode=n, duration=3000) for n in (1, 2, 3)
            ],
        }

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        return self.items.get(title_id, [])


@dataclass
class Stand:
    """Progress and what surrounds it."""

    progress: ProgressService
    ratings: RatingService
    watchlist: WatchlistService
    recommender: Recommender
    catalog: CatalogService
    provider: RecordedMetadata
    database: Database
    clock: ManualClock
    shelf: Shelf

    async def home_rows(self, unit: ReadUnit, user: UserId = ANNA) -> dict[str, list[str]]:
        """The personal rows of the home page that have cards."""
        rows = await PersonalRows(self.progress, self.recommender, self.watchlist).rows(unit, user, 20)
        return {row.id: [card.id for card in row.items] for row in rows if row.items}

    async def watch(
        self, title_id: TitleId, position: float, item: str | None = None, *, user: UserId = ANNA, duration: float = 0
    ) -> Progress:
        """Report a position now, then let a minute pass."""
        report = ProgressReport(position, duration)
        async with self.database.write() as unit:
            held = await self.progress.save(unit, user, title_id, report, ItemId(item) if item else None)
        await self.clock.advance(timedelta(minutes=1).total_seconds())
        return held


@pytest.fixture
async def stand(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Stand:
    provider = RecordedMetadata()
    catalog = build(database, clock, tmp_path, [provider], cache)
    for kind, title, year in TITLES:
        title_id = await catalog.resolve(TitleQuery(kind, title, year))
        async with database.write() as unit:
            await catalog.set_available(unit, [title_id], ADDED)
    shelf = Shelf()
    catalog.use_library(shelf)
    cursors = Cursors(Signer(b"k" * 32))
    progress = ProgressService(catalog, cast(LibraryService, shelf), clock, cursors)
    ratings, watchlist = RatingService(catalog, clock, cursors), WatchlistService(catalog, clock, cursors)
    recommender = Recommender(catalog)
    catalog.use_progress(progress)
    catalog.add_home_source(PersonalRows(progress, recommender, watchlist))
    return Stand(progress, ratings, watchlist, recommender, catalog, provider, database, clock, shelf)
