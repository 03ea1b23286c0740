"""Engines and sessions.

SQLite: WAL, foreign keys on, one writer connection that begins with `BEGIN IMMEDIATE` (a plain BEGIN upgraded later
fails with "database is locked" under concurrency), several readers. PostgreSQL: one pool for the primary, one for each replica.
Connections are taken at the first statement, so a handler that is busy elsewhere holds none.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from matinee.infra.database.unit import ReadUnit, UnitOfWork
from matinee.infra.errors import DatabaseUnavailable

_SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


@dataclass(frozen=True, slots=True)
class DatabaseOptions:
    """Where the database is and how much of it one process may use."""

    url: str
    replicas: Sequence[str] = ()
    pool_size: int = 8
    wait: timedelta = timedelta(seconds=10)
    statement: timedelta = timedelta(seconds=30)
    """How long one statement may take on PostgreSQL; migrations have no such limit."""


class Database:
    """Gives out read and write units; the only place that commits."""

    def __init__(self, options: DatabaseOptions) -> None:
        self.options = options
        self.url = async_url(options.url)
        if self.is_sqlite:
            self._writer = _sqlite_engine(self.url, 1, options.wait, writer=True)
            readers = [_sqlite_engine(self.url, options.pool_size, options.wait, writer=False)]
        else:
            self._writer = _postgres_engine(self.url, options)
            readers = [_postgres_engine(async_url(u), options) for u in options.replicas] or [self._writer]
        self._engines = [self._writer, *(e for e in readers if e is not self._writer)]
        self._write_session = async_sessionmaker(self._writer, expire_on_commit=False)
        self._read_sessions = itertools.cycle([async_sessionmaker(e, expire_on_commit=False) for e in readers])

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded engine is in use."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadUnit]:
        """A unit for reading; on a replica where there is one."""
        async with _translated(), next(self._read_sessions)() as session:
            yield ReadUnit(session)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[UnitOfWork]:
        """A unit for writing: commits when the block ends well, rolls back when it raises."""
        async with _translated(), self._write_session() as session:
            unit = UnitOfWork(session)
            yield unit
            await session.commit()
        for callback in unit.callbacks:
            await callback()

    async def ping(self) -> None:
        """Prove that the primary answers; raises `DatabaseUnavailable`."""
        async with self.write() as unit:
            await unit.session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        for engine in self._engines:
            await engine.dispose()

    def pools(self) -> dict[str, tuple[int, int]]:
        """Connections in use and allowed, by pool, for the metrics."""
        names = ["writer", *(f"reader-{n}" for n in range(len(self._engines) - 1))]
        found = {}
        for name, engine in zip(names, self._engines, strict=True):
            pool = engine.pool
            assert isinstance(pool, AsyncAdaptedQueuePool)
            found[name] = (pool.checkedout(), pool.size() + max(pool._max_overflow, 0))
        return found


def async_url(url: str) -> URL:
    """The SQLAlchemy URL with the asynchronous driver that Matinee uses."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
    if backend not in drivers:
        raise ValueError(f"unsupported database {backend!r}: use sqlite or postgresql")
    return parsed.set(drivername=drivers[backend])


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """Connection trouble becomes `DatabaseUnavailable`; what the statements themselves did wrong stays as it is."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("No database connection became free in time.", retry_after=2) from error
    except DBAPIError as error:
        if _is_outage(error):
            raise DatabaseUnavailable("The database did not answer.", retry_after=2) from error
        raise


def _is_outage(error: DBAPIError) -> bool:
    """Whether the database failed us, not we it. SQLite reports "no such column" and "disk full" with the same class."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_OUTAGES
    return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)


def _sqlite_engine(url: URL, size: int, wait: timedelta, *, writer: bool) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=wait.total_seconds(),
        connect_args={"timeout": wait.total_seconds()},
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        # isolation_level None stops the driver from sending its own BEGIN; the "begin" hook below sends ours.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "temp_store=MEMORY", "cache_size=-8000"):
            cursor.execute(f"PRAGMA {pragma}")
        if not writer:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _postgres_engine(url: URL, options: DatabaseOptions) -> AsyncEngine:
    return create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=options.pool_size,
        max_overflow=0,
        pool_timeout=options.wait.total_seconds(),
        pool_pre_ping=True,
        json_serializer=_json,
        json_deserializer=msgspec.json.decode,
        connect_args={
            "connect_timeout": max(2, int(options.wait.total_seconds())),
            "options": f"-c statement_timeout={int(options.statement.total_seconds() * 1000)}",
        },
    )
