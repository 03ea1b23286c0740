"""The product's schema on an empty database, made by its own migrations."""

from __future__ import annotations

import asyncio

from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import upgrade


def create(url: str) -> None:
    """Bring an empty database to the newest schema. Not to be called inside an event loop."""
    asyncio.run(_upgrade(url))


async def _upgrade(url: str) -> None:
    database = Database(DatabaseOptions(url))
    try:
        await upgrade(database)
    finally:
        await database.close()
