"""A PostgreSQL of the tests' own, reached by a Unix socket: no port, no password, no durability."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.servers.shared import EngineMissing

Ready = Callable[[], bool]
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


_SHAPE = """
    SELECT md5(string_agg(concat_ws('.', nspname, relname, relkind, attname, atttypid), ',' ORDER BY nspname, relname, attnum))
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' AND attnum > 0
"""
"""Every column of every table, index, view and sequence."""
_ALONE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_EMPTY = """
    DO $$ DECLARE one record; BEGIN
        PERFORM set_config('session_replication_role', 'replica', true);  -- in any order, whatever refers to what
        FOR one IN SELECT oid::regclass AS name, relkind, pg_relation_size(oid) AS size FROM pg_class
            WHERE relnamespace::regnamespace::text IN ('public', 'dbos') AND relkind IN ('r', 'S')
                AND relname NOT IN ('alembic_version', 'dbos_migrations')
        LOOP
            IF one.relkind = 'S' THEN PERFORM setval(one.name, 1, false);
            ELSIF one.size > 262144 THEN EXECUTE format('TRUNCATE %s CASCADE', one.name);
            ELSIF one.size > 0 THEN EXECUTE format('DELETE FROM %s', one.name);
            END IF;
        END LOOP;
    END $$
"""


class PostgresServer:
    """Makes and drops databases on the run's server."""

    def __init__(self, socket: str) -> None:
        self.socket = socket

    def url(self, database: str) -> str:
        """The URL of a database as Matinee's settings take it."""
        return f"postgresql://matinee@/{database}?host={quote(self.socket, safe='')}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database, empty or a copy of `template`; gives its URL. Copying files is quicker where nothing is synced."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database with whatever is still connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def shape(self, name: str) -> str:
        """What tables and columns a database has."""
        with self._connected(name) as connection:
            row = connection.execute(_SHAPE).fetchone()
            assert row is not None
            return str(row[0])

    def empty(self, name: str, shape: str) -> bool:
        """Delete every row of a copy of the template, in a tenth of the time of a new copy. False when it is a copy no more."""
        with self._connected(name) as connection:
            connection.execute(_ALONE)
            row = connection.execute(_SHAPE).fetchone()
            if row is None or row[0] != shape:
                return False
            connection.execute(_EMPTY)
            return True

    def _run(self, statement: sql.Composed) -> None:
        with self._connected("postgres") as connection:
            connection.execute(statement)

    def _connected(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host=self.socket, user="matinee", dbname=name, autocommit=True)


def start(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, str], Ready]:
    """Create a cluster in `folder` and start a server on it."""
    binaries = _binaries()
    data = folder / "data"
    user = _unprivileged(folder)
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "matinee", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    subprocess.run(initdb, check=True, cwd=folder, user=user, group=user, extra_groups=[] if user else None, stdout=sys.stderr)
    arguments = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder)]
    for name, value in SETTINGS.items():
        arguments += ["-c", f"{name}={value}"]
    process = subprocess.Popen(arguments, cwd=folder, user=user, group=user, extra_groups=[] if user else None, stdout=sys.stderr)
    return process, {"socket": str(folder)}, lambda: _answers(folder)


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(host=str(folder), user="matinee", dbname="postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: use the account that its package made."""
    if os.geteuid() != 0:
        return None
    shutil.chown(folder, "postgres", "postgres")
    return "postgres"


def _binaries() -> Path:
    """The newest installed version's folder."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).resolve().parent
    raise EngineMissing("PostgreSQL's server is not installed: `make test` installs it, or your package manager")
