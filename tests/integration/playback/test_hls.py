"""HLS on demand, end to end: what playlists promise is what ffmpeg reads."""

from __future__ import annotations

import asyncio
import re
from fractions import Fraction
from pathlib import Path

import pytest

from matinee.infra.media.hls_boxes import BoxReader, Fragment, read_fragment, timescale_of
from matinee.infra.media.tools import MediaTools
from matinee.infra.observability import Metrics
from tests.fixtures.clips import Clips
from tests.integration.playback.harness import Stage, addresses, read_through

pytestmark = pytest.mark.anyio
WEB = {"video_codecs": ["h264"], "audio_codecs": ["aac"], "containers": ["mp4"]}


def fragments(data: bytes) -> list[Fragment]:
    found, moof = [], b""
    for kind, box in BoxReader().feed(data):
        if kind == b"moof":
            moof = box
        elif kind == b"mdat":
            found.append(read_fragment(moof, box))
    return found


async def test_every_rendition_of_a_remuxed_film_reads_end_to_end(any_stage: Stage, tools: MediaTools, long_film: Path) -> None:
    session = await any_stage.play(await any_stage.add(long_film), **WEB)
    assert session["decision"]["method"] == "remux"
    assert [reason["code"] for reason in session["decision"]["reasons"]] == ["container_unsupported"]
    variants = await any_stage.variants(session["master_url"])
    assert list(variants) == ["original", "240p"]
    base = str(any_stage.client.base_url)
    for position in range(len(variants)):
        reading = await read_through(tools, base + session["master_url"], "-map", f"0:v:{position}", "-map", "0:a:0")
        assert reading.complaints == []
        assert reading.seconds == pytest.approx(30, abs=0.5)
        assert reading.pictures == pytest.approx(719, abs=2)


async def test_a_run_from_the_middle_makes_the_same_timeline(any_stage: Stage, long_film: Path) -> None:
    """Bytes of the initialisation segment are equal, and times of segments are where a run from the start puts them."""
    item = await any_stage.add(long_film)
    session = await any_stage.play(item, **{**WEB, "max_bitrate": 1_200_000, "video_codecs": ["vp9"]})
    assert session["decision"]["method"] == "transcode"
    url = (await any_stage.variants(session["master_url"]))["240p"]
    init_url, segments, lengths = addresses(url, await any_stage.text(url))
    late = await any_stage.data(segments[6])
    init = await any_stage.data(init_url)
    ticks = timescale_of(init)
    starts = [sum(Fraction(str(length)) for length in lengths[:n]) for n in range(len(lengths))]
    for number in (6, 0, 1, 2, 3, 4, 5, 7):
        data = late if number == 6 else await any_stage.data(segments[number])
        first = fragments(data)[0]
        assert float(Fraction(first.start, ticks) - 10) == pytest.approx(float(starts[number]), abs=0.001)
        assert first.starts_with_key
    assert await any_stage.data(init_url) == init
    # One run for segment 6, one from 0 on that ends where 6 is there already, and one for 7 unless the first got that far.
    text = any_stage.container.get(Metrics).render().decode()
    started = re.search(r'matinee_transcoder_runs_started_total\{kind="encode"\} (\d)', text)
    assert started is not None
    assert started[1] in "23"


async def test_sound_runs_join_on_the_grid_of_frames(any_stage: Stage, long_film: Path) -> None:
    session = await any_stage.play(await any_stage.add(long_film), **WEB)
    master = await any_stage.text(session["master_url"])
    url = re.search(r'TYPE=AUDIO.*?URI="([^"]+)"', master)
    assert url is not None
    playlist_url = session["master_url"].rpartition("master.m3u8")[0] + url[1]
    _, segments, lengths = addresses(playlist_url, await any_stage.text(playlist_url))
    middle = len(segments) - 2
    pieces = {number: await any_stage.data(segments[number]) for number in (middle, 0, 1, middle + 1)}
    frame = 0
    for number, length in enumerate(lengths):
        if number in pieces:
            (fragment,) = fragments(pieces[number])
            assert fragment.decode_time == 480_000 + frame * 1024
            assert len(fragment.samples) == round(length * 48_000 / 1024)
        frame += round(length * 48_000 / 1024)


async def test_requests_for_one_segment_share_one_run(stage: Stage, long_film: Path) -> None:
    session = await stage.play(await stage.add(long_film), **WEB)
    url = (await stage.variants(session["master_url"]))["240p"]
    _, segments, _ = addresses(url, await stage.text(url))
    answers = await asyncio.gather(*(stage.data(segments[2]) for _ in range(8)))
    assert len(set(answers)) == 1


async def test_subtitles_are_pieces_on_the_media_timeline(stage: Stage, clips: Clips, tools: MediaTools) -> None:
    session = await stage.play(await stage.add(clips.path("film.mp4")), **{**WEB, "containers": ["webm"]})
    assert [(s["language"], s["forced"]) for s in session["subtitles"]] == [("en", False), ("fr", False)]
    master = await stage.text(session["master_url"])
    found = re.findall(r'TYPE=SUBTITLES.*?URI="([^"]+)"', master)
    base = session["master_url"].rpartition("master.m3u8")[0]
    playlist = await stage.text(base + found[0])
    _, pieces, _ = addresses(base + found[0], playlist)
    text = await stage.text(pieces[0])
    assert text.startswith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n")
    assert "Fish &amp; chips" in text


async def test_thumbnails_have_an_index_and_sheets(stage: Stage, clips: Clips) -> None:
    session = await stage.play(await stage.add(clips.path("film.mp4")), **WEB)
    index = await stage.text(session["trickplay_url"])
    sheet = re.search(r"^(\d+\.jpg\?\S+)#xywh=0,0,", index, re.MULTILINE)
    assert sheet is not None
    data = await stage.data(session["trickplay_url"].rpartition("thumbnails.vtt")[0] + sheet[1])
    assert data.startswith(b"\xff\xd8\xff")
