"""How to play a file for a client: as it is, in another container, or converted; and why. A pure function.

`direct`      the file itself, by byte ranges
`remux`       its pictures unchanged in HLS segments, its sound as AAC
`transcode`   pictures and sound converted
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from matinee.infra.media.info import AudioTrack, MediaInfo, VideoTrack

Method = Literal["direct", "remux", "transcode"]

_CODEC_NAMES = {
    "avc1": "h264", "avc3": "h264", "avc": "h264", "x264": "h264", "h.264": "h264",
    "hvc1": "hevc", "hev1": "hevc", "h265": "hevc", "h.265": "hevc", "x265": "hevc", "dvh1": "hevc", "dvhe": "hevc",
    "vp09": "vp9", "vp08": "vp8", "av01": "av1",
    "mp4a": "aac", "ac-3": "ac3", "ec-3": "eac3", "e-ac-3": "eac3", "mp4a.40.34": "mp3", "mp4a.69": "mp3", "mp4a.6b": "mp3",
}  # fmt: skip
_COPIES_INTO_MP4 = frozenset({"h264", "hevc", "vp9", "av1"})
_NO_DECODER = frozenset({"ac4", "none", "unknown", ""})
_ROTATES = frozenset({"mp4", "mov", "3gp"})
# What decoders in browsers and televisions play of each codec: bits, and names of profiles beyond 4:2:0.
_DEPTHS: Mapping[str, int] = {"h264": 8, "hevc": 10, "vp9": 10, "av1": 10, "vp8": 8}


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a client plays. Codecs and containers by their common names (`h264`, `mp4`) or RFC 6381 strings."""

    video_codecs: frozenset[str] = frozenset({"h264"})
    audio_codecs: frozenset[str] = frozenset({"aac", "mp3"})
    containers: frozenset[str] = frozenset({"mp4"})
    max_height: int | None = None
    max_bitrate: int | None = None
    hdr: bool = False

    @classmethod
    def of(
        cls,
        video_codecs: Iterable[str],
        audio_codecs: Iterable[str],
        containers: Iterable[str],
        max_height: int | None = None,
        max_bitrate: int | None = None,
        hdr: bool = False,
    ) -> Capabilities:
        """From what a client sent, whichever spelling it uses."""
        boxes = frozenset(name.strip().lower().removeprefix("video/") for name in containers)
        return cls(
            video_codecs=frozenset(map(codec_name, video_codecs)),
            audio_codecs=frozenset(map(codec_name, audio_codecs)),
            containers=boxes | ({"mkv"} if boxes & {"matroska", "x-matroska"} else set()),
            max_height=max_height,
            max_bitrate=max_bitrate,
            hdr=hdr,
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """What the server allows this caller."""

    remux: bool = True
    transcode: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be done: a stable code, a sentence, and the values that decided."""

    code: str
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)  # Any: numbers and names, as JSON


@dataclass(frozen=True, slots=True)
class Decision:
    """How to play. `reasons` say what stood against the simpler ways; empty for direct play."""

    method: Method
    reasons: tuple[Reason, ...]
    video: VideoTrack
    audio: AudioTrack | None
    copies_video: bool
    """Whether HLS may offer the pictures unchanged."""


def decide(info: MediaInfo, client: Capabilities, limits: Limits = Limits()) -> Decision:
    """The least work that this client can play. Pictures alone decide between remux and transcode: sound is cheap."""
    video, audio = info.main_video, info.main_audio
    picture = [*_codec(video, client), *_picture(video, client), *_size(info, video, client)]
    sound = _sound(audio, client)
    container = _container(info, video, client)
    copying = [*picture, *_copying(video)]
    direct = [*picture, *container, *sound, *_turned(info, video)]
    copies = not copying and limits.remux
    if not direct:
        return Decision("direct", (), video, audio, copies)
    if copies:
        return Decision("remux", tuple(direct), video, audio, True)
    seen = {reason.code for reason in direct}
    reasons = direct + [reason for reason in copying if reason.code not in seen]
    return Decision("transcode", tuple(reasons), video, audio, False)


def codec_name(text: str) -> str:
    """`h264` for `avc1.640028`, `H.264` and the like."""
    text = text.strip().lower()
    return _CODEC_NAMES.get(text) or _CODEC_NAMES.get(text.partition(".")[0]) or text


def hears(audio: AudioTrack) -> bool:
    """Whether a sound track can be decoded here at all."""
    return audio.codec not in _NO_DECODER and audio.channels > 0


def _codec(video: VideoTrack, client: Capabilities) -> list[Reason]:
    if video.codec in client.video_codecs:
        return []
    values = {"codec": video.codec, "supported": sorted(client.video_codecs)}
    return [Reason("video_codec_unsupported", f"This player cannot show {video.codec}.", values)]


def _picture(video: VideoTrack, client: Capabilities) -> list[Reason]:
    found = []
    deepest = _DEPTHS.get(video.codec, 8)
    if video.bit_depth > deepest:
        depths = {"bit_depth": video.bit_depth, "limit": deepest}
        found.append(Reason("bit_depth_unsupported", f"{video.bit_depth} bits a colour are more than players decode.", depths))
    if not _is_420(video):
        form = {"pix_fmt": video.pix_fmt, "profile": video.profile}
        found.append(Reason("chroma_unsupported", "Its colour sampling is one that players do not decode.", form))
    if video.hdr is not None and not client.hdr:
        text = f"The picture is {video.hdr} and this player did not ask for HDR."
        found.append(Reason("hdr_unsupported", text, {"hdr": video.hdr}))
    if video.interlaced:
        found.append(Reason("interlaced", "The picture is interlaced, which players show as combs.", {}))
    return found


def _is_420(video: VideoTrack) -> bool:
    form = video.pix_fmt or "yuv420p"
    return "420" in form or form.startswith(("nv12", "p010"))


def _size(info: MediaInfo, video: VideoTrack, client: Capabilities) -> list[Reason]:
    found = []
    if client.max_height is not None and min(video.height, video.width) > client.max_height:
        values = {"height": video.height, "limit": client.max_height}
        found.append(Reason("height_over_limit", f"{video.height} lines are more than the player's {client.max_height}.", values))
    if client.max_bitrate is not None and info.bit_rate > client.max_bitrate:
        values = {"bitrate": info.bit_rate, "limit": client.max_bitrate}
        found.append(Reason("bitrate_over_limit", "The file needs more bits per second than the player's limit.", values))
    return found


def _container(info: MediaInfo, video: VideoTrack, client: Capabilities) -> list[Reason]:
    if info.container not in client.containers:
        values = {"container": info.container, "supported": sorted(client.containers)}
        return [Reason("container_unsupported", f"This player does not open {info.container} files.", values)]
    if len(info.video) > 1 and min(track.index for track in info.video) != video.index:
        text = "Players show the first picture track; the one to show is another."
        return [Reason("not_the_first_track", text, {"track": video.index})]
    return []


def _sound(audio: AudioTrack | None, client: Capabilities) -> list[Reason]:
    if audio is None or audio.codec in client.audio_codecs:
        return []
    values = {"codec": audio.codec, "supported": sorted(client.audio_codecs)}
    return [Reason("audio_codec_unsupported", f"This player cannot play {audio.codec} sound.", values)]


def _copying(video: VideoTrack) -> list[Reason]:
    if video.codec not in _COPIES_INTO_MP4:
        return [Reason("codec_not_in_segments", f"{video.codec} cannot be carried in HLS segments.", {"codec": video.codec})]
    if video.rotation:
        return [Reason("rotated", "Segments cannot say that the picture must be turned.", {"rotation": video.rotation})]
    return []


def _turned(info: MediaInfo, video: VideoTrack) -> list[Reason]:
    if video.rotation and info.container not in _ROTATES:
        return [Reason("rotated", "Players do not turn the picture of this container.", {"rotation": video.rotation})]
    return []
