"""A bounded browse, search and watch load on a server of its own: `make load`.

The mix is a household's evening: most people look around, some search, some watch. Requests go to 127.0.0.1 only.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx2
from rich.console import Console
from rich.table import Table

from tests.servers.product import Product, running
from tests.servers.waiting import wait_for_job

WORDS = ("the", "night", "a", "moon", "story", "de", "garden", "nothng")
CAPABILITIES = {"video_codecs": ["h264"], "audio_codecs": ["aac", "mp3"], "containers": ["mp4"], "max_height": 1080}


@dataclass(frozen=True, slots=True)
class Mix:
    """How many people, for how long, and what share of their actions is what."""

    users: int = 20
    seconds: float = 30.0
    browse: float = 0.6
    search: float = 0.25


@dataclass(slots=True)
class Report:
    """Latencies by kind of request, and what went wrong."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        return sum(map(len, self.latencies.values()))

    @property
    def summary(self) -> str:
        return f"{self.requests / self.seconds:,.0f} requests/s, {sum(self.failures.values())} failed"

    def table(self) -> Table:
        """Count, median and tail of each kind, in milliseconds."""
        table = Table("request", "count", "p50 ms", "p95 ms", "p99 ms", box=None)
        for kind, found in sorted(self.latencies.items()):
            cuts = statistics.quantiles(found, n=100) if len(found) > 1 else found * 99
            table.add_row(kind, str(len(found)), *(f"{cuts[n - 1] * 1000:.1f}" for n in (50, 95, 99)))
        return table


class Person:
    """One user of the mix."""

    def __init__(self, client: httpx2.AsyncClient, report: Report, titles: list[str], chance: random.Random) -> None:
        self._client = client
        self._report = report
        self._titles = titles
        self._chance = chance

    async def act(self, mix: Mix) -> None:
        """Do one thing that people do."""
        pick = self._chance.random()
        if pick < mix.browse:
            await self._look()
        elif pick < mix.browse + mix.search:
            await self._get("search", f"/api/v1/search?q={self._chance.choice(WORDS)}")
        else:
            await self._watch()

    async def _look(self) -> None:
        page = self._chance.choice(("home", "library", "title"))
        if page == "home":
            await self._get("home", "/api/v1/home")
        elif page == "library":
            await self._get("library", "/api/v1/library/movies?limit=20")
        else:
            await self._get("title", f"/api/v1/movies/{self._chance.choice(self._titles)}")

    async def _watch(self) -> None:
        """The direct and remuxed cases: transcodes are measured by `make bench`, one at a time."""
        title = self._chance.choice(self._titles)
        body = {"title_id": title, "capabilities": CAPABILITIES}
        answer = await self._timed("session", self._client.post("/api/v1/streaming/sessions", json=body))
        if answer is None:
            return
        session = answer.json()
        await self._get("playlist", session["master_url"])
        if session.get("file_url"):
            await self._get("range", session["file_url"], headers={"range": "bytes=0-262143"})
        position = {"position": 5, "duration": 60, "state": "playing", "device": "load", "sequence": 1}
        await self._timed("progress", self._client.post(f"/api/v1/streaming/progress/{title}", json=position))
        await self._timed("end", self._client.delete(f"/api/v1/streaming/sessions/{session['id']}"))

    async def _get(self, kind: str, url: str, headers: dict[str, str] | None = None) -> None:
        await self._timed(kind, self._client.get(urljoin(str(self._client.base_url), url), headers=headers))

    async def _timed(self, kind: str, request: Awaitable[httpx2.Response]) -> httpx2.Response | None:
        began = time.perf_counter()
        try:
            answer = await request
        except httpx2.HTTPError as error:
            self._fail(f"{kind}: {type(error).__name__}")
            return None
        self._report.latencies.setdefault(kind, []).append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self._fail(f"{kind}: {answer.status_code}")
            return None
        return answer

    def _fail(self, what: str) -> None:
        self._report.failures[what] = self._report.failures.get(what, 0) + 1


def browse(server: Product, mix: Mix) -> Report:
    """Run the mix against a server and report."""
    with server.signed_in() as client:
        found = client.get("/api/v1/library/movies?limit=100&fields=id").raise_for_status().json()["items"]
        token = client.headers["authorization"]
    report = Report()
    asyncio.run(_run(server.url, token, [title["id"] for title in found], mix, report))
    return report


async def _run(url: str, token: str, titles: list[str], mix: Mix, report: Report) -> None:
    began = time.perf_counter()
    limits = httpx2.Limits(max_connections=mix.users)
    async with httpx2.AsyncClient(
        base_url=url, headers={"authorization": token}, limits=limits, timeout=30, trust_env=False
    ) as client:

        async def live(seed: int) -> None:
            person = Person(client, report, titles, random.Random(seed))
            while time.perf_counter() - began < mix.seconds:
                await person.act(mix)

        async with asyncio.TaskGroup() as people:
            for seed in range(mix.users):
                people.create_task(live(seed))
    report.seconds = time.perf_counter() - began


def main() -> None:
    """Start a server with a demo library, load it, print the report. `LOAD_USERS` and `LOAD_SECONDS` set how much."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), demo="true", demo_titles="6") as server:
        with server.signed_in() as client:
            console.print("Preparing a demo library …")
            wait_for_job(client, client.post("/api/v1/library/demo"), 300)
        mix = Mix(int(os.environ.get("LOAD_USERS", "20")), float(os.environ.get("LOAD_SECONDS", "30")))
        console.print(f"{mix.users} people for {mix.seconds:g} s …")
        report = browse(server, mix)
    console.print(report.table())
    console.print(report.summary)
    for failure, times in sorted(report.failures.items()):
        console.print(f"[red]failed[/red] {failure}: {times} times")
    raise SystemExit(bool(report.failures))


if __name__ == "__main__":
    main()
