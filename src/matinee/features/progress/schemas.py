"""Wire types of progress. Positions and durations are in seconds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from matinee.features.catalog.service import TitleCard
from matinee.infra.http.input.text import PlainText

PlayState = Literal["playing", "paused", "stopped"]
_LONGEST = 10_000_000.0


class ReportBody(BaseModel):
    """What a player says, every ten seconds or so and when it stops."""

    model_config = ConfigDict(extra="forbid")

    position: float = Field(ge=0, le=_LONGEST, allow_inf_nan=False)
    duration: float = Field(ge=0, le=_LONGEST, allow_inf_nan=False)
    state: PlayState = "playing"
    device: Annotated[str, PlainText(max_graphemes=120, max_length=120, empty=True)] = ""
    client_time: AwareDatetime | None = Field(default=None, description="The player's clock; orders reports. Default: now.")
    sequence: int = Field(default=0, ge=0, le=2**53, description="Orders reports of the same instant.")
    item_id: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The episode; else the one being watched."
    )


class ProgressView(BaseModel):
    """The progress that holds after the report; it is a newer one's when the report came late."""

    position: float
    watched: bool
    updated_at: datetime | None = Field(description="Null when it was never played.")
    duration: float = 0.0
    state: PlayState = "stopped"
    title_id: str
    item_id: str | None = None


class ItemPosition(BaseModel):
    """How far one item was watched."""

    position: float
    duration: float
    watched: bool
    updated_at: datetime


class TitleProgressView(ProgressView):
    """The progress of a title, with all that the caller has played of it."""

    items: dict[str, ItemPosition] = Field(description="By the id of the item: the film, or each episode that was played.")


class HistoryEntry(BaseModel):
    """Something that was played."""

    title: TitleCard | None = Field(description="Null when the title is gone.")
    title_id: str
    item_id: str
    position: float
    duration: float
    watched: bool
    updated_at: datetime


class RatingBody(BaseModel):
    """Half a star to five stars."""

    model_config = ConfigDict(extra="forbid")

    rating: float = Field(ge=0.5, le=5, multiple_of=0.5, allow_inf_nan=False, description="0.5 to 5, in halves.")


class RatingView(BaseModel):
    title_id: str
    rating: float = Field(description="0.5 to 5, in halves.")
    updated_at: datetime


class RatingEntry(RatingView):
    """A rating in the list."""

    title: TitleCard | None = Field(description="Null when the title is gone.")


class WatchlistView(BaseModel):
    title_id: str
    added_at: datetime


class WatchlistEntry(WatchlistView):
    """A title on the watchlist."""

    title: TitleCard | None = Field(description="Null when the title is gone.")


class Reason(BaseModel):
    """The title of the caller that speaks for a recommendation most."""

    title_id: str
    title: str


class Recommendation(BaseModel):
    """A title that the caller may like."""

    title: TitleCard
    score: float = Field(description="Larger is better; comparable within one answer only.")
    because: Reason | None = Field(description="What it is recommended for; null when that title is gone.")


class LearningStarted(BaseModel):
    job_id: str
