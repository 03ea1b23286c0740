"""Codec names as players ask for them (RFC 6381 and each codec's own MP4 binding), from the decoder's set-up data.

`extradata` is what the container carries: `avcC`, `hvcC` or `av1C` records, or Annex B parameter sets. Where the set-up data
says nothing, profile and level are used; "" means that no browser has a name for it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

_AUDIO = {
    "ac3": "ac-3",
    "eac3": "ec-3",
    "opus": "Opus",
    "flac": "fLaC",
    "alac": "alac",
    "mp3": "mp4a.40.34",
    "vorbis": "vorbis",
    "dts": "dtsc",
    "truehd": "mlpa",
    "ac4": "ac-4",
}
_AAC_OBJECT_TYPES = {"Main": 1, "LC": 2, "SSR": 3, "LTP": 4, "HE-AAC": 5, "LD": 23, "HE-AACv2": 29, "ELD": 39, "xHE-AAC": 42}
_H264_PROFILES = {
    "Constrained Baseline": (66, 0xE0),
    "Baseline": (66, 0x40),
    "Main": (77, 0),
    "Extended": (88, 0),
    "High": (100, 0),
    "High 10": (110, 0),
    "High 4:2:2": (122, 0),
    "High 4:4:4 Predictive": (244, 0),
}
# VP9 levels: (level x 10, luma samples per second, luma samples per picture); webmproject.org/vp9/levels
_VP9_LEVELS = (
    (10, 829_440, 36_864),
    (11, 2_764_800, 73_728),
    (20, 4_608_000, 122_880),
    (21, 9_216_000, 245_760),
    (30, 20_736_000, 552_960),
    (31, 36_864_000, 983_040),
    (40, 83_558_400, 2_228_224),
    (41, 160_432_128, 2_228_224),
    (50, 311_951_360, 8_912_896),
    (51, 588_251_136, 8_912_896),
    (52, 1_176_502_272, 8_912_896),
    (60, 1_176_502_272, 35_651_584),
    (61, 2_353_004_544, 35_651_584),
    (62, 4_706_009_088, 35_651_584),
)


def audio_codec_string(codec: str, profile: str | None) -> str:
    """For instance `mp4a.40.2` for AAC-LC."""
    if codec == "aac":
        return f"mp4a.40.{_AAC_OBJECT_TYPES.get(profile or 'LC', 2)}"
    return _AUDIO.get(codec, "")


def h264_codec_string(extradata: bytes, profile: str | None, level: int | None) -> str:
    """`avc1.PPCCLL` (ISO/IEC 14496-15)."""
    if len(extradata) >= 4 and extradata[0] == 1:
        return f"avc1.{extradata[1:4].hex().upper()}"
    parameters = _annex_b(extradata, lambda header: header & 0x1F == 7)
    if len(parameters) >= 4:
        return f"avc1.{parameters[1:4].hex().upper()}"
    number, flags = _H264_PROFILES.get(profile or "High", (100, 0))
    return f"avc1.{number:02X}{flags:02X}{level if level and level > 0 else 40:02X}"


def hevc_codec_string(extradata: bytes, profile: str | None, level: int | None) -> str:
    """`hvc1.P.C.TL.B…` (ISO/IEC 14496-15 annex E)."""
    if len(extradata) >= 13 and extradata[0] == 1:
        record = extradata[1:13]
    else:
        parameters = _annex_b(extradata, lambda header: (header >> 1) & 0x3F == 33)
        record = parameters.replace(b"\0\0\3", b"\0\0")[3:15]
    if len(record) < 12:
        number, compatible = (2, 4) if profile == "Main 10" else (1, 6)
        return f"hvc1.{number}.{compatible}.L{level if level and level > 0 else 120}.B0"
    space = ("", "A", "B", "C")[record[0] >> 6]
    tier = "H" if record[0] & 0x20 else "L"
    compatible = int(f"{int.from_bytes(record[1:5], 'big'):032b}"[::-1], 2)
    constraints = "".join(f".{byte:X}" for byte in record[5:11].rstrip(b"\0"))
    return f"hvc1.{space}{record[0] & 0x1F}.{compatible:X}.{tier}{record[11]}{constraints}"


def av1_codec_string(extradata: bytes, bit_depth: int, level: int | None) -> str:
    """`av01.P.LLT.DD` (AV1 codec ISO media file format binding, section 5)."""
    if len(extradata) >= 4 and extradata[0] == 0x81:
        profile, index = extradata[1] >> 5, extradata[1] & 0x1F
        tier = "H" if extradata[2] & 0x80 else "M"
    else:
        profile, index, tier = 0, level if level is not None and 0 <= level < 32 else 8, "M"
    return f"av01.{profile}.{index:02d}{tier}.{bit_depth:02d}"


def vp9_codec_string(profile: str | None, bit_depth: int, width: int, height: int, frame_rate: Fraction | None) -> str:
    """`vp09.PP.LL.DD`; the stream carries no level, so it is the lowest that size and rate allow."""
    found = re.search(r"\d", profile or "")
    number = int(found[0]) if found else (2 if bit_depth > 8 else 0)
    picture = width * height
    rate = math.ceil(picture * (frame_rate or 30))
    level = next((name for name, samples, size in _VP9_LEVELS if rate <= samples and picture <= size), 62)
    return f"vp09.{number:02d}.{level}.{bit_depth:02d}"


def _annex_b(data: bytes, wanted: Callable[[int], bool]) -> bytes:
    """The first NAL unit whose header byte is wanted, from a stream with start codes."""
    for unit in data.split(b"\0\0\1")[1:]:
        if unit and wanted(unit[0]):
            return unit
    return b""
