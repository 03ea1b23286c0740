"""A Redis of the tests' own, reached by a Unix socket; it keeps nothing on disk."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.servers.ending import end_with_parent
from tests.servers.postgres import Ready
from tests.servers.shared import START_SECONDS, EngineMissing


@dataclass(frozen=True, slots=True)
class RedisServer:
    """The run's server. A test picks a database number of its own, or flushes the one that it used."""

    socket: str

    def url(self, database: int = 0) -> str:
        """The URL as Matinee's settings take it."""
        return f"unix://{self.socket}?db={database}"


class OwnRedis:
    """A Redis of one test, which may stop, hang and come back empty without disturbing others. Use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> RedisServer:
        """Where it is; the same after a restart."""
        return RedisServer(str(self._folder / "redis.sock"))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self.process, _, ready = start(self._folder, end_with_parent if sys.platform == "linux" else None)
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Redis did not start")
            time.sleep(0.01)

    def hang(self) -> None:
        """Let it accept connections and answer nothing."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End of `hang`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()


def own() -> OwnRedis:
    """A Redis that is not started yet; in a short folder, because a Unix socket's path has 107 characters at most."""
    return OwnRedis(Path(tempfile.mkdtemp(prefix="mt-own-", dir="/tmp")))


def start(folder: Path, before: Callable[[], None] | None = None) -> tuple[subprocess.Popen[bytes], dict[str, str], Ready]:
    """Start a server that listens in `folder`; `before` runs in its process first."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        raise EngineMissing("redis-server is not installed: `make test` installs it, or your package manager")
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([binary, *options, "--databases", "64"], stdout=sys.stderr, preexec_fn=before)  # noqa: PLW1509 - one system call, no locks
    return process, {"socket": str(path)}, lambda: _answers(path)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
