"""What jobs promise, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from matinee.infra.clock import SystemClock
from matinee.infra.database import Database
from matinee.infra.errors import Conflict, DatabaseUnavailable, NotFound, ValidationFailed
from matinee.infra.ids import JobId
from matinee.infra.jobs import repository
from matinee.infra.jobs.definitions import JobContext, JobDefinition, JobView, Retry
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.service import JobService

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
Start = Callable[..., Awaitable[JobService]]


async def until(jobs: JobService, job_id: JobId, *states: str) -> JobView:
    async for job in jobs.watch(job_id):
        if job.state in states:
            return job
    raise AssertionError(f"the job ended without {states}: {await jobs.get(job_id)}")


async def ended(jobs: JobService, job_id: JobId) -> JobView:
    return await until(jobs, job_id, "succeeded", "failed", "cancelled")


def job(handler: Callable[[JobContext], Awaitable[dict[str, Any]]], **more: Any) -> JobDefinition:
    return JobDefinition(f"test.{handler.__name__}", "A test", handler, **more)


async def test_a_job_reports_progress_and_gives_its_result(started: Start) -> None:
    async def count(context: JobContext) -> dict[str, Any]:
        for done in range(1, 6):
            await context.progress(done, 5, f"file {done}")
            await asyncio.sleep(0.08)
        return {"counted": context.payload["upto"]}

    jobs = await started(job(count))
    job_id = await jobs.enqueue("test.count", {"upto": 5})
    seen = [view async for view in jobs.watch(job_id)]
    assert [seen[0].state, seen[-1].state] == ["queued", "succeeded"]
    done = [view.done for view in seen]
    assert done == sorted(done)
    assert any(0 < view.done < 5 and view.message == f"file {view.done}" for view in seen)
    last = seen[-1]
    assert (last.result, last.done, last.total, last.attempts, last.error) == ({"counted": 5}, 5, 5, 1, None)
    assert last.executor is not None
    assert last.started_at is not None
    assert last.finished_at is not None


async def test_the_last_progress_is_kept_though_its_own_write_failed(started: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    change, refused = repository.change_one, asyncio.Event()

    async def once_away(unit: Any, now: datetime, *which: Any, **values: Any) -> Any:
        if "done" in values and "state" not in values and not refused.is_set():
            refused.set()
            raise DatabaseUnavailable("away for a moment")
        return await change(unit, now, *which, **values)

    async def count(context: JobContext) -> dict[str, Any]:
        await context.progress(5, 5, "file 5")
        await refused.wait()
        return {}

    monkeypatch.setattr(repository, "change_one", once_away)
    jobs = await started(job(count))
    last = await ended(jobs, await jobs.enqueue("test.count"))
    assert (last.done, last.total, last.message) == (5, 5, "file 5")


async def test_handlers_run_on_the_loop_of_the_process(started: Start) -> None:
    here = asyncio.get_running_loop()

    async def where(context: JobContext) -> dict[str, Any]:
        async def inside() -> bool:
            return asyncio.get_running_loop() is here

        return {"handler": asyncio.get_running_loop() is here, "step": await context.step("inside", inside)}

    jobs = await started(job(where))
    assert (await ended(jobs, await jobs.enqueue("test.where"))).result == {"handler": True, "step": True}


async def test_a_transient_failure_is_tried_again_and_completed_steps_are_kept(started: Start) -> None:
    calls: list[str] = []

    async def flaky(context: JobContext) -> dict[str, Any]:
        async def first() -> dict[str, int]:
            calls.append("first")
            return {"n": 7}

        async def second() -> int:
            calls.append("second")
            if calls.count("second") < 3:
                raise OSError("disk is away")
            return 1

        return {"n": (await context.step("first", first))["n"] + await context.step("second", second)}

    jobs = await started(job(flaky, retry=Retry(attempts=3, pause=timedelta(seconds=0.1))))
    done = await ended(jobs, await jobs.enqueue("test.flaky"))
    assert (done.state, done.result, done.attempts, done.error) == ("succeeded", {"n": 8}, 3, None)
    assert calls == ["first", "second", "second", "second"]


async def test_the_last_attempt_fails_the_job_and_a_retry_resumes_it(started: Start) -> None:
    healthy = asyncio.Event()
    calls: list[str] = []

    async def broken(context: JobContext) -> dict[str, Any]:
        async def prepare() -> None:
            calls.append("prepare")

        await context.step("prepare", prepare)
        if not healthy.is_set():
            raise OSError("disk is away")
        return {}

    jobs = await started(job(broken, retry=Retry(attempts=2, pause=timedelta(seconds=0.05))))
    job_id = await jobs.enqueue("test.broken")
    failed = await ended(jobs, job_id)
    assert (failed.state, failed.error, failed.attempts) == ("failed", "disk is away", 2)
    healthy.set()
    assert (await jobs.retry(job_id)).state == "queued"
    again = await ended(jobs, job_id)
    assert (again.state, again.error, again.attempts) == ("succeeded", None, 3)
    assert calls == ["prepare"]


async def test_a_permanent_error_is_not_tried_again(started: Start) -> None:
    async def wrong(context: JobContext) -> dict[str, Any]:
        raise ValidationFailed("There is no such folder.")

    jobs = await started(job(wrong, retry=Retry(attempts=5)))
    failed = await ended(jobs, await jobs.enqueue("test.wrong"))
    assert (failed.state, failed.error, failed.attempts) == ("failed", "There is no such folder.", 1)


async def test_retrying_a_success_runs_every_step_again(started: Start) -> None:
    calls: list[int] = []

    async def once(context: JobContext) -> dict[str, Any]:
        async def note() -> int:
            calls.append(1)
            return len(calls)

        return {"call": await context.step("note", note)}

    jobs = await started(job(once))
    job_id = await jobs.enqueue("test.once")
    assert (await ended(jobs, job_id)).result == {"call": 1}
    await jobs.retry(job_id)
    assert (await ended(jobs, job_id)).result == {"call": 2}


async def test_a_queued_job_that_is_cancelled_never_starts(started: Start) -> None:
    ran: list[JobId] = []
    gate = asyncio.Event()

    async def wait(context: JobContext) -> dict[str, Any]:
        ran.append(context.job_id)
        await gate.wait()
        return {}

    jobs = await started(job(wait, queue="media"))
    first = await jobs.enqueue("test.wait")
    await until(jobs, first, "running")
    second, third = await jobs.enqueue("test.wait"), await jobs.enqueue("test.wait")
    assert (await jobs.cancel(second)).state == "cancelled"
    gate.set()
    assert (await ended(jobs, third)).state == "succeeded"
    assert ran == [first, third]
    with pytest.raises(Conflict):
        await jobs.cancel(second)
    await jobs.retry(second)
    assert (await ended(jobs, second)).state == "succeeded"
    assert ran == [first, third, second]


async def test_a_running_job_is_cancelled_at_its_next_checkpoint(started: Start) -> None:
    cleaned: list[str] = []

    async def endless(context: JobContext) -> dict[str, Any]:
        try:
            while True:
                await asyncio.sleep(0.01)
                await context.checkpoint()
        except Exception as error:
            cleaned.append(type(error).__name__)
            raise

    jobs = await started(job(endless))
    job_id = await jobs.enqueue("test.endless")
    await until(jobs, job_id, "running")
    await jobs.cancel(job_id)
    assert (await ended(jobs, job_id)).state == "cancelled"
    assert cleaned == ["JobCancelled"]


async def test_a_handler_without_checkpoints_is_cancelled_after_the_grace(started: Start) -> None:
    async def deaf(context: JobContext) -> dict[str, Any]:
        async def sleep() -> None:
            await asyncio.sleep(3600)

        return {"slept": await context.step("sleep", sleep)}

    jobs = await started(job(deaf))
    job_id = await jobs.enqueue("test.deaf")
    await until(jobs, job_id, "running")
    await jobs.cancel(job_id)
    assert (await ended(jobs, job_id)).state == "cancelled"


async def test_a_cancel_from_another_process_reaches_the_run(
    started: Start, database: Database, options: Callable[..., JobsOptions]
) -> None:
    async def endless(context: JobContext) -> dict[str, Any]:
        while True:
            await asyncio.sleep(0.01)
            await context.checkpoint()

    jobs = await started(job(endless))
    elsewhere = JobService(database, SystemClock(), options(queues=()))
    elsewhere.register(job(endless))
    async with elsewhere.running():
        job_id = await elsewhere.enqueue("test.endless")
        await until(elsewhere, job_id, "running")
        await elsewhere.cancel(job_id)
        assert (await ended(jobs, job_id)).state == "cancelled"


async def test_a_process_without_queues_starts_and_watches_but_never_runs(
    database: Database, options: Callable[..., JobsOptions], started: Start
) -> None:
    ran: list[str] = []

    def here(place: str) -> JobDefinition:
        async def work(context: JobContext) -> dict[str, Any]:
            ran.append(place)
            await context.progress(1, 1)
            return {"place": place}

        return job(work)

    front = JobService(database, SystemClock(), options(queues=()))
    front.register(here("front"))
    async with front.running():
        job_id = await front.enqueue("test.work")
        await front.wait_until_ready()
        await started(here("worker"))
        assert (await ended(front, job_id)).result == {"place": "worker"}
    assert ran == ["worker"]


async def test_a_held_service_takes_jobs_and_runs_them_once_it_is_released(
    database: Database, options: Callable[..., JobsOptions]
) -> None:
    async def work(context: JobContext) -> dict[str, Any]:
        return {"ran": True}

    service = JobService(database, SystemClock(), options())
    service.register(job(work))
    async with service.running(held=True):
        job_id = await service.enqueue("test.work")
        with pytest.raises(RuntimeError, match="loading"):
            await service.probe()
        assert (await service.get(job_id)).state == "queued"
        service.release()
        assert (await ended(service, job_id)).result == {"ran": True}


async def test_a_held_service_that_is_never_released_stops_and_keeps_its_jobs(
    database: Database, options: Callable[..., JobsOptions]
) -> None:
    async def work(context: JobContext) -> dict[str, Any]:
        return {}

    service = JobService(database, SystemClock(), options())
    service.register(job(work))
    async with service.running(held=True):
        job_id = await service.enqueue("test.work")
    assert (await service.get(job_id)).state == "queued"


async def test_urgent_jobs_overtake_and_a_queue_runs_no_more_than_it_may(started: Start) -> None:
    order: list[int] = []
    running = most = 0
    gate = asyncio.Event()

    async def work(context: JobContext) -> dict[str, Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await gate.wait()
        order.append(context.payload["n"])
        await asyncio.sleep(0.02)
        running -= 1
        return {}

    jobs = await started(job(work, queue="media"), concurrency={"default": 1, "media": 1})
    await until(jobs, await jobs.enqueue("test.work", {"n": 0}), "running")
    ids = [await jobs.enqueue("test.work", {"n": n}, priority=p) for n, p in ((1, 20), (2, 10), (3, 1), (4, 10))]
    gate.set()
    for job_id in ids:
        await ended(jobs, job_id)
    assert order == [0, 3, 2, 4, 1]
    assert most == 1


async def test_a_key_keeps_a_second_job_out_while_the_first_is_active(started: Start) -> None:
    gate = asyncio.Event()

    async def scan(context: JobContext) -> dict[str, Any]:
        await gate.wait()
        return {}

    jobs = await started(job(scan))
    ids = await asyncio.gather(*(jobs.enqueue("test.scan", key="folder 1") for _ in range(5)))
    assert len(set(ids)) == 1
    other = await jobs.enqueue("test.scan", key="folder 2")
    assert other != ids[0]
    gate.set()
    await ended(jobs, ids[0])
    newer = await jobs.enqueue("test.scan", key="folder 1")
    assert newer != ids[0]
    await ended(jobs, newer)
    gate.clear()
    third = await jobs.enqueue("test.scan", key="folder 1")
    with pytest.raises(Conflict):
        await jobs.retry(newer)
    gate.set()
    await ended(jobs, third)


async def test_lists_are_paged_and_filtered(started: Start) -> None:
    async def good(context: JobContext) -> dict[str, Any]:
        return {}

    async def bad(context: JobContext) -> dict[str, Any]:
        raise ValidationFailed("no")

    jobs = await started(job(good), job(bad))
    ids = [await jobs.enqueue(f"test.{name}") for name in ("good", "bad", "good", "good")]
    for job_id in ids:
        await ended(jobs, job_id)
    first = await jobs.list(limit=3)
    assert [view.id for view in first.items] == ids[:0:-1]
    rest = await jobs.list(limit=3, cursor=first.next_cursor)
    assert ([view.id for view in rest.items], rest.next_cursor) == ([ids[0]], None)
    assert [view.id for view in (await jobs.list(state="failed")).items] == [ids[1]]
    assert [view.id for view in (await jobs.list(name="test.good")).items] == [ids[3], ids[2], ids[0]]
    assert await jobs.counts() == {("default", "succeeded"): 3, ("default", "failed"): 1}


async def test_unknown_jobs(started: Start) -> None:
    jobs = await started()
    with pytest.raises(NotFound):
        await jobs.get(JobId("01h000000000000000000000000"))
    with pytest.raises(LookupError):
        await jobs.enqueue("test.unknown")


async def test_listeners_hear_of_every_job_until_they_leave(started: Start) -> None:
    async def work(context: JobContext) -> dict[str, Any]:
        return {}

    jobs = await started(job(work))
    heard: list[tuple[JobId, str]] = []
    leave = jobs.listen(lambda view: heard.append((view.id, view.state)))
    job_id = await jobs.enqueue("test.work")
    await ended(jobs, job_id)
    assert heard == [(job_id, "queued"), (job_id, "running"), (job_id, "succeeded")]
    leave()
    await ended(jobs, await jobs.enqueue("test.work"))
    assert len(heard) == 3
