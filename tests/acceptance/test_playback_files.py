"""Every real file plays through the service, directly or as HLS that ffmpeg reads to its end, or is refused with a reason."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from matinee.features.playback.policy import PlaybackOptions
from matinee.infra.database import Database
from matinee.infra.media.tools import MediaTools, find_media_tools
from tests.integration.playback.conftest import embedded
from tests.integration.playback.harness import Stage, read_through, staged

__all__ = ["embedded"]

pytestmark = [pytest.mark.anyio, pytest.mark.acceptance]
DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
SUFFIXES = {".mp4", ".mkv", ".webm", ".mov", ".ts", ".avi", ".flv", ".3gp", ".mpg", ".ps"}
FILES = sorted(path for name in ("video", "video-more") for path in (DATA / name).glob("*") if path.suffix.lower() in SUFFIXES)

CHROME = {"video_codecs": ["h264", "vp8", "vp9", "av1"], "audio_codecs": ["aac", "mp3", "opus", "vorbis", "flac"]}
CHROME |= {"containers": ["mp4", "webm"]}
APPLE = {
    "video_codecs": ["h264", "hevc"],
    "audio_codecs": ["aac", "mp3", "ac3", "eac3"],
    "containers": ["mp4", "mov"],
    "hdr": True,
}

# What Chrome gets, and the first reason; files that are not listed here only have to play.
EXPECTED: dict[str, tuple[str, str]] = {
    "bigbuckbunny.mp4": ("direct", ""),
    "big_buck_bunny_0_30.webm": ("direct", ""),
    "sample_av1.mp4": ("direct", ""),
    "av1_video.mkv": ("remux", "container_unsupported"),
    "ebmlite_video-1.mkv": ("remux", "container_unsupported"),
    "nasa_13013.mp4": ("remux", "not_the_first_track"),
    "h265_video.mp4": ("transcode", "video_codec_unsupported"),
    "bt2020_10bit.mp4": ("transcode", "video_codec_unsupported"),
    "h264_10bits.mp4": ("transcode", "bit_depth_unsupported"),
    "testvideo-1m.mp4": ("transcode", "chroma_unsupported"),
    "sample_with_colr_mdcv_and_clli.mp4": ("transcode", "hdr_unsupported"),
    "bbb_2500ms.ts": ("transcode", "video_codec_unsupported"),
    "sample.avi": ("transcode", "video_codec_unsupported"),
    "video_desks.3gp": ("transcode", "video_codec_unsupported"),
    "nasa_13013_rotated.mp4": ("direct", ""),
    "roadtrip-vp92-10bit.webm": ("remux", "container_unsupported"),
}


@pytest.fixture(scope="session")
def tools() -> MediaTools:
    return asyncio.run(find_media_tools())


@pytest.fixture
async def stage(embedded: Database, tools: MediaTools, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(embedded, tools, tmp_path / "data", PlaybackOptions(hardware_encoding=False, patience=25.0)) as found:
        yield found


def test_the_data_is_there() -> None:
    assert FILES, f"no videos below {DATA}; set MATINEE_TEST_DATA"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
async def test_a_real_file_plays_or_is_refused(stage: Stage, tools: MediaTools, path: Path) -> None:
    item = await stage.add(path)
    if stage.shelf.items[item].files[0].state == "broken":
        refused = await stage.begin(item, **CHROME)
        assert (refused.status_code, refused.json()["code"]) == (422, "media_unreadable")
        return
    session = await stage.play(item, **CHROME)
    decision = session["decision"]
    if path.name in EXPECTED:
        method, reason = EXPECTED[path.name]
        assert decision["method"] == method, decision
        assert [r["code"] for r in decision["reasons"]][:1] == ([reason] if reason else [])
    if decision["method"] == "direct":
        response = await stage.client.get(session["file_url"])
        assert response.content == path.read_bytes()
    await _reads_to_the_end(stage, tools, session)


@pytest.mark.parametrize(
    "path", [p for p in FILES if "265" in p.name or "dolby" in p.name or "hevc" in p.name], ids=lambda p: p.name
)
async def test_hevc_reaches_players_that_have_it(stage: Stage, tools: MediaTools, path: Path) -> None:
    session = await stage.play(await stage.add(path), **APPLE)
    await _reads_to_the_end(stage, tools, session)


async def _reads_to_the_end(stage: Stage, tools: MediaTools, session: dict[str, Any]) -> None:
    """The first and the smallest rendition; those between are made as the smallest is."""
    variants = list(await stage.variants(session["master_url"]))
    base = str(stage.client.base_url)
    for position in sorted({0, len(variants) - 1}):
        reading = await read_through(tools, base + session["master_url"], "-map", f"0:v:{position}", "-map", "0:a:0?")
        assert reading.complaints == [], variants[position]
        assert reading.seconds == pytest.approx(session["duration"], abs=0.5), variants[position]
