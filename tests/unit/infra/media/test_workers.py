from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import timedelta

import psutil
import pytest

from matinee.infra.media.workers import WorkerCrashed, WorkerPool, WorkerTimeout

pytestmark = pytest.mark.anyio
SOON = timedelta(seconds=20)

# A stand-in for the real worker: it does what the task's name says.
PROGRAM = """
import json, os, sys, time
for line in sys.stdin:
    question = json.loads(line)
    if question["task"] == "hang": time.sleep(600)
    if question["task"] == "crash": os._exit(11)
    if question["task"] == "half": print('{"half', end="", flush=True); os._exit(0)
    print(json.dumps({"pid": os.getpid(), "echo": question["argument"]}), flush=True)
"""


@asynccontextmanager
async def pool(size: int = 1) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(size, command=[sys.executable, "-c", PROGRAM])
    try:
        yield pool
    finally:
        await pool.aclose()


async def test_answers_and_keeps_its_process() -> None:
    async with pool() as workers:
        first = await workers.run("echo", {"path": "caf\udce9 日本"}, SOON)
        second = await workers.run("echo", {}, SOON)
    assert first["echo"] == {"path": "caf\udce9 日本"}
    assert first["pid"] == second["pid"]


async def test_runs_as_many_at_once_as_it_has_workers() -> None:
    async with pool(2) as workers:
        answers = await asyncio.gather(*(workers.run("echo", {"n": n}, SOON) for n in range(20)))
    assert [answer["echo"]["n"] for answer in answers] == list(range(20))
    assert len({answer["pid"] for answer in answers}) <= 2


async def test_a_task_that_hangs_is_killed_and_the_next_has_a_new_worker() -> None:
    async with pool() as workers:
        before = await workers.run("echo", {}, SOON)
        with pytest.raises(WorkerTimeout):
            await workers.run("hang", {}, timedelta(seconds=0.2))
        after = await workers.run("echo", {}, SOON)
        assert after["pid"] != before["pid"]
        assert not psutil.pid_exists(before["pid"])


@pytest.mark.parametrize("death", ["crash", "half"])
async def test_a_crash_concerns_only_its_task(death: str) -> None:
    async with pool() as workers:
        with pytest.raises(WorkerCrashed):
            await workers.run(death, {}, SOON)
        assert (await workers.run("echo", {"n": 1}, SOON))["echo"] == {"n": 1}


async def test_closing_ends_the_processes_even_while_they_work() -> None:
    async with pool() as workers, asyncio.TaskGroup() as group:
        pid = (await workers.run("echo", {}, SOON))["pid"]
        running = group.create_task(refusal(workers.run("hang", {}, SOON)))
        await asyncio.sleep(0)
        await workers.aclose()
    assert isinstance(running.result(), WorkerCrashed)
    assert not psutil.pid_exists(pid)


async def refusal(call: Awaitable[object]) -> Exception | None:
    try:
        await call
    except WorkerCrashed as error:
        return error
    return None


async def test_serves_several_event_loops() -> None:
    answers: list[int] = []
    async with pool() as workers:
        await workers.run("echo", {}, SOON)

        def elsewhere() -> None:
            answers.append(asyncio.run(workers.run("echo", {"n": 5}, SOON))["echo"]["n"])

        thread = threading.Thread(target=elsewhere)
        thread.start()
        await asyncio.to_thread(thread.join)
    assert answers == [5]
