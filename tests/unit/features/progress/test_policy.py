"""When something is watched, begun, watched again; what comes next."""

from __future__ import annotations

import pytest

from matinee.features.progress.policy import following, is_begun, is_watched, watched_until
from matinee.infra.ids import ItemId


@pytest.mark.parametrize(
    ("position", "duration", "watched"),
    [
        (0, 0, False),
        (50, 0, False),
        (0, 100, False),
        (89.9, 100, False),
        (90, 100, True),
        (100, 100, True),
        # half an hour and longer: the last three minutes are the credits
        (1619, 1800, False),
        (1620, 1800, True),
        (7200 - 181, 7200, True),
        (6479, 7200, False),
        (6480, 7200, True),
        # three minutes before the end of 29 minutes is not yet 90 %
        (1740 - 180, 1740, False),
    ],
)
def test_watched(position: float, duration: float, watched: bool) -> None:
    assert is_watched(position, duration) is watched


@pytest.mark.parametrize(
    ("position", "duration", "begun"),
    [(0, 100, False), (0, 0, False), (1.9, 100, False), (2, 100, True), (29, 7200, False), (30, 7200, True)],
)
def test_begun(position: float, duration: float, begun: bool) -> None:
    assert is_begun(position, duration) is begun


def test_opening_again_by_mistake_is_short() -> None:
    assert watched_until(100) == 5
    assert watched_until(7200) == 60


def test_what_comes_next() -> None:
    items = [ItemId("a"), ItemId("b"), ItemId("c")]
    assert following(items, ItemId("a")) == "b"
    assert following(items, ItemId("c")) is None
    assert following(items, ItemId("z")) is None
    assert following([], ItemId("a")) is None
