"""Keys, lifetimes and tags of the catalogue."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from matinee.features.catalog import cache as names
from matinee.features.catalog.cache import CatalogPolicies, incomplete, last_resort
from matinee.features.catalog.policy import Lifetime, in_discovery, lifetimes, upstream_kind
from matinee.infra.cache import SourceFailed
from matinee.infra.cache.freshness import Freshness
from matinee.ports.catalogue import DiscoverQuery, Locale

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EN, DE = Locale("en"), Locale("de", "DE")


def test_lifetimes_are_those_of_the_specification() -> None:
    policies = CatalogPolicies.of({})
    told = {
        "trending": (2 * HOUR, 4 * HOUR, 7 * DAY),
        "lists": (6 * HOUR, 6 * HOUR, 7 * DAY),
        "details": (DAY, DAY, 30 * DAY),
        "search": (HOUR / 6, HOUR / 3, DAY),
        "genres": (7 * DAY, 7 * DAY, 90 * DAY),
        "home": (HOUR / 4, HOUR / 4, DAY),
    }
    for name, (fresh, stale, error) in told.items():
        policy = getattr(policies, name)
        assert (policy.fresh, policy.stale, policy.error) == (fresh, stale, error), name
        assert policy.scope == "shared"
    assert policies.details.negative == timedelta(minutes=10)
    assert policies.of_listing("trending") is policies.trending
    assert policies.of_listing("upcoming") is policies.lists


def test_an_operator_changes_lifetimes() -> None:
    changed = CatalogPolicies.of(lifetimes("trending=90s/10m/2d, search=1h/2h/3d"))
    assert (changed.trending.fresh, changed.trending.stale, changed.trending.error) == (
        timedelta(seconds=90),
        timedelta(minutes=10),
        2 * DAY,
    )
    assert changed.search.error == 3 * DAY
    assert changed.details.fresh == DAY
    assert lifetimes("") == {}


@pytest.mark.parametrize("text", ["trending", "trending=1h", "trending=1h/2h", "trending=1h/2h/3w", "trending=a/b/c", "=1/2/3"])
def test_what_is_no_lifetime_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        lifetimes(text)


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="trendin"):
        CatalogPolicies.of({"trendin": Lifetime(HOUR, HOUR, HOUR)})


def test_keys_of_different_questions_differ() -> None:
    keys = [
        names.listing_key("movie", "popular", 1, EN),
        names.listing_key("movie", "popular", 2, EN),
        names.listing_key("movie", "popular", 1, DE),
        names.listing_key("show", "popular", 1, EN),
        names.discover_key(DiscoverQuery("movie"), 1, EN),
        names.discover_key(DiscoverQuery("movie", vote_from=0.0), 1, EN),
        names.discover_key(DiscoverQuery("movie", year_from=1999), 1, EN),
        names.discover_key(DiscoverQuery("movie", year_to=1999), 1, EN),
        names.discover_key(DiscoverQuery("movie", ("drama",)), 1, EN),
        names.discover_key(DiscoverQuery("movie", ("drama", "crime")), 1, EN),
        names.related_key("movie-1", "similar", 1, EN),
        names.related_key("movie-1", "recommendations", 1, EN),
        names.details_key("movie-1", EN),
        names.details_key("movie-1", DE),
        names.season_key("show-1", 1, EN),
        names.season_key("show-1", 11, EN),
        names.person_key("person-1", EN),
        names.genres_key(EN),
        names.search_key("a", None, 1, EN),
        names.search_key("a", "movie", 1, EN),
        names.search_key("1:a", None, 1, EN),
        names.home_key(EN),
    ]
    for one, other in combinations(keys, 2):
        assert one != other
    assert all(key.startswith(names.PREFIX) for key in keys)


def test_the_same_question_has_one_key() -> None:
    one = DiscoverQuery("movie", ("drama", "crime"), year_from=1990)
    other = DiscoverQuery("movie", ("crime", "drama", "drama"), year_from=1990)
    assert names.discover_key(one, 1, EN) == names.discover_key(other, 1, EN)


def test_what_stands_in_for_an_upstream_is_not_for_long() -> None:
    policies, failed = CatalogPolicies.of({}), SourceFailed("upstream_timeout", timedelta(seconds=5))
    resort = last_resort(policies.details, failed, 90.0, "title:movie-1")
    assert (resort.state, resort.age, resort.fresh_for, resort.reason) == ("error", 90.0, 5.0, "upstream_timeout")
    assert resort.policy.fresh == timedelta(seconds=5)
    assert resort.policy.stale == timedelta(0)
    part = incomplete(Freshness.now(policies.lists, frozenset({"lists"})), SourceFailed("circuit_open", HOUR))
    assert (part.state, part.fresh_for, part.tags) == ("error", 30.0, frozenset({"lists"}))


@pytest.mark.parametrize(
    ("title_id", "kind"),
    [
        ("movie-603", "movie"),
        ("show-1399", "show"),
        ("local-abc", None),
        ("movie-0", None),
        ("movie-", None),
        ("movie-99999999999", None),
        ("person-1", None),
    ],
)
def test_upstreams_are_asked_only_for_ids_of_theirs(title_id: str, kind: str | None) -> None:
    assert upstream_kind(title_id) == kind


def test_the_database_cannot_tell_original_languages() -> None:
    assert in_discovery(DiscoverQuery("movie", language="fr")) is None
    assert in_discovery(DiscoverQuery("movie", ("b", "a", "a"), vote_from=7)) is not None
