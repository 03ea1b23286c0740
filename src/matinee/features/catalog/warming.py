"""Warming: what people will look at is asked for before they do, slowly; what may not be kept any longer is forgotten.

Everything goes through the cache, so what is fresh there costs nothing, and two warmings in one hour cost one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import get_args

import structlog

from matinee.features.catalog.archive import Archive
from matinee.features.catalog.cache import KEPT_AT_MOST
from matinee.features.catalog.changes import Changes
from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.home import HomePage
from matinee.features.catalog.policy import CatalogOptions, upstream_kind
from matinee.features.catalog.repository import KnownRepository
from matinee.features.catalog.sourcing import Upstream
from matinee.infra.cache import SourceFailed
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.database.search import SearchIndex
from matinee.infra.ids import TitleId
from matinee.infra.jobs.definitions import JobContext, Result
from matinee.ports.catalogue import Listing
from matinee.ports.metadata import TitleKind

log = structlog.get_logger(__name__)
_PAGES = 2
"""Of each list: what a screen shows without scrolling far."""
_AT_ONCE = 2
_OF_LIBRARY = 2000
_MOST_WANTED = 200
_FORGET_AT_ONCE = 200
_FLUSH_FROM = 40
_LOOK_AGAIN = 0.25
_PATIENCE = 10.0
"""Seconds to wait for the upstream's budget to be left alone by requests before the next call goes all the same."""
_GIVE_UP = 8
"""Failures in a row after which the upstream is taken to be away: the next warming goes on."""
Step = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Progress:
    """How far a warming is."""

    done: int = 0
    failed: int = 0
    in_a_row: int = 0
    reason: str = ""
    titles: dict[TitleId, None] = field(default_factory=dict)
    """Titles to be read whole, in order."""


class Warmer:
    """`run` is the job's handler. `spare` says whether the upstream's budget has room that no request wants."""

    def __init__(
        self,
        database: Database,
        upstream: Upstream,
        home: HomePage,
        archive: Archive,
        search: SearchIndex,
        changes: Changes,
        contributors: Contributors,
        options: CatalogOptions,
        clock: Clock,
    ) -> None:
        self._database = database
        self._upstream = upstream
        self._home = home
        self._archive = archive
        self._search = search
        self._changes = changes
        self._contributors = contributors
        self._locale = options.locale()
        self._clock = clock
        self._known = KnownRepository()
        self.spare: Callable[[], bool] = lambda: True

    @property
    def useful(self) -> bool:
        """Whether there is anything to warm with."""
        return self._upstream.there

    async def run(self, context: JobContext) -> Result:
        """Lists, genres, titles of the library, what is watched most; then the home page. Goes on where a restart left it:
        what was read already is in the cache."""
        forgotten = await self._forget()
        progress = Progress()
        if self._upstream.there:
            await self._all(context, "Lists", progress, list(self._lists(progress)))
            await self._add_own(progress)
            titles = list(progress.titles)
            await self._all(context, "Titles", progress, [self._title(title_id, progress) for title_id in titles])
            await self._archive.flush()
            await self._home.shared(self._locale)
        await context.progress(progress.done, progress.done, "")
        return {"read": progress.done, "failed": progress.failed, "forgotten": forgotten, "reason": progress.reason}

    async def _all(self, context: JobContext, what: str, progress: Progress, steps: Sequence[Step]) -> None:
        """Take the steps, a few at once, while the upstream answers."""
        total = progress.done + len(steps)
        for start in range(0, len(steps), _AT_ONCE):
            if progress.in_a_row >= _GIVE_UP:
                log.info("catalog_warming_stopped", reason=progress.reason, done=progress.done)
                return
            await self._room()
            await asyncio.gather(*(self._step(step, progress) for step in steps[start : start + _AT_ONCE]))
            await context.progress(progress.done, total, what)
            if self._archive.waiting >= _FLUSH_FROM:  # in a worker nobody else writes
                await self._archive.flush()

    async def _step(self, step: Step, progress: Progress) -> None:
        try:
            await step()
        except SourceFailed as failed:
            progress.failed += 1
            progress.in_a_row += 1
            progress.reason = failed.reason
        else:
            progress.in_a_row = 0
        progress.done += 1

    async def _room(self) -> None:
        """Let requests go first."""
        waited = 0.0
        while not self.spare() and waited < _PATIENCE:
            await self._clock.sleep(_LOOK_AGAIN)
            waited += _LOOK_AGAIN

    def _lists(self, progress: Progress) -> Sequence[Step]:
        steps: list[Step] = [lambda: self._upstream.genres(self._locale)]
        for listing in get_args(Listing):
            for kind in get_args(TitleKind):
                steps.extend(self._list(kind, listing, page, progress) for page in range(1, _PAGES + 1))
        return steps

    def _list(self, kind: TitleKind, listing: Listing, page: int, progress: Progress) -> Step:
        async def step() -> None:
            answer = await self._upstream.listing(kind, listing, page, self._locale)
            if answer is not None and page == 1 and listing in {"popular", "trending"}:
                progress.titles.update((TitleId(one.title_id), None) for one in answer.value.titles)

        return step

    async def _add_own(self, progress: Progress) -> None:
        """What the library has and what people watch most goes before what is popular elsewhere."""
        own: dict[TitleId, None] = {}
        async with self._database.read() as unit:
            if self._contributors.interest is not None:
                own.update((key, None) for key in await self._contributors.interest.wanted(unit, _MOST_WANTED))
            for name in self._upstream.names:
                own.update((key, None) for key in await self._known.of_library(unit, name, _OF_LIBRARY))
        progress.titles = {key: None for key in (*own, *progress.titles) if upstream_kind(key) is not None}

    def _title(self, title_id: TitleId, progress: Progress) -> Step:
        async def step() -> None:
            answer = await self._upstream.details(title_id, self._locale)
            if answer is None or answer.value.kind != "show":
                return
            async with self._database.read() as unit:
                here = (await self._known.facts(unit, [title_id])).get(title_id)
            if here is not None and here.available:
                for season in answer.value.seasons:
                    await self._upstream.season(title_id, season.number, self._locale)

        return step

    async def _forget(self) -> int:
        """Titles that the library lacks and that nobody has asked for in half a year: TMDB's terms allow no more."""
        count, before = 0, self._clock.now() - KEPT_AT_MOST
        while True:
            async with self._database.read() as unit:
                some = await self._known.outdated(unit, before, _FORGET_AT_ONCE)
            if not some:
                return count
            async with self._database.write() as unit:
                await self._search.remove(unit, some)
                await self._known.remove(unit, some)
                self._changes.leave_with(unit, some, lists=True)
            count += len(some)


ONCE_IN = timedelta(hours=20)
"""A start does not warm again what a warming has read within this time."""
