"""A catalogue over a real database, with a provider that answers from a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matinee.features.catalog.feature import FEATURE
from matinee.features.catalog.service import CatalogOptions, CatalogService, ItemSummary
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import CatalogueSource
from matinee.ports.metadata import TitleKind, TitleQuery
from tests.fixtures.catalogue import furnished
from tests.fixtures.metadata import RecordedMetadata

ADDED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Shelf:
    """What the library has, by title; `asked` are the titles that it was asked for."""

    items: dict[str, list[ItemSummary]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        self.asked.append(title_id)
        return self.items.get(title_id, [])

    async def held(self, unit: ReadUnit, after: str, limit: int) -> Sequence[str]:
        return sorted(one for one in self.items if one > after)[:limit]


@dataclass
class Stand:
    """A catalogue and what surrounds it."""

    catalog: CatalogService
    provider: RecordedMetadata
    database: Database
    clock: ManualClock
    shelf: Shelf

    async def add(self, title: str, kind: TitleKind = "movie", year: int | None = None, at: datetime = ADDED) -> TitleId:
        """Resolve a title and say that the library has it."""
        title_id = await self.catalog.resolve(TitleQuery(kind, title, year))
        async with self.database.write() as unit:
            await self.catalog.set_available(unit, [title_id], at)
        return title_id


@pytest.fixture
def provider() -> RecordedMetadata:
    return RecordedMetadata()


def build(
    database: Database,
    clock: ManualClock,
    folder: Path,
    providers: Sequence[RecordedMetadata],
    cache: Cache,
    sources: Sequence[CatalogueSource] = (),
) -> CatalogService:
    options = CatalogOptions(base_path="/cinema")
    container = furnished(database, clock, folder, cache, providers=providers, sources=sources, options=options)
    FEATURE.build(container)
    return container.get(CatalogService)


@pytest.fixture
def stand(database: Database, clock: ManualClock, tmp_path: Path, provider: RecordedMetadata, cache: Cache) -> Stand:
    catalog = build(database, clock, tmp_path, [provider], cache)
    shelf = Shelf()
    catalog.use_library(shelf)
    return Stand(catalog, provider, database, clock, shelf)
