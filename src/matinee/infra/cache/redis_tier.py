"""The second tier in Redis: shared by all processes, for every policy. How it judges entries is in `redis_scripts`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Self, cast

import msgspec
import structlog

from matinee.infra.background import repeated
from matinee.infra.cache import codec, redis_scripts
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.owed import Owed
from matinee.infra.cache.redis_keys import Part, RedisKeys
from matinee.infra.cache.statistics import TierFigures
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import Answer, TierUnavailable, Verdict
from matinee.infra.clock import Clock
from matinee.infra.redis import RedisConnection, RedisUnavailable, Script

log = structlog.get_logger(__name__)
_VERDICTS: tuple[Verdict, ...] = ("valid", "invalid", "unknown")
_MEASURE_EVERY = 15.0


class RedisTier:
    """An async context manager: it owns the task that asks Redis for its size now and then."""

    shared = True

    def __init__(self, connection: RedisConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._read = connection.script(redis_scripts.READ)
        self._check = connection.script(redis_scripts.CHECK)
        self._write = connection.script(redis_scripts.WRITE)
        self._remove = connection.script(redis_scripts.REMOVE)
        self._rise = connection.script(redis_scripts.RISE)
        self._keys = RedisKeys(clustered=connection.clustered)
        self._seen = {part.number: 0 for part in self._keys.parts}
        self._owed = {part.number: Owed() for part in self._keys.parts}
        self._late: list[Invalidation] = []
        self._entries = self._bytes = self._evictions = 0
        self._limit: int | None = None
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(repeated("redis figures", self._measure, _MEASURE_EVERY, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def read(self, key: str) -> Answer:
        """See `SecondTier`."""
        name, part = key.encode(), self._keys.part(key)
        found = cast(
            "list[Any]", await _asked(self._read, [part.generations, part.entries + name], [name], part.number)
        )  # Any: numbers and bytes
        latest = int(found[0])
        if await self._went_back(part, latest):
            return await self.read(key)
        if len(found) == 1:
            return Answer(None, latest)
        tags = codec.unpack_tags(found[2])
        return Answer(codec.decode(found[3], tags, int(found[1])), latest)

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        """See `SecondTier`."""
        name, part = key.encode(), self._keys.part(key)
        arguments: list[bytes | float] = [name, mark, codec.pack_tags(tags)]
        await self._ready(part)
        latest, verdict = cast(
            "list[int]", await _asked(self._check, [part.generations, part.entries + name], arguments, part.number)
        )
        return "unknown" if await self._went_back(part, latest) else _VERDICTS[verdict]

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        """See `SecondTier`."""
        assert stored.mark is not None
        name, part = key.encode(), self._keys.part(key)
        tags, data = codec.pack_tags(stored.tags), codec.encode(stored)
        arguments: list[bytes | float] = [
            name,
            stored.mark,
            tags,
            data,
            max(1, int(lifetime * 1000)),
            repr(stored.stored_at).encode(),
        ]
        await self._ready(part)
        return bool(await _asked(self._write, [part.generations, part.entries + name], arguments, part.number))

    def later(self, key: str, stored: Stored, lifetime: float, refused: Callable[[], None]) -> bool:
        """See `SecondTier`: others may be waiting for what is written here."""
        return False

    async def remove(self, invalidation: Invalidation) -> None:
        """See `SecondTier`. What a tag, a prefix or everything covers stays until it is read or its lifetime ends.

        A tag or a prefix concerns every part; a key only its own. A part that cannot be told is not read before it knows; when
        none can, the whole is the caller's to tell again.
        """
        if len(self._keys.parts) == 1:
            await self._tell(self._keys.parts[0], invalidation)
            return
        concerned = self._concerned(invalidation)
        for part in concerned:
            self._owed[part.number].add(invalidation)
        outcomes = await asyncio.gather(*map(self._settle, concerned), return_exceptions=True)
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        others = [failure for failure in failures if not isinstance(failure, TierUnavailable)]
        if others or len(failures) == len(outcomes):
            raise (others or failures)[0]

    async def settle(self) -> list[Invalidation]:
        """See `SecondTier`."""
        for part in self._keys.parts:
            with suppress(TierUnavailable):
                await self._ready(part)
        late, self._late = self._late, []
        return late

    def figures(self) -> TierFigures:
        """See `SecondTier`. Entries, bytes and evictions are those of the whole Redis, at most 15 seconds old."""
        return TierFigures("redis", self._entries, self._bytes, self._limit, self._connection.state, self._evictions)

    def _concerned(self, invalidation: Invalidation) -> list[Part]:
        if invalidation.everything or invalidation.tags or invalidation.prefix is not None:
            return list(self._keys.parts)
        return list({part.number: part for part in map(self._keys.part, invalidation.keys)}.values())

    async def _ready(self, part: Part) -> None:
        """Before a part is asked: it has been told what it missed."""
        self._late += await self._settle(part)

    async def _settle(self, part: Part) -> list[Invalidation]:
        owed = self._owed[part.number]
        return await owed.settle(lambda invalidation: self._tell(part, invalidation)) if owed else []

    async def _tell(self, part: Part, invalidation: Invalidation) -> None:
        lists = [
            sorted(key for key in invalidation.keys if self._keys.part(key) is part),
            sorted(invalidation.tags),
            [] if invalidation.prefix is None else [invalidation.prefix],
        ]
        everything = b"1" if invalidation.everything else b"0"
        arguments: list[bytes | float] = [part.entries, everything, *map(msgspec.msgpack.encode, lists)]
        latest = int(cast(bytes, await _asked(self._remove, [part.generations], arguments, part.number)))
        self._seen[part.number] = max(self._seen[part.number], latest)

    async def _went_back(self, part: Part, latest: int) -> bool:
        """Whether Redis has come back from an old snapshot: its latest generation is below one that was seen before. What was
        invalidated since is not known there any more, so nothing from before is trusted."""
        if latest >= self._seen[part.number]:
            self._seen[part.number] = latest
            return False
        # Answers may overtake each other; Redis itself knows.
        if not await _asked(self._rise, [part.generations], [self._seen[part.number]], part.number):
            return False
        log.warning("redis_went_back")
        return True

    async def _measure(self) -> None:
        with suppress(RedisUnavailable):
            found = await self._connection.figures()
            self._entries, self._bytes = found.keys, found.bytes
            self._limit, self._evictions = found.limit, found.evictions


async def _asked(script: Script, keys: list[bytes], arguments: list[bytes | float], part: int) -> object:
    try:
        return await script(keys, arguments, part)
    except RedisUnavailable as error:
        raise TierUnavailable(str(error)) from error
