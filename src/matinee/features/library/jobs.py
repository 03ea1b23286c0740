"""The library's background jobs: scanning, and making the demo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from matinee.features.library.demo import DemoLibrary
from matinee.features.library.policy import ScanRequest
from matinee.features.library.posters import PosterFrames
from matinee.features.library.purge import Purge
from matinee.features.library.scanner import POSTERS, Scanner
from matinee.features.library.service import DEMO, PURGE, SCAN, LibraryService
from matinee.infra.errors import NotFound
from matinee.infra.feature import Container
from matinee.infra.ids import TitleId
from matinee.infra.jobs.definitions import JobContext, JobDefinition, Payload, Result, Retry

_SHOW_AFTER: Final = 4
"""Demo files after which those that are ready are put on the screen."""


def jobs(container: Container) -> Iterable[JobDefinition]:
    """What bootstrap registers."""
    scanner, library = container.get(Scanner), container.get(LibraryService)
    posters, purge, demo = container.get(PosterFrames), container.get(Purge), demo_of(container)

    async def scan(context: JobContext) -> Result:
        counts = await scanner.scan(context.job_id, request_from(context.payload), context.progress)
        return dict(counts.numbers())

    async def make_demo(context: JobContext) -> Result:
        if demo is None:
            raise NotFound("This server has no demo library.")
        return await DemoMaking(context, demo, scanner, library).run()

    async def make_posters(context: JobContext) -> Result:
        titles = [TitleId(key) for key in context.payload["titles"]]
        made = 0
        for done, title_id in enumerate(titles):
            await context.progress(done, len(titles))
            made += await posters.give_quietly(title_id)
        return {"made": made}

    async def forget(context: JobContext) -> Result:
        older_than, dry_run = timedelta(seconds=context.payload["older_than"]), bool(context.payload["dry_run"])
        counts = await purge.run(older_than, context.progress, dry_run=dry_run)
        return {"forgotten": counts.forgotten, "kept": counts.kept, "dry_run": dry_run, "paths": counts.paths}

    retry = Retry(attempts=3, pause=timedelta(seconds=5))
    return [
        JobDefinition(SCAN, "Scan the library", scan, retry=retry),
        JobDefinition(POSTERS, "Take posters from videos", make_posters, retry=retry),
        JobDefinition(PURGE, "Forget missing files", forget, retry=retry),
        JobDefinition(DEMO, "Make the demo library", make_demo, retry=retry),
    ]


class DemoMaking:
    """Makes the demo, and shows what is ready while the rest is made."""

    def __init__(self, context: JobContext, demo: DemoLibrary, scanner: Scanner, library: LibraryService) -> None:
        self._context = context
        self._demo = demo
        self._scanner = scanner
        self._library = library
        self._request = ScanRequest()
        self._shown = 0

    async def run(self) -> Result:
        """To its end; goes on where it was interrupted."""
        folder_id = await self._library.demo_folder_ready(self._demo.folder)
        self._request = ScanRequest(folder_id)
        await self._demo.install(self._made)
        counts = await self._scanner.scan(self._context.job_id, self._request, self._unheard)
        return {"folder_id": folder_id, **counts.numbers()}

    async def _made(self, done: int, total: int | None, message: str) -> None:
        await self._context.progress(done, total, message)
        if done >= self._shown + (_SHOW_AFTER if self._shown else 1):
            self._shown = done
            await self._scanner.scan(self._context.job_id, self._request, self._unheard)

    async def _unheard(self, done: int, total: int | None, message: str) -> None:
        """The job's progress counts clips; the scans in between only give way to a cancellation."""
        await self._context.checkpoint()


def request_from(payload: Payload) -> ScanRequest:
    """What a job was asked to scan."""
    folder = payload.get("folder_id")
    return ScanRequest(str(folder) if folder else None, str(payload.get("under") or ""), bool(payload.get("full")))


def demo_of(container: Container) -> DemoLibrary | None:
    """The demo, where bootstrap has put one."""
    try:
        return container.get(DemoLibrary)  # type: ignore[type-abstract]  # a Protocol as a key
    except LookupError:
        return None
