"""Reads titles and seasons with as few calls as possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from matinee.ports.catalogue import Locale
from matinee.ports.metadata import NotFound, SeasonDetails, TitleDetails, TitleKind
from matinee.providers.tmdb.client import Missed, TmdbClient
from matinee.providers.tmdb.matching import SERIES
from matinee.providers.tmdb.policy import base_language
from matinee.providers.tmdb.reference import Reference
from matinee.providers.tmdb.seasons import joined, lacks_words, season_details, with_words_of
from matinee.providers.tmdb.titles import APPENDED, title_details
from matinee.providers.tmdb.values import Json, part

_AT_ONCE = range(6)
"""Seasons that come with the details: most shows have no more. Those that do not exist are left out of the answer."""
_IN_ONE_CALL = 10
"""TMDB appends up to 20, but ten seasons of a long show are megabytes and seconds already."""
_MOST_SEASONS = 200


class DetailsReader:
    """Every method raises `Missed`."""

    def __init__(self, client: TmdbClient, reference: Reference) -> None:
        self._client = client
        self._reference = reference

    async def title(self, kind: TitleKind, number: str, locale: Locale) -> TitleDetails:
        """A title; its seasons come without their episodes. One call."""
        return self._mapped(await self._body(kind, number, locale.language, ()), kind, locale)

    async def whole(self, kind: TitleKind, number: str, locale: Locale) -> TitleDetails:
        """A title with the episodes of all its seasons. One call for a film and for most shows."""
        if kind == "movie":
            return await self.title(kind, number, locale)
        body = await self._body(kind, number, locale.language, _AT_ONCE)
        title = self._mapped(body, kind, locale)
        known = _appended(body, _AT_ONCE)
        missing = [one.number for one in title.seasons if one.number not in {season.number for season in known}]
        known += await self._further(number, missing[:_MOST_SEASONS], locale.language)
        known = await self._in_english(number, known, locale.language)
        return replace(title, seasons=joined(title.seasons, known))

    async def season(self, show: str, number: int, language: str) -> SeasonDetails:
        """A season with its episodes."""
        season = await self._season(show, number, language)
        return (await self._in_english(show, [season], language))[0]

    async def _season(self, show: str, number: int, language: str) -> SeasonDetails:
        found = season_details(await self._client.get(f"/tv/{show}/season/{number}", {"language": language}))
        if found is None:
            raise Missed(NotFound())
        return found

    async def _further(self, show: str, numbers: Sequence[int], language: str) -> list[SeasonDetails]:
        """Several seasons. One that is missing or cannot be had does not keep the others back."""
        found: list[SeasonDetails] = []
        for first in range(0, len(numbers), _IN_ONE_CALL):
            wanted = numbers[first : first + _IN_ONE_CALL]
            asked = {"language": language, "append_to_response": ",".join(f"season/{one}" for one in wanted)}
            found += _appended(await self._client.get(f"/tv/{show}", asked), wanted)
        return found

    async def _in_english(self, show: str, seasons: list[SeasonDetails], language: str) -> list[SeasonDetails]:
        """The seasons with English words where their own are missing; a failure leaves them as they are."""
        lacking = [one.number for one in seasons if lacks_words(one)]
        if base_language(language) == "en" or not lacking:
            return seasons
        try:
            english = (
                [await self._season(show, lacking[0], "en")] if len(lacking) == 1 else await self._further(show, lacking, "en")
            )
        except Missed:
            return seasons
        known = {one.number: one for one in english}
        return [with_words_of(one, known[one.number]) if one.number in known else one for one in seasons]

    async def _body(self, kind: TitleKind, number: str, language: str, seasons: Iterable[int]) -> Json:
        appended = [*APPENDED[kind], *(f"season/{one}" for one in seasons)]
        videos = ",".join(dict.fromkeys((base_language(language), "en")))
        asked = {"language": language, "append_to_response": ",".join(appended), "include_video_language": videos}
        return await self._client.get(f"/{SERIES[kind]}/{number}", asked)

    def _mapped(self, body: Json, kind: TitleKind, locale: Locale) -> TitleDetails:
        found = title_details(body, kind, locale, self._reference.names)
        if found is None:
            raise Missed(NotFound())
        return found


def _appended(body: Json, numbers: Iterable[int]) -> list[SeasonDetails]:
    found = (season_details(part(body, f"season/{one}")) for one in numbers)
    return [one for one in found if one is not None]
