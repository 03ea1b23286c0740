"""What the cache counts: by policy, by tier, and the keys asked for most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True)
class PolicyFigures:
    """Counts since the start of this process; `entries` and `bytes` are those in memory now."""

    hits: int = 0
    stale: int = 0
    misses: int = 0
    errors: int = 0
    """Old values served because the source failed."""
    negative: int = 0
    """Answers "there is none" from the cache."""
    failures: int = 0
    """Calls that got nothing because the source failed and nothing was kept."""
    loads: int = 0
    refreshes: int = 0
    """Loads in the background; they are in `loads` too."""
    refreshes_skipped: int = 0
    """Refreshes that had to wait for a later call, because as many as allowed were running."""
    load_failures: int = 0
    discarded: int = 0
    """Loaded values that an invalidation overtook."""
    evictions: int = 0
    entries: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class TierFigures:
    """One tier. `limit` is None where another system decides (Redis)."""

    name: Literal["memory", "disk", "redis"]
    entries: int
    bytes: int
    limit: int | None
    state: Literal["up", "down"]
    evictions: int = 0


@dataclass(frozen=True, slots=True)
class CacheStatistics:
    """Everything at once. `top_keys` are the keys asked for most with about how often, most asked first."""

    policies: Mapping[str, PolicyFigures]
    tiers: Sequence[TierFigures]
    top_keys: Sequence[tuple[str, int]]
    loading: int
    """Loads that run now."""


@dataclass(slots=True)
class FrequentKeys:
    """Counts keys in bounded memory: when twice `capacity` keys are known, the smaller half is forgotten and what every count
    loses by it is remembered (the batched form of Misra and Gries' summary). Counts are too high by at most that loss."""

    capacity: int = 128
    counts: dict[str, int] = field(default_factory=dict)
    lost: int = 0

    def count(self, key: str) -> None:
        """One more for `key`."""
        counts = self.counts
        counts[key] = counts.get(key, 0) + 1
        if len(counts) > 2 * self.capacity:
            self._halve()

    def top(self, number: int) -> list[tuple[str, int]]:
        """The most frequent keys with their estimated counts."""
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        return [(key, count + self.lost) for key, count in ranked[:number]]

    def _halve(self) -> None:
        least = sorted(self.counts.values(), reverse=True)[self.capacity]
        self.counts = {key: count - least for key, count in self.counts.items() if count > least}
        self.lost += least
