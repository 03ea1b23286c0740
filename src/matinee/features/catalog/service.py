"""The use cases of the catalogue, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from matinee.features.catalog.cards import Cards
from matinee.features.catalog.contributors import (
    CatalogueSources,
    Contributors,
    HomeRowSource,
    LibraryAvailability,
    MetadataProviders,
    ProgressSource,
)
from matinee.features.catalog.errors import PictureNotFound, PictureRefused, PictureUnavailable
from matinee.features.catalog.home import HomePage
from matinee.features.catalog.matching import Matcher
from matinee.features.catalog.models import Title
from matinee.features.catalog.pictures import Picture, PictureKind, PictureStore
from matinee.features.catalog.policy import CatalogOptions, ListSort, TitleFilter
from matinee.features.catalog.repository import ListRepository, TitleRepository
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
from matinee.features.catalog.stored import document_of_row
from matinee.features.catalog.views import Views
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.database.search import MOST_HITS, SearchIndex
from matinee.infra.errors import TitleNotFound
from matinee.infra.ids import TitleId, UserId
from matinee.infra.paging import Cursors, Page
from matinee.ports.metadata import TitleKind, TitleQuery

__all__ = [
    "CatalogOptions",
    "CatalogService",
    "CatalogueSources",
    "FileSummary",
    "HomeRowSource",
    "ItemProgress",
    "ItemSummary",
    "LibraryAvailability",
    "ListSort",
    "MetadataProviders",
    "PictureNotFound",
    "PictureRefused",
    "PictureUnavailable",
    "ProgressSource",
    "TitleCard",
    "TitleFilter",
]


class CatalogService:
    """Titles: matching, details, lists, search, home.

    Methods that take a unit work inside it; the others open short units of their own.
    """

    def __init__(
        self,
        database: Database,
        search: SearchIndex,
        matcher: Matcher,
        pictures: PictureStore,
        cursors: Cursors,
        options: CatalogOptions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._search = search
        self._matcher = matcher
        self._pictures = pictures
        self._cursors = cursors
        self._titles = TitleRepository()
        self._lists = ListRepository()
        self._views = Views(options.base_path)
        self._contributors = Contributors()
        self._cards = Cards(self._contributors, self._lists, self._views)
        self._home = HomePage(self._contributors, self._cards, self._lists, options, clock)

    # What features above register when they are built

    def use_library(self, library: LibraryAvailability) -> None:
        """Ask `library` for the items of a title."""
        self._contributors.library = library

    def use_progress(self, progress: ProgressSource) -> None:
        """Ask `progress` for what is shown on cards and episodes."""
        self._contributors.progress = progress

    def add_home_source(self, source: HomeRowSource) -> None:
        """Put a row before the catalogue's own rows on the home page."""
        self._contributors.home.append(source)

    # Matching and upkeep, for the library

    async def resolve(self, query: TitleQuery) -> TitleId:
        """The title that a file belongs to, stored with its details when this returns.

        Asks the providers in order; hints win. Where none finds it (or none can be reached) the answer is a `local-` title that
        is the same for the same kind, title and year. Idempotent, also under concurrency. Never raises for a provider's trouble.
        Once a provider is back, the same query may give another, matched title.
        """
        return await self._matcher.resolve(query)

    async def set_available(self, unit: UnitOfWork, title_ids: Collection[TitleId], at: datetime) -> None:
        """The library has playable items of these titles; the first time sets `added_at`.

        Library lists and home rows show only available titles.
        """
        back = await self._titles.unmatched(unit, title_ids, available=False)
        await self._search.put(unit, [document_of_row(row) for row in back])
        await self._titles.set_available(unit, title_ids, at)

    async def set_unavailable(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """The library has nothing of these titles any more. Their details stay, and so does `added_at`; those that only a file's
        name made known are no longer found by a search."""
        gone = await self._titles.unmatched(unit, title_ids, available=True)
        await self._search.remove(unit, [row.id for row in gone])
        await self._titles.set_unavailable(unit, title_ids)

    async def remove_titles(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """Forget titles with their search rows, seasons and episodes (the demo's removal)."""
        await self._search.remove(unit, sorted(title_ids))
        await self._titles.remove(unit, title_ids)
        self._matcher.forget()

    async def demo_titles(self, unit: ReadUnit) -> Sequence[TitleId]:
        """The titles of the demo."""
        return await self._titles.demo_titles(unit)

    async def set_poster(self, title_id: TitleId, picture: bytes, *, replace: bool = False) -> bool:
        """Keep `picture` (JPEG, PNG or WebP) as the title's poster unless it has one; says whether it was used.

        Raises `PictureRefused`.
        """
        name, color = await self._pictures.keep(picture)
        async with self._database.write() as unit:
            return await self._titles.set_poster(unit, title_id, name, color, replace=replace)

    # Reads

    async def cards(self, unit: ReadUnit, title_ids: Sequence[TitleId], user_id: UserId | None = None) -> list[TitleCard]:
        """Cards in the order given; unknown titles are left out."""
        return await self._cards.of(unit, title_ids, user_id)

    async def exists(self, unit: ReadUnit, title_id: TitleId) -> bool:
        """Whether the title is known here."""
        return await self._titles.exists(unit, title_id)

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
        """A page of the titles that the library has; with `only.q` of its `MOST_HITS` best fits. Raises `InvalidCursor`."""
        scope = f"catalog.available?{only!r}&sort={sort}"
        after = self._cursors.open(scope, cursor)
        if only.q is None:
            rows = await self._lists.page(unit, only, sort, limit, after)
        else:
            found = [hit.key for hit in await self._search.find(unit, only.q, kind=only.kind)]
            rows = await self._lists.among(unit, only, sort, found, limit, after)
        page = self._cursors.page(scope, rows, limit)
        return Page(await self._cards.of(unit, page.items, user_id), page.next_cursor)

    async def recent(self, unit: ReadUnit, limit: int = 20, user_id: UserId | None = None) -> list[TitleCard]:
        """What the library got last, of every kind."""
        return await self._cards.of(unit, await self._lists.recent(unit, limit), user_id)

    async def episode_names(self, unit: ReadUnit, title_id: TitleId) -> Mapping[tuple[int, int], str]:
        """Episode names of a show by (season, number), as far as a provider knows them."""
        return {(row.season, row.number): row.name for row in await self._titles.episodes(unit, title_id) if row.name}

    async def details(
        self, unit: ReadUnit, kind: TitleKind, title_id: TitleId, user_id: UserId | None = None
    ) -> MovieView | ShowView:
        """Everything about a title. Raises `TitleNotFound`, also where the kind does not fit."""
        row = await self._known(unit, kind, title_id)
        items = await self._items(unit, title_id)
        progress = (await self._cards.progress_of(unit, [title_id], user_id)).get(title_id)
        if kind == "movie":
            return self._views.movie(row, items, progress)
        counts = await self._titles.episode_counts(unit, title_id)
        seasons = self._views.seasons(await self._titles.seasons(unit, title_id), counts, items)
        return self._views.show(row, items, progress, seasons)

    async def season(self, unit: ReadUnit, title_id: TitleId, number: int, user_id: UserId | None = None) -> SeasonView:
        """A season with its episodes: those that a provider knows and those that the library has. Raises `TitleNotFound`."""
        await self._known(unit, "show", title_id)
        row = next((season for season in await self._titles.seasons(unit, title_id) if season.number == number), None)
        items = [item for item in await self._items(unit, title_id) if item.season == number]
        episodes = await self._titles.episodes(unit, title_id, number)
        if row is None and not items and not episodes:
            raise TitleNotFound("The show has no such season.")
        source = self._contributors.progress
        progress = await source.of_items(unit, user_id, title_id) if source is not None and user_id is not None else {}
        return self._views.season(number, row, episodes, items, progress)

    async def search(
        self, unit: ReadUnit, text: str, *, kind: TitleKind | None = None, limit: int = 20, cursor: str | None = None
    ) -> Page[SearchHit]:
        """Titles that fit the words, best first; forgives typing errors; accepts any text."""
        scope = f"catalog.search?q={text}&kind={kind}"
        after = self._cursors.open(scope, cursor)
        # The first page needs no more than its own best; what the index adds for later pages ranks below.
        hits = await self._search.find(unit, text, kind=kind, limit=limit + 1 if after is None else MOST_HITS)
        if after is not None:
            worst, last = float(str(after[0])), str(after[1])
            hits = [hit for hit in hits if (-hit.score, hit.key) > (-worst, last)][: limit + 1]
        rows = await self._lists.by_ids(unit, [hit.key for hit in hits])
        found = [((hit.score, hit.key), self._views.hit(rows[hit.key], hit.score)) for hit in hits if hit.key in rows]
        return self._cursors.page(scope, found, limit)

    async def suggest(self, unit: ReadUnit, text: str, limit: int = 8) -> list[Suggestion]:
        """Titles for text that is still being typed."""
        hits = await self._search.find(unit, text, limit=limit)
        rows = await self._lists.by_ids(unit, [hit.key for hit in hits])
        return [self._views.suggestion(rows[hit.key]) for hit in hits if hit.key in rows]

    async def genres(self, unit: ReadUnit) -> list[GenreView]:
        """Genres of the titles that the library has."""
        return [GenreView(id=key, name=name) for key, name in await self._lists.genres(unit)]

    async def home(self, unit: ReadUnit, user_id: UserId | None) -> HomeView:
        """The home page: rows of other features, recently added, films, shows, the biggest genres."""
        return await self._home.view(unit, user_id)

    async def picture(self, kind: PictureKind, size: str, name: str, accept: str) -> Picture:
        """A picture ready to be sent. Raises `PictureNotFound`, `PictureUnavailable`, `PictureRefused`."""
        return await self._pictures.variant(kind, size, name, accept)

    async def _known(self, unit: ReadUnit, kind: TitleKind, title_id: TitleId) -> Title:
        row = await self._titles.get(unit, title_id)
        if row is None or row.kind != kind:
            raise TitleNotFound(f"There is no {kind} {title_id}.")
        return row

    async def _items(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        library = self._contributors.library
        return [] if library is None else await library.items_of(unit, title_id)
