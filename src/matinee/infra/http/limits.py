"""Sliding windows that count what a caller asks for, in the process.

The count of the minute before fades out while the present one fills, so that no two minutes side by side let double the
limit through. A cached answer costs microseconds and a miss a call upstream: they are counted apart.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from matinee.infra.errors import RateLimited
from matinee.infra.http.caller import Caller

Cost = Literal["hit", "miss", "search"]
Tier = Literal["anonymous", "free", "premium", "api"]
PERIOD = 60.0
_DEFAULTS: dict[tuple[Tier, Cost], int] = {
    ("anonymous", "hit"): 1_200,
    ("anonymous", "miss"): 60,
    ("anonymous", "search"): 30,
    ("free", "hit"): 3_000,
    ("free", "miss"): 120,
    ("free", "search"): 60,
    ("premium", "hit"): 6_000,
    ("premium", "miss"): 300,
    ("premium", "search"): 120,
    ("api", "hit"): 60_000,
    ("api", "miss"): 600,
    ("api", "search"): 600,
}


@dataclass(frozen=True, slots=True)
class LimitOptions:
    """Requests a minute by tier and cost. `remembered` bounds how many callers are counted at once."""

    per_minute: Mapping[tuple[Tier, Cost], int] = field(default_factory=lambda: dict(_DEFAULTS))
    remembered: int = 50_000

    @classmethod
    def changed(cls, changes: Mapping[str, int]) -> LimitOptions:
        """The defaults with changes such as `{"free.miss": 240}`. Raises ValueError for a name that is none."""
        known = {f"{tier}.{cost}": (tier, cost) for tier, cost in _DEFAULTS}
        if unknown := sorted(changes.keys() - known.keys()):
            raise ValueError(f"{', '.join(unknown)}: not a limit; known are {', '.join(known)}")
        return cls({**_DEFAULTS, **{known[name]: value for name, value in changes.items()}})


@dataclass(slots=True)
class Window:
    """One caller's count of one cost."""

    cost: Cost
    limit: int
    started: float
    count: int = 0
    before: int = 0

    def take(self, now: float) -> int:
        """Count one request; gives how many are left, -1 when there was none left (and then nothing is counted)."""
        left = self.left(now)
        if left <= 0:
            return -1
        self.count += 1
        return left - 1

    def left(self, now: float) -> int:
        """How many may be asked for now."""
        passed = now - self.started
        if passed >= PERIOD:
            self.before = self.count if passed < 2 * PERIOD else 0
            self.count = 0
            passed %= PERIOD
            self.started = now - passed
        return self.limit - self.count - int(self.before * (1.0 - passed / PERIOD))

    def resets_in(self, now: float) -> int:
        """Seconds until the present minute ends."""
        return max(1, int(PERIOD - (now - self.started) + 0.999))

    def headers(self, left: int, now: float) -> bytes:
        """`RateLimit` and `RateLimit-Policy` (IETF draft-ietf-httpapi-ratelimit-headers) and the older `X-RateLimit-*`."""
        reset = self.resets_in(now)
        return b'ratelimit-policy: "%s";q=%d;w=60\r\nratelimit: "%s";r=%d;t=%d\r\n' % (
            (name := self.cost.encode()),
            self.limit,
            name,
            left,
            reset,
        ) + b"x-ratelimit-limit: %d\r\nx-ratelimit-remaining: %d\r\nx-ratelimit-reset: %d\r\n" % (self.limit, left, reset)


class Limits:
    """The windows of all callers; those not seen for longest fall out."""

    def __init__(self, options: LimitOptions | None = None) -> None:
        self._options = options or LimitOptions()
        self._windows: OrderedDict[tuple[str, Cost], Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def window(self, caller: Caller | None, address: str, cost: Cost, now: float) -> Window | None:
        """The window of a caller (of an address, where nobody signed in); None for administrators, who have no limit."""
        if caller is not None and caller.role == "admin":
            return None
        if caller is None:
            tier: Tier = "anonymous"
            key = f"a:{address}", cost
        elif caller.credential == "api_key":
            tier = caller.tier
            key = f"k:{caller.credential_id}", cost
        else:
            tier = caller.tier
            key = f"u:{caller.user_id}", cost
        window = self._windows.get(key)
        if window is None:
            window = self._windows[key] = Window(cost, self._options.per_minute[tier, cost], now)
            while len(self._windows) > self._options.remembered:
                self._windows.popitem(last=False)
        else:
            self._windows.move_to_end(key)
        return window


def taken(window: Window | None, now: float) -> bytes:
    """Count one request and give the header lines that tell of it, none where there is no limit. Raises `RateLimited`."""
    if window is None:
        return b""
    left = window.take(now)
    if left < 0:
        reset = window.resets_in(now)
        told = dict(line.decode().split(": ", 1) for line in window.headers(0, now).split(b"\r\n") if line)
        raise RateLimited(f"At most {window.limit} a minute.", retry_after=float(reset), headers=told)
    return window.headers(left, now)
