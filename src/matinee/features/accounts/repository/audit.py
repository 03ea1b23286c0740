"""SQL of the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select, union

from matinee.features.accounts.models import AuditEntry
from matinee.infra.database import ReadUnit, UnitOfWork


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None is any. `user_id`: whoever did it or whom it was done to."""

    event: str | None = None
    user_id: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class AuditRepository:
    """Reads and writes the log. It never commits."""

    async def add(self, unit: UnitOfWork, entries: Sequence[AuditEntry]) -> None:
        unit.session.add_all(entries)
        await unit.session.flush()

    async def entries(
        self, unit: ReadUnit, wanted: AuditFilter, after: tuple[datetime, str] | None, limit: int
    ) -> Sequence[AuditEntry]:
        """Newest first, from behind `after`."""
        conditions = _conditions(wanted, after)
        if wanted.user_id is None:
            statement = _newest(select(AuditEntry).where(*conditions), limit)
        else:
            # Each half follows an index of its own; a plain OR would sort all that ever happened to the user.
            halves = [
                _newest(select(AuditEntry.id).where(column == wanted.user_id, *conditions), limit).subquery()
                for column in (AuditEntry.actor_id, AuditEntry.subject_id)
            ]
            found = union(*(select(half.c.id) for half in halves)).subquery()
            statement = _newest(select(AuditEntry).where(AuditEntry.id.in_(select(found.c.id))), limit)
        return (await unit.session.scalars(statement)).all()

    async def delete_before(self, unit: UnitOfWork, before: datetime, at_most: int) -> int:
        """Drop the oldest entries from before then; returns how many went."""
        old = select(AuditEntry.id).where(AuditEntry.at < before).order_by(AuditEntry.at).limit(at_most)
        gone = await unit.session.scalars(delete(AuditEntry).where(AuditEntry.id.in_(old)).returning(AuditEntry.id))
        return len(gone.all())


def _newest(statement: Select[Any], limit: int) -> Select[Any]:  # Any: rows or their ids
    return statement.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)


def _conditions(wanted: AuditFilter, after: tuple[datetime, str] | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.event is not None:
        found.append(AuditEntry.event == wanted.event)
    if wanted.outcome is not None:
        found.append(AuditEntry.outcome == wanted.outcome)
    if wanted.since is not None:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEntry.at < wanted.until)
    if after is not None:
        at, number = after
        found.append(or_(AuditEntry.at < at, (AuditEntry.at == at) & (AuditEntry.id < number)))
    return found
