"""How long cached content of one kind lives, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

LONGEST = timedelta(days=180)
"""Nothing is served beyond this age, whatever a policy says: TMDB's terms forbid keeping its data over six months."""

_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Lifetimes of one kind of content. Features declare theirs in `cache.py`.

    An entry is served as it is for `fresh`; for `stale` after that it is served at once while one refresh runs; until it is
    `error` old (counted from storing, so an `error` shorter than `fresh + stale` adds nothing) it is served when the source
    fails.
    """

    name: str
    """Label in metrics and statistics, and in nothing else: keys of two policies must differ by themselves."""
    fresh: timedelta
    stale: timedelta = _NONE
    error: timedelta = _NONE
    negative: timedelta = _NONE
    """How long "there is none" is remembered; never served beyond that."""
    scope: Literal["shared", "user"] = "shared"
    """`user`: personal, so it is kept in memory and in Redis but not in a file."""
    beta: float = 1.0
    """Eagerness of the refresh before the end of `fresh` (XFetch): 0 turns it off, above 1 refreshes earlier."""

    def __post_init__(self) -> None:
        if self.fresh <= _NONE:
            raise ValueError(f"cache policy {self.name}: fresh must be longer than nothing")
        if min(self.stale, self.error, self.negative) < _NONE or self.beta < 0:
            raise ValueError(f"cache policy {self.name}: a lifetime is negative")
