"""The library, as bootstrap sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog

from matinee.features.accounts.events import SetupCompleted
from matinee.features.catalog.service import CatalogService
from matinee.features.library.demo_shelf import DemoShelf
from matinee.features.library.folders import Folders
from matinee.features.library.jobs import demo_of, jobs
from matinee.features.library.policy import LibraryOptions, ScanRequest
from matinee.features.library.posters import PosterFrames
from matinee.features.library.purge import Purge
from matinee.features.library.routes import router
from matinee.features.library.scanner import Scanner
from matinee.features.library.service import LibraryService
from matinee.features.library.watcher import Watcher, watching
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.media.probe import Prober
from matinee.infra.media.tools import MediaTools
from matinee.infra.paging import Cursors

log = structlog.get_logger(__name__)


def build(container: Container) -> None:
    """Needs Database, Clock, Cursors, EventBus, Jobs, Prober, MediaTools, CatalogService, LibraryOptions; uses a DemoLibrary."""
    database, options = container.get(Database), container.get(LibraryOptions)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    work = container.get(Jobs)  # type: ignore[type-abstract]  # a Protocol as a key
    events, catalog = container.get(EventBus), container.get(CatalogService)
    folders = Folders(catalog, events, clock, options)
    shelf = DemoShelf(database, catalog, folders, work, options, demo_of(container))
    library = LibraryService(database, catalog, folders, work, container.get(Cursors), options, shelf)
    posters = container.add(PosterFrames, PosterFrames(database, catalog, container.get(MediaTools)))
    scanner = Scanner(database, catalog, container.get(Prober), events, clock, options, work, posters)
    container.add(LibraryService, library)
    container.add(Scanner, scanner)
    container.add(Purge, Purge(database, events, clock))
    container.add(Watcher, Watcher(database, library.start_scan, clock, options))
    catalog.use_library(library)
    catalog.use_holdings(library)

    async def first_run(event: SetupCompleted) -> None:
        """Act on the choices of the first-run page. The administrator exists already, so a refused one is only reported."""
        if event.library_path:
            with reported():
                async with database.write() as unit:
                    await library.add_folder(unit, event.library_path, "mixed")
        if event.demo:
            with reported():
                await library.start_demo()

    events.subscribe(SetupCompleted, first_run)


@contextmanager
def reported() -> Iterator[None]:
    """An error of the block goes to the log and no further."""
    try:
        yield
    except MatineeError as error:
        log.warning("first_run_choice_failed", code=error.code, detail=error.detail)


@asynccontextmanager
async def known_folders(container: Container) -> AsyncIterator[None]:
    """The folders of the settings are known, also where a process of its own scans them."""
    await container.get(LibraryService).ensure_folders()
    yield


@asynccontextmanager
async def at_start(container: Container) -> AsyncIterator[None]:
    """The folders of the settings are known; what changed while nobody looked is found; changes are watched for."""
    library, options = container.get(LibraryService), container.get(LibraryOptions)
    await library.ensure_folders()
    if await library.demo_wanted_at_start():
        await library.start_demo()
    if options.scan_at_start:
        async with container.get(Database).read() as unit:
            any_folder = bool(await library.folders(unit))
        if any_folder:
            await library.start_scan(ScanRequest(), priority=20)
    if not options.watch:
        yield
        return
    async with watching(container.get(Watcher)):
        yield


def commands() -> Any:  # Any: a typer.Typer, which servers do not load
    """The feature's commands."""
    from matinee.features.library.commands import commands as found

    return found


FEATURE = Feature(
    name="library",
    build=build,
    routes=[RoutesOf("catalog", [router])],
    jobs=jobs,
    running=[known_folders],
    tending=[at_start],
    commands=commands,
    tags=[{"name": "library", "description": "Folders, scans, and what is in the files."}],
)
