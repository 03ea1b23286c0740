"""Details that come from an upstream are kept in the database: what is left when everything else is gone, and what search finds.

Nobody waits for it. Titles are queued when they have been fetched, which is once a day for a title however often it is read, and
written in short batches; one whose details are the same as before only has its date renewed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from prometheus_client import Counter, Gauge

from matinee.features.catalog.models import Title
from matinee.features.catalog.policy import CatalogOptions
from matinee.features.catalog.repository import ListRepository, StoredTitle, TitleRepository
from matinee.features.catalog.stored import document_of, episode_values, season_values, stored_details
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.database.search import SearchIndex
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.ids import TitleId
from matinee.infra.observability import Metrics
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import SeasonDetails, TitleDetails

log = structlog.get_logger(__name__)
BATCH = 100
MOST_WAITING = 500
"""Titles and seasons; the oldest are dropped beyond that, and come again when they are fetched the next time."""
_PAUSE = 2.0
"""Seconds for a batch to gather."""
_TRY_AGAIN = 5.0
_NOT_COMPARED = {"updated_at"}


@dataclass(slots=True)
class _Title:
    details: TitleDetails
    provider: str
    at: datetime
    rows: StoredTitle | None = None
    """Once somebody has worked them out."""

    @property
    def title_id(self) -> str:
        return self.details.title_id

    def stored(self) -> StoredTitle:
        return self.rows or stored_details(self.details, self.provider, self.at)


@dataclass(frozen=True, slots=True)
class _Season:
    title_id: str
    season: SeasonDetails
    provider: str


class Archive:
    """`run` is its loop; `flush` writes what waits at once."""

    def __init__(self, database: Database, search: SearchIndex, options: CatalogOptions, clock: Clock, metrics: Metrics) -> None:
        self._database = database
        self._search = search
        self._locale = options.locale()
        self._clock = clock
        self._titles = TitleRepository()
        self._lists = ListRepository()
        self._waiting: OrderedDict[str, _Title | _Season] = OrderedDict()
        self._woken = asyncio.Event()
        self._writing = asyncio.Lock()
        registry = metrics.registry
        self._dropped = Counter("matinee_catalog_archive_dropped", "Details not kept: too many waited.", registry=registry)
        self._written = Counter("matinee_catalog_archive_written", "Titles and seasons written.", registry=registry)
        waiting = Gauge("matinee_catalog_archive_waiting", "Titles and seasons that wait to be written.", registry=registry)
        waiting.set_function(lambda: len(self._waiting))
        Gauge("matinee_catalog_archive_limit", "How many may wait.", registry=registry).set(MOST_WAITING)

    @property
    def waiting(self) -> int:
        """Titles and seasons that wait to be written."""
        return len(self._waiting)

    def title(self, source: str, details: TitleDetails, locale: Locale) -> None:
        """Keep a title's details, if they are in the language that the database keeps."""
        if locale == self._locale:
            self._add(details.title_id, _Title(details, source, self._clock.now()))

    def worked_out(self, details: TitleDetails, rows: StoredTitle) -> None:
        """These are the rows of details that may wait here: they were needed for an answer."""
        waiting = self._waiting.get(details.title_id)
        if isinstance(waiting, _Title) and waiting.details is details:
            waiting.rows = rows

    def season(self, source: str, title_id: str, season: SeasonDetails, locale: Locale) -> None:
        """Keep a season with its episodes; nothing happens for a title that is not kept."""
        if locale.language == self._locale.language:
            self._add(f"{title_id}/{season.number}", _Season(title_id, season, source))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes go on for the time of the block; what still waits at its end is written then."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.run(), name="catalog: archive")
            try:
                yield
            finally:
                task.cancel()
        try:
            await self.flush()
        except Exception:
            log.warning("catalog_archive_not_written", waiting=len(self._waiting), exc_info=True)

    async def run(self) -> None:
        """Without end. A failure is logged once until it is over; what could not be written is tried again."""
        failing = False
        while True:
            await self._woken.wait()
            await self._clock.sleep(_TRY_AGAIN if failing else _PAUSE)
            try:
                await self.flush()
            except Exception:  # the database may be away for a while
                if not failing:
                    log.warning("catalog_archive_fails", exc_info=True)
                failing = True
            else:
                if failing:
                    log.info("catalog_archive_writes_again")
                failing = False

    async def flush(self) -> None:
        """Write everything that waits. Raises `DatabaseUnavailable`; then it waits on."""
        async with self._writing:
            while self._waiting:
                some = list(self._waiting.items())[:BATCH]
                await self._write_all([value for _, value in some])
                for key, value in some:
                    if self._waiting.get(key) is value:  # unless something newer has come meanwhile
                        del self._waiting[key]
            self._woken.clear()

    def _add(self, key: str, value: _Title | _Season) -> None:
        self._waiting[key] = value
        self._waiting.move_to_end(key)
        while len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)
            self._dropped.inc()
        self._woken.set()

    async def _write_all(self, some: Sequence[_Title | _Season]) -> None:
        try:
            await self._write(some)
        except DatabaseUnavailable:
            raise
        except Exception:  # what one title carries must not keep the others out
            if len(some) == 1:
                log.warning("catalog_details_not_kept", title=some[0].title_id, exc_info=True)
                return
            for one in some:
                await self._write_all([one])

    async def _write(self, some: Sequence[_Title | _Season]) -> None:
        titles = [one.stored() for one in some if isinstance(one, _Title)]
        async with self._database.read() as unit:
            known = await self._lists.by_ids(unit, [one.id for one in titles], whole=True)
            same = [one.id for one in titles if one.id in known and await self._is_same(unit, known[one.id], one)]
        changed = [one for one in titles if one.id not in same]
        async with self._database.write() as unit:
            if same:
                await self._titles.touch(unit, same, self._clock.now())
            # Seasons come without episodes here; those that are known already stay.
            for whole in (False, True):
                group = [one for one in changed if bool(one.episodes) is whole]
                if group:
                    await self._titles.store_all(unit, group, episodes_too=whole)
            await self._search.put(unit, [document_of(one.values) for one in changed])
            for one in some:
                if isinstance(one, _Season):
                    await self._store_season(unit, one)
        self._written.inc(len(some) - len(same))

    async def _store_season(self, unit: UnitOfWork, one: _Season) -> None:
        values = season_values(one.title_id, one.season, one.provider)
        episodes = [episode_values(one.title_id, episode, one.provider) for episode in one.season.episodes]
        await self._titles.store_season(unit, one.title_id, values, episodes)

    async def _is_same(self, unit: ReadUnit, row: Title, stored: StoredTitle) -> bool:
        """Whether the database says the same already."""
        if any(getattr(row, name) != value for name, value in stored.values.items() if name not in _NOT_COMPARED):
            return False
        if row.kind != "show":
            return True
        rows = await self._titles.seasons(unit, TitleId(row.id))
        return len(rows) == len(stored.seasons) and all(
            all(getattr(row, name) == value for name, value in season.items())
            for row, season in zip(rows, sorted(stored.seasons, key=lambda one: one["number"]), strict=True)
        )
