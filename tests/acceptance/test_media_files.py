"""Every real file of the test data is described as it is, or refused with the right reason.

The tables say what each file holds, by its README and by looking at it; some of the files are not in every copy of the data.
"""

from __future__ import annotations

import os
import random
import shlex
import shutil
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from matinee.infra.media.drawing import open_picture
from matinee.infra.media.frames import poster_frame
from matinee.infra.media.info import MediaInfo
from matinee.infra.media.keyframes import KeyFrameReader
from matinee.infra.media.probe import MediaUnreadable, ProbeOptions, Prober, make_worker_pool
from matinee.infra.media.subtitles import read_subtitle_file, read_subtitle_track
from matinee.infra.media.tools import MediaTools, find_media_tools
from matinee.infra.media.trickplay import make_trickplay

pytestmark = [pytest.mark.anyio, pytest.mark.acceptance]
DATA = Path(__file__).parents[2] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")


@dataclass(frozen=True)
class Film:
    """What a playable file holds.

    `video` is codec, displayed size, bits and what is special; `audio` and `subtitles` are codec[:channels][:language] each.
    """

    container: str
    duration: float
    video: str
    audio: str = ""
    subtitles: str = ""


FILES: dict[str, Film | str] = {
    "-video-with-dash-.mp4": Film("mp4", 5.0, "h264 1x1 8"),
    "av1_video.mkv": Film("mkv", 5.0, "av1 640x360 8"),
    "big_buck_bunny_0_30.webm": Film("webm", 30.0, "vp8 1280x720 8", "vorbis:2"),
    "big_buck_bunny_432_433.webm": Film("webm", 1.0, "vp8 1280x720 8", "vorbis:2"),
    "bigbuckbunny.mp4": Film("mp4", 5.31, "h264 1280x720 8", "aac:6"),
    "bikes.mp4": Film("mp4", 10.0, "h264 640x272 8"),
    "bt2020_10bit.mp4": Film("mp4", 2.0, "hevc 320x240 10 hdr10"),
    "bt601_limited_range.mp4": Film("mp4", 2.0, "h264 320x240 8"),
    "carphone_distorted.mp4": Film("mp4", 4.0, "h264 193x144 8"),  # 176 wide, pixels 128:117
    "carphone_pristine.mp4": Film("mp4", 4.0, "h264 193x144 8"),
    "chaplin.mp4": Film("mp4", 9.64, "h264 640x360 8", "mp3:2"),
    "discard_first_keyframe.mp4": Film("mp4", 1.0, "h264 64x64 8"),
    "ebmlite_video-1.mkv": Film("mkv", 114.07, "h264 640x346 8", "aac:2:en"),
    "example.ass": "no_video",
    "example.srt": "no_video",
    "example2.srt": "no_video",
    "gizmo-frag.mp4": "encrypted",  # its sample entries are encv and enca; a lenient reader sees 22 channels of noise
    "gizmo.mp4": Film("mp4", 5.59, "h264 560x320 8", "aac:1:en"),
    "h264_10bits.mp4": Film("mp4", 1.0, "h264 200x200 10"),
    "h265_10bits.mp4": Film("mp4", 1.0, "hevc 200x200 10"),
    "h265_video.mp4": Film("mp4", 1.0, "hevc 128x128 8"),
    "issue55.flv": "no_video",
    "mp4-with-audio.mp4": "no_video",
    "mpeg4.mp4": "no_video",  # no stream at all
    # The subtitles last until 16.6 s, the pictures until 13.0 s; the default video is the second.
    "nasa_13013.mp4": Film("mp4", 13.06, "h264 480x270 8", "aac:2:en aac:2:en", "mov_text:en mov_text:en"),
    "nasa_13013_hdr.mp4": Film("mp4", 13.0, "hevc 320x180 10 hdr10"),
    "nasa_13013_rotated.mp4": Film("mp4", 0.57, "h264 270x480 8 rot270"),
    "negative_duration.mp4": "unreadable",  # a header without a picture
    "no_duration.webm": Film("webm", 4.0, "vp9 1280x720 8", "opus:2:en"),
    "pymediainfo_sample.mp4": Film("mp4", 0.98, "h264 1920x1080 8", "aac:2"),
    "sample.mkv": "unreadable",
    "short-zero-inband.mov": "no_video",
    "sine_stereo_mp2.mpg": Film("mpeg", 4.0, "mpeg1video 128x128 8", "mp2:2"),
    "smpte-2997.mp4": Film("mp4", 10.05, "h264 1920x1080 8", "aac:2"),
    "subtitles-unicode.srt": "no_video",
    "subtitles.srt": "no_video",
    "test_non_zero_start.mp4": Film("mp4", 0.4, "h264 200x112 8"),
    "testsrc2_12bit_hdr.mp4": Film("mp4", 2.0, "hevc 320x180 12 hdr10"),
    "testsrc2_444_10bit_hevc.mp4": Film("mp4", 1.0, "hevc 321x241 10"),
    "transparent.webm": Film("webm", 5.0, "vp9 200x200 8", "vorbis:2"),
    "vbr_requires_parsespeed_1.mp4": "no_video",
    "video_with_failing_audio.mp4": Film("mp4", 11.23, "h264 640x360 8", "mp3:2"),
    "bbb_2500ms.ts": Film("mpegts", 2.51, "mpeg2video 1920x1080 8", "mp2:2"),
    "bear-vp9-odd-dimensions.webm": Film("webm", 1.0, "vp9 161x121 8"),
    "bear-vp9.webm": Film("webm", 2.7, "vp9 320x240 8"),
    "dolbyVision-hdr.MOV": Film("mov", 0.11, "hevc 720x1280 10 rot90 dolby_vision", "aac:2"),
    "full_blocks.mkv": "no_video",
    "h265_with_metadata_track.mp4": Film("mp4", 0.1, "hevc 1080x1920 8 rot90", "aac:2:en"),
    "invalid-bitstream.webm": "unreadable",
    "pgs_test.sup": "no_video",
    "portrait_4k60.mp4": Film("mp4", 0.31, "h264 2160x3840 8 rot90", "aac:2:en"),
    "roadtrip-vp92-10bit.webm": Film("mkv", 3.0, "vp9 426x240 10"),  # it calls itself matroska
    "sample.avi": Film("avi", 4.09, "mpeg4 960x400 8", "mp3:2"),
    "sample.flv": Film("flv", 1.14, "h264 1080x720 8 vfr", "aac:1"),
    "sample_ac3.ts": "no_video",
    "sample_ac3_aac.mp4": "no_video",
    "sample_ac4.mp4": "no_video",
    "sample_android_slow_motion.mp4": Film("mp4", 0.53, "h264 1280x720 8 vfr"),
    "sample_av1.mp4": Film("mp4", 1.09, "av1 1080x720 8", "aac:1"),
    "sample_dthd.mp4": "no_video",
    "sample_eac3.mp4": "no_video",
    "sample_eac3joc.mp4": "no_video",
    "sample_eac3joc.ts": "no_video",
    "sample_fragmented.mp4": Film("mp4", 1.07, "h264 1080x720 8", "aac:1"),  # older readers say 143,165 s
    "sample_fragmented_clearkey.mp4": "encrypted",
    "sample_h262_mpeg_audio.ps": Film("mpeg", 0.13, "mpeg2video 640x426 8", "mp2:1"),
    "sample_h262_mpeg_audio.ts": Film("mpegts", 0.11, "mpeg2video 640x426 8", "mp2:1"),
    "sample_h264_dts_audio.ts": Film("mpegts", 0.1, "h264 640x426 8", "dts:1"),
    "sample_h264_no_access_unit_delimiters.ts": Film("mpegts", 0.1, "h264 640x426 8"),
    "sample_h265.ts": Film("mpegts", 1.0, "hevc 854x480 8"),
    "sample_mdat_too_long.mp4": Film("mp4", 1.07, "h264 1080x720 8", "aac:1"),  # every sample is there
    "sample_opus.mp4": "no_video",
    "sample_scte35.ts": Film("mpegts", 0.83, "mpeg2video 640x426 8", "mp2:1"),
    "sample_with_colr_mdcv_and_clli.mp4": Film("mp4", 1.02, "av1 1920x1080 10 hdr10", "aac:2"),
    "sample_with_htc_rotation_track_name.mkv": Film("mkv", 1.07, "h264 1080x720 8 vfr", "ac3:1"),
    "sample_with_increasing_timestamps.mp4": Film("mp4", 1.01, "h264 1920x1080 8", "aac:2:en"),
    "sample_with_null_terminated_srt.mkv": Film("mkv", 1.23, "h264 1080x720 8 vfr", "ac3:1", "subrip:en"),
    "sample_with_srt.mkv": Film("mkv", 1.23, "h264 1080x720 8 vfr", "ac3:1", "subrip:en"),
    "sample_with_ssa_subtitles.mkv": Film("mkv", 1.14, "h264 1080x720 8 vfr", "ac3:1", "ass"),
    "sample_with_vtt_subtitles.mkv": Film("mkv", 1.23, "h264 1080x720 8 vfr", "ac3:1", "webvtt"),
    "testmulti-1m.mp4": Film("mp4", 60.03, "h264 320x240 8", "aac:2 aac:1"),
    "testvideo-1m.mp4": Film("mp4", 60.03, "h264 320x240 8"),
    "video_big_buck_bunny.mp4": Film("mp4", 10.0, "h264 480x360 8 vfr", "aac:2"),
    "video_desks.3gp": Film("3gp", 5.15, "h263 384x288 8 vfr", "aac:1:en"),  # 352 wide, pixels 12:11
}

# What the READMEs make with ffmpeg; {B} is bigbuckbunny.mp4, {S} pgs_test.sup, {T} example.ass, {R} example.srt.
MADE: dict[str, tuple[str, Film | str]] = {
    "two_audio.mkv": (
        (
            "-i {B} -i {R} -t 5 -map 0:v -map 0:a -map 0:a -map 1:0 -vf scale=320:-2 -c:v libx265 -preset ultrafast "
            "-x265-params log-level=none -c:a:0 ac3 -c:a:1 aac -ac:a:1 2 -c:s srt "
            "-metadata:s:a:0 language=eng -metadata:s:a:1 language=fra -metadata:s:s:0 language=eng"
        ),
        Film("mkv", 5.0, "hevc 320x180 8", "ac3:6:en aac:2:fr", "subrip:en"),
    ),
    "main10.mkv": (
        "-i {B} -t 2 -an -vf scale=320:-2 -c:v libx265 -preset ultrafast -x265-params log-level=none -pix_fmt yuv420p10le",
        Film("mkv", 2.0, "hevc 320x180 10"),
    ),
    "vp9_opus.webm": (
        "-i {B} -t 2 -vf scale=320:-2 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -ac 2",
        Film("webm", 2.0, "vp9 320x180 8", "opus:2"),
    ),
    "vp9_10bit.webm": (
        "-i {B} -t 2 -an -vf scale=320:-2 -c:v libvpx-vp9 -pix_fmt yuv420p10le -deadline realtime -cpu-used 8",
        Film("webm", 2.0, "vp9 320x180 10"),
    ),
    "av1_opus.webm": (
        "-i {B} -t 2 -vf scale=320:-2 -c:v libsvtav1 -preset 12 -c:a libopus -ac 2",
        Film("webm", 2.0, "av1 320x180 8", "opus:2"),
    ),
    "mpeg2_interlaced.ts": (
        "-i {B} -t 2 -vf scale=720:576,setsar=1 -r 25 -c:v mpeg2video -b:v 2M -flags +ilme+ildct -top 1 -c:a mp2 -ac 2",
        Film("mpegts", 2.0, "mpeg2video 720x576 8 interlaced", "mp2:2"),
    ),
    "interlaced_h264.mkv": (
        (
            "-f lavfi -i testsrc2=size=720x576:rate=50:duration=2 -vf tinterlace=interleave_top,setfield=tff,fps=25 -c:v libx264 "
            "-preset ultrafast -flags +ildct+ilme -x264opts tff=1"
        ),
        Film("mkv", 2.0, "h264 720x576 8 interlaced"),
    ),
    "h264_aac.ts": ("-i {B} -t 5 -c copy -bsf:v h264_mp4toannexb", Film("mpegts", 5.0, "h264 1280x720 8", "aac:6")),
    "portrait.mp4": (
        "-i {B} -t 2 -vf crop=404:720 -c:v libx264 -preset ultrafast -c:a copy",
        Film("mp4", 2.0, "h264 404x720 8", "aac:6"),
    ),
    "eac3.mkv": ("-i {B} -t 3 -c:v copy -c:a eac3", Film("mkv", 3.0, "h264 1280x720 8", "eac3:6")),
    "dts.mkv": ("-i {B} -t 2 -c:v copy -c:a dca -strict -2", Film("mkv", 2.0, "h264 1280x720 8", "dts:6")),
    "truehd.mkv": ("-i {B} -t 2 -c:v copy -c:a truehd -strict -2", Film("mkv", 2.0, "h264 1280x720 8", "truehd:6")),
    "flac_71.mkv": (
        (
            "-f lavfi -i testsrc2=size=320x180:duration=3 -f lavfi -i sine=duration=3 "
            "-af pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0 -c:v libx264 -preset ultrafast -c:a flac"
        ),
        Film("mkv", 3.0, "h264 320x180 8", "flac:8"),
    ),
    "xvid_mp3.avi": (
        "-i {B} -t 3 -vf scale=320:-2 -c:v mpeg4 -vtag XVID -c:a libmp3lame -ac 2",
        Film("avi", 3.0, "mpeg4 320x180 8", "mp3:2"),
    ),
    "ass.mkv": (
        "-i {B} -t 3 -i {T} -map 0:v -map 0:a -map 1 -c:v copy -c:a copy -c:s ass",
        Film("mkv", 5.31, "h264 1280x720 8", "aac:6", "ass"),
    ),
    "pgs.mkv": (
        "-i {B} -i {S} -map 0:v -map 0:a -map 1:s -c copy -t 5",
        Film("mkv", 5.0, "h264 1280x720 8", "aac:6", "hdmv_pgs_subtitle"),
    ),
    "vobsub.mkv": (
        "-i {B} -i {S} -map 0:v -map 0:a -map 1:s -c:v copy -c:a copy -c:s dvdsub -t 5",
        Film("mkv", 5.0, "h264 1280x720 8", "aac:6", "dvd_subtitle"),
    ),
    "dvbsub.ts": (
        "-i {B} -i {S} -map 0:v -map 0:a -map 1:s -c:v copy -c:a copy -c:s dvbsub -t 5",
        Film("mpegts", 5.0, "h264 1280x720 8", "aac:6", "dvb_subtitle"),
    ),
    "vfr.mp4": (
        (
            "-f lavfi -i testsrc2=size=320x180:rate=30:duration=5 -vf \"select='if(lt(t,2.5),1,not(mod(n,3)))'\" -fps_mode vfr "
            "-c:v libx264 -preset ultrafast"
        ),
        Film("mp4", 4.9, "h264 320x180 8 vfr"),
    ),
    "fragmented.mp4": (
        "-i {B} -t 5 -c copy -movflags frag_keyframe+empty_moov",
        Film("mp4", 5.0, "h264 1280x720 8", "aac:6"),
    ),
    "moov_end.mp4": ("-i {B} -t 5 -c copy", Film("mp4", 5.0, "h264 1280x720 8", "aac:6")),
    "moov_front.mp4": ("-i {B} -t 5 -c copy -movflags +faststart", Film("mp4", 5.0, "h264 1280x720 8", "aac:6")),
    "loop60.mp4": ("-stream_loop 11 -i {B} -t 60 -c copy", Film("mp4", 60.04, "h264 1280x720 8", "aac:6")),
}


def found_files() -> list[Path]:
    folders = (DATA / "video", DATA / "video-more")
    return sorted(path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.name != "README.md")


@pytest.fixture(scope="module")
async def prober(anyio_backend: str) -> AsyncIterator[Prober]:
    prober = Prober(make_worker_pool(ProbeOptions(workers=1)))
    yield prober
    await prober.aclose()


@pytest.fixture(scope="module")
async def tools(anyio_backend: str) -> MediaTools:
    return await find_media_tools()


def test_the_data_is_there() -> None:
    assert len(found_files()) > 60, f"no test data in {DATA.resolve()}; set MATINEE_TEST_DATA"


@pytest.mark.parametrize("path", found_files(), ids=lambda path: path.name)
async def test_a_real_file_is_described_or_refused(path: Path, prober: Prober) -> None:
    assert path.name in FILES, "a file that the table does not know: look at it and add it"
    await check(prober, path, FILES[path.name])


@pytest.mark.parametrize(
    "path", [path for path in found_files() if isinstance(FILES.get(path.name), Film)], ids=lambda path: path.name
)
async def test_a_playable_file_gives_all_its_parts(path: Path, prober: Prober, tools: MediaTools, tmp_path: Path) -> None:
    await give_all_parts(prober, tools, path, tmp_path)


@pytest.mark.parametrize("name", MADE)
async def test_a_made_file_is_described_and_gives_all_its_parts(
    name: str, prober: Prober, tools: MediaTools, tmp_path: Path
) -> None:
    path = make(tools, name, tmp_path)
    await check(prober, path, MADE[name][1])
    await give_all_parts(prober, tools, path, tmp_path)


@pytest.mark.parametrize(
    ("source", "kept"),
    [("moov_end.mp4", 400_000), ("moov_front.mp4", 400_000), ("two_audio.mkv", 100_000), ("fragmented.mp4", 400_000)],
)
async def test_a_cut_copy_is_refused_as_such(source: str, kept: int, prober: Prober, tools: MediaTools, tmp_path: Path) -> None:
    path = make(tools, source, tmp_path)
    os.truncate(path, kept)
    await check(prober, path, "truncated")


@pytest.mark.parametrize(("name", "data", "code"), [("empty.mp4", b"", "empty"), ("noise.mkv", None, "not_media")])
async def test_what_is_no_video_at_all_is_refused(
    name: str, data: bytes | None, code: str, prober: Prober, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(random.Random(1).randbytes(65_536) if data is None else data)
    await check(prober, tmp_path / name, code)


@pytest.mark.parametrize("name", ["example.ass", "example.srt", "example2.srt", "subtitles.srt", "subtitles-unicode.srt"])
async def test_subtitle_files_beside_a_video_are_read(name: str) -> None:
    cues = await read_subtitle_file(DATA / "video" / name)
    assert cues
    assert all(cue.end > cue.start and cue.text for cue in cues)


def make(tools: MediaTools, name: str, folder: Path) -> Path:
    data = DATA.resolve()
    sources = {
        "B": "video/bigbuckbunny.mp4",
        "S": "video-more/pgs_test.sup",
        "T": "video/example.ass",
        "R": "video/subtitles.srt",
    }
    names = {key: shlex.quote(str(data / place)) for key, place in sources.items()}
    command = [
        "nice",
        shutil.which("ffmpeg") or str(tools.ffmpeg),
        "-v",
        "error",
        "-nostdin",
        *shlex.split(MADE[name][0].format(**names)),
    ]
    subprocess.run([*command, str(folder / name)], check=True, timeout=100)
    return folder / name


async def check(prober: Prober, path: Path, expected: Film | str) -> None:
    if isinstance(expected, str):
        with pytest.raises(MediaUnreadable) as caught:
            await prober.probe(path)
        assert caught.value.code == expected
        return
    info = await prober.probe(path)
    assert describe(info) == (expected.container, expected.video, expected.audio, expected.subtitles)
    assert info.duration == pytest.approx(expected.duration, abs=0.12)


def describe(info: MediaInfo) -> tuple[str, str, str, str]:
    video = info.main_video
    special = [
        f"rot{video.rotation}" if video.rotation else "",
        video.hdr or "",
        "vfr" if video.variable_frame_rate else "",
        "interlaced" if video.interlaced else "",
    ]
    picture = " ".join(filter(None, [video.codec, f"{video.width}x{video.height}", str(video.bit_depth), *special]))
    audio = " ".join(":".join(filter(None, [track.codec, str(track.channels), track.language])) for track in info.audio)
    return (
        info.container,
        picture,
        audio,
        " ".join(":".join(filter(None, [track.codec, track.language])) for track in info.subtitles),
    )


async def give_all_parts(prober: Prober, tools: MediaTools, path: Path, folder: Path) -> None:
    """Key frames, a poster, stills for scrubbing and the text of every text track."""
    info = await prober.probe(path)
    keys = await KeyFrameReader(prober.pool).read(path, info.main_video.index)
    assert list(keys.times) == sorted(keys.times)
    assert 0 <= keys.times[0] < keys.end <= info.duration + 0.2
    picture = open_picture(await poster_frame(tools, path, info, deadline=timedelta(seconds=60)))
    assert picture.width / picture.height == pytest.approx(info.main_video.width / info.main_video.height, rel=0.03)
    plan = await make_trickplay(tools, path, info, folder / "stills", deadline=timedelta(seconds=100))
    assert len(list((folder / "stills").iterdir())) == plan.sheets
    for track in info.subtitles:
        if track.text:
            assert await read_subtitle_track(tools, path, track.index)
