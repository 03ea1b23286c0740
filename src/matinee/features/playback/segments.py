"""Segments on disk: a cache with a hard cap that drops what was used longest ago, and knows what it has after a restart.

A segment is `<source key>/<rendition key>/<number>.m4s` below the folder; `init.mp4` is the initialisation segment.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from matinee.features.playback.telemetry import PlaybackMetrics
from matinee.infra.ids import new_id

FirstLook = Callable[[str, int], Path | None]
INIT_NAME = "init.mp4"
PARTIAL = ".partial"
_ABANDONED = 3600.0
"""Seconds. A partial file younger than this may be another server's that writes into the same folder."""
_TOUCH_AFTER = 60_000_000_000  # nanoseconds; nearer than that, uses need not be told apart after a restart


def segment_name(number: int) -> str:
    """The file name of a segment; -1 is the initialisation segment."""
    return INIT_NAME if number < 0 else f"{number}.m4s"


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    partial = path.with_name(f"{new_id()}{PARTIAL}")
    for attempt in (1, 2):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            partial.replace(path)
            return
        except FileNotFoundError:  # the empty folder was tidied away in between
            if attempt == 2:
                raise
        except OSError:
            partial.unlink(missing_ok=True)
            raise


class SegmentCache:
    """Thread-safe; every method that touches the disk is quick or meant for a thread."""

    def __init__(self, folder: Path, limit: int, metrics: PlaybackMetrics, first_look: FirstLook | None = None) -> None:
        self._folder = folder
        self._root = str(folder)
        self._limit = limit
        self._metrics = metrics
        self._first_look = first_look
        self._entries: OrderedDict[str, int] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        metrics.cache_limit.set(limit)

    @property
    def size(self) -> int:
        """Bytes that the cache holds now."""
        return self._bytes

    def load(self) -> None:
        """Find what an earlier process left, oldest use first, and cut it down to the cap. For a thread."""
        found = []
        for path in self._folder.rglob("*") if self._folder.is_dir() else ():
            with contextlib.suppress(OSError):
                if path.name.endswith(PARTIAL):
                    if time.time() - path.stat().st_mtime > _ABANDONED:
                        path.unlink()
                elif path.is_file():
                    status = path.stat()
                    found.append((status.st_atime_ns, path.relative_to(self._folder).as_posix(), status.st_size))
        with self._lock:
            for _, name, size in sorted(found):
                if name not in self._entries:
                    self._entries[name] = size
                    self._bytes += size
            self._make_room(0)
            self._metrics.cache_bytes.set(self._bytes)

    def find(self, folder: str, number: int) -> Path | None:
        """The segment's file, marked as used now; None when it is not there. What is prepared comes first."""
        if self._first_look is not None and (prepared := self._first_look(folder, number)):
            return prepared
        name = f"{folder}/{segment_name(number)}"
        path = f"{self._root}/{name}"
        try:
            status = os.stat(path)  # noqa: PTH116 - asked for every segment, and a Path costs ten times as much
            now = time.time_ns()
            if now - status.st_atime_ns > _TOUCH_AFTER:
                # The index of the next process is made from the times of use; the time of change stays, it is part of the ETag.
                os.utime(path, ns=(now, status.st_mtime_ns))
        except OSError:
            self._forget(name)
            return None
        with self._lock:
            if name not in self._entries:  # another process put it there
                self._entries[name] = status.st_size
                self._bytes += status.st_size
            self._entries.move_to_end(name)
        return Path(path)

    def has(self, folder: str, number: int) -> bool:
        """Whether a segment is there, without using it."""
        return f"{folder}/{segment_name(number)}" in self._entries

    def put(self, folder: str, number: int, data: bytes) -> Path:
        """Keep a segment; it appears whole or not at all. Room is made first, so the cap holds at every moment. For a thread.

        Raises OSError when the disk is full or the segment is larger than the whole cache may be.
        """
        if len(data) > self._limit:
            raise OSError(errno.EFBIG, f"a segment of {len(data)} bytes does not fit the cache of {self._limit}")
        name = f"{folder}/{segment_name(number)}"
        path = self._folder / name
        with self._lock:
            self._make_room(len(data))
            self._bytes += len(data)
        try:
            write_whole(path, data)
        except BaseException:
            with self._lock:
                self._bytes -= len(data)
            raise
        with self._lock:
            self._bytes -= self._entries.pop(name, 0)
            self._entries[name] = len(data)
            self._metrics.cache_bytes.set(self._bytes)
        return path

    def read_init(self, folder: str) -> bytes | None:
        """The initialisation segment's bytes."""
        path = self.find(folder, -1)
        with contextlib.suppress(OSError):
            return path.read_bytes() if path else None
        return None

    def drop(self, folder: str) -> None:
        """Forget a rendition: its encoder has changed and the segments no longer fit each other."""
        with self._lock:
            for name in [name for name in self._entries if name.startswith(f"{folder}/")]:
                self._remove(name)
            self._metrics.cache_bytes.set(self._bytes)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._bytes -= self._entries.pop(name, 0)
            self._metrics.cache_bytes.set(self._bytes)

    def _make_room(self, needed: int) -> None:
        while self._entries and self._bytes + needed > self._limit:
            self._remove(next(iter(self._entries)))
            self._metrics.evictions.inc()

    def _remove(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        self._bytes -= self._entries.pop(name)
        for parent in (path.parent, path.parent.parent):
            if parent != self._folder:
                with contextlib.suppress(OSError):
                    parent.rmdir()  # only empty folders go
