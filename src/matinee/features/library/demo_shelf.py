"""The demo in the library: its folder and titles. Making the files is the provider's and the job's."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from matinee.features.catalog.service import CatalogService
from matinee.features.library.demo import DemoLibrary
from matinee.features.library.folders import Folders
from matinee.features.library.policy import LibraryOptions
from matinee.features.library.repository import ItemRepository
from matinee.infra.database import Database
from matinee.infra.errors import Conflict, NotFound
from matinee.infra.ids import FolderId, JobId
from matinee.infra.jobs.definitions import Jobs

_REMOVED = "demo-removed"


class DemoShelf:
    """Starts, registers and removes the demo. What is removed stays removed at the next start."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogService,
        folders: Folders,
        jobs: Jobs,
        options: LibraryOptions,
        demo: DemoLibrary | None,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._folders = folders
        self._jobs = jobs
        self._options = options
        self._demo = demo
        self._items = ItemRepository()

    async def installed(self) -> bool:
        """Whether any of the demo is there."""
        return self._demo is not None and await asyncio.to_thread(self._demo.present)

    async def start(self, job: str) -> JobId:
        """Enqueue the making of the demo. Raises `NotFound` where this server has none."""
        if self._demo is None:
            raise NotFound("This server has no demo library.")
        if self._marker is not None:
            await asyncio.to_thread(self._marker.unlink, missing_ok=True)
        return await self._jobs.enqueue(job, key="demo")

    async def wanted_at_start(self) -> bool:
        """Whether the settings ask for the demo, nobody removed it, and it is not complete."""
        demo = self._demo
        if demo is None or not self._options.demo:
            return False
        if self._marker is not None and await asyncio.to_thread(self._marker.exists):
            return False
        async with self._database.read() as unit:
            known = any(facts.row.origin == "demo" for facts in await self._folders.all(unit))
        return not known or not await asyncio.to_thread(demo.installed)

    async def folder_ready(self, path: Path) -> FolderId:
        """Put the demo's folder into the library. Raises `FolderInUse`."""
        async with self._database.write() as unit:
            row = await self._folders.ensure(unit, path, "mixed", "demo")
            if row is None:
                row = await self._folders.add(unit, str(path), "mixed", "demo")
            return FolderId(row.id)

    async def remove(self, job: str) -> None:
        """Stop the making, remove the demo's titles, folder and files; nothing else is touched."""
        if self._marker is not None:
            await asyncio.to_thread(self._marker.touch)
        for state in ("queued", "running"):
            for active in (await self._jobs.list(name=job, state=state)).items:
                with suppress(Conflict):
                    await self._jobs.cancel(active.id)
        if self._demo is not None:
            await self._demo.remove()
        async with self._database.write() as unit:
            for facts in await self._folders.all(unit):
                if facts.row.origin == "demo":
                    await self._folders.remove(unit, FolderId(facts.row.id))
            titles = await self._catalog.demo_titles(unit)
            kept = await self._items.available(unit, titles)
            await self._catalog.remove_titles(unit, [title for title in titles if title not in kept])

    @property
    def _marker(self) -> Path | None:
        return self._options.data_dir / _REMOVED if self._options.data_dir else None
