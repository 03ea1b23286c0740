"""Job services on each engine, with short intervals."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from matinee.infra.clock import SystemClock
from matinee.infra.database import Database
from matinee.infra.jobs.definitions import JobDefinition
from matinee.infra.jobs.options import JobsOptions
from matinee.infra.jobs.service import JobService
from tests.servers import PostgresServer, Shared
from tests.servers.copies import TEMPLATE, Copies

JOBS_TEMPLATE = "matinee_template_jobs"


@pytest.fixture(scope="session")
def _copies(_postgres_with_template: PostgresServer, shared: Shared, _names: Callable[[], str]) -> Copies:
    """Copies with the tables of the job engine, which takes longer to make them than most tests take."""
    from dbos import DBOS  # over a second of imports

    with shared.locked(JOBS_TEMPLATE) as noted:
        if not noted.exists():
            DBOS.migrate(_postgres_with_template.create(JOBS_TEMPLATE, TEMPLATE))
            noted.write_text("{}")
    return Copies(_postgres_with_template, JOBS_TEMPLATE, _names)


@pytest.fixture
def engine_url(engine_name: str, database_url: str, tmp_path: Path) -> str:
    """The job engine's database, as bootstrap would choose it."""
    return f"sqlite:///{tmp_path / 'jobs.db'}" if engine_name == "sqlite" else database_url


@pytest.fixture
def options(engine_url: str) -> Callable[..., JobsOptions]:
    def make(**changes: Any) -> JobsOptions:
        quick = {
            "poll": timedelta(seconds=0.05),
            "progress_every": timedelta(seconds=0.05),
            "heartbeat": timedelta(seconds=0.2),
            "dead_after": timedelta(seconds=1),
            "cancel_grace": timedelta(seconds=0.3),
            "stop_grace": timedelta(seconds=0.3),
            "engine_delay": timedelta(0),
        }
        return JobsOptions(engine_url, **{**quick, **changes})

    return make


@pytest.fixture
async def started(
    database: Database, options: Callable[..., JobsOptions], anyio_backend: str
) -> AsyncIterator[Callable[..., Any]]:
    """`await started(definition, …)` gives a running service; it stops with the test."""
    async with AsyncExitStack() as stack:

        async def start(*definitions: JobDefinition, schedules: Sequence[Any] = (), **changes: Any) -> JobService:
            service = JobService(database, SystemClock(), options(**changes))
            service.register(*definitions)
            service.schedule(*schedules)
            await stack.enter_async_context(service.running())
            return service

        yield start
