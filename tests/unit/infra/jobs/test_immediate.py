"""The test double behaves as the real service does, where features can see it."""

from __future__ import annotations

from typing import Any

import pytest

from matinee.infra.errors import Conflict, NotFound
from matinee.infra.ids import JobId
from matinee.infra.jobs.definitions import JobCancelled, JobContext, JobDefinition, Jobs
from matinee.infra.jobs.immediate import ImmediateJobs

pytestmark = pytest.mark.anyio


async def count(context: JobContext) -> dict[str, Any]:
    for done in range(1, 4):
        await context.progress(done, 3, f"file {done}")
    return {"counted": context.payload["upto"]}


async def test_enqueue_runs_the_handler_and_keeps_its_result() -> None:
    jobs: Jobs = ImmediateJobs(JobDefinition("things.count", "Count", count))
    job = await jobs.get(await jobs.enqueue("things.count", {"upto": 3}))
    assert (job.state, job.result, job.done, job.fraction) == ("succeeded", {"counted": 3}, 3, 1.0)


async def test_a_failure_is_the_jobs_and_a_retry_resumes_after_the_last_step() -> None:
    calls: list[str] = []

    async def handler(context: JobContext) -> dict[str, Any]:
        async def first() -> int:
            calls.append("first")
            return 7

        async def second() -> int:
            calls.append("second")
            if calls.count("second") == 1:
                raise RuntimeError("disk full")
            return 1

        return {"sum": await context.step("first", first) + await context.step("second", second)}

    jobs = ImmediateJobs(JobDefinition("things.add", "Add", handler))
    failed = await jobs.get(await jobs.enqueue("things.add"))
    assert (failed.state, failed.error) == ("failed", "disk full")
    again = await jobs.retry(failed.id)
    assert (again.state, again.result, again.error) == ("succeeded", {"sum": 8}, None)
    assert calls == ["first", "second", "second"]


async def test_a_key_is_unique_while_its_job_is_active() -> None:
    jobs = ImmediateJobs(JobDefinition("things.count", "Count", count), hold=True)
    first = await jobs.enqueue("things.count", {"upto": 1}, key="all")
    assert await jobs.enqueue("things.count", {"upto": 1}, key="all") == first
    await jobs.run(first)
    assert await jobs.enqueue("things.count", {"upto": 1}, key="all") != first


async def test_a_cancelled_job_stops_at_its_next_report() -> None:
    async def handler(context: JobContext) -> dict[str, Any]:
        await jobs.cancel(context.job_id)
        with pytest.raises(JobCancelled):
            await context.progress(1)
        raise JobCancelled

    jobs = ImmediateJobs(JobDefinition("things.stop", "Stop", handler))
    job_id = await jobs.enqueue("things.stop")
    assert (await jobs.get(job_id)).state == "cancelled"
    with pytest.raises(Conflict):
        await jobs.cancel(job_id)


async def test_pages_are_newest_first() -> None:
    jobs = ImmediateJobs(JobDefinition("things.count", "Count", count))
    ids = [await jobs.enqueue("things.count", {"upto": n}) for n in range(3)]
    page = await jobs.list(limit=2)
    assert [job.id for job in page.items] == [ids[2], ids[1]]
    assert [job.id for job in (await jobs.list(limit=2, cursor=page.next_cursor)).items] == [ids[0]]


async def test_unknown_jobs_are_not_found() -> None:
    with pytest.raises(NotFound):
        await ImmediateJobs().get(JobId("nothing"))


async def test_watch_ends_with_the_job() -> None:
    jobs = ImmediateJobs(JobDefinition("things.count", "Count", count), hold=True)
    job_id = await jobs.enqueue("things.count", {"upto": 3})
    states = []
    async for job in jobs.watch(job_id):
        states.append(job.state)
        if job.state == "queued":
            await jobs.run(job_id)
    assert states == ["queued", "succeeded"]
