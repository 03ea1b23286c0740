"""F10: from the start of the process to the first answer, and the memory of a server that idles and of one under load."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from benchmarks.bench import memory, memory_of_tree, processor_seconds
from benchmarks.load import Mix, browse
from benchmarks.table import Figure
from tests.servers.product import environment, running
from tests.servers.waiting import wait_for_job

IDLE_SECONDS = 10


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F10."""
    data = folder / "start"
    first, _ = _until_answer(data)
    again, cost = sorted(_until_answer(data) for _ in range(5))[2]
    yield Figure("F10", "start to first answer", again, "s", 2.0, note=f"median of 5; {cost:.1f} s of processor time")
    yield Figure("F10", "first start of all to first answer", first, "s", note="creates the database")
    with running(folder / "memory", demo="true", demo_titles="6") as server:
        with server.signed_in() as client:
            wait_for_job(client, client.post("/api/v1/library/demo"), 300)
        server.stop()
        server.start()
        time.sleep(IDLE_SECONDS)
        yield Figure("F10", "memory when idle, server process", memory(server.pid), "MB", 150)
        yield Figure("F10", "memory when idle, with its children", memory_of_tree(server.pid), "MB", note="proportional")
        report = browse(server, Mix(users=16, seconds=20))
        yield Figure("F10", "memory under load, server process", memory(server.pid), "MB", 512, note=report.summary)
        yield Figure("F10", "memory under load, with its children", memory_of_tree(server.pid), "MB", 512, note="proportional")


def _until_answer(data: Path) -> tuple[float, float]:
    """Seconds until the server is ready, and the processor time it took for that."""
    data.mkdir(parents=True, exist_ok=True)
    with _free_port() as port:
        pass
    began = time.perf_counter()
    command = [sys.executable, "-m", "matinee", "serve", "--port", str(port)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=data, env=environment(data, {}), stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            while not _answers(port):
                assert process.poll() is None, "the server ended"
                assert time.perf_counter() - began < 60, "no answer in a minute"
                time.sleep(0.005)
            return time.perf_counter() - began, processor_seconds(process.pid)
        finally:
            process.terminate()


def _answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/api/health/ready", trust_env=False, timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


@contextmanager
def _free_port() -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])
