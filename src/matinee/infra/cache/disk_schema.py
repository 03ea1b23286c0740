"""The file of the second tier: its tables, and its statements. SQLite's own times are not used; the clock is the caller's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

VERSION = 1
PRAGMAS = (
    "auto_vacuum=INCREMENTAL",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "busy_timeout=400",
    "cache_size=-4000",
    "temp_store=MEMORY",
    "journal_size_limit=16777216",
)
TABLES = """
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, mark INTEGER NOT NULL, tags BLOB NOT NULL, expires REAL NOT NULL,
  used REAL NOT NULL, data BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS entries_used ON entries (used);
CREATE INDEX IF NOT EXISTS entries_expires ON entries (expires);
CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
"""


class OtherVersion(sqlite3.DatabaseError):
    """Another version of Matinee wrote the file."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file, made if it is missing. Raises sqlite3.Error."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in {0, VERSION}:
            raise OtherVersion(f"version {version}")
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def is_broken(error: sqlite3.Error) -> bool:
    """Whether the file itself is of no use, not the disk or a neighbour who is writing."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, OtherVersion) or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def size(connection: sqlite3.Connection) -> int:
    """Bytes in use, free pages left out."""
    one = {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")}
    used: int = (one["page_count"] - one["freelist_count"]) * one["page_size"]
    return used
