"""Workers that die: their work goes on elsewhere, and nothing is done twice but the step that was interrupted."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from matinee.infra.clock import SystemClock
from matinee.infra.database import Database
from matinee.infra.ids import JobId
from matinee.infra.jobs.definitions import JobView
from matinee.infra.jobs.service import JobService
from tests.integration.jobs.worker import DEFINITION_NAME, definition, quick

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120), pytest.mark.slow]
Spawn = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def spawn(database_url: str, engine_url: str, journal: Path) -> Iterator[Spawn]:
    """Start a worker process; `spawn("name")` as if on a machine of that name."""
    started: list[subprocess.Popen[bytes]] = []

    def start(host: str = "") -> subprocess.Popen[bytes]:
        arguments = [database_url, engine_url, str(journal), *([host] if host else [])]
        started.append(subprocess.Popen([sys.executable, "-m", "tests.integration.jobs.worker", *arguments]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
async def front(database: Database, engine_url: str, journal: Path) -> AsyncIterator[JobService]:
    """This process: starts and watches jobs, and runs none."""
    service = JobService(database, SystemClock(), quick(engine_url, queues=()))
    service.register(definition(journal))
    async with service.running():
        await service.wait_until_ready()
        yield service


async def noted(journal: Path, line: str, times: int = 1) -> None:
    """Wait for a line of the journal."""
    while not journal.exists() or journal.read_text().split("\n").count(line) < times:
        await asyncio.sleep(0.02)


def lines(journal: Path) -> list[str]:
    """The journal without the processes' numbers."""
    return [line.partition(" ")[2] for line in journal.read_text().splitlines()]


async def end_of(jobs: JobService, job_id: JobId) -> JobView:
    return [view async for view in jobs.watch(job_id)][-1]


RESUMED = [
    "begin 1", "end 1", "begin 2", "begin 2", "end 2", "begin 3", "end 3", "begin 4", "end 4",
]  # fmt: skip


async def interrupt(front: JobService, journal: Path, worker: subprocess.Popen[bytes], kind: signal.Signals) -> JobId:
    """Start a job, and send the signal while the worker is in step 2."""
    job_id = await front.enqueue(DEFINITION_NAME)
    await noted(journal, f"{worker.pid} begin 2")
    worker.send_signal(kind)
    return job_id


def freeze(worker: subprocess.Popen[bytes], *urls: str) -> None:
    """Stop a worker between two transactions: stopped inside of one it would keep SQLite's lock, and nobody could go on."""
    files = [url.removeprefix("sqlite:///") for url in urls if url.startswith("sqlite:")]
    worker.send_signal(signal.SIGSTOP)
    while not all(map(writable, files)):
        worker.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        worker.send_signal(signal.SIGSTOP)


def writable(file: str) -> bool:
    connection = sqlite3.connect(file, timeout=0.5, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


async def test_another_worker_takes_over_what_a_killed_one_was_doing(front: JobService, spawn: Spawn, journal: Path) -> None:
    first = spawn()
    job_id = await interrupt(front, journal, first, signal.SIGKILL)
    first.wait()
    second = spawn()
    journal.with_name("go").touch()
    done = await end_of(front, job_id)
    assert (done.state, done.result, done.attempts) == ("succeeded", {"steps": [1, 2, 3, 4]}, 2)
    assert lines(journal) == RESUMED
    assert journal.read_text().splitlines()[-1].startswith(f"{second.pid} ")


async def test_a_worker_that_runs_already_takes_over_from_a_machine_that_died(
    front: JobService, spawn: Spawn, journal: Path
) -> None:
    first = spawn("another machine")
    job_id = await interrupt(front, journal, first, signal.SIGKILL)
    spawn()
    began = time.monotonic()
    await noted_by_another(journal, first.pid)
    assert time.monotonic() - began < 30
    journal.with_name("go").touch()
    assert (await end_of(front, job_id)).state == "succeeded"
    assert lines(journal) == RESUMED


async def test_a_worker_that_was_only_frozen_does_nothing_twice_when_it_wakes(
    front: JobService, spawn: Spawn, journal: Path, database_url: str, engine_url: str
) -> None:
    frozen = spawn()
    job_id = await front.enqueue(DEFINITION_NAME)
    await noted(journal, f"{frozen.pid} begin 2")
    await asyncio.to_thread(freeze, frozen, database_url, engine_url)
    spawn()
    await noted_by_another(journal, frozen.pid)
    journal.with_name("go").touch()
    done = await end_of(front, job_id)
    assert done.state == "succeeded"
    frozen.send_signal(signal.SIGCONT)
    later = await front.enqueue(DEFINITION_NAME)
    await end_of(front, later)
    frozen.send_signal(signal.SIGTERM)
    frozen.wait()
    of_first_job = lines(journal)[: -lines(journal)[::-1].index("begin 1") - 1]
    assert of_first_job.count("begin 3") == of_first_job.count("begin 4") == 1
    again = await front.get(job_id)
    assert (again.state, again.result, again.finished_at) == ("succeeded", done.result, done.finished_at)


async def test_a_stopped_worker_hands_its_job_back_at_once(front: JobService, spawn: Spawn, journal: Path) -> None:
    first = spawn()
    job_id = await interrupt(front, journal, first, signal.SIGTERM)
    await asyncio.to_thread(first.wait)
    assert first.returncode == 0
    waiting = await front.get(job_id)
    assert (waiting.state, waiting.executor) == ("queued", None)
    journal.with_name("go").touch()
    spawn()
    assert (await end_of(front, job_id)).state == "succeeded"
    assert lines(journal) == RESUMED


async def noted_by_another(journal: Path, pid: int) -> None:
    """Wait until a process other than `pid` has begun step 2."""
    while not any(line.endswith("begin 2") and not line.startswith(f"{pid} ") for line in journal.read_text().splitlines()):
        await asyncio.sleep(0.02)
