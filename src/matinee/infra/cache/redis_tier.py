"""The second tier in Redis: shared by all processes, for every policy. How it judges entries is in `redis_scripts`."""

from __future__ import annotations

from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Any, Self, cast

import msgspec
import structlog

from matinee.infra.background import repeated
from matinee.infra.cache import codec, redis_scripts
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.statistics import TierFigures
from matinee.infra.cache.stored import Stored
from matinee.infra.cache.tiers import Answer, TierUnavailable, Verdict
from matinee.infra.clock import Clock
from matinee.infra.redis import RedisConnection, RedisUnavailable, Script

log = structlog.get_logger(__name__)
ENTRY = b"matinee:cache:e:"
GENERATIONS = b"matinee:cache:generations"
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
        self._seen = 0
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
        name = key.encode()
        found = cast("list[Any]", await _asked(self._read, [GENERATIONS, ENTRY + name], [name]))  # Any: numbers and bytes
        latest = int(found[0])
        if await self._went_back(latest):
            return await self.read(key)
        if len(found) == 1:
            return Answer(None, latest)
        tags = codec.unpack_tags(found[2])
        return Answer(codec.decode(found[3], tags, int(found[1])), latest)

    async def check(self, key: str, tags: frozenset[str], mark: int) -> Verdict:
        """See `SecondTier`."""
        name = key.encode()
        arguments: list[bytes | float] = [name, mark, codec.pack_tags(tags)]
        latest, verdict = cast("list[int]", await _asked(self._check, [GENERATIONS, ENTRY + name], arguments))
        return "unknown" if await self._went_back(latest) else _VERDICTS[verdict]

    async def write(self, key: str, stored: Stored, lifetime: float) -> bool:
        """See `SecondTier`."""
        assert stored.mark is not None
        name = key.encode()
        tags, data = codec.pack_tags(stored.tags), codec.encode(stored)
        arguments: list[bytes | float] = [
            name,
            stored.mark,
            tags,
            data,
            max(1, int(lifetime * 1000)),
            repr(stored.stored_at).encode(),
        ]
        return bool(await _asked(self._write, [GENERATIONS, ENTRY + name], arguments))

    async def remove(self, invalidation: Invalidation) -> None:
        """See `SecondTier`. What a tag, a prefix or everything covers stays until it is read or its lifetime ends."""
        lists = [
            sorted(invalidation.keys),
            sorted(invalidation.tags),
            [] if invalidation.prefix is None else [invalidation.prefix],
        ]
        arguments: list[bytes | float] = [ENTRY, b"1" if invalidation.everything else b"0", *map(msgspec.msgpack.encode, lists)]
        self._seen = max(self._seen, int(cast(bytes, await _asked(self._remove, [GENERATIONS], arguments))))

    def figures(self) -> TierFigures:
        """See `SecondTier`. Entries, bytes and evictions are those of the whole Redis, at most 15 seconds old."""
        return TierFigures("redis", self._entries, self._bytes, self._limit, self._connection.state, self._evictions)

    async def _went_back(self, latest: int) -> bool:
        """Whether Redis has come back from an old snapshot: its latest generation is below one that was seen before. What was
        invalidated since is not known there any more, so nothing from before is trusted."""
        if latest >= self._seen:
            self._seen = latest
            return False
        # Answers may overtake each other; Redis itself knows.
        if not await _asked(self._rise, [GENERATIONS], [self._seen]):
            return False
        log.warning("redis_went_back")
        return True

    async def _measure(self) -> None:
        with suppress(RedisUnavailable):
            found = await self._connection.run(lambda client: client.info())
            self._entries = await self._connection.run(lambda client: client.dbsize())
            self._bytes = int(found.get("used_memory", 0))
            self._limit = int(found.get("maxmemory", 0)) or None
            self._evictions = int(found.get("evicted_keys", 0))


async def _asked(script: Script, keys: list[bytes], arguments: list[bytes | float]) -> object:
    try:
        return await script(keys, arguments)
    except RedisUnavailable as error:
        raise TierUnavailable(str(error)) from error
