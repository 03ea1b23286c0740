"""What is known about a video file: frozen values, and their form as plain data for storage.

All times are seconds. A track's `index` is its stream number in the file, as ffmpeg's `-map 0:<index>` counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from typing import Any, Literal, TypeVar, cast

_Entry = TypeVar("_Entry")
Hdr = Literal["hdr10", "hlg", "dolby_vision"]


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """One moving picture. `width` and `height` are as displayed: pixel shape and rotation applied.

    `stored_width`/`stored_height` are the coded pixels, `rotation` the clockwise degrees (0, 90, 180, 270) a player turns them.
    `frame_rate` is None when the file does not say. `hdr` names the richest form; `transfer` (ffmpeg's name, such as
    `smpte2084`) says what the picture is for a player without Dolby Vision. `codec_string` is the RFC 6381 name, "" for none.
    """

    index: int
    codec: str
    profile: str | None
    level: int | None
    width: int
    height: int
    stored_width: int
    stored_height: int
    rotation: int
    bit_depth: int
    pix_fmt: str | None
    frame_rate: Fraction | None
    variable_frame_rate: bool
    hdr: Hdr | None
    transfer: str | None
    interlaced: bool
    bit_rate: int | None
    default: bool
    codec_string: str


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """One sound track. `language` is BCP 47 or None; `codec_string` the RFC 6381 name, "" if there is none."""

    index: int
    codec: str
    profile: str | None
    channels: int
    sample_rate: int
    bit_rate: int | None
    language: str | None
    title: str | None
    default: bool
    codec_string: str


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """One subtitle track. `text` is True when it can become WebVTT; pictures (PGS, VobSub, DVB) cannot."""

    index: int
    codec: str
    language: str | None
    title: str | None
    forced: bool
    default: bool
    text: bool


@dataclass(frozen=True, slots=True)
class Chapter:
    """A named stretch; `title` may be empty."""

    start: float
    end: float
    title: str


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A playable file. It has at least one video track and a duration above zero.

    `container` is one of mp4, mov, 3gp, mkv, webm, mpegts, mpeg, avi, flv, asf, ogg, or ffmpeg's own name for rarer ones.
    """

    container: str
    duration: float
    size: int
    bit_rate: int
    start_time: float
    video: tuple[VideoTrack, ...]
    audio: tuple[AudioTrack, ...]
    subtitles: tuple[SubtitleTrack, ...]
    chapters: tuple[Chapter, ...]

    @property
    def main_video(self) -> VideoTrack:
        """The track to play: the largest among those marked default, the first of equals."""
        return min(self.video, key=lambda track: (not track.default, -track.width * track.height, track.index))

    @property
    def main_audio(self) -> AudioTrack | None:
        """The track to play unless a language is asked for: the first default one, else the first."""
        return min(self.audio, key=lambda track: (not track.default, track.index), default=None)


def info_to_dict(info: MediaInfo) -> dict[str, Any]:  # Any: a JSON document
    """Plain data that `json.dumps` accepts and `info_from_dict` reads back to an equal value."""
    document = asdict(info)
    for track in document["video"]:
        rate = track["frame_rate"]
        track["frame_rate"] = None if rate is None else f"{rate.numerator}/{rate.denominator}"
    for name in ("video", "audio", "subtitles", "chapters"):
        document[name] = list(document[name])
    return document


def info_from_dict(document: Mapping[str, Any]) -> MediaInfo:  # Any: a JSON document
    """The inverse of `info_to_dict`. Keys unknown to this version are ignored; a missing key raises KeyError."""
    return MediaInfo(
        container=document["container"],
        duration=float(document["duration"]),
        size=int(document["size"]),
        bit_rate=int(document["bit_rate"]),
        start_time=float(document["start_time"]),
        video=tuple(_video(entry) for entry in document["video"]),
        audio=tuple(_read(AudioTrack, entry) for entry in document["audio"]),
        subtitles=tuple(_read(SubtitleTrack, entry) for entry in document["subtitles"]),
        chapters=tuple(_read(Chapter, entry) for entry in document["chapters"]),
    )


def _read(kind: type[_Entry], entry: Mapping[str, Any]) -> _Entry:
    return kind(**{field.name: entry[field.name] for field in fields(cast(Any, kind))})


def _video(entry: Mapping[str, Any]) -> VideoTrack:
    rate = entry["frame_rate"]
    return _read(VideoTrack, {**entry, "frame_rate": None if rate is None else Fraction(rate)})
