"""Describing the streams of an open container as tracks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, cast

import av.logging
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext
from av.video.format import VideoFormat
from av.video.stream import VideoStream

from matinee.infra.media import codec_strings
from matinee.infra.media.info import AudioTrack, Hdr, SubtitleTrack, VideoTrack
from matinee.infra.media.languages import language_tag

TEXT_SUBTITLES = frozenset({"subrip", "ass", "ssa", "mov_text", "webvtt", "text", "microdvd", "subviewer", "sami"})
_PICTURE_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpegxl"})
_NOT_A_FILM = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
# AVColorTransferCharacteristic, libavutil/pixfmt.h
_TRANSFERS = {1: "bt709", 4: "gamma22", 6: "smpte170m", 8: "linear", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12"}
_TRANSFERS |= {16: "smpte2084", 18: "arib-std-b67"}
_HIGHEST_FRAME_RATE = 240
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
_STREAM_LINE = re.compile(r"  Stream #\d+:(\d+)\S*: (\w+): ([\w-]+)")


class _Summary(Protocol):
    def dumps_format(self) -> str:
        """FFmpeg's own description; there, but not in PyAV's stubs."""


class _Codec(Protocol):
    canonical_name: str


@dataclass(slots=True)
class TrackNotes:
    """What FFmpeg says about a stream only in its printed summary."""

    codec: str
    side_data: dict[str, str] = field(default_factory=dict)

    @property
    def rotation(self) -> int:
        """Clockwise degrees. FFmpeg counts counter-clockwise."""
        found = re.search(r"rotation of (-?[\d.]+)", self.side_data.get("display matrix", ""))
        return round(-float(found[1]) / 90) * 90 % 360 if found else 0

    @property
    def dolby_vision(self) -> bool:
        """Whether there is a Dolby Vision configuration."""
        return "dovi configuration record" in self.side_data


def read_track_notes(container: InputContainer) -> dict[int, TrackNotes]:
    """Notes by stream index. PyAV has no other way to stream side data or to the names of codecs it cannot decode."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture():  # the summary goes through the log
            text = cast(_Summary, container).dumps_format()
    finally:
        av.logging.set_level(level)
    notes: dict[int, TrackNotes] = {}
    current: TrackNotes | None = None
    in_side_data = False
    for line in text.splitlines():
        if stream := _STREAM_LINE.match(line):
            current = notes[int(stream[1])] = TrackNotes(stream[3])
            in_side_data = False
        elif not line.startswith("      "):
            in_side_data = line.lower().strip() == "side data:"
        elif in_side_data and current is not None:
            name, _, value = line.strip().partition(":")
            current.side_data[name.strip().lower()] = value.strip()
    return notes


def read_videos(container: InputContainer, notes: Mapping[int, TrackNotes]) -> tuple[VideoTrack, ...]:
    """The moving pictures: no cover art, no stills, no thumbnails."""
    streams = [stream for stream in container.streams.video if not stream.disposition & _NOT_A_FILM]
    moving = [stream for stream in streams if _codec(stream, notes) not in _PICTURE_CODECS]
    return tuple(_video(stream, notes, container.bit_rate) for stream in moving or streams if _has_size(stream))


def read_audio(container: InputContainer, notes: Mapping[int, TrackNotes]) -> tuple[AudioTrack, ...]:
    """All sound tracks, also those that nothing here can decode."""
    return tuple(_audio(stream, notes) for stream in container.streams if stream.type == "audio")


def read_subtitles(
    container: InputContainer, notes: Mapping[int, TrackNotes], *, webvtt: bool = False
) -> tuple[SubtitleTrack, ...]:
    """All subtitle tracks. With `webvtt`, one of unknown codec is WebVTT in Matroska."""
    unnamed = {"unknown": "webvtt"} if webvtt else {}
    return tuple(
        SubtitleTrack(
            index=stream.index,
            codec=(codec := unnamed.get(named := _codec(stream, notes), named)),
            language=_language(stream),
            title=_title(stream),
            forced=bool(stream.disposition & Disposition.forced),
            default=bool(stream.disposition & Disposition.default),
            text=codec in TEXT_SUBTITLES,
        )
        for stream in container.streams
        if stream.type == "subtitle"
    )


def decoder_of(stream: Stream) -> CodecContext | None:
    """None when there is no decoder, which PyAV's stubs do not say."""
    return stream.codec_context


def _video_context(stream: VideoStream) -> VideoCodecContext | None:
    return stream.codec_context


def track_end(stream: Stream) -> float | None:
    """When a track ends, in the container's time; None when nothing says so. Matroska writers note it as a tag."""
    base = stream.time_base or Fraction(0)
    if stream.duration:
        return float(((stream.start_time or 0) + stream.duration) * base)
    told = _CLOCK.fullmatch(stream.metadata.get("DURATION", "").strip("\0 "))
    return int(told[1]) * 3600 + int(told[2]) * 60 + float(told[3]) if told else None


def _has_size(stream: VideoStream) -> bool:
    return decoder_of(stream) is None or (stream.width > 0 and stream.height > 0)


def _video(stream: VideoStream, notes: Mapping[int, TrackNotes], total_bit_rate: int) -> VideoTrack:
    context = _video_context(stream)
    note = notes.get(stream.index, TrackNotes("unknown"))
    width, height = (context.width, context.height) if context is not None else (0, 0)
    shown_width = _shown_width(width, stream.sample_aspect_ratio)
    rate, variable = frame_rate(stream.average_rate, stream.guessed_rate)
    depth = _bit_depth(context.pix_fmt if context is not None else None)
    level = context.level if context is not None and context.level > 0 else None
    transfer = _TRANSFERS.get(context.color_trc) if context is not None else None
    sideways = note.rotation in (90, 270)
    return VideoTrack(
        index=stream.index,
        codec=_codec(stream, notes),
        profile=stream.profile if context is not None else None,
        level=level,
        width=height if sideways else shown_width,
        height=shown_width if sideways else height,
        stored_width=width,
        stored_height=height,
        rotation=note.rotation,
        bit_depth=depth,
        pix_fmt=context.pix_fmt if context is not None else None,
        frame_rate=rate,
        variable_frame_rate=variable,
        hdr=_hdr(transfer, note),
        transfer=transfer,
        interlaced=context is not None and context.field_order > 1,
        bit_rate=_bit_rate(stream, total_bit_rate),
        default=bool(stream.disposition & Disposition.default),
        codec_string=_video_codec_string(stream, _codec(stream, notes), depth, level, rate),
    )


def _shown_width(width: int, shape: Fraction | None) -> int:
    """The width with square pixels. Shapes of 224/225 and the like are rounding by whoever scaled the picture."""
    if not shape or not Fraction(1, 10) < shape < 10 or abs(shape - 1) < Fraction(1, 100):
        return width
    return round(width * shape)


def _audio(stream: Stream, notes: Mapping[int, TrackNotes]) -> AudioTrack:
    context = stream.codec_context if isinstance(stream.codec_context, AudioCodecContext) else None
    codec = _codec(stream, notes)
    profile = stream.profile if context is not None else None
    return AudioTrack(
        index=stream.index,
        codec=codec,
        profile=profile,
        channels=context.channels if context is not None else 0,
        sample_rate=context.sample_rate if context is not None else 0,
        bit_rate=_bit_rate(stream, 0),
        language=_language(stream),
        title=_title(stream),
        default=bool(stream.disposition & Disposition.default),
        codec_string=codec_strings.audio_codec_string(codec, profile),
    )


def frame_rate(average: Fraction | None, guessed: Fraction | None) -> tuple[Fraction | None, bool]:
    """The nominal frame rate and whether frames come unevenly. Averages of 1000 and the like are only time bases."""
    sane = [rate for rate in (average, guessed) if rate and 0 < rate <= _HIGHEST_FRAME_RATE]
    if not sane:
        return None, True
    uneven = len(sane) < 2 or abs(sane[0] / sane[1] - 1) > Fraction(1, 100)
    return (sane[-1] if len(sane) < 2 else sane[0] if not uneven else sane[1]), uneven


def _codec(stream: Stream, notes: Mapping[int, TrackNotes]) -> str:
    if (context := decoder_of(stream)) is not None:
        return cast(_Codec, context.codec).canonical_name
    named = notes[stream.index].codec if stream.index in notes else "none"
    return "unknown" if named == "none" else named


def _bit_depth(pix_fmt: str | None) -> int:
    return max((part.bits for part in VideoFormat(pix_fmt).components), default=8) if pix_fmt else 8


def _hdr(transfer: str | None, note: TrackNotes) -> Hdr | None:
    if note.dolby_vision:
        return "dolby_vision"
    return {"smpte2084": "hdr10", "arib-std-b67": "hlg"}.get(transfer or "")  # type: ignore[return-value] # keys fix it


def _bit_rate(stream: Stream, total: int) -> int | None:
    context = decoder_of(stream)
    rate = context.bit_rate if context is not None else None
    if rate and not (total and rate > 1.5 * total):  # MPEG-1 gives its buffer's rate, up to 104 Mbit/s
        return rate
    told = next((value for key, value in stream.metadata.items() if key.upper().startswith("BPS")), "")
    return int(told) if told.isdecimal() and int(told) > 0 else None


def _video_codec_string(stream: VideoStream, codec: str, depth: int, level: int | None, rate: Fraction | None) -> str:
    context = _video_context(stream)
    if context is None:
        return ""
    extradata = context.extradata or b""
    if codec == "h264":
        return codec_strings.h264_codec_string(extradata, stream.profile, level)
    if codec == "hevc":
        return codec_strings.hevc_codec_string(extradata, stream.profile, level)
    if codec == "av1":
        return codec_strings.av1_codec_string(extradata, depth, level)
    if codec == "vp9":
        return codec_strings.vp9_codec_string(stream.profile, depth, context.width, context.height, rate)
    return "vp8" if codec == "vp8" else ""


def _language(stream: Stream) -> str | None:
    return language_tag(stream.metadata.get("language") or stream.metadata.get("LANGUAGE"))


def _title(stream: Stream) -> str | None:
    title = (stream.metadata.get("title") or stream.metadata.get("name") or "").strip()
    return title or None
