"""A player of a few lines: a session, its playlists, a segment."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import httpx2

from tests.servers.waiting import wait_until

TRANSCODED = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["hls"], "max_height": 72}
DIRECT = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4", "hls"]}


def title_of(client: httpx2.Client, seconds: float = 60) -> dict[str, Any]:
    """The film, once the first scan has found it."""
    found = wait_until(lambda: client.get("/api/v1/library/movies").raise_for_status().json()["items"], seconds, "the film")
    return dict(found[0])


def session_of(client: httpx2.Client, title_id: str, capabilities: dict[str, Any]) -> dict[str, Any]:
    """A new playback session."""
    answer = client.post("/api/v1/streaming/sessions", json={"title_id": title_id, "capabilities": capabilities})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def first_segment(client: httpx2.Client, master_url: str) -> tuple[str, bytes]:
    """Address and bytes of the first picture segment; `client` needs no credential."""
    address = str(client.base_url.join(master_url))
    master = client.get(address).raise_for_status().text
    media = urljoin(address, next(line for line in master.splitlines() if line and not line.startswith("#")))
    playlist = client.get(media).raise_for_status().text
    segment = urljoin(media, next(line for line in playlist.splitlines() if line and not line.startswith("#")))
    return segment, client.get(segment).raise_for_status().content
