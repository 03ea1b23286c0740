"""Writes a migration from the difference between the newest schema and the models: `make migration m="add ratings"`."""

from __future__ import annotations

import asyncio
import sys
import tempfile

from alembic import command
from sqlalchemy import Connection

from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import config_for, newest, upgrade
from scripts.schema import declared


async def main(message: str) -> None:
    """Autogenerate against an upgraded, empty SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(DatabaseOptions(f"sqlite:///{folder}/migration.db"))
        try:
            await upgrade(database)
            async with database.write() as unit:
                connection = await unit.session.connection()
                await connection.run_sync(lambda sync: _write(sync, message))
        finally:
            await database.close()


def _write(connection: Connection, message: str) -> None:
    command.revision(config_for(connection, declared()), message, autogenerate=True, rev_id=f"{int(newest()) + 1:04d}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('usage: make migration m="what it changes"')
    asyncio.run(main(sys.argv[1]))
