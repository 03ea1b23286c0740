from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from matinee.infra.media.info import Chapter, MediaInfo
from matinee.infra.media.inspection import inspect_file
from matinee.infra.media.probe import MediaUnreadable, ProbeOptions, Prober, make_worker_pool
from tests.fixtures.clips import Clips

pytestmark = pytest.mark.anyio


async def test_describes_a_film_completely(prober: Prober, clips: Clips) -> None:
    info = await prober.probe(clips.path("film.mp4"))
    assert (info.container, info.start_time) == ("mp4", 0.0)
    assert info.duration == pytest.approx(6.0, abs=0.05)
    assert info.size == clips.path("film.mp4").stat().st_size
    assert info.bit_rate == pytest.approx(info.size * 8 / 6, rel=0.02)
    video = info.main_video
    assert (video.codec, video.profile, video.width, video.height, video.rotation) == ("h264", "High", 320, 180, 0)
    assert (video.frame_rate, video.variable_frame_rate, video.bit_depth, video.pix_fmt) == (Fraction(25), False, 8, "yuv420p")
    assert (video.hdr, video.interlaced, video.default, video.codec_string[:9]) == (None, False, True, "avc1.6400")
    assert [(track.codec, track.channels, track.language, track.default) for track in info.audio] == [
        ("aac", 2, "en", True),
        ("aac", 2, "fr", False),
    ]
    assert [track.title for track in info.audio] == [None, "Commentaire"]
    assert [(track.codec, track.language, track.text, track.forced) for track in info.subtitles] == [
        ("mov_text", "en", True, False),
        ("mov_text", "fr", True, False),
    ]
    assert info.chapters == (Chapter(0.0, 2.0, "Opening"), Chapter(2.0, 6.0, "The rest"))


Check = Callable[[MediaInfo], object]
PLAYABLE: list[tuple[str, Check, object]] = [
    (
        "hevc10.mkv",
        lambda i: (i.container, i.main_video.codec, i.main_video.bit_depth, i.audio[0].codec),
        ("mkv", "hevc", 10, "ac3"),
    ),
    ("hevc10.mkv", lambda i: (i.audio[0].channels, i.audio[0].codec_string), (6, "ac-3")),
    ("hevc10.mkv", lambda i: (i.subtitles[0].language, i.subtitles[0].forced, i.subtitles[0].default), ("de", True, True)),
    ("hevc10.mkv", lambda i: i.main_video.codec_string, "hvc1.2.4.L60.90"),
    ("hdr10.mp4", lambda i: (i.main_video.hdr, i.main_video.transfer), ("hdr10", "smpte2084")),
    ("hlg.mp4", lambda i: (i.main_video.hdr, i.main_video.transfer), ("hlg", "arib-std-b67")),
    ("vp9.webm", lambda i: (i.container, i.main_video.codec_string, i.audio[0].codec), ("webm", "vp09.00.11.08", "opus")),
    ("interlaced.ts", lambda i: (i.container, i.main_video.codec, i.main_video.interlaced), ("mpegts", "mpeg2video", True)),
    ("interlaced.ts", lambda i: i.start_time > 1, True),
    ("xvid.avi", lambda i: (i.container, i.main_video.codec, i.audio[0].codec), ("avi", "mpeg4", "mp3")),
    ("h264.ts", lambda i: (i.main_video.codec_string[:9], i.main_video.interlaced), ("avc1.6400", False)),
    ("h264.flv", lambda i: (i.container, i.main_video.codec), ("flv", "h264")),
    ("wmv.asf", lambda i: (i.container, i.main_video.codec), ("asf", "wmv2")),
    ("anamorphic.mkv", lambda i: (i.main_video.width, i.main_video.height, i.main_video.stored_width), (320, 180, 180)),
    ("rotated.mp4", lambda i: (i.main_video.width, i.main_video.height, i.main_video.rotation), (180, 320, 90)),
    ("vfr.mp4", lambda i: (i.main_video.frame_rate, i.main_video.variable_frame_rate), (Fraction(30), True)),
    ("cover.mp4", lambda i: [track.codec for track in i.video], ["h264"]),
    ("two_videos.mkv", lambda i: (len(i.video), i.main_video.index, i.main_video.height), (2, 1, 180)),
    ("styled.mkv", lambda i: (i.subtitles[0].codec, i.subtitles[0].text), ("ass", True)),
    ("webvtt.mkv", lambda i: (i.subtitles[0].codec, i.subtitles[0].text), ("webvtt", True)),
    ("moov_end.mp4", lambda i: i.duration, pytest.approx(6.0, abs=0.05)),
    ("fragmented.mp4", lambda i: i.duration, pytest.approx(6.0, abs=0.1)),
    ("no_duration.webm", lambda i: i.duration, pytest.approx(2.0, abs=0.05)),
]


@pytest.mark.parametrize(("name", "part", "expected"), PLAYABLE)
async def test_describes_what_is_special(name: str, part: Check, expected: object, prober: Prober, clips: Clips) -> None:
    assert part(await prober.probe(clips.path(name))) == expected


REFUSED = {
    "empty.mp4": "empty",
    "noise.mkv": "not_media",
    "text.mp4": "not_media",
    "playlist.mp4": "not_media",
    "audio_only.mp4": "no_video",
    "subtitles_only.mkv": "no_video",
    "truncated_index_missing.mp4": "truncated",
    "truncated_index_present.mp4": "truncated",
    "truncated_fragmented.mp4": "truncated",
    "truncated.mkv": "truncated",
    "truncated.avi": "truncated",
    "truncated.asf": "truncated",
    "reserved.mkv": "truncated",
}


@pytest.mark.parametrize(("name", "code"), REFUSED.items())
async def test_refuses_with_the_reason(name: str, code: str, prober: Prober, clips: Clips) -> None:
    with pytest.raises(MediaUnreadable) as caught:
        await prober.probe(clips.path(name))
    assert caught.value.code == code
    assert caught.value.message.endswith(".")
    assert str(clips.path(name).parent) not in caught.value.message


async def test_every_clip_is_covered_here(clips: Clips) -> None:
    others = {"film.mp4", "dark_start.mp4", "long.mkv", "cover.jpg"}
    assert set(clips.names) == others | set(REFUSED) | {name for name, _, _ in PLAYABLE}


async def test_a_box_that_claims_too_much_is_no_fault_when_every_sample_is_there(
    prober: Prober, clips: Clips, tmp_path: Path
) -> None:
    """As a program leaves it that reserves room for data and then writes less."""
    data = bytearray(clips.path("film.mp4").read_bytes())
    where = data.index(b"mdat") - 4
    length = int.from_bytes(data[where : where + 4], "big")
    assert where + length == len(data)
    data[where : where + 4] = (length + 5000).to_bytes(4, "big")
    path = tmp_path / "long box.mp4"
    path.write_bytes(data)
    assert (await prober.probe(path)).duration == pytest.approx(6.0, abs=0.05)


async def test_pictures_that_cannot_be_decoded_are_damage(prober: Prober, clips: Clips, tmp_path: Path) -> None:
    data = bytearray(clips.path("film.mp4").read_bytes())
    start = data.index(b"mdat") + 4
    data[start:] = random.Random(2).randbytes(len(data) - start)
    path = tmp_path / "scrambled.mp4"
    path.write_bytes(data)
    with pytest.raises(MediaUnreadable) as caught:
        await prober.probe(path)
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize("name", [b"-i.mp4", b"50%d.mp4", b"a:b.mp4", b"caf\xe9.mp4", b"new\nline.mp4", "日本 🎬.mp4".encode()])
async def test_reads_a_file_of_any_name(name: bytes, prober: Prober, clips: Clips, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    shutil.copy(clips.path("film.mp4"), path)
    assert (await prober.probe(path)).main_video.height == 180


async def test_a_vanished_file_a_folder_and_a_pipe_are_unreadable(prober: Prober, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mkv")
    for path in (tmp_path / "missing.mkv", tmp_path, tmp_path / "pipe.mkv"):
        with pytest.raises(MediaUnreadable) as caught:
            await prober.probe(path)
        assert caught.value.code == "unreadable"


async def test_a_slow_file_is_a_timeout_and_the_next_one_is_read(clips: Clips) -> None:
    pool = make_worker_pool(ProbeOptions(workers=1))
    with pytest.raises(MediaUnreadable) as caught:
        await Prober(pool, ProbeOptions(deadline=timedelta(microseconds=1))).probe(clips.path("film.mp4"))
    assert caught.value.code == "timeout"
    assert (await Prober(pool).probe(clips.path("film.mp4"))).container == "mp4"
    await pool.aclose()


@pytest.mark.parametrize("source", ["film.mp4", "hevc10.mkv", "xvid.avi", "h264.ts"])
async def test_no_damage_gets_past_the_two_answers(source: str, clips: Clips, prober: Prober, tmp_path: Path) -> None:
    """Bytes changed at random, most of them where the structure is: described or refused, never anything else."""
    original = clips.path(source).read_bytes()
    chance = random.Random(source)
    refusals: list[str] = []
    for number in range(25):
        data = bytearray(original)
        for _ in range(chance.choice((1, 10, 200))):
            data[chance.randrange(chance.choice((600, 6000, len(data))))] = chance.randrange(256)
        path = tmp_path / f"{number}"
        path.write_bytes(data)
        try:
            assert (await prober.probe(path)).duration > 0
        except MediaUnreadable as error:
            refusals.append(error.message)
    assert refusals or source.endswith(".ts")  # transport streams are made for noisy channels
    assert not [message for message in refusals if "Reading it failed" in message]


def test_the_answer_of_the_worker_is_plain_data(clips: Clips) -> None:
    assert inspect_file(str(clips.path("empty.mp4"))) == {"error": {"code": "empty", "message": "The file is empty."}}
    assert inspect_file(str(clips.path("film.mp4")))["value"]["video"][0]["frame_rate"] == "25/1"


async def test_a_subtitle_that_outlasts_the_film_does_not_lengthen_it(prober: Prober, clips: Clips, tmp_path: Path) -> None:
    late = tmp_path / "late.srt"
    late.write_text("1\n00:00:01,000 --> 00:00:50,000\nStill here\n")
    path = tmp_path / "late.mkv"
    clips.run(
        "-i", clips.path("film.mp4"), "-i", late, "-map", "0:v", "-map", "1:s", "-c:v", "copy", "-f", "matroska", target=path
    )
    assert (await prober.probe(path)).duration == pytest.approx(6.0, abs=0.05)
