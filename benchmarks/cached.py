"""F1 and F2: a cached title of about 8 KB by the whole product, beside nginx with the same bytes as a file, and beside a peer.

Every server has one core to itself, wrk has the other; they take turns, and the median of the rounds counts. A member with an
API key asks the product, so credential, limit, request id and metrics are paid for. The peer has none of these, and its Redis
is on the load's core. Where the machine is busy, processor time for a request says more than requests for a second.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from benchmarks.bench import LOAD_CORE, SERVER_CORE, Load, pin, processor_seconds, wrk, wrk_many
from benchmarks.nginx import gateway
from benchmarks.stage import Stage, about_8_kilobytes, free_port, redis_on_a_port, stage, wait_for_port
from benchmarks.table import Figure

PEER = Path(__file__).parent / "peers" / "express"
ROUNDS, SECONDS, CONNECTIONS = 3, 6, 64
TITLES = 2000
"""So many in turn that the lane's memory of what came a moment ago is of little use, as with people who look at many things."""


def measure_nginx(folder: Path) -> Iterator[Figure]:
    """The figures of F1."""
    with stage(folder, tmdb_rate="5000") as own:
        own.settle()
        path, body = about_8_kilobytes(own)
        static = folder / "static"
        static.mkdir(parents=True)
        (static / "title.json").write_bytes(body)
        upstream = own.server.url.removeprefix("http://")
        with gateway(folder / "nginx", static=static, upstream=upstream, small=True) as (address, pid):
            pin(pid, SERVER_CORE)
            urls = {"own": own.server.url + path, "nginx": f"{address}/static/title.json"}
            loads = _in_turns(urls, own.headers)
            cost = _processor_time(own.server.pid, urls["own"], own.headers)
            worker = psutil.Process(pid).children()[0].pid
            theirs_cost = _processor_time(worker, urls["nginx"], own.headers)
            paths = _many(own, static)
            varied = _varied(own.server.pid, own.server.url, paths, folder, own.headers)
            files = [f"/static{path}.json" for path in paths]
            theirs_varied = _varied(worker, address, files, folder, own.headers)
        mine, theirs = loads["own"], loads["nginx"]
        note = f"{mine.per_second:,.0f} and {theirs.per_second:,.0f} requests/s of {len(body):,} bytes, always the same"
        yield Figure("F1", "cached title, share of nginx", mine.per_second / theirs.per_second, "x", 0.9, "more", note)
        note = f"nginx: {theirs_cost * 1e6:.1f} µs; {mine.errors or 'no errors'}"
        yield Figure("F1", "processor time of a cached title", cost * 1e6, "µs", note=note)
        note = f"{TITLES:,} titles in turn, of different sizes; nginx with as many files: {theirs_varied * 1e6:.1f} µs"
        yield Figure("F1", "processor time of cached titles that differ", varied * 1e6, "µs", note=note)


def measure_peer(folder: Path) -> Iterator[Figure]:
    """The figures of F2."""
    with stage(folder) as own, redis_on_a_port(folder / "redis") as (redis, pid):
        pin(pid, LOAD_CORE)
        own.settle()
        path, body = about_8_kilobytes(own)
        film = path.rpartition("/")[2]
        _store(redis, f"movie:{film}", body)
        with peer(redis) as (address, peer_pid):
            urls = {"own": own.server.url + path, "peer": f"{address}/api/v1/movies/{film}"}
            loads = _in_turns(urls, own.headers)
            cost = _processor_time(own.server.pid, urls["own"], own.headers)
            theirs_cost = _processor_time(peer_pid, urls["peer"], own.headers)
        mine, theirs = loads["own"], loads["peer"]
        note = f"{mine.per_second:,.0f} and {theirs.per_second:,.0f} requests/s; {theirs.errors or 'no errors'}"
        yield Figure("F2", "cached title, times Express", mine.per_second / theirs.per_second, "x", 15, "more", note)
        note = f"{theirs_cost * 1e6:.0f} and {cost * 1e6:.1f} µs"
        yield Figure("F2", "processor time of a cached title, Express' by ours", theirs_cost / cost, "x", note=note)


def _many(own: Stage, static: Path) -> list[str]:
    """The targets of many titles, each answered twice, and each answer as a file below `static`."""
    paths = [own.path(film) for film in own.upstream.films[:TITLES]]
    with own.client() as client:
        for path in paths * 2:
            answer = client.get(path, headers={"accept-encoding": "identity"})
            answer.raise_for_status()
            file = static / f"{path.lstrip('/')}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(answer.content)
    return paths


def _varied(pid: int, server: str, paths: list[str], folder: Path, headers: dict[str, str]) -> float:
    """Processor seconds of one answer when each request is for another title."""
    before = processor_seconds(pid)
    load = wrk_many(server, paths, folder, seconds=SECONDS, connections=CONNECTIONS, headers=headers)
    assert not load.failed, load.errors
    return (processor_seconds(pid) - before) / (load.per_second * SECONDS)


@contextmanager
def peer(redis: str) -> Iterator[tuple[str, int]]:
    """The Express server; gives its address and process id. Its packages are installed as its lock names them."""
    if not (PEER / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=PEER, check=True, capture_output=True, timeout=300)
    port = free_port()
    settings = {"REDIS_URL": redis, "PORT": str(port), "NODE_ENV": "production"}
    node = shutil.which("node")
    assert node is not None, "Node is not installed"
    with subprocess.Popen([node, "server.js"], cwd=PEER, env=os.environ | settings, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port, process)
            pin(process.pid, SERVER_CORE)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


def _in_turns(urls: dict[str, str], headers: dict[str, str]) -> dict[str, Load]:
    found: dict[str, list[Load]] = {name: [] for name in urls}
    for url in urls.values():
        wrk(url, seconds=2, connections=CONNECTIONS, headers=headers)
    for _ in range(ROUNDS):
        for name, url in urls.items():
            found[name].append(wrk(url, seconds=SECONDS, connections=CONNECTIONS, headers=headers))
    return {name: Load(statistics.median(load.per_second for load in some), some[-1].errors) for name, some in found.items()}


def _processor_time(pid: int, url: str, headers: dict[str, str]) -> float:
    before = processor_seconds(pid)
    load = wrk(url, seconds=SECONDS, connections=CONNECTIONS, headers=headers)
    return (processor_seconds(pid) - before) / (load.per_second * SECONDS)


def _store(url: str, key: str, value: bytes) -> None:
    """One SET by Redis' own protocol; the value is what the peer would have cached: compact JSON."""
    value = json.dumps(json.loads(value), separators=(",", ":"), ensure_ascii=False).encode()
    port = int(url.rpartition(":")[2].partition("/")[0])
    parts = (b"SET", key.encode(), value)
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"*3\r\n" + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
        assert connection.recv(5) == b"+OK\r\n"
