"""Redis behind a sentinel, and as a cluster: processes of one test module, on ports of 127.0.0.1 that were free."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import redis as driver

from tests.servers.ending import end_with_parent
from tests.servers.shared import START_SECONDS, EngineMissing

SERVICE = "films"
_NODES = 3
_SLOTS = 16384


class _Fleet:
    """A context manager. Nothing is kept on disk but what a cluster and a sentinel note about themselves."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="mt-fleet-", dir="/tmp"))
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def client(self, port: int) -> driver.Redis:
        """Straight to one process."""
        return driver.Redis(host="127.0.0.1", port=port, socket_timeout=5)

    def kill(self, port: int) -> None:
        """End one process as a power cut does."""
        self.processes[port].kill()
        self.processes[port].wait()

    def _start(self) -> None:
        raise NotImplementedError

    def _run(self, port: int, *options: str) -> None:
        binary = shutil.which("redis-server") or shutil.which("valkey-server")
        if binary is None:
            raise EngineMissing("redis-server is not installed: `make test` installs it, or your package manager")
        folder = self._folder / str(port)
        folder.mkdir(exist_ok=True)
        common = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "no"]
        before = end_with_parent if sys.platform == "linux" else None
        log = (folder / "log").open("ab")
        self.processes[port] = subprocess.Popen([binary, *options, *common], stdout=log, preexec_fn=before)  # noqa: PLW1509 - one system call, no locks
        log.close()

    def _until(self, what: str, true: Callable[[], object]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if true():
                    return
            except driver.RedisError:
                pass
            assert time.monotonic() < deadline, f"not in time: {what}"
            time.sleep(0.02)


class WatchedRedis(_Fleet):
    """A master, its replica, and a sentinel that makes the replica the master when the first is gone for 0.3 s."""

    def __init__(self) -> None:
        super().__init__()
        self.sentinel, self.first, self.second = _free_ports(3)

    @property
    def url(self) -> str:
        """As Matinee's settings take it. The first sentinel is one that does not exist."""
        return f"redis+sentinel://127.0.0.1:1,127.0.0.1:{self.sentinel}/{SERVICE}/1"

    def master(self) -> int:
        """The port of the master, as the sentinel sees it."""
        return int(self._seen()["port"])

    def _seen(self) -> dict[str, Any]:  # Any: numbers and words
        return cast("dict[str, Any]", self.client(self.sentinel).sentinel_master(SERVICE))

    def _start(self) -> None:
        quick = ["--repl-diskless-sync-delay", "0"]
        self._run(self.first, *quick)
        self._run(self.second, *quick, "--replicaof", "127.0.0.1", str(self.first))
        self._until("the replica", lambda: self.client(self.second).info("replication")["master_link_status"] == "up")
        notes = self._folder / "sentinel.conf"
        notes.write_text(
            f"sentinel monitor {SERVICE} 127.0.0.1 {self.first} 1\n"
            f"sentinel down-after-milliseconds {SERVICE} 300\n"
            f"sentinel failover-timeout {SERVICE} 2000\n"
        )
        self._run(self.sentinel, str(notes), "--sentinel")
        self._until("the sentinel", lambda: self._seen()["num-slaves"] == 1)


class ClusterRedis(_Fleet):
    """Three masters that share the slots."""

    def __init__(self) -> None:
        super().__init__()
        # A node listens on its port and on that plus 10,000.
        self.ports = _free_ports(_NODES, most=50_000)

    @property
    def url(self) -> str:
        """As Matinee's settings take it. The first node is one that does not exist."""
        return f"redis+cluster://127.0.0.1:1,127.0.0.1:{self.ports[0]},127.0.0.1:{self.ports[1]}"

    def flush(self) -> None:
        for port in self.ports:
            self.client(port).flushall()

    def _start(self) -> None:
        for port in self.ports:
            # Long, so that two masters that wait for a busy machine do not take each other for dead and refuse everything.
            own = ["--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--cluster-require-full-coverage", "no"]
            self._run(port, *own)
        for number, port in enumerate(self.ports):
            self._until("a node", self.client(port).ping)
            first, last = number * _SLOTS // _NODES, (number + 1) * _SLOTS // _NODES - 1
            self.client(port).cluster("addslotsrange", first, last)
            self.client(port).cluster("set-config-epoch", number + 1)
        for port in self.ports[1:]:
            self.client(port).cluster("meet", "127.0.0.1", self.ports[0])
        for port in self.ports:
            self._until("the cluster", partial(self._whole, port))

    def _whole(self, port: int) -> bool:
        info = self.client(port).cluster("info")
        return (info["cluster_state"], info["cluster_known_nodes"], info["cluster_slots_assigned"]) == ("ok", "3", str(_SLOTS))


def _free_ports(count: int, most: int = 65_535) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # The system offers high ones; half of one is free just as likely.
        found.append(port if port <= most else port - 20_000)
    return found
