"""TMDB's lists, search and discovery: which path a list is, and pages that fall back to English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from matinee.infra.clock import Clock
from matinee.ports.catalogue import DiscoverQuery, Listing, Locale, Relation, SearchPage, TitlePage, TitleSummary
from matinee.ports.metadata import TitleKind
from matinee.providers.tmdb.client import Missed, TmdbClient, listed
from matinee.providers.tmdb.genres import with_genres
from matinee.providers.tmdb.lists import search_page, title_page
from matinee.providers.tmdb.matching import SERIES
from matinee.providers.tmdb.policy import LAST_PAGE, base_language
from matinee.providers.tmdb.reference import Reference
from matinee.providers.tmdb.values import Json, items, text

Query = dict[str, str | int]
P = TypeVar("P", TitlePage, SearchPage)
_LISTS: Mapping[tuple[TitleKind, Listing], str] = {
    ("movie", "popular"): "/movie/popular",
    ("movie", "trending"): "/trending/movie/week",
    ("movie", "top-rated"): "/movie/top_rated",
    ("movie", "now-playing"): "/movie/now_playing",
    ("movie", "upcoming"): "/movie/upcoming",
    ("show", "popular"): "/tv/popular",
    ("show", "trending"): "/trending/tv/week",
    ("show", "top-rated"): "/tv/top_rated",
    ("show", "now-playing"): "/tv/on_the_air",
}
"""There is no list of shows to come; it is a discovery."""
_LONGEST_QUERY = 200
_FEW_VOTES = 200
"""Below so many votes an average says little; without this, three friends of a film lead the list."""


class CatalogueLists:
    """Pages of titles. Every method raises `Missed`."""

    def __init__(self, client: TmdbClient, reference: Reference, clock: Clock) -> None:
        self._client = client
        self._reference = reference
        self._clock = clock

    async def listing(self, kind: TitleKind, listing: Listing, page: int, locale: Locale) -> TitlePage:
        path = _LISTS.get((kind, listing))
        if path is not None:
            return await self._titles(path, {"region": locale.region}, kind, page, locale.language)
        tomorrow = self._clock.now().date() + timedelta(days=1)
        query: Query = {"first_air_date.gte": tomorrow.isoformat(), "sort_by": "popularity.desc", "include_adult": "false"}
        return await self._titles("/discover/tv", query, kind, page, locale.language)

    async def discover(self, wanted: DiscoverQuery, page: int, locale: Locale) -> TitlePage:
        query = discovery(wanted, self._reference)
        if query is None:
            return TitlePage((), page)
        return await self._titles(f"/discover/{SERIES[wanted.kind]}", query, wanted.kind, page, locale.language)

    async def search(self, words: str, kind: TitleKind | None, page: int, locale: Locale) -> SearchPage:
        words = words.strip()[:_LONGEST_QUERY]
        if not words or not 1 <= page <= LAST_PAGE:
            return SearchPage((), (), page)
        path = f"/search/{SERIES[kind] if kind else 'multi'}"
        query: Query = {"query": words, "include_adult": "false", "page": page}
        if kind == "movie":
            query["region"] = locale.region
        body = await self._page(path, query, locale.language)
        if body is None:
            return SearchPage((), (), page)
        found = search_page(body, kind, self._reference.names, page)
        return await self._in_english(found, body, path, query, kind, locale.language)

    async def related(self, kind: TitleKind, number: str, relation: Relation, page: int, locale: Locale) -> TitlePage:
        return await self._titles(f"/{SERIES[kind]}/{number}/{relation}", {}, kind, page, locale.language)

    async def _titles(self, path: str, query: Query, kind: TitleKind, page: int, language: str) -> TitlePage:
        if not 1 <= page <= LAST_PAGE:
            return TitlePage((), page)
        query = {**query, "page": page}
        body = await self._page(path, query, language)
        if body is None:
            return TitlePage((), page)
        found = title_page(body, kind, self._reference.names, page)
        return await self._in_english(found, body, path, query, kind, language)

    async def _page(self, path: str, query: Query, language: str) -> Json | None:
        try:
            return await self._client.get(path, {**query, "language": language}, listed)
        except Missed as missed:
            if missed.beyond_the_end:
                return None
            raise

    async def _in_english(self, found: P, body: Json, path: str, query: Query, kind: TitleKind | None, language: str) -> P:
        """The page with English words where its own are missing; a failure leaves it as it is."""
        if not lacks_words(body, language):
            return found
        try:
            other = await self._client.get(path, {**query, "language": "en"}, listed)
        except Missed:
            return found
        english = {one.title_id: one for one in title_page(other, kind or "movie", self._reference.names, found.page).titles}
        foreign = foreign_names(body, language)
        return replace(found, titles=tuple(_filled(one, english.get(one.title_id), foreign) for one in found.titles))


def lacks_words(body: Json, language: str) -> bool:
    """Whether a list in another language than English has titles without an overview, or under a name in a third language."""
    if base_language(language) == "en":
        return False
    titles = [one for one in items(body, "results") if one.get("media_type") != "person"]
    return bool(foreign_names(body, language)) or any(not text(one, "overview") for one in titles)


def foreign_names(body: Json, language: str) -> frozenset[str]:
    """Names that are the original ones because there is no translation, in scripts that few readers of `language` read."""
    found = set()
    for one in items(body, "results"):
        name, original = text(one, "title", "name"), text(one, "original_title", "original_name")
        spoken = text(one, "original_language")
        if name and name == original and spoken not in {base_language(language), "en"} and not _is_latin(name):
            found.add(name)
    return frozenset(found)


def discovery(wanted: DiscoverQuery, reference: Reference) -> Query | None:
    """The filters as TMDB takes them; None where nothing can fit."""
    date = "primary_release_date" if wanted.kind == "movie" else "first_air_date"
    name = "title" if wanted.kind == "movie" else "name"
    sort = wanted.sort.removeprefix("-")
    order = {"popularity": "popularity", "release_date": date, "vote_average": "vote_average", "title": name}[sort]
    query: Query = {
        "include_adult": "false",
        "sort_by": f"{order}.{'desc' if wanted.sort.startswith('-') else 'asc'}",
        "with_original_language": base_language(wanted.language),
    }
    if wanted.genres:
        genres = with_genres(reference.genres[wanted.kind], wanted.kind, wanted.genres)
        if genres is None:
            return None
        query["with_genres"] = genres
    bounds = {
        f"{date}.gte": f"{wanted.year_from:04}-01-01" if wanted.year_from else None,
        f"{date}.lte": f"{wanted.year_to:04}-12-31" if wanted.year_to else None,
        "vote_average.gte": f"{wanted.vote_from:g}" if wanted.vote_from else None,
        "vote_count.gte": wanted.votes_from or (_FEW_VOTES if order == "vote_average" else None),
        "with_runtime.lte": wanted.runtime_to,
    }
    return query | {name: value for name, value in bounds.items() if value is not None}


def _filled(one: TitleSummary, english: TitleSummary | None, foreign: frozenset[str]) -> TitleSummary:
    if english is None:
        return one
    title = english.title if one.title in foreign else one.title
    return replace(one, title=title, overview=one.overview or english.overview)


def _is_latin(name: str) -> bool:
    return all(ord(letter) < 0x250 or not letter.isalpha() for letter in name)
