"""What is in a file, found out without endangering this process.

MediaUnreadable(code, message)
    empty        nothing in it
    not_media    no container that is known, or a subtitle or picture file
    truncated    the container speaks of more data than there is (a copy that was cut or still runs)
    encrypted    protected; no key
    unreadable   damaged, or the system does not let us read it
    timeout      it took too long
    no_video     sound or subtitles only
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, cast, get_args

from matinee.infra.media.info import MediaInfo, info_from_dict
from matinee.infra.media.workers import WorkerCrashed, WorkerPool, WorkerTimeout

UnreadableCode = Literal["empty", "not_media", "truncated", "encrypted", "unreadable", "timeout", "no_video"]
UNREADABLE_CODES: tuple[UnreadableCode, ...] = get_args(UnreadableCode)


class MediaUnreadable(Exception):
    """The file cannot be played. `message` is a sentence for a person, without the path."""

    def __init__(self, code: UnreadableCode, message: str) -> None:
        super().__init__(message)
        self.code: UnreadableCode = code
        self.message = message


@dataclass(frozen=True, slots=True)
class ProbeOptions:
    """`workers` 0 means one per core. `deadline` is per file, without the wait for a free worker."""

    workers: int = 0
    deadline: timedelta = timedelta(seconds=60)


def make_worker_pool(options: ProbeOptions) -> WorkerPool:
    """The pool that `Prober` and `KeyFrameReader` share."""
    return WorkerPool(options.workers or os.cpu_count() or 1)


class Prober:
    """Finds out what is in a file, in a worker process. Without a pool it makes its own; `pool` is there to be shared."""

    def __init__(self, pool: WorkerPool | None = None, options: ProbeOptions = ProbeOptions()) -> None:
        self.pool = pool or make_worker_pool(options)
        self._options = options

    async def probe(self, path: Path) -> MediaInfo:
        """What is in the file. Raises `MediaUnreadable`."""
        return info_from_dict(await ask_worker(self.pool, "probe", {"path": str(path)}, self._options.deadline))

    async def aclose(self) -> None:
        """End the workers; they are shared with whoever else has the pool."""
        await self.pool.aclose()


async def ask_worker(pool: WorkerPool, task: str, argument: Mapping[str, Any], deadline: timedelta) -> Mapping[str, Any]:
    """A worker's answer about a file, its refusal raised as `MediaUnreadable`."""
    try:
        answer = await pool.run(task, argument, deadline)
    except WorkerTimeout as error:
        raise MediaUnreadable("timeout", f"Reading it took longer than {deadline.total_seconds():g} seconds.") from error
    except WorkerCrashed as error:
        raise MediaUnreadable("unreadable", "Reading it crashed the reader; the file is damaged.") from error
    if "error" in answer:
        raise MediaUnreadable(cast(UnreadableCode, answer["error"]["code"]), str(answer["error"]["message"]))
    return cast(Mapping[str, Any], answer["value"])
