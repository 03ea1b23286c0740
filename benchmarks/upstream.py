"""The fake TMDB in a process of its own on the load's core: what misses go to. It counts, and fails on demand.

Run as a module it serves, and takes orders from its standard input: `trouble 500`, `trouble 429`, `calm`, `count`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.bench import LOAD_CORE, ROOT, pin

FILMS = ROOT / os.environ.get("MATINEE_TEST_DATA", "../shared/data") / "tmdb5000"


class Upstream:
    """The running process."""

    def __init__(self, latency: float) -> None:
        self._latency = latency
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self.key = ""
        self.api = ""
        self.films: list[int] = []
        """The ids of its films, in no order."""

    @property
    def settings(self) -> dict[str, str]:
        """What points the product here, as `tests.servers.product.running` takes it."""
        pictures = f"{self.api.rpartition('/')[0]}/t/p/"
        return {"tmdb_api_key": self.key, "tmdb_base_urls": self.api, "tmdb_image_url": pictures}

    def start(self) -> None:
        """Start it; after `kill`, at the same address."""
        command = [sys.executable, "-m", "benchmarks.upstream", str(self._port), str(self._latency)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        said = self._read()
        self.key, self.api, self.films, self._port = said["key"], said["api"], said["films"], said["port"]
        pin(self._process.pid, LOAD_CORE)

    def kill(self) -> None:
        """From now on, connections are refused."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """From now on, connections are accepted by the system and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End of `hang`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def trouble(self, status: int) -> None:
        """From now on, every answer is this error."""
        self._tell(f"trouble {status}")

    def calm(self) -> None:
        """Answer properly again."""
        self._tell("calm")

    def calls(self) -> dict[str, int]:
        """How often each path was asked for, since the start."""
        self._tell("count")
        return dict(self._read())

    def _tell(self, order: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:  # Any: JSON
        assert self._process is not None
        assert self._process.stdout is not None
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found


@contextmanager
def upstream(latency: float = 0.0) -> Iterator[Upstream]:
    """A running one; `latency` in seconds."""
    found = Upstream(latency)
    found.start()
    try:
        yield found
    finally:
        found.kill()


def _serve() -> None:
    from tests.servers.fake_tmdb import KEY, FakeTmdb, Trouble, over_limit

    world = None
    if FILMS.is_dir():
        from tests.servers.fake_tmdb_films import real_films

        world = real_films(FILMS)
    with FakeTmdb(world, port=int(sys.argv[1]), latency=float(sys.argv[2])) as fake:
        films = list(fake.answers.world.films)
        print(json.dumps({"key": KEY, "api": fake.api_url, "films": films, "port": fake.port}), flush=True)
        for line in sys.stdin:
            order, _, status = line.strip().partition(" ")
            if order == "count":
                print(json.dumps(dict(fake.calls)), flush=True)
            elif order == "calm":
                fake.calm()
            elif status == "429":
                fake.trouble(over_limit())
            else:
                fake.trouble(Trouble(int(status), b"{}"))


if __name__ == "__main__":
    _serve()
