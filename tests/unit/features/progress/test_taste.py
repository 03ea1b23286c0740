"""What a history says of a taste."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from matinee.features.progress.policy import is_seen
from matinee.features.progress.taste import LEARNED_FROM, SPEAKING, Seen, favourites, known, lesson, profile, strength
from matinee.infra.ids import TitleId

START = datetime(2026, 1, 1, tzinfo=UTC)


def seen(name: str, day: int = 0, rating: float | None = None, watched: int = 1, share: float = 1.0, kind: str = "movie") -> Seen:
    return Seen(TitleId(name), kind, START + timedelta(days=day), rating, watched, share)


def test_a_rating_outweighs_what_was_watched() -> None:
    assert strength(seen("a", rating=5)) == 1
    assert strength(seen("a", rating=0.5)) == pytest.approx(0.01)
    assert strength(seen("a", rating=4)) == pytest.approx(strength(seen("b")))
    weights = [strength(seen("a", rating=half / 2)) for half in range(1, 11)]
    assert weights == sorted(weights)


def test_the_further_it_was_watched_the_more_it_says() -> None:
    films = [strength(seen("a", watched=0, share=share)) for share in (0, 0.2, 0.5, 0.8)]
    shows = [strength(seen("a", watched=count, share=0.5, kind="show")) for count in (0, 1, 2, 5)]
    assert films == sorted(films)
    assert shows == sorted(shows)
    assert films[-1] < strength(seen("a")) == shows[-1]


def test_the_latest_speaks_most_and_the_oldest_still_speak() -> None:
    history = [seen(f"t{n:03}", day=n) for n in range(SPEAKING + 20)]
    random.Random(1).shuffle(history)
    found = profile(history)
    assert len(found) == SPEAKING
    assert next(iter(found)) == f"t{SPEAKING + 19:03}"
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert len(lesson([seen(f"t{n}", day=n) for n in range(LEARNED_FROM + 5)])) == LEARNED_FROM


def test_everything_seen_is_known_and_only_what_was_liked_is_a_favourite() -> None:
    history = [
        seen("finished", 1),
        seen("rated", 2, rating=4.5, watched=0),
        seen("disliked", 3, rating=2),
        seen("begun", 4, watched=0, share=0.4),
        seen("so-so", 5, rating=3),
    ]
    assert known(history) == {"finished", "rated", "disliked", "begun", "so-so"}
    assert favourites(history) == ["rated", "finished"]


@pytest.mark.parametrize(
    ("watched", "share", "position", "counts"),
    [(1, 0, 0, True), (0, 0.02, 0, True), (0, 0.001, 30, True), (0, 0.001, 29, False), (0, 0, 0, False)],
)
def test_what_was_opened_for_a_moment_is_not_seen(watched: int, share: float, position: float, counts: bool) -> None:
    assert is_seen(watched, share, position) is counts
