"""When a changed library is learned anew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from matinee.features.progress.following import QUIET, LibraryFollower
from matinee.features.progress.learning import Learning
from matinee.infra.clock import ManualClock
from matinee.infra.errors import DatabaseUnavailable

pytestmark = pytest.mark.anyio


class Pupil:
    """Counts the lessons."""

    def __init__(self, *, learned: bool = True) -> None:
        self.learned = learned
        self.started: list[str] = []
        self.trouble: Exception | None = None

    async def has_learned(self) -> bool:
        return self.learned

    async def start(self, reason: str) -> str:
        self.started.append(reason)
        if self.trouble is not None:
            raise self.trouble
        return "job"


@asynccontextmanager
async def following(pupil: Pupil, clock: ManualClock) -> AsyncIterator[LibraryFollower]:
    follower = LibraryFollower(cast(Learning, pupil), clock)
    async with follower.following():
        await settled()
        yield follower


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def pass_time(clock: ManualClock, seconds: float) -> None:
    await settled()
    await clock.advance(seconds)
    await settled()


async def test_many_changes_are_one_lesson_when_it_is_quiet(clock: ManualClock) -> None:
    pupil = Pupil()
    async with following(pupil, clock) as follower:
        follower.changed()
        for _ in range(2):
            await pass_time(clock, QUIET / 2)
            follower.changed()
            await pass_time(clock, QUIET / 2)
            assert pupil.started == []
        await pass_time(clock, QUIET)
        assert pupil.started == ["library"]
        await pass_time(clock, 10 * QUIET)
        assert pupil.started == ["library"]


async def test_a_library_that_is_never_quiet_is_learned_at_last(clock: ManualClock) -> None:
    pupil = Pupil()
    async with following(pupil, clock) as follower:
        follower.changed()
        rounds = 0
        while not pupil.started and rounds < 100:
            rounds += 1
            await pass_time(clock, QUIET / 2)
            follower.changed()
            await pass_time(clock, QUIET / 2)
        assert rounds == 4


async def test_nothing_happens_without_a_change(clock: ManualClock) -> None:
    pupil = Pupil()
    async with following(pupil, clock):
        await pass_time(clock, 100 * QUIET)
    assert pupil.started == []


async def test_a_server_that_has_learned_nothing_learns_soon(clock: ManualClock) -> None:
    pupil = Pupil(learned=False)
    async with following(pupil, clock):
        await pass_time(clock, QUIET)
    assert pupil.started == ["library"]


async def test_trouble_does_not_end_it(clock: ManualClock) -> None:
    pupil = Pupil()
    pupil.trouble = DatabaseUnavailable("away")
    async with following(pupil, clock) as follower:
        for count in (1, 2):
            follower.changed()
            await pass_time(clock, QUIET)
            assert len(pupil.started) == count
