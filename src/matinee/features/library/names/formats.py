"""Which files are videos and which are subtitles, by their ending."""

from __future__ import annotations

from typing import Final

VIDEO_SUFFIXES: Final = frozenset(
    {".mkv", ".mp4", ".m4v", ".avi", ".mov", ".webm", ".ts", ".m2ts", ".mts", ".mpg", ".mpeg", ".ps", ".vob", ".ogv", ".ogm"}
    | {".wmv", ".asf", ".flv", ".f4v", ".3gp", ".3g2", ".divx", ".rmvb", ".rm", ".mxf"}
)
SUBTITLE_CODECS: Final = {".srt": "subrip", ".ass": "ass", ".ssa": "ssa", ".vtt": "webvtt"}
"""ffmpeg's name of the codec for each ending. `.sub` is left out: it is a picture format as often as text."""
