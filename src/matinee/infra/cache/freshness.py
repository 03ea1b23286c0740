"""How old an answer is and what it was made from."""

from __future__ import annotations

import msgspec

from matinee.infra.cache.entries import Hit, State
from matinee.infra.cache.policy import CachePolicy

_ORDER: dict[State, int] = {"miss": 0, "hit": 1, "stale": 2, "error": 3}


class Freshness(msgspec.Struct, frozen=True):
    """The age of an answer, the entries and tags that make it invalid, and why it is old where a source failed."""

    policy: CachePolicy
    state: State
    age: float
    """Seconds since the source said it."""
    fresh_for: float
    """Seconds for which it stays fresh; 0 when it is not."""
    keys: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    reason: str | None = None

    @classmethod
    def of(cls, policy: CachePolicy, key: str, hit: Hit, tags: frozenset[str] = frozenset()) -> Freshness:
        """That of an answer made from one entry of the cache."""
        return cls(policy, hit.state, hit.age, hit.fresh_for, frozenset({key}), tags, hit.reason)

    @classmethod
    def now(cls, policy: CachePolicy, tags: frozenset[str] = frozenset()) -> Freshness:
        """That of an answer made from our own database a moment ago."""
        return cls(policy, "hit", 0.0, policy.fresh.total_seconds(), frozenset(), tags)

    def joined(self, other: Freshness) -> Freshness:
        """That of an answer made from both: the older age, the shorter freshness, the worse state."""
        worse = max(self, other, key=lambda one: _ORDER[one.state])
        return Freshness(
            policy=self.policy if self.fresh_for <= other.fresh_for else other.policy,
            state=worse.state,
            age=max(self.age, other.age),
            fresh_for=min(self.fresh_for, other.fresh_for),
            keys=self.keys | other.keys,
            tags=self.tags | other.tags,
            reason=worse.reason or self.reason or other.reason,
        )
