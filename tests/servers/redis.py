"""A Redis of the tests' own, reached by a Unix socket; it keeps nothing on disk."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.servers.postgres import Ready
from tests.servers.shared import EngineMissing


@dataclass(frozen=True, slots=True)
class RedisServer:
    """The run's server. A test picks a database number of its own, or flushes the one that it used."""

    socket: str

    def url(self, database: int = 0) -> str:
        """The URL as Matinee's settings take it."""
        return f"unix://{self.socket}?db={database}"


def start(folder: Path) -> tuple[subprocess.Popen[bytes], dict[str, str], Ready]:
    """Start a server that listens in `folder`."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        raise EngineMissing("redis-server is not installed: `make test` installs it, or your package manager")
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([binary, *options, "--databases", "64"], stdout=sys.stderr)
    return process, {"socket": str(path)}, lambda: _answers(path)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
