"""HLS playlists as text. Pure: what goes in is what a `Presentation` knows, and addresses are relative.

Sources: RFC 8216, its successor draft (rfc8216bis), Apple's HLS authoring specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

from matinee.features.playback.policy import AUDIO_BIT_RATE, CONTAINER_OVERHEAD
from matinee.features.playback.renditions import ORIGINAL, Picture, Presentation, Sound, Text
from matinee.infra.media.hls_grid import AUDIO_FRAME, AUDIO_RATE, target_duration
from matinee.infra.media.subtitles import WINDOW_SECONDS, window_count

MEDIA_TYPE = "application/vnd.apple.mpegurl"
AUDIO_CODEC = "mp4a.40.2"
_HEAD = ("#EXTM3U", "#EXT-X-VERSION:7")


def master_playlist(shown: Presentation, query: str) -> str:
    """The multivariant playlist. `query` is put on every address."""
    lines = [*_HEAD, "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_sound_line(sound, query) for sound in shown.sounds]
    lines += [_text_line(text, query) for text in shown.texts]
    for picture in in_order(shown.pictures):
        lines += [_variant_line(shown, picture), f"video/{quote(picture.name)}/index.m3u8?{query}"]
    return "\n".join([*lines, ""])


def in_order(pictures: Sequence[Picture]) -> list[Picture]:
    """The one to start with comes first: the original, else 720p, which is quick to make and good to look at; then by size."""
    first = next((p for name in (ORIGINAL, "720p") for p in pictures if p.name == name), pictures[0])
    return [first, *(picture for picture in pictures if picture is not first)]


def video_playlist(shown: Presentation, picture: Picture, query: str) -> str:
    """Every segment of a video rendition, before any of them exists."""
    grid = shown.grid_of(picture)
    return media_playlist([grid.length(number) for number in range(grid.count)], query)


def audio_playlist(shown: Presentation, query: str) -> str:
    """Every segment of an audio rendition; all have the same lengths."""
    frames = shown.sound_frames.frames
    lengths = [(end - start) * AUDIO_FRAME / AUDIO_RATE for start, end in pairwise(frames)]
    return media_playlist(lengths, query)


def media_playlist(lengths: Sequence[float], query: str) -> str:
    """A VOD playlist of fMP4 segments `0.m4s`, `1.m4s`, ... with `init.mp4`."""
    lines = [*_vod(lengths), "#EXT-X-INDEPENDENT-SEGMENTS", f'#EXT-X-MAP:URI="init.mp4?{query}"']
    for number, length in enumerate(lengths):
        lines += [f"#EXTINF:{length:.6f},", f"{number}.m4s?{query}"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def subtitle_playlist(duration: float, query: str) -> str:
    """A VOD playlist of WebVTT pieces of equal length."""
    count = window_count(duration)
    lengths = [WINDOW_SECONDS] * (count - 1) + [max(duration - WINDOW_SECONDS * (count - 1), 0.001)]
    lines = [*_vod(lengths)]
    for number, length in enumerate(lengths):
        lines += [f"#EXTINF:{length:.6f},", f"{number}.vtt?{query}"]
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])


def bandwidth_of(shown: Presentation, picture: Picture) -> int:
    """Peak bits per second of a variant with its sound."""
    return round((picture.bandwidth + (AUDIO_BIT_RATE if shown.sounds else 0)) * CONTAINER_OVERHEAD)


def _vod(lengths: Sequence[float]) -> list[str]:
    return [
        *_HEAD,
        f"#EXT-X-TARGETDURATION:{target_duration(lengths)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    ]


def _variant_line(shown: Presentation, picture: Picture) -> str:
    mean = round((picture.mean + (AUDIO_BIT_RATE if shown.sounds else 0)) * CONTAINER_OVERHEAD)
    codecs = ",".join(filter(None, (picture.codec, AUDIO_CODEC if shown.sounds else "")))
    attributes = [
        f"BANDWIDTH={bandwidth_of(shown, picture)}",
        f"AVERAGE-BANDWIDTH={mean}",
        f'CODECS="{codecs}"',
        f"RESOLUTION={picture.width}x{picture.height}",
        f"FRAME-RATE={float(picture.rate):.3f}",
        f"VIDEO-RANGE={picture.hdr}",
        *(['AUDIO="sound"'] if shown.sounds else []),
        *(['SUBTITLES="text"'] if shown.texts else []),
        "CLOSED-CAPTIONS=NONE",
        f'NAME="{picture.name}"',  # not of the RFC, which has players ignore it, but what hls.js shows as the level's name
    ]
    return "#EXT-X-STREAM-INF:" + ",".join(attributes)


def _sound_line(sound: Sound, query: str) -> str:
    attributes = [
        "TYPE=AUDIO",
        'GROUP-ID="sound"',
        f"NAME={_quoted(sound.label)}",
        *([f"LANGUAGE={_quoted(sound.language)}"] if sound.language else []),
        f"DEFAULT={_yes(sound.default)}",
        "AUTOSELECT=YES",
        'CHANNELS="2"',
        f'URI="audio/{sound.name}/index.m3u8?{query}"',
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _text_line(text: Text, query: str) -> str:
    attributes = [
        "TYPE=SUBTITLES",
        'GROUP-ID="text"',
        f"NAME={_quoted(text.label)}",
        *([f"LANGUAGE={_quoted(text.language)}"] if text.language else []),
        f"DEFAULT={_yes(text.default)}",
        f"AUTOSELECT={_yes(text.default or text.forced or bool(text.language))}",
        f"FORCED={_yes(text.forced)}",
        f'URI="subtitles/{text.index}/index.m3u8?{query}"',
    ]
    return "#EXT-X-MEDIA:" + ",".join(attributes)


def _quoted(text: str) -> str:
    """A quoted string cannot hold quotes or line breaks (RFC 8216, section 4.2)."""
    clean = " ".join(text.replace('"', "'").split())
    return f'"{clean}"'


def _yes(value: bool) -> str:
    return "YES" if value else "NO"
