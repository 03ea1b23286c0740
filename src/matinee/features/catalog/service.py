"""The use cases of the catalogue, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matinee.features.catalog.browsing import Browser
from matinee.features.catalog.cards import Cards
from matinee.features.catalog.changes import Changes
from matinee.features.catalog.contributors import (
    CatalogueSources,
    HeldTitles,
    HomeRowSource,
    InterestSource,
    LibraryAvailability,
    MetadataProviders,
    ProgressSource,
)
from matinee.features.catalog.errors import PictureNotFound, PictureRefused, PictureUnavailable
from matinee.features.catalog.genres import GenreReader
from matinee.features.catalog.home import HomePage
from matinee.features.catalog.matching import Matcher
from matinee.features.catalog.pictures import Picture, PictureKind, PictureStore, WantedFormat
from matinee.features.catalog.policy import CatalogOptions, ListSort, Resolved, TitleFilter
from matinee.features.catalog.reading import TitleReader
from matinee.features.catalog.repository import ListRepository, TitleRepository, TitleTraits, TraitsRepository
from matinee.features.catalog.schemas import (
    Because,
    CreditsView,
    FileSummary,
    GenreList,
    HitKind,
    HomeRow,
    HomeView,
    ItemProgress,
    ItemSummary,
    MovieView,
    PersonView,
    SearchList,
    SeasonView,
    ShowView,
    SuggestionList,
    TitleCard,
    TitleList,
    VideoList,
)
from matinee.features.catalog.searching import Searcher
from matinee.features.catalog.stored import document_of_row
from matinee.infra.cache.freshness import Freshness
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.database.search import SearchIndex
from matinee.infra.ids import TitleId, UserId
from matinee.infra.paging import Cursors, Page
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale, Relation
from matinee.ports.metadata import TitleKind, TitleQuery

__all__ = [
    "Because",
    "CatalogOptions",
    "CatalogService",
    "CatalogueSources",
    "FileSummary",
    "HomeRow",
    "HomeRowSource",
    "InterestSource",
    "ItemProgress",
    "ItemSummary",
    "LibraryAvailability",
    "ListSort",
    "MetadataProviders",
    "PictureNotFound",
    "PictureRefused",
    "PictureUnavailable",
    "ProgressSource",
    "Resolved",
    "TitleCard",
    "TitleFilter",
    "TitleTraits",
]


WARM = "catalog.warm"
"""The job that reads into the cache what people will look at."""


@dataclass(frozen=True, slots=True)
class Readers:
    """What answers the questions that are the same for every caller."""

    titles: TitleReader
    lists: Browser
    words: Searcher
    genres: GenreReader
    home: HomePage


class CatalogService:
    """Titles: matching, details, lists, search, home.

    Methods that take a unit work inside it; the others open short units of their own. What is the same for every caller comes
    with its `Freshness`.
    """

    def __init__(
        self,
        database: Database,
        search: SearchIndex,
        matcher: Matcher,
        pictures: PictureStore,
        cursors: Cursors,
        options: CatalogOptions,
        cards: Cards,
        readers: Readers,
        changes: Changes,
    ) -> None:
        self._database = database
        self._search = search
        self._matcher = matcher
        self._pictures = pictures
        self._cursors = cursors
        self._options = options
        self._titles = TitleRepository()
        self._lists = ListRepository()
        self._traits = TraitsRepository()
        self._contributors = cards.contributors
        self._cards = cards
        self._read = readers
        self._changes = changes

    # What features above register when they are built

    def use_library(self, library: LibraryAvailability) -> None:
        """Ask `library` for the items of a title."""
        self._contributors.library = library

    def use_holdings(self, held: HeldTitles) -> None:
        """Ask `held` now and then of which titles there are items, and `library` only for those. Every change of them must come
        with `set_available`, `set_unavailable` or `remove_titles`."""
        self._contributors.held = held

    def use_progress(self, progress: ProgressSource) -> None:
        """Ask `progress` for what is shown on cards and episodes."""
        self._contributors.progress = progress

    def use_interest(self, interest: InterestSource) -> None:
        """Ask `interest` for the titles that warming reads first."""
        self._contributors.interest = interest

    def add_home_source(self, source: HomeRowSource) -> None:
        """Put rows before the catalogue's own rows on the home page."""
        self._contributors.home.append(source)

    # Matching and upkeep, for the library

    async def resolve(self, query: TitleQuery) -> TitleId:
        """The title that a file belongs to, stored with its details when this returns.

        Asks the providers in order; hints win. Where none finds it (or none can be reached) the answer is a `local-` title that
        is the same for the same kind, title and year. Idempotent, also under concurrency. Never raises for a provider's trouble.
        Once a provider is back, the same query may give another, matched title.
        """
        return (await self.match(query)).title_id

    async def match(self, query: TitleQuery) -> Resolved:
        """The same, with the ids of the query that led nowhere: then its words were believed."""
        return await self._matcher.resolve(query)

    async def set_available(self, unit: UnitOfWork, title_ids: Collection[TitleId], at: datetime) -> None:
        """The library has playable items of these titles; the first time sets `added_at`.

        Library lists and home rows show only available titles.
        """
        back = await self._titles.unmatched(unit, title_ids, available=False)
        await self._search.put(unit, [document_of_row(row) for row in back])
        lists = await self._titles.set_available(unit, title_ids, at)
        self._changes.leave_with(unit, title_ids, lists=lists)

    async def set_unavailable(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """The library has nothing of these titles any more. Their details stay, and so does `added_at`; those that only a file's
        name made known are no longer found by a search."""
        gone = await self._titles.unmatched(unit, title_ids, available=True)
        await self._search.remove(unit, [row.id for row in gone])
        lists = await self._titles.set_unavailable(unit, title_ids)
        self._changes.leave_with(unit, title_ids, lists=lists)

    async def remove_titles(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        """Forget titles with their search rows, seasons and episodes (the demo's removal)."""
        await self._search.remove(unit, sorted(title_ids))
        await self._titles.remove(unit, title_ids)
        self._matcher.forget()
        self._changes.leave_with(unit, title_ids, lists=True)

    async def demo_titles(self, unit: ReadUnit) -> Sequence[TitleId]:
        """The titles of the demo."""
        return await self._titles.demo_titles(unit)

    async def set_poster(self, title_id: TitleId, picture: bytes, *, replace: bool = False) -> bool:
        """Keep `picture` (JPEG, PNG or WebP) as the title's poster unless it has one; says whether it was used.

        Raises `PictureRefused`.
        """
        name, color = await self._pictures.keep(picture)
        async with self._database.write() as unit:
            used = await self._titles.set_poster(unit, title_id, name, color, replace=replace)
            if used:
                self._changes.leave_with(unit, [title_id], lists=True)
        return used

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

    async def traits(self, unit: ReadUnit, after: TitleId | None, limit: int) -> list[TitleTraits]:
        """What titles of the library are about, by id, after `after`."""
        return await self._traits.page(unit, after, limit)

    async def count_available(self, unit: ReadUnit) -> int:
        """How many titles the library has."""
        return await self._traits.count(unit)

    async def episode_names(self, unit: ReadUnit, title_id: TitleId) -> Mapping[tuple[int, int], str]:
        """Episode names of a show by (season, number), as far as a provider knows them."""
        return {(row.season, row.number): row.name for row in await self._titles.episodes(unit, title_id) if row.name}

    # Reads that are the same for every caller

    def locale(self, language: str | None = None, region: str | None = None) -> Locale:
        """What a caller wants, filled up with the defaults of this server."""
        return self._options.locale(language, region)

    async def details(
        self, kind: TitleKind, title_id: TitleId, locale: Locale | None = None
    ) -> tuple[MovieView | ShowView, Freshness]:
        """Everything about a title. Raises `TitleNotFound` (also where the kind does not fit), `SourceUnavailable`."""
        return await self._read.titles.details(kind, title_id, locale or self.locale())

    async def credits(self, kind: TitleKind, title_id: TitleId, locale: Locale | None = None) -> tuple[CreditsView, Freshness]:
        """Who made a title and who is in it. Raises as `details`."""
        return await self._read.titles.credits(kind, title_id, locale or self.locale())

    async def videos(self, kind: TitleKind, title_id: TitleId, locale: Locale | None = None) -> tuple[VideoList, Freshness]:
        """Trailers and clips elsewhere. Raises as `details`."""
        return await self._read.titles.videos(kind, title_id, locale or self.locale())

    async def season(self, title_id: TitleId, number: int, locale: Locale | None = None) -> tuple[SeasonView, Freshness]:
        """A season with its episodes: those that a provider knows and those that the library has.

        Raises `TitleNotFound`, `SourceUnavailable`.
        """
        return await self._read.titles.season(title_id, number, locale or self.locale())

    async def person(self, person_id: str, locale: Locale | None = None) -> tuple[PersonView, Freshness]:
        """A person with the titles they took part in. Raises `PersonNotFound`, `SourceUnavailable`."""
        return await self._read.titles.person(person_id, locale or self.locale())

    async def listing(
        self, kind: TitleKind, listing: Listing, *, locale: Locale | None = None, limit: int = 20, cursor: str | None = None
    ) -> tuple[TitleList, Freshness]:
        """One of the standard lists. Raises `InvalidCursor`, `SourceUnavailable`."""
        return await self._read.lists.listing(kind, listing, locale or self.locale(), limit, cursor)

    async def discover(
        self, query: DiscoverQuery, *, locale: Locale | None = None, limit: int = 20, cursor: str | None = None
    ) -> tuple[TitleList, Freshness]:
        """Titles by filters. Raises `InvalidCursor`, `SourceUnavailable`."""
        return await self._read.lists.discover(query, locale or self.locale(), limit, cursor)

    async def related(
        self,
        kind: TitleKind,
        title_id: TitleId,
        relation: Relation,
        *,
        locale: Locale | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> tuple[TitleList, Freshness]:
        """Titles near a title. Raises `TitleNotFound`, `InvalidCursor`, `SourceUnavailable`."""
        return await self._read.lists.related(kind, title_id, relation, locale or self.locale(), limit, cursor)

    async def search(
        self,
        text: str,
        *,
        kind: HitKind | None = None,
        locale: Locale | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> tuple[SearchList, Freshness]:
        """Titles and people that fit the words, best first; forgives typing errors; accepts any text. Raises `InvalidCursor`."""
        return await self._read.words.search(text, kind, locale or self.locale(), limit, cursor)

    async def suggest(self, text: str, *, locale: Locale | None = None, limit: int = 8) -> tuple[SuggestionList, Freshness]:
        """Titles for text that is still being typed."""
        return await self._read.words.suggest(text, locale or self.locale(), limit)

    async def genres(self, *, locale: Locale | None = None, of_library: bool = False) -> tuple[GenreList, Freshness]:
        """Genres by name; `of_library`: those of which the library has something."""
        return await self._read.genres.all(locale or self.locale(), of_library=of_library)

    async def home(
        self, unit: ReadUnit, user_id: UserId | None, locale: Locale | None = None, max_age: int | None = None
    ) -> HomeView:
        """The home page: rows of other features, recently added, trending and popular, films, shows, the biggest genres."""
        return await self._read.home.view(unit, user_id, locale or self.locale(), max_age)

    async def home_body(self, unit: ReadUnit, user_id: UserId | None, locale: Locale | None = None) -> bytes:
        """The same as JSON, without encoding again what is the same for everybody."""
        return await self._read.home.body(unit, user_id, locale or self.locale())

    def personal_changed(self, unit: UnitOfWork, user_id: UserId) -> None:
        """Rows of the home page that other features fill for this profile are different once the unit's changes are durable."""
        self._read.home.personal.changed_with(unit, user_id)

    async def picture(self, kind: PictureKind, size: str, name: str, accept: str = "", wanted: WantedFormat = "auto") -> Picture:
        """A picture ready to be sent. Raises `PictureNotFound`, `PictureUnavailable`, `PictureBroken`."""
        return await self._pictures.variant(kind, size, name, accept, wanted)
