"""Of which titles the library has something, as one short list in memory: most titles of a catalogue it lacks, and to say so
should cost no question to the database.

The list is read from the database when somebody has asked and it is a minute old. What is invalidated meanwhile (`library:<id>`)
counts as not known. Not to know costs a question, and never a wrong answer.
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_left
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from prometheus_client import Gauge

from matinee.features.catalog.cache import LIBRARY_TAG
from matinee.features.catalog.contributors import Contributors, HeldTitles
from matinee.infra.background import repeated
from matinee.infra.cache.entries import Invalidation
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.observability import Metrics

FRESH = 60.0
"""Seconds. As long as a prebuilt answer is believed, for the same reason: a process that is told of no invalidations must not
believe for ever."""
_STALE = 2 * FRESH
_PAGE = 5000
MOST_CHANGED = 5000


class Holdings:
    """`keeping` reads the list in the background; until it has, nothing is known."""

    def __init__(self, database: Database, contributors: Contributors, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._contributors = contributors
        self._clock = clock
        self._hashes: array[int] | None = None
        self._changed: set[str] = set()
        self._since = 0.0
        self._reading: set[str] | None = None
        self._wanted = asyncio.Event()
        held = Gauge("matinee_catalog_holdings", "Titles in the list of what the library has.", registry=metrics.registry)
        held.set_function(lambda: len(self._hashes or ()))

    def lacks(self, title_id: str) -> bool:
        """Whether the library certainly has nothing of a title. False: perhaps it has, ask the database."""
        hashes, age = self._hashes, self._clock.monotonic() - self._since
        if hashes is None or age > FRESH:
            self._wanted.set()
            if hashes is None or age > _STALE:
                return False
        if title_id in self._changed:
            return False
        wanted = hash(title_id)
        place = bisect_left(hashes, wanted)
        return place == len(hashes) or hashes[place] != wanted

    def heard(self, invalidation: Invalidation) -> None:
        """Something has become invalid."""
        if invalidation.everything:
            self._forget()
        elif invalidation.tags:
            changed = {tag.removeprefix(LIBRARY_TAG) for tag in invalidation.tags if tag.startswith(LIBRARY_TAG)}
            self._changed |= changed
            if self._reading is not None:
                self._reading |= changed
            if len(self._changed) > MOST_CHANGED:
                self._forget()

    def keeping(self) -> AbstractAsyncContextManager[None]:
        """Reads the list whenever somebody wants it, for the time of the block."""
        return repeated("holdings of the library", self._read_when_wanted, 1.0, self._clock)

    async def read(self) -> None:
        """Read the list now."""
        source = self._contributors.held
        if source is None:
            return
        began, self._reading = self._clock.monotonic(), set()
        try:
            found = array("q", sorted([hash(one) async for one in self._titles(source)]))
            if self._reading is not None:
                self._hashes, self._changed, self._since = found, self._reading, began
        finally:
            self._reading = None

    async def _titles(self, source: HeldTitles) -> AsyncIterator[str]:
        after = ""
        while True:
            async with self._database.read() as unit:
                some = await source.held(unit, after, _PAGE)
            for one in some:
                yield one
            if len(some) < _PAGE:
                return
            after = some[-1]

    async def _read_when_wanted(self) -> None:
        await self._wanted.wait()
        self._wanted.clear()
        await self.read()

    def _forget(self) -> None:
        self._hashes, self._changed, self._reading = None, set(), None
