"""Pictures put together, and what they need while the process runs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry

from matinee.features.catalog.contributors import MetadataProviders
from matinee.features.catalog.pictures.colours import Colours
from matinee.features.catalog.pictures.originals import Originals
from matinee.features.catalog.pictures.store import PictureStore
from matinee.features.catalog.pictures.telemetry import PictureTelemetry
from matinee.infra.clock import Clock
from matinee.infra.disk_cache import DiskCache
from matinee.infra.workshop import Workshop

MOST_AGE = timedelta(days=180)  # TMDB forbids keeping its data for more than six months
_PLACES = 400  # pieces of work that may wait; at 30 ms each and two threads, the last one waits for six seconds
_UPKEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The parts. `store` is what others use."""

    store: PictureStore
    cache: DiskCache
    workshop: Workshop
    originals: Originals
    colours: Colours
    clock: Clock

    @asynccontextmanager
    async def kept_up(self) -> AsyncIterator[None]:
        """While this lives, what is too old goes from the disk within a day, also where nobody looks at it."""
        async with asyncio.TaskGroup() as group:
            upkeep = group.create_task(self._upkeep())
            try:
                yield
            finally:
                upkeep.cancel()
                self.workshop.close()

    async def _upkeep(self) -> None:
        while True:
            await self.colours.load()
            await self.cache.sweep()
            await self.clock.sleep(_UPKEEP.total_seconds())


def assembled(
    kept: Path,
    folder: Path,
    limit: int,
    providers: MetadataProviders,
    clock: Clock,
    registry: CollectorRegistry | None = None,
) -> Pictures:
    """Pictures that are `kept` for good in one folder and cached in another under `limit` bytes."""
    cache = DiskCache(folder, limit, most_age=MOST_AGE, clock=clock)
    originals = Originals(kept, cache, providers, clock)
    workshop = Workshop("pictures", workers=max(1, min(4, os.cpu_count() or 1)), places=_PLACES)
    colours = Colours(folder / "colours")
    if registry is not None:
        PictureTelemetry(registry, cache, workshop, originals)
    return Pictures(PictureStore(originals, cache, workshop, colours), cache, workshop, originals, colours, clock)
