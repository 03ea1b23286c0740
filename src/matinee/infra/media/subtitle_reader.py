"""Text out of subtitle packets that FFmpeg has no decoder for: WebVTT in Matroska. Runs inside a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av

from matinee.infra.media.inspection import Refused, look_at, open_media
from matinee.infra.media.tracks import decoder_of

_MAX_PACKETS = 50_000


def read_text_packets(path: str, index: int) -> Mapping[str, Any]:  # Any: a JSON document
    """`{"value": {"events": [[start, end, text], ...]}}` or `{"error": {"code", "message"}}`. Times since the container's start.

    In Matroska a block of such a track is the text of one cue (RFC 9559 leaves it to the codec's own document).
    """
    try:
        _, structure = look_at(Path(path))
        if not structure.webvtt:
            raise Refused("unreadable", "There is no WebVTT in the file.")
        with open_media(Path(path), structure) as container:
            stream = container.streams[index] if index < len(container.streams) else None
            if stream is None or stream.type != "subtitle" or decoder_of(stream) is not None:
                raise Refused("unreadable", f"Stream {index} is not such a track.")
            start = (container.start_time or 0) / av.time_base
            events: list[tuple[float, float, str]] = []
            for packet in container.demux(stream):
                if packet.pts is not None and len(events) < _MAX_PACKETS:
                    begin, end = (
                        float(time * packet.time_base) - start for time in (packet.pts, packet.pts + (packet.duration or 0))
                    )
                    events.append((begin, end, bytes(packet).decode("utf-8", errors="replace")))
            return {"value": {"events": events}}
    except Refused as refusal:
        return {"error": {"code": refusal.code, "message": refusal.message}}
    except av.error.FFmpegError as error:
        return {"error": {"code": "unreadable", "message": f"The file is damaged: {error.strerror}."}}
