"""Key frames of a file, read from its index or its packets, without decoding. Runs inside a worker process.

Three ways, by what the container has:
- mp4 and mov with their index in `moov`: the index names the key frames; one packet is read at each for its presentation time.
- Matroska with dense Cues, when the file is too large to be read through: the Cues, as they are.
- everything else: the headers of all packets of the stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer
from av.stream import Stream

from matinee.infra.media.containers import Structure
from matinee.infra.media.inspection import Refused, look_at, open_media

_READ_THROUGH = 1024**3  # a file up to this size is read whole: about two seconds from a cold disk
_DENSE_CUES = 12.0  # seconds; sparser Cues are not one per key frame
_TAIL = 15.0  # seconds before the end to start looking for the last picture

Times = list[float]


def read_key_frames(path: str, index: int) -> Mapping[str, Any]:  # Any: a JSON document
    """`{"value": {"times", "end", "exact"}}` or `{"error": {"code", "message"}}`. Times are relative to the container's start."""
    try:
        return {"value": _read(Path(path), index)}
    except Refused as refusal:
        return {"error": {"code": refusal.code, "message": refusal.message}}


def _read(path: Path, index: int) -> Mapping[str, Any]:
    size, structure = look_at(path)
    with open_media(path, structure) as container:
        if index >= len(container.streams) or container.streams[index].type != "video":
            raise Refused("no_video", f"Stream {index} is not a video track.")
        stream = container.streams[index]
        start = (container.start_time or 0) / av.time_base
        try:
            times, end, exact = _collect(container, stream, structure, size)
        except av.error.FFmpegError as error:
            raise Refused("unreadable", "The file is damaged: its key frames cannot be read.") from error
        if not times:
            raise Refused("unreadable", "The video track holds no key frames.")
        return {"times": sorted({round(time - start, 6) for time in times}), "end": round(end - start, 6), "exact": exact}


def _collect(container: InputContainer, stream: Stream, structure: Structure, size: int) -> tuple[Times, float, bool]:
    if structure.kind == "mp4" and not structure.fragmented:
        return _from_index(container, stream), _end(container, stream), True
    if structure.kind == "mkv" and size > _READ_THROUGH:
        cues = _from_cues(container, stream)
        if cues:
            return cues, _end(container, stream), False
        container.seek(0)
    times, end = _from_packets(container, stream)
    return times, end, True


def _from_index(container: InputContainer, stream: Stream) -> Times:
    """The index counts in decoding time: the packet itself says when it is shown."""
    times = []
    delay = 0  # from decoding to showing; hardly ever changes, and seeking goes by the time of showing
    for decoded in [entry.timestamp for entry in stream.index_entries if entry.is_keyframe and not entry.is_discard]:
        shown = _shown(container, stream, decoded, decoded + delay)
        if shown is None:
            shown = _shown(container, stream, decoded, decoded)
        if shown is not None:
            delay = shown - decoded
            times.append(_seconds(shown, stream))
    return times


def _shown(container: InputContainer, stream: Stream, decoded: int, target: int) -> int | None:
    """The presentation time of the packet with that decoding time, None when the seek went past it."""
    container.seek(target, stream=stream)
    for packet in container.demux(stream):
        if packet.dts is None or packet.dts > decoded:
            return None
        if packet.dts == decoded:
            return packet.pts
    return None


def _from_cues(container: InputContainer, stream: Stream) -> Times:
    """Empty when there are none, or too few to be one per key frame. A seek is what makes FFmpeg read them."""
    container.seek(0, stream=stream)
    times = [_seconds(entry.timestamp, stream) for entry in stream.index_entries if entry.is_keyframe]
    end = (container.duration or 0) / av.time_base
    gaps = (later - earlier for earlier, later in zip(times, [*times[1:], end], strict=True))
    return times if len(times) > 1 and max(gaps) <= _DENSE_CUES else []


def _from_packets(container: InputContainer, stream: Stream) -> tuple[Times, float]:
    times: Times = []
    end = 0.0
    for packet in container.demux(stream):
        if packet.pts is None or packet.is_discard:
            continue
        end = max(end, _seconds(packet.pts + (packet.duration or 0), stream))
        if packet.is_keyframe:
            times.append(_seconds(packet.pts, stream))
    return times, end


def _end(container: InputContainer, stream: Stream) -> float:
    """When the last picture stops being shown."""
    last = max(0.0, ((container.start_time or 0) + (container.duration or 0)) / av.time_base - _TAIL)
    container.seek(round(last / float(stream.time_base or 1)), stream=stream)
    return _from_packets(container, stream)[1]


def _seconds(ticks: int, stream: Stream) -> float:
    return float(ticks * (stream.time_base or 0))
