"""What goes into the cache and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Literal

import msgspec

State = Literal["hit", "stale", "miss", "error"]
"""`hit`: fresh. `stale`: past its freshness, a refresh runs. `miss`: loaded for this call. `error`: old, because the source
fails."""


class Fill(msgspec.Struct, frozen=True):
    """What a loader returns: the value as it will be served. `fresh` only when the source wants less than the policy allows."""

    value: bytes
    tags: frozenset[str] = frozenset()
    fresh: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """What a loader returns when the source knows that there is none."""

    tags: frozenset[str] = frozenset()


class SourceFailed(Exception):
    """A loader raises it when the source could not say; `Cache.get` raises it when it has nothing to serve instead.

    `reason` is a word such as the code of an error (`upstream_timeout`); `retry_after` is the source's own wish; `error` is what
    happened underneath.
    """

    def __init__(self, reason: str, retry_after: timedelta | None = None, error: Exception | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.error = error


class Hit(msgspec.Struct, frozen=True):
    """An answer of the cache."""

    value: bytes
    state: State
    age: float
    """Seconds since it was stored."""
    fresh_for: float
    """Seconds for which it stays fresh; 0 when it is not."""
    stored_at: float
    """Seconds since the epoch."""
    reason: str | None = None
    """Why an old value is served, for state `error`."""

    @property
    def version(self) -> str:
        """Differs when the value does: a digest of it."""
        return blake2b(self.value, digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class Invalidation:
    """What has become invalid. `everything` stands alone."""

    keys: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    prefix: str | None = None
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.keys or self.tags or self.prefix is not None or self.everything)

    def covers(self, key: str, tags: frozenset[str]) -> bool:
        """Whether an entry of that key and these tags is meant."""
        return (
            self.everything
            or key in self.keys
            or not self.tags.isdisjoint(tags)
            or (self.prefix is not None and key.startswith(self.prefix))
        )
