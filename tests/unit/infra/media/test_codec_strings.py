from __future__ import annotations

from fractions import Fraction

import pytest

from matinee.infra.media.codec_strings import (
    audio_codec_string,
    av1_codec_string,
    h264_codec_string,
    hevc_codec_string,
    vp9_codec_string,
)


@pytest.mark.parametrize(
    ("extradata", "profile", "level", "expected"),
    [
        ("0164001effe1", "High", 30, "avc1.64001E"),  # avcC
        ("0142c01effe1", "Constrained Baseline", 30, "avc1.42C01E"),
        ("0000000167640028acd9", "High", 40, "avc1.640028"),  # Annex B, long start code
        ("0000016842ff0000016764001facd9", "High", 31, "avc1.64001F"),  # another unit before the parameter set
        ("", "Main", 31, "avc1.4D001F"),
        ("", None, None, "avc1.640028"),
    ],
)
def test_h264(extradata: str, profile: str | None, level: int | None, expected: str) -> None:
    assert h264_codec_string(bytes.fromhex(extradata), profile, level) == expected


@pytest.mark.parametrize(
    ("extradata", "expected"),
    [
        ("01016000000090000000000078f000fcfdf8f800000f04", "hvc1.1.6.L120.90"),  # hvcC, Main 4.0
        ("01022000000090000000000099f000fcfdfafa00000f04", "hvc1.2.4.L153.90"),  # Main 10, 5.1
        ("01222000000090000000000099f000fcfdfafa00000f04", "hvc1.2.4.H153.90"),  # high tier
        ("010160000000b0000000000078f000fcfdf8f800000f04", "hvc1.1.6.L120.B0"),
        ("0000014001 0c01 000001 4201 01 01 60000003 00b00000030000030078a003", "hvc1.1.6.L120.B0"),  # Annex B with escapes
        ("", "hvc1.1.6.L93.B0"),
    ],
)
def test_hevc(extradata: str, expected: str) -> None:
    assert hevc_codec_string(bytes.fromhex(extradata), "Main", 93) == expected


def test_hevc_without_any_set_up_data_goes_by_profile_and_level() -> None:
    assert hevc_codec_string(b"", "Main 10", None) == "hvc1.2.4.L120.B0"


@pytest.mark.parametrize(
    ("extradata", "depth", "level", "expected"),
    [
        ("81080c00", 8, 8, "av01.0.08M.08"),
        ("810dc000", 10, 13, "av01.0.13H.10"),
        ("", 8, 5, "av01.0.05M.08"),
        ("", 10, None, "av01.0.08M.10"),
    ],
)
def test_av1(extradata: str, depth: int, level: int | None, expected: str) -> None:
    assert av1_codec_string(bytes.fromhex(extradata), depth, level) == expected


@pytest.mark.parametrize(
    ("profile", "depth", "width", "height", "rate", "expected"),
    [
        ("Profile 0", 8, 1920, 1080, Fraction(30), "vp09.00.40.08"),
        ("Profile 0", 8, 1920, 1080, Fraction(60), "vp09.00.41.08"),
        ("Profile 2", 10, 3840, 2160, Fraction(24), "vp09.02.50.10"),
        (None, 10, 320, 180, None, "vp09.02.11.10"),
        ("Profile 0", 8, 20000, 20000, Fraction(60), "vp09.00.62.08"),
    ],
)
def test_vp9(profile: str | None, depth: int, width: int, height: int, rate: Fraction | None, expected: str) -> None:
    assert vp9_codec_string(profile, depth, width, height, rate) == expected


@pytest.mark.parametrize(
    ("codec", "profile", "expected"),
    [
        ("aac", "LC", "mp4a.40.2"),
        ("aac", "HE-AAC", "mp4a.40.5"),
        ("aac", "HE-AACv2", "mp4a.40.29"),
        ("aac", None, "mp4a.40.2"),
        ("ac3", None, "ac-3"),
        ("eac3", "Dolby Digital Plus + Dolby Atmos", "ec-3"),
        ("opus", None, "Opus"),
        ("flac", None, "fLaC"),
        ("wmav2", None, ""),
    ],
)
def test_audio(codec: str, profile: str | None, expected: str) -> None:
    assert audio_codec_string(codec, profile) == expected
