"""Records of the fake TMDB in the shapes of the real answers (fields and their order as recorded)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tests.servers.fake_tmdb_records import GENRES, Episode, Kind, Person, Role, Season, Title, Words, World

Json = dict[str, Any]  # Any: JSON of several shapes

_GENERIC = {"en": "Episode {}", "de": "Episode {}", "fr": "Épisode {}", "es": "Episodio {}", "tr": "{}. Bölüm"}
_NOT_TRANSLATED = "en"


def language_of(query: Mapping[str, str]) -> str:
    """`de` of `de-DE`; English when none is asked for."""
    return (query.get("language") or "en").split("-")[0].lower()


def words(title: Title, language: str) -> Json:
    """The fields that are translated. A missing title falls back to the original one, anything else becomes empty."""
    found = title.translations.get(language, {})
    name = "title" if title.kind == "movie" else "name"
    if language == "en":
        return {name: title.title or title.original_title, "overview": title.overview, "tagline": title.tagline}
    own = title.original_title or title.title
    return {name: found.get(name) or own, "overview": found.get("overview", ""), "tagline": found.get("tagline", "")}


def card(title: Title, language: str, *, media_type: bool = False) -> Json:
    """A title in a list."""
    text = words(title, language)
    common: Json = {
        "adult": False,
        "backdrop_path": title.backdrop,
        "genre_ids": list(title.genres),
        "id": title.id,
        **({"media_type": title.kind} if media_type else {}),
        "original_language": title.language,
        "overview": text["overview"],
        "popularity": title.popularity,
        "poster_path": title.poster,
        "vote_average": title.vote_average,
        "vote_count": title.vote_count,
    }
    if title.kind == "movie":
        return {
            **common,
            "original_title": title.original_title,
            "release_date": title.date,
            "title": text["title"],
            "video": False,
        }
    return {
        **common,
        "origin_country": ["US"],
        "original_name": title.original_title,
        "first_air_date": title.date,
        "name": text["name"],
    }


def details(world: World, title: Title, language: str) -> Json:
    """A title by itself."""
    text = words(title, language)
    names = GENRES[title.kind]
    column = 1 if language == "de" else 0
    common: Json = {
        **{key: value for key, value in card(title, language).items() if key != "genre_ids"},
        "genres": [{"id": one, "name": names[one][column] if one in names else str(one)} for one in title.genres],
        "homepage": "",
        "origin_country": ["US"],
        "production_companies": [],
        "production_countries": [{"iso_3166_1": "US", "name": "United States of America"}],
        "spoken_languages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
        "status": title.status,
        "tagline": text["tagline"],
    }
    if title.kind == "movie":
        return {
            **common, "belongs_to_collection": None, "budget": 0, "imdb_id": title.imdb, "revenue": 0,
            "runtime": title.runtime or 0,
        }  # fmt: skip
    last = title.seasons[-1].episodes[-1] if title.seasons else None
    return {
        **common,
        "created_by": [],
        "episode_run_time": [],
        "in_production": title.status == "Returning Series",
        "languages": ["en"],
        "last_air_date": last.date if last else None,
        "last_episode_to_air": None,
        "next_episode_to_air": None,
        "networks": [],
        "number_of_episodes": sum(len(one.episodes) for one in title.seasons if one.number),
        "number_of_seasons": sum(1 for one in title.seasons if one.number),
        "seasons": [_season_in_list(one, language) for one in title.seasons],
        "type": "Scripted",
    }


def season(show: Title, one: Season, language: str) -> Json:
    """A season with its episodes."""
    return {
        "_id": hashlib.md5(f"{show.id}/{one.number}".encode()).hexdigest()[:24],
        "air_date": one.date,
        "episodes": [episode(show, one, item, language) for item in one.episodes],
        "name": _translated(one.translations, language, "name", one.name),
        "networks": [],
        "overview": _translated(one.translations, language, "overview", one.overview, empty=""),
        "id": one.id,
        "poster_path": one.poster,
        "season_number": one.number,
        "vote_average": 7.0,
    }


def episode(show: Title, one: Season, item: Episode, language: str) -> Json:
    """An episode; without a translation it is called by its number and says nothing."""
    generic = _GENERIC.get(language, "Episode {}").format(item.number)
    return {
        "air_date": item.date,
        "episode_number": item.number,
        "episode_type": "standard",
        "id": item.id,
        "name": _translated(item.translations, language, "name", item.name, empty=generic),
        "overview": _translated(item.translations, language, "overview", item.overview, empty=""),
        "production_code": "",
        "runtime": item.runtime,
        "season_number": one.number,
        "show_id": show.id,
        "still_path": item.still,
        "vote_average": 7.5,
        "vote_count": 12,
        "crew": [],
        "guest_stars": [],
    }


def movie_credits(world: World, title: Title) -> Any:
    """Cast and crew of a film, or of a show's newest season."""
    if title.raw_credits is not None:
        return msgspec.Raw(title.raw_credits)
    cast, crew = _cast_and_crew(title.roles)
    return {
        "cast": [
            {**_person_in_credits(world, role), "cast_id": number + 4, "character": role.character,
             "credit_id": _credit_id(title, role), "order": number}
            for number, role in enumerate(cast)
        ],
        "crew": [
            {**_person_in_credits(world, role), "credit_id": _credit_id(title, role), "department": role.department,
             "job": role.job}
            for role in crew
        ],
    }  # fmt: skip


def aggregate_credits(world: World, title: Title) -> Json:
    """Cast and crew of a whole show."""
    count = sum(len(one.episodes) for one in title.seasons)
    cast, crew = _cast_and_crew(title.roles)
    return {
        "cast": [
            {**_person_in_credits(world, role), "order": number, "total_episode_count": count,
             "roles": [{"credit_id": _credit_id(title, role), "character": role.character, "episode_count": count}]}
            for number, role in enumerate(cast)
        ],
        "crew": [
            {**_person_in_credits(world, role), "department": role.department, "total_episode_count": count,
             "jobs": [{"credit_id": _credit_id(title, role), "job": role.job, "episode_count": count}]}
            for role in crew
        ],
    }  # fmt: skip


def translations(title: Title) -> Json:
    """All translations; a name that is the original one comes back empty."""
    name = "title" if title.kind == "movie" else "name"
    found: dict[str, Words] = dict(title.translations)
    if title.title:
        found["en"] = {name: title.title, "overview": title.overview, "tagline": title.tagline}
    countries = {"en": "US", "ja": "JP"}
    return {
        "translations": [
            {"iso_3166_1": countries.get(code, code.upper()), "iso_639_1": code, "name": code, "english_name": code,
             "data": {"homepage": "", "overview": text.get("overview", ""), "runtime": title.runtime or 0,
                      "tagline": text.get("tagline", ""),
                      name: "" if text.get(name) == title.original_title else text.get(name, "")}}
            for code, text in found.items()
        ]
    }  # fmt: skip


def alternative_titles(title: Title) -> Json:
    """`titles` for films, `results` for shows."""
    found = [{"iso_3166_1": "US", "title": name, "type": ""} for name in title.also]
    return {"titles" if title.kind == "movie" else "results": found}


def release_dates(title: Title) -> Json:
    """Age ratings of a film; the first date of a country often carries none."""
    date = f"{title.date or '2000-01-01'}T00:00:00.000Z"
    empty = {"certification": "", "descriptors": [], "iso_639_1": "", "note": "Festival", "release_date": date, "type": 1}
    return {
        "results": [
            {"iso_3166_1": country, "release_dates": [empty, {**empty, "certification": rating, "note": "", "type": 3}]}
            for country, rating in title.ratings.items()
        ]
    }


def content_ratings(title: Title) -> Json:
    """Age ratings of a show."""
    return {
        "results": [{"descriptors": [], "iso_3166_1": country, "rating": rating} for country, rating in title.ratings.items()]
    }


def videos(title: Title, languages: Iterable[str]) -> Json:
    """Trailers and clips in the languages asked for."""
    wanted = set(languages)
    return {
        "results": [
            {"iso_639_1": clip.language, "iso_3166_1": "US", "name": clip.name, "key": clip.key, "site": clip.site, "size": 1080,
             "type": clip.type, "official": clip.official, "published_at": "2014-10-02T19:20:22.000Z",
             "id": hashlib.md5(clip.key.encode()).hexdigest()[:24]}
            for clip in title.clips
            if clip.language in wanted
        ]
    }  # fmt: skip


def keywords(title: Title) -> Json:
    """`keywords` for films, `results` for shows."""
    found = [{"id": 9000 + number, "name": name} for number, name in enumerate(title.keywords)]
    return {"keywords" if title.kind == "movie" else "results": found}


def external_ids(title: Title) -> Json:
    """Ids elsewhere; unknown ones are null or empty."""
    common = {"imdb_id": title.imdb, "wikidata_id": None, "facebook_id": "", "instagram_id": None, "twitter_id": None}
    if title.kind == "movie":
        return common
    return {**common, "freebase_mid": None, "freebase_id": None, "tvdb_id": title.tvdb, "tvrage_id": None}


def person_card(world: World, person: Person, *, media_type: bool = True) -> Json:
    """A person in a list."""
    parts = world.parts.get(person.id, ())[:3]
    return {
        **_person(person),
        **({"media_type": "person"} if media_type else {}),
        "known_for": [card(world.titles(kind)[number], "en", media_type=True) for kind, number, _ in parts],
    }


def person_details(person: Person, language: str) -> Json:
    """A person; the biography is in English only."""
    return {
        **_person(person),
        "also_known_as": [],
        "biography": person.biography if language == "en" else "",
        "birthday": person.birthday,
        "deathday": person.deathday,
        "homepage": None,
        "imdb_id": f"nm{person.id:07}",
        "place_of_birth": person.place,
    }


def person_translations(person: Person) -> Json:
    """Biographies by language."""
    data = {"biography": person.biography, "name": ""}
    return {"translations": [{"iso_3166_1": "US", "iso_639_1": "en", "name": "English", "english_name": "English", "data": data}]}


def combined_credits(world: World, person: Person, language: str) -> Json:
    """What somebody took part in, films and shows."""
    found: dict[str, list[Json]] = {"cast": [], "crew": []}
    for kind, number, role in world.parts.get(person.id, ()):
        title = world.titles(kind)[number]
        item = {**card(title, language, media_type=True), "credit_id": _credit_id(title, role)}
        if role.job:
            found["crew"].append({**item, "department": role.department, "job": role.job})
        else:
            extra = {"order": 0} if kind == "movie" else {"episode_count": 3}
            found["cast"].append({**item, "character": role.character, **extra})
    return dict(found)


def _season_in_list(one: Season, language: str) -> Json:
    return {
        "air_date": one.date,
        "episode_count": len(one.episodes),
        "id": one.id,
        "name": _translated(one.translations, language, "name", one.name),
        "overview": _translated(one.translations, language, "overview", one.overview, empty=""),
        "poster_path": one.poster,
        "season_number": one.number,
        "vote_average": 7.0,
    }


def _translated(found: Mapping[str, Words], language: str, field: str, english: str, empty: str | None = None) -> str:
    if language == _NOT_TRANSLATED:
        return english
    return found.get(language, {}).get(field) or (english if empty is None else empty)


def _cast_and_crew(roles: Iterable[Role]) -> tuple[list[Role], list[Role]]:
    everybody = list(roles)
    return [role for role in everybody if not role.job], [role for role in everybody if role.job]


def _person(person: Person) -> Json:
    return {
        "adult": False,
        "gender": person.gender,
        "id": person.id,
        "known_for_department": person.department,
        "name": person.name,
        "original_name": person.name,
        "popularity": person.popularity,
        "profile_path": person.profile,
    }


def _person_in_credits(world: World, role: Role) -> Json:
    return _person(world.people[role.person])


def _credit_id(title: Title, role: Role) -> str:
    return hashlib.md5(f"{title.kind}{title.id}{role}".encode()).hexdigest()[:24]


def genre_list(kind: Kind, language: str) -> Json:
    """The genres of films or of shows. A language without translations has null names, as some of the real ones have."""
    column = {"en": 0, "de": 1}.get(language)
    return {"genres": [{"id": one, "name": names[column] if column is not None else None} for one, names in GENRES[kind].items()]}
