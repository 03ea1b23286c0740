"""How much each kind of caller may ask for: classes, tiers, the table, and what a route declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

Cost = Literal["hit", "miss", "search", "write", "progress", "sign_in", "downloads"]
"""What is counted apart. A cached answer costs microseconds and a miss a call upstream, so they are two."""
Tier = Literal["anonymous", "free", "premium", "api"]
RouteClass = Literal["read", "write", "progress", "sign_in", "downloads", "none"]
"""What a route may declare. `read` counts as a hit; what making the answer anew costs is counted beside it."""
COSTS: tuple[Cost, ...] = get_args(Cost)
TIERS: tuple[Tier, ...] = get_args(Tier)
PERIOD = 60.0
PERIODS: Mapping[Cost, float] = {
    "hit": PERIOD,
    "miss": PERIOD,
    "search": PERIOD,
    "write": PERIOD,
    "progress": PERIOD,
    "sign_in": 900.0,
    "downloads": 3600.0,
}
DESCRIPTIONS: Mapping[Cost, str] = {
    "hit": "Reading.",
    "miss": "Reading what a source outside had to be asked for; counted beside the hit.",
    "search": "Searches that a source outside had to be asked for; counted beside the hit.",
    "write": "Changes.",
    "progress": "Playheads, ratings of a moment, whatever a player reports.",
    "sign_in": "Failed attempts to prove who one is, by address.",
    "downloads": "Downloads that are begun.",
}
_ROWS: Mapping[Tier, tuple[int, ...]] = {
    "anonymous": (1_200, 60, 30, 0, 0, 10, 0),
    "free": (3_000, 120, 60, 60, 120, 10, 5),
    "premium": (6_000, 300, 120, 120, 240, 10, 20),
    "api": (60_000, 600, 600, 600, 6_000, 0, 60),
}
_DEFAULTS: Mapping[tuple[Tier, Cost], int] = {
    (tier, cost): number for tier, row in _ROWS.items() for cost, number in zip(COSTS, row, strict=True)
}
Handler = TypeVar("Handler", bound=Callable[..., Any])
_DECLARED = "__limited__"
_BY_CLASS: Mapping[str, Cost] = {
    "read": "hit",
    "write": "write",
    "progress": "progress",
    "sign_in": "sign_in",
    "downloads": "downloads",
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """Requests in a period by tier and cost. `remembered` bounds how many callers are counted at once."""

    table: Mapping[tuple[Tier, Cost], int] = field(default_factory=lambda: dict(_DEFAULTS))
    remembered: int = 50_000

    @classmethod
    def changed(cls, changes: Mapping[str, int]) -> LimitOptions:
        """The defaults with changes such as `{"free.miss": 240}`. Raises ValueError for a name that is none, and for less
        than nothing."""
        known = {f"{tier}.{cost}": (tier, cost) for tier, cost in _DEFAULTS}
        if unknown := sorted(changes.keys() - known.keys()):
            raise ValueError(f"{', '.join(unknown)}: not a limit; known are {', '.join(known)}")
        if negative := sorted(name for name, value in changes.items() if value < 0):
            raise ValueError(f"{', '.join(negative)}: must be 0 or more")
        return cls({**_DEFAULTS, **{known[name]: value for name, value in changes.items()}})


def limited(kind: RouteClass) -> Callable[[Handler], Handler]:
    """What a route counts as, below its path: `@router.post(...)`, then `@limited("progress")`, then the function.

    Without it a safe method counts as `read` and every other one as `write`. `sign_in` counts by address, and gives back what
    ends well. `none` is for health, metrics, and what a signed address protects.
    """

    def declare(handler: Handler) -> Handler:
        setattr(handler, _DECLARED, kind)
        return handler

    return declare


def cost_of(handler: object, method: str) -> Cost | None:
    """What a request to a route counts as; None for what is not limited."""
    kind = getattr(handler, _DECLARED, None) or ("read" if method in _SAFE else "write")
    return _BY_CLASS.get(kind)
