"""The use cases of watching progress, and all that other features may import from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from matinee.features.catalog.service import CatalogService, ItemProgress, ItemSummary, TitleCard
from matinee.features.library.service import LibraryService
from matinee.features.progress.models import ProgressRow
from matinee.features.progress.policy import following, is_begun, is_watched
from matinee.features.progress.repository import Place, ProgressRepository
from matinee.features.progress.schemas import HistoryEntry, PlayState
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import TitleNotFound
from matinee.infra.ids import ItemId, TitleId, UserId
from matinee.infra.paging import Cursors, Page, Scalar

_EXAMINED = 200
"""Rows looked at for one page of what to continue: shows that were watched to their end give no card."""


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
    """What a player says. `client_time` and `sequence` order reports; the newest wins, whatever arrives last."""

    position: float
    duration: float
    state: PlayState = "playing"
    device: str = ""
    client_time: datetime | None = None
    sequence: int = 0


class ProgressService:
    """Save and read progress; continue watching; history."""

    def __init__(self, catalog: CatalogService, library: LibraryService, clock: Clock, cursors: Cursors) -> None:
        self._catalog = catalog
        self._library = library
        self._clock = clock
        self._cursors = cursors
        self._rows = ProgressRepository()

    async def save(
        self, unit: UnitOfWork, user_id: UserId, title_id: TitleId, report: ProgressReport, item_id: ItemId | None = None
    ) -> Progress:
        """Merge a report; gives the progress that now holds, which is a newer one's when the report is late.

        Without `item_id` it is about what `item_to_play` gives. Raises `TitleNotFound`.
        """
        now = self._clock.now()
        item = await self._item(unit, user_id, title_id, item_id)
        duration = report.duration or item.duration or 0.0
        position = min(report.position, duration) if duration else report.position
        values = {
            "user_id": user_id,
            "item_id": item.id,
            "title_id": title_id,
            "kind": item.kind,
            "position": position,
            "duration": duration,
            "watched": is_watched(position, duration),
            "state": report.state,
            "device": report.device,
            # A clock that is ahead would win for as long as it is ahead.
            "client_time": min(report.client_time or now, now),
            "sequence": report.sequence,
            "updated_at": now,
        }
        self._catalog.personal_changed(unit, user_id)
        return _progress(await self._rows.merge(unit, values))

    async def of_item(self, unit: ReadUnit, user_id: UserId, item_id: ItemId) -> Progress | None:
        """The progress of an item, None when it was never played."""
        row = await self._rows.of_item(unit, user_id, item_id)
        return None if row is None else _progress(row)

    async def played_of(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> list[Progress]:
        """The progress of every item of a title that was played, the last one first."""
        return [_progress(row) for row in await self._rows.of_title(unit, user_id, title_id)]

    async def resume_position(self, unit: ReadUnit, user_id: UserId, item_id: ItemId) -> float:
        """Where to start playing, in seconds: 0 when new or watched."""
        row = await self._rows.of_item(unit, user_id, item_id)
        return 0.0 if row is None or row.watched else row.position

    async def item_to_play(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> ItemId | None:
        """What "Play" means for a title: a film's item; of a show the episode under way, else the next one, else the first.

        None when the library has nothing of it.
        """
        items = [ItemId(item.id) for item in await self._library.items_of(unit, title_id)]
        rows = await self._rows.of_title(unit, user_id, title_id)
        last = next((row for row in rows if row.item_id in items), None)
        if last is None:
            return items[0] if items else None
        current = ItemId(last.item_id)
        return (following(items, current) or current) if last.watched else current

    async def next_item(self, unit: ReadUnit, title_id: TitleId, item_id: ItemId) -> ItemId | None:
        """The episode after this one, None after the last and for films."""
        return following([ItemId(item.id) for item in await self._library.items_of(unit, title_id)], item_id)

    async def continue_watching(
        self, unit: ReadUnit, user_id: UserId, limit: int = 20, cursor: str | None = None
    ) -> Page[TitleCard]:
        """Films and episodes under way, and next episodes, by when they were played; raises `InvalidCursor`."""
        scope = f"progress.continue?user={user_id}"
        after = _place(self._cursors.open(scope, cursor))
        rows = await self._rows.to_continue(unit, user_id, _EXAMINED, after)
        cards = {card.id: card for card in await self._catalog.cards(unit, [TitleId(row.title_id) for row in rows])}
        found: list[tuple[list[Scalar], TitleCard]] = []
        for row in rows:
            progress = await self._to_continue(unit, row)
            if progress is not None and row.title_id in cards:
                found.append((_mark(row), cards[row.title_id].model_copy(update={"progress": progress})))
                if len(found) > limit:
                    break
        page = self._cursors.page(scope, found, limit)
        if page.next_cursor is None and len(rows) == _EXAMINED:
            return Page(page.items, self._cursors.seal(scope, _mark(rows[-1])))
        return page

    async def history(self, unit: ReadUnit, user_id: UserId, limit: int = 20, cursor: str | None = None) -> Page[HistoryEntry]:
        """Everything that was played, newest first; raises `InvalidCursor`."""
        scope = f"progress.history?user={user_id}"
        rows = await self._rows.history(unit, user_id, limit + 1, _place(self._cursors.open(scope, cursor)))
        cards = {card.id: card for card in await self._catalog.cards(unit, [TitleId(row.title_id) for row in rows])}
        found = [(_mark(row), _entry(row, cards.get(row.title_id))) for row in rows]
        return self._cursors.page(scope, found, limit)

    # What the catalogue asks (`ProgressSource`)

    async def of_titles(self, unit: ReadUnit, user_id: UserId, title_ids: Sequence[TitleId]) -> Mapping[str, ItemProgress]:
        """By title: the progress of a film, or of the episode of a show that was played last."""
        return {row.title_id: _item_progress(row) for row in await self._rows.latest(unit, user_id, title_ids)}

    async def of_items(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> Mapping[str, ItemProgress]:
        """By item: the progress of every item of one title."""
        return {row.item_id: _item_progress(row) for row in await self._rows.of_title(unit, user_id, title_id)}

    async def _item(self, unit: ReadUnit, user_id: UserId, title_id: TitleId, item_id: ItemId | None) -> ItemSummary:
        wanted = item_id or await self.item_to_play(unit, user_id, title_id)
        items = await self._library.items_of(unit, title_id)
        found = next((item for item in items if item.id == wanted), None)
        if found is None:
            raise TitleNotFound("The library has nothing of this title that could be played.")
        return found

    async def _to_continue(self, unit: ReadUnit, row: ProgressRow) -> ItemProgress | None:
        """What is to be continued after this row; None when nothing is."""
        if not row.watched:
            return _item_progress(row) if is_begun(row.position, row.duration) else None
        items = await self._library.items_of(unit, TitleId(row.title_id))
        after = following([ItemId(item.id) for item in items], ItemId(row.item_id))
        if after is None:
            return None
        known = await self._rows.of_item(unit, row.user_id, after)
        if known is not None:
            return None if known.watched else _item_progress(known)
        duration = next((item.duration for item in items if item.id == after), None)
        return ItemProgress(position=0.0, duration=duration or 0.0, watched=False, item_id=after)


def _progress(row: ProgressRow) -> Progress:
    return Progress(
        item_id=ItemId(row.item_id),
        title_id=TitleId(row.title_id),
        position=row.position,
        duration=row.duration,
        watched=row.watched,
        state=cast(PlayState, row.state),
        updated_at=row.updated_at,
    )


def _item_progress(row: ProgressRow) -> ItemProgress:
    return ItemProgress(position=row.position, duration=row.duration, watched=row.watched, item_id=row.item_id)


def _entry(row: ProgressRow, card: TitleCard | None) -> HistoryEntry:
    return HistoryEntry(
        title=card,
        title_id=row.title_id,
        item_id=row.item_id,
        position=row.position,
        duration=row.duration,
        watched=row.watched,
        updated_at=row.updated_at,
    )


def _mark(row: ProgressRow) -> list[Scalar]:
    return [row.updated_at.isoformat(), row.item_id]


def _place(values: Sequence[Scalar] | None) -> Place | None:
    return None if values is None else (datetime.fromisoformat(str(values[0])), str(values[1]))
