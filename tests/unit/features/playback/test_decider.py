"""How to play: a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from matinee.features.playback.decider import Capabilities, Limits, codec_name, decide
from matinee.infra.media.info import MediaInfo
from tests.unit.features.playback.tracks import AUDIO, media, video

CHROME = Capabilities.of(["h264", "vp8", "vp9", "av1"], ["aac", "mp3", "opus", "vorbis"], ["mp4", "webm"])
SAFARI = Capabilities.of(["avc1.640028", "hvc1.2.4.L153"], ["mp4a.40.2", "ac-3"], ["video/mp4", "mov"], hdr=True)
AC3 = replace(AUDIO, codec="ac3", channels=6)


@pytest.mark.parametrize(
    ("info", "client", "method", "codes"),
    [
        (media(), CHROME, "direct", []),
        (media(audio=()), CHROME, "direct", []),
        (media(container="mkv"), CHROME, "remux", ["container_unsupported"]),
        (media(container="mov"), CHROME, "remux", ["container_unsupported"]),
        (media(container="mov"), SAFARI, "direct", []),
        (media(audio=(AC3,)), CHROME, "remux", ["audio_codec_unsupported"]),
        (media(audio=(AC3,)), SAFARI, "direct", []),
        (media(container="mkv", audio=(AC3,)), CHROME, "remux", ["container_unsupported", "audio_codec_unsupported"]),
        (media(video(codec="hevc")), CHROME, "transcode", ["video_codec_unsupported"]),
        (media(video(codec="hevc", bit_depth=10, hdr="hdr10")), SAFARI, "direct", []),
        (media(video(codec="hevc", bit_depth=10, hdr="hdr10")), replace(SAFARI, hdr=False), "transcode", ["hdr_unsupported"]),
        (media(video(codec="hevc", bit_depth=12)), SAFARI, "transcode", ["bit_depth_unsupported"]),
        (media(video(bit_depth=10, pix_fmt="yuv420p10le")), CHROME, "transcode", ["bit_depth_unsupported"]),
        (media(video(pix_fmt="yuv444p")), CHROME, "transcode", ["chroma_unsupported"]),
        (media(video(pix_fmt="yuvj420p")), CHROME, "direct", []),
        (media(video(interlaced=True)), CHROME, "transcode", ["interlaced"]),
        (media(video(codec="vp9"), container="webm"), CHROME, "direct", []),
        (media(video(codec="vp8"), container="mkv"), CHROME, "transcode", ["container_unsupported", "codec_not_in_segments"]),
        (media(video(rotation=90)), CHROME, "direct", []),
        (media(video(rotation=90), container="mkv"), CHROME, "transcode", ["container_unsupported", "rotated"]),
        (media(), replace(CHROME, max_height=720), "transcode", ["height_over_limit"]),
        (media(video(width=1080, height=1920)), replace(CHROME, max_height=1080), "direct", []),
        (media(), replace(CHROME, max_bitrate=3_000_000), "transcode", ["bitrate_over_limit"]),
        (media(), replace(CHROME, max_bitrate=6_000_000), "direct", []),
        (media(video(index=0, default=False), video(index=3)), CHROME, "remux", ["not_the_first_track"]),
        (media(video(codec="mpeg4"), container="avi"), CHROME, "transcode", ["video_codec_unsupported", "container_unsupported"]),
    ],
)
def test_the_least_work_that_the_client_can_play(info: MediaInfo, client: Capabilities, method: str, codes: list[str]) -> None:
    decision = decide(info, client)
    assert decision.method == method
    assert [reason.code for reason in decision.reasons][: len(codes)] == codes
    assert bool(codes) == bool(decision.reasons)


def test_reasons_carry_the_values_that_decided() -> None:
    (reason,) = decide(media(), replace(CHROME, max_height=720)).reasons
    assert (reason.values, "1080" in reason.text) == ({"height": 1080, "limit": 720}, True)


def test_a_server_that_does_not_remux_transcodes() -> None:
    assert decide(media(container="mkv"), CHROME, Limits(remux=False)).method == "transcode"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        *[("avc1.640028", "h264"), ("H.264", "h264"), ("hev1.1.6.L93.B0", "hevc"), ("mp4a.40.2", "aac"), ("mp4a.40.34", "mp3")],
        *[("ec-3", "eac3"), ("vp09.00.10.08", "vp9"), ("av01.0.04M.08", "av1"), (" Opus ", "opus"), ("fLaC", "flac")],
    ],
)
def test_codecs_are_known_by_every_usual_name(given: Any, name: str) -> None:
    assert codec_name(given) == name
