"""Lists of titles: pages of an upstream by number become pages of any length by cursor; the database stands in where it must."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from matinee.features.catalog.cache import (
    LIBRARY,
    CatalogPolicies,
    discover_scope,
    incomplete,
    last_resort,
    library_tag,
    listing_tags,
    tagged,
    title_tag,
)
from matinee.features.catalog.cards import Cards
from matinee.features.catalog.errors import source_error
from matinee.features.catalog.policy import KnownFilter, KnownOrder, in_discovery, in_listing, upstream_kind
from matinee.features.catalog.repository import KnownRepository, TitleRepository
from matinee.features.catalog.schemas import TitleCard, TitleList
from matinee.features.catalog.sourcing import Answer, Upstream
from matinee.features.catalog.views import Views
from matinee.infra.cache import CachePolicy, SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import InvalidCursor, TitleNotFound
from matinee.infra.http.answers.shared import Degraded
from matinee.infra.http.answers.structs import struct_of
from matinee.infra.ids import TitleId
from matinee.infra.paging import Cursors, Scalar
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale, Relation, TitlePage, TitleSummary
from matinee.ports.metadata import TitleKind

_TitleList = struct_of(TitleList)
PAGE_SIZE = 20
"""What upstreams give in one page; only how many pages are asked for at once depends on it."""
_MOST_PAGES = 8
"""Pages of an upstream for one answer: 100 titles are 5, and titles that moved from page to page make it a little more."""
_NEAR = 20
ReadPage = Callable[[int], Awaitable[Answer[TitlePage] | None]]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: how to read it from an upstream, and what the database has in its place."""

    scope: str
    policy: CachePolicy
    tags: frozenset[str]
    read: ReadPage
    only: KnownFilter | None = None
    order: KnownOrder = "-popularity"
    near: TitleId | None = None
    """In place of `only`: the titles near this one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk over an upstream's pages gave. `place` is where the next one begins."""

    titles: Sequence[tuple[str, TitleSummary]]
    freshness: Freshness
    place: tuple[int, int] | None


class Browser:
    """Every answer comes with its freshness; nothing in it depends on the caller."""

    def __init__(
        self,
        database: Database,
        upstream: Upstream,
        policies: CatalogPolicies,
        cursors: Cursors,
        cards: Cards,
        views: Views,
        clock: Clock,
    ) -> None:
        self._database = database
        self._upstream = upstream
        self._policies = policies
        self._cursors = cursors
        self._cards = cards
        self._views = views
        self._clock = clock
        self._known = KnownRepository()
        self._titles = TitleRepository()

    async def listing(
        self, kind: TitleKind, listing: Listing, locale: Locale, limit: int, cursor: str | None = None
    ) -> tuple[TitleList, Freshness]:
        """One of the standard lists. Raises `InvalidCursor`, `SourceUnavailable`."""
        only, order = in_listing(kind, listing, self._clock.now().date())
        return await self._page(
            Listed(
                f"catalog.{kind}.{listing}?{locale}",
                self._policies.of_listing(listing),
                listing_tags(listing),
                lambda page: self._upstream.listing(kind, listing, page, locale),
                only,
                order,
            ),
            limit,
            cursor,
        )

    async def discover(
        self, query: DiscoverQuery, locale: Locale, limit: int, cursor: str | None = None
    ) -> tuple[TitleList, Freshness]:
        """Titles by filters. Raises `InvalidCursor`, `SourceUnavailable`."""
        return await self._page(
            Listed(
                f"catalog.discover?{discover_scope(query)}&{locale}",
                self._policies.lists,
                listing_tags("popular"),
                lambda page: self._upstream.discover(query, page, locale),
                in_discovery(query),
                query.sort,
            ),
            limit,
            cursor,
        )

    async def related(
        self, kind: TitleKind, title_id: TitleId, relation: Relation, locale: Locale, limit: int, cursor: str | None = None
    ) -> tuple[TitleList, Freshness]:
        """Titles near a title. Raises `TitleNotFound`, `InvalidCursor`, `SourceUnavailable`."""
        ours = upstream_kind(title_id)
        if ours not in {kind, None}:
            raise TitleNotFound(f"There is no {kind} {title_id}.")

        async def nobody(page: int) -> Answer[TitlePage] | None:
            return None

        read: ReadPage = nobody if ours is None else (lambda page: self._upstream.related(title_id, relation, page, locale))
        listed = Listed(
            f"catalog.{title_id}.{relation}?{locale}",
            self._policies.lists,
            listing_tags("popular") | {title_tag(title_id), library_tag(title_id)},
            read,
            near=title_id,
        )
        return await self._page(listed, limit, cursor)

    async def _page(self, listed: Listed, limit: int, cursor: str | None) -> tuple[TitleList, Freshness]:
        place = self._cursors.open(listed.scope, cursor)
        if self._upstream.there and (place is None or place[0] == "page"):
            try:
                found = await self._walk(listed, limit, _numbers(place))
            except SourceFailed as failed:
                if place is not None:  # the database has another order: going on there would repeat and leave out
                    raise source_error(failed) from failed
                return await self._from_database(listed, limit, None, failed)
            if found is not None:
                return await self._shown(listed, found)
        return await self._from_database(listed, limit, place, None)

    async def _walk(self, listed: Listed, limit: int, place: tuple[int, int]) -> Found | None:
        """Up to `limit` titles from a place on; None where the sources know of no such list. Raises `SourceFailed`."""
        number, offset = place
        first = await listed.read(number)
        if first is None:
            return None
        wanted = -(-(offset + limit) // PAGE_SIZE)
        last = min(first.value.pages, number + min(wanted, _MOST_PAGES) - 1)
        pages = {number: first, **await self._further(listed, range(number + 1, last + 1))}
        freshness = first.freshness
        titles: list[tuple[str, TitleSummary]] = []
        seen = await self._seen(listed, number) | {one.title_id for one in first.value.titles[:offset]}
        next_place: tuple[int, int] | None = None
        for page, index, source, one in _in_order(pages, place):
            if len(titles) == limit:
                next_place = (page, index)
                break
            if one.title_id not in seen:
                seen.add(one.title_id)
                titles.append((source, one))
        for answer in pages.values():
            if isinstance(answer, Answer):
                freshness = freshness.joined(answer.freshness)
        read_to = max(page for page, answer in pages.items() if isinstance(answer, Answer))
        if next_place is None and read_to < first.value.pages:
            next_place = (read_to + 1, 0)
        failed = next((answer for answer in pages.values() if isinstance(answer, SourceFailed)), None)
        if failed is not None:
            freshness = incomplete(freshness, failed)
        return Found(titles, freshness, next_place)

    async def _seen(self, listed: Listed, number: int) -> set[str]:
        """What the page before shows: a title that moved down since is not shown again."""
        if number == 1:
            return set()
        before = (await self._further(listed, range(number - 1, number)))[number - 1]
        return {one.title_id for one in before.value.titles} if isinstance(before, Answer) else set()

    async def _further(self, listed: Listed, numbers: range) -> dict[int, Answer[TitlePage] | SourceFailed | None]:
        """More pages at once, up to the first that cannot be had."""

        async def one(number: int) -> Answer[TitlePage] | SourceFailed | None:
            try:
                return await listed.read(number)
            except SourceFailed as failed:
                return failed

        found: dict[int, Answer[TitlePage] | SourceFailed | None] = {}
        for number, answer in zip(numbers, await asyncio.gather(*map(one, numbers)), strict=True):
            found[number] = answer
            if not isinstance(answer, Answer):
                break
        return found

    async def _shown(self, listed: Listed, found: Found) -> tuple[TitleList, Freshness]:
        async with self._database.read() as unit:
            facts = await self._known.facts(unit, [one.title_id for _, one in found.titles])
        cards = [self._views.summary(source, one, facts.get(one.title_id)) for source, one in found.titles]
        cursor = self._cursors.seal(listed.scope, ["page", *found.place]) if found.place else None
        return _list(cards, cursor, tagged(found.freshness, LIBRARY, *listed.tags))

    async def _from_database(
        self, listed: Listed, limit: int, place: Sequence[Scalar] | None, failed: SourceFailed | None
    ) -> tuple[TitleList, Freshness]:
        try:
            cards, cursor = await self._known_titles(listed, limit, place)
        except TitleNotFound:
            if failed is not None:  # the upstream may know it
                raise source_error(failed) from failed
            raise
        if failed is not None and not cards and listed.near is None:
            raise source_error(failed)
        tags = (LIBRARY, *listed.tags)
        if failed is None:
            return _list(cards, cursor, Freshness.now(listed.policy, frozenset(tags)))
        return _list(cards, cursor, last_resort(listed.policy, failed, 0.0, *tags))

    async def _known_titles(
        self, listed: Listed, limit: int, place: Sequence[Scalar] | None
    ) -> tuple[list[TitleCard], str | None]:
        after = _values(place)
        async with self._database.read() as unit:
            if listed.near is not None:
                found = await self._known.near(unit, listed.near, min(limit, _NEAR))
                if not found and not await self._titles.exists(unit, listed.near):
                    raise TitleNotFound(f"There is no title {listed.near}.")
                return await self._cards.shared(unit, found), None
            if listed.only is None:
                return [], None
            rows = await self._known.page(unit, listed.only, listed.order, limit, after)
            page = self._cursors.page(listed.scope, [(["known", *values], key) for values, key in rows], limit)
            return await self._cards.shared(unit, page.items), page.next_cursor


def _in_order(
    pages: dict[int, Answer[TitlePage] | SourceFailed | None], place: tuple[int, int]
) -> Iterator[tuple[int, int, str, TitleSummary]]:
    """(page, index in it, source, title) from a place on."""
    for number, answer in sorted(pages.items()):
        if not isinstance(answer, Answer):
            return
        start = place[1] if number == place[0] else 0
        for index in range(start, len(answer.value.titles)):
            yield number, index, answer.source, answer.value.titles[index]


def _list(cards: Sequence[TitleCard], cursor: str | None, freshness: Freshness) -> tuple[TitleList, Freshness]:
    return _TitleList(items=list(cards), next_cursor=cursor, degraded=Degraded.of(freshness)), freshness


def _numbers(place: Sequence[Scalar] | None) -> tuple[int, int]:
    if place is None:
        return 1, 0
    if len(place) != 3 or not all(isinstance(one, int) for one in place[1:]):
        raise InvalidCursor
    return int(str(place[1])), int(str(place[2]))


def _values(place: Sequence[Scalar] | None) -> Sequence[Scalar] | None:
    """The sort values of a cursor into the database; the first page for one into an upstream that is no more."""
    return list(place[1:]) if place is not None and place[0] == "known" and len(place) == 3 else None
