"""Segments by the hot lane: a player fetches one every few seconds, and nothing else is fetched so often."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matinee.features.playback.delivery import Delivery
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.routes.stream import SEGMENT_CACHE
from matinee.infra.feature import Container
from matinee.infra.http.answers.mapped import MappedFile, MappedFiles
from matinee.infra.http.edge.hot_lane import FileLane
from matinee.infra.http.middleware import API_PREFIX

_START = API_PREFIX + "/streaming/sessions/"
_TARGET = re.compile(
    rb"(?P<session>[0-9a-z]{1,32})/(?P<kind>video|audio)/(?P<name>[0-9A-Za-z_-]{1,32})/(?P<number>\d{1,6})\.m4s"
    rb"\?e=(?P<expires>\d{1,12})&s=(?P<signature>[\w-]{1,64})"
)


class SegmentLane:
    """Implements `infra.http.edge.hot_lane.FileLane` for segments that are on disk."""

    def __init__(self, deliver: Delivery, options: PlaybackOptions, prefix: str) -> None:
        self.start = (prefix + _START).encode()
        self._deliver = deliver
        self._files = {
            kind: MappedFiles(media_type=f"{kind.decode()}/mp4", cache=SEGMENT_CACHE, accel=options.accel_prefix)
            for kind in (b"video", b"audio")
        }

    def route_of(self, target: bytes) -> str:
        """The template of the route that the target belongs to."""
        kind = "audio" if b"/audio/" in target else "video"
        return f"{_START}{{session_id}}/{kind}/{{name}}/{{number}}.m4s"

    def ready(self, target: bytes) -> MappedFile | None:
        """The segment behind a target if it is signed, of a session that plays here, on disk and in memory."""
        found = _TARGET.fullmatch(target, len(self.start))
        if found is None:
            return None
        session, kind, name, number, expires, signature = found.groups()
        path = self._deliver.ready_segment(
            kind.decode(), session.decode(), name.decode(), int(number), int(expires), signature.decode()
        )
        return None if path is None else self._files[kind].find(str(path))


def lanes(container: Container) -> Sequence[FileLane]:
    """The lanes of the streaming role: below the base path, and outside it for a proxy that takes it off."""
    deliver, options = container.get(Delivery), container.get(PlaybackOptions)
    return [SegmentLane(deliver, options, prefix) for prefix in {options.base_path.rstrip("/"), ""}]
