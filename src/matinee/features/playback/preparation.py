"""Making renditions ahead of time: starting it, doing it, listing and deleting the outcome."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from matinee.features.playback.decider import Capabilities, decide
from matinee.features.playback.errors import NoSource, TranscodeFailed
from matinee.features.playback.prepared import PreparedFolder, PreparedStore, prepare_rendition
from matinee.features.playback.rendering import Renderer
from matinee.features.playback.renditions import Presentation, present
from matinee.features.playback.schemas import PreparedRendition, PreparedView
from matinee.features.playback.sources import LibraryFiles, SourceItem
from matinee.features.playback.transcoder import Rendition
from matinee.infra.database import Database
from matinee.infra.errors import FieldError, NotFound, ValidationFailed
from matinee.infra.ids import ItemId, JobId, TitleId
from matinee.infra.jobs.definitions import JobContext, Jobs, Result
from matinee.infra.media.hls import RunFailed

PREPARE = "playback.prepare"


class Preparation:
    """Prepared renditions of the library's items."""

    def __init__(self, database: Database, library: LibraryFiles, jobs: Jobs, store: PreparedStore, renderer: Renderer) -> None:
        self._database = database
        self._library = library
        self._jobs = jobs
        self._store = store
        self._renderer = renderer

    async def start(
        self, *, item_id: str | None = None, title_id: str | None = None, renditions: Sequence[str] | None = None
    ) -> JobId:
        """Start the job; gives the one that does the same already, if any. Raises `NoSource`, `ValidationFailed`."""
        async with self._database.read() as unit:
            if item_id is not None:
                items = [await self._library.item(unit, ItemId(item_id))]
            else:
                items = list(await self._library.items_of(unit, TitleId(title_id or "")))
        offered = {item.id: _names(item) for item in items if _shown(item)}
        if not offered:
            raise NoSource("There is no file to prepare.")
        known = set().union(*offered.values())
        unknown = sorted(set(renditions or ()) - known)
        if unknown:
            problem = FieldError("body.renditions", f"none of the files has {', '.join(unknown)}", "unknown_rendition")
            raise ValidationFailed(f"Known here: {', '.join(sorted(known))}.", errors=[problem])
        wanted = sorted(renditions) if renditions else None
        ids = sorted(offered)
        key = f"{item_id or title_id}:{','.join(wanted or ['all'])}"
        return await self._jobs.enqueue(PREPARE, {"items": ids, "renditions": wanted}, key=key)

    async def run(self, context: JobContext) -> Result:
        """The job's handler. What is on disk already is not made again, so a second start goes on where the first ended."""
        wanted: list[str] | None = context.payload.get("renditions")
        work: list[tuple[SourceItem, Presentation, Rendition]] = []
        for item_id in context.payload["items"]:
            async with self._database.read() as unit:
                item = await self._library.item(unit, ItemId(item_id))
            shown = _shown(item)
            if shown is not None:
                work += [(item, shown, rendition) for rendition in await self._renditions(shown, wanted)]
        total = sum(rendition.grid.count for _, _, rendition in work)
        done = 0
        for item, shown, rendition in work:
            await self._one(context, item, shown, rendition, done, total)
            done += rendition.grid.count
        await context.progress(total, total, "ready")
        return {"items": len({item.id for item, _, _ in work}), "renditions": len(work), "segments": total}

    async def listed(self) -> list[PreparedView]:
        """What is prepared, with sizes."""
        return [_view(folder) for folder in await asyncio.to_thread(self._store.listed)]

    async def delete(self, item_id: str) -> None:
        """Remove what is prepared of an item. Raises `NotFound`."""
        if not await asyncio.to_thread(self._store.delete, item_id):
            raise NotFound("Nothing is prepared of this item.")

    async def _one(
        self, context: JobContext, item: SourceItem, shown: Presentation, rendition: Rendition, done: int, total: int
    ) -> None:
        label = f"{item.summary.name or item.id}: {rendition.folder.rpartition('/')[2]}"

        async def advanced(missing: int) -> None:
            await context.progress(done + rendition.grid.count - missing, total, label)

        await asyncio.to_thread(self._store.begin, shown.key, item.id, item.title_id, shown.source.id)
        missing = await asyncio.to_thread(self._store.missing, rendition)
        await advanced(len(missing))
        if not missing and await asyncio.to_thread(self._store.is_complete, rendition):
            return
        await asyncio.to_thread(self._store.note_total, rendition)
        try:
            await prepare_rendition(self._store, rendition, asyncio.to_thread, advanced)
        except RunFailed as error:
            raise TranscodeFailed(f"{label} could not be made: {error}") from error
        await asyncio.to_thread(self._store.finish, rendition)

    async def _renditions(self, shown: Presentation, wanted: Sequence[str] | None) -> list[Rendition]:
        pictures = [p for p in shown.pictures if wanted is None or p.name in wanted]
        made = [await self._renderer.picture(shown, picture) for picture in pictures]
        return made + [self._renderer.sound(shown, sound) for sound in shown.sounds] if made else []


def _shown(item: SourceItem) -> Presentation | None:
    """The ladder of the item's best file, without the original, which needs no preparing."""
    for source in item.files:
        if source.state == "ok" and source.info is not None:
            client = Capabilities()
            return present(source, source.info, decide(source.info, client), client, None)
    return None


def _names(item: SourceItem) -> set[str]:
    shown = _shown(item)
    return {picture.name for picture in shown.pictures} if shown else set()


def _view(folder: PreparedFolder) -> PreparedView:
    renditions = [
        PreparedRendition(name=name.partition("-")[0], segments=there, total=total, complete=complete, bytes=size)
        for name, (there, total, complete, size) in folder.renditions.items()
    ]
    return PreparedView(
        item_id=folder.item_id,
        title_id=folder.title_id,
        file_id=folder.file_id,
        bytes=sum(rendition.bytes for rendition in renditions),
        renditions=renditions,
    )
