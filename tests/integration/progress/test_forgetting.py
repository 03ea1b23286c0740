"""What a deleted profile did goes with it."""

from __future__ import annotations

import pytest

from matinee.features.accounts.events import ProfileDeleted
from matinee.features.progress import forgetting
from matinee.features.progress.forgetting import FORGET, Forgetting
from matinee.infra.ids import UserId
from matinee.infra.jobs.definitions import JobDefinition
from matinee.infra.jobs.immediate import ImmediateJobs
from tests.integration.progress.conftest import ANNA, BEN, FERRY, HARBOUR, LANTERN, Stand

pytestmark = pytest.mark.anyio


async def left(stand: Stand, user: UserId) -> tuple[int, int, int]:
    """How much is known of somebody: played, rated, wanted."""
    async with stand.database.read() as unit:
        return (
            len((await stand.progress.history(unit, user)).items),
            len((await stand.ratings.page(unit, user)).items),
            len((await stand.watchlist.page(unit, user)).items),
        )


async def test_everything_of_the_profile_goes_and_nothing_of_others(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)  # several portions
    for user in (ANNA, BEN):
        for item in ("e1", "e2", "e3"):
            await stand.watch(HARBOUR, 600, item, user=user)
        await stand.watch(LANTERN, 600, user=user)
        async with stand.database.write() as unit:
            await stand.ratings.rate(unit, user, FERRY, 4)
            await stand.watchlist.add(unit, user, FERRY)
    jobs = ImmediateJobs(clock=stand.clock)
    forget = Forgetting(stand.database, jobs)
    jobs.register(JobDefinition(FORGET, "Forget a deleted profile", forget.run))
    await forget.profile_deleted(ProfileDeleted(ANNA))
    assert await left(stand, ANNA) == (0, 0, 0)
    assert await left(stand, BEN) == (4, 1, 1)
    (job,) = (await jobs.list()).items
    assert (job.state, job.result) == ("succeeded", {"rows": 6})
