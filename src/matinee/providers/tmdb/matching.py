"""Which title a file's name means: by the ids in it, else by its words and year."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from matinee.ports.metadata import TitleKind, TitleMatch, TitleQuery
from matinee.providers.tmdb.client import Missed, TmdbClient, listed
from matinee.providers.tmdb.likeness import likeness
from matinee.providers.tmdb.values import Json, day, integer, items, part, text

SERIES: Mapping[TitleKind, str] = {"movie": "movie", "show": "tv"}
_ENOUGH = 0.6
"""What the catalogue accepts; below, other names of the likeliest candidates are looked at."""
_CERTAIN = 0.9
_CANDIDATES = 10
_LOOKED_AT = 2
_LONGEST_TITLE = 200
_LOST_APOSTROPHE = re.compile(r"(\w) (s|t|re|ve|ll|m|d)\b", re.IGNORECASE)
_IMDB = re.compile(r"tt[0-9]{5,10}")
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class Matching:
    """Asks with the year first, then without it, then for the other names of what is near."""

    def __init__(self, client: TmdbClient, language: str) -> None:
        self._client = client
        self._language = language

    async def candidates(self, query: TitleQuery) -> Sequence[TitleMatch]:
        """Best first; empty for none. Raises `Missed`."""
        by_id = await self._by_id(query)
        if by_id is not None:
            return [by_id]
        if not query.title.strip():
            return []
        found: list[TitleMatch] = []
        if query.year is not None:
            found = await self._search(query, query.year)
        if not found or found[0].score < _CERTAIN:
            found = _best([*found, *await self._search(query, None)])
        if not found and _LOST_APOSTROPHE.search(query.title):  # `Winter.s.Tale` in a file's name
            found = await self._search(replace(query, title=_LOST_APOSTROPHE.sub(r"\1'\2", query.title)), None)
        if found and found[0].score < _ENOUGH:
            found = _best([await self._by_other_names(query, one) for one in found[:_LOOKED_AT]])
        return found

    async def _by_id(self, query: TitleQuery) -> TitleMatch | None:
        number = query.hints.get("tmdb", "")
        if _NUMBER.fullmatch(number):  # not asked: whoever writes an id means it, and the details are asked for next
            return TitleMatch(f"{query.kind}-{number}", query.kind, query.title, query.year, 1.0, by_id=True)
        for source in ("imdb", "tvdb"):
            external = query.hints.get(source, "")
            if (_IMDB if source == "imdb" else _NUMBER).fullmatch(external):
                found = await self._found(query, external, f"{source}_id")
                if found is not None:
                    return found
        return None

    async def _found(self, query: TitleQuery, external: str, source: str) -> TitleMatch | None:
        asked = {"external_source": source, "language": self._language}
        body = await self._client.get(f"/find/{external}", asked)
        for item in items(body, f"{SERIES[query.kind]}_results"):
            match = _match(item, query)
            if match is not None:
                return replace(match, score=1.0, by_id=True)
        if query.kind == "show":  # the id of an episode says which show it belongs to
            for item in items(body, "tv_episode_results"):
                show = integer(item, "show_id")
                if show:
                    return TitleMatch(f"show-{show}", "show", query.title, query.year, 1.0, by_id=True)
        return None

    async def _search(self, query: TitleQuery, year: int | None) -> list[TitleMatch]:
        asked: dict[str, str | int] = {
            "query": query.title[:_LONGEST_TITLE],
            "include_adult": "false",
            "language": self._language,
        }
        if year is not None:
            # For films `year` is that of any release: a file often carries the one of its country or of its disc.
            asked["year" if query.kind == "movie" else "first_air_date_year"] = year
        body = await self._client.get(f"/search/{SERIES[query.kind]}", asked, listed)
        return _best([match for item in items(body, "results") if (match := _match(item, query)) is not None])

    async def _by_other_names(self, query: TitleQuery, match: TitleMatch) -> TitleMatch:
        """The candidate with the score that its translated and alternative names deserve."""
        path = f"/{SERIES[query.kind]}/{match.title_id.partition('-')[2]}"
        try:
            body = await self._client.get(path, {"append_to_response": "alternative_titles,translations"})
        except Missed:
            return match
        names = [text(part(item, "data"), "title", "name") for item in items(part(body, "translations"), "translations")]
        others = part(body, "alternative_titles")
        names += [text(item, "title") for field in ("titles", "results") for item in items(others, field)]
        names += [text(body, "title", "name"), text(body, "original_title", "original_name")]
        return replace(match, score=max(match.score, likeness(query.title, names, query.year, match.year)))


def _match(item: Json, query: TitleQuery) -> TitleMatch | None:
    key = integer(item, "id")
    name, original = text(item, "title", "name"), text(item, "original_title", "original_name")
    if not key or not (name or original) or item.get("adult") is True:
        return None
    released = day(item, "release_date", "first_air_date")
    year = released.year if released else None
    score = likeness(query.title, (name, original), query.year, year)
    return TitleMatch(f"{query.kind}-{key}", query.kind, name or original, year, score)


def _best(found: Sequence[TitleMatch]) -> list[TitleMatch]:
    """Each once, the likeliest first; among equals TMDB's order, which is by popularity, decides."""
    kept: dict[str, TitleMatch] = {}
    for one in found:
        if one.title_id not in kept or one.score > kept[one.title_id].score:
            kept[one.title_id] = one
    return sorted(kept.values(), key=lambda one: -one.score)[:_CANDIDATES]
