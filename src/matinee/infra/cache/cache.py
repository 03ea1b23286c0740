"""The cache as features use it."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import TracebackType
from typing import Self

import msgspec
from prometheus_client import CollectorRegistry

from matinee.infra.background import repeated
from matinee.infra.bus import Bus, MemoryBus
from matinee.infra.cache.entries import Fill, Hit, Invalidation, SourceFailed
from matinee.infra.cache.filling import Filling, FillingOptions
from matinee.infra.cache.flights import Flights, Load, Outcome
from matinee.infra.cache.memory import MemoryTier
from matinee.infra.cache.metrics import CacheCollector
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.cache.statistics import CacheStatistics, FrequentKeys, PolicyFigures
from matinee.infra.cache.store import Store
from matinee.infra.cache.stored import Entry, Stored
from matinee.infra.cache.tiers import FlightLocks, SecondTier
from matinee.infra.clock import Clock

_SETTLE_EVERY = 1.0
_ROUNDS = 3
"""How often a call asks again because invalidations overtook the loads it waited for; after that it takes what it got."""


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """`backstop`: how long memory serves an entry without asking the second tier whether that is still valid."""

    memory_bytes: int = 64 * 1024**2
    backstop: timedelta = timedelta(seconds=30)
    refreshes: int = 16
    """Loads in the background at once."""
    top_keys: int = 20
    filling: FillingOptions = field(default_factory=FillingOptions)


class Cache:
    """An async context manager: it owns the tasks that load. Methods are for the event loop's thread."""

    def __init__(
        self,
        clock: Clock,
        options: CacheOptions | None = None,
        *,
        bus: Bus | None = None,
        second: SecondTier | None = None,
        locks: FlightLocks | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self._options = options or CacheOptions()
        self._figures: defaultdict[str, PolicyFigures] = defaultdict(PolicyFigures)
        self._memory = MemoryTier(self._options.memory_bytes, self._figures)
        self._store = Store(self._memory, second, bus or MemoryBus(), clock, self._options.backstop)
        self._filling = Filling(self._store, locks, clock, self._figures, self._options.filling)
        self._flights = Flights(self._filling.fly, self._options.refreshes)
        self._top = FrequentKeys()
        self._clock = clock
        self._stack = AsyncExitStack()
        if registry is not None:
            registry.register(CacheCollector(self.statistics))

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._flights)
        await self._stack.enter_async_context(repeated("cache settling", self._store.settle, _SETTLE_EVERY, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def get(self, policy: CachePolicy, key: str, load: Load) -> Hit | None:
        """The value: kept, or loaded now. None when the source knows that there is none.

        However many ask at once, `load` runs once, in a task of the cache: it must not rely on the caller's request or
        transaction, and it has deadlines of its own. It returns `Fill` or `Absent`, or raises `SourceFailed`; anything else that
        it raises is logged and taken as `SourceFailed`. Raises `SourceFailed` when the source fails and nothing is kept.
        """
        self._top.count(key)
        entry = self._memory.get(key)
        if entry is not None:
            now = self._clock.now().timestamp()
            if now < entry.fresh_until and now < entry.trusted_until:
                if now >= entry.early_from:
                    self._maybe_early(entry, policy, key, load, now)
                figures = self._figures[policy.name]
                if entry.stored.value is None:
                    figures.negative += 1
                    return None
                figures.hits += 1
                return entry.hit("hit", now)
        return await self._get(policy, key, load)

    async def peek(self, policy: CachePolicy, key: str) -> Hit | None:
        """What is kept and could be served, without loading; None when there is nothing (or the knowledge that there is none).

        State `error` with reason `expired`: only for when the source fails. Nothing is counted.
        """
        looked = await self._store.look(policy, key)
        entry, now = looked.entry, self._store.now()
        if entry is None or entry.stored.value is None:
            return None
        if looked.doubtful or now >= entry.stale_until:
            return entry.hit("error", now, "expired")
        return entry.hit("hit" if now < entry.fresh_until else "stale", now)

    async def put(self, policy: CachePolicy, key: str, fill: Fill) -> None:
        """Keep a value that was got in another way (warming). It must have been read after the last invalidation that
        covers it."""
        position = self._store.journal.position
        mark = await self._store.mark(policy, key)
        fresh = policy.fresh if fill.fresh is None else min(fill.fresh, policy.fresh)
        stored = Stored(fill.value, fill.tags, self._store.now(), max(fresh.total_seconds(), 0.0), 0.0, mark)
        await self._store.keep(policy, key, stored, position)

    async def invalidate(
        self, *, keys: Iterable[str] = (), tags: Iterable[str] = (), prefix: str | None = None, personal: bool = False
    ) -> int:
        """Forget, here, in the second tier and in every other process; the empty prefix means everything.

        Returns how many entries of this process's memory went. Loads that run meanwhile are not kept. While Redis is away it is
        told later, and not read before it knows. `personal`: nothing but entries of the scope `user` is meant, which are in no
        file, so that one need not be written to.
        """
        everything = prefix == ""
        invalidation = Invalidation(everything=True) if everything else Invalidation(frozenset(keys), frozenset(tags), prefix)
        return await self._store.invalidate(invalidation, personal=personal) if invalidation else 0

    def on_invalidated(self, handler: Callable[[Invalidation], None]) -> None:
        """Call `handler` when something here has become invalid, whoever did it; with `everything` when messages of other
        processes may have been missed; and with its key when a value was stored or replaced. It runs in the event loop and must
        not block."""
        self._store.on_invalidated(handler)

    def statistics(self) -> CacheStatistics:
        """The figures of this process, and of the second tier as far as it answers."""
        tiers = [self._memory.tier()]
        if self._store.second is not None:
            tiers.append(self._store.second.figures())
        policies = {name: replace(figures) for name, figures in sorted(self._figures.items())}
        return CacheStatistics(policies, tiers, self._top.top(self._options.top_keys), len(self._flights))

    async def _get(self, policy: CachePolicy, key: str, load: Load) -> Hit | None:
        """The way of everything that is not fresh in memory."""
        entry = self._memory.look(key)
        now = self._store.now()
        if entry is not None and now < entry.trusted_until:
            if entry.stored.value is not None and now < entry.stale_until:
                return self._serve_old(entry, policy, load, now)
            if entry.failure is not None and entry.stored.value is not None and now < entry.until:
                return self._serve_old(entry, policy, load, now)
        overtaken = 0
        while True:
            joined = self._store.journal.position
            flight = self._flights.find(key) or self._flights.launch(policy, key, load, joined)
            outcome = await flight.outcome()
            if outcome.skipped:
                continue
            if outcome.overtaken_at is None or joined < outcome.overtaken_at or overtaken == _ROUNDS:
                return self._answer(policy, load, outcome)
            overtaken += 1

    def _answer(self, policy: CachePolicy, load: Load, outcome: Outcome) -> Hit | None:
        figures, entry, now = self._figures[policy.name], outcome.entry, self._store.now()
        if outcome.failure is not None or entry is None:
            if entry is None or entry.stored.value is None or now >= entry.until:
                figures.failures += 1
                failure = outcome.failure or SourceFailed("upstream_unavailable")
                raise SourceFailed(failure.reason, failure.retry_after, failure.error) from failure
            return self._serve_old(entry, policy, load, now)
        if entry.stored.value is None:
            figures.misses += outcome.loaded
            figures.negative += not outcome.loaded
            return None
        if outcome.loaded:
            figures.misses += 1
            hit = entry.hit("miss", now)
            return hit if outcome.overtaken_at is None else msgspec.structs.replace(hit, fresh_for=0.0)
        if now < entry.fresh_until:
            figures.hits += 1
            return entry.hit("hit", now)
        return self._serve_old(entry, policy, load, now)

    def _serve_old(self, entry: Entry, policy: CachePolicy, load: Load, now: float) -> Hit:
        """An answer from an entry past its freshness (or saved from a failure within it); a refresh runs unless the source has
        just failed."""
        figures = self._figures[policy.name]
        if entry.failure is None or now >= entry.failure[1]:
            self._refresh(policy, entry.key, load)
        if now < entry.fresh_until and entry.trusted_until > now:
            figures.hits += 1
            return entry.hit("hit", now)
        if now < entry.stale_until and entry.trusted_until > now:
            figures.stale += 1
            return entry.hit("stale", now)
        figures.errors += 1
        return entry.hit("error", now, entry.failure[0] if entry.failure is not None else "upstream_unavailable")

    def _maybe_early(self, entry: Entry, policy: CachePolicy, key: str, load: Load, now: float) -> None:
        """XFetch (Vattani, Chierichetti, Lowenstein: "Optimal probabilistic cache stampede prevention", 2015)."""
        if entry.failure is not None and now < entry.failure[1]:
            return
        head_start = -math.log(1.0 - random.random()) * policy.beta * entry.stored.load_seconds
        if now + head_start >= entry.fresh_until:
            self._refresh(policy, key, load)

    def _refresh(self, policy: CachePolicy, key: str, load: Load) -> None:
        if self._flights.find(key) is None and not self._flights.refresh(policy, key, load, self._store.journal.position):
            self._figures[policy.name].refreshes_skipped += 1
