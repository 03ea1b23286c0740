"""Rules of the catalogue."""

from __future__ import annotations

import pytest

from matinee.features.catalog.pictures import picture_name
from matinee.features.catalog.policy import accepted, hinted_title_id, local_title_id, popularity, sort_title
from matinee.ports.catalogue import genre_id
from matinee.ports.metadata import TitleMatch, TitleQuery


def match(score: float, year: int | None = 2000, kind: str = "movie") -> TitleMatch:
    return TitleMatch(f"movie-{score}", kind, "X", year, score)  # type: ignore[arg-type]  # both kinds are literals below


@pytest.mark.parametrize(
    ("title", "sorted_as"),
    [
        ("The Paper Lantern", "paper lantern"),
        ("A Zebra", "zebra"),
        ("An Éclair", "eclair"),
        ("The", "the"),
        ("A", "a"),
        ("Die Hard", "die hard"),
        ("¡Three Amigos!", "three amigos"),
        ("???", "???"),
        ("Theodora", "theodora"),
    ],
)
def test_sort_title(title: str, sorted_as: str) -> None:
    assert sort_title(title) == sorted_as


@pytest.mark.parametrize(
    ("candidates", "year", "chosen"),
    [
        ([match(0.9)], 2000, 0.9),
        ([match(0.9)], 2001, 0.9),
        ([match(0.9)], 2002, None),
        ([match(0.9)], None, 0.9),
        ([match(0.9, None)], 2002, 0.9),
        ([match(0.59)], 2000, None),
        ([match(1.0)], 1950, 1.0),
        ([match(0.9, 1980), match(0.8, 2000)], 2000, 0.8),
        ([match(0.9, kind="show")], 2000, None),
        ([], 2000, None),
    ],
)
def test_which_candidate_is_believed(candidates: list[TitleMatch], year: int | None, chosen: float | None) -> None:
    found = accepted(TitleQuery("movie", "X", year), candidates)
    assert (found.score if found else None) == chosen


def test_local_ids_are_the_same_for_the_same_words() -> None:
    one = local_title_id("movie", "Zoë & Amélie: Part 2", 2020)
    assert one == local_title_id("movie", "zoe and amelie - part 2", 2020)
    assert one != local_title_id("movie", "zoe and amelie - part 3", 2020)
    assert one != local_title_id("show", "Zoë & Amélie: Part 2", 2020)
    assert one != local_title_id("movie", "Zoë & Amélie: Part 2", None)
    assert local_title_id("movie", "???", None) != local_title_id("movie", "!!!", None)
    assert len(one) < 64


def test_the_id_in_a_name() -> None:
    assert hinted_title_id(TitleQuery("movie", "X", None, {"tmdb": "603"})) == "movie-603"
    assert hinted_title_id(TitleQuery("show", "X", None, {"tmdb": "01399"})) == "show-1399"
    for wrong in ("", "x", "-1", "6 03", "9" * 30):
        assert hinted_title_id(TitleQuery("movie", "X", None, {"tmdb": wrong})) is None


def test_genre_ids() -> None:
    assert genre_id("Science Fiction") == genre_id("science-fiction") == "science-fiction"
    assert genre_id("Action & Adventure") == "action-and-adventure"


def test_popularity_is_a_share() -> None:
    values = [popularity(7.0, count) for count in (0, 10, 1000, 30_000, 10_000_000)]
    assert values == sorted(values)
    assert values[0] == 0
    assert popularity(10, 10**9) <= 1


def test_names_of_pictures() -> None:
    assert picture_name("tmdb", "/abc.jpg") == "tmdb~!abc.jpg"
    for wrong in (None, "", "../x", "/a b.jpg", "http://x/y.jpg", "/a?b"):
        assert picture_name("tmdb", wrong) is None
