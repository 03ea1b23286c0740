"""The wired application, started and stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from matinee.bootstrap.features import FEATURES
from matinee.bootstrap.infrastructure import make_jobs, open_infrastructure
from matinee.bootstrap.options import add_options
from matinee.config import Settings
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import Queue


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts of the application a process runs: the queues it works on, whether it serves requests, and whether it tends
    the library (a command works on jobs for a moment, and tends nothing)."""

    queues: Sequence[Queue] = ()
    serving: bool = False
    tending: bool = False


@asynccontextmanager
async def opened(settings: Settings, parts: Parts) -> AsyncIterator[Container]:
    """The wired application, started; closed in reverse order at the end."""
    async with AsyncExitStack() as stack:
        container = Container()
        await open_infrastructure(container, settings, stack)
        add_options(container, settings)
        jobs = make_jobs(container, settings, parts.queues)
        for feature in FEATURES:
            feature.build(container)
        for feature in FEATURES:
            for definition in feature.jobs(container) if feature.jobs else ():
                jobs.register(definition)
            for schedule in feature.schedules:
                jobs.schedule(schedule)
        await jobs.start(held=parts.serving)
        stack.push_async_callback(jobs.stop)
        for feature in FEATURES:
            for part in (*(feature.running if parts.serving else ()), *(feature.tending if parts.tending else ())):
                await stack.enter_async_context(part(container))
        yield container
