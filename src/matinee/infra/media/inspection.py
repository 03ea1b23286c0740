"""Opening a file with FFmpeg's libraries and describing it. Runs inside a worker process: the file may be hostile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import av.logging
from av.container import InputContainer

from matinee.infra.media.containers import Structure, read_structure
from matinee.infra.media.info import Chapter, MediaInfo, info_to_dict
from matinee.infra.media.tools import ALLOWED_FORMATS, file_url
from matinee.infra.media.tracks import (
    TrackNotes,
    decoder_of,
    read_audio,
    read_subtitles,
    read_track_notes,
    read_videos,
    track_end,
)

_LONGEST = 48 * 3600.0  # longer than any film; a container that says more is asked for its last packet
_SUBTITLE_TAIL = 0.5  # seconds that the last subtitle may outlast sound and picture unnoticed
_PACKETS_TO_FIRST_PICTURE = 600  # a recording may start up to ten seconds before a key frame
_AUDIO_CONTAINERS = "mp3,aac,flac,wav,ape,ac3,eac3,dts,truehd,caf,aiff"
_NAMES = {"mpegts": "mpegts", "mpeg": "mpeg", "avi": "avi", "flv": "flv", "asf": "asf", "ogg": "ogg"}


class Refused(Exception):
    """The file is not playable, and why: a code of `MediaUnreadable`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def inspect_file(path: str) -> Mapping[str, Any]:  # Any: a JSON document
    """`{"value": <MediaInfo as plain data>}` or `{"error": {"code", "message"}}`."""
    try:
        return {"value": info_to_dict(inspect(Path(path)))}
    except Refused as refusal:
        return {"error": {"code": refusal.code, "message": refusal.message}}


def inspect(path: Path) -> MediaInfo:
    """What is in the file. Raises `Refused`."""
    size, structure = look_at(path)
    with open_media(path, structure) as container:
        if structure.encrypted:
            raise Refused("encrypted", "The file is encrypted and there is no key for it.")
        _check_samples(container, structure, size)
        notes = read_track_notes(container)
        videos = read_videos(container, notes)
        if not videos:
            raise Refused("no_video", "There is no video track in the file.")
        audio = read_audio(container, notes)
        duration = _duration(container, path, structure, {track.index for track in videos} | {track.index for track in audio})
        info = MediaInfo(
            container=_container_name(container, structure),
            duration=duration,
            size=size,
            bit_rate=round(size * 8 / duration),
            start_time=(container.start_time or 0) / av.time_base,
            video=videos,
            audio=audio,
            subtitles=read_subtitles(container, notes, webvtt=structure.webvtt),
            chapters=_chapters(container),
        )
        _check_first_picture(container, info.main_video.index, notes)
        return info


def look_at(path: Path) -> tuple[int, Structure]:
    """Size and outer structure. Raises `Refused` for what needs no media library to be refused."""
    try:
        if not path.is_file():
            raise Refused("unreadable", "There is no file of this name.")
        size = path.stat().st_size
        if size == 0:
            raise Refused("empty", "The file is empty.")
        structure = read_structure(path, size)
    except OSError as error:
        raise Refused("unreadable", f"The system does not let us read it: {os.strerror(error.errno or 0)}.") from error
    if structure.index_missing:
        raise Refused("truncated", "The file ends before its index (moov); it was not copied completely.")
    if structure.blank_end:
        raise Refused("truncated", "The end of the file is blank; it was not copied completely.")
    if structure.overrun and (structure.kind != "mp4" or structure.fragmented):
        raise Refused("truncated", "The file should be longer than it is; it was not copied completely.")
    return size, structure


def open_media(path: Path, structure: Structure) -> InputContainer:
    """The file as a container; nothing but this file can be opened by it. Raises `Refused`."""
    try:
        return av.open(
            file_url(path),
            "r",
            container_options={"protocol_whitelist": "file", "format_whitelist": f"{ALLOWED_FORMATS},{_AUDIO_CONTAINERS}"},
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if structure.encrypted:
            raise Refused("encrypted", "The file is encrypted and there is no key for it.") from error
        if structure.overrun:
            raise Refused("truncated", "The file should be longer than it is; it was not copied completely.") from error
        if structure.kind is None and isinstance(error, av.error.InvalidDataError | av.error.EOFError):
            raise Refused("not_media", "This is not a video file.") from error
        raise Refused("unreadable", "The file is damaged: it cannot be opened as what it says it is.") from error


def _check_samples(container: InputContainer, structure: Structure, size: int) -> None:
    """An mp4 whose data box is too long is complete all the same if every sample is there."""
    if not structure.overrun:
        return
    for stream in container.streams:
        entries = stream.index_entries
        if any(entry.pos + entry.size > size for entry in entries[max(0, len(entries) - 100) :]):
            raise Refused("truncated", "The file should be longer than it is; it was not copied completely.")


def _container_name(container: InputContainer, structure: Structure) -> str:
    name = container.format.name.split(",")[0]
    if structure.kind == "mkv":
        return "webm" if structure.brand == "webm" else "mkv"
    if name == "mov":
        if structure.brand.startswith("3g"):
            return "3gp"
        return "mov" if structure.brand in ("qt  ", "") else "mp4"
    return _NAMES.get(name, name)


def _duration(container: InputContainer, path: Path, structure: Structure, played: set[int]) -> float:
    """What the container says; less if only subtitles last that long; measured if that is nothing or nonsense."""
    said = (container.duration or 0) / av.time_base
    if 0 < said <= _LONGEST:
        ends = [track_end(container.streams[index]) for index in played]
        last = max((end for end in ends if end is not None), default=0.0) - (container.start_time or 0) / av.time_base
        return last if None not in ends and 0 < last < said - _SUBTITLE_TAIL else said
    measured = _measure(path, structure)
    if measured <= 0:
        raise Refused("unreadable", "The video track holds no pictures.")
    return measured


def _measure(path: Path, structure: Structure) -> float:
    """Seconds between the first and the last packet, read from the packets themselves."""
    first, last = float("inf"), float("-inf")
    with open_media(path, structure) as container:
        streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
        try:
            for packet in container.demux(*streams):
                if packet.pts is not None:
                    first = min(first, float(packet.pts * packet.time_base))
                    last = max(last, float((packet.pts + (packet.duration or 0)) * packet.time_base))
        except av.error.FFmpegError:
            pass  # what could be read counts
    return max(0.0, last - first)


def _chapters(container: InputContainer) -> tuple[Chapter, ...]:
    chapters = []
    for chapter in container.chapters():
        base = chapter["time_base"]
        if base is not None and chapter["end"] > chapter["start"]:
            start, end = (float(chapter[key] * base) for key in ("start", "end"))
            chapters.append(Chapter(max(0.0, start), end, chapter["metadata"].get("title", "").strip()))
    return tuple(chapters)


def _check_first_picture(container: InputContainer, index: int, notes: Mapping[int, TrackNotes]) -> None:
    """Whether at least one picture can be decoded; a codec that this build lacks is given the benefit of the doubt."""
    stream = container.streams[index]
    if (context := decoder_of(stream)) is None:
        return
    context.thread_count = 1
    seen = 0
    try:
        for packet in container.demux(stream):
            if packet.has_sidedata("encryption_info"):
                raise Refused("encrypted", "The file is encrypted and there is no key for it.")
            seen += packet.size > 0
            if _decodes(packet):
                return
            if seen > _PACKETS_TO_FIRST_PICTURE:
                break
    except av.error.FFmpegError as error:
        raise Refused("unreadable", "The file is damaged: its first pictures cannot be read.") from error
    if seen == 0:
        raise Refused("unreadable", "The video track holds no pictures.")
    raise Refused("unreadable", f"The file is damaged: no picture of its {notes[index].codec} track can be decoded.")


def _decodes(packet: Any) -> bool:  # Any: av.Packet is generic over unions that its stubs do not narrow
    try:
        return bool(packet.decode())
    except av.error.FFmpegError:
        return False
