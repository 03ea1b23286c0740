"""`LibraryFiles` on the library's and the progress feature's services."""

from __future__ import annotations

from collections.abc import Sequence

from matinee.features.library.service import LibraryService, Playable, PlayableFile
from matinee.features.playback.errors import NoSource
from matinee.features.playback.sources import SourceFile, SourceItem, SourceSubtitle
from matinee.features.progress.service import ProgressService
from matinee.infra.database import ReadUnit
from matinee.infra.http.maturity import Sieve
from matinee.infra.ids import ItemId, TitleId, UserId


class LibraryOfServices:
    """Asks the library what there is, and progress what comes next."""

    def __init__(self, library: LibraryService, progress: ProgressService, sieve: Sieve) -> None:
        self._library = library
        self._progress = progress
        self._sieve = sieve

    async def item(self, unit: ReadUnit, item_id: ItemId) -> SourceItem:
        return _item(await self._library.playable(unit, item_id=item_id))

    async def title(self, unit: ReadUnit, user_id: str, title_id: TitleId) -> SourceItem:
        item_id = await self._progress.item_to_play(unit, UserId(user_id), title_id)
        if item_id is None:
            raise NoSource("The library has no file of this title.")
        return await self.item(unit, item_id)

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[SourceItem]:
        return [await self.item(unit, ItemId(item.id)) for item in await self._library.items_of(unit, title_id)]

    async def resume_position(self, unit: ReadUnit, user_id: str, item_id: ItemId) -> float:
        return await self._progress.resume_position(unit, UserId(user_id), item_id)

    async def require_suitable(self, title_id: TitleId, max_age: int) -> None:
        await self._sieve.require(title_id, max_age)


def _item(playable: Playable) -> SourceItem:
    # Of a film in several files only the first part: they do not stand for each other.
    first = min((file.part for file in playable.files), default=0)
    return SourceItem(
        id=ItemId(playable.item.id),
        title_id=TitleId(playable.item.title_id),
        summary=playable.item,
        files=tuple(_file(file) for file in playable.files if file.part == first),
        next_item_id=playable.next_item_id,
    )


def _file(file: PlayableFile) -> SourceFile:
    return SourceFile(
        id=file.id,
        path=file.path,
        size=file.size,
        mtime_ns=file.mtime_ns,
        state=file.state,
        info=file.info,
        subtitles=tuple(SourceSubtitle(s.index, s.path, s.language, s.title, s.forced, s.default) for s in file.subtitles),
    )
