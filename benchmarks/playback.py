"""F11: from play to the first segment of a 1080p film, cold, and what cached segments cost beside nginx.

Server and gateway share one core, the load has the other.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2

from benchmarks.bench import SERVER_CORE, film, pin, wrk
from benchmarks.nginx import gateway
from benchmarks.table import Figure
from tests.servers.product import running
from tests.servers.waiting import wait_until

FILMS, SECONDS = 3, 40
GRAINED, GRAIN = "Grained Film", 12
"""A film whose 1080p rendition is as large as its bit rate allows, like that of most films: test pictures are small."""
ROUNDS = 3
CAPABILITIES = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["hls"], "max_height": 1080}


@dataclass(frozen=True, slots=True)
class Played:
    """What one press on play took, and the segment that came."""

    seconds: float
    segment_url: str
    segment: bytes


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F11."""
    library = folder / "films"
    for number in range(FILMS):
        film(library / f"Measured Film {number + 1} (2020).mkv", seconds=SECONDS, tone=300 + number * 100)
    film(library / f"{GRAINED} (2021).mkv", seconds=SECONDS, grain=GRAIN)
    with running(folder / "data", library_paths=str(library)) as server, server.signed_in() as client:
        *titles, grained = wait_until(lambda: _titles(client), 120, "the films in the library")
        for rendition, target in (("original", 0.3), ("1080p", 1.0), ("720p", 1.0)):
            plays = [_play(client, title, rendition) for title in titles]
            what = "remuxed" if rendition == "original" else f"transcoded to {rendition}"
            note = f"1080p h264, median of {FILMS}, cold"
            yield Figure(
                "F11", f"play to first segment, {what}", statistics.median(p.seconds for p in plays), "s", target, note=note
            )
        light, heavy = _play(client, titles[0], "720p", end=False), _play(client, grained, "1080p", end=False)
        pin(server.pid, SERVER_CORE)
        whole = (light, heavy)
        for cached in whole:
            yield _alone(folder, server.url, cached)
    accelerated = {"library_paths": str(library), "accel_prefix": "/_media"}
    with running(folder / "data", **accelerated) as server, server.signed_in() as client:
        again = _play(client, titles[0], "720p", end=False), _play(client, grained, "1080p", end=False)
        pin(server.pid, SERVER_CORE)
        for cached, known in zip(again, whole, strict=True):
            yield _behind(folder, server.url, cached.segment_url, known.segment)


def _alone(folder: Path, url: str, played: Played) -> Figure:
    (folder / "static").mkdir(exist_ok=True)
    (folder / "static" / "segment.m4s").write_bytes(played.segment)
    with gateway(folder / "g1", static=folder / "static", upstream=urlsplit(url).netloc) as (front, pid):
        pin(pid, SERVER_CORE)
        ratio, note = _ratio(urljoin(url, played.segment_url), f"{front}/static/segment.m4s")
    size = f"{len(played.segment) // 1024:,} KiB"
    return Figure("F11", f"cached segment of {size} / nginx static, alone", ratio, "×", 0.3, "more", note)


def _behind(folder: Path, url: str, segment_url: str, segment: bytes) -> Figure:
    """`segment` is what must come: without the gateway the answer is empty, and only names the file."""
    (folder / "static" / "segment.m4s").write_bytes(segment)
    with gateway(folder / "g2", static=folder / "static", upstream=urlsplit(url).netloc) as (front, pid):
        pin(pid, SERVER_CORE)
        got = httpx2.get(urljoin(front, segment_url), trust_env=False)
        assert got.content == segment, f"{got.status_code}: not the segment"
        ratio, note = _ratio(urljoin(front, segment_url), f"{front}/static/segment.m4s")
    size = f"{len(segment) // 1024:,} KiB"
    return Figure("F11", f"cached segment of {size} / nginx static, behind X-Accel", ratio, "×", 0.8, "more", note)


def _ratio(ours: str, theirs: str) -> tuple[float, str]:
    """Requests per second of ours over theirs: medians of rounds that take turns."""
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for url, found in zip((ours, theirs), rates, strict=True):
            load = wrk(url, seconds=4)
            assert not load.errors, f"{url}: {load.errors}"
            found.append(load.per_second)
    us, them = statistics.median(rates[0]), statistics.median(rates[1])
    return us / them, f"{us:,.0f}/s beside {them:,.0f}/s"


def _titles(client: httpx2.Client) -> list[str] | None:
    items = client.get("/api/v1/library/movies?fields=id,title").raise_for_status().json()["items"]
    found = sorted(items, key=lambda item: bool(item["title"] == GRAINED))
    return [item["id"] for item in found] if len(items) == FILMS + 1 else None


def _play(client: httpx2.Client, title: str, rendition: str, *, end: bool = True) -> Played:
    """What a player does: a session, the master playlist, a rendition's playlist, its beginning, its first segment."""
    body = {"title_id": title, "capabilities": CAPABILITIES}
    began = time.perf_counter()
    session = client.post("/api/v1/streaming/sessions", json=body).raise_for_status().json()
    master_url = session["master_url"]
    media_url = urljoin(master_url, next(line for line in _urls(client, master_url) if f"video/{rendition}/" in line))
    playlist = client.get(media_url).raise_for_status().text
    start = next(line for line in playlist.splitlines() if line.startswith("#EXT-X-MAP:"))
    client.get(urljoin(media_url, start.split('"')[1])).raise_for_status()
    segment_url = urljoin(media_url, next(line for line in playlist.splitlines() if line and not line.startswith("#")))
    segment = client.get(segment_url).raise_for_status().content
    took = time.perf_counter() - began
    if end:
        client.delete(f"/api/v1/streaming/sessions/{session['id']}").raise_for_status()
    return Played(took, segment_url, segment)


def _urls(client: httpx2.Client, url: str) -> list[str]:
    """The addresses in a playlist: in a master playlist the renditions."""
    return [line for line in client.get(url).raise_for_status().text.splitlines() if line and not line.startswith("#")]
