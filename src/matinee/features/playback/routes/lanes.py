"""Segments by the short way: a player fetches one every few seconds, and nothing else is fetched so often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fastapi import Request, Response

from matinee.features.playback.delivery import Delivery
from matinee.features.playback.policy import PlaybackOptions
from matinee.features.playback.routes.stream import segment_answer
from matinee.infra.feature import Container
from matinee.infra.http.lanes import Lane

_PATH = "/streaming/sessions/{session_id}/%s/{name}/{number}.m4s"
_PATTERN = (
    r"/streaming/sessions/(?P<session_id>[0-9a-z]{1,32})/%s/(?P<name>[0-9A-Za-z_-]{1,32})/(?P<number>\d{1,6})\.m4s"
    r"\?e=(?P<expires>\d{1,12})&s=(?P<signature>[\w-]{1,64})"
)


def lanes(container: Container) -> Sequence[Lane]:
    """The lanes of the streaming role."""
    deliver, options = container.get(Delivery), container.get(PlaybackOptions)

    async def video(request: Request, given: Mapping[str, str]) -> Response:
        path = await deliver.video_segment(
            given["session_id"], given["name"], int(given["number"]), int(given["expires"]), given["signature"]
        )
        return segment_answer(request, path, "video/mp4", options)

    async def audio(request: Request, given: Mapping[str, str]) -> Response:
        path = await deliver.audio_segment(
            given["session_id"], given["name"], int(given["number"]), int(given["expires"]), given["signature"]
        )
        return segment_answer(request, path, "audio/mp4", options)

    return [Lane(_PATH % kind, re.compile(_PATTERN % kind), answer) for kind, answer in (("video", video), ("audio", audio))]
