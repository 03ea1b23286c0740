"""What playback gets of an item."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from matinee.features.catalog.service import ItemSummary
from matinee.features.library.policy import FileState
from matinee.infra.ids import FileId, ItemId
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
    state: FileState
    info: MediaInfo | None
    edition: str
    part: int
    """1, 2, ... of a film in several files, else 0."""
    subtitles: tuple[ExternalSubtitle, ...] = ()


@dataclass(frozen=True, slots=True)
class Playable:
    """An item with everything that playing it needs. Files: usable ones first, parts in order, the best picture first."""

    item: ItemSummary
    files: tuple[PlayableFile, ...]
    next_item_id: ItemId | None
