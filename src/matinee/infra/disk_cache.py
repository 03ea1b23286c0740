"""A cache of bytes in a folder, under a cap: what was used least recently goes first.

Several processes may share the folder: each counts what it adds and looks at the folder again after every twentieth of the cap.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
from pathlib import Path

_LOW_WATER = 0.9
_LOOK_AGAIN = 0.05


class DiskCache:
    """Values by key; a value may vanish at any time. Failures of the disk are misses, never errors."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._size = 0
        self._unseen = limit  # nothing is known yet: the first value makes us look
        self._writing = asyncio.Lock()

    async def get(self, key: str) -> bytes | None:
        """The value, or None."""
        return await asyncio.to_thread(self._read, self._path(key))

    async def put(self, key: str, value: bytes) -> None:
        """Keep a value; does nothing with one that is larger than the whole cache."""
        if len(value) > self._limit:
            return
        async with self._writing:
            await asyncio.to_thread(self._write, self._path(key), value)

    def _read(self, path: Path) -> bytes | None:
        try:
            value = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return value

    def _write(self, path: Path, value: bytes) -> None:
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(value)
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()
            return
        self._size += len(value)
        self._unseen += len(value)
        if self._unseen >= self._limit * _LOOK_AGAIN:
            self._size, self._unseen = self._measure(), 0
        if self._size > self._limit:
            self._shrink(path)

    def _shrink(self, spared: Path) -> None:
        entries = sorted(self._entries(), key=lambda entry: entry[0])
        size = sum(length for _, length, _ in entries)
        for _, length, path in entries:
            if size <= self._limit * _LOW_WATER:
                break
            if path != spared:
                with contextlib.suppress(OSError):
                    path.unlink()
                size -= length
        self._size = size

    def _measure(self) -> int:
        return sum(length for _, length, _ in self._entries())

    def _entries(self) -> list[tuple[int, int, Path]]:
        """Time of last use, length and path of every value."""
        found = []
        for path in self._folder.glob("??/*"):
            try:
                status = path.stat()
            except OSError:
                continue  # another process was faster
            found.append((status.st_mtime_ns, status.st_size, path))
        return found

    def _path(self, key: str) -> Path:
        digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        return self._folder / digest[:2] / digest
