"""The library's background jobs: scanning, and making the demo."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from matinee.features.library.demo import DemoLibrary
from matinee.features.library.policy import ScanRequest
from matinee.features.library.scanner import Scanner
from matinee.features.library.service import DEMO, SCAN, LibraryService
from matinee.infra.errors import NotFound
from matinee.infra.feature import Container
from matinee.infra.jobs.definitions import JobContext, JobDefinition, Payload, Result, Retry


def jobs(container: Container) -> Iterable[JobDefinition]:
    """What bootstrap registers."""
    scanner, library = container.get(Scanner), container.get(LibraryService)
    demo = demo_of(container)

    async def scan(context: JobContext) -> Result:
        counts = await scanner.scan(context.job_id, request_from(context.payload), context.progress)
        return dict(counts.numbers())

    async def make_demo(context: JobContext) -> Result:
        if demo is None:
            raise NotFound("This server has no demo library.")
        path = await demo.install(context.progress)
        folder_id = await library.demo_folder_ready(path)
        counts = await scanner.scan(context.job_id, ScanRequest(folder_id), context.progress)
        return {"folder_id": folder_id, **counts.numbers()}

    retry = Retry(attempts=3, pause=timedelta(seconds=5))
    return [
        JobDefinition(SCAN, "Scan the library", scan, retry=retry),
        JobDefinition(DEMO, "Make the demo library", make_demo, retry=retry),
    ]


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
