"""All SQL of playback."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from matinee.features.playback.models import PlaybackSessionRow
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.database.walking import walk
from matinee.infra.own_data import Reader

_LISTED = 200


async def add_session(unit: UnitOfWork, row: PlaybackSessionRow) -> None:
    """Store a new session."""
    unit.session.add(row)
    await unit.session.flush()


async def find_session(unit: ReadUnit, session_id: str) -> PlaybackSessionRow | None:
    """A session, ended or not."""
    return await unit.session.get(PlaybackSessionRow, session_id)


async def active_sessions(unit: ReadUnit, now: datetime, user_id: str | None) -> Sequence[PlaybackSessionRow]:
    """Sessions that are neither revoked nor expired, newest first; of everybody when `user_id` is None."""
    row = PlaybackSessionRow
    query = select(row).where(row.revoked_at.is_(None), row.expires_at > now).order_by(row.created_at.desc(), row.id.desc())
    if user_id is not None:
        query = query.where(row.user_id == user_id)
    return (await unit.session.scalars(query.limit(_LISTED))).all()


async def living(unit: ReadUnit, now: datetime, user_ids: Collection[str]) -> Sequence[PlaybackSessionRow]:
    """The newest sessions of those accounts that are neither revoked nor expired."""
    row = PlaybackSessionRow
    query = select(row).where(row.user_id.in_(user_ids), row.revoked_at.is_(None), row.expires_at > now)
    return (await unit.session.scalars(query.order_by(row.created_at.desc()).limit(_LISTED * max(1, len(user_ids))))).all()


async def note(unit: UnitOfWork, changes: Mapping[str, dict[str, Any]]) -> None:  # Any: JSON documents
    """Change the documents of sessions, by their ids."""
    row = PlaybackSessionRow
    found = await unit.session.scalars(select(row).where(row.id.in_(changes)).order_by(row.id).with_for_update())
    for session in found:
        session.document = {**session.document, **changes[session.id]}
    await unit.session.flush()


async def revoke(unit: UnitOfWork, session_id: str, now: datetime) -> None:
    """End a session."""
    row = PlaybackSessionRow
    await unit.session.execute(update(row).where(row.id == session_id, row.revoked_at.is_(None)).values(revoked_at=now))


async def revoke_of_user(unit: UnitOfWork, user_id: str, now: datetime) -> Sequence[str]:
    """End every session of a user; the ids of those that lived."""
    row = PlaybackSessionRow
    living = (row.user_id == user_id, row.revoked_at.is_(None), row.expires_at > now)
    return (await unit.session.scalars(update(row).where(*living).values(revoked_at=now).returning(row.id))).all()


async def delete_of_user(unit: UnitOfWork, user_id: str) -> None:
    """Forget all that a user played."""
    await unit.session.execute(delete(PlaybackSessionRow).where(PlaybackSessionRow.user_id == user_id))


def own_sessions(database: Database) -> Reader:
    """What an account played lately, for who takes it along."""
    return lambda owner: walk(database, PlaybackSessionRow, PlaybackSessionRow.user_id == owner.user_id)


async def delete_expired(unit: UnitOfWork, before: datetime) -> int:
    """Forget sessions that expired before that moment; says how many."""
    result = await unit.session.execute(
        delete(PlaybackSessionRow).where(PlaybackSessionRow.expires_at < before).returning(PlaybackSessionRow.id)
    )
    return len(result.all())
