"""TMDB's real answers, recorded by others, through the mapping: nothing fails, and known titles come out right."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from matinee.infra.clock import ManualClock
from matinee.infra.upstream import Call, Reply, UpstreamRejected
from matinee.ports.catalogue import Locale, TitleSummary
from matinee.ports.metadata import Found, NotFound, Rejected, TitleDetails, TitleKind, TitleQuery
from matinee.providers.tmdb import TmdbOptions, TmdbProvider
from matinee.providers.tmdb.client import Missed, TmdbClient, listed
from matinee.providers.tmdb.genres import KNOWN, names_of
from matinee.providers.tmdb.lists import search_page, title_page
from matinee.providers.tmdb.matching import _match
from matinee.providers.tmdb.people import person_details
from matinee.providers.tmdb.reference import Reference, _pictures
from matinee.providers.tmdb.seasons import season_details
from matinee.providers.tmdb.titles import title_details
from matinee.providers.tmdb.values import Json, decoded, items

pytestmark = [pytest.mark.acceptance, pytest.mark.anyio]

FOLDER = Path(os.environ.get("MATINEE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "recorded" / "tmdb"
RECORDINGS = sorted(FOLDER.glob("*/*.json"))
_PICTURE = re.compile(r"[A-Za-z0-9_-]+\.(jpg|png)")


class Recorded:
    """A transport that answers from recordings, by path; what was asked for in the query is not looked at."""

    def __init__(self, *files: str) -> None:
        self._bodies = {}
        for file in files:
            recording = json.loads((FOLDER / file).read_text())
            self._bodies[recording["request"]["path"].removeprefix("/3")] = recording["response"]
        self.calls: list[Call] = []

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        response = self._bodies.get(call.path)
        if response is None:
            response = {"status": 404, "body": {"status_code": 34, "status_message": "", "success": False}}
        body = json.dumps(response["body"]).encode()
        reply = Reply(response["status"], {"content-type": "application/json;charset=utf-8"}, body, "", 0.0)
        if reply.status == 401:
            raise UpstreamRejected("tmdb", "status 401", reply=reply)
        if reply.ok and call.decode is not None:
            return Reply(reply.status, reply.headers, body, "", 0.0, call.decode(body))
        return reply


def provider(*files: str) -> TmdbProvider:
    transport = Recorded(*files)
    return TmdbProvider(transport, transport, ManualClock(), TmdbOptions(key="k"))


def names(ids: Any) -> tuple[str, ...]:
    return Reference(TmdbClient(Recorded(), "k"), ManualClock()).names(ids)


async def details(title_id: str, *files: str, locale: Locale | None = None) -> TitleDetails:
    found = await provider(*files).details(title_id, locale or Locale("en", "US"))
    assert isinstance(found, Found), found
    return found.value


def test_all_recordings_are_there() -> None:
    assert len(RECORDINGS) == 232


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem[:60])
async def test_every_recorded_answer_is_mapped_without_an_error(path: Path) -> None:
    recording = json.loads(path.read_text())
    asked, response = recording["request"]["path"], recording["response"]
    if response["status"] >= 400:
        await refused(asked, path, response["status"])
        return
    raw = json.dumps(response["body"]).encode()
    if isinstance(response["body"], list):  # languages, countries, jobs: nothing that is asked for here
        with pytest.raises(ValueError):
            decoded(raw)
        return
    check(asked, raw)


async def refused(asked: str, path: Path, status: int) -> None:
    client = TmdbClient(Recorded(str(path.relative_to(FOLDER))), "k")
    with pytest.raises(Missed) as missed:
        await client.get(asked.removeprefix("/3"))
    if status == 404:
        assert missed.value.outcome == NotFound()
        assert missed.value.code == 34
    else:
        assert isinstance(missed.value.outcome, Rejected)
        assert missed.value.code in {7, 17, 30}


def check(asked: str, raw: bytes) -> None:
    """What a mapping says of an answer; an answer to something that Matinee never asks is only read."""
    body = decoded(raw)
    for pattern, checked in CHECKS.items():
        found = re.fullmatch(pattern, asked)
        if found:
            checked(body, raw, "show" if "tv" in found.groups() else "movie")
            return


def checked_list(body: Json, raw: bytes, kind: TitleKind) -> None:
    page = title_page(listed(raw), kind, names, 1)
    known = [one for one in items(body, "results") if one.get("media_type") != "person"]
    assert len(page.titles) == len({(one.get("media_type"), one["id"]) for one in known})
    assert 1 <= page.pages <= 500
    for one in page.titles:
        plausible(one)


def checked_search(body: Json, raw: bytes, kind: TitleKind) -> None:
    multi = any("media_type" in one for one in items(body, "results"))
    found = search_page(listed(raw), None if multi else kind, names, 1)
    media = Counter(one.get("media_type") for one in items(body, "results"))
    assert len(found.people) == media["person"]
    assert len(found.titles) == len(list(items(body, "results"))) - media["person"]
    for one in found.titles:
        plausible(one)


def checked_people(body: Json, raw: bytes, kind: TitleKind) -> None:
    everybody = list(items(body, "results"))
    found = search_page({**body, "results": [{**one, "media_type": "person"} for one in everybody]}, None, names, 1)
    assert len(found.people) == len([one for one in everybody if not one["adult"]])
    assert not found.titles


def checked_title(body: Json, raw: bytes, kind: TitleKind) -> None:
    title = title_details(body, kind, Locale("en", "US"), names)
    assert title is not None
    assert title.title
    assert title.external_ids["tmdb"] == str(body["id"])
    assert [one.number for one in title.seasons] == sorted(one["season_number"] for one in body.get("seasons", []))
    for picture in (title.poster, title.backdrop, *(one.profile for one in title.credits)):
        assert picture is None or _PICTURE.fullmatch(picture)


def checked_season(body: Json, raw: bytes, kind: TitleKind) -> None:
    season = season_details(body)
    assert season is not None
    assert [one.number for one in season.episodes] == [one["episode_number"] for one in body["episodes"]]
    assert all(one.name for one in season.episodes)


def checked_person(body: Json, raw: bytes, kind: TitleKind) -> None:
    person = person_details(body, names)
    assert person is not None
    assert person.name == body["name"].strip()


def checked_genres(body: Json, raw: bytes, kind: TitleKind) -> None:
    assert set(names_of(body)) == set(KNOWN[kind])


def checked_configuration(body: Json, raw: bytes, kind: TitleKind) -> None:
    pictures = _pictures(body)
    assert pictures is not None
    assert pictures.base_url == "https://image.tmdb.org/t/p/"
    assert pictures.sizes["poster"][-1] == "original"


def checked_find(body: Json, raw: bytes, kind: TitleKind) -> None:
    for one, field in (("movie", "movie_results"), ("show", "tv_results")):
        for item in items(body, field):
            assert _match(item, TitleQuery(one, "x")) is not None


CHECKS: dict[str, Callable[[Json, bytes, TitleKind], None]] = {
    r"/3/trending/(movie|tv|all)/week": checked_list,
    r"/3/discover/(movie|tv)": checked_list,
    r"/3/(movie|tv)/(?:popular|top_rated|now_playing|upcoming|on_the_air|airing_today)": checked_list,
    r"/3/(movie|tv)/\d+/(?:similar|recommendations)": checked_list,
    r"/3/search/(movie|tv|multi)": checked_search,
    r"/3/(?:search/person|person/popular|trending/person/week)": checked_people,
    r"/3/(movie|tv)/(?:\d+|tt\d+|latest)": checked_title,
    r"/3/(tv)/\d+/season/\d+": checked_season,
    r"/3/person/(?:\d+|latest)": checked_person,
    r"/3/genre/(movie|tv)/list": checked_genres,
    r"/3/configuration": checked_configuration,
    r"/3/find/\w+": checked_find,
}


def test_most_recordings_are_of_what_is_asked_for() -> None:
    asked = [json.loads(path.read_text())["request"]["path"] for path in RECORDINGS]
    assert sum(any(re.fullmatch(pattern, path) for pattern in CHECKS) for path in asked) >= 100


def plausible(one: TitleSummary) -> None:
    assert re.fullmatch(r"(movie|show)-\d+", one.title_id)
    assert one.title
    assert one.year is None or 1880 < one.year < 2040
    assert one.poster is None or _PICTURE.fullmatch(one.poster)
    assert one.vote_average is None or 0 < one.vote_average <= 10


async def test_fight_club_is_whole() -> None:
    title = await details("movie-550", "go-tmdb/movie_550__atr=credits,release_dates,external_ids,keywords,images.json")
    assert (title.title, title.tagline, title.runtime) == ("Fight Club", "Mischief. Mayhem. Soap.", 139)
    assert (title.release_date, title.certification, title.genres) == (date(1999, 10, 15), "R", ("Drama", "Thriller"))
    assert (title.poster, title.backdrop) == ("jSziioSwPVrOy9Yow3XhWIBDjq1.jpg", "hZkgoQYus5vegHoetLkCJzb17zJ.jpg")
    assert title.external_ids == {"tmdb": "550", "imdb": "tt0137523", "wikidata": "Q190050"}
    assert title.credits[0].name == "Edward Norton"
    assert title.credits[0].role == "Narrator"
    crew = [(one.name, one.role) for one in title.credits if one.department == "crew"]
    assert crew[0] == ("David Fincher", "Director")
    assert ("Chuck Palahniuk", "Novel") in crew
    assert "dual identity" in title.keywords
    assert (title.vote_average, title.vote_count) == (8.438, 30717)


async def test_fight_club_has_the_age_rating_of_the_region_asked_for() -> None:
    file = "go-tmdb/movie_550__atr=credits,release_dates,external_ids,keywords,images.json"
    assert (await details("movie-550", file, locale=Locale("en", "DE"))).certification == "FSK 18"
    assert (await details("movie-550", file, locale=Locale("de", ""))).certification == "FSK 18"
    assert (await details("movie-550", file, locale=Locale("en", ""))).certification == "R"


async def test_game_of_thrones_has_seasons_creators_and_the_characters_played_most() -> None:
    title = await details(
        "show-1399", "go-tmdb/tv_1399__atr=aggregate_credits,content_ratings,credits,external_ids,keywords.json"
    )
    assert [one.number for one in title.seasons] == list(range(9))
    assert (title.seasons[0].name, title.seasons[0].episode_count) == ("Specials", 286)
    assert title.seasons[1].episodes == ()
    assert title.external_ids["tvdb"] == "121361"
    assert title.genres == ("Sci-Fi & Fantasy", "Drama", "Action & Adventure")
    assert title.certification == "TV-MA"
    assert title.runtime == 80
    assert title.credits[0].name == "Peter Dinklage"
    assert title.credits[0].role == "Tyrion 'The Halfman' Lannister"
    assert [one.name for one in title.credits if one.role == "Creator"] == ["David Benioff", "D. B. Weiss"]


async def test_a_season_has_its_episodes() -> None:
    source = provider("tmdblib/tv_1396_season_1.json")
    found = await source.season("show-1396", 1, Locale())
    assert isinstance(found, Found)
    assert len(found.value.episodes) == 7
    first = found.value.episodes[0]
    assert (first.name, first.air_date, first.runtime) == ("Pilot", date(2008, 1, 20), 59)


async def test_a_multi_search_finds_titles_and_people() -> None:
    found = await provider("tmdblib/search_multi__query=Jobs__include_adult=false.json").search("Jobs", None, 1, Locale())
    assert isinstance(found, Found)
    assert found.value.pages == 11
    assert {one.kind for one in found.value.titles} == {"movie", "show"}


@pytest.mark.parametrize(
    ("query", "file", "expected"),
    [
        (TitleQuery("show", "Breaking Bad"), "tmdblib/search_tv__query=Breaking-Bad__include_adult=false.json", "show-1396"),
        (TitleQuery("show", "Breaking Bad", 2008), "go-tmdb/search_tv__query=Breaking-Bad.json", "show-1396"),
        (TitleQuery("movie", "Inception", 2010), "go-tmdb/search_movie__query=Inception.json", "movie-27205"),
        (TitleQuery("movie", "inception"), "go-tmdb/search_movie__query=Inception.json", "movie-27205"),
        (TitleQuery("movie", "House", 1977), "ruby-themoviedb/search_movie__query=House__year=1977.json", "movie-25623"),
    ],
)
async def test_names_are_matched_in_real_searches(query: TitleQuery, file: str, expected: str) -> None:
    found = await provider(file).match(query)
    assert isinstance(found, Found)
    assert found.value[0].title_id == expected
    assert found.value[0].score >= 0.9


@pytest.mark.parametrize(
    ("hints", "file", "expected"),
    [
        ({"imdb": "tt0903747"}, "tmdblib/find_tt0903747__external_source=imdb_id.json", "show-1396"),
        ({"tvdb": "81189"}, "ruby-themoviedb/find_81189__external_source=tvdb_id.json", "show-1396"),
        ({"tmdb": "42", "imdb": "tt0903747"}, "tmdblib/find_tt0903747__external_source=imdb_id.json", "show-42"),
    ],
)
async def test_ids_in_names_are_looked_up(hints: dict[str, str], file: str, expected: str) -> None:
    found = await provider(file).match(TitleQuery("show", "whatever", 1901, hints))
    assert isinstance(found, Found)
    assert [(one.title_id, one.score) for one in found.value] == [(expected, 1.0)]


async def test_a_person_is_described_in_the_language_asked_for() -> None:
    found = await provider("tmdblib/person_62__language=da.json").person("person-62", Locale("da"))
    assert isinstance(found, Found)
    assert found.value.name == "Bruce Willis"
    assert found.value.biography.startswith("En amerikansk skuespiller")
    assert found.value.birthday == date(1955, 3, 19)
