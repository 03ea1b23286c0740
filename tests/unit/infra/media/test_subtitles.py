from __future__ import annotations

from pathlib import Path

import pytest

from matinee.infra.media.cues import Cue
from matinee.infra.media.subtitles import (
    SubtitlesUnreadable,
    decode_text,
    read_subtitle_file,
    read_subtitle_track,
    render_document,
    render_window,
    window_count,
)
from matinee.infra.media.tools import MediaTools
from tests.fixtures.clips import ASS, SRT, Clips

pytestmark = pytest.mark.anyio
ENGLISH = (Cue(0.5, 2.0, "Hello <i>there</i>"), Cue(2.5, 4.0, "Fish &amp; chips\nsecond line"))


@pytest.mark.parametrize(("name", "index"), [("film.mp4", 3), ("hevc10.mkv", 2), ("webvtt.mkv", 1)])
async def test_reads_a_track_of_a_video(name: str, index: int, tools: MediaTools, clips: Clips) -> None:
    found = await read_subtitle_track(tools, clips.path(name), index)
    assert [cue.text for cue in found] == [cue.text for cue in ENGLISH]
    assert [time for cue in found for time in (cue.start, cue.end)] == pytest.approx([0.5, 2.0, 2.5, 4.0], abs=0.02)


async def test_reads_a_styled_track(tools: MediaTools, clips: Clips) -> None:
    assert await read_subtitle_track(tools, clips.path("styled.mkv"), 1) == (
        Cue(0.5, 1.5, "At the <b>top</b>", "line:0"),
        Cue(1.5, 2.5, "<i>A thought\nin two lines</i>"),
    )


@pytest.mark.parametrize(("name", "index"), [("film.mp4", 0), ("film.mp4", 9), ("noise.mkv", 0)])
async def test_what_has_no_text_is_an_error(name: str, index: int, tools: MediaTools, clips: Clips) -> None:
    with pytest.raises(SubtitlesUnreadable):
        await read_subtitle_track(tools, clips.path(name), index)


VTT = """WEBVTT

NOTE a note

id
00:00.500 --> 00:02.000 align:start
Hello <i>there</i>

00:02.500 --> 00:04.000
Fish &amp; chips
second line
"""
MICRODVD = "{1}{1}25\n{12}{50}{y:i}Hello\n{62}{100}Fish & chips|second line\n"


@pytest.mark.parametrize(
    ("name", "data", "texts"),
    [
        ("a.srt", SRT.encode(), [cue.text for cue in ENGLISH]),
        ("a.srt", SRT.replace("\n", "\r\n").encode("utf-8-sig"), [cue.text for cue in ENGLISH]),
        ("a.srt", SRT.encode("utf-16"), [cue.text for cue in ENGLISH]),
        ("a.vtt", VTT.encode(), [cue.text for cue in ENGLISH]),
        ("a.ass", ASS.encode(), ["At the <b>top</b>", "<i>A thought\nin two lines</i>"]),
        ("a.sub", MICRODVD.encode(), ["<i>Hello</i>", "Fish &amp; chips\nsecond line"]),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nCafé – “où”\n".encode("cp1252"), ["Café – “où”"]),
        ("a.srt", b"1\n00:00:01,000 --> 00:00:02,000\nnul\0s\0\n", ["nuls"]),
    ],
)
async def test_reads_a_file_of_every_kind_and_encoding(name: str, data: bytes, texts: list[str], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert [cue.text for cue in await read_subtitle_file(tmp_path / name)] == texts


@pytest.mark.parametrize("data", [b"", b"just words", bytes(range(256)) * 10])
async def test_what_is_not_subtitles_is_an_error(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_bytes(data)
    with pytest.raises(SubtitlesUnreadable):
        await read_subtitle_file(tmp_path / "a.srt")


async def test_a_missing_or_monstrous_file_is_an_error(tmp_path: Path) -> None:
    with (tmp_path / "huge.srt").open("wb") as file:
        file.truncate(100_000_000)
    for name in ("missing.srt", "huge.srt"):
        with pytest.raises(SubtitlesUnreadable):
            await read_subtitle_file(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_are_told_apart(encoding: str) -> None:
    assert decode_text("Žluťoučký kůň\n".encode(encoding)).strip("\ufeff") == "Žluťoučký kůň\n"


def test_a_window_has_the_time_map_and_its_cues_unclipped() -> None:
    cues = (Cue(58.0, 62.5, "across"), Cue(60.0, 61.0, "at the edge"), Cue(3725.25, 3726.0, "later", "line:0"))
    assert render_window(cues, 0) == (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:00:58.000 --> 00:01:02.500\nacross\n\n"
    )
    assert render_window(cues, 1).count("-->") == 2
    assert render_window(cues, 62).endswith("01:02:05.250 --> 01:02:06.000 line:0\nlater\n\n")


def test_an_empty_window_is_only_the_header_with_the_offset_asked_for() -> None:
    assert render_window((), 3, offset=1.4) == "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n"


@pytest.mark.parametrize(("duration", "count"), [(0.0, 1), (59.9, 1), (60.0, 1), (60.1, 2), (3600.0, 60)])
def test_windows_cover_the_duration(duration: float, count: int) -> None:
    assert window_count(duration) == count


def test_a_document_has_no_time_map() -> None:
    assert render_document(ENGLISH).startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nHello <i>there</i>\n\n")
