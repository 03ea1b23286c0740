"""Reading through the cache: what the upstream catalogues say, once for everybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import msgspec
import structlog

from matinee.features.catalog import cache as names
from matinee.features.catalog.contributors import CatalogueSources
from matinee.features.catalog.errors import SOURCE_CODES
from matinee.features.catalog.repository import StoredTitle
from matinee.infra.cache import Absent, Cache, CachePolicy, Fill, Hit, SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.ports.catalogue import (
    CatalogueSource,
    DiscoverQuery,
    GenreName,
    Listing,
    Locale,
    PersonDetails,
    Relation,
    SearchPage,
    TitlePage,
)
from matinee.ports.metadata import Found, NotFound, Outcome, Rejected, SeasonDetails, TitleDetails, TitleKind, Unavailable

log = structlog.get_logger(__name__)
T = TypeVar("T")
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Said(Generic[T]):
    """What a source said. Pictures in `value` are names of the source `source`."""

    source: str
    value: T


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a source said, and how old that is."""

    source: str
    value: T
    freshness: Freshness


Shelve = Callable[[str, TitleDetails, Locale], None]
ShelveSeason = Callable[[str, str, SeasonDetails, Locale], None]
Asking = Callable[[CatalogueSource], Awaitable[Outcome[T]]]


@dataclass(slots=True)
class Shelves:
    """Who is told of details that came from an upstream a moment ago: they are kept in the database. `rows` hears what they look
    like there, when an answer has needed that already."""

    title: Shelve | None = None
    season: ShelveSeason | None = None
    rows: Callable[[TitleDetails, StoredTitle], None] = lambda _details, _rows: None


@dataclass(frozen=True, slots=True)
class _Question(Generic[T]):
    policy: CachePolicy
    key: str
    tags: frozenset[str]
    decoder: msgspec.msgpack.Decoder[Said[T]]
    ask: Asking[T]
    found: Callable[[Said[T]], None] | None = None


class Upstream:
    """The sources, in order, behind the cache.

    Every method gives None where the sources know that there is none, and raises `SourceFailed` where they cannot say and nothing
    is kept.
    """

    def __init__(self, cache: Cache, sources: CatalogueSources, policies: names.CatalogPolicies, shelves: Shelves) -> None:
        self._cache = cache
        self._sources = sources.sources
        self._policies = policies
        self._shelves = shelves
        self._pages = msgspec.msgpack.Decoder(Said[TitlePage])
        self._searches = msgspec.msgpack.Decoder(Said[SearchPage])
        self._details = msgspec.msgpack.Decoder(Said[TitleDetails])
        self._seasons = msgspec.msgpack.Decoder(Said[SeasonDetails])
        self._people = msgspec.msgpack.Decoder(Said[PersonDetails])
        self._genres = msgspec.msgpack.Decoder(Said[Sequence[GenreName]])

    @property
    def there(self) -> bool:
        """Whether there is any source; without one everything comes from the database."""
        return bool(self._sources)

    @property
    def shelves(self) -> Shelves:
        """Who keeps what the sources say."""
        return self._shelves

    @property
    def names(self) -> list[str]:
        """The sources' names, which titles carry as their provider."""
        return [source.name for source in self._sources]

    async def listing(self, kind: TitleKind, listing: Listing, page: int, locale: Locale) -> Answer[TitlePage] | None:
        key = names.listing_key(kind, listing, page, locale)
        policy, tags = self._policies.of_listing(listing), names.listing_tags(listing)
        return await self._read(_Question(policy, key, tags, self._pages, lambda one: one.listing(kind, listing, page, locale)))

    async def discover(self, query: DiscoverQuery, page: int, locale: Locale) -> Answer[TitlePage] | None:
        key, tags = names.discover_key(query, page, locale), frozenset({names.LISTS})
        return await self._read(
            _Question(self._policies.lists, key, tags, self._pages, lambda one: one.discover(query, page, locale))
        )

    async def related(self, title_id: str, relation: Relation, page: int, locale: Locale) -> Answer[TitlePage] | None:
        key, tags = names.related_key(title_id, relation, page, locale), frozenset({names.LISTS, names.title_tag(title_id)})
        return await self._read(
            _Question(self._policies.lists, key, tags, self._pages, lambda one: one.related(title_id, relation, page, locale))
        )

    async def search(self, text: str, kind: TitleKind | None, page: int, locale: Locale) -> Answer[SearchPage] | None:
        return await self._read(self._search(text, kind, page, locale))

    async def searched(self, text: str, kind: TitleKind | None, locale: Locale) -> Answer[SearchPage] | None:
        """The first page of a search if it is kept, without asking anybody."""
        return await self._kept(self._search(text, kind, 1, locale))

    async def details(self, title_id: str, locale: Locale) -> Answer[TitleDetails] | None:
        return await self._read(self._title(title_id, locale))

    async def details_kept(self, title_id: str, locale: Locale) -> Answer[TitleDetails] | None:
        """Details if they are kept, however old, without asking anybody."""
        return await self._kept(self._title(title_id, locale))

    async def season(self, title_id: str, number: int, locale: Locale) -> Answer[SeasonDetails] | None:
        key, tags = names.season_key(title_id, number, locale), frozenset({names.title_tag(title_id)})
        shelve = self._shelves.season

        def found(said: Said[SeasonDetails]) -> None:
            if shelve is not None:
                shelve(said.source, title_id, said.value, locale)

        return await self._read(
            _Question(self._policies.details, key, tags, self._seasons, lambda one: one.season(title_id, number, locale), found)
        )

    async def person(self, person_id: str, locale: Locale) -> Answer[PersonDetails] | None:
        key, tags = names.person_key(person_id, locale), frozenset({names.title_tag(person_id)})
        return await self._read(
            _Question(self._policies.details, key, tags, self._people, lambda one: one.person(person_id, locale))
        )

    async def genres(self, locale: Locale) -> Answer[Sequence[GenreName]] | None:
        key, tags = names.genres_key(locale), frozenset({names.CONFIGURATION})
        return await self._read(_Question(self._policies.genres, key, tags, self._genres, lambda one: one.genres(locale)))

    def _search(self, text: str, kind: TitleKind | None, page: int, locale: Locale) -> _Question[SearchPage]:
        key, tags = names.search_key(text, kind, page, locale), frozenset({names.SEARCH})
        return _Question(self._policies.search, key, tags, self._searches, lambda one: one.search(text, kind, page, locale))

    def _title(self, title_id: str, locale: Locale) -> _Question[TitleDetails]:
        key, tags = names.details_key(title_id, locale), frozenset({names.title_tag(title_id)})
        shelve = self._shelves.title

        def found(said: Said[TitleDetails]) -> None:
            if shelve is not None:
                shelve(said.source, said.value, locale)

        return _Question(self._policies.details, key, tags, self._details, lambda one: one.details(title_id, locale), found)

    async def _read(self, question: _Question[T]) -> Answer[T] | None:
        loaded: list[tuple[bytes, Said[T]]] = []
        hit = await self._cache.get(question.policy, question.key, lambda: self._load(question, loaded))
        if hit is None:
            return None
        if loaded and loaded[0][0] is hit.value:  # this call has loaded it: no need to read what was just written
            said = loaded[0][1]
            return Answer(said.source, said.value, Freshness.of(question.policy, question.key, hit, question.tags))
        answer = _decoded(question, hit)
        if answer is None:  # written by another version of the program
            await self._cache.invalidate(keys=[question.key])
            hit = await self._cache.get(question.policy, question.key, lambda: self._load(question, loaded))
            answer = None if hit is None else _decoded(question, hit)
        return answer

    async def _kept(self, question: _Question[T]) -> Answer[T] | None:
        hit = await self._cache.peek(question.policy, question.key)
        return None if hit is None else _decoded(question, hit)

    async def _load(self, question: _Question[T], loaded: list[tuple[bytes, Said[T]]]) -> Fill | Absent:
        """Ask the sources in order; the first that finds wins. `Absent` only when every one of them knows that there is none."""
        failed: SourceFailed | None = None
        for source in self._sources:
            outcome = await _asked(source, question)
            if isinstance(outcome, Found):
                said = Said(source.name, outcome.value)
                if question.found is not None:
                    question.found(said)
                value = _encode(said)
                loaded.append((value, said))
                return Fill(value, question.tags)
            if not isinstance(outcome, NotFound):
                failed = failed or failure(outcome)
        if failed is not None:
            raise failed
        return Absent(question.tags)


def failure(outcome: Unavailable | Rejected) -> SourceFailed:
    """Why a source could not say: a code of the error catalogue, and when to try again."""
    code = outcome.reason.partition(":")[0].strip()
    if code not in SOURCE_CODES:
        code = "upstream_rejected" if isinstance(outcome, Rejected) else "upstream_unavailable"
    return SourceFailed(code, outcome.retry_after if isinstance(outcome, Unavailable) else timedelta(minutes=5))


async def _asked(source: CatalogueSource, question: _Question[T]) -> Outcome[T]:
    try:
        return await question.ask(source)
    except Exception:  # a fault of the provider's program; the next source may still answer
        log.exception("catalogue_source_failed", source=source.name, key=question.key)
        return Unavailable("upstream_unavailable")


def _decoded(question: _Question[T], hit: Hit) -> Answer[T] | None:
    try:
        said = question.decoder.decode(hit.value)
    except msgspec.DecodeError:  # of another version, or spoilt
        log.warning("cache_entry_unreadable", key=question.key)
        return None
    return Answer(said.source, said.value, Freshness.of(question.policy, question.key, hit, question.tags))
