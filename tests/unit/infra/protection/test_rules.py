"""What a caller's requests look like, minute by minute."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.protection.policy import EVIDENCE_ITEMS, EVIDENCE_LENGTH, ProtectionPolicy
from matinee.infra.protection.rules import Found, Pattern, Seen

POLICY = ProtectionPolicy()


def noted(requests: Iterable[tuple[str, int] | tuple[str, int, bool]], *, every: float = 0.01) -> list[Found]:
    pattern, now, found = Pattern(), 0.0, list[Found]()
    for path, status, *routed in requests:
        found += pattern.note(Seen(path, status, bool(routed[0]) if routed else True, now), POLICY)
        now += every
    return found


def points(found: list[Found]) -> float:
    return sum(one.points for one in found)


@pytest.mark.parametrize(
    "requests",
    [
        [("/api/v1/home", 200)] * 1000,
        [("/api/v1/movies/movie-603", 200)] * 500,
        [("/api/v1/me", 401), ("/api/v1/auth/login", 200)] * 15,
        [("/api/v1/search", 200), ("/api/v1/nothing", 404, False)] * 9,
        [("/favicon.ico", 404, False)] * 30,
        [(f"/api/v1/movies/movie-{number}", 200) for number in (603, 11, 1891, 27205, 155, 680, 13, 122, 550, 278) * 20],
        [("/api/v1/home", 503)] * 500,
        [("/api/v1/home", 429)] * 149,
    ],
    ids=["reading", "one title", "expired token", "typing errors", "browser's icon", "titles of a list", "our fault", "a burst"],
)
def test_what_people_do_is_not_suspicious(requests: list[tuple[str, int]]) -> None:
    assert noted(requests) == []


def test_going_on_after_429() -> None:
    found = noted([("/api/v1/home", 200)] * 50 + [("/api/v1/home", 429)] * 300)
    assert [(one.rule, dict(one.evidence)) for one in found] == [
        ("request_rate", {"requests": 200, "refused": 150, "seconds": 60}),
        ("request_rate", {"requests": 350, "refused": 300, "seconds": 60}),
    ]


def test_guessing_credentials() -> None:
    found = noted([("/api/v1/auth/login", 401)] * 40)
    assert [one.rule for one in found] == ["unauthorized", "unauthorized"]


def test_a_minute_of_mistakes() -> None:
    assert [one.rule for one in noted([("/api/v1/batch", 422)] * 40)] == ["client_errors"]
    assert noted([("/api/v1/batch", 422), ("/api/v1/home", 200)] * 100) == []


def test_counts_begin_anew_each_minute() -> None:
    assert noted([("/api/v1/auth/login", 401)] * 200, every=3.3) == []


def test_bait_counts_at_once_and_each_time_it_is_another() -> None:
    found = noted([("/wp-login.php", 404, False), ("/.env", 404, False), ("/.env", 404, False), ("/a/.git/config", 404, False)])
    assert [one.points for one in found] == [20, 20, 20]
    assert found[-1].evidence["paths"] == ["/wp-login.php", "/.env", "/a/.git/config"]


def test_unknown_addresses_count_after_the_first_ten() -> None:
    found = noted([(f"/x{number}", 404, False) for number in range(14)])
    assert [one.points for one in found] == [5, 5, 5, 5]


def test_evidence_is_bounded() -> None:
    requests = [(f"/{number}{'a' * 5000}.php", 404, False) for number in range(500)]
    found = [one for one in noted(requests) if one.rule == "path_scanning"]
    assert len(found) == POLICY.strange_paths * 4
    for one in found:
        assert len(one.evidence["paths"]) <= EVIDENCE_ITEMS
        assert all(len(path) <= EVIDENCE_LENGTH for path in one.evidence["paths"])


def test_titles_one_after_the_other() -> None:
    found = noted([(f"/api/v1/movies/movie-{number}", 200 if number % 3 else 404) for number in range(1000, 1100)])
    assert [(one.rule, dict(one.evidence)) for one in found if one.rule == "title_enumeration"] == [
        ("title_enumeration", {"first": 1000, "last": 1039, "titles": 40}),
        ("title_enumeration", {"first": 1000, "last": 1079, "titles": 80}),
    ]
    backwards = noted([(f"/matinee/api/v1/shows/show-{number}/credits", 200) for number in range(100, 0, -2)])
    assert [one.rule for one in backwards] == ["title_enumeration"]


@given(
    requests=st.lists(
        st.tuples(
            st.sampled_from(["/api/v1/home", "/x", "/.env", "/api/v1/movies/movie-1"]), st.sampled_from([200, 404, 401, 429, 500])
        ),
        max_size=200,
    ),
    every=st.floats(0, 30),
)
def test_nothing_grows_without_bound(requests: list[tuple[str, int]], every: float) -> None:
    pattern, now = Pattern(), 0.0
    for path, status in requests:
        for _ in pattern.note(Seen(path, status, False, now), POLICY):
            pass
        now += every
        assert len(pattern.strange) <= POLICY.strange_paths * 4
        assert pattern.requests >= pattern.errors + pattern.refused + pattern.unauthorized
