"""Wire types of playback."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from matinee.features.catalog.service import ItemSummary

Name = Annotated[str, Field(max_length=64)]


class CapabilitiesIn(BaseModel):
    """What the player can play. Codecs by common names (`h264`, `aac`) or RFC 6381 strings (`avc1.640028`)."""

    model_config = ConfigDict(extra="forbid")

    video_codecs: list[Name] = Field(default=["h264"], max_length=64, examples=[["h264", "vp9"]])
    audio_codecs: list[Name] = Field(default=["aac", "mp3"], max_length=64, examples=[["aac", "mp3", "opus"]])
    containers: list[Name] = Field(default=["mp4"], max_length=64, examples=[["mp4", "webm"]])
    max_height: int | None = Field(None, ge=1, le=20_000, description="Lines of the largest picture it can show.")
    max_bitrate: int | None = Field(None, ge=1, le=10_000_000_000, description="Bits per second of the connection.")
    hdr: StrictBool = Field(False, description="Whether HDR pictures may be sent; they are tone-mapped otherwise.")


class SessionIn(BaseModel):
    """What to play: a title or one of its items."""

    model_config = ConfigDict(extra="forbid")

    title_id: Name | None = None
    item_id: Name | None = None
    capabilities: CapabilitiesIn = CapabilitiesIn()

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.title_id is None) == (self.item_id is None):
            raise ValueError("give either title_id or item_id")
        return self


class ReasonView(BaseModel):
    """Why a simpler way of playing is not possible."""

    code: str
    text: str
    values: dict[str, Any] = {}  # Any: numbers and names that decided


class DecisionView(BaseModel):
    """How to play."""

    method: Literal["direct", "remux", "transcode"]
    reasons: list[ReasonView]


class AudioView(BaseModel):
    """A sound track. `name` is its part of the HLS address, null when it cannot be played."""

    index: int
    codec: str
    channels: int
    language: str | None
    title: str | None
    default: bool
    name: str | None


class SubtitleView(BaseModel):
    """A subtitle track that can be shown as text."""

    index: int
    language: str | None
    title: str | None
    forced: bool


class ChapterView(BaseModel):
    start: float
    end: float
    title: str


class RenditionView(BaseModel):
    """One size of the picture. `bandwidth` is the peak in bits per second, sound included."""

    name: str
    width: int
    height: int
    bandwidth: int


class StreamingSessionView(BaseModel):
    """A playing. All URLs are signed: they need no header, and stop working at `expires_at` or when the session is deleted.

    Play `file_url` when `decision.method` is `direct`, `master_url` (HLS) otherwise.
    """

    id: str
    decision: DecisionView
    master_url: str
    file_url: str
    trickplay_url: str
    resume_position: float
    duration: float
    expires_at: datetime
    item: ItemSummary
    next_item_id: str | None
    audio: list[AudioView]
    subtitles: list[SubtitleView]
    chapters: list[ChapterView]
    renditions: list[RenditionView]


class ActiveSession(BaseModel):
    """A session in a list. `position` is what was asked for last, in seconds; null when this process has not seen it play."""

    id: str
    user_id: str
    user_name: str
    title_id: str
    item_id: str
    method: Literal["direct", "remux", "transcode"]
    position: float | None
    transcoding: bool
    created_at: datetime
    expires_at: datetime


class SourceView(BaseModel):
    """One way to play a title."""

    provider: Literal["library"] = "library"
    item_id: str
    file_id: str
    season: int | None = None
    episode: int | None = None
    playable: bool
    container: str | None = None
    video_codec: str | None = None
    width: int | None = None
    height: int | None = None
    hdr: str | None = None
    duration: float | None = None
    bitrate: int | None = None
    size: int


class PrepareIn(BaseModel):
    """What to prepare. Without `renditions` every size that the source has."""

    model_config = ConfigDict(extra="forbid")

    title_id: Name | None = None
    item_id: Name | None = None
    renditions: list[Name] | None = Field(None, max_length=8, examples=[["720p"]])

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.title_id is None) == (self.item_id is None):
            raise ValueError("give either title_id or item_id")
        return self


class JobStarted(BaseModel):
    job_id: str
    state: str


class PreparedRendition(BaseModel):
    """A rendition made ahead of time. Served only when `complete`."""

    name: str
    segments: int
    total: int
    complete: bool
    bytes: int


class PreparedView(BaseModel):
    """What is prepared of one file."""

    item_id: str
    title_id: str
    file_id: str
    bytes: int
    renditions: list[PreparedRendition]
