"""A cache of bytes in a folder, under a cap: what was used least recently goes first, and nothing stays beyond its age.

Several processes of one machine may share the folder. Writers take turns by a lock on the file `.ledger`, which holds how many
bytes there are, so the cap holds for all of them together and at every moment, not on average. Readers take no lock.

On disk a value is `MARK`, 16 bytes of BLAKE2b over it, and the value: what a crash or a bad disk has damaged is a miss. A file's
modification time is when its source gave the value, its access time when it was last used.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from matinee.infra.clock import Clock, SystemClock

try:
    import fcntl
except ImportError:  # Windows: there, each process alone keeps to the cap
    fcntl = None  # type: ignore[assignment]

_MARK = b"MDC2"
_DIGEST = 16
_HEADER = len(_MARK) + _DIGEST
_LOW_WATER = 0.9
_LEDGER = ".ledger"


@dataclass(frozen=True, slots=True)
class Kept:
    """A value from the cache. `digest` is of its bytes, in hex; `stored_at` is when its source gave it."""

    value: bytes
    digest: str
    stored_at: datetime


@dataclass(slots=True)
class DiskCacheFigures:
    """What this process has seen since it started; `size` is of all processes together, in bytes."""

    limit: int
    size: int = 0
    hits: int = 0
    misses: int = 0
    evicted: int = 0
    damaged: int = 0
    failures: int = 0


class _Entry(NamedTuple):
    used: int
    stored: int
    length: int
    path: Path


class DiskCache:
    """Values by key, of at most `limit` bytes together (headers included) and `most_age` old.

    A value may vanish at any time. Failures of the disk are misses, never errors.
    """

    def __init__(self, folder: Path, limit: int, *, most_age: timedelta | None = None, clock: Clock | None = None) -> None:
        self.figures = DiskCacheFigures(limit)
        self._folder = folder
        self._limit = limit
        self._most_age = most_age
        self._clock = clock or SystemClock()
        self._measured = False  # what an earlier life of this process left is counted anew
        self._turn = asyncio.Lock()  # so that writers of this process take one thread, not all there are
        self._writing = threading.Lock()

    async def get(self, key: str) -> Kept | None:
        """The value, or None."""
        kept = await asyncio.to_thread(self._read, self._path(key))
        if kept is None:
            self.figures.misses += 1
        else:
            self.figures.hits += 1
        return kept

    async def put(self, key: str, value: bytes, stored_at: datetime | None = None) -> Kept:
        """Keep a value that its source gave at `stored_at` (now); gives it as `get` would.

        One that is larger than the whole cache, or older than its age, is not kept.
        """
        digest = hashlib.blake2b(value, digest_size=_DIGEST)
        kept = Kept(value, digest.hexdigest(), stored_at or self._clock.now())
        if _HEADER + len(value) <= self._limit and self._is_young(kept.stored_at):
            async with self._turn:
                await asyncio.to_thread(self._write, self._path(key), kept)
        return kept

    async def drop(self, key: str) -> None:
        """Forget a value."""
        await asyncio.to_thread(self._unlink, self._path(key))

    async def sweep(self) -> int:
        """Delete what is older than its age, count the rest; gives the number of values deleted."""
        async with self._turn:
            return await asyncio.to_thread(self._sweep)

    def _read(self, path: Path) -> Kept | None:
        try:
            with path.open("rb") as file:
                stored = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
                data = file.read()
        except OSError:
            return None
        if not self._is_young(stored):
            self._unlink(path)
            return None
        digest = hashlib.blake2b(memoryview(data)[_HEADER:], digest_size=_DIGEST)
        if data[:_HEADER] != _MARK + digest.digest():
            self.figures.damaged += 1
            self._unlink(path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path, (self._clock.now().timestamp(), stored.timestamp()))
        return Kept(data[_HEADER:], digest.hexdigest(), stored)

    def _write(self, path: Path, kept: Kept) -> None:
        length = _HEADER + len(kept.value)
        try:
            with self._ledger() as ledger:
                replaced = _length(path)
                size = self._size(ledger)
                if size + length - replaced > self._limit:
                    size = self._shrink(length)
                    replaced = _length(path)
                # Before the file: a crash between the two counts too much, and never too little.
                _note(ledger, size + length - replaced)
                self.figures.size = size + length - replaced
                self._place(path, kept)
        except OSError:
            self.figures.failures += 1

    def _place(self, path: Path, kept: Kept) -> None:
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(_MARK + bytes.fromhex(kept.digest) + kept.value)
            os.utime(fresh, (self._clock.now().timestamp(), kept.stored_at.timestamp()))
            fresh.replace(path)
        except OSError:
            self._unlink(fresh)
            raise

    @contextlib.contextmanager
    def _ledger(self) -> Iterator[int]:
        """The open ledger, locked against every other writer of this machine."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._writing:
            ledger = os.open(self._folder / _LEDGER, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
            try:
                if fcntl is not None:
                    fcntl.flock(ledger, fcntl.LOCK_EX)
                yield ledger
            finally:
                os.close(ledger)  # and with it the lock

    def _size(self, ledger: int) -> int:
        noted = os.read(ledger, 32)
        if self._measured and noted.isdigit():
            return int(noted)
        self._measured = True
        return sum(entry.length for entry in self._entries())

    def _sweep(self) -> int:
        try:
            with self._ledger() as ledger:
                entries = self._entries()
                old = [entry for entry in entries if not self._is_young(datetime.fromtimestamp(entry.stored / 1e9, UTC))]
                for entry in old:
                    self._unlink(entry.path)
                self.figures.size = sum(entry.length for entry in entries) - sum(entry.length for entry in old)
                self._measured = True
                _note(ledger, self.figures.size)
                return len(old)
        except OSError:
            self.figures.failures += 1
            return 0

    def _shrink(self, wanted: int) -> int:
        """Make room for `wanted` bytes and some more; gives the bytes that are left."""
        entries = sorted(self._entries())
        size = sum(entry.length for entry in entries)
        aim = min(self._limit * _LOW_WATER, self._limit - wanted)
        for entry in entries:
            if size <= aim:
                break
            self._unlink(entry.path)
            self.figures.evicted += 1
            size -= entry.length
        return size

    def _entries(self) -> list[_Entry]:
        found = []
        with os.scandir(self._folder) as folders:
            names = [folder.path for folder in folders if len(folder.name) == 2 and folder.is_dir()]
        for name in names:
            with contextlib.suppress(OSError), os.scandir(name) as files:
                for file in files:
                    with contextlib.suppress(OSError):  # a reader of another process dropped it
                        status = file.stat(follow_symlinks=False)
                        found.append(_Entry(status.st_atime_ns, status.st_mtime_ns, status.st_size, Path(file.path)))
        return found

    def _is_young(self, stored_at: datetime) -> bool:
        return self._most_age is None or self._clock.now() - stored_at < self._most_age

    @staticmethod
    def _unlink(path: Path) -> None:
        with contextlib.suppress(OSError):
            path.unlink()

    def _path(self, key: str) -> Path:
        digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
        return self._folder / digest[:2] / digest


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _note(ledger: int, size: int) -> None:
    os.ftruncate(ledger, 0)
    os.lseek(ledger, 0, os.SEEK_SET)
    os.write(ledger, str(size).encode())
