"""From the name of a file to a title that is stored with its details."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from weakref import WeakValueDictionary

from matinee.features.catalog.changes import Changes
from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.pictures import PictureStore
from matinee.features.catalog.policy import CatalogOptions, Resolved, accepted, hinted_title_id, local_title_id, storable
from matinee.features.catalog.repository import StoredTitle, TitleRepository
from matinee.features.catalog.stored import document_of, stored_details, stored_name
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.database.search import SearchIndex
from matinee.infra.errors import MatineeError
from matinee.infra.ids import TitleId
from matinee.ports.metadata import Found, MetadataProvider, NotFound, Outcome, Rejected, TitleMatch, TitleQuery, Unavailable
from matinee.ports.ratings import printed_rating

log = logging.getLogger(__name__)
T = TypeVar("T")
_PROVIDER_SECONDS = 30
_REMEMBERED = 4096
_REMEMBERED_SECONDS = 600
_UNSURE_SECONDS = 30
_NEVER_FETCHED = datetime(1970, 1, 1, tzinfo=UTC)


class Matcher:
    """Asks the providers in order, believes the first that finds, stores what it says."""

    def __init__(
        self,
        database: Database,
        providers: MetadataProviders,
        clock: Clock,
        options: CatalogOptions,
        search: SearchIndex,
        pictures: PictureStore,
        changes: Changes,
    ) -> None:
        self._database = database
        self._providers = providers.providers
        self._clock = clock
        self._options = options
        self._search = search
        self._pictures = pictures
        self._changes = changes
        self._titles = TitleRepository()
        # A show has hundreds of files with one query: they wait for the first, then take its answer.
        self._locks: WeakValueDictionary[object, asyncio.Lock] = WeakValueDictionary()
        self._answers: OrderedDict[object, tuple[float, Resolved]] = OrderedDict()
        self._complained: set[tuple[str, str]] = set()

    async def resolve(self, query: TitleQuery) -> Resolved:
        """See `CatalogService.match`."""
        query = replace(query, title=storable(query.title))
        key = (query.kind, query.title.casefold(), query.year, *sorted(query.hints.items()))
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            resolved = await self._remembered(key)
            if resolved is None:
                resolved, sure = await self._found(query)
                # A show's files come one after the other, so even an unsure answer is remembered, for a moment.
                lasts = _REMEMBERED_SECONDS if sure else _UNSURE_SECONDS
                self._answers[key] = (self._clock.monotonic() + lasts, resolved)
                while len(self._answers) > _REMEMBERED:
                    self._answers.popitem(last=False)
        return resolved

    def forget(self) -> None:
        """Drop remembered answers (titles were removed)."""
        self._answers.clear()

    async def _remembered(self, key: object) -> Resolved | None:
        until, resolved = self._answers.get(key, (0.0, None))
        if resolved is None or self._clock.monotonic() >= until:
            return None
        async with self._database.read() as unit:
            return resolved if await self._titles.exists(unit, resolved.title_id) else None

    async def _found(self, query: TitleQuery) -> tuple[Resolved, bool]:
        """The title, and whether all providers could be asked."""
        found, by_id, refuted, sure = await self._from_providers(query)
        if found is None:
            found = await self._by_name(query, believed=not refuted)
            if query.age_rating:
                await self._note_age(found, query.age_rating)
            by_id = not refuted
        wrong = ", ".join(f"{source} {number}" for source, number in sorted(query.hints.items())) if sure and not by_id else ""
        return Resolved(found, wrong), sure

    async def _from_providers(self, query: TitleQuery) -> tuple[TitleId | None, bool, bool, bool]:
        """The title of the first provider that knows it; whether an id led to it, and whether one led nowhere; whether all that
        were asked could answer."""
        sure, refuted = True, False
        for provider in sorted(self._providers, key=lambda one: one.name not in query.hints):
            asked = query
            for _ in range(2):
                found = await self._ask(provider, "match", provider.match(asked))
                sure &= not isinstance(found, Unavailable | Rejected)
                match = accepted(asked, found.value) if isinstance(found, Found) else None
                title_id = await self._stored(provider, match) if match is not None else None
                if match is not None and title_id is not None:
                    return title_id, match.by_id, refuted, sure
                if match is None or not match.by_id:
                    break
                # Its own id, and it knows nothing of it: what else the name says is asked.
                refuted, asked = True, replace(asked, hints={**asked.hints, provider.name: ""})
        return None, False, refuted, sure

    async def _stored(self, provider: MetadataProvider, match: TitleMatch) -> TitleId | None:
        """The match with its details in the database; None where the provider knows nothing of it after all."""
        title_id = TitleId(match.title_id)
        async with self._database.read() as unit:
            known = await self._titles.get(unit, title_id)
            # A show that somebody looked at is kept without episodes until its seasons are looked at.
            whole = match.kind == "movie" or await self._titles.has_episodes(unit, title_id)
        now = self._clock.now()
        fresh = known is not None and known.matched and now - known.updated_at < self._options.refresh_after
        if fresh and whole:
            return title_id
        outcome = await self._ask(provider, "title", provider.title(match.title_id))
        if isinstance(outcome, Found):
            await self._store(stored_details(outcome.value, provider.name, now))
            return title_id
        if isinstance(outcome, NotFound):
            return title_id if known is not None and known.matched else None
        if known is None:  # the match is known, the details follow with a later scan
            await self._store(stored_name(title_id, match.kind, match.title, match.year, _NEVER_FETCHED, provider.name))
        return title_id

    async def _by_name(self, query: TitleQuery, *, believed: bool) -> TitleId:
        """`believed`: an id in the name may be right, since nobody has said otherwise."""
        title_id = (hinted_title_id(query) if believed else None) or local_title_id(query.kind, query.title, query.year)
        async with self._database.read() as unit:
            if await self._titles.exists(unit, title_id):
                return title_id
        stored = stored_name(title_id, query.kind, query.title, query.year, self._clock.now())
        async with self._database.write() as unit:
            await self._titles.add_if_absent(unit, stored)
            await self._search.put(unit, [document_of(stored.values)])
        return title_id

    async def _note_age(self, title_id: TitleId, printed: str) -> None:
        """For whom a title is that no provider knows, from what lies beside its file."""
        rating = printed_rating(printed, self._options.region)
        if rating is not None and rating.age is not None:
            async with self._database.write() as unit:
                await self._titles.set_age(unit, title_id, rating)
                self._changes.leave_with(unit, [title_id], lists=True)

    async def _store(self, stored: StoredTitle) -> None:
        poster = stored.values.get("poster")
        color = await self._color(poster) if isinstance(poster, str) else None
        stored = StoredTitle({**stored.values, "poster_color": color}, stored.seasons, stored.episodes, stored.genres)
        async with self._database.write() as unit:
            known = await self._titles.exists(unit, TitleId(stored.id))
            await self._titles.store(unit, stored)
            await self._search.put(unit, [document_of(stored.values)])
            if known:
                self._changes.leave_with(unit, [stored.id], lists=True)

    async def _color(self, poster: str) -> str | None:
        """The colour that stands for the poster while it loads; the poster is then here as well when somebody looks."""
        try:
            return await self._pictures.color_of(poster)
        except MatineeError as error:
            log.info("poster %s cannot be had now: %s", poster, error.detail)
            return None

    async def _ask(self, provider: MetadataProvider, what: str, asked: Awaitable[Outcome[T]]) -> Outcome[T]:
        """The outcome; a provider that breaks or hangs counts as unavailable. Trouble is logged once until it is over."""
        try:
            async with asyncio.timeout(_PROVIDER_SECONDS):
                outcome = await asked
        except TimeoutError:
            outcome = Unavailable("did not answer in time")
        except Exception as error:  # noqa: BLE001  # a provider's fault must not end a scan
            outcome = Unavailable(f"failed: {error!r}")
        mark = (provider.name, what)
        if isinstance(outcome, Unavailable | Rejected):
            if mark not in self._complained:
                self._complained.add(mark)
                log.warning("metadata provider %s: %s: %s", provider.name, type(outcome).__name__.lower(), outcome.reason)
        elif mark in self._complained:
            self._complained.discard(mark)
            log.info("metadata provider %s is back", provider.name)
        return outcome
