"""A picture from the film itself for titles that nobody has a poster of."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import structlog

from matinee.features.catalog.service import CatalogService
from matinee.features.library.paths import absolute
from matinee.features.library.repository import ItemRepository
from matinee.infra.database import Database
from matinee.infra.errors import MatineeError
from matinee.infra.ids import TitleId
from matinee.infra.media.frames import NoFrame, poster_frame
from matinee.infra.media.info import MediaInfo, info_from_dict
from matinee.infra.media.pictures import PictureRefused, compose_poster
from matinee.infra.media.tools import MediaTools

log = structlog.get_logger(__name__)


class PosterFrames:
    """Gives `local-` titles a poster. Slow (a few seconds a title), and never a reason for a scan to fail."""

    def __init__(self, database: Database, catalog: CatalogService, tools: MediaTools) -> None:
        self._database = database
        self._catalog = catalog
        self._tools = tools
        self._items = ItemRepository()

    async def wanting(self, title_ids: Iterable[str]) -> list[TitleId]:
        """Those of the titles that are local and have no poster."""
        local = [TitleId(key) for key in sorted(title_ids) if key.startswith("local-")]
        found: list[TitleId] = []
        for start in range(0, len(local), 100):
            async with self._database.read() as unit:
                cards = await self._catalog.cards(unit, local[start : start + 100])
            found.extend(TitleId(card.id) for card in cards if card.poster is None)
        return found

    async def give_quietly(self, title_id: TitleId) -> bool:
        """The same, unless the title has a poster by now; a failure of any kind is only logged."""
        try:
            return bool(await self.wanting([title_id])) and await self.give(title_id)
        except MatineeError as error:
            log.warning("poster_failed", title=title_id, reason=error.detail)
            return False

    async def give(self, title_id: TitleId) -> bool:
        """Take a picture from the title's first usable file; says whether it has become the poster."""
        source = await self._source(title_id)
        if source is None:
            return False
        path, info = source
        try:
            frame = await poster_frame(self._tools, path, info, nice=10)
            return await self._catalog.set_poster(title_id, await compose_poster(frame))
        except (NoFrame, PictureRefused, OSError) as error:
            log.info("no_poster_frame", title=title_id, reason=str(error))
            return False

    async def _source(self, title_id: TitleId) -> tuple[Path, MediaInfo] | None:
        async with self._database.read() as unit:
            items = await self._items.of_title(unit, title_id)
            for _item, _part, file, folder in await self._items.files(unit, [item.id for item in items[:1]]):
                if file.state == "ok" and file.media:
                    return absolute(folder, file.path), info_from_dict(file.media)
        return None
