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

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(host=self.socket, user="matinee", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


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
