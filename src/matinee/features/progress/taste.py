"""What somebody's history says of their taste. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from matinee.infra.ids import TitleId
from matinee.infra.recommender.serving import faded

SPEAKING = 300
"""Titles of a person that are asked for recommendations: the latest."""
LEARNED_FROM = 500
"""Titles of a person that the model learns from: the latest."""
LIKED = 3.5
_FINISHED = 0.64
"""What a film that was watched to its end is worth when it was not rated: as much as four stars."""
_LEFT = 0.4
_EPISODE = 0.16


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody did with a title. `watched` counts the items watched to their end, `share` is how far the furthest one was
    watched (0..1), `rating` is 0.5..5."""

    title_id: TitleId
    kind: str
    """`movie` or `show`."""
    at: datetime
    rating: float | None = None
    watched: int = 0
    share: float = 0.0

    @property
    def finished(self) -> bool:
        """Watched to the end, as far as anybody can say of a show that goes on."""
        return self.watched > 0

    @property
    def liked(self) -> bool:
        """Worth a row of its own: rated well, or finished and not rated badly."""
        return self.rating >= LIKED if self.rating is not None else self.finished


def strength(seen: Seen) -> float:
    """How much a title says of a taste, 0..1. A rating outweighs what was watched: low ones count little, but they count,
    since nobody watches what does not attract them. The square did best on the validation split (`benchmarks/recommender.py`).
    """
    if seen.rating is not None:
        return (seen.rating / 5) ** 2
    if seen.kind == "movie" and seen.watched:
        return _FINISHED
    return min(_FINISHED, _EPISODE * seen.watched + _LEFT * min(1.0, seen.share))


def newest_first(history: Iterable[Seen]) -> list[Seen]:
    """The order in which titles count; those of one moment by id."""
    return sorted(history, key=lambda seen: (seen.at, seen.title_id), reverse=True)


def lesson(history: Iterable[Seen]) -> dict[str, float]:
    """What the model learns from one person."""
    return {seen.title_id: round(strength(seen), 3) for seen in newest_first(history)[:LEARNED_FROM]}


def profile(history: Iterable[Seen]) -> dict[str, float]:
    """What speaks for a person now: the latest titles, the older the fainter."""
    latest = newest_first(history)[:SPEAKING]
    return {seen.title_id: strength(seen) * faded(rank) for rank, seen in enumerate(latest)}


def known(history: Sequence[Seen]) -> set[str]:
    """What is not recommended: all that was rated, finished or begun. What was begun is under "Continue watching"."""
    return {seen.title_id for seen in history}


def favourites(history: Iterable[Seen]) -> list[TitleId]:
    """Titles that deserve a row "Because you watched", the latest first."""
    return [seen.title_id for seen in newest_first(history) if seen.liked]
