"""What stands behind the cache in its tests."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from matinee.infra.cache import Absent, CachePolicy, Fill, SourceFailed
from matinee.infra.clock import ManualClock

POLICY = CachePolicy(
    "titles",
    fresh=timedelta(seconds=100),
    stale=timedelta(seconds=50),
    error=timedelta(seconds=1000),
    negative=timedelta(seconds=20),
    beta=0,
)
TAGS = frozenset({"title:1"})


class Source:
    """Gives `v1`, `v2`, ... and counts. While `held` it does not answer; with `fails` it fails for that reason."""

    def __init__(self, clock: ManualClock | None = None) -> None:
        self.clock = clock
        self.loads = self.running = self.most = 0
        self.tags = TAGS
        self.absent = False
        self.fails: str | Exception | None = None
        self.retry_after: timedelta | None = None
        self.takes = 0.0
        self.fresh: timedelta | None = None
        self.began = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        self._open.clear()
        self.began.clear()

    def release(self) -> None:
        self._open.set()

    async def __call__(self) -> Fill | Absent:
        self.loads += 1
        number = self.loads
        self.running += 1
        self.most = max(self.most, self.running)
        self.began.set()
        try:
            await self._open.wait()
            if self.takes and self.clock is not None:
                await self.clock.advance(self.takes)
        finally:
            self.running -= 1
        if isinstance(self.fails, Exception):
            raise self.fails
        if self.fails is not None:
            raise SourceFailed(self.fails, self.retry_after)
        return Absent(self.tags) if self.absent else Fill(b"v%d" % number, self.tags, self.fresh)


async def settle() -> None:
    """Let everything that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)
