"""The mapping of answers: what is missing, null, empty or nonsense is unknown, never an error."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.ports.catalogue import Locale, genre_id
from matinee.ports.metadata import EpisodeDetails, ImageSize, SeasonDetails, TitleDetails
from matinee.ports.ratings import AgeRating
from matinee.providers.tmdb.client import listed
from matinee.providers.tmdb.genres import KNOWN, english_names, genre_names, with_genres
from matinee.providers.tmdb.images import size_for
from matinee.providers.tmdb.lists import search_page, title_page
from matinee.providers.tmdb.people import person_details
from matinee.providers.tmdb.reference import Pictures, _pictures
from matinee.providers.tmdb.seasons import is_generic, season_details, with_words_of
from matinee.providers.tmdb.titles import certification, title_details
from matinee.providers.tmdb.values import day, decoded, integer, number, picture, text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    "id",
    "title",
    "name",
    "original_title",
    "overview",
    "release_date",
    "first_air_date",
    "runtime",
    "episode_run_time",
    "genres",
    "genre_ids",
    "vote_average",
    "vote_count",
    "popularity",
    "poster_path",
    "credits",
    "aggregate_credits",
    "created_by",
    "videos",
    "keywords",
    "release_dates",
    "content_ratings",
    "external_ids",
    "translations",
    "seasons",
    "results",
    "total_pages",
    "season_number",
    "episodes",
    "episode_number",
    "combined_credits",
    "adult",
    "media_type",
    "original_language",
    "images",
]
BODIES = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=12)


def names(ids: Any) -> tuple[str, ...]:
    return english_names(KNOWN, ids if isinstance(ids, list | tuple) else [])


@given(BODIES)
def test_no_object_breaks_the_mapping(body: dict[str, Any]) -> None:
    for kind in ("movie", "show"):
        title = title_details(body, kind, Locale("de", "DE"), names)  # type: ignore[arg-type]  # one of two
        assert title is None or title.title
        title_page(body, kind, names, 1)  # type: ignore[arg-type]  # one of two
    search_page(body, None, names, 1)
    season_details(body)
    person_details(body, names)
    _pictures(body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"<html>", b"1" * 100])
def test_only_objects_are_answers(body: bytes) -> None:
    with pytest.raises(ValueError):
        decoded(body)


@pytest.mark.parametrize("body", [b"{}", b'{"results":null}', b'{"results":{}}', b'{"results":"x"}'])
def test_a_list_without_results_is_no_list(body: bytes) -> None:
    with pytest.raises(ValueError):
        listed(body)


def test_values_of_other_types_are_unknown() -> None:
    body = {
        "s": 5,
        "i": "5",
        "f": "7.25",
        "b": True,
        "neg": -1,
        "inf": "inf",
        "huge": 10**30,
        "d": "2013-02-14T00:00:00.000Z",
        "e": "",
    }
    assert text(body, "s", "missing", "e") == ""
    assert text(body, "e", "d") == "2013-02-14T00:00:00.000Z"
    assert [integer(body, name) for name in ("i", "b", "neg", "huge", "missing")] == [None] * 5
    assert [number(body, name) for name in ("f", "b", "inf", "e", "missing")] == [7.25, None, None, None, None]
    assert day(body, "e", "d") == date(2013, 2, 14)
    assert day({"x": "0000-00-00"}, "x") is None


@pytest.mark.parametrize(
    "path", ["abc.jpg", "/../x.jpg", "/a/b.jpg", "/x.svg", "/", "", None, 5, "/a b.jpg", "//host/x.jpg", "/x.j?y"]
)
def test_paths_that_are_no_picture_of_tmdb_are_none(path: object) -> None:
    assert picture({"p": path}, "p") is None
    assert picture({"p": "/aB_c-9.jpg"}, "p") == "aB_c-9.jpg"


@pytest.mark.parametrize(
    ("name", "overview", "generic"),
    [
        ("Episode 5", "", True), ("Folge 5", "", True), ("Épisode 5", "", True), ("5. Bölüm", "", True), ("第 5 集", "", True),
        ("第5集", "", True), ("エピソード5", "", True), ("", "", True), ("5", "", True), ("Episode 5", "It happens.", True),
        ("Episode 6", "", False), ("Chapter Five", "", False), ("The 5 Letters", "", False), ("Brief 5", "Something.", False),
        ("2 Fast 5 Slow", "", False), ("Ozymandias", "", False),
    ],
)  # fmt: skip
def test_names_that_say_no_more_than_the_number(name: str, overview: str, generic: bool) -> None:
    assert is_generic(EpisodeDetails(1, 5, name, overview)) is generic


def episode(number: int, name: str, overview: str = "") -> EpisodeDetails:
    return EpisodeDetails(1, number, name, overview)


def test_english_words_fill_gaps_only() -> None:
    german = SeasonDetails(1, "", "", episodes=(
        episode(1, "Episode 1"), episode(2, "Der Brief"), episode(3, "Folge 3", "Drei."),
        episode(4, "Kapitel 4"), episode(5, "Episode 5"),
    ))  # fmt: skip
    english = SeasonDetails(1, "Season 1", "All of it.", episodes=(
        episode(1, "Pilot", "One."), episode(2, "The Letter", "Two."), episode(3, "Third", "Three."),
        episode(4, "Chapter 4", "Four."),
    ))  # fmt: skip
    season = with_words_of(german, english)
    assert (season.name, season.overview) == ("Season 1", "All of it.")
    assert [(one.name, one.overview) for one in season.episodes] == [
        ("Pilot", "One."), ("Der Brief", "Two."), ("Third", "Drei."), ("Kapitel 4", "Four."), ("Episode 5", ""),
    ]  # fmt: skip


def test_the_cinema_release_gives_the_age_rating() -> None:
    def release(certified: str, kind: int) -> dict[str, Any]:
        return {"certification": certified, "type": kind, "release_date": "1999-11-12T00:00:00.000Z"}

    body = {"release_dates": {"results": [
        {"iso_3166_1": "US", "release_dates": [release("", 1), release("NR", 5), release("R", 3)]},
        {"iso_3166_1": "DE", "release_dates": [release("", 3), release("16", 5)]},
        {"iso_3166_1": "FR", "release_dates": [release("", 3)]},
    ]}}  # fmt: skip
    assert certification(body, "movie", Locale("en", "US")) == "R"
    assert certification(body, "movie", Locale("en", "DE")) == "FSK 16"
    assert certification(body, "movie", Locale("en", "FR")) == ""
    assert certification(body, "movie", Locale("fr")) == "R"
    assert certification(body, "movie", Locale("de-AT")) == "FSK 16"
    ratings = {"content_ratings": {"results": [{"iso_3166_1": "US", "rating": "TV-MA"}, {"iso_3166_1": "DE", "rating": "16"}]}}
    assert certification(ratings, "show", Locale("en")) == "TV-MA"
    assert certification(ratings, "show", Locale("en", "DE")) == "FSK 16"


def test_the_age_is_that_of_the_region_else_the_united_states_and_adult_titles_say_so() -> None:
    rated = {"results": [{"iso_3166_1": "US", "rating": "TV-MA"}, {"iso_3166_1": "DE", "rating": "12"}]}
    body = {"id": 7, "name": "Late Show", "content_ratings": rated, "adult": True}

    def details(locale: Locale) -> TitleDetails:
        found = title_details(body, "show", locale, lambda _: ())
        assert found is not None
        return found

    assert details(Locale("en", "DE")).age_rating == AgeRating("DE", "12", 12)
    assert details(Locale("de")).age_rating == AgeRating("DE", "12", 12)
    assert details(Locale("en", "FR")).age_rating == AgeRating("US", "TV-MA", 17)
    assert details(Locale("en")).adult is True
    del body["content_ratings"], body["adult"]
    assert (details(Locale("en")).age_rating, details(Locale("en")).adult) == (None, False)


def test_somebody_with_several_jobs_and_roles_is_told_once_for_each() -> None:
    person = {"id": 5, "name": "Ada", "profile_path": "/ada.jpg"}
    jobs = [{"job": "Director"}, {"job": "Writer"}, {"job": "Best Boy"}]
    roles = [
        {"character": "Twin A", "episode_count": 2},
        {"character": "Twin B", "episode_count": 9},
        {"character": "C", "episode_count": 1},
    ]
    body = {
        "id": 1,
        "name": "Show",
        "created_by": [person, person],
        "aggregate_credits": {
            "cast": [{**person, "roles": roles, "order": 3}],
            "crew": [{**person, "jobs": jobs}, {**person, "jobs": jobs}],
        },
    }
    title = title_details(body, "show", Locale(), names)
    assert title is not None
    assert [(one.role, one.department) for one in title.credits] == [
        ("Twin B / Twin A", "cast"),
        ("Director", "crew"),
        ("Creator", "crew"),
        ("Writer", "crew"),
    ]


def test_only_videos_that_can_be_shown_are_kept_trailers_in_the_language_first() -> None:
    def video(key: str, kind: str, language: str, **more: Any) -> dict[str, Any]:
        return {"key": key, "type": kind, "iso_639_1": language, "site": "YouTube", "official": True, "name": key, **more}

    videos = [
        video("clip", "Clip", "de"),
        video("en", "Trailer", "en"),
        video("fan", "Trailer", "de", official=False),
        video("de", "Trailer", "de"),
        video("x", "Trailer", "de", site="Elsewhere"),
        video('a"><b', "Trailer", "de"),
        video("", "Trailer", "de"),
        video("de", "Trailer", "de"),
    ]
    title = title_details({"id": 1, "title": "x", "videos": {"results": videos}}, "movie", Locale("de"), names)
    assert title is not None
    assert [one.key for one in title.videos] == ["de", "fan", "en", "clip"]


def test_genres_are_the_same_in_every_language() -> None:
    german = {"movie": {878: "Zukunft"}, "show": {10765: "Zukunft und Zauber"}}
    found = {one.genre_id: one.name for one in genre_names(KNOWN, german)}  # type: ignore[arg-type]  # kinds as strings
    assert found["science-fiction"] == "Zukunft"
    assert found["sci-fi-and-fantasy"] == "Zukunft und Zauber"
    assert found["drama"] == "Drama"
    assert set(found) == {genre_id(name) for known in KNOWN.values() for name in known.values()}


@pytest.mark.parametrize(
    ("kind", "wanted", "expected"),
    [
        ("movie", ["drama"], "18"), ("movie", ["drama", "science-fiction"], "18,878"),
        ("movie", ["sci-fi-and-fantasy"], "878|14"),
        ("movie", ["drama", "sci-fi-and-fantasy"], "18,878"), ("movie", ["soap"], None), ("movie", ["drama", "nonsense"], None),
        ("show", ["science-fiction"], "10765"), ("show", ["science-fiction", "fantasy"], "10765"), ("show", ["horror"], None),
        ("show", ["war"], "10768"), ("movie", ["kids"], "10751"),
    ],
)  # fmt: skip
def test_genres_as_a_filter(kind: str, wanted: list[str], expected: str | None) -> None:
    assert with_genres(KNOWN[kind], kind, wanted) == expected  # type: ignore[index, arg-type]  # kinds as strings


@pytest.mark.parametrize(
    "base_url",
    ["http://image.tmdb.org/t/p/", "https://evil.example/t/p/", "https://tmdb.org.evil.example/", "file:///etc/", ""],
)
def test_pictures_are_only_fetched_from_tmdbs_own_hosts(base_url: str | None) -> None:
    assert _pictures({"images": {"secure_base_url": base_url}}) is None
    ours = _pictures(
        {"images": {"secure_base_url": "https://images2.tmdb.org/t/p/", "poster_sizes": ["w300", "../../x", 5, "original"]}}
    )
    assert ours is not None
    assert (ours.base_url, ours.sizes["poster"]) == ("https://images2.tmdb.org/t/p/", ("w300", "original"))
    assert ours.sizes["still"] == Pictures().sizes["still"]
    assert size_for(ImageSize("poster", 200), ours) == "w300"
    assert size_for(None, ours) == "original"
