"""The use cases of the library, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from matinee.features.catalog.service import ItemSummary
from matinee.infra.database import ReadUnit
from matinee.infra.ids import FileId, ItemId, TitleId
from matinee.infra.media.info import MediaInfo

EXTERNAL_SUBTITLES_FROM = 1000
"""External subtitles are numbered from here, so that a number never means a stream of the file as well."""


@dataclass(frozen=True, slots=True)
class ExternalSubtitle:
    """A subtitle file beside the video. `codec` is ffmpeg's name (`subrip`, `ass`, `webvtt`)."""

    index: int
    path: Path
    codec: str
    language: str | None
    title: str | None
    forced: bool
    default: bool


@dataclass(frozen=True, slots=True)
class PlayableFile:
    """A file of an item. `path` is absolute. `info` is None for a file that was never read well."""

    id: FileId
    path: Path
    size: int
    mtime_ns: int
    state: Literal["ok", "broken", "missing"]
    info: MediaInfo | None
    edition: str
    part: int
    """1, 2, ... of a film in several files, else 0."""
    subtitles: tuple[ExternalSubtitle, ...] = ()


@dataclass(frozen=True, slots=True)
class Playable:
    """An item with everything that playing it needs. Files: usable ones first, the best picture first, parts in order."""

    item: ItemSummary
    files: tuple[PlayableFile, ...]
    next_item_id: ItemId | None


class LibraryService:
    """Folders, items and files of the library."""

    async def playable(self, unit: ReadUnit, *, item_id: ItemId | None = None, title_id: TitleId | None = None) -> Playable:
        """What to play for an item, or for a title (a film's item, a show's first episode). Raises `ItemNotFound`."""
        raise NotImplementedError

    async def file(self, unit: ReadUnit, file_id: FileId) -> PlayableFile:
        """One file. Raises `ItemNotFound`."""
        raise NotImplementedError

    async def item(self, unit: ReadUnit, item_id: ItemId) -> ItemSummary:
        """One item. Raises `ItemNotFound`."""
        raise NotImplementedError

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[ItemSummary]:
        """The items of a title: one for a film, episodes in order for a show."""
        raise NotImplementedError
