"""Pure rules of progress: when something counts as watched, what comes next."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from matinee.infra.ids import ItemId

WATCHED_SHARE = 0.9
LONG = 30 * 60.0
CREDITS = 3 * 60.0
_BEGUN_SHARE = 0.02
_BEGUN_SECONDS = 30.0
_AGAIN_SHARE = 0.05
_AGAIN_SECONDS = 60.0


def is_watched(position: float, duration: float) -> bool:
    """At 90 %, or in the last three minutes of something that lasts half an hour or longer."""
    if duration <= 0:
        return False
    return position >= WATCHED_SHARE * duration or (duration >= LONG and duration - position <= CREDITS)


def is_begun(position: float, duration: float) -> bool:
    """Whether enough was watched to be worth continuing: 30 seconds, or 2 % of something short."""
    return position > 0 and position >= min(_BEGUN_SECONDS, _BEGUN_SHARE * duration)


def watched_until(duration: float) -> float:
    """Below this position a watched item stays watched: opening it again by mistake does not make it unwatched."""
    return min(_AGAIN_SECONDS, _AGAIN_SHARE * duration)


def following(items: Sequence[ItemId], current: ItemId) -> ItemId | None:
    """The item after `current`; None after the last one, and where `current` is not among them."""
    for one, other in itertools.pairwise(items):
        if one == current:
            return other
    return None


def is_seen(watched: int, share: float, position: float) -> bool:
    """Whether somebody who watched so much of a title knows it: an item to its end, or one that is begun."""
    return watched > 0 or share >= _BEGUN_SHARE or position >= _BEGUN_SECONDS
