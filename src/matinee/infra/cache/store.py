"""Both tiers as one: finding, keeping and forgetting entries, here and in every other process.

The order matters. Invalidations reach the second tier first and memory after it, so that nobody reads the old value from the one
into the other; what is kept was either not overtaken since its load began (`Journal`, for this process and for messages) or is
refused by the second tier's generations (for what other processes did).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import msgspec
import structlog

from matinee.infra.bus import Bus
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.journal import Journal
from matinee.infra.cache.memory import MemoryTier
from matinee.infra.cache.owed import Owed
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.cache.stored import FOREVER, Entry, Stored, lifetimes
from matinee.infra.cache.tiers import SecondTier, TierUnavailable, Verdict
from matinee.infra.clock import Clock

log = structlog.get_logger(__name__)
TOPIC = "cache.invalidation"
_EVERYTHING = Invalidation(everything=True)


class Looked(msgspec.Struct, frozen=True):
    """What there is for a key. `doubtful`: the entry may serve only when the source fails."""

    entry: Entry | None
    mark: int | None
    doubtful: bool = False


class Kept(msgspec.Struct, frozen=True):
    """What became of a loaded value; see `Outcome.overtaken_at`."""

    entry: Entry
    overtaken_at: int | None


class Store:
    """For the event loop's thread."""

    def __init__(self, memory: MemoryTier, second: SecondTier | None, bus: Bus, clock: Clock, backstop: timedelta) -> None:
        self.memory = memory
        self.second = second
        self.journal = Journal()
        self._bus = bus
        self._clock = clock
        self._backstop = backstop.total_seconds()
        self._owed = Owed()
        self._handlers: list[Callable[[Invalidation], None]] = []
        bus.subscribe(TOPIC, self._heard)
        bus.on_lost(self._lost)

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock.now().timestamp()

    def on_invalidated(self, handler: Callable[[Invalidation], None]) -> None:
        self._handlers.append(handler)

    async def look(self, policy: CachePolicy, key: str, *, further: bool = True) -> Looked:
        """The newest entry of both tiers that may still be served in some state. Not `further`: one that is in memory, valid
        and not too old will do."""
        local, doubtful, reached = await self._verified(policy, key)
        if local is not None and not doubtful and not further and self.now() < local.stale_until:
            return Looked(local, None)
        answer = None
        if reached and (tier := self._tier_for(policy)) is not None:
            try:
                await self._settle(tier)
                answer = await tier.read(key)
            except TierUnavailable:
                answer = None
        now = self.now()
        found = None
        if answer is not None and answer.stored is not None:
            found = Entry(key, policy, answer.stored, self._trust(policy))
        mark = answer.mark if answer is not None else 0 if self.second is None else None
        if found is not None and now < found.until and (local is None or doubtful or newer(found, local)):
            return Looked(found, mark)
        return Looked(local if local is not None and now < local.until else None, mark, doubtful)

    async def keep(self, policy: CachePolicy, key: str, stored: Stored, position: int) -> Kept:
        """Put a value that was loaded since `position` of the journal into both tiers, unless it was invalidated meanwhile."""
        overtaken = self.journal.first_after(position, key, stored.tags)
        refused, entry = False, Entry(key, policy, stored, self._trust(policy))
        _, lifetime = lifetimes(policy, stored)
        if overtaken is None and stored.mark is not None and (tier := self._tier_for(policy)) is not None:
            try:
                await self._settle(tier)
                if lifetime <= 0:
                    await tier.remove(Invalidation(keys=frozenset({key})))
                elif not tier.later(key, stored, lifetime, lambda: self._refused(entry)):
                    refused = not await tier.write(key, stored, lifetime)
            except TierUnavailable:
                log.debug("cache_write_skipped", key=key)
            overtaken = self.journal.first_after(position, key, stored.tags)
        if refused and overtaken is None:
            # Invalidated by a process whose message is still on its way: no caller can be told to have come before it.
            overtaken = 0
        if overtaken is None:
            self.memory.put(entry) if lifetime > 0 else self.memory.remove(key)
            self._tell(Invalidation(keys=frozenset({key})))
        return Kept(entry, overtaken)

    def _refused(self, entry: Entry) -> None:
        """The tier says, late, that another process has invalidated what is in memory already."""
        if self.memory.look(entry.key) is entry:
            self._forget(Invalidation(keys=frozenset({entry.key})))

    def adopt(self, entry: Entry, position: int) -> int | None:
        """Put what the second tier had into memory, unless it was invalidated since `position`; see `Outcome.overtaken_at`."""
        overtaken = self.journal.first_after(position, entry.key, entry.stored.tags)
        if overtaken is None and (local := self.memory.look(entry.key)) is not entry:
            self.memory.put(entry)
            if local is not None:
                self._tell(Invalidation(keys=frozenset({entry.key})))
        return overtaken

    async def invalidate(self, invalidation: Invalidation, *, personal: bool = False) -> int:
        """Forget it everywhere; how many entries of this process's memory went. What the second tier could not be told is owed
        to it, and it is not read before it knows."""
        second = None if personal and self.second is not None and not self.second.shared else self.second
        told = second is None
        try:
            if second is not None:
                self._owed.add(invalidation)
                await self._settle(second)
                told = True
        except TierUnavailable:
            log.debug("cache_invalidation_owed")
        finally:
            dropped = self._forget(invalidation)
        if second is None or not told:
            await self._bus.publish(TOPIC, encode(invalidation))
        return dropped

    async def mark(self, policy: CachePolicy, key: str) -> int | None:
        """The second tier's generation now; None when it is not available."""
        return (await self.look(policy, key)).mark

    async def settle(self) -> None:
        """What is owed to the second tier, if anything: to be called now and then, since perhaps nobody reads meanwhile."""
        if self.second is None:
            return
        with suppress(TierUnavailable):
            await self._settle(self.second)
            for late in await self.second.settle():
                await self._bus.publish(TOPIC, encode(late))

    def _tier_for(self, policy: CachePolicy) -> SecondTier | None:
        if self.second is None or (policy.scope == "user" and not self.second.shared):
            return None
        return self.second

    def _trust(self, policy: CachePolicy) -> float:
        return self.now() + self._backstop if self._tier_for(policy) is not None else FOREVER

    async def _verified(self, policy: CachePolicy, key: str) -> tuple[Entry | None, bool, bool]:
        """The entry in memory; whether it is doubtful, because the second tier has lost what it knew about it; and whether it is
        of any use to ask that tier further."""
        local = self.memory.look(key)
        if local is None or self.now() < local.trusted_until:
            return local, False, True
        verdict = await self._verdict(policy, local)
        if self.memory.look(key) is not local:
            return self.memory.look(key), False, True
        if verdict == "invalid":
            self.memory.remove(key)
            return None, False, True
        if verdict in {"valid", None}:
            local.trusted_until = self._trust(policy)
        return local, verdict == "unknown", verdict is not None

    async def _verdict(self, policy: CachePolicy, entry: Entry) -> Verdict | None:
        """None: the tier is not available. Memory carries on; once it is back, the bus says that messages may have been
        missed."""
        tier, mark = self._tier_for(policy), entry.stored.mark
        if tier is None:
            return "unknown"
        try:
            await self._settle(tier)
            # Without a mark it was loaded while the tier was away; what was invalidated meanwhile is not known.
            return await tier.check(entry.key, entry.stored.tags, mark if mark is not None else 0)
        except TierUnavailable:
            return None

    async def _settle(self, tier: SecondTier) -> None:
        """Tell the second tier, and then the others, what has become invalid and could not be told before."""
        if self._owed:
            for invalidation in await self._owed.settle(tier.remove):
                await self._bus.publish(TOPIC, encode(invalidation))

    def _forget(self, invalidation: Invalidation) -> int:
        self.journal.note(invalidation)
        dropped = self.memory.drop(invalidation)
        self._tell(invalidation)
        return dropped

    def _heard(self, message: bytes) -> None:
        self._forget(decode(message))

    def _lost(self) -> None:
        self.memory.distrust()
        self._tell(_EVERYTHING)

    def _tell(self, invalidation: Invalidation) -> None:
        for handler in self._handlers:
            try:
                handler(invalidation)
            except Exception:  # one listener's fault is not the others'
                log.exception("cache_listener_failed")


def newer(one: Entry, other: Entry) -> bool:
    """Whether `one` was stored later."""
    return one.stored.stored_at > other.stored.stored_at


def encode(invalidation: Invalidation) -> bytes:
    """For the bus."""
    return msgspec.msgpack.encode(invalidation)


def decode(message: bytes) -> Invalidation:
    """From the bus. What cannot be read, perhaps from another version, is taken as everything."""
    try:
        return msgspec.msgpack.decode(message, type=Invalidation)
    except msgspec.DecodeError:
        log.warning("cache_message_unreadable")
        return _EVERYTHING
