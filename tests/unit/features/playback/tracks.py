"""Files as they are described, without files."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from matinee.features.playback.sources import SourceFile
from matinee.infra.ids import FileId
from matinee.infra.media.info import AudioTrack, MediaInfo, SubtitleTrack, VideoTrack

VIDEO = VideoTrack(
    index=0, codec="h264", profile="High", level=40, width=1920, height=1080, stored_width=1920, stored_height=1080, rotation=0,
    bit_depth=8, pix_fmt="yuv420p", frame_rate=Fraction(24000, 1001), variable_frame_rate=False, hdr=None, transfer="bt709",
    interlaced=False, bit_rate=5_000_000, default=True, codec_string="avc1.640028",
)  # fmt: skip
AUDIO = AudioTrack(1, "aac", "LC", 2, 48_000, 128_000, "en", None, True, "mp4a.40.2")
TEXT = SubtitleTrack(2, "subrip", "de", 'The "best"', False, True, True)


def video(**changes: Any) -> VideoTrack:
    return replace(VIDEO, **changes)


def media(*videos: VideoTrack, audio: tuple[AudioTrack, ...] = (AUDIO,), **changes: Any) -> MediaInfo:
    info = MediaInfo("mp4", 100.0, 65_000_000, 5_200_000, 0.0, videos or (VIDEO,), audio, (), ())
    return replace(info, **changes)


def source(info: MediaInfo) -> SourceFile:
    return SourceFile(FileId("f1"), Path("/films/f.mp4"), info.size, 1, "ok", info)
