"""Details of films and shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from matinee.ports.catalogue import Locale
from matinee.ports.metadata import PersonCredit, SeasonDetails, TitleDetails, TitleKind, Video
from matinee.ports.ratings import AgeRating, chosen
from matinee.providers.tmdb.lists import GenreNames, unique, vote
from matinee.providers.tmdb.policy import ATTRIBUTION, base_language
from matinee.providers.tmdb.seasons import season_summary
from matinee.providers.tmdb.values import Json, day, integer, items, number, part, picture, text
from matinee.providers.tmdb.words import words_of

APPENDED: Mapping[TitleKind, tuple[str, ...]] = {
    "movie": ("credits", "external_ids", "keywords", "release_dates", "translations", "videos"),
    "show": ("aggregate_credits", "content_ratings", "external_ids", "keywords", "translations", "videos"),
}
"""What saves a call each; at most 20 in one call."""
_CAST, _CREW, _VIDEOS, _KEYWORDS = 60, 40, 30, 50
_JOBS = (
    "Director", "Creator", "Co-Director", "Screenplay", "Writer", "Story", "Novel", "Characters", "Producer",
    "Executive Producer", "Director of Photography", "Original Music Composer", "Music", "Editor", "Production Design",
    "Costume Design", "Casting",
)  # fmt: skip
"""The jobs that are kept, in the order in which they are shown. A film lists hundreds of people."""
_RANKS = {job: rank for rank, job in enumerate(_JOBS)}
_SITES = {"YouTube": "YouTube", "Vimeo": "Vimeo"}
_TYPES = ("Trailer", "Teaser", "Clip", "Featurette")


def title_details(body: Json, kind: TitleKind, locale: Locale, names: GenreNames) -> TitleDetails | None:
    """Everything about a title, seasons without their episodes. None for a body without id or name."""
    key, words = integer(body, "id"), words_of(body, locale.language)
    if not key or not words.title:
        return None
    return TitleDetails(
        title_id=f"{kind}-{key}",
        kind=kind,
        title=words.title,
        original_title=words.original_title,
        overview=words.overview,
        tagline=words.tagline,
        release_date=day(body, "release_date", "first_air_date"),
        runtime=_runtime(body),
        genres=names(one.get("id") for one in items(body, "genres")),
        vote_average=vote(body),
        vote_count=integer(body, "vote_count") or 0,
        poster=picture(body, "poster_path"),
        backdrop=picture(body, "backdrop_path"),
        credits=(*_cast(body), *_crew(body)),
        external_ids=_external_ids(body, key),
        seasons=_seasons(body),
        videos=_videos(body, base_language(locale.language)),
        keywords=tuple(_keywords(body))[:_KEYWORDS],
        certification=certification(body, kind, locale),
        age_rating=_age_rating(body, kind, locale),
        adult=body.get("adult") is True,
        status=text(body, "status"),
        popularity=number(body, "popularity") or 0.0,
        attribution=ATTRIBUTION,
    )


def certification(body: Json, kind: TitleKind, locale: Locale) -> str:
    """The age rating in the region; without one, in the language's countries, else in the United States."""
    ratings = _ratings(body, kind)
    region = next((one for one in _regions(locale) if ratings.get(one)), "")
    rating = ratings.get(region, "")
    return f"FSK {rating}" if region == "DE" and rating.isdecimal() else rating


def _age_rating(body: Json, kind: TitleKind, locale: Locale) -> AgeRating | None:
    ratings = _ratings(body, kind)
    return chosen(ratings, next((one for one in _regions(locale) if ratings.get(one)), ""))


def _regions(locale: Locale) -> list[str]:
    """Whose ratings count, the nearest first."""
    language, _, country = locale.language.partition("-")
    return [locale.region] if locale.region else [country.upper(), language.upper(), "US"]


def _ratings(body: Json, kind: TitleKind) -> dict[str, str]:
    return dict(_film_ratings(body) if kind == "movie" else _show_ratings(body))


def _film_ratings(body: Json) -> Iterator[tuple[str, str]]:
    for country in items(part(body, "release_dates"), "results"):
        rated = [one for one in items(country, "release_dates") if text(one, "certification")]
        # 3 is the release in cinemas; discs and television may have been rated differently.
        best = min(rated, key=lambda one: one.get("type") != 3, default=None)
        if best is not None:
            yield text(country, "iso_3166_1"), text(best, "certification")


def _show_ratings(body: Json) -> Iterator[tuple[str, str]]:
    for country in items(part(body, "content_ratings"), "results"):
        yield text(country, "iso_3166_1"), text(country, "rating")


def _runtime(body: Json) -> int | None:
    """Minutes. Shows seldom say; their newest episode does."""
    times = body.get("episode_run_time")
    first = times[0] if isinstance(times, list) and times else None
    usual = first if isinstance(first, int) and first > 0 else None
    return integer(body, "runtime") or usual or integer(part(body, "last_episode_to_air"), "runtime") or None


def _people(body: Json) -> Json:
    return part(body, "aggregate_credits") or part(body, "credits")


def _cast(body: Json) -> tuple[PersonCredit, ...]:
    people = sorted(
        items(_people(body), "cast"), key=lambda one: order if (order := integer(one, "order")) is not None else 10_000
    )
    return unique((_credit(one, _characters(one), "cast") for one in people), _same, _CAST)


def _characters(one: Json) -> str:
    """The character, for a whole show the two that somebody played most."""
    character = text(one, "character")
    if character or "roles" not in one:
        return character
    roles = sorted(items(one, "roles"), key=lambda role: -(integer(role, "episode_count") or 0))
    played = dict.fromkeys(name for role in roles if (name := text(role, "character")))
    return " / ".join(list(played)[:2])


def _crew(body: Json) -> tuple[PersonCredit, ...]:
    done = [(one, "Creator") for one in items(body, "created_by")]
    for one in items(_people(body), "crew"):
        if "jobs" in one:
            done += [(one, job) for job in _jobs(one) if job in _RANKS]
        # Of hundreds a few are kept.
        elif isinstance(job := one.get("job"), str) and (job := job.strip()) in _RANKS:
            done.append((one, job))
    done.sort(key=lambda pair: _RANKS[pair[1]])
    return unique((_credit(one, job, "crew") for one, job in done), _same, _CREW)


def _jobs(one: Json) -> list[str]:
    return [job for job in (text(one, "job"), *(text(job, "job") for job in items(one, "jobs"))) if job]


def _credit(one: Json, role: str, department: str) -> PersonCredit | None:
    name, key = text(one, "name", "original_name"), integer(one, "id")
    if not name:
        return None
    person_id = f"person-{key}" if key else None
    return PersonCredit(name, role, "cast" if department == "cast" else "crew", person_id, picture(one, "profile_path"))


def _same(credit: PersonCredit) -> str:
    return f"{credit.person_id or credit.name}/{credit.role}"


def _external_ids(body: Json, key: int) -> dict[str, str]:
    found = {"tmdb": str(key)}
    elsewhere = part(body, "external_ids")
    imdb = text(elsewhere, "imdb_id") or text(body, "imdb_id")
    tvdb, wikidata = integer(elsewhere, "tvdb_id"), text(elsewhere, "wikidata_id")
    return (
        found
        | ({"imdb": imdb} if imdb else {})
        | ({"tvdb": str(tvdb)} if tvdb else {})
        | ({"wikidata": wikidata} if wikidata else {})
    )


def _seasons(body: Json) -> tuple[SeasonDetails, ...]:
    found = (season_summary(one) for one in items(body, "seasons"))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.number))


def _videos(body: Json, language: str) -> tuple[Video, ...]:
    """Those that can be shown, the likeliest first: trailers, official, in the language asked for."""
    found = [_video(one) for one in items(part(body, "videos"), "results")]
    known = [one for one in found if one is not None]

    def rank(one: Video) -> tuple[int, bool, bool]:
        kind = _TYPES.index(one.type) if one.type in _TYPES else len(_TYPES)
        return kind, one.language != language, not one.official

    return unique(iter(sorted(known, key=rank)), lambda one: f"{one.site}/{one.key}")[:_VIDEOS]


def _video(one: Json) -> Video | None:
    site, key = _SITES.get(text(one, "site")), text(one, "key")
    if site is None or not key or not key.replace("-", "").replace("_", "").isalnum():
        return None
    return Video(text(one, "name"), site, key, text(one, "type"), one.get("official") is True, text(one, "iso_639_1"))


def _keywords(body: Json) -> Iterable[str]:
    found = part(body, "keywords")
    return dict.fromkeys(name for field in ("keywords", "results") for one in items(found, field) if (name := text(one, "name")))
