"""The real playback feature behind a real web server, on a library that lives in memory."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin

import httpx2
import uvicorn

from matinee.features.catalog.service import ItemSummary
from matinee.features.playback import feature
from matinee.features.playback.jobs import jobs as playback_jobs
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.sources import SourceFile, SourceItem, SourceSubtitle
from matinee.infra.clock import Clock, SystemClock
from matinee.infra.database import Database
from matinee.infra.errors import TitleNotFound
from matinee.infra.feature import Container
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.app import SECURITY_HEADERS, HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller, Generation, Permission
from matinee.infra.http.edge.heads import Heads
from matinee.infra.http.edge.hot_lane import HotLane
from matinee.infra.http.edge.lane_protocol import protocol_with
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.limits import Limits
from matinee.infra.http.rights import UNLIMITED, Allowance, NoLimits, Rights
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import FileId, ItemId, TitleId, UserId
from matinee.infra.jobs.definitions import Jobs
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.media.keyframes import KeyFrameReader
from matinee.infra.media.probe import MediaUnreadable, ProbeOptions, Prober, make_worker_pool
from matinee.infra.media.tools import MediaTools
from matinee.infra.observability import Metrics
from matinee.infra.paths import DataPaths
from matinee.infra.signing import Signer

API = "/api/v1/streaming"


@dataclass
class Shelf:
    """`LibraryFiles` in memory: one item for each file, its id the file's stem."""

    items: dict[str, SourceItem] = field(default_factory=dict)
    positions: dict[str, float] = field(default_factory=dict)

    async def put(self, prober: Prober, path: Path, subtitles: Sequence[SourceSubtitle] = ()) -> str:
        """Add a file as the library would have it; gives the item's id."""
        status = path.stat()
        try:
            info, state = await prober.probe(path), "ok"
        except MediaUnreadable:
            info, state = None, "broken"
        name = re.sub(r"\W", "-", path.name, flags=re.ASCII)
        source = SourceFile(
            FileId(f"f-{name}"), path.absolute(), status.st_size, status.st_mtime_ns, state, info, tuple(subtitles)
        )
        summary = ItemSummary(id=f"i-{name}", title_id=f"local-{name}", kind="movie", name=path.stem, files=[])
        self.items[f"i-{name}"] = SourceItem(ItemId(f"i-{name}"), TitleId(f"local-{name}"), summary, (source,))
        return f"i-{name}"

    async def item(self, unit: object, item_id: ItemId) -> SourceItem:
        if item_id not in self.items:
            raise TitleNotFound("There is no such item.")
        return self.items[item_id]

    async def title(self, unit: object, user_id: str, title_id: TitleId) -> SourceItem:
        found = await self.items_of(unit, title_id)
        if not found:
            raise TitleNotFound("There is no such title.")
        return found[0]

    async def items_of(self, unit: object, title_id: TitleId) -> list[SourceItem]:
        return [item for item in self.items.values() if item.title_id == title_id]

    async def require_suitable(self, title_id: TitleId, max_age: int) -> None:
        """Everything here is for everybody."""

    async def resume_position(self, unit: object, user_id: str, item_id: ItemId) -> float:
        return self.positions.get(item_id, 0.0)


class Nobody:
    """A `CredentialMemory` that remembers none."""

    generation = Generation()

    def remembered(self, authorization: str, api_key: str, session: str) -> tuple[Caller, float] | None:
        return None


@dataclass
class Account(NoLimits):
    """`Rights` that a test may change."""

    allowed: Allowance = UNLIMITED

    async def allowance(self, user_id: UserId) -> Allowance:
        return self.allowed


class NamedCallers:
    """The header `X-User: ada` (or `admin`) is the whole sign-in; `X-May: play` names the permissions, all when left out."""

    async def authenticate(self, method: str, headers: Any, cookies: Any) -> Caller | None:
        name = headers.get("x-user")
        if not name:
            return None
        admin = name == "admin"
        scopes = ALL_SCOPES if admin else USER_SCOPES
        may = cast("frozenset[Permission]", frozenset(headers.get("x-may", "play,transcode").split(",")))
        return Caller(UserId(name), name, "admin" if admin else "user", "free", scopes, "token", f"c-{name}", permissions=may)


@dataclass
class Stage:
    """A running server and what is needed to look behind it."""

    client: httpx2.AsyncClient
    container: Container
    shelf: Shelf
    prober: Prober
    jobs: ImmediateJobs

    async def add(self, path: Path, subtitles: Sequence[SourceSubtitle] = ()) -> str:
        return await self.shelf.put(self.prober, path, subtitles)

    async def begin(self, item_id: str, user: str = "ada", **capabilities: Any) -> httpx2.Response:
        body = {"item_id": item_id, "capabilities": capabilities}
        return await self.client.post(f"{API}/sessions", json=body, headers={"X-User": user})

    async def play(self, item_id: str, user: str = "ada", **capabilities: Any) -> dict[str, Any]:
        response = await self.begin(item_id, user, **capabilities)
        assert response.status_code == 201, response.text
        return response.json()

    async def text(self, url: str) -> str:
        response = await self.client.get(url)
        assert response.status_code == 200, response.text
        return response.text

    async def data(self, url: str) -> bytes:
        """A segment; 503 is answered by asking again, as players do."""
        for _ in range(20):
            response = await self.client.get(url)
            if response.status_code != 503:
                break
            await asyncio.sleep(0.5)
        assert response.status_code == 200, response.text
        return response.content

    async def variants(self, master_url: str) -> dict[str, str]:
        """Rendition name to the address of its playlist."""
        lines = (await self.text(master_url)).splitlines()
        urls = [urljoin(master_url, line) for line in lines if line and not line.startswith("#")]
        return {re.search(r"video/([^/]+)/", url)[1]: url for url in urls}  # type: ignore[index]


def addresses(playlist_url: str, playlist: str) -> tuple[str, list[str], list[float]]:
    """Of a media playlist: the initialisation segment, the segments, their lengths."""
    init = re.search(r'#EXT-X-MAP:URI="([^"]+)"', playlist)
    lengths = [float(length) for length in re.findall(r"#EXTINF:([\d.]+),", playlist)]
    segments = [urljoin(playlist_url, line) for line in playlist.splitlines() if line and not line.startswith("#")]
    return urljoin(playlist_url, init[1]) if init else "", segments, lengths


@asynccontextmanager
async def staged(
    database: Database, tools: MediaTools, data: Path, options: PlaybackOptions, clock: Clock | None = None
) -> AsyncIterator[Stage]:
    """The feature, served on a free port of this machine."""
    container, shelf = Container(), Shelf()
    paths = container.add(DataPaths, DataPaths(data))
    paths.create()
    clock = clock or SystemClock()
    pool = make_worker_pool(ProbeOptions(workers=1))
    prober, jobs = Prober(pool), ImmediateJobs()
    container.add(Database, database)
    container.add(Clock, clock)  # type: ignore[type-abstract]
    container.add(Signer, Signer(b"k" * 32))
    container.add(Metrics, Metrics())
    container.add(HealthChecks, HealthChecks(clock))
    container.add(MediaTools, tools)
    container.add(KeyFrameReader, KeyFrameReader(pool))
    container.add(PlaybackOptions, options)
    container.add(Jobs, jobs)  # type: ignore[type-abstract]
    container.add(Authenticator, NamedCallers())  # type: ignore[type-abstract]
    container.add(Rights, Account())  # type: ignore[type-abstract]
    feature.assemble(container, shelf)
    jobs.register(*playback_jobs(container))
    routers = [router for group in feature.FEATURE.routes for router in group.routers]
    app = create_app(
        container,
        routers,
        options=HttpOptions(),
        web=WebFiles(None, ""),
        lifespan=lambda: feature.playing(container),
    )
    metrics = container.get(Metrics)
    lane = HotLane(
        AnswerTable(1 << 20, metrics),
        Heads("matinee_session"),
        Nobody(),
        Limits(),
        clock,
        metrics,
        headers=SECURITY_HEADERS,
        files=[lane for group in feature.FEATURE.routes if group.lanes for lane in group.lanes(container)],
    )
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, http=protocol_with(lane), log_config=None, lifespan="on", timeout_graceful_shutdown=2)
    )
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets=[bound]))
        while not server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        try:
            async with httpx2.AsyncClient(base_url=url, timeout=40) as client:
                yield Stage(client, container, shelf, prober, jobs)
        finally:
            server.should_exit = True
    await prober.aclose()


@dataclass(frozen=True)
class Reading:
    """What ffmpeg found when it read a stream to its end."""

    seconds: float
    pictures: int
    complaints: list[str]


async def read_through(tools: MediaTools, url: str, *select: str) -> Reading:
    """Let ffmpeg decode everything at an address or in a file."""
    streams = select or ("-map", "0:v:0", "-map", "0:a:0?")
    quiet = ("-hide_banner", "-nostdin", "-v", "info", "-nostats")
    command = [str(tools.ffmpeg), *quiet, "-i", url, *streams, "-fps_mode", "passthrough", "-f", "null", "-"]
    done = await asyncio.to_thread(subprocess.run, ["nice", *command], capture_output=True, text=True, timeout=100, check=False)
    text = done.stderr
    found = re.findall(r"time=(\d+):(\d+):([\d.]+)", text)
    seconds = float(found[-1][0]) * 3600 + float(found[-1][1]) * 60 + float(found[-1][2]) if found else 0.0
    pictures = re.findall(r"frame= *(\d+)", text)
    words = ("error", "invalid", "non-monoton", "discontinuity", "corrupt", "missing", "failed", "dts <", "out of order")
    complaints = [line for line in text.splitlines() if any(word in line.lower() for word in words)]
    if done.returncode:
        complaints.append(f"code {done.returncode}")
    return Reading(seconds, int(pictures[-1]) if pictures else 0, complaints)
