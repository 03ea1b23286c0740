"""What profiles did, for who takes it along."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from matinee.features.progress.models import ProgressRow, RatingRow, WatchlistRow
from matinee.infra.database import Database
from matinee.infra.database.walking import walk
from matinee.infra.own_data import OwnData, Owner, Reader


def register(parts: OwnData, database: Database) -> None:
    """What progress keeps."""
    for name, table in (("progress", ProgressRow), ("ratings", RatingRow), ("watchlist", WatchlistRow)):
        parts.add(name, _reader(database, table))


def _reader(database: Database, table: type[ProgressRow | RatingRow | WatchlistRow]) -> Reader:
    async def read(owner: Owner) -> AsyncIterator[dict[str, Any]]:  # Any: values of columns
        async for row in walk(database, table, table.user_id.in_(owner.profile_ids)):
            yield {"profile_id": row.pop("user_id"), **row}

    return read
