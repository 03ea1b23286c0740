"""What HLS offers of one file: pictures in several sizes, sound tracks, subtitles, and the segments of each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from matinee.features.playback.decider import Capabilities, Decision, hears
from matinee.features.playback.policy import (
    AUDIO_BIT_RATE,
    CONTAINER_OVERHEAD,
    FORMAT_VERSION,
    LADDER,
    LONGEST_GAP,
    MOST_AUDIO_TRACKS,
    MOST_SUBTITLES,
    Rung,
)
from matinee.features.playback.sources import SourceFile
from matinee.infra.media.hls_grid import FrameGrid, Grid, audio_grid, copy_grid, frame_grid, longest_gap, output_rate
from matinee.infra.media.info import AudioTrack, MediaInfo, VideoTrack
from matinee.infra.media.keyframes import KeyFrames

ORIGINAL = "original"
_H264_LEVELS = ((30, 1_620, 40_500), (31, 3_600, 108_000), (40, 8_192, 245_760), (42, 8_704, 522_240), (51, 36_864, 983_040))


@dataclass(frozen=True, slots=True)
class Picture:
    """One video rendition. `bandwidth` and `mean` are bits per second of the pictures alone; `rung` is None for the copy."""

    name: str
    width: int
    height: int
    bandwidth: int
    mean: int
    codec: str
    rate: Fraction
    hdr: Literal["SDR", "PQ", "HLG"]
    rung: Rung | None


@dataclass(frozen=True, slots=True)
class Sound:
    """One audio rendition: source stream `stream`, always AAC, the same for every picture."""

    name: str
    stream: int
    label: str
    language: str | None
    default: bool


@dataclass(frozen=True, slots=True)
class Text:
    """One subtitle rendition; `index` is the stream's number, or that of an external file."""

    index: int
    label: str
    language: str | None
    forced: bool
    default: bool


@dataclass(frozen=True, slots=True)
class Presentation:
    """Everything that HLS needs to know about one file for one client."""

    source: SourceFile
    info: MediaInfo
    video: VideoTrack
    pictures: tuple[Picture, ...]
    sounds: tuple[Sound, ...]
    texts: tuple[Text, ...]
    frames: FrameGrid
    sound_frames: FrameGrid
    even: Grid
    """The boundaries of all that is encoded, in seconds."""
    copied: Grid | None
    """The copy's boundaries; None when the pictures are not offered unchanged."""

    @property
    def key(self) -> str:
        """The content this is made from: equal for every session that plays the same state of the same file."""
        return source_key(self.source)

    def picture(self, name: str) -> Picture | None:
        """The video rendition of that name."""
        return next((picture for picture in self.pictures if picture.name == name), None)

    def sound(self, name: str) -> Sound | None:
        """The audio rendition of that name."""
        return next((sound for sound in self.sounds if sound.name == name), None)

    def grid_of(self, picture: Picture) -> Grid:
        """Where that rendition's segments begin and end."""
        if picture.rung is None and self.copied is not None:
            return self.copied
        return self.even


def source_key(source: SourceFile) -> str:
    """A name for the bytes of a file: changes when the file does."""
    text = f"{FORMAT_VERSION}:{source.id}:{source.size}:{source.mtime_ns}"
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def present(
    source: SourceFile, info: MediaInfo, decision: Decision, client: Capabilities, keys: KeyFrames | None
) -> Presentation:
    """What to offer. `keys` are needed where the pictures may be copied; sparse or late ones rule the copy out."""
    video = decision.video
    copied = copy_grid(keys) if keys is not None and decision.copies_video and copies_well(keys) else None
    rate = output_rate(video.frame_rate, video.variable_frame_rate)
    frames = frame_grid(info.duration, rate)
    pictures = ladder(video, rate, client)
    if copied is not None:
        pictures = [original(info, video), *pictures]
    return Presentation(
        source=source,
        info=info,
        video=video,
        pictures=tuple(pictures),
        sounds=tuple(_sounds(info)),
        texts=tuple(_texts(source, info)),
        frames=frames,
        sound_frames=audio_grid(frames),
        even=frames.grid(),
        copied=copied,
    )


def copies_well(keys: KeyFrames) -> bool:
    """Whether segments cut at these key frames are short enough and begin at the beginning."""
    return bool(keys.times) and keys.times[0] < 0.5 and longest_gap(keys) <= LONGEST_GAP


def ladder(video: VideoTrack, rate: Fraction, client: Capabilities) -> list[Picture]:
    """Renditions up to the source's size and the client's limits, largest first; there is always one."""
    pictures = [_encoded(rung, *size, rate) for rung in LADDER if (size := fitted(rung, video.width, video.height)) is not None]
    if len(pictures) == 1 and video.height < LADDER[-1].height * 3 // 4 and video.width >= video.height:
        pictures = [_encoded(_tiny(video), video.width & ~1 or 2, video.height & ~1 or 2, rate)]
    within = [p for p in pictures if _within(p, client)]
    return within or pictures[-1:]


def fitted(rung: Rung, width: int, height: int) -> tuple[int, int] | None:
    """The size of the picture in that rung, upright or lying; None when the next smaller rung holds all of it."""
    box = (rung.width, rung.height) if width >= height else (rung.height, rung.width)
    smaller = [other for other in LADDER if other.height < rung.height]
    if smaller:
        below = (smaller[0].width, smaller[0].height) if width >= height else (smaller[0].height, smaller[0].width)
        if width <= below[0] and height <= below[1]:
            return None
    scale = min(1.0, box[0] / width, box[1] / height)
    return _even(width, scale), _even(height, scale)


def _even(length: int, scale: float) -> int:
    """4:2:0 pictures have even sides; rounding never makes one longer than the source's."""
    return max(2, min(round(length * scale / 2) * 2, length & ~1))


def original(info: MediaInfo, video: VideoTrack) -> Picture:
    """The pictures as they are. The peak is not known without reading them all; films stay below twice their mean."""
    mean = video.bit_rate or max(info.bit_rate - AUDIO_BIT_RATE, 100_000)
    rate = output_rate(video.frame_rate, video.variable_frame_rate)
    hdr: Literal["SDR", "PQ", "HLG"] = "SDR"
    if video.transfer == "smpte2084":
        hdr = "PQ"
    elif video.transfer == "arib-std-b67":
        hdr = "HLG"
    return Picture(ORIGINAL, video.width, video.height, round(mean * 1.8), mean, video.codec_string, rate, hdr, None)


def h264_codec(width: int, height: int, rate: Fraction) -> str:
    """`avc1.6400LL`: High profile at the lowest level that holds the size and rate (H.264 table A-1)."""
    blocks = -(-width // 16) * -(-height // 16)
    level = next((level for level, size, speed in _H264_LEVELS if blocks <= size and blocks * rate <= speed), 52)
    return f"avc1.6400{level:02X}"


def _encoded(rung: Rung, width: int, height: int, rate: Fraction) -> Picture:
    codec = h264_codec(width, height, rate)
    return Picture(rung.name, width, height, rung.max_rate, rung.mean_rate, codec, rate, "SDR", rung)


def _tiny(video: VideoTrack) -> Rung:
    lowest = LADDER[-1]
    return Rung(f"{video.height}p", video.width, video.height, lowest.max_rate, lowest.mean_rate)


def _within(picture: Picture, client: Capabilities) -> bool:
    if client.max_height is not None and min(picture.height, picture.width) > client.max_height:
        return False
    needed = (picture.bandwidth + AUDIO_BIT_RATE) * CONTAINER_OVERHEAD
    return client.max_bitrate is None or needed <= client.max_bitrate


def _sounds(info: MediaInfo) -> list[Sound]:
    tracks = [track for track in info.audio if hears(track)][:MOST_AUDIO_TRACKS]
    main = info.main_audio if info.main_audio in tracks else next(iter(tracks), None)
    labels = unique([_sound_label(track) for track in tracks])
    return [
        Sound(f"a{track.index}", track.index, label, track.language, track is main)
        for track, label in zip(tracks, labels, strict=True)
    ]


def _sound_label(track: AudioTrack) -> str:
    return track.title or track.language or "Sound"


def _texts(source: SourceFile, info: MediaInfo) -> list[Text]:
    tracks = [(t.index, t.title, t.language, t.forced, t.default) for t in info.subtitles if t.text]
    tracks += [(t.index, t.title, t.language, t.forced, t.default) for t in source.subtitles]
    labels = unique([title or language or "Subtitles" for _, title, language, _, _ in tracks])
    found = []
    default_taken = False
    for (index, _, language, forced, default), label in zip(tracks, labels, strict=True):
        found.append(Text(index, label, language, forced, default and not default_taken))
        default_taken = default_taken or default
    return found[:MOST_SUBTITLES]


def unique(labels: Sequence[str]) -> list[str]:
    """The labels with numbers where they repeat: names in an HLS group must differ."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        found.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return found
