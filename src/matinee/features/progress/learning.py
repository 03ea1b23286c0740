"""The job that learns which titles go together, and stores it where every process can read it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from matinee.features.catalog.service import CatalogService, TitleTraits
from matinee.features.progress.recommending import histories
from matinee.features.progress.repository import NeighboursRepository, TasteRepository
from matinee.features.progress.taste import LEARNED_FROM, lesson
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.ids import TitleId
from matinee.infra.jobs.definitions import JobContext, Jobs, Result
from matinee.infra.recommender.learner import Lesson
from matinee.infra.recommender.values import ItemTraits, Learned, LearnOptions

LEARN = "progress.learn"
_MOST_PEOPLE = 10_000
_PEOPLE_AT_ONCE = 50
_TITLES_AT_ONCE = 500
_ROWS_AT_ONCE = 200
_ROUNDS = 3
"""A library that grows while it is being learned is learned again, so often at most."""
_SMALL = 2_000
_PAUSE = timedelta(hours=1)
"""Larger libraries are not learned again each time a scan has found something."""
_CAST = 8
_IMPORTANCE = {"genre": 1.0, "person": 0.8, "director": 1.0, "keyword": 0.6, "decade": 0.4}


class StartsLessons(Protocol):
    """`infra.recommender.learner.lesson`, or a stand-in."""

    def __call__(self) -> AbstractAsyncContextManager[Lesson]: ...


class Learning:
    """Reads people and titles in portions, has a process learn, writes what it says in portions."""

    def __init__(
        self, database: Database, catalog: CatalogService, jobs: Jobs, clock: Clock, options: LearnOptions, lessons: StartsLessons
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._jobs = jobs
        self._clock = clock
        self._options = options
        self._lessons = lessons
        self._tastes = TasteRepository()
        self._neighbours = NeighboursRepository()

    async def start(self, reason: str) -> str:
        """Put the job into its queue, unless one is there; gives its id. `reason` is `asked`, or `library` after scans."""
        return await self._jobs.enqueue(LEARN, {"reason": reason}, key="all", priority=20)

    async def has_learned(self) -> bool:
        """Whether there is anything to serve, or nothing to learn from."""
        async with self._database.read() as unit:
            if await self._neighbours.learned_at(unit) is not None:
                return True
        return await self._count() == 0

    async def run(self, context: JobContext) -> Result:
        """The job. What was learned before is served until the same title is written anew, so it may end anywhere."""
        counts = {"titles": 0}
        for _ in range(_ROUNDS):
            titles = await self._count()
            if titles == 0:
                await self._forget(self._clock.now())
                break
            if context.payload.get("reason") == "library" and await self._may_wait(titles):
                return {"waits": True}
            counts = await self._learn(context, titles)
            if await self._count() == titles:
                break
        return counts

    async def _learn(self, context: JobContext, titles: int) -> Result:
        at = self._clock.now()
        people, written = 0, 0
        total = 2 * titles  # a row from people and a row by content, at most
        async with self._lessons() as lesson_:
            async for described_ in self._titles(context):
                await lesson_.items(described_)
            async for some in self._people(context):
                await lesson_.people(some)
                people += len(some)
            await context.progress(0, total, "learning")
            portion: list[Learned] = []
            async for one in lesson_.learned(self._options):
                portion.append(one)
                if len(portion) >= _ROWS_AT_ONCE:
                    written += await self._write(portion, at)
                    await context.progress(min(written, total), total, "learning")
                    portion = []
            written += await self._write(portion, at)
        await self._forget(at)
        await context.progress(total, total, "learned")
        return {"titles": titles, "people": people, "written": written}

    async def _write(self, portion: Sequence[Learned], at: datetime) -> int:
        if portion:
            async with self._database.write() as unit:
                await self._neighbours.put(unit, portion, at)
        return len(portion)

    async def _forget(self, before: datetime) -> None:
        async with self._database.write() as unit:
            await self._neighbours.remove_older(unit, before)

    async def _people(self, context: JobContext) -> AsyncIterator[list[dict[str, float]]]:
        async with self._database.read() as unit:
            everybody = await self._tastes.people(unit, _MOST_PEOPLE)
        for start in range(0, len(everybody), _PEOPLE_AT_ONCE):
            await context.checkpoint()
            some = everybody[start : start + _PEOPLE_AT_ONCE]
            async with self._database.read() as unit:
                found = histories(
                    await self._tastes.played(unit, some, LEARNED_FROM * len(some)),
                    await self._tastes.rated(unit, some, LEARNED_FROM * len(some)),
                )
            yield [lesson(history) for history in found.values() if history]

    async def _titles(self, context: JobContext) -> AsyncIterator[list[ItemTraits]]:
        after: TitleId | None = None
        for _ in range(0, self._options.most_items, _TITLES_AT_ONCE):
            await context.checkpoint()
            async with self._database.read() as unit:
                some = await self._catalog.traits(unit, after, _TITLES_AT_ONCE)
            if not some:
                return
            yield [described(one) for one in some]
            after = some[-1].title_id

    async def _count(self) -> int:
        async with self._database.read() as unit:
            return min(await self._catalog.count_available(unit), self._options.most_items)

    async def _may_wait(self, titles: int) -> bool:
        if titles <= _SMALL:
            return False
        async with self._database.read() as unit:
            last = await self._neighbours.learned_at(unit)
        return last is not None and self._clock.now() - last < _PAUSE


def described(title: TitleTraits) -> ItemTraits:
    """A title as the recommender sees it."""
    features = {f"genre:{name.casefold()}": _IMPORTANCE["genre"] for name in title.genres}
    features |= {f"person:{key}": _IMPORTANCE["person"] for key in title.cast[:_CAST]}
    features |= {f"person:{key}": _IMPORTANCE["director"] for key in title.makers}
    features |= {f"keyword:{word.casefold()}": _IMPORTANCE["keyword"] for word in title.keywords}
    if title.year:
        features[f"decade:{title.year // 10}"] = _IMPORTANCE["decade"]
    return ItemTraits(title.title_id, title.kind, features, title.appeal)
