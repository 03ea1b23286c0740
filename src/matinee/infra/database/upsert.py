"""INSERT that knows what to do on a conflict, in the dialect of the engine at hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from matinee.infra.database.tables import Table
from matinee.infra.database.unit import UnitOfWork


def insert_into(unit: UnitOfWork, table: type[Table]) -> Any:
    """`INSERT INTO table` with `on_conflict_do_update`, `on_conflict_do_nothing` and `excluded`.

    Any: the two dialects' classes have these methods in common, but no type.
    """
    dialect = unit.session.get_bind().dialect.name
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
