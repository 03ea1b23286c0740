"""What features above the catalogue contribute to its answers. They register with `CatalogService` when they are built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from matinee.features.catalog.schemas import HomeRow, ItemProgress, ItemSummary
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId, UserId
from matinee.ports.catalogue import CatalogueSource
from matinee.ports.metadata import MetadataProvider


@dataclass(frozen=True, slots=True)
class MetadataProviders:
    """The metadata providers, in the order in which they are asked; the first that finds wins. Bootstrap adds it."""

    providers: tuple[MetadataProvider, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueSources:
    """Upstreams that know a whole catalogue, in the order in which they are asked; none without credentials."""

    sources: tuple[CatalogueSource, ...] = ()


class LibraryAvailability(Protocol):
    """What the library has of a title."""

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        """The items of a title that can be played: one for a film, episodes in order for a show."""


class HeldTitles(Protocol):
    """Of which titles the library has items at all."""

    async def held(self, unit: ReadUnit, after: str, limit: int) -> Sequence[str]:
        """Ids of titles that have an item, playable or not, in order, after `after`."""


class ProgressSource(Protocol):
    """How far somebody has watched."""

    async def of_titles(self, unit: ReadUnit, user_id: UserId, title_ids: Sequence[TitleId]) -> Mapping[str, ItemProgress]:
        """By title: the progress of a film, or of the episode of a show that was watched last."""

    async def of_items(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> Mapping[str, ItemProgress]:
        """By item: the progress of every item of one title."""


class HomeRowSource(Protocol):
    """Rows of the home page that another feature fills for one person. A row without cards is left out."""

    async def rows(self, unit: ReadUnit, user_id: UserId, limit: int) -> Sequence[HomeRow]:
        """The rows in order, each with at most `limit` cards."""


class InterestSource(Protocol):
    """What people want to see again."""

    async def wanted(self, unit: ReadUnit, limit: int) -> Sequence[TitleId]:
        """Titles that are watched most or are on somebody's list, the most wanted first."""


@dataclass(slots=True)
class Contributors:
    """Who has registered. Empty when the catalogue stands alone."""

    library: LibraryAvailability | None = None
    held: HeldTitles | None = None
    progress: ProgressSource | None = None
    interest: InterestSource | None = None
    home: list[HomeRowSource] = field(default_factory=list)
