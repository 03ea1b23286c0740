"""All rows of a kind, in short portions: for what may be long and is read once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_

from matinee.infra.database.engine import Database
from matinee.infra.database.tables import Table

PORTION = 500


async def walk(
    database: Database, table: type[Table], *conditions: ColumnElement[bool], without: Collection[str] = ()
) -> AsyncIterator[dict[str, Any]]:  # Any: values of columns
    """The rows that fit, by primary key, as their columns but `without`. Each portion has a unit of its own, so what changes
    meanwhile is seen or not."""
    columns = list(table.__table__.columns)
    keys = [column for column in columns if column.primary_key]
    after: tuple[Any, ...] | None = None
    while True:
        query = select(*columns).where(*conditions).order_by(*keys).limit(PORTION)
        if after is not None:
            query = query.where(tuple_(*keys) > after)
        async with database.read() as unit:
            rows = (await unit.session.execute(query)).mappings().all()
        for row in rows:
            yield {column.key: row[column.key] for column in columns if column.key not in without}
        if len(rows) < PORTION:
            return
        after = tuple(rows[-1][key.key] for key in keys)
