"""Serves the built web UI: hashed assets for ever, `index.html` for every other path (the UI routes itself)."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from matinee.infra.errors import NotFound
from matinee.infra.http.answers.conventions import IMMUTABLE, accepts_gzip, etag_of, matches

_COMPRESSIBLE = (".js", ".css", ".html", ".svg", ".json", ".webmanifest", ".map", ".txt")
_RESERVED = ("api/", "docs/", "metrics", "openapi.json")
_MISSING = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Matinee</title>
<h1>Matinee is running</h1><p>The web UI was not built. The API is at <a href="docs">docs</a>; <code>make setup</code> with
Node 20 builds the UI.</p></html>"""


@dataclass(frozen=True)
class _File:
    body: bytes
    compressible: bool
    media_type: str
    etag: str
    cache: str

    @cached_property
    def packed(self) -> bytes:
        """Compressed when it is first wanted, not all of the UI at each start."""
        return gzip.compress(self.body, 9, mtime=0)


class WebFiles:
    """The built UI, read once at start and kept in memory (about a megabyte)."""

    def __init__(self, folder: Path | None, base_path: str) -> None:
        self._files: dict[str, _File] = {}
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.is_file() and folder is not None:
                name = path.relative_to(folder).as_posix()
                self._files[name] = _load(name, path.read_bytes(), base_path)
        self._index = self._files.get("index.html") or _load("index.html", _MISSING, base_path)

    def respond(self, request: Request, name: str) -> Response:
        """The file, or the UI's page; raises `NotFound` for a missing asset and below the API's paths."""
        file = self._files.get(name)
        if file is None and (name.startswith((*_RESERVED, "assets/")) or "." in name.rpartition("/")[2]):
            raise NotFound("There is nothing at this address.")
        file = file or self._index
        headers = {"cache-control": file.cache, "etag": file.etag, "vary": "Accept-Encoding"}
        if matches(request.headers.get("if-none-match"), file.etag):
            return Response(status_code=304, headers=headers)
        body = file.body
        if file.compressible and accepts_gzip(request.headers.get("accept-encoding", "")):
            body = file.packed
            headers |= {"content-encoding": "gzip", "etag": file.etag}
        return Response(body, headers=headers, media_type=file.media_type)


def fallback(files: WebFiles) -> ASGIApp:
    """What answers when no route fits: the UI; a WebSocket is closed."""

    async def page(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        request = Request(scope, receive)
        if request.method not in {"GET", "HEAD"}:
            raise NotFound("There is nothing at this address.")
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        await files.respond(request, name)(scope, receive, send)

    return page


def _load(name: str, body: bytes, base_path: str) -> _File:
    if name == "index.html":
        body = body.replace(b'<base href="/">', f'<base href="{escape(base_path)}/">'.encode())
    compressible = name.endswith(_COMPRESSIBLE) and len(body) > 512
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    cache = IMMUTABLE if name.startswith("assets/") else "no-cache"
    return _File(body, compressible, media_type, etag_of(body), cache)
