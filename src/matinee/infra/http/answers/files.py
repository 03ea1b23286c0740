"""Files over HTTP: whole, or one byte range.

RFC 9110: section 14 (ranges), 13 (conditions). Several ranges in one request are not honoured: the answer is the whole
file, as the RFC lets a server decide. Never compressed. Data is read as fast as the client takes it, so a slow reader costs
no thread: pages that the system has in memory are read at once, others in a thread that is given back before sending.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from matinee.infra.errors import MatineeError, NotFound
from matinee.infra.http.answers.conventions import matches

_CHUNK = 512 * 1024
_NOWAIT = getattr(os, "RWF_NOWAIT", None)  # Linux: fail instead of waiting for the disk
_ONE_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*", re.IGNORECASE)


class RangeNotSatisfiable(MatineeError):
    code = "range_not_satisfiable"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` to `end`, the end not included."""

    start: int
    end: int


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The one range that is asked for; None for the whole file (no, several, or not understood). Raises `RangeNotSatisfiable`."""
    found = _ONE_RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
        satisfiable = int(found[2]) > 0 and size > 0
    else:
        start = int(found[1])
        if found[2] and int(found[2]) < start:
            return None  # not valid, and what is not valid is ignored
        end = min(int(found[2]) + 1, size) if found[2] else size
        satisfiable = start < size
    if not satisfiable:
        raise RangeNotSatisfiable(f"The file has {size} bytes.", headers={"content-range": f"bytes */{size}"})
    return ByteRange(start, end)


class FileAnswer(Response):
    """A file with `Accept-Ranges`, a strong `ETag`, `If-Range`, `If-None-Match`; GET and HEAD.

    `accel` is the internal location of a proxy in front that sends the file itself (X-Accel-Redirect), "" for none.
    Raises `NotFound` when the file cannot be opened, `RangeNotSatisfiable`.
    """

    def __init__(
        self,
        path: Path,
        *,
        media_type: str,
        cache: str,
        headers: Mapping[str, str] | None = None,
        request_headers: Mapping[str, str],
        accel: str = "",
    ) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise NotFound("The file is not there.") from error
        try:
            self._prepare(path, media_type, cache, headers or {}, request_headers, accel)
        except BaseException:
            os.close(self._file)
            raise

    def _prepare(
        self,
        path: Path,
        media_type: str,
        cache: str,
        headers: Mapping[str, str],
        asked: Mapping[str, str],
        accel: str,
    ) -> None:
        status = os.fstat(self._file)
        etag = f'"{status.st_size:x}-{status.st_mtime_ns:x}"'
        modified = datetime.fromtimestamp(int(status.st_mtime), UTC)
        out = {
            "accept-ranges": "bytes",
            "etag": etag,
            "last-modified": format_datetime(modified, usegmt=True),
            "cache-control": cache,
            **headers,
        }
        code = HTTPStatus.OK
        self._range = ByteRange(0, status.st_size)
        if matches(asked.get("if-none-match"), etag):
            code, self._range = HTTPStatus.NOT_MODIFIED, ByteRange(0, 0)
        elif accel:
            out["x-accel-redirect"] = accel.rstrip("/") + quote(str(path))
            self._range = ByteRange(0, 0)
        elif _may_range(asked.get("if-range"), etag, modified):
            part = parse_range(asked.get("range"), status.st_size)
            if part is not None:
                code, self._range = HTTPStatus.PARTIAL_CONTENT, part
                out["content-range"] = f"bytes {part.start}-{part.end - 1}/{status.st_size}"
        if code != HTTPStatus.NOT_MODIFIED and not accel:
            out["content-length"] = str(self._range.end - self._range.start)
        self.status_code = int(code)
        self.media_type = media_type
        self.background = None
        self.init_headers(out)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            where, end = self._range.start, self._range.end
            if scope["method"] == "HEAD":
                where = end
            while where < end:
                data = await self._read(where, min(_CHUNK, end - where))
                if not data:
                    raise OSError(f"the file became shorter while it was sent, at {where}")
                where += len(data)
                await send({"type": "http.response.body", "body": data, "more_body": where < end})
            if self._range.end == self._range.start or scope["method"] == "HEAD":
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            os.close(self._file)

    async def _read(self, where: int, length: int) -> bytes | bytearray:
        if _NOWAIT is not None:
            buffer = bytearray(length)
            with contextlib.suppress(OSError):
                count = os.preadv(self._file, [buffer], where, _NOWAIT)
                if count:
                    del buffer[count:]
                    return buffer  # not as bytes: the copy would cost a third of the answer
        return await asyncio.to_thread(os.pread, self._file, length, where)


def _may_range(header: str | None, etag: str, modified: datetime) -> bool:
    """Whether `If-Range` lets a range be answered: no condition, the same strong tag, or exactly the same date."""
    if header is None:
        return True
    header = header.strip()
    if header.startswith(('"', "W/")):
        return header == etag
    with contextlib.suppress(ValueError, TypeError):
        return parsedate_to_datetime(header) == modified
    return False
