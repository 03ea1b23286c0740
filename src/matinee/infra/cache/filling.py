"""The course of one flight: look into the tiers, take the lock, ask the source, keep the answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import structlog

from matinee.infra.cache.entries import Absent, Fill, SourceFailed
from matinee.infra.cache.flights import Flight, Outcome
from matinee.infra.cache.statistics import PolicyFigures
from matinee.infra.cache.store import Looked, Store, newer
from matinee.infra.cache.stored import Entry, Stored
from matinee.infra.cache.tiers import FlightLocks, Lease, TierUnavailable
from matinee.infra.clock import Clock
from matinee.infra.errors import MatineeError

log = structlog.get_logger(__name__)
_POLL = timedelta(milliseconds=100)
"""How long to wait for a message of the one who loads before looking again: a message may be lost."""


class _Report(msgspec.Struct, frozen=True):
    """What a process that failed to load tells those that wait for it."""

    reason: str
    retry_after: float | None


@dataclass(frozen=True, slots=True)
class FillingOptions:
    """`retry_pause`: how long a source is left alone for a key after it failed. `longest_wait`: for another process's load."""

    retry_pause: timedelta = timedelta(seconds=5)
    longest_pause: timedelta = timedelta(seconds=60)
    longest_wait: timedelta = timedelta(seconds=60)


class Filling:
    """Flies flights; see `Flights`."""

    def __init__(
        self,
        store: Store,
        locks: FlightLocks | None,
        clock: Clock,
        figures: defaultdict[str, PolicyFigures],
        options: FillingOptions,
    ) -> None:
        self._store = store
        self._locks = locks
        self._clock = clock
        self._figures = figures
        self._options = options
        self._failing: set[str] = set()

    async def fly(self, flight: Flight) -> Outcome:
        """Find or load the entry. Errors of the source are in the outcome."""
        before = self._store.memory.look(flight.key)
        looked = await self._store.look(flight.policy, flight.key, further=flight.background)
        if (done := self._without_load(flight, looked, before)) is not None:
            return done
        lease: Lease | None = None
        if self._locks is not None and looked.mark is not None:
            found = await self._leased(flight, before, looked, self._locks)
            if isinstance(found, Outcome):
                return found
            lease, looked = found
        report = b""
        try:
            outcome = await self._load(flight, looked)
            if outcome.failure is not None:
                pause = outcome.failure.retry_after
                report = msgspec.msgpack.encode(_Report(outcome.failure.reason, pause.total_seconds() if pause else None))
            return outcome
        finally:
            if lease is not None:
                await lease.release(report)

    def _without_load(self, flight: Flight, looked: Looked, before: Entry | None) -> Outcome | None:
        """The outcome, when what is there will do."""
        entry, now = looked.entry, self._store.now()
        if entry is None:
            return None
        if not looked.doubtful:
            will_do = now < entry.stale_until
            if flight.background:
                will_do = now < entry.fresh_until and (before is None or (entry is not before and newer(entry, before)))
            if will_do:
                return Outcome(entry, overtaken_at=self._store.adopt(entry, flight.position))
        if entry.failure is not None and now < entry.failure[1] and not flight.background:
            return Outcome(entry, failure=SourceFailed(entry.failure[0]))
        return None

    async def _leased(
        self, flight: Flight, before: Entry | None, looked: Looked, locks: FlightLocks
    ) -> tuple[Lease | None, Looked] | Outcome:
        """The right to load and what is there by then, or how it ended elsewhere. Without Redis everybody has the right."""
        deadline = self._clock.monotonic() + self._options.longest_wait.total_seconds()
        while self._clock.monotonic() < deadline:
            try:
                lease = await locks.acquire(flight.key, looked.entry.stored.stored_at if looked.entry is not None else None)
            except TierUnavailable:
                break
            if lease is not None and not lease.news:
                return lease, looked
            report = b""
            if lease is None:
                if not flight.wanted:
                    return Outcome(skipped=True)
                report = await locks.wait(flight.key, _POLL)
            looked = await self._store.look(flight.policy, flight.key, further=flight.background)
            done = self._without_load(flight, looked, before)
            if done is None and lease is not None:
                return lease, looked
            if lease is not None:
                await lease.release()
            if done is None and report:
                return self._failed(flight, looked, failure_of(report))
            if done is not None:
                return done
        return None, looked

    async def _load(self, flight: Flight, looked: Looked) -> Outcome:
        figures = self._figures[flight.policy.name]
        figures.loads += 1
        figures.refreshes += flight.background
        position = self._store.journal.position
        began = self._clock.monotonic()
        try:
            filled = await flight.load()
        except SourceFailed as failure:
            return self._failed(flight, looked, failure)
        except Exception as error:  # a loader's bug must not take the old value from the callers; it is logged
            reason = error.code if isinstance(error, MatineeError) else "internal_error"
            log.error("cache_loader_raised", key=flight.key, exc_info=error)
            return self._failed(flight, looked, SourceFailed(reason, error=error))
        self._answered(flight)
        stored = self._stored(flight, filled, self._clock.monotonic() - began, looked.mark)
        kept = await self._store.keep(flight.policy, flight.key, stored, position)
        figures.discarded += kept.overtaken_at is not None
        return Outcome(kept.entry, loaded=True, overtaken_at=kept.overtaken_at)

    def _stored(self, flight: Flight, filled: Fill | Absent, took: float, mark: int | None) -> Stored:
        now = self._store.now()
        if isinstance(filled, Absent):
            return Stored(None, filled.tags, now, flight.policy.negative.total_seconds(), took, mark)
        fresh = flight.policy.fresh if filled.fresh is None else min(max(filled.fresh, timedelta(0)), flight.policy.fresh)
        return Stored(filled.value, filled.tags, now, fresh.total_seconds(), took, mark)

    def _failed(self, flight: Flight, looked: Looked, failure: SourceFailed) -> Outcome:
        """Remember on the entry that is left why it is all there is, so that the next calls do not wait for the source too."""
        name = flight.policy.name
        self._figures[name].load_failures += 1
        if name not in self._failing:
            self._failing.add(name)
            log.warning("cache_source_failing", policy=name, reason=failure.reason)
        entry = looked.entry
        if entry is None or self._store.journal.first_after(flight.position, entry.key, entry.stored.tags) is not None:
            return Outcome(failure=failure)
        pause = min(failure.retry_after or self._options.retry_pause, self._options.longest_pause)
        entry.failure = failure.reason, self._store.now() + max(pause, self._options.retry_pause).total_seconds()
        if self._store.memory.look(flight.key) is not entry:
            self._store.memory.put(entry)
        return Outcome(entry, failure=failure)

    def _answered(self, flight: Flight) -> None:
        if flight.policy.name in self._failing:
            self._failing.discard(flight.policy.name)
            log.info("cache_source_back", policy=flight.policy.name)


def failure_of(report: bytes) -> SourceFailed:
    """What another process reported."""
    try:
        told = msgspec.msgpack.decode(report, type=_Report)
    except msgspec.DecodeError:
        return SourceFailed("upstream_unavailable")
    return SourceFailed(told.reason, timedelta(seconds=told.retry_after) if told.retry_after is not None else None)
