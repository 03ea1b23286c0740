"""A folder of things that can be made again, under a cap of bytes: what was used least recently goes first."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

from matinee.features.playback.telemetry import PlaybackMetrics


class Leftovers:
    """The cap of one folder whose direct children (files, or folders of files) are the things kept."""

    def __init__(self, folder: Path, limit: int, metrics: PlaybackMetrics, kind: str) -> None:
        self.folder = folder
        self._limit = limit
        self._bytes = metrics.leftover_bytes.labels(kind)
        self._evictions = metrics.leftover_evictions.labels(kind)
        metrics.leftover_limit.labels(kind).set(limit)

    async def used(self, thing: Path) -> None:
        """`thing` was asked for just now."""
        await asyncio.to_thread(_touch, thing)

    async def added(self, thing: Path) -> None:
        """`thing` is new; others go where the cap asks for it."""
        await asyncio.to_thread(self._shrink, thing)

    def _shrink(self, spared: Path) -> None:
        things = sorted((path.stat().st_mtime_ns, _size(path), path) for path in self.folder.iterdir())
        total = sum(size for _, size, _ in things)
        for _, size, path in things:
            if total <= self._limit:
                break
            if path != spared:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
                total -= size
                self._evictions.inc()
        self._bytes.set(total)


def _touch(path: Path) -> None:
    try:
        os.utime(path)
    except FileNotFoundError:
        return  # dropped in this moment; whoever asks next has it made again


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*")) if path.is_dir() else path.stat().st_size
