"""One title, season or person: what the upstream says through the cache, what the library adds, what the database knows else."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from matinee.features.catalog.cache import CatalogPolicies, last_resort, library_tag, tagged, title_tag
from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.errors import PersonNotFound, source_error
from matinee.features.catalog.holdings import Holdings
from matinee.features.catalog.models import Season, Title
from matinee.features.catalog.policy import CatalogOptions, upstream_kind
from matinee.features.catalog.repository import KnownRepository, TitleRepository
from matinee.features.catalog.schemas import (
    CreditsView,
    ItemSummary,
    MovieView,
    PersonView,
    SeasonView,
    ShowView,
    VideoList,
)
from matinee.features.catalog.sourcing import Answer, Upstream
from matinee.features.catalog.stored import season_row, season_rows, stored_details, title_row
from matinee.features.catalog.views import Views
from matinee.infra.cache import SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.errors import TitleNotFound
from matinee.infra.http.answers.shared import Degraded
from matinee.infra.http.answers.structs import struct_of
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import TitleDetails, TitleKind

T = TypeVar("T")
_CreditsView, _VideoList = struct_of(CreditsView), struct_of(VideoList)
_KNOWN_FOR = 50
"""Titles that the last resort for a person names at most."""
_NEVER = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A title as it is shown, and where that comes from."""

    row: Title
    freshness: Freshness
    seasons: Sequence[Season] = ()
    counts: Mapping[int, int] = field(default_factory=dict)


class TitleReader:
    """Every answer comes with its freshness; nothing in it depends on the caller."""

    def __init__(
        self,
        database: Database,
        upstream: Upstream,
        policies: CatalogPolicies,
        contributors: Contributors,
        views: Views,
        options: CatalogOptions,
        clock: Clock,
        holdings: Holdings,
    ) -> None:
        self._database = database
        self._holdings = holdings
        self._upstream = upstream
        self._policy = policies.details
        self._contributors = contributors
        self._views = views
        self._options = options
        self._clock = clock
        self._titles = TitleRepository()
        self._known = KnownRepository()

    async def details(self, kind: TitleKind, title_id: TitleId, locale: Locale) -> tuple[MovieView | ShowView, Freshness]:
        """Everything about a title. Raises `TitleNotFound` (also where the kind does not fit), `SourceUnavailable`."""
        said = await self._said(kind, title_id, locale)
        # Of a title that the library lacks, the database knows nothing that the upstream does not say.
        if isinstance(said, Answer) and said.value.poster is not None and self._holdings.lacks(title_id):
            return self._shown(kind, self._said_so(title_id, said, None), ())
        async with self._database.read() as unit:
            items = await self._items(unit, title_id)
            enough = isinstance(said, Answer) and not items and said.value.poster is not None
            told = await self._told(unit, kind, title_id, said, known=None if enough else await self._titles.get(unit, title_id))
        return self._shown(kind, told, items)

    def _shown(self, kind: TitleKind, told: Told, items: Sequence[ItemSummary]) -> tuple[MovieView | ShowView, Freshness]:
        if kind == "movie":
            view = self._views.movie(told.row, items)
        else:
            view = self._views.show(told.row, items, self._views.seasons(told.seasons, told.counts, items))
        view.degraded = Degraded.of(told.freshness)
        return view, told.freshness

    async def credits(self, kind: TitleKind, title_id: TitleId, locale: Locale) -> tuple[CreditsView, Freshness]:
        """Who made a title and who is in it. Raises as `details`."""
        told = await self._alone(kind, title_id, locale)
        found = self._views.credits(told.row)
        return _CreditsView(cast=found.cast, crew=found.crew, degraded=Degraded.of(told.freshness)), told.freshness

    async def videos(self, kind: TitleKind, title_id: TitleId, locale: Locale) -> tuple[VideoList, Freshness]:
        """Trailers and clips. Raises as `details`."""
        told = await self._alone(kind, title_id, locale)
        return _VideoList(items=self._views.videos(told.row), degraded=Degraded.of(told.freshness)), told.freshness

    async def season(self, title_id: TitleId, number: int, locale: Locale) -> tuple[SeasonView, Freshness]:
        """A season with its episodes: those that a provider knows and those that the library has.

        Raises `TitleNotFound`, `SourceUnavailable`.
        """
        _require_kind("show", title_id)
        asked = self._upstream.there and upstream_kind(title_id) is not None
        said = await _said(self._upstream.season(title_id, number, locale)) if asked else None
        tags = (title_tag(title_id), library_tag(title_id))
        async with self._database.read() as unit:
            items = [item for item in await self._items(unit, title_id) if item.season == number]
            if isinstance(said, Answer):
                row, episodes = season_row(title_id, said.value, said.source)
                freshness = tagged(said.freshness, *tags)
                view = self._views.season(number, row, episodes, items)
            else:
                view, freshness = await self._season_here(unit, title_id, number, items, said)
        view.degraded = Degraded.of(freshness)
        return view, freshness

    async def person(self, person_id: str, locale: Locale) -> tuple[PersonView, Freshness]:
        """A person with the titles they took part in; what the cast of known titles says, while nobody else can be asked. Raises
        `PersonNotFound`, `SourceUnavailable`."""
        said = await _said(self._upstream.person(person_id, locale)) if self._upstream.there else None
        if isinstance(said, SourceFailed):
            return await self._person_here(person_id, said)
        if said is None:
            raise PersonNotFound("There is nobody of this id.")
        async with self._database.read() as unit:
            facts = await self._known.facts(unit, [part.title.title_id for part in said.value.titles])
        view = self._views.person(said.source, said.value, facts)
        view.degraded = Degraded.of(said.freshness)
        return view, tagged(said.freshness, "library")

    async def _person_here(self, person_id: str, said: SourceFailed) -> tuple[PersonView, Freshness]:
        async with self._database.read() as unit:
            view = self._views.person_here(person_id, await self._known.with_person(unit, person_id, _KNOWN_FOR))
        if view is None:
            raise source_error(said)
        freshness = last_resort(self._policy, said, 0.0, title_tag(person_id), "library")
        view.degraded = Degraded.of(freshness)
        return view, freshness

    async def _alone(self, kind: TitleKind, title_id: TitleId, locale: Locale) -> Told:
        said = await self._said(kind, title_id, locale)
        async with self._database.read() as unit:
            return await self._told(unit, kind, title_id, said, known=await self._titles.get(unit, title_id))

    async def _said(self, kind: TitleKind, title_id: TitleId, locale: Locale) -> Answer[TitleDetails] | SourceFailed | None:
        """What the upstream says; None where it knows nothing of it or there is nobody to ask."""
        _require_kind(kind, title_id)
        if not self._upstream.there or upstream_kind(title_id) is None:
            return None
        said = await _said(self._upstream.details(title_id, locale))
        default = self._options.locale()
        if isinstance(said, SourceFailed) and locale != default:
            kept = await self._upstream.details_kept(title_id, default)
            if kept is not None:
                return replace(kept, freshness=msgspec.structs.replace(kept.freshness, state="error", reason=said.reason))
        return said

    async def _told(
        self,
        unit: ReadUnit,
        kind: TitleKind,
        title_id: TitleId,
        said: Answer[TitleDetails] | SourceFailed | None,
        *,
        known: Title | None,
    ) -> Told:
        if isinstance(said, Answer):
            return self._said_so(title_id, said, known)
        tags = (title_tag(title_id), library_tag(title_id))
        if known is None or known.kind != kind:
            if said is not None:
                raise source_error(said)
            raise TitleNotFound(f"There is no {kind} {title_id}.")
        seasons = await self._titles.seasons(unit, title_id) if kind == "show" else []
        counts = await self._titles.episode_counts(unit, title_id) if kind == "show" else {}
        return Told(known, self._here(known, said, tags), seasons, counts)

    def _said_so(self, title_id: TitleId, said: Answer[TitleDetails], known: Title | None) -> Told:
        stored = stored_details(said.value, said.source, self._clock.now())
        self._upstream.shelves.rows(said.value, stored)
        freshness = tagged(said.freshness, title_tag(title_id), library_tag(title_id))
        return Told(title_row(stored, known), freshness, season_rows(stored))

    def _here(self, row: Title, said: SourceFailed | None, tags: Sequence[str]) -> Freshness:
        """The freshness of what the database says: as good as any, unless it stands in for an upstream."""
        if said is None:
            return Freshness.now(self._policy, frozenset(tags))
        known_since = self._clock.now() - row.updated_at if row.updated_at > _NEVER else None
        return last_resort(self._policy, said, known_since.total_seconds() if known_since else 0.0, *tags)

    async def _season_here(
        self, unit: ReadUnit, title_id: TitleId, number: int, items: Sequence[ItemSummary], said: SourceFailed | None
    ) -> tuple[SeasonView, Freshness]:
        show = await self._titles.get(unit, title_id)
        row = next((season for season in await self._titles.seasons(unit, title_id) if season.number == number), None)
        episodes = await self._titles.episodes(unit, title_id, number)
        shown = bool(items or episodes) or (row is not None and said is None)
        if show is None or show.kind != "show" or not shown:
            if said is not None:
                raise source_error(said)
            raise TitleNotFound("There is no such season.")
        tags = (title_tag(title_id), library_tag(title_id))
        return self._views.season(number, row, episodes, items), self._here(show, said, tags)

    async def _items(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        library = self._contributors.library
        return [] if library is None else await library.items_of(unit, title_id)


def _require_kind(kind: TitleKind, title_id: TitleId) -> None:
    if upstream_kind(title_id) not in {kind, None}:
        raise TitleNotFound(f"There is no {kind} {title_id}.")


async def _said(asked: Awaitable[Answer[T] | None]) -> Answer[T] | SourceFailed | None:
    try:
        return await asked
    except SourceFailed as failed:
        return failed
