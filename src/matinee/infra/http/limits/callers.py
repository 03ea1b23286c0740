"""The windows of all callers."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol

from matinee.infra.addresses import network_of
from matinee.infra.errors import RateLimited
from matinee.infra.http.caller import Caller
from matinee.infra.http.limits.policy import PERIODS, Cost, LimitOptions, Tier
from matinee.infra.http.limits.window import Window


class SharedCount(Protocol):
    """A count that several processes have in common."""

    @property
    def degraded(self) -> bool:
        """Whether it cannot be reached, so that each process counts for itself."""

    async def take(self, window: Window, now: float) -> int:
        """Count one request for all, and in `window`; gives how many are left, -1 for none. Never raises: it counts in `window`
        alone where it cannot be reached."""

    async def clear(self, window: Window) -> None:
        """Begin anew everywhere. Never raises."""


_COUNTED_LATER: frozenset[Cost] = frozenset({"hit", "miss", "search"})
"""Told to the others in the background: there are many of them, the hot lane cannot wait, and one second's worth too many does
no harm. Everything else asks the shared count each time."""


class Limits:
    """Those not seen for longest fall out."""

    def __init__(self, options: LimitOptions | None = None) -> None:
        self.options = options or LimitOptions()
        self.shared: SharedCount | None = None
        """Set where several processes count together."""
        self.refusals: dict[Cost, int] = {}
        """Since the last time somebody took them."""
        self._windows: OrderedDict[tuple[str, Cost], Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def windows(self) -> Iterable[Window]:
        """All of them."""
        return self._windows.values()

    def window(self, caller: Caller | None, address: str, cost: Cost, now: float) -> Window | None:
        """The window of a caller (of an address, where nobody signed in); None for administrators, who have no limit."""
        if caller is not None and caller.role == "admin":
            return None
        if caller is None:
            tier: Tier = "anonymous"
            key = f"a:{address if ':' not in address else network_of(address)}", cost
        elif caller.credential == "api_key":
            tier = caller.tier
            key = f"k:{caller.credential_id}", cost
        else:
            tier = caller.tier
            key = f"u:{caller.user_id}", cost
        window = self._windows.get(key)
        if window is None:
            return self.add(key[0], cost, self.options.table[tier, cost], PERIODS[cost], now)
        self._windows.move_to_end(key)
        return window

    def named(self, name: str, cost: Cost, limit: int, period: float, now: float) -> Window:
        """A window that is no caller's, by its own name."""
        window = self._windows.get((name, cost))
        if window is None:
            return self.add(name, cost, limit, period, now)
        self._windows.move_to_end((name, cost))
        return window

    def add(self, name: str, cost: Cost, limit: int, period: float, now: float) -> Window:
        """A new window in place of whatever had its name."""
        window = self._windows[name, cost] = Window(cost, limit, now, period=period, key=name)
        while len(self._windows) > self.options.remembered:
            self._windows.popitem(last=False)
        return window

    async def take(self, window: Window, now: float) -> int:
        """Count one request, for all processes where that is to be exact; gives how many are left, -1 for none."""
        if self.shared is None or window.cost in _COUNTED_LATER:
            return window.take(now)
        return await self.shared.take(window, now)

    def refusal(self, window: Window, now: float) -> RateLimited:
        """What to answer when a window has nothing left."""
        self.refusals[window.cost] = self.refusals.get(window.cost, 0) + 1
        return window.refused(now)

    async def clear(self, window: Window) -> None:
        """Forget what a window has counted, everywhere."""
        window.clear()
        if self.shared is not None:
            await self.shared.clear(window)
