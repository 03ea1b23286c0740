"""The use cases of watching progress, and all that other features may import from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.ids import ItemId, TitleId, UserId

PlayState = Literal["playing", "paused", "stopped"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody has watched an item. Seconds."""

    item_id: ItemId
    title_id: TitleId
    position: float
    duration: float
    watched: bool
    state: PlayState
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """What a player says. `client_time` and `sequence` order reports of one player; the newest wins, whatever arrives last."""

    position: float
    duration: float
    state: PlayState = "playing"
    device: str = ""
    client_time: datetime | None = None
    sequence: int = 0


class ProgressService:
    """Save and read progress; continue watching; history."""

    async def save(
        self, unit: UnitOfWork, user_id: UserId, title_id: TitleId, report: ProgressReport, item_id: ItemId | None = None
    ) -> Progress:
        """Merge a report; gives the progress that now holds, which is a newer one's when the report is late. Raises `TitleNotFound`."""
        raise NotImplementedError

    async def of_item(self, unit: ReadUnit, user_id: UserId, item_id: ItemId) -> Progress | None:
        """The progress of an item, None when it was never played."""
        raise NotImplementedError

    async def resume_position(self, unit: ReadUnit, user_id: UserId, item_id: ItemId) -> float:
        """Where to start playing, in seconds: 0 when new or watched."""
        raise NotImplementedError

    async def item_to_play(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> ItemId | None:
        """What "Play" means for a title: a film's item; of a show the episode under way, else the next one, else the first. None when
        the library has nothing of it."""
        raise NotImplementedError

    async def next_item(self, unit: ReadUnit, title_id: TitleId, item_id: ItemId) -> ItemId | None:
        """The episode after this one, None after the last and for films."""
        raise NotImplementedError
