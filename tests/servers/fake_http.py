"""A small HTTP server in a thread, for the stand-ins of other systems: one method answers, calls are counted."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. Names of headers are in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """The body of a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, **headers: str) -> Answered:
    """A value as JSON."""
    return Answered(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})


def as_page(html: str, status: int = 200) -> Answered:
    """A page."""
    return Answered(status, html.encode(), {"Content-Type": "text/html; charset=utf-8"})


class FakeHttp:
    """Listens on 127.0.0.1. `asked` holds every request, `count` says how many a path got; `instead` replaces answers by path."""

    def __init__(self, port: int = 0) -> None:
        self.asked: list[Asked] = []
        self.calls: Counter[str] = Counter()
        self.instead: dict[str, Answered] = {}
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.fake = self
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def answer(self, asked: Asked) -> Answered:
        """What the system answers."""
        raise NotImplementedError

    def answered(self, asked: Asked) -> Answered:
        """The same, with what the test wants instead."""
        self.asked.append(asked)
        self.calls[asked.path] += 1
        return self.instead.get(asked.path) or self.answer(asked)

    def serve(self) -> None:
        """Serve until told to stop."""
        self._server.serve_forever(0.02)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve, name=type(self).__name__, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    fake: FakeHttp


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(int(self.headers.get("content-length") or 0)),
        )
        answer = self.server.fake.answered(asked)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def log_message(self, *args: Any) -> None:
        return
