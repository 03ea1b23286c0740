"""Direct play: byte ranges as browsers, Safari and download tools ask for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from matinee.features.playback.policy import PlaybackOptions
from matinee.infra.database import Database
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import Stage, staged

pytestmark = pytest.mark.anyio
WEB = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}


@pytest.fixture
async def film(stage: Stage, clips: Clips) -> tuple[str, bytes]:
    path = clips.path("film.mp4")
    session = await stage.play(await stage.add(path), **WEB)
    assert session["decision"] == {"method": "direct", "reasons": []}
    return session["file_url"], path.read_bytes()


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-1", 0, 2), ("100-199", 100, 200), ("500-", 500, None), ("-500", -500, None), ("0-99999999999", 0, None), ("7-7", 7, 8)],
)
async def test_one_range_is_answered_with_that_part(
    stage: Stage, film: tuple[str, bytes], asked: str, start: int, end: int | None
) -> None:
    url, data = film
    response = await stage.client.get(url, headers={"Range": f"bytes={asked}", "Accept-Encoding": "gzip"})
    assert response.status_code == 206
    assert response.content == data[start:end]
    first = start % len(data)
    assert response.headers["content-range"] == f"bytes {first}-{first + len(response.content) - 1}/{len(data)}"
    assert response.headers["content-length"] == str(len(response.content))
    assert "content-encoding" not in response.headers


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-3", "items=0-1", "bytes=abc", "bytes=-", "bytes"])
async def test_several_ranges_and_nonsense_get_the_whole_file(stage: Stage, film: tuple[str, bytes], asked: str) -> None:
    url, data = film
    response = await stage.client.get(url, headers={"Range": asked})
    assert (response.status_code, response.content) == (200, data)
    assert response.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
async def test_a_range_outside_the_file_is_a_416_that_says_the_size(stage: Stage, film: tuple[str, bytes], asked: str) -> None:
    url, data = film
    response = await stage.client.get(url, headers={"Range": asked})
    assert (response.status_code, response.json()["code"]) == (416, "range_not_satisfiable")
    assert response.headers["content-range"] == f"bytes */{len(data)}"


async def test_if_range_gives_the_part_only_of_the_same_file(stage: Stage, film: tuple[str, bytes]) -> None:
    url, data = film
    head = await stage.client.head(url)
    tag, date = head.headers["etag"], head.headers["last-modified"]
    for condition, status in (
        (tag, 206),
        ('"other"', 200),
        (f"W/{tag}", 200),
        (date, 206),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 200),
    ):
        response = await stage.client.get(url, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert (response.status_code, len(response.content)) == (status, 10 if status == 206 else len(data)), condition


async def test_head_tells_everything_and_sends_nothing(stage: Stage, film: tuple[str, bytes]) -> None:
    url, data = film
    head = await stage.client.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(data))
    assert head.headers["content-type"] == "video/mp4"
    assert not head.headers["etag"].startswith("W/")
    assert (await stage.client.get(url, headers={"If-None-Match": head.headers["etag"]})).status_code == 304


async def test_slow_readers_hold_no_thread(stage: Stage, tmp_path: Path, clips: Clips) -> None:
    """Forty clients that stop reading, and the next one is answered at once."""
    big = tmp_path / "big.mp4"
    big.write_bytes(clips.path("film.mp4").read_bytes() + b"\0\0\x40\0free" + bytes(64 * 1024 * 1024))
    session = await stage.play(await stage.add(clips.path("film.mp4")), **WEB)
    (file,) = stage.shelf.items[session["item"]["id"]].files
    object.__setattr__(file, "path", big)
    host, port = stage.client.base_url.host, stage.client.base_url.port
    request = f"GET {session['file_url']} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    writers: list[asyncio.StreamWriter] = []
    for _ in range(40):
        reader, writer = await asyncio.open_connection(host, port, limit=1024)
        writer.write(request)
        assert (await reader.readexactly(12)) == b"HTTP/1.1 200"
        writers.append(writer)
    async with asyncio.timeout(10):
        answer = await stage.client.get(session["file_url"], headers={"Range": "bytes=-4"})
    assert answer.content == bytes(4)
    for writer in writers:
        writer.close()


async def test_a_proxy_in_front_may_send_the_file_itself(
    embedded: Database, tools: MediaTools, tmp_path: Path, clips: Clips
) -> None:
    options = PlaybackOptions(hardware_encoding=False, accel_prefix="/_media")
    path = tmp_path / "Ä film.mp4"
    path.write_bytes(clips.path("film.mp4").read_bytes())
    async with staged(embedded, tools, tmp_path / "data", options) as stage:
        session: dict[str, Any] = await stage.play(await stage.add(path), **WEB)
        response = await stage.client.get(session["file_url"])
    assert response.content == b""
    assert response.headers["x-accel-redirect"].startswith("/_media/")
    assert response.headers["x-accel-redirect"].endswith("/%C3%84%20film.mp4")
