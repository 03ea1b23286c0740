"""Sliding windows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.errors import RateLimited
from matinee.infra.http.caller import USER_SCOPES, Caller
from matinee.infra.http.limits import PERIOD, LimitOptions, Limits, Window, taken
from matinee.infra.ids import UserId


def caller(
    name: str = "ada", *, role: str = "user", tier: str = "free", credential: str = "cookie", number: str = "c1"
) -> Caller:
    return Caller(UserId(name), name, role, tier, USER_SCOPES, credential, number)  # type: ignore[arg-type]


@given(steps=st.lists(st.floats(0, 90), min_size=1, max_size=200), limit=st.integers(1, 30))
def test_no_minute_lets_more_through_than_the_limit_and_a_little(steps: list[float], limit: int) -> None:
    window, now, let_through = Window("hit", limit, 0.0), 0.0, list[float]()
    for step in steps:
        now += step
        if window.take(now) >= 0:
            let_through.append(now)
    for end in let_through:
        # The minute before is known by its count, not by its moments, so the slide is a little off.
        assert sum(end - PERIOD < one <= end for one in let_through) <= limit * 1.5 + 1


def test_the_count_of_the_last_minute_fades() -> None:
    window = Window("hit", 60, 0.0)
    for _ in range(60):
        assert window.take(0.0) >= 0
    assert window.take(59.0) == -1
    assert window.left(60.0) == 0
    assert window.left(90.0) == 30
    assert window.left(120.0) == 60


def test_what_is_refused_is_not_counted() -> None:
    window = Window("hit", 1, 0.0)
    window.take(0.0)
    for _ in range(100):
        assert window.take(1.0) == -1
    assert window.count == 1


def test_callers_have_windows_of_their_own_by_key_by_account_and_by_address() -> None:
    limits = Limits()
    windows = [
        limits.window(caller(), "1.1.1.1", "hit", 0.0),
        limits.window(caller("ben"), "1.1.1.1", "hit", 0.0),
        limits.window(caller(credential="api_key", tier="api"), "1.1.1.1", "hit", 0.0),
        limits.window(caller(credential="api_key", tier="api", number="c2"), "1.1.1.1", "hit", 0.0),
        limits.window(None, "1.1.1.1", "hit", 0.0),
        limits.window(None, "2.2.2.2", "hit", 0.0),
        limits.window(caller(), "1.1.1.1", "search", 0.0),
    ]
    assert len({id(window) for window in windows}) == len(windows)
    assert limits.window(caller(number="another device"), "3.3.3.3", "hit", 0.0) is windows[0]
    assert [window.limit for window in windows if window] == [3000, 3000, 60_000, 60_000, 1200, 1200, 60]


def test_administrators_have_no_limit() -> None:
    assert Limits().window(caller(role="admin"), "1.1.1.1", "hit", 0.0) is None
    assert taken(None, 0.0) == b""


def test_the_number_of_windows_is_bounded() -> None:
    limits = Limits(LimitOptions(remembered=10))
    for number in range(100):
        limits.window(None, str(number), "hit", 0.0)
    assert len(limits) == 10


def test_the_refusal_says_when_to_come_back() -> None:
    window = Window("miss", 1, 0.0)
    assert b'ratelimit: "miss";r=0;t=60' in taken(window, 0.0)
    with pytest.raises(RateLimited) as refused:
        taken(window, 20.0)
    assert refused.value.retry_after == 40
    assert refused.value.headers["x-ratelimit-remaining"] == "0"


def test_limits_are_changed_by_name() -> None:
    changed = LimitOptions.changed({"free.miss": 7})
    assert changed.table["free", "miss"] == 7
    assert changed.table["free", "hit"] == 3000
    with pytest.raises(ValueError, match=r"gold\.hit"):
        LimitOptions.changed({"gold.hit": 1})
