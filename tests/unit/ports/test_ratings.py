"""What boards print, as ages."""

from __future__ import annotations

import pytest

from matinee.ports.ratings import (
    ADULT,
    UNRATED,
    AgeRating,
    admits,
    age_of,
    chosen,
    decoded,
    encoded,
    printed_rating,
    stored_age,
)


@pytest.mark.parametrize(
    ("region", "rating", "age"),
    [
        ("US", "G", 0),
        ("US", "PG-13", 13),
        ("US", "R", 17),
        ("US", "NC-17", 18),
        ("US", "TV-Y7-FV", 7),
        ("US", "TV-MA", 17),
        ("US", "NR", None),
        ("DE", "16", 16),
        ("DE", "FSK 12", 12),
        ("DE", "Ohne  Altersbeschränkung", 0),
        ("GB", "U", 0),
        ("GB", "12A", 12),
        ("GB", "15", 15),
        ("GB", "R18", ADULT),
        ("FR", "Tous publics", 0),
        ("FR", "-12", 12),
        ("ES", "APTA", 0),
        ("ES", "7i", 7),
        ("ES", "X", ADULT),
        ("IT", "VM14", 14),
        ("AU", "MA 15+", 15),
        ("BR", "A16", 16),
        ("JP", "R15+", 15),
        ("SG", "NC16", 16),
        ("PT", "M/12", 12),
        ("IN", "A", 18),
        ("DK", "A", 0),
        ("XX", "2001", None),
        ("XX", "99", None),
        ("XX", "Approved", None),
        ("US", "", None),
    ],
)
def test_a_rating_means_an_age_in_its_region(region: str, rating: str, age: int | None) -> None:
    assert age_of(region, rating) == age


def test_the_region_comes_first_then_the_united_states_then_the_strictest_anywhere() -> None:
    ratings = {"DE": "16", "US": "R", "FR": "12"}
    assert chosen(ratings, "FR") == AgeRating("FR", "12", 12)
    assert chosen(ratings, "IT") == AgeRating("US", "R", 17)
    assert chosen({"DE": "16", "FR": "12"}, "IT") == AgeRating("DE", "16", 16)


def test_a_rating_that_says_no_age_is_no_answer_while_another_does() -> None:
    assert chosen({"US": "NR", "DE": "6"}, "US") == AgeRating("DE", "6", 6)
    assert chosen({"US": "NR"}, "US") == AgeRating("US", "NR", None)
    assert chosen({"US": "NR", "FR": "?"}, "FR") == AgeRating("FR", "?", None)
    assert chosen({"US": ""}, "US") is None
    assert chosen({}) is None


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("PG-13", "", AgeRating("US", "PG-13", 13)),
        ("Rated R for strong language", "", AgeRating("US", "R", 17)),
        ("US:TV-14", "", AgeRating("US", "TV-14", 14)),
        ("Germany:FSK 16", "", AgeRating("DE", "FSK 16", 16)),
        ("FSK 6", "", AgeRating("DE", "FSK 6", 6)),
        ("DE:16 / US:R", "DE", AgeRating("DE", "16", 16)),
        ("UK:15 / USA:R", "FR", AgeRating("US", "R", 17)),
        ("Not Rated", "", None),
        (":", "", None),
        ("", "", None),
    ],
)
def test_the_text_of_an_nfo_is_understood(text: str, region: str, found: AgeRating | None) -> None:
    assert printed_rating(text, region) == found


def test_a_rating_survives_being_stored() -> None:
    for rating in (AgeRating("US", "PG-13", 13), AgeRating("", "G", 0), AgeRating("US", "NR", None)):
        assert decoded(encoded(rating)) == rating
    assert decoded(encoded(None)) is None


def test_what_is_stored_tells_unrated_from_adult() -> None:
    assert stored_age(None) == UNRATED
    assert stored_age(AgeRating("US", "NR", None)) == UNRATED
    assert stored_age(AgeRating("US", "PG", 10)) == 10
    assert stored_age(AgeRating("US", "R", 17), adult=True) == ADULT


@pytest.mark.parametrize(
    ("age", "limit", "shown"),
    [
        (0, 0, True),
        (6, 6, True),
        (7, 6, False),
        (None, 16, False),
        (UNRATED, 16, False),
        (None, 18, True),
        (UNRATED, 18, True),
        (18, 18, True),
        (ADULT, 18, False),
    ],
)
def test_a_limit_admits_what_is_known_to_be_for_that_age_and_hides_adult_titles_from_all(
    age: int | None, limit: int, shown: bool
) -> None:
    assert admits(age, limit) is shown
