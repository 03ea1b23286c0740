"""INSERT that knows what to do on a conflict, in the dialect of the engine at hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import sqlite

from matinee.infra.database.tables import Table
from matinee.infra.database.unit import UnitOfWork


def rows_into(unit: UnitOfWork, table: type[Table]) -> Any:
    """The same for many rows at once, by their columns: nothing of the mapper's, which looks at every value of every row."""
    return _insert(unit, table.__table__)


def insert_into(unit: UnitOfWork, table: type[Table]) -> Any:
    """`INSERT INTO table` with `on_conflict_do_update`, `on_conflict_do_nothing` and `excluded`.

    Any: the two dialects' classes have these methods in common, but no type.
    """
    return _insert(unit, table)


def _insert(unit: UnitOfWork, table: Any) -> Any:  # Any: a mapped class, or its table
    if unit.session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # not loaded where SQLite serves

    return postgresql.insert(table)
