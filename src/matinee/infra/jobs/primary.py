"""Reads that must see what was just written."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from matinee.infra.database import Database, ReadUnit


def primary(database: Database) -> AbstractAsyncContextManager[ReadUnit]:
    """A unit for reading that never looks at a replica: a lagging one would show a run as lost, or a new job as missing."""
    return database.write() if database.options.replicas else database.read()
