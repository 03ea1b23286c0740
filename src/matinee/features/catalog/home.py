"""The home page: rows that are the same for all, made once and kept, under the rows of one person."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from pydantic import BaseModel

from matinee.features.catalog.browsing import Browser
from matinee.features.catalog.cache import ANSWER_SHARE, HOME, LIBRARY, CatalogPolicies, home_key
from matinee.features.catalog.cards import Cards
from matinee.features.catalog.errors import SourceUnavailable, source_error
from matinee.features.catalog.personal import PersonalHome
from matinee.features.catalog.policy import CatalogOptions, TitleFilter
from matinee.features.catalog.repository import ListRepository
from matinee.features.catalog.schemas import HomeRow, HomeView, ItemProgress, TitleCard
from matinee.infra.cache import Cache, Fill, Hit, SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.errors import MatineeError
from matinee.infra.http.answers.shared import Degraded
from matinee.infra.http.answers.structs import changed, decoder_of, encode, struct_of
from matinee.infra.ids import TitleId, UserId
from matinee.ports.catalogue import Listing, Locale
from matinee.ports.metadata import TitleKind

log = structlog.get_logger(__name__)
_GENRE_ROWS = 8
_BIG_GENRE = 4
_UPSTREAM_SECONDS = 2.0
"""How long a home page that nobody has made yet waits for an upstream; rows that come later are on the next one."""
_LANGUAGES = 16
"""Pages that are kept decoded; there is one for each language."""


class SharedRows(BaseModel):
    """What is kept in the cache: rows without anybody's progress, and why they are not as they should be."""

    rows: list[HomeRow]
    degraded: Degraded | None = None


_HomeView, _Row, _Shared, _Degraded = struct_of(HomeView), struct_of(HomeRow), struct_of(SharedRows), struct_of(Degraded)
_decoder = decoder_of(SharedRows)


@dataclass(frozen=True, slots=True)
class _Decoded:
    value: bytes
    shared: SharedRows
    encoded: dict[int, bytes] = field(default_factory=dict)
    """JSON by the identity of the row, as far as it was needed."""


class HomePage:
    """Rows of other features first; then recently added, what is trending and popular, films, shows, the biggest genres."""

    def __init__(
        self,
        database: Database,
        cache: Cache,
        browser: Browser,
        cards: Cards,
        personal: PersonalHome,
        policies: CatalogPolicies,
        options: CatalogOptions,
        clock: Clock,
        *,
        upstream: bool,
    ) -> None:
        self._database = database
        self._cache = cache
        self._browser = browser
        self.personal = personal
        self._cards = cards
        self._lists = ListRepository()
        self._policy = policies.home
        self._size = options.row_size
        self._clock = clock
        self._upstream = upstream
        self._decoded: dict[str, _Decoded] = {}
        self._genres: list[tuple[str, str]] = []
        self._genres_until = 0.0

    async def view(self, unit: ReadUnit, user_id: UserId | None, locale: Locale, max_age: int | None = None) -> HomeView:
        """The page of one person, or of nobody. With `max_age` the library's rows have only titles for people of that age; the
        others are for `Sieve`. Raises `DatabaseUnavailable`."""
        shared = await self.shared(locale, max_age)
        shown: list[HomeRow] = []
        if user_id is not None:
            shown += await self.personal.rows(user_id)
        shown += await self._with_progress(unit, shared.rows, user_id)
        shown = [row for row in shown if row.items]
        return _HomeView(hero=_hero(shown), rows=shown, degraded=shared.degraded)

    async def body(self, unit: ReadUnit, user_id: UserId | None, locale: Locale) -> bytes:
        """The same as JSON. Rows that are the same for all are most of it, and are encoded once."""
        view = await self.view(unit, user_id, locale)
        kept = self._decoded.get(home_key(locale))
        rows = b",".join(_encoded(row, kept) for row in view.rows)
        hero = encode(view.hero) if view.hero is not None else b"null"
        degraded = encode(view.degraded) if view.degraded is not None else b"null"
        return b'{"hero":' + hero + b',"rows":[' + rows + b'],"degraded":' + degraded + b"}"

    async def shared(self, locale: Locale, max_age: int | None = None) -> SharedRows:
        """The rows that are the same for all, or for all profiles with that limit."""
        key = home_key(locale, max_age)
        try:
            hit = await self._cache.get(self._policy, key, lambda: self._load(locale, max_age))
        except SourceFailed as failed:
            raise failed.error if isinstance(failed.error, MatineeError) else source_error(failed) from failed
        if hit is None:
            return _Shared(rows=[])
        return self._read(key, hit)

    def _read(self, key: str, hit: Hit) -> SharedRows:
        kept = self._decoded.get(key)
        if kept is None or kept.value != hit.value:
            kept = self._decoded[key] = _Decoded(hit.value, _decoder.decode(hit.value))
            while len(self._decoded) > _LANGUAGES:
                del self._decoded[next(iter(self._decoded))]
        old = Degraded.of(Freshness.of(self._policy, key, hit))
        return kept.shared if old is None else _Shared(rows=kept.shared.rows, degraded=old)

    async def _with_progress(self, unit: ReadUnit, rows: Sequence[HomeRow], user_id: UserId | None) -> list[HomeRow]:
        """The rows with the caller's progress on the cards; rows without any are those that were given."""
        wanted = list(dict.fromkeys(TitleId(card.id) for row in rows for card in row.items))
        progress = await self._cards.progress_of(unit, wanted, user_id)
        if not progress:
            return list(rows)
        return [_overlaid(row, progress) if any(card.id in progress for card in row.items) else row for row in rows]

    async def _load(self, locale: Locale, max_age: int | None) -> Fill:
        try:
            return await self._made(locale, max_age)
        except MatineeError as error:
            raise SourceFailed(error.code, error=error) from error

    async def _made(self, locale: Locale, max_age: int | None) -> Fill:
        (popular, degraded, whole), own = await asyncio.gather(self._of_upstream(locale), self._of_library(max_age))
        rows = [*own[:1], *popular, *own[1:]]
        shared = _Shared(rows=[row for row in rows if row.items], degraded=degraded)
        value = encode(shared)
        return Fill(value, frozenset({HOME, LIBRARY}), None if whole else ANSWER_SHARE)

    async def _of_upstream(self, locale: Locale) -> tuple[list[HomeRow], Degraded | None, bool]:
        """Rows of the upstream, why they are old, and whether all of them came."""
        if not self._upstream:
            return [], None, True
        wanted: list[tuple[TitleKind, Listing]] = [
            ("movie", "trending"),
            ("show", "trending"),
            ("movie", "popular"),
            ("show", "popular"),
        ]
        got = await asyncio.gather(*(self._listing(kind, listing, locale) for kind, listing in wanted))
        films, shows, popular_films, popular_shows = (cards for cards, _ in got)
        degraded = next((reason for _, reason in got if reason is not None), None)
        mixed = [card for pair in zip(films, shows, strict=False) for card in pair] or films or shows
        rows = [
            _Row(id="trending", title="Trending", items=mixed[: self._size]),
            _Row(id="popular-movies", title="Popular movies", items=popular_films),
            _Row(id="popular-shows", title="Popular shows", items=popular_shows),
        ]
        return rows, degraded, degraded is None and all(row.items for row in rows)

    async def _listing(self, kind: TitleKind, listing: Listing, locale: Locale) -> tuple[list[TitleCard], Degraded | None]:
        try:
            async with asyncio.timeout(_UPSTREAM_SECONDS):
                page, _ = await self._browser.listing(kind, listing, locale, self._size)
        except TimeoutError:
            return [], None
        except SourceUnavailable as error:
            return [], _Degraded(reason=error.code, age=0)
        return page.items, page.degraded

    async def _of_library(self, max_age: int | None) -> list[HomeRow]:
        async with self._database.read() as unit:
            rows = [
                ("recently-added", "Recently added", await self._lists.recent(unit, self._size, max_age)),
                ("movies", "Movies", await self._best(unit, TitleFilter(kind="movie", max_age=max_age))),
                ("shows", "Shows", await self._best(unit, TitleFilter(kind="show", max_age=max_age))),
            ]
            big = await self._big_genres(unit)
            genres = {f"genre-{key}": key for key, _ in big}
            for key, name in big:
                rows.append((f"genre-{key}", name, await self._best(unit, TitleFilter(genre=key, max_age=max_age))))
            wanted = list(dict.fromkeys(title_id for _, _, ids in rows for title_id in ids))
            cards = {card.id: card for card in await self._cards.shared(unit, wanted)}
        return [
            _Row(id=key, title=title, items=[cards[one] for one in ids if one in cards], genre_id=genres.get(key))
            for key, title, ids in rows
        ]

    async def _big_genres(self, unit: ReadUnit) -> list[tuple[str, str]]:
        """The genres with most titles. Counting a large library takes long, so the answer is used a hundred times as long."""
        begun = self._clock.monotonic()
        if begun >= self._genres_until:
            self._genres = await self._lists.biggest_genres(unit, _BIG_GENRE, _GENRE_ROWS)
            ended = self._clock.monotonic()
            self._genres_until = ended + 100 * (ended - begun)
        return self._genres

    async def _best(self, unit: ReadUnit, only: TitleFilter) -> list[TitleId]:
        found = await self._lists.page(unit, only, "-vote_average", self._size, None)
        return [title_id for _, title_id in found[: self._size]]


def _encoded(row: HomeRow, kept: _Decoded | None) -> bytes:
    if kept is None or not any(row is one for one in kept.shared.rows):
        return encode(row)
    found = kept.encoded.get(id(row))
    if found is None:
        found = kept.encoded[id(row)] = encode(row)
    return found


def _overlaid(row: HomeRow, progress: Mapping[str, ItemProgress]) -> HomeRow:
    cards = [changed(card, progress=progress[card.id]) if card.id in progress else card for card in row.items]
    return changed(row, items=cards)


def _hero(rows: Sequence[HomeRow]) -> TitleCard | None:
    """What was being watched; else the newest with a wide picture; else the first there is."""
    if not rows:
        return None
    if rows[0].id == "continue-watching":
        return rows[0].items[0]
    return next((card for card in rows[0].items if card.backdrop), rows[0].items[0])
