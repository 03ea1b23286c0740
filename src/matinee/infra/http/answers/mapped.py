"""Files in the memory that the kernel has of them, ready to be sent without being read or copied.

A file is mapped only when all of it is in memory already: the event loop never waits for a disk.
"""

from __future__ import annotations

import mmap
import os
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from matinee.infra.http.answers.prebuilt import lines

_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux: fail instead of waiting for the disk
_EMPTY = memoryview(b"")


@dataclass(frozen=True, slots=True)
class MappedFile:
    """A file's header lines and bytes; `body` is empty where a gateway sends it."""

    block: bytes
    body: memoryview
    changed_ns: int
    size: int


class MappedFiles:
    """Mappings of the files that were sent last, at most `most` of them and `limit` bytes of address space."""

    def __init__(self, *, media_type: str, cache: str, accel: str = "", most: int = 512, limit: int = 1 << 30) -> None:
        self._media_type = media_type
        self._cache = cache
        self._accel = accel.rstrip("/")
        self._most = most
        self._limit = limit
        self._bytes = 0
        self._files: OrderedDict[str, MappedFile] = OrderedDict()

    def find(self, path: str) -> MappedFile | None:
        """The file as it is now; None when it is not there, or not in memory."""
        try:
            status = os.stat(path)  # noqa: PTH116 - once for every segment sent
        except OSError:
            self._drop(path)
            return None
        found = self._files.get(path)
        if found is not None and (found.changed_ns, found.size) == (status.st_mtime_ns, status.st_size):
            self._files.move_to_end(path)
            return found
        self._drop(path)
        body = _EMPTY if self._accel else _mapped(path, status.st_size)
        if body is None:
            return None
        made = MappedFile(self._block(path, status), body, status.st_mtime_ns, status.st_size)
        self._files[path] = made
        self._bytes += len(body)
        while len(self._files) > self._most or (self._bytes > self._limit and len(self._files) > 1):
            self._drop(next(iter(self._files)))
        return made

    def _block(self, path: str, status: os.stat_result) -> bytes:
        """The headers of `infra.http.answers.files.FileAnswer` for the whole file."""
        modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
        headers = [
            ("accept-ranges", "bytes"),
            ("etag", f'"{status.st_size:x}-{status.st_mtime_ns:x}"'),
            ("last-modified", format_datetime(modified, usegmt=True)),
            ("cache-control", self._cache),
            ("content-type", self._media_type),
            ("x-accel-redirect", self._accel + quote(path)) if self._accel else ("content-length", str(status.st_size)),
        ]
        if self._accel:
            headers.append(("content-length", "0"))
        return lines(*((name.encode(), value.encode()) for name, value in headers))

    def _drop(self, path: str) -> None:
        gone = self._files.pop(path, None)
        if gone is not None:
            self._bytes -= len(gone.body)  # the mapping itself ends with the last write that uses it


def _mapped(path: str, size: int) -> memoryview | None:
    if _NOWAIT is None or size == 0:
        return None
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        if os.preadv(file, [bytearray(size)], 0, _NOWAIT) < size:
            return None
        return memoryview(mmap.mmap(file, size, prot=mmap.PROT_READ))
    except (OSError, ValueError):
        return None
    finally:
        os.close(file)
