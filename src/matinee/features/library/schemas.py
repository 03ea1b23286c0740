"""Wire types of the library. Durations in seconds, sizes in bytes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from matinee.features.catalog.service import FileSummary, ItemSummary

FolderKindName = Literal["movies", "shows", "mixed"]


class FolderCreate(BaseModel):
    """A folder to add."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, max_length=4096, description="Absolute path on the server.")
    kind: FolderKindName = "mixed"


class FolderView(BaseModel):
    """A library folder."""

    id: str
    path: str
    kind: FolderKindName
    origin: Literal["user", "settings", "demo"]
    files: int = Field(description="Videos that are there.")
    scanned_at: datetime | None = None
    created_at: datetime


class FolderList(BaseModel):
    items: list[FolderView]
    next_cursor: str | None = None


class BrowseEntry(BaseModel):
    name: str
    path: str


class BrowseView(BaseModel):
    """Sub-folders of a folder on the server."""

    path: str
    parent: str | None
    folders: list[BrowseEntry]


class ScanStart(BaseModel):
    """What to scan: one folder, or all."""

    model_config = ConfigDict(extra="forbid")

    folder_id: str | None = Field(default=None, max_length=64)
    full: StrictBool = Field(default=False, description="Name and match every file anew, and read broken ones again.")


class JobStarted(BaseModel):
    job_id: str
    state: str


class PurgeStart(BaseModel):
    """Which files to forget."""

    model_config = ConfigDict(extra="forbid")

    older_than: int = Field(
        ge=86_400, le=3_153_600_000, description="Seconds that a file must have been missing for, at least a day."
    )
    dry_run: StrictBool = Field(default=False, description="Only find them.")


class ScanView(BaseModel):
    """A scan: the job, and what it has done so far, in files."""

    id: str
    name: str
    title: str
    queue: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: float | None = Field(description="0..1, null while the total is unknown.")
    done: int
    total: int | None
    message: str
    payload: dict[str, Any] = Field(default={}, description="What was asked for.")  # Any: a JSON document
    result: dict[str, Any] | None = None  # Any: a JSON document
    error: str | None = None
    attempts: int
    created_at: datetime
    started_at: datetime | None = None
    updated_at: datetime | None = None
    finished_at: datetime | None = None
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    missing: int = 0
    problems: int = 0


class VideoView(BaseModel):
    codec: str
    profile: str | None = None
    level: int | None = None
    width: int
    height: int
    bit_depth: int
    hdr: str | None = None
    frame_rate: float | None = None
    rotation: int = 0


class AudioTrackView(BaseModel):
    index: int
    codec: str
    channels: int
    language: str | None = None
    title: str | None = None
    default: bool = False


class SubtitleTrackView(BaseModel):
    index: int
    codec: str
    language: str | None = None
    title: str | None = None
    forced: bool = False
    default: bool = False
    text: bool = True
    external: bool = False


class ChapterView(BaseModel):
    start: float
    end: float
    title: str


class FileView(FileSummary):
    """A file with its tracks."""

    edition: str = ""
    part: int = Field(default=0, description="1, 2, … of a film in several files.")
    path: str | None = Field(default=None, description="Administrators only.")
    video: VideoView | None = None
    audio: list[AudioTrackView] = Field(default_factory=list)
    subtitles: list[SubtitleTrackView] = Field(default_factory=list)
    chapters: list[ChapterView] = Field(default_factory=list)


class ItemView(ItemSummary):
    """An item with its files and their tracks."""

    files: list[FileView] = Field(default_factory=list)  # type: ignore[assignment]  # each says more than in a summary
    next_item_id: str | None = None


class ProblemView(BaseModel):
    """Something that a scan could not use."""

    path: str
    code: str
    message: str
    seen_at: datetime


class DemoView(BaseModel):
    installed: bool
