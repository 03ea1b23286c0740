"""Names of files against what TMDB finds: the right title is believed, a wrong one is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from matinee.features.catalog.policy import accepted
from matinee.infra.upstream import UpstreamUnavailable
from matinee.ports.metadata import Found, NotFound, TitleKind, TitleMatch, TitleQuery, Unavailable
from matinee.providers.tmdb.likeness import likeness
from tests.unit.providers.tmdb.scripted import Scripted, found, provider

pytestmark = pytest.mark.anyio

SAME = [
    ("The Matrix", "The Matrix"),
    ("matrix", "The Matrix"),
    ("Amelie", "Amélie"),
    ("Spider Man", "Spider-Man"),
    ("Spiderman", "Spider-Man"),
    ("Fast and Furious", "Fast & Furious"),
    ("Mission Impossible Fallout", "Mission: Impossible - Fallout"),
    ("Rocky 2", "Rocky II"),
    ("Se7en", "Se7en"),
    ("WALL E", "WALL·E"),
    ("Schindlers List", "Schindler's List"),
    ("3 10 to Yuma", "3:10 to Yuma"),
    ("Dr Strangelove", "Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb"),
    ("Birdman", "Birdman or (The Unexpected Virtue of Ignorance)"),
    ("Star Wars The Force Awakens", "Star Wars: The Force Awakens"),
    ("The Lord of the Rings The Two Towers", "The Lord of the Rings: The Two Towers"),
    ("Malcolm X", "Malcolm X"),
    ("The Shawshank Redemtion", "The Shawshank Redemption"),
    ("V for Vendetta", "V for Vendetta"),
]
OTHERS = [
    ("Alien", "Aliens"),
    ("Rocky II", "Rocky III"),
    ("Overtime", "Overtime 2: Double Shift"),
    ("Heat", "Dead Heat"),
    ("The Ring", "The Lord of the Rings: The Fellowship of the Ring"),
    ("Toy Story", "Toy Story 3"),
    ("It", "It Follows Us Home Again"),
    ("Harry Potter and the Deathly Hallows Part 1", "Harry Potter and the Deathly Hallows: Part 2"),
    ("Up", "Up in the Air"),
    ("Home Video", "Home"),
    ("Holiday 2019", "Holiday"),
    ("Cars 2", "Cars"),
    ("Good", "The Good Guy"),
    ("Saw", "Seesaw"),
]


@pytest.mark.parametrize(("wanted", "name"), SAME)
def test_spellings_of_one_title_are_alike(wanted: str, name: str) -> None:
    assert likeness(wanted, [name], 2000, 2000) >= 0.7


@pytest.mark.parametrize(("wanted", "name"), OTHERS)
def test_other_titles_are_not_alike_without_a_year_that_agrees(wanted: str, name: str) -> None:
    assert likeness(wanted, [name], None, 2000) < 0.6
    assert likeness(wanted, [name], 2000, 2008) < 0.6


@pytest.mark.parametrize(("wanted", "name"), [pair for pair in OTHERS if pair[0] not in {"It", "Up"}])
def test_other_titles_of_the_same_year_are_not_alike_either(wanted: str, name: str) -> None:
    assert likeness(wanted, [name], 2000, 2000) < 0.6


def test_the_year_decides_among_equal_words_and_words_never_count_as_an_id() -> None:
    scores = [likeness("Marble Orchard", ["Marble Orchard"], 2015, year) for year in (2015, 2016, 1968, None)]
    assert scores[0] > scores[1] > 0.9
    assert scores[2] < 0.6 < scores[3]
    assert max(scores) < 1.0


def test_nothing_is_like_nothing() -> None:
    assert likeness("", ["Up"], None, None) < 0.1
    assert likeness("Up", [], None, None) < 0.1
    assert likeness("!!!", ["???"], 2000, 2000) < 0.6


async def match(query: TitleQuery, answers: dict[str, Any]) -> tuple[Sequence[TitleMatch], Scripted]:
    transport = Scripted(answers)
    outcome = await provider(transport).match(query)
    assert isinstance(outcome, Found | NotFound), outcome
    return outcome.value if isinstance(outcome, Found) else [], transport


async def test_one_search_is_enough_when_the_year_agrees() -> None:
    films = found((1, "Heat", "1995-12-15"), (2, "Dead Heat", "1995-05-06"))
    matches, transport = await match(TitleQuery("movie", "Heat", 1995), {"/search/movie": films})
    assert [one.title_id for one in matches][:1] == ["movie-1"]
    assert transport.paths == ["/search/movie"]
    assert dict(transport.calls[0].query)["year"] == 1995


async def test_a_film_whose_year_is_off_by_one_is_found_without_the_year() -> None:
    answers = {"/search/movie": [found(), found((7, "Low Tide", "2019-01-04"))]}
    query = TitleQuery("movie", "Low Tide", 2018)
    matches, transport = await match(query, answers)
    believed = accepted(query, matches)
    assert believed is not None
    assert believed.title_id == "movie-7"
    assert ["year" in dict(call.query) for call in transport.calls if call.path == "/search/movie"] == [True, False]


async def test_an_apostrophe_that_a_file_has_lost_is_put_back() -> None:
    answers = {"/search/movie": [found(), found(), found((7, "Winter's Tale", "2014-02-13"))]}
    query = TitleQuery("movie", "Winter s Tale", 2014)
    matches, transport = await match(query, answers)
    believed = accepted(query, matches)
    assert believed is not None
    assert believed.title_id == "movie-7"
    assert [dict(call.query)["query"] for call in transport.calls if call.path == "/search/movie"][-1] == "Winter's Tale"


async def test_a_remake_is_not_taken_for_the_original() -> None:
    films = found((1, "Marble Orchard", "2015-10-09"), (2, "Marble Orchard", "1968-03-01"))
    query = TitleQuery("movie", "Marble Orchard", 1968)
    matches, _ = await match(query, {"/search/movie": films})
    assert matches[0].title_id == "movie-2"
    gone, _ = await match(TitleQuery("movie", "Marble Orchard", 1931), {"/search/movie": films})
    assert accepted(TitleQuery("movie", "Marble Orchard", 1931), gone) is None


async def test_without_a_year_the_most_popular_of_equals_wins() -> None:
    matches, _ = await match(TitleQuery("movie", "Marble Orchard"), {
        "/search/movie": found((1, "Marble Orchard", "2015-10-09"), (2, "Marble Orchard", "1968-03-01")),
    })  # fmt: skip
    assert [one.title_id for one in matches] == ["movie-1", "movie-2"]


@pytest.mark.parametrize(
    "names",
    [
        {"alternative_titles": {"titles": [{"title": "Ninety Nine Hours"}]}},
        {"translations": {"translations": [{"iso_639_1": "de", "data": {"title": "Ninety-Nine Hours"}}]}},
        {"original_title": "Ninety Nine Hours"},
    ],
)
async def test_a_film_under_another_of_its_names_is_recognised(names: dict[str, Any]) -> None:
    query = TitleQuery("movie", "Ninety Nine Hours", 2016)
    films = found((7, "Overtime 2: Double Shift", "2016-07-01"))
    matches, transport = await match(query, {"/search/movie": films, "/movie/7": {"id": 7, "title": "Overtime 2", **names}})
    believed = accepted(query, matches)
    assert believed is not None
    assert (believed.title_id, believed.title) == ("movie-7", "Overtime 2: Double Shift")
    assert transport.paths[-1] == "/movie/7"


async def test_what_is_found_by_chance_is_not_believed() -> None:
    query = TitleQuery("movie", "Holiday in the garden", 2019)
    films = found((7, "Garden of Stones", "1987-05-08"), (8, "The Holiday", "2006-12-05"))
    matches, transport = await match(query, {"/search/movie": films})
    assert accepted(query, matches) is None
    assert transport.paths[:2] == ["/search/movie", "/search/movie"]
    assert sorted(transport.paths[2:]) == ["/movie/7", "/movie/8"]


async def test_the_other_names_of_a_film_are_not_worth_a_failure() -> None:
    query = TitleQuery("movie", "Something else", 2016)
    films = found((7, "Overtime 2: Double Shift", "2016-07-01"))
    answers = {"/search/movie": films, "/movie/7": UpstreamUnavailable("tmdb", "down")}
    matches, _ = await match(query, answers)
    assert accepted(query, matches) is None


@pytest.mark.parametrize(
    ("kind", "hints", "title_id"),
    [
        ("movie", {"tmdb": "603", "imdb": "tt0000001"}, "movie-603"),
        ("show", {"tmdb": "1399"}, "show-1399"),
    ],
)
async def test_an_id_of_tmdb_needs_no_call(kind: TitleKind, hints: dict[str, str], title_id: str) -> None:
    matches, transport = await match(TitleQuery(kind, "Whatever", 1931, hints), {})
    assert [(one.title_id, one.score) for one in matches] == [(title_id, 1.0)]
    assert transport.paths == []


async def test_ids_of_others_are_looked_up_one_after_the_other() -> None:
    show = {"id": 5, "name": "Harbour Nine", "first_air_date": "2015-01-15"}
    query = TitleQuery("show", "x", None, {"imdb": "tt7654321", "tvdb": "42"})
    answers = {"/find/tt7654321": {"tv_results": []}, "/find/42": {"tv_results": [show]}}
    matches, transport = await match(query, answers)
    assert [(one.title_id, one.title, one.year, one.score) for one in matches] == [("show-5", "Harbour Nine", 2015, 1.0)]
    assert transport.paths == ["/find/tt7654321", "/find/42"]


async def test_the_id_of_an_episode_says_which_show() -> None:
    query = TitleQuery("show", "x", None, {"imdb": "tt7654321"})
    matches, _ = await match(query, {"/find/tt7654321": {"tv_results": [], "tv_episode_results": [{"id": 9, "show_id": 5}]}})
    assert [one.title_id for one in matches] == ["show-5"]


@pytest.mark.parametrize(
    "hints", [{"imdb": "../secret"}, {"imdb": "tt1?x=y"}, {"tvdb": "abc"}, {"tmdb": "1/2"}, {"imdb": "tt0000000"}]
)
async def test_ids_that_are_none_or_lead_nowhere_leave_the_words(hints: dict[str, str]) -> None:
    films = found((1, "Heat", "1995-12-15"))
    matches, transport = await match(TitleQuery("movie", "Heat", 1995, hints), {"/search/movie": films, "/find/tt0000000": {}})
    assert [one.title_id for one in matches] == ["movie-1"]
    assert set(transport.paths) <= {"/search/movie", "/find/tt0000000"}


async def test_nothing_found_is_not_found_and_trouble_is_unavailable() -> None:
    assert await provider(Scripted({"/search/movie": found()})).match(TitleQuery("movie", "Home Video", 2020)) == NotFound()
    assert await provider(Scripted()).match(TitleQuery("movie", "  ")) == NotFound()
    transport = Scripted({"/search/movie": UpstreamUnavailable("tmdb", "it answered with status 503", retry_after=4)})
    outcome = await provider(transport).match(TitleQuery("movie", "Heat"))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "upstream_unavailable: TMDB: it answered with status 503"
    assert outcome.retry_after is not None
    assert outcome.retry_after.total_seconds() == 4


async def test_shows_are_searched_by_the_year_of_their_first_episode() -> None:
    shows = found((5, "Kingdom", "2014-10-08"), (6, "Kingdom", "2019-01-25"), series="tv")
    matches, transport = await match(TitleQuery("show", "Kingdom", 2019), {"/search/tv": shows})
    assert matches[0].title_id == "show-6"
    assert dict(transport.calls[0].query)["first_air_date_year"] == 2019
