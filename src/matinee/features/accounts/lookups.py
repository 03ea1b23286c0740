"""Reading what was written a moment ago."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from matinee.infra.database import Database, ReadUnit

T = TypeVar("T")


async def recent(database: Database, find: Callable[[ReadUnit], Awaitable[T | None]]) -> T | None:
    """What `find` finds; on the primary where a replica may not have it yet."""
    async with database.read() as unit:
        found = await find(unit)
    if found is None and database.options.replicas:
        async with database.write() as unit:
            found = await find(unit)
    return found
