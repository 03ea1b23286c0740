"""Genres: those of the upstream in the caller's language, and those that only titles of the library have."""

from __future__ import annotations

from matinee.features.catalog.cache import CONFIGURATION, LIBRARY, CatalogPolicies, last_resort, tagged
from matinee.features.catalog.repository import ListRepository
from matinee.features.catalog.schemas import GenreEntry, GenreList
from matinee.features.catalog.sourcing import Upstream
from matinee.infra.cache import SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.infra.database import Database
from matinee.infra.http.answers.shared import Degraded
from matinee.infra.http.answers.structs import struct_of
from matinee.ports.catalogue import Locale

_Entry, _GenreList = struct_of(GenreEntry), struct_of(GenreList)


class GenreReader:
    """The answer comes with its freshness; nothing in it depends on the caller."""

    def __init__(self, database: Database, upstream: Upstream, policies: CatalogPolicies) -> None:
        self._database = database
        self._upstream = upstream
        self._policy = policies.genres
        self._lists = ListRepository()

    async def all(self, locale: Locale, *, of_library: bool) -> tuple[GenreList, Freshness]:
        """By name; `of_library`: only genres of which the library has something."""
        names, freshness = await self._upstream_names(locale)
        async with self._database.read() as unit:
            here = dict(await self._lists.genres(unit))
        wanted = here.keys() if of_library else here.keys() | names.keys()
        entries = [_Entry(id=key, name=names.get(key) or here[key], in_library=key in here) for key in wanted]
        entries.sort(key=lambda entry: (entry.name.casefold(), entry.id))
        return _GenreList(items=entries, degraded=Degraded.of(freshness)), freshness

    async def _upstream_names(self, locale: Locale) -> tuple[dict[str, str], Freshness]:
        own = Freshness.now(self._policy, frozenset({CONFIGURATION, LIBRARY}))
        if not self._upstream.there:
            return {}, own
        try:
            said = await self._upstream.genres(locale)
        except SourceFailed as failed:
            return {}, last_resort(self._policy, failed, 0.0, CONFIGURATION, LIBRARY)
        if said is None:
            return {}, own
        return {one.genre_id: one.name for one in said.value}, tagged(said.freshness, LIBRARY)
