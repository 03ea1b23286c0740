from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from matinee.infra.media.info import AudioTrack, Chapter, MediaInfo, SubtitleTrack, VideoTrack, info_from_dict, info_to_dict

VIDEO = VideoTrack(
    index=0,
    codec="hevc",
    profile="Main 10",
    level=120,
    width=1920,
    height=1080,
    stored_width=1920,
    stored_height=1080,
    rotation=0,
    bit_depth=10,
    pix_fmt="yuv420p10le",
    frame_rate=Fraction(24000, 1001),
    variable_frame_rate=False,
    hdr="hdr10",
    transfer="smpte2084",
    interlaced=False,
    bit_rate=None,
    default=True,
    codec_string="hvc1.2.4.L120.B0",
)
AUDIO = AudioTrack(1, "aac", "LC", 6, 48000, 384000, "en", 'Director\'s "cut" é', True, "mp4a.40.2")
INFO = MediaInfo(
    container="mkv",
    duration=5400.125,
    size=5_000_000_000,
    bit_rate=7_400_000,
    start_time=-0.021,
    video=(VIDEO, replace(VIDEO, index=7, frame_rate=None)),
    audio=(AUDIO,),
    subtitles=(SubtitleTrack(3, "subrip", "pt-BR", None, True, False, True),),
    chapters=(Chapter(0.0, 60.5, "Opening"),),
)


def test_survives_the_way_through_json() -> None:
    assert info_from_dict(json.loads(json.dumps(info_to_dict(INFO)))) == INFO


def test_ignores_what_a_later_version_added() -> None:
    document = info_to_dict(INFO)
    document["video"][0]["film_grain"] = True
    document["checksum"] = "x"
    assert info_from_dict(document) == INFO


def test_what_is_missing_is_an_error() -> None:
    document = info_to_dict(INFO)
    del document["video"][0]["rotation"]
    with pytest.raises(KeyError):
        info_from_dict(document)


def test_the_main_video_is_the_largest_default_one_and_of_equals_the_first() -> None:
    small, large, other = (replace(VIDEO, index=n, width=w) for n, w in ((0, 640), (1, 1280), (2, 1280)))
    plain = replace(VIDEO, index=3, width=3840, default=False)
    assert replace(INFO, video=(small, large, other, plain)).main_video == large
    assert replace(INFO, video=(replace(small, default=False), plain)).main_video == plain


def test_the_main_audio_is_the_first_default_one_else_the_first() -> None:
    second = replace(AUDIO, index=2)
    assert replace(INFO, audio=(replace(AUDIO, default=False), second)).main_audio == second
    assert replace(INFO, audio=(replace(AUDIO, default=False), replace(second, default=False))).main_audio == replace(
        AUDIO, default=False
    )
    assert replace(INFO, audio=()).main_audio is None
