"""The first tier: entries in the process, the least recently used go first when their bytes exceed the limit."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterator

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.statistics import PolicyFigures, TierFigures
from matinee.infra.cache.stored import Entry


class MemoryTier:
    """For the event loop's thread. `figures` are counted by the policy's name."""

    def __init__(self, limit: int, figures: defaultdict[str, PolicyFigures]) -> None:
        self._limit = limit
        self._figures = figures
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._tagged: dict[str, set[str]] = {}
        self._bytes = 0
        self._evictions = 0

    def get(self, key: str) -> Entry | None:
        """The entry, in whatever state it is; it counts as used."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def look(self, key: str) -> Entry | None:
        """The same, without counting as use."""
        return self._entries.get(key)

    def put(self, entry: Entry) -> None:
        """Keep it instead of what was there. One that would take more than half of the room is not kept."""
        self.remove(entry.key)
        if entry.size > self._limit // 2:
            return
        self._entries[entry.key] = entry
        self._bytes += entry.size
        figures = self._figures[entry.policy]
        figures.entries += 1
        figures.bytes += entry.size
        for tag in entry.stored.tags:
            self._tagged.setdefault(tag, set()).add(entry.key)
        while self._bytes > self._limit:
            oldest = next(iter(self._entries))
            self._figures[self._entries[oldest].policy].evictions += 1
            self._evictions += 1
            self.remove(oldest)

    def remove(self, key: str) -> bool:
        """Whether there was one."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return False
        self._bytes -= entry.size
        figures = self._figures[entry.policy]
        figures.entries -= 1
        figures.bytes -= entry.size
        for tag in entry.stored.tags:
            keys = self._tagged[tag]
            keys.discard(key)
            if not keys:
                del self._tagged[tag]
        return True

    def drop(self, invalidation: Invalidation) -> int:
        """Remove what it covers; how many that were."""
        return sum([self.remove(key) for key in self._covered(invalidation)])

    def distrust(self) -> None:
        """Nothing is served any more before the second tier has confirmed it."""
        for entry in self._entries.values():
            entry.trusted_until = 0.0

    def tier(self) -> TierFigures:
        """Its figures."""
        return TierFigures("memory", len(self._entries), self._bytes, self._limit, "up", self._evictions)

    def _covered(self, invalidation: Invalidation) -> set[str]:
        if invalidation.everything:
            return set(self._entries)
        found = set(invalidation.keys)
        for tag in invalidation.tags:
            found |= self._tagged.get(tag, set())
        if invalidation.prefix is not None:
            found |= set(self._starting(invalidation.prefix))
        return found

    def _starting(self, prefix: str) -> Iterator[str]:
        return (key for key in self._entries if key.startswith(prefix))
