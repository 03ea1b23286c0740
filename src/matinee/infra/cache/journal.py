"""What was invalidated lately, so that a load that began before cannot put the old value back."""

from __future__ import annotations

from collections import deque

from matinee.infra.cache.entries import Invalidation

_KEPT = 4096


class Journal:
    """Invalidations in their order. Whoever starts to load notes the `position` and asks in the end what came after it."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._records: deque[tuple[int, Invalidation]] = deque(maxlen=kept)
        self.position = 0

    def note(self, invalidation: Invalidation) -> None:
        """Something has just become invalid."""
        self.position += 1
        self._records.append((self.position, invalidation))

    def first_after(self, position: int, key: str, tags: frozenset[str]) -> int | None:
        """Position of the first invalidation after `position` that covers the entry; None when there was none.

        Where the journal no longer reaches back that far, everything counts as invalidated.
        """
        if position == self.position:
            return None
        if self._records[0][0] > position + 1:
            return position + 1
        for number, invalidation in self._records:
            if number > position and invalidation.covers(key, tags):
                return number
        return None
