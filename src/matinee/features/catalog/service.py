"""The use cases of the catalogue, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from matinee.features.catalog.contributors import HomeRowSource, LibraryAvailability, MetadataProviders, ProgressSource
from matinee.features.catalog.policy import CatalogOptions, ListSort, TitleFilter
from matinee.features.catalog.schemas import (
    FileSummary,
    GenreView,
    HomeView,
    ItemProgress,
    ItemSummary,
    MovieView,
    SearchHit,
    SeasonView,
    ShowView,
    Suggestion,
    TitleCard,
)
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.ids import TitleId, UserId
from matinee.infra.paging import Page
from matinee.ports.metadata import TitleKind, TitleQuery

__all__ = [
    "CatalogOptions",
    "CatalogService",
    "FileSummary",
    "HomeRowSource",
    "ItemProgress",
    "ItemSummary",
    "LibraryAvailability",
    "ListSort",
    "MetadataProviders",
    "ProgressSource",
    "TitleCard",
    "TitleFilter",
]


class CatalogService:
    """Titles: matching, details, lists, search, home.

    Methods that take a unit work inside it; the others open short units of their own.
    Table names for foreign keys of other features: `title.id`.
    """

    # What features above register when they are built

    def use_library(self, library: LibraryAvailability) -> None:
        """Ask `library` for the items of a title."""
        raise NotImplementedError

    def use_progress(self, progress: ProgressSource) -> None:
        """Ask `progress` for what is shown on cards and episodes."""
        raise NotImplementedError

    def add_home_source(self, source: HomeRowSource) -> None:
        """Put a row before the catalogue's own rows on the home page."""
        raise NotImplementedError

    # Matching and upkeep, for the library

    async def resolve(self, query: TitleQuery) -> TitleId:
        """The title that a file belongs to, stored with its details when this returns.

        Asks the providers in order; hints win. Where none finds it (or none can be reached) the answer is a `local-` title that is
        the same for the same kind, title and year. Idempotent, also under concurrency. Never raises for a provider's trouble.
        Once a provider is back, the same query may give another, matched title.
        """
        raise NotImplementedError

    async def set_available(self, unit: UnitOfWork, title_ids: Collection[TitleId], at: datetime) -> None:
        """The library has playable items of these titles; the first time sets `added_at`. Library lists show only available titles."""
        raise NotImplementedError

    async def set_unavailable(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """The library has nothing of these titles any more. Their details stay, and so does `added_at`."""
        raise NotImplementedError

    async def remove_titles(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """Forget titles with their search rows, seasons and episodes (the demo's removal)."""
        raise NotImplementedError

    async def demo_titles(self, unit: ReadUnit) -> Sequence[TitleId]:
        """The titles of the demo."""
        raise NotImplementedError

    async def set_poster(self, title_id: TitleId, picture: bytes, *, replace: bool = False) -> bool:
        """Keep `picture` (JPEG, PNG or WebP) as the title's poster unless it has one; says whether it was used.

        Raises `PictureRefused`.
        """
        raise NotImplementedError

    # Reads

    async def cards(
        self, unit: ReadUnit, title_ids: Sequence[TitleId], user_id: UserId | None = None
    ) -> list[TitleCard]:
        """Cards in the order given; unknown titles are left out."""
        raise NotImplementedError

    async def exists(self, unit: ReadUnit, title_id: TitleId) -> bool:
        """Whether the title is known here."""
        raise NotImplementedError

    async def available_titles(
        self,
        unit: ReadUnit,
        only: TitleFilter,
        *,
        sort: ListSort = "title",
        limit: int = 20,
        cursor: str | None = None,
        user_id: UserId | None = None,
    ) -> Page[TitleCard]:
        """A page of the titles that the library has. Raises `InvalidCursor`."""
        raise NotImplementedError

    async def episode_names(self, unit: ReadUnit, title_id: TitleId) -> Mapping[tuple[int, int], str]:
        """Episode names of a show by (season, number), as far as a provider knows them."""
        raise NotImplementedError

    async def details(
        self, unit: ReadUnit, kind: TitleKind, title_id: TitleId, user_id: UserId | None = None
    ) -> MovieView | ShowView:
        """Everything about a title. Raises `TitleNotFound`, also where the kind does not fit."""
        raise NotImplementedError

    async def season(
        self, unit: ReadUnit, title_id: TitleId, number: int, user_id: UserId | None = None
    ) -> SeasonView:
        """A season with its episodes: those that a provider knows and those that the library has."""
        raise NotImplementedError

    async def search(
        self, unit: ReadUnit, text: str, *, kind: TitleKind | None = None, limit: int = 20, cursor: str | None = None
    ) -> Page[SearchHit]:
        """Titles that fit the words, best first; forgives typing errors; accepts any text."""
        raise NotImplementedError

    async def suggest(self, unit: ReadUnit, text: str, limit: int = 8) -> list[Suggestion]:
        """Titles for text that is still being typed."""
        raise NotImplementedError

    async def genres(self, unit: ReadUnit) -> list[GenreView]:
        """Genres of the titles that the library has."""
        raise NotImplementedError

    async def home(self, unit: ReadUnit, user_id: UserId | None) -> HomeView:
        """The home page: rows of other features, recently added, films, shows, the biggest genres."""
        raise NotImplementedError
