"""Migrations and models agree: an empty SQLite and an empty PostgreSQL, upgraded, show no difference to the models."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import drift, upgrade
from scripts.schema import declared
from tests.servers import PostgresServer, Shared


async def differences(url: str) -> list[str]:
    """What autogenerate would still change after an upgrade."""
    database = Database(DatabaseOptions(url))
    try:
        await upgrade(database)
        return [f"{url.partition(':')[0]}: {str(difference)[:200]}" for difference in await drift(database, declared())]
    finally:
        await database.close()


async def main() -> None:
    """Print the differences; status 1 if there are any."""
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresServer(**Shared(Path(folder)).server("postgres"))
        urls = [f"sqlite:///{folder}/drift.db", server.create("drift")]
        found = [line for url in urls for line in await differences(url)]
    print("\n".join([*found, "run `make migration m=...`"] if found else []))
    sys.exit(bool(found))


if __name__ == "__main__":
    asyncio.run(main())
