"""Where a video can be cut without re-encoding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from matinee.infra.media.probe import ask_worker
from matinee.infra.media.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class KeyFrames:
    """Seconds since the container's start, ascending.

    `end` is when the last picture stops being shown, which may differ from the container's duration. `exact` is False when the
    times come from the index of a large Matroska file, which need not name every key frame.
    """

    times: tuple[float, ...]
    end: float
    exact: bool = True


class KeyFrameReader:
    """Lists key frames, in a worker process."""

    def __init__(self, pool: WorkerPool, deadline: timedelta = timedelta(seconds=60)) -> None:
        self._pool = pool
        self._deadline = deadline

    async def read(self, path: Path, stream_index: int) -> KeyFrames:
        """The key frames of the video track with that stream index. Raises `probe.MediaUnreadable`."""
        argument = {"path": str(path), "index": stream_index}
        answer = await ask_worker(self._pool, "keyframes", argument, self._deadline)
        return KeyFrames(tuple(answer["times"]), float(answer["end"]), bool(answer["exact"]))
