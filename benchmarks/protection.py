"""What protection costs: a credential, the limits, a storm of sign-ins, a flood from one address.

The server has one core, everybody else the other. It stands behind a proxy that it trusts, which is how one machine can be many
addresses: `X-Forwarded-For` says from where.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from benchmarks.bench import LOAD_CORE, memory_of_tree, processor_seconds, wrk
from benchmarks.stage import MEMBER, PHRASE, UNLIMITED, Stage, about_8_kilobytes, redis_on_a_port, stage
from benchmarks.table import Figure

SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
ROUNDS = 3
PEOPLE, STORM, STORM_SECONDS = 20, 100, 10.0
DYNAMIC = "0"
"""Bytes of memory for answers: without any the hot lane has none, every request takes the whole way through the application."""
PROXY = "127.0.0.1"
FLOODER = "203.0.113.9"


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of protection."""
    yield from _credentials(folder / "credentials")
    yield from _shared_limits(folder / "redis")
    yield from _storm(folder / "storm")
    yield from _flood(folder / "flood")


def _credentials(folder: Path) -> Iterator[Figure]:
    limits = f"{UNLIMITED},anonymous.hit=2000000000,anonymous.miss=2000000,free.hit=2000000000"
    with stage(folder, catalog_access="public", limits=limits, answer_memory_bytes=DYNAMIC) as found:
        found.settle()
        path, _ = about_8_kilobytes(found)
        callers = {
            "anonymous": dict[str, str](),
            "member": found.headers,
            "administrator": _admin_key(found),
            "token": _token(found),
        }
        costs = _costs(found, path, callers)
        shown = ", ".join(f"{name} {cost * 1e6:.0f} µs" for name, cost in costs.items())
    for name in ("member", "token"):
        what = "an API key" if name == "member" else "an access token"
        over = (costs[name] / costs["anonymous"] - 1) * 100
        yield Figure("auth", f"dynamic request with {what}, more than anonymous", over, "%", 25, note=shown)
    limiter = (costs["member"] - costs["administrator"]) * 1e6
    yield Figure(
        "limits", "processor time of counting a request, in memory", limiter, "µs", note="a member's beside an administrator's"
    )


def _shared_limits(folder: Path) -> Iterator[Figure]:
    with (
        redis_on_a_port(folder / "engine") as (url, _),
        stage(folder / "own", redis_url=url, answer_memory_bytes=DYNAMIC) as found,
    ):
        found.settle()
        path, _ = about_8_kilobytes(found)
        costs = _costs(found, path, {"member": found.headers, "administrator": _admin_key(found)})
    limiter = (costs["member"] - costs["administrator"]) * 1e6
    yield Figure("limits", "the same over Redis", limiter, "µs", note=f"of {costs['member'] * 1e6:.0f} µs")


def _costs(found: Stage, path: str, callers: dict[str, dict[str, str]]) -> dict[str, float]:
    """Processor seconds of one request of each caller: the median of rounds in turn."""
    some: dict[str, list[float]] = {name: [] for name in callers}
    for number in range(ROUNDS + 1):
        for name, headers in callers.items():
            before = processor_seconds(found.server.pid)
            load = wrk(found.server.url + path, seconds=SECONDS, connections=16, headers=headers)
            assert not load.errors, f"{name}: {load.errors}"
            if number:  # the first round warms
                some[name].append((processor_seconds(found.server.pid) - before) / (load.per_second * SECONDS))
    return {name: statistics.median(cost) for name, cost in some.items()}


def _admin_key(found: Stage) -> dict[str, str]:
    with found.server.signed_in() as client:
        made = client.post("/api/v1/me/api-keys", json={"name": "benchmark", "scopes": ["catalog:read"]}).raise_for_status()
    return {"x-api-key": made.json()["key"]}


def _token(found: Stage) -> dict[str, str]:
    with found.server.client() as client:
        answer = client.post("/api/v1/auth/login", json={"name": MEMBER, "password": PHRASE}).raise_for_status()
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def _storm(folder: Path) -> Iterator[Figure]:
    # Everybody signs in again and again, which nobody does: the limits would end the storm after ten rounds.
    limits = f"{UNLIMITED},anonymous.sign_in=1000000,free.sign_in=1000000"
    with stage(folder, trusted_proxies=PROXY, limits=limits) as found:
        found.settle()
        names = [f"guest{number}" for number in range(STORM)]
        with found.server.signed_in() as admin:
            for name in names:
                admin.post("/api/v1/admin/users", json={"name": name, "password": PHRASE}).raise_for_status()
        calm = asyncio.run(_asking(found, 3.0))
        peak = _Peak(found.server.pid)
        with peak.watching(), _thread(lambda: asyncio.run(_sign_in_all(found, names))) as storm:
            busy = asyncio.run(_asking(found, STORM_SECONDS))
        signed, refused = storm[0] if storm else (0, 0)
    note = f"{signed} sign-ins of {STORM} accounts at once for {STORM_SECONDS:g} s, {refused} told to wait"
    yield Figure("storm", "memory while 100 sign in at once, server and children", peak.megabytes, "MB", 512, note=note)
    note = f"p95 without the storm {_p95(calm.times):.1f} ms; {busy.failed} failed"
    yield Figure("storm", "p95 of other people's dynamic requests meanwhile", _p95(busy.times), "ms", 250, note=note)


async def _sign_in_all(found: Stage, names: Sequence[str]) -> tuple[int, int]:
    """Everybody signs in once and again, each from an address of their own. Gives how many did, how many had to wait."""
    until, done, refused = time.monotonic() + STORM_SECONDS, 0, 0
    async with httpx2.AsyncClient(base_url=found.server.url, timeout=60, trust_env=False) as client:

        async def one(number: int, name: str) -> None:
            nonlocal done, refused
            while time.monotonic() < until:
                headers = {"x-forwarded-for": f"198.51.100.{number + 1}"}
                answer = await client.post("/api/v1/auth/login", json={"name": name, "password": PHRASE}, headers=headers)
                assert answer.status_code in {200, 429, 503}, answer.text
                done, refused = done + (answer.status_code == 200), refused + (answer.status_code != 200)
                if answer.status_code != 200:
                    await asyncio.sleep(1)

        async with asyncio.TaskGroup() as storm:
            for number, name in enumerate(names):
                storm.create_task(one(number, name))
    return done, refused


def _flood(folder: Path) -> Iterator[Figure]:
    with stage(folder, trusted_proxies=PROXY, catalog_access="public", answer_memory_bytes=DYNAMIC) as found:
        found.settle()
        seconds = max(5.0, SECONDS)
        calm = asyncio.run(_asking(found, seconds))
        target = f"{found.server.url}/api/v1/movies/movie-{found.upstream.films[0]}"
        with _flooding(target, seconds + 20) as flood:
            time.sleep(10)  # until it is noticed
            busy = asyncio.run(_asking(found, seconds))
        answers = flood.statuses()
    ratio = _p95(busy.times) / _p95(calm.times)
    note = f"{_p95(busy.times):.1f} beside {_p95(calm.times):.1f} ms; {busy.failed} failed; the flood: {answers}"
    yield Figure("flood", "p95 of others while one address floods, by that without", ratio, "x", 1.3, note=note)


@dataclass(slots=True)
class Asked:
    """Milliseconds of the answers, and how many were none."""

    times: list[float] = field(default_factory=list)
    failed: int = 0


async def _asking(found: Stage, seconds: float) -> Asked:
    """Twenty members, each from an address of their own, ask for a title every tenth of a second."""
    asked, until = Asked(), time.monotonic() + seconds
    films = found.upstream.films[:PEOPLE]
    async with httpx2.AsyncClient(base_url=found.server.url, timeout=30, trust_env=False) as client:

        async def one(number: int) -> None:
            headers = {**found.headers, "x-forwarded-for": f"192.0.2.{number + 1}", "accept-encoding": "identity"}
            await asyncio.sleep(number / PEOPLE / 10)
            while time.monotonic() < until:
                began = time.perf_counter()
                answer = await client.get(f"/api/v1/movies/movie-{films[number]}?fields=id,title", headers=headers)
                asked.times.append((time.perf_counter() - began) * 1000)
                asked.failed += answer.status_code != 200
                await asyncio.sleep(0.1)

        async with asyncio.TaskGroup() as people:
            for number in range(PEOPLE):
                people.create_task(one(number))
    return asked


def _p95(milliseconds: Sequence[float]) -> float:
    return statistics.quantiles(milliseconds, n=100)[94]


class _Peak:
    """The most memory that a server and its children had at any of our looks."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.megabytes = 0.0

    @contextmanager
    def watching(self) -> Iterator[None]:
        done = threading.Event()

        def look() -> None:
            while not done.wait(0.2):
                self.megabytes = max(self.megabytes, memory_of_tree(self._pid))

        thread = threading.Thread(target=look, name="memory")
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


@contextmanager
def _thread(work: Callable[[], tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Run `work` beside the block; its result is in the list after it."""
    results = list[tuple[int, int]]()
    thread = threading.Thread(target=lambda: results.append(work()), name="storm")
    thread.start()
    try:
        yield results
    finally:
        thread.join()


class _Flood:
    """A wrk that asks as fast as it can, in the name of one address."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def statuses(self) -> str:
        """What it got, in a few words."""
        said, _ = self._process.communicate(timeout=60)
        lines = [line.strip() for line in said.splitlines()]
        return "; ".join(line for line in lines if line.startswith(("Requests/sec", "Non-2xx", "Socket errors")))


@contextmanager
def _flooding(url: str, seconds: float) -> Iterator[_Flood]:
    command = [
        "taskset",
        "-c",
        str(LOAD_CORE),
        "wrk",
        "-t1",
        "-c64",
        f"-d{seconds:.0f}s",
        "-H",
        f"X-Forwarded-For: {FLOODER}",
        url,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield _Flood(process)
    finally:
        if process.poll() is None:
            process.wait(seconds + 30)
