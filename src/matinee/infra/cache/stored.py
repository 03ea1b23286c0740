"""An entry as the tiers hold it."""

from __future__ import annotations

import sys

import msgspec

from matinee.infra.cache.entries import Hit, State
from matinee.infra.cache.policy import LONGEST, CachePolicy

_EARLY = 16.0
"""A refresh begins at most this many load times before the end of `fresh`: XFetch goes further once in nine million draws."""
_OVERHEAD = 610
"""Bytes that an entry takes besides key, value and tags: object, times, its place in the order and in the index of tags
(measured; `tests/unit/infra/cache/test_memory.py` holds it against the real figure)."""
_TAG_OVERHEAD = 240
"""Bytes that a tag takes besides its text: its set of keys in the index."""
_EMPTY_SET = sys.getsizeof(frozenset())
FOREVER = float("inf")


class Stored(msgspec.Struct, frozen=True):
    """What survives in the second tier. `value` is None where the source knows that there is none.

    `fresh` and `load_seconds` are seconds, `stored_at` seconds since the epoch. `mark` is the second tier's generation when the
    load began: whatever was invalidated later than that takes the entry with it. None: not known.
    """

    value: bytes | None
    tags: frozenset[str]
    stored_at: float
    fresh: float
    load_seconds: float = 0.0
    mark: int | None = None


class Entry:
    """A stored value with its times under a policy; in the first tier these are what a call looks at."""

    __slots__ = (
        "early_from",
        "failure",
        "fresh_until",
        "key",
        "policy",
        "size",
        "stale_until",
        "stored",
        "trusted_until",
        "until",
    )

    def __init__(self, key: str, policy: CachePolicy, stored: Stored, trusted_until: float = FOREVER) -> None:
        self.key = key
        self.policy = policy.name
        self.stored = stored
        at = stored.stored_at
        fresh, keep = lifetimes(policy, stored)
        self.fresh_until = at + fresh
        stale = policy.stale.total_seconds() if stored.value is not None else 0.0
        self.stale_until = min(self.fresh_until + stale, at + keep)
        self.until = at + keep
        self.early_from = self.fresh_until - min(fresh, _EARLY * policy.beta * stored.load_seconds)
        self.trusted_until = trusted_until
        """Until then it may be served without asking the second tier whether it is still valid; 0: doubtful."""
        self.failure: tuple[str, float] | None = None
        """Why the last load failed, and when to try again."""
        self.size = size_of(key, stored)

    def hit(self, state: State, now: float, reason: str | None = None) -> Hit:
        """The entry as an answer; it must have a value."""
        value = self.stored.value
        assert value is not None
        at = self.stored.stored_at
        age = now - at
        left = self.fresh_until - now
        return Hit(value, state, age if age > 0 else 0.0, left if left > 0 else 0.0, at, reason)


def lifetimes(policy: CachePolicy, stored: Stored) -> tuple[float, float]:
    """Seconds from storing: fresh, and kept at all."""
    longest = LONGEST.total_seconds()
    if stored.value is None:
        fresh = min(stored.fresh, policy.negative.total_seconds(), longest)
        return fresh, fresh
    fresh = min(stored.fresh, policy.fresh.total_seconds(), longest)
    return fresh, min(max(fresh + policy.stale.total_seconds(), policy.error.total_seconds()), longest)


def size_of(key: str, stored: Stored) -> int:
    """About what the entry takes in memory, bytes."""
    tags = sum([sys.getsizeof(tag) + _TAG_OVERHEAD for tag in stored.tags]) + sys.getsizeof(stored.tags) - _EMPTY_SET
    return _OVERHEAD + sys.getsizeof(key) + (sys.getsizeof(stored.value) if stored.value is not None else 0) + tags
