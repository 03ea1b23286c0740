"""TMDB as a source of titles and as a whole catalogue."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Sequence

from matinee.infra.clock import Clock
from matinee.infra.upstream import Transport
from matinee.ports.catalogue import (
    DiscoverQuery,
    GenreName,
    Listing,
    Locale,
    PersonDetails,
    Relation,
    SearchPage,
    TitlePage,
)
from matinee.ports.metadata import (
    Found,
    ImageSize,
    NotFound,
    Outcome,
    SeasonDetails,
    TitleDetails,
    TitleKind,
    TitleMatch,
    TitleQuery,
)
from matinee.providers.tmdb.catalogue import CatalogueLists
from matinee.providers.tmdb.client import Missed, T, TmdbClient, outcome_of
from matinee.providers.tmdb.details import DetailsReader
from matinee.providers.tmdb.genres import Names, genre_names, names_of
from matinee.providers.tmdb.images import ImageHost
from matinee.providers.tmdb.matching import SERIES, Matching
from matinee.providers.tmdb.people import person_details
from matinee.providers.tmdb.policy import NAME, TmdbOptions, base_language, language_asked, region_asked
from matinee.providers.tmdb.reference import Reference

_TITLE_ID = re.compile(r"(movie|show)-([1-9][0-9]{0,9})")
_PERSON_ID = re.compile(r"person-([1-9][0-9]{0,9})")


class TmdbProvider:
    """Implements `ports.metadata.MetadataProvider` and `ports.catalogue.CatalogueSource`.

    `api` and `images` are the transports of `policy.api_policy` and `policy.image_policy`. Keeps nothing but genres and the
    configuration, for a week. TMDB's terms allow six months for anything else: `infra.cache` serves nothing that is older than
    180 days, and the catalogue's pictures are fetched again by then.
    """

    name = NAME

    def __init__(self, api: Transport, images: Transport, clock: Clock, options: TmdbOptions) -> None:
        self._options = options
        self._client = TmdbClient(api, options.key)
        self._reference = Reference(self._client, clock)
        self._images = ImageHost(images, options.image_url)
        self._lists = CatalogueLists(self._client, self._reference, clock)
        self._details = DetailsReader(self._client, self._reference)
        self._matching = Matching(self._client, language_asked(options.locale, options))

    async def probe(self) -> None:
        """Whether TMDB answers and takes the credential. Raises `UpstreamError`."""
        await self._client.probe()

    async def match(self, query: TitleQuery) -> Outcome[Sequence[TitleMatch]]:
        """See `MetadataProvider`. Ids in the name (tmdb, imdb, tvdb) win over the words."""
        found = await self._asked(self._matching.candidates(query))
        return NotFound() if isinstance(found, Found) and not found.value else found

    async def title(self, title_id: str) -> Outcome[TitleDetails]:
        """See `MetadataProvider`: in the operator's language, shows with all their episodes."""
        kind, number = _parsed(title_id)
        if kind is None:
            return NotFound()
        return await self._asked(self._details.whole(kind, number, self._locale(self._options.locale)))

    async def image(self, name: str, size: ImageSize | None = None) -> Outcome[bytes]:
        """See `MetadataProvider`."""
        return await self._asked(self._images.fetch(name, size, self._reference.pictures))

    async def listing(self, kind: TitleKind, listing: Listing, page: int, locale: Locale) -> Outcome[TitlePage]:
        """See `CatalogueSource`. Shows now playing have an episode in the next days."""
        return await self._asked(self._lists.listing(kind, listing, page, self._locale(locale)))

    async def discover(self, query: DiscoverQuery, page: int, locale: Locale) -> Outcome[TitlePage]:
        """See `CatalogueSource`."""
        return await self._asked(self._lists.discover(query, page, self._locale(locale)))

    async def search(self, text: str, kind: TitleKind | None, page: int, locale: Locale) -> Outcome[SearchPage]:
        """See `CatalogueSource`."""
        return await self._asked(self._lists.search(text, kind, page, self._locale(locale)))

    async def details(self, title_id: str, locale: Locale) -> Outcome[TitleDetails]:
        """See `CatalogueSource`: one call."""
        kind, number = _parsed(title_id)
        if kind is None:
            return NotFound()
        return await self._asked(self._details.title(kind, number, self._locale(locale)))

    async def related(self, title_id: str, relation: Relation, page: int, locale: Locale) -> Outcome[TitlePage]:
        """See `CatalogueSource`."""
        kind, number = _parsed(title_id)
        if kind is None:
            return NotFound()
        return await self._asked(self._lists.related(kind, number, relation, page, self._locale(locale)))

    async def season(self, title_id: str, number: int, locale: Locale) -> Outcome[SeasonDetails]:
        """See `CatalogueSource`: one call, and a second one in English where episodes have no words."""
        kind, show = _parsed(title_id)
        if kind != "show" or number < 0:
            return NotFound()
        return await self._asked(self._details.season(show, number, self._locale(locale).language))

    async def person(self, person_id: str, locale: Locale) -> Outcome[PersonDetails]:
        """See `CatalogueSource`."""
        found = _PERSON_ID.fullmatch(person_id)
        if found is None:
            return NotFound()
        return await self._asked(self._person(found[1], self._locale(locale)))

    async def genres(self, locale: Locale) -> Outcome[Sequence[GenreName]]:
        """See `CatalogueSource`. In English no call but the weekly one."""
        return await self._asked(self._genres(self._locale(locale).language))

    async def _person(self, number: str, locale: Locale) -> PersonDetails:
        query = {"language": locale.language, "append_to_response": "combined_credits,translations"}
        found = person_details(await self._client.get(f"/person/{number}", query), self._reference.names)
        if found is None:
            raise Missed(NotFound())
        return found

    async def _genres(self, language: str) -> Sequence[GenreName]:
        local: dict[TitleKind, Names] = {}
        if base_language(language) != "en":
            for kind, series in SERIES.items():
                local[kind] = names_of(await self._client.get(f"/genre/{series}/list", {"language": language}))
        return genre_names(self._reference.genres, local)

    def _locale(self, locale: Locale) -> Locale:
        return Locale(language_asked(locale, self._options), region_asked(locale))

    async def _asked(self, answer: Awaitable[T]) -> Outcome[T]:
        """The outcome of an answer. Genres and configuration are asked for beside it when they are due."""
        if not self._reference.stale:
            return await outcome_of(answer)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._reference.refresh())
            return await outcome_of(answer)


def _parsed(title_id: str) -> tuple[TitleKind | None, str]:
    found = _TITLE_ID.fullmatch(title_id)
    if found is None:
        return None, ""
    return ("movie" if found[1] == "movie" else "show"), found[2]
