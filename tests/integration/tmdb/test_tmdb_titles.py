"""Titles, seasons and people from TMDB: the words in the language asked for, as few calls as possible."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from matinee.ports.catalogue import Locale, PersonDetails
from matinee.ports.metadata import Found, NotFound, Outcome, SeasonDetails, TitleDetails
from matinee.providers.tmdb import ATTRIBUTION, TmdbOptions, TmdbProvider
from tests.integration.tmdb.conftest import made
from tests.servers.fake_tmdb import TOKEN, FakeTmdb, Trouble

pytestmark = pytest.mark.anyio
DE, EN = Locale("de", "DE"), Locale("en", "US")


def value(outcome: Outcome[TitleDetails]) -> TitleDetails:
    assert isinstance(outcome, Found), outcome
    return outcome.value


def season_of(outcome: Outcome[SeasonDetails]) -> SeasonDetails:
    assert isinstance(outcome, Found), outcome
    return outcome.value


def title_calls(fake: FakeTmdb) -> dict[str, int]:
    """Calls but those for genres and configuration."""
    return {path: count for path, count in fake.calls.items() if not path.startswith(("/3/genre/", "/3/configuration"))}


async def test_a_film_is_whole_after_one_call(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    film = value(await tmdb.details("movie-1001", EN))
    assert (film.title, film.tagline, film.runtime) == ("The Lantern Keepers", "Keep it burning.", 118)
    assert (film.release_date, film.certification, film.status) == (date(2011, 9, 16), "PG-13", "Released")
    assert film.genres == ("Adventure", "Drama", "Fantasy")
    assert (film.poster, film.backdrop) == ("lantern.jpg", "lantern-wide.jpg")
    assert film.external_ids == {"tmdb": "1001", "imdb": "tt9001001"}
    assert film.keywords == ("lighthouse", "sea", "myth")
    cast = [(one.name, one.role, one.profile) for one in film.credits if one.department == "cast"]
    crew = [(one.name, one.role, one.person_id) for one in film.credits if one.department == "crew"]
    assert cast[0] == ("Ines Halvard", "Maren", "ines.jpg")
    assert crew[0] == ("Mireille Aubin", "Director", "person-503")
    assert [(one.site, one.key) for one in film.videos] == [("YouTube", "lanternTRL1"), ("Vimeo", "76543210")]
    assert film.attribution == ATTRIBUTION
    assert title_calls(fake_tmdb) == {"/3/movie/1001": 1}


async def test_german_words_where_there_are_some_and_english_where_there_are_none(
    tmdb: TmdbProvider, fake_tmdb: FakeTmdb
) -> None:
    film = value(await tmdb.details("movie-1001", DE))
    assert (film.title, film.original_title) == ("Die Hüter der Laterne", "The Lantern Keepers")
    assert film.overview.startswith("Zwei Wärter")
    assert film.tagline == "Keep it burning."
    assert film.certification == "FSK 12"
    assert film.genres == ("Adventure", "Drama", "Fantasy"), "names of genres are English, so that their ids are the same"
    assert film.videos[0].language == "de"
    other = value(await tmdb.details("movie-1002", DE))
    assert (other.title, other.overview) == ("Salzwasser-Uhrwerk", "A watchmaker repairs the tide.")
    assert title_calls(fake_tmdb) == {"/3/movie/1001": 1, "/3/movie/1002": 1}


async def test_without_a_translation_english_comes_before_the_original(tmdb: TmdbProvider) -> None:
    film = value(await tmdb.details("movie-1003", DE))
    assert (film.title, film.original_title) == ("The Garden of Hours", "Le Jardin des heures")
    assert film.overview == "A gardener counts the days of a marriage."
    assert film.tagline == "Chaque heure fleurit.", "there is no English one"


async def test_without_english_the_original_is_what_is_left(tmdb: TmdbProvider) -> None:
    for locale in (DE, EN):
        film = value(await tmdb.details("movie-1004", locale))
        assert (film.title, film.overview, film.tagline) == ("北の灯台", "少女が灯台を守る。", "光を。")


async def test_a_title_of_which_nothing_is_known_has_nothing(tmdb: TmdbProvider) -> None:
    film = value(await tmdb.details("movie-1011", EN))
    assert (film.release_date, film.runtime, film.vote_average, film.poster) == (None, None, None, None)
    show = value(await tmdb.title("show-2004"))
    assert (show.title, show.seasons, show.release_date) == ("Kettle & Co.", (), None)


async def test_details_of_a_show_list_its_seasons_without_episodes(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    show = value(await tmdb.details("show-2001", EN))
    assert [(one.number, one.name, one.episode_count) for one in show.seasons] == [
        (0, "Specials", 2), (1, "Season 1", 6), (2, "Season 2", 4), (3, "Season 3", 3),
    ]  # fmt: skip
    assert all(not one.episodes for one in show.seasons)
    assert (show.certification, show.external_ids["tvdb"]) == ("TV-14", "72001")
    assert show.credits[0].role == "Inspector Vale"
    assert title_calls(fake_tmdb) == {"/3/tv/2001": 1}


async def test_the_library_gets_all_episodes_of_a_show_with_one_call(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    show = value(await tmdb.title("show-2001"))
    assert [len(one.episodes) for one in show.seasons] == [2, 6, 4, 3]
    first = show.seasons[1].episodes[0]
    assert (first.season, first.number, first.name, first.runtime) == (1, 1, "The Inverlay Letter", 46)
    assert first.still == "still-2001-1-1.jpg"
    assert title_calls(fake_tmdb) == {"/3/tv/2001": 1}


async def test_a_long_show_needs_few_calls(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    show = value(await tmdb.title("show-2003"))
    assert [len(one.episodes) for one in show.seasons] == [2] * 22
    assert title_calls(fake_tmdb) == {"/3/tv/2003": 3}, "5 seasons with the details, then 10 and 7"


async def test_generic_episode_names_become_the_english_ones(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    season = season_of(await tmdb.season("show-2001", 2, DE))
    assert season.name == "Staffel 2"
    assert season.overview == "The 2. year."
    assert season.episodes[0].name == "The Pellworth Letter"
    assert season.episodes[0].overview == "What was found in Brindle."
    assert title_calls(fake_tmdb) == {"/3/tv/2001/season/2": 2}


async def test_no_second_call_where_the_first_said_everything(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    assert season_of(await tmdb.season("show-2001", 1, DE)).episodes[2].name == "Brief 3"
    assert season_of(await tmdb.season("show-2001", 1, EN)).episodes[2].name == "The Kirrin Letter"
    assert title_calls(fake_tmdb) == {"/3/tv/2001/season/1": 2}


async def test_the_whole_show_in_german_takes_one_more_call_for_english_words(german: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    show = value(await german.title("show-2001"))
    assert show.title == "Hafen Neun"
    names = [one.episodes[0].name for one in show.seasons]
    assert names == ["The Brindle Letter", "Brief 1", "The Pellworth Letter", "The Wexcombe Letter"]
    assert title_calls(fake_tmdb) == {"/3/tv/2001": 2}


async def test_missing_english_words_do_not_fail_a_season(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    await tmdb.season("show-2001", 2, DE)  # genres and configuration are known from here on
    fake_tmdb.trouble(Trouble(500, b"{}", path="language=en"))
    season = season_of(await tmdb.season("show-2001", 2, DE))
    assert [one.name for one in season.episodes] == ["Episode 1", "Episode 2", "Episode 3", "Episode 4"]


@pytest.mark.parametrize(
    "title_id", ["movie-999999", "show-999999", "movie-0", "local-demo-x", "movie-", "movie-12a", "person-501"]
)
async def test_unknown_titles_are_not_found(tmdb: TmdbProvider, title_id: str) -> None:
    assert await tmdb.details(title_id, EN) == NotFound()
    assert await tmdb.title(title_id) == NotFound()


async def test_unknown_seasons_are_not_found(tmdb: TmdbProvider) -> None:
    assert await tmdb.season("show-2001", 9, EN) == NotFound()
    assert await tmdb.season("movie-1001", 1, EN) == NotFound()


async def test_a_person_has_what_they_took_part_in(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    found = await tmdb.person("person-501", DE)
    assert isinstance(found, Found)
    person: PersonDetails = found.value
    assert (person.name, person.birthday, person.place_of_birth) == ("Ines Halvard", date(1979, 3, 2), "Tromvik")
    assert person.biography == "Plays keepers of all kinds.", "there is no German one"
    assert person.profile == "ines.jpg"
    assert [(one.title.title_id, one.role) for one in person.titles] == [("show-2001", "Greta"), ("movie-1001", "Maren")]
    assert title_calls(fake_tmdb) == {"/3/person/501": 1}
    assert await tmdb.person("person-9", EN) == NotFound()
    assert await tmdb.person("movie-1001", EN) == NotFound()


async def test_a_director_is_listed_as_one(tmdb: TmdbProvider) -> None:
    found = await tmdb.person("person-503", EN)
    assert isinstance(found, Found)
    roles: Sequence[tuple[str, str]] = [(one.title.title_id, f"{one.department} {one.role}") for one in found.value.titles]
    assert ("movie-1002", "crew Director") in roles


async def test_the_key_goes_into_the_query_and_the_token_into_the_header(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    await tmdb.details("movie-1001", EN)
    assert fake_tmdb.seen[-1].authorization == ""
    async with made(TmdbOptions(TOKEN, (fake_tmdb.api_url,), fake_tmdb.image_url)) as one:
        value(await one.provider.details("movie-1001", EN))
    assert all("api_key" not in seen.query for seen in fake_tmdb.seen)
    assert {seen.authorization for seen in list(fake_tmdb.seen)[-4:]} == {f"Bearer {TOKEN}"}


async def test_genres_and_configuration_are_asked_for_once(tmdb: TmdbProvider, fake_tmdb: FakeTmdb) -> None:
    for _ in range(3):
        await tmdb.details("movie-1001", EN)
    reference = {path: count for path, count in fake_tmdb.calls.items() if path.startswith(("/3/genre", "/3/conf"))}
    assert reference == {"/3/genre/movie/list": 1, "/3/genre/tv/list": 1, "/3/configuration": 1}
