"""Invalidations that the second tier must still be told, so that it is not read before it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.tiers import TierUnavailable

_MOST = 5000
Tell = Callable[[Invalidation], Awaitable[None]]


class Owed:
    """They are told together, by one caller at a time; beyond some thousands they become "everything"."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._tags: set[str] = set()
        self._prefixes: set[str] = set()
        self._everything = False
        self._telling = asyncio.Lock()
        self._failures = 0

    def __bool__(self) -> bool:
        return self._everything or bool(self._keys or self._tags or self._prefixes) or self._telling.locked()

    def add(self, invalidation: Invalidation) -> None:
        """One more."""
        self._keys |= invalidation.keys
        self._tags |= invalidation.tags
        self._prefixes |= {invalidation.prefix} if invalidation.prefix is not None else set()
        self._everything |= invalidation.everything
        if len(self._keys) + len(self._tags) + len(self._prefixes) > _MOST:
            self._everything = True

    async def settle(self, tell: Tell) -> list[Invalidation]:
        """Tell them, and wait for whoever is telling; what was told here. Raises `TierUnavailable`, and all are owed still."""
        if not self:
            return []
        failures = self._failures
        async with self._telling:
            if failures != self._failures:
                # Whoever was telling meanwhile found the tier away: no need for each to find out for itself.
                raise TierUnavailable("it did not answer another caller")
            told: list[Invalidation] = []
            taken = self._take()
            try:
                for invalidation in taken:
                    await tell(invalidation)
                    told.append(invalidation)
            except BaseException:
                self._failures += 1
                for invalidation in taken[len(told) :]:
                    self.add(invalidation)
                raise
            return told

    def _take(self) -> list[Invalidation]:
        taken = [Invalidation(everything=True)] if self._everything else []
        if not taken:
            together = Invalidation(frozenset(self._keys), frozenset(self._tags))
            taken = [*([together] if together else []), *(Invalidation(prefix=prefix) for prefix in sorted(self._prefixes))]
        self._keys, self._tags, self._prefixes, self._everything = set(), set(), set(), False
        return taken
