"""The second tier and the lock between processes, as the cache sees them.

Generations make invalidation safe against loads that run meanwhile: each invalidation takes the next number, each entry remembers
the number at which its load began (its mark), and an entry is valid as long as nothing that covers it has a greater one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal, Protocol

import msgspec

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.statistics import TierFigures
from matinee.infra.cache.stored import Stored

Verdict = Literal["valid", "invalid", "unknown"]
"""`unknown`: the tier has lost its memory since then."""


class TierUnavailable(Exception):
    """The tier did not answer in time, or is known not to; the cache goes on without it."""


class Answer(msgspec.Struct, frozen=True):
    """What the tier holds for a key, and the generation at this moment."""

    stored: Stored | None
    mark: int


class SecondTier(Protocol):
    """Every coroutine raises `TierUnavailable`, within the tier's own short deadline."""

    shared: bool
    """Whether it is in the memory of all processes rather than in a file; personal entries are kept only then."""

    async def read(self, key: str) -> Answer:
        """A valid entry or none; entries at the end of their lifetime are none."""

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        """Whether an entry of that mark is still valid. It counts as used."""

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        """Keep it for `lifetime` seconds. False, and nothing kept, when it was invalidated since its mark."""

    def later(self, key: str, stored: Stored, lifetime: float, refused: Callable[[], None]) -> bool:
        """The same soon, so that nobody waits for it; `read` finds it from now on. `refused` is called if it was invalidated
        since its mark. False where the tier does nothing later: then `write` it. Never raises."""

    async def remove(self, invalidation: Invalidation) -> None:
        """Take the next generation for what is covered; from then on it is gone."""

    async def settle(self) -> list[Invalidation]:
        """Tell those parts of the tier that could not be told an invalidation, although others could. What they have been told
        late: other processes may have read it from there meanwhile, and are to be told too."""

    def figures(self) -> TierFigures:
        """Its size as last known; never waits or raises."""


class Lease(Protocol):
    """The right to load a key, held until released or until its holder is dead."""

    news: bool
    """Whether an entry has come that the one who asked did not know: somebody else has just loaded it."""

    async def release(self, outcome: bytes = b"") -> None:
        """Give it back; waiters wake and get `outcome` (empty: look into the tier). Never raises."""


class FlightLocks(Protocol):
    """At most one load of a key among all processes, as far as the others can be reached."""

    async def acquire(self, key: str, known: float | None) -> Lease | None:
        """The lease, or None while somebody else holds it. `known`: when the entry that one has was stored. Raises
        `TierUnavailable`."""

    async def wait(self, key: str, longest: timedelta) -> bytes:
        """Until the holder releases (its outcome), or for `longest` (empty)."""
