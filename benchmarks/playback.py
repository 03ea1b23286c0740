"""F11: from play to the first segment of a 1080p film, cold, and what cached segments cost beside nginx.

Server and gateway share one core, the load has the other.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from benchmarks.bench import SERVER_CORE, film, pin, wrk
from benchmarks.nginx import gateway
from benchmarks.table import Figure
from tests.servers.product import running
from tests.servers.waiting import wait_until

FILMS, SECONDS = 3, 40
ROUNDS = 3
REMUX = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["hls"], "max_height": 1080}
TRANSCODE = {**REMUX, "max_height": 720}


@dataclass(frozen=True, slots=True)
class Played:
    """What one press on play took, and the segment that came."""

    seconds: float
    method: str
    segment_url: str
    segment: bytes


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of F11."""
    library = folder / "films"
    for number in range(FILMS):
        film(library / f"Measured Film {number + 1} (2020).mkv", seconds=SECONDS, tone=300 + number * 100)
    with running(folder / "data", library_paths=str(library)) as server, server.signed_in() as client:
        titles: list[str] = wait_until(lambda: _titles(client), 120, "the films in the library")
        remuxed = [_play(client, title, REMUX) for title in titles]
        assert {played.method for played in remuxed} == {"remux"}, remuxed[0].method
        transcoded = [_play(client, title, TRANSCODE) for title in titles]
        assert {played.method for played in transcoded} == {"transcode"}, transcoded[0].method
        yield Figure(
            "F11", "play to first segment, remuxed", _median(remuxed), "s", 0.3, note=f"1080p h264, median of {FILMS}, cold"
        )
        yield Figure(
            "F11", "play to first segment, transcoded", _median(transcoded), "s", 1.0, note=f"to 720p, median of {FILMS}, cold"
        )
        pin(server.pid, SERVER_CORE)
        yield from _alone(folder, server.url, transcoded[0])
    accelerated = {"library_paths": str(library), "accel_prefix": "/_media"}
    with running(folder / "data", **accelerated) as server, server.signed_in() as client:
        again = _play(client, titles[0], TRANSCODE)
        pin(server.pid, SERVER_CORE)
        yield from _behind(folder, server.url, again)


def _alone(folder: Path, url: str, played: Played) -> Iterator[Figure]:
    (folder / "static").mkdir(exist_ok=True)
    (folder / "static" / "segment.m4s").write_bytes(played.segment)
    with gateway(folder / "g1", static=folder / "static", upstream=urlsplit(url).netloc, media=folder) as (front, pid):
        pin(pid, SERVER_CORE)
        ratio, note = _ratio(urljoin(url, played.segment_url), f"{front}/static/segment.m4s")
    yield Figure(
        "F11", "cached segment / nginx static, alone", ratio, "×", 0.3, "more", f"{len(played.segment) // 1024} KiB; {note}"
    )


def _behind(folder: Path, url: str, played: Played) -> Iterator[Figure]:
    media = folder / "data"
    with gateway(folder / "g2", static=folder / "static", upstream=urlsplit(url).netloc, media=media) as (front, pid):
        pin(pid, SERVER_CORE)
        got = httpx2.get(urljoin(front, played.segment_url), trust_env=False)
        assert got.content == played.segment, f"{got.status_code}: not the segment"
        ratio, note = _ratio(urljoin(front, played.segment_url), f"{front}/static/segment.m4s")
    yield Figure("F11", "cached segment / nginx static, behind X-Accel", ratio, "×", 0.8, "more", note)


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


def _median(plays: Sequence[Played]) -> float:
    return statistics.median(played.seconds for played in plays)


def _titles(client: httpx2.Client) -> list[str] | None:
    items = client.get("/api/v1/library/movies?fields=id").raise_for_status().json()["items"]
    return [item["id"] for item in items] if len(items) == FILMS else None


def _play(client: httpx2.Client, title: str, capabilities: dict[str, Any]) -> Played:
    """What a player does: a session, the master playlist, a rendition, its beginning, its first segment."""
    began = time.perf_counter()
    session = (
        client.post("/api/v1/streaming/sessions", json={"title_id": title, "capabilities": capabilities})
        .raise_for_status()
        .json()
    )
    master_url = session["master_url"]
    media_url = urljoin(master_url, _lines(client, master_url)[-1])
    playlist = client.get(media_url).raise_for_status().text
    start = next(line for line in playlist.splitlines() if line.startswith("#EXT-X-MAP:"))
    client.get(urljoin(media_url, start.split('"')[1])).raise_for_status()
    segment_url = urljoin(media_url, next(line for line in playlist.splitlines() if line and not line.startswith("#")))
    segment = client.get(segment_url).raise_for_status().content
    return Played(time.perf_counter() - began, session["decision"]["method"], segment_url, segment)


def _lines(client: httpx2.Client, url: str) -> list[str]:
    """The URLs in a playlist: in a master playlist the renditions."""
    return [line for line in client.get(url).raise_for_status().text.splitlines() if line and not line.startswith("#")]
