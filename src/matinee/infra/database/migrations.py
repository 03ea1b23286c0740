"""Alembic, driven from code: the same revisions on SQLite (at start) and on PostgreSQL (`matinee migrate`)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from matinee.infra.database.engine import Database
from matinee.infra.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

LOCK_WAIT = timedelta(seconds=5)
_LOCK_NOT_AVAILABLE = "55P03"
_INSTALLED = Path(__file__).resolve().parents[2] / "_migrations"
_CHECKOUT = Path(__file__).resolve().parents[4] / "migrations"


def scripts() -> Path:
    """The folder of the migrations: inside the installed package, else in the checkout."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def newest() -> str:
    """The newest revision. Revisions are numbered, so the names of the files tell, without Alembic (13 MB) being loaded."""
    return max((path.stem.partition("_")[0] for path in (scripts() / "versions").glob("[0-9]*_*.py")), default="0000")


def config_for(connection: Connection | None = None, metadata: MetaData | None = None) -> Config:
    """Alembic's configuration for a connection that is open already."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


async def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision; a no-op when it is there."""
    if await current(database) == newest():
        return

    def run(connection: Connection) -> None:
        from alembic import command

        if connection.dialect.name == "postgresql":
            _take_time(connection)
        try:
            command.upgrade(config_for(connection), "head")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise DatabaseUnavailable("Somebody holds a table that is to be changed; try again.") from error
            raise

    await _on_writer(database, run)


def _take_time(connection: Connection) -> None:
    """For this transaction: an index on a large table may take its minutes. But a change that waits for a lock has everybody
    behind it wait as well, so that wait is short."""
    limits = "SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', :lock, true)"
    connection.execute(text(limits), {"lock": f"{int(LOCK_WAIT.total_seconds() * 1000)}ms"})


async def current(database: Database) -> str | None:
    """The revision of the database; None for an empty one."""
    found: list[str | None] = []

    def run(connection: Connection) -> None:
        known = inspect(connection).has_table("alembic_version")
        found.append(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if known else None)

    await _on_writer(database, run)
    return found[0]


async def require_current(database: Database) -> None:
    """Raise `DatabaseUnavailable` when the schema is not the one this program needs."""
    found, wanted = await current(database), newest()
    if found != wanted:
        raise DatabaseUnavailable(f"The schema is at {found or 'nothing'}, needed is {wanted}: run `matinee migrate`.")


async def drift(database: Database, metadata: MetaData) -> list[Any]:
    """What autogenerate would change between the migrated database and the models; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    found: list[Any] = []

    def run(connection: Connection) -> None:
        options = {"include_object": ignore_search_tables, "compare_type": True}
        found.extend(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    await _on_writer(database, run)
    return found


def ignore_search_tables(_object: object, name: str | None, kind: str, reflected: bool, _compare_to: object) -> bool:
    """Full-text tables, columns and indexes are made by hand in a migration, so autogenerate must not see them."""
    if not reflected:
        return True
    return not ("search" in (name or "") if kind in {"table", "index"} else kind == "column" and (name or "").endswith("_vector"))


async def _on_writer(database: Database, run: Any) -> None:  # Any: a sync callable that gets a Connection
    async with database.write() as unit:
        connection = await unit.session.connection()
        await connection.run_sync(run)
