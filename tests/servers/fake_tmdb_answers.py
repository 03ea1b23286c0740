"""What the fake TMDB answers to which path: status and JSON, or a refusal in TMDB's own form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import msgspec

from tests.servers import fake_tmdb_shapes as shapes
from tests.servers.fake_tmdb_records import GENRES, Kind, Person, Season, Title, World
from tests.servers.fake_tmdb_shapes import Json, language_of

PAGE_SIZE = 20
LAST_PAGE = 500
_MOST_APPENDED = 20
_LISTS = {
    ("movie", "popular"): "popularity", ("movie", "top_rated"): "vote_average", ("movie", "now_playing"): "date",
    ("movie", "upcoming"): "date", ("tv", "popular"): "popularity", ("tv", "top_rated"): "vote_average",
    ("tv", "on_the_air"): "date", ("tv", "airing_today"): "date",
}  # fmt: skip
_SORTS = {"popularity": "popularity", "primary_release_date": "date", "first_air_date": "date", "vote_average": "vote_average",
          "vote_count": "vote_count", "title": "title", "name": "title"}  # fmt: skip
Query = Mapping[str, str]
T = TypeVar("T")


class Refusal(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, code: int, message: str, *, errors: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = (
            {"success": False, "errors": [message]}
            if errors
            else {"success": False, "status_code": code, "status_message": message}
        )


def not_found() -> Refusal:
    return Refusal(404, 34, "The resource you requested could not be found.")


class Answers:
    """The endpoints over one world.

    `page_error` chooses between the two forms in which a page out of range is refused (400, 422); `inflated_pages` makes lists
    promise more pages than can be asked for.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.page_error: str = "400"
        self.inflated_pages = False
        self._folded = {kind: {one.id: _fold(_every_name(one)) for one in world.titles(kind).values()}
                        for kind in _KINDS}  # fmt: skip
        self._people = {one.id: _fold(one.name) for one in world.people.values()}
        self._sorted: dict[tuple[Kind, str], list[Title]] = {}
        self._routes: list[tuple[re.Pattern[str], Callable[..., Any]]] = [
            (re.compile(pattern), answer)
            for pattern, answer in (
                (r"/authentication", self._authentication),
                (r"/configuration", self._configuration),
                (r"/genre/(movie|tv)/list", self._genres),
                (r"/trending/(all|movie|tv|person)/(?:day|week)", self._trending),
                (r"/(movie|tv)/(popular|top_rated|now_playing|upcoming|on_the_air|airing_today)", self._listing),
                (r"/discover/(movie|tv)", self._discover),
                (r"/search/(movie|tv|person|multi)", self._search),
                (r"/find/([\w-]+)", self._find),
                (r"/(movie|tv)/(tt\d+|\d+)", self._title),
                (r"/(movie|tv)/(\d+)/([a-z_/]+)", self._part),
                (r"/tv/(\d+)/season/(\d+)", self._season),
                (r"/tv/(\d+)/season/(\d+)/episode/(\d+)", self._episode),
                (r"/person/(\d+)", self._person),
                (r"/person/(\d+)/combined_credits", self._combined_credits),
            )
        ]

    def answer(self, path: str, query: Query) -> Any:
        """The JSON for a path below `/3`. Raises `Refusal`."""
        for pattern, answer in self._routes:
            found = pattern.fullmatch(path)
            if found:
                return answer(query, *found.groups())
        raise not_found()

    def _authentication(self, _query: Query) -> Json:
        return {"success": True, "status_code": 1, "status_message": "Success."}

    def _configuration(self, query: Query) -> Json:
        return {
            "change_keys": ["adult", "air_date", "overview", "title"],
            "images": {
                "base_url": query.get("_images", "http://image.invalid/t/p/"),
                "secure_base_url": query.get("_images", "https://image.invalid/t/p/"),
                "backdrop_sizes": ["w300", "w780", "w1280", "original"],
                "logo_sizes": ["w45", "w92", "w154", "w185", "w300", "w500", "original"],
                "poster_sizes": ["w92", "w154", "w185", "w342", "w500", "w780", "original"],
                "profile_sizes": ["w45", "w185", "h632", "original"],
                "still_sizes": ["w92", "w185", "w300", "original"],
            },
        }

    def _genres(self, query: Query, kind: Kind) -> Json:
        return shapes.genre_list(kind, language_of(query))

    def _listing(self, query: Query, kind: Kind, name: str) -> Json:
        order = _LISTS.get((kind, name))
        if order is None:
            raise not_found()
        body = self._page(self._by(kind, order), query, self._card(query))
        return (
            {"dates": {"maximum": "2026-12-31", "minimum": "2026-11-01"}, **body} if name in {"now_playing", "upcoming"} else body
        )

    def _trending(self, query: Query, what: str) -> Json:
        if what == "person":
            return self._page(list(self.world.people.values())[:400], query, lambda one: shapes.person_card(self.world, one))
        kinds: tuple[Kind, ...] = _KINDS if what == "all" else (what,)  # type: ignore[assignment]  # the pattern allows only these
        titles = sorted((one for kind in kinds for one in self._by(kind, "popularity")[:400]), key=lambda one: -one.popularity)
        return self._page(titles, query, self._card(query, media_type=True))

    def _discover(self, query: Query, kind: Kind) -> Json:
        order, _, direction = query.get("sort_by", "popularity.desc").partition(".")
        titles: Iterable[Title] = self._by(kind, _SORTS.get(order, "popularity"))
        if direction == "asc":
            titles = reversed(list(titles))
        fits = _filters(kind, query)
        return self._page([one for one in titles if fits(one)], query, self._card(query))

    def _search(self, query: Query, what: str) -> Json:
        text = _fold(query.get("query", ""))
        if not text:
            raise Refusal(422, 5, "query must be provided", errors=True)
        found: list[Title | Person] = []
        for kind in _KINDS:
            if what in {kind, "multi"}:
                folded = self._folded[kind]
                titles = self.world.titles(kind)
                hits = [titles[number] for number, words in folded.items() if _contains(words, text)]
                year = query.get("primary_release_year") or query.get("year") or query.get("first_air_date_year") or ""
                hits = [one for one in hits if not year or one.date[:4] == year]
                found += hits
        if what in {"person", "multi"}:
            found += [self.world.people[number] for number, name in self._people.items() if _contains(name, text)]
        card = self._card(query, media_type=what == "multi")

        def shape(one: Title | Person) -> Json:
            return card(one) if isinstance(one, Title) else shapes.person_card(self.world, one, media_type=what == "multi")

        return self._page(sorted(found, key=lambda one: -one.popularity), query, shape)

    def _find(self, query: Query, number: str) -> Json:
        source = query.get("external_source", "")
        if not source:
            raise Refusal(400, 47, "Invalid input: external_source is needed")
        fits: Callable[[Title], bool]
        if source == "imdb_id":
            fits = lambda one: one.imdb == number  # noqa: E731 - two ways of the same test
        elif source == "tvdb_id":
            fits = lambda one: str(one.tvdb) == number  # noqa: E731 - as above
        else:
            fits = lambda _one: False  # noqa: E731 - as above
        language = language_of(query)
        return {
            "movie_results": [shapes.card(one, language, media_type=True) for one in self.world.films.values() if fits(one)],
            "person_results": [],
            "tv_results": [shapes.card(one, language, media_type=True) for one in self.world.shows.values() if fits(one)],
            "tv_episode_results": [],
            "tv_season_results": [],
        }

    def _title(self, query: Query, kind: Kind, number: str) -> Json:
        title = self._known(kind, number)
        appended = [part for part in query.get("append_to_response", "").split(",") if part]
        if len(appended) > _MOST_APPENDED:
            raise Refusal(400, 27, "Too many append to response objects: The maximum number of remote calls is 20.")
        body = shapes.details(self.world, title, language_of(query))
        for part in appended:
            found = self._appended(title, part, query)
            if found is not None:
                body[part] = found
        return body

    def _part(self, query: Query, kind: Kind, number: str, part: str) -> Any:
        title = self._known(kind, number)
        found = self._appended(title, part, query)
        if found is None:
            raise not_found()
        return found if isinstance(found, msgspec.Raw) else {"id": title.id, **found}

    def _appended(self, title: Title, part: str, query: Query) -> Any:
        """One sub-resource; None for what does not exist (then it is silently absent)."""
        if part.startswith("season/") and title.kind == "tv":
            one = self._numbered(title, part.removeprefix("season/"))
            return shapes.season(title, one, language_of(query)) if one else None
        parts: dict[str, Callable[[], Any]] = {
            "alternative_titles": lambda: shapes.alternative_titles(title),
            "credits": lambda: shapes.movie_credits(self.world, title),
            "external_ids": lambda: shapes.external_ids(title),
            "keywords": lambda: shapes.keywords(title),
            "translations": lambda: shapes.translations(title),
            "videos": lambda: shapes.videos(title, (query.get("include_video_language") or language_of(query)).split(",")),
            "similar": lambda: self._similar(title, query),
            "recommendations": lambda: self._similar(title, query, media_type=True),
            **({"release_dates": lambda: shapes.release_dates(title)} if title.kind == "movie" else {}),
            **({"content_ratings": lambda: shapes.content_ratings(title)} if title.kind == "tv" else {}),
            **({"aggregate_credits": lambda: shapes.aggregate_credits(self.world, title)} if title.kind == "tv" else {}),
        }
        return parts[part]() if part in parts else None

    def _similar(self, title: Title, query: Query, *, media_type: bool = False) -> Json:
        genres = set(title.genres)
        near = [(len(genres & set(one.genres)), one) for one in self._by(title.kind, "popularity") if one.id != title.id]
        near = sorted((pair for pair in near if pair[0]), key=lambda pair: -pair[0])[:200]
        return self._page([one for _, one in near], query, self._card(query, media_type=media_type))

    def _season(self, query: Query, number: str, season: str) -> Json:
        title = self._known("tv", number)
        one = self._numbered(title, season)
        if one is None:
            raise not_found()
        return shapes.season(title, one, language_of(query))

    def _episode(self, query: Query, number: str, season: str, episode: str) -> Json:
        title = self._known("tv", number)
        one = self._numbered(title, season)
        item = next((item for item in one.episodes if str(item.number) == episode), None) if one else None
        if one is None or item is None:
            raise not_found()
        return shapes.episode(title, one, item, language_of(query))

    def _person(self, query: Query, number: str) -> Json:
        person = self.world.people.get(int(number))
        if person is None:
            raise not_found()
        body = shapes.person_details(person, language_of(query))
        appended = query.get("append_to_response", "").split(",")
        if "combined_credits" in appended:
            body["combined_credits"] = shapes.combined_credits(self.world, person, language_of(query))
        if "translations" in appended:
            body["translations"] = shapes.person_translations(person)
        return body

    def _combined_credits(self, query: Query, number: str) -> Json:
        person = self.world.people.get(int(number))
        if person is None:
            raise not_found()
        return {**shapes.combined_credits(self.world, person, language_of(query)), "id": person.id}

    def _known(self, kind: Kind, number: str) -> Title:
        titles = self.world.titles(kind)
        if number.startswith("tt"):
            found = next((one for one in titles.values() if one.imdb == number), None)
        else:
            found = titles.get(int(number))
        if found is None:
            raise not_found()
        return found

    def _numbered(self, title: Title, number: str) -> Season | None:
        return next((one for one in title.seasons if str(one.number) == number), None)

    def _by(self, kind: Kind, order: str) -> list[Title]:
        if (kind, order) not in self._sorted:
            titles = list(self.world.titles(kind).values())
            self._sorted[kind, order] = sorted(titles, key=lambda one: (getattr(one, order), one.id), reverse=True)
        return self._sorted[kind, order]

    def _card(self, query: Query, *, media_type: bool = False) -> Callable[[Title], Json]:
        return partial(shapes.card, language=language_of(query), media_type=media_type)

    def _page(self, items: Sequence[T], query: Query, shape: Callable[[T], Json]) -> Json:
        text = query.get("page", "1")
        page = int(text) if text.isdecimal() else 0
        if not 1 <= page <= LAST_PAGE:
            if self.page_error == "422":
                raise Refusal(422, 0, "page must be less than or equal to 500", errors=True)
            raise Refusal(400, 22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.")
        pages = 38_020 if self.inflated_pages else -(-len(items) // PAGE_SIZE)
        part = items[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return {"page": page, "results": [shape(one) for one in part], "total_pages": pages, "total_results": len(items)}


_KINDS: tuple[Kind, ...] = ("movie", "tv")


def _filters(kind: Kind, query: Query) -> Callable[[Title], bool]:
    date = "primary_release_date" if kind == "movie" else "first_air_date"
    every = [int(part) for part in query.get("with_genres", "").split(",") if part.isdecimal()]
    some = [int(part) for part in query.get("with_genres", "").split("|") if "|" in query.get("with_genres", "")]
    year = query.get("primary_release_year" if kind == "movie" else "first_air_date_year", "")

    def fits(one: Title) -> bool:
        return (
            all(genre in one.genres for genre in every)
            and (not some or any(genre in one.genres for genre in some))
            and query.get(f"{date}.gte", "") <= one.date
            and (f"{date}.lte" not in query or "" < one.date <= query[f"{date}.lte"])
            and one.date.startswith(year)
            and one.vote_average >= float(query.get("vote_average.gte", 0))
            and one.vote_count >= int(query.get("vote_count.gte", 0))
            and (one.runtime or 0) <= int(query.get("with_runtime.lte", 10**6))
            and query.get("with_original_language", one.language) == one.language
        )

    return fits


def _every_name(one: Title) -> str:
    translated = [text.get("title", text.get("name", "")) for text in one.translations.values()]
    return " ".join((one.title, one.original_title, *one.also, *translated))


def _contains(words: str, text: str) -> bool:
    return all(f" {part}" in f" {words}" for part in text.split())


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).replace("&", " and ").replace("'", "").replace("’", "")
    return " ".join(re.findall(r"\w+", "".join(one for one in plain if not unicodedata.combining(one))))


assert set(GENRES) == set(_KINDS)
