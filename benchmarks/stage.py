"""The product with a catalogue: its upstream on the load's core, a member with an API key, one core for the server."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from benchmarks.bench import SERVER_CORE, pin
from benchmarks.upstream import Upstream, upstream
from tests.servers.product import Product, run

MEMBER, PHRASE = "mia", "another long enough phrase"
UNLIMITED = "api.hit=2000000000,api.miss=2000000,api.search=2000000"
"""Limits so high that nobody meets them: they are counted and told on every answer all the same."""


QUIET_SECONDS, LONGEST_WARMING = 5, 600


@dataclass(frozen=True, slots=True)
class Stage:
    """What a benchmark of the catalogue works with."""

    server: Product
    upstream: Upstream
    headers: dict[str, str]

    def client(self) -> httpx2.Client:
        """A client with the member's key, without compression."""
        headers = {**self.headers, "accept-encoding": "identity"}
        return httpx2.Client(base_url=self.server.url, headers=headers, timeout=60, trust_env=False)

    def settle(self) -> None:
        """Wait until the server asks its upstream for nothing by itself: what it warms at the start is no one's miss."""
        before, quiet = -1, 0
        for _ in range(LONGEST_WARMING):
            calls = sum(self.upstream.calls().values())
            quiet = quiet + 1 if calls == before else 0
            if quiet == QUIET_SECONDS:
                return
            before = calls
            time.sleep(1)
        raise AssertionError("the server did not stop warming")

    def path(self, film: int) -> str:
        """Where a film of the upstream is."""
        return f"/api/v1/movies/movie-{film}"


@contextmanager
def stage(folder: Path, *, latency: float = 0.0, **settings: str) -> Iterator[Stage]:
    """A running one."""
    with ExitStack() as stack:
        source = stack.enter_context(upstream(latency))
        chosen = {"limits": UNLIMITED, "demo": "false", "watch": "false", **source.settings, **settings}
        server = Product(folder / "data", {f"MATINEE_{name.upper()}": value for name, value in chosen.items()})
        stack.callback(server.close)
        added = run(folder / "data", "user", "add", MEMBER, "--password", PHRASE, **chosen)
        assert added.returncode == 0, added.stderr
        server.start()
        pin(server.pid, SERVER_CORE)
        yield Stage(server, source, member_key(server))


def member_key(server: Product) -> dict[str, str]:
    """The headers of a member's API key that may read the catalogue."""
    with server.client() as client:
        signed_in = client.post("/api/v1/auth/login", json={"name": MEMBER, "password": PHRASE}).raise_for_status().json()
        bearer = {"authorization": f"Bearer {signed_in['access_token']}"}
        wanted = {"name": "benchmark", "scopes": ["catalog:read"]}
        made = client.post("/api/v1/me/api-keys", json=wanted, headers=bearer).raise_for_status().json()
    return {"x-api-key": made["key"]}


def about_8_kilobytes(found: Stage) -> tuple[str, bytes]:
    """The path and the answer of the film whose answer comes nearest to 8 KB, out of some."""
    answers: dict[str, bytes] = {}
    with found.client() as client:
        for film in found.upstream.films[:60]:
            answer = client.get(found.path(film)).raise_for_status()
            answers[found.path(film)] = answer.content
            if abs(len(answer.content) - 8192) < 400:
                break
    return min(answers.items(), key=lambda item: abs(len(item[1]) - 8192))


@contextmanager
def redis_on_a_port(folder: Path) -> Iterator[tuple[str, int]]:
    """A Redis of our own that keeps nothing: its URL and process id."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port, process)
            yield f"redis://127.0.0.1:{port}/0", process.pid
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens."""
    for _ in range(500):
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("nobody listens")
