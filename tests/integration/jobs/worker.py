"""A worker process for the tests that kill it: `python -m tests.integration.jobs.worker DATABASE ENGINE JOURNAL [HOST]`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from matinee.infra.clock import SystemClock
from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.jobs import executors
from matinee.infra.jobs.definitions import JobContext, JobDefinition
from matinee.infra.jobs.host import ProcessIdentity
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.service import JobService

STEPS = 4
DEFINITION_NAME = "test.steps"


def definition(journal: Path) -> JobDefinition:
    """Notes in the journal when each step begins and ends, and in which process. Step 2 waits for a file called `go`."""

    async def handler(context: JobContext) -> dict[str, Any]:
        return {"steps": [await context.step(f"step {n}", step(n)) for n in range(1, STEPS + 1)]}

    def step(number: int) -> Callable[[], Awaitable[int]]:
        async def action() -> int:
            note("begin", number)
            while number == 2 and not journal.with_name("go").exists():
                await asyncio.sleep(0.02)
            note("end", number)
            return number

        return action

    def note(what: str, number: int) -> None:
        with journal.open("a", encoding="ascii") as file:
            file.write(f"{os.getpid()} {what} {number}\n")

    return JobDefinition(DEFINITION_NAME, "Steps", handler)


def quick(engine_url: str, **changes: Any) -> JobsOptions:
    """Intervals that suit a test."""
    fast = {
        "poll": timedelta(seconds=0.1),
        "progress_every": timedelta(seconds=0.1),
        "heartbeat": timedelta(seconds=0.3),
        "dead_after": timedelta(seconds=1.5),
        "engine_delay": timedelta(0),
    }
    return JobsOptions(engine_url, **{**fast, **changes})


async def main(database_url: str, engine_url: str, journal: str, host: str = "") -> None:
    if host:  # as if on another machine: whether the process lives cannot be seen from here
        executors.this_process = lambda: ProcessIdentity(host, os.getpid(), 0.0)  # type: ignore[attr-defined]  # for this process
    database = Database(DatabaseOptions(database_url, pool_size=2))
    jobs = JobService(database, SystemClock(), quick(engine_url))
    jobs.register(definition(Path(journal)))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with jobs.running():
        await ended.wait()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
