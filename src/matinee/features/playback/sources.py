"""What playback needs to know about files, and where it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from matinee.infra.database import ReadUnit
from matinee.infra.ids import FileId, ItemId, TitleId
from matinee.infra.media.info import MediaInfo


@dataclass(frozen=True, slots=True)
class SourceSubtitle:
    """A subtitle file beside the video."""

    index: int
    path: Path
    language: str | None
    title: str | None
    forced: bool
    default: bool


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of an item. `info` is None when it could not be read; `state` is `ok`, `broken` or `missing`."""

    id: FileId
    path: Path
    size: int
    mtime_ns: int
    state: str
    info: MediaInfo | None
    subtitles: tuple[SourceSubtitle, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceItem:
    """Something to play. `summary` is its wire form (ItemSummary), best files first."""

    id: ItemId
    title_id: TitleId
    summary: Any  # Any: the catalogue's ItemSummary model, passed through to the wire untouched
    files: tuple[SourceFile, ...]
    next_item_id: ItemId | None = None


class LibraryFiles(Protocol):
    """What the library answers. Each method raises an error of category `not_found` for what is not there."""

    async def item(self, unit: ReadUnit, item_id: ItemId) -> SourceItem:
        """An item with its files, best first."""

    async def title(self, unit: ReadUnit, user_id: str, title_id: TitleId) -> SourceItem:
        """What "Play" means for a title: its film, or the episode that is next for that profile."""

    async def items_of(self, unit: ReadUnit, title_id: TitleId) -> Sequence[SourceItem]:
        """Every item of a title."""

    async def resume_position(self, unit: ReadUnit, user_id: str, item_id: ItemId) -> float:
        """Where that profile stopped, in seconds."""

    async def require_suitable(self, title_id: TitleId, max_age: int) -> None:
        """Raises `Forbidden` where the title is not for people of that age."""
