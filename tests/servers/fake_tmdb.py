"""A TMDB of our own on a port of this machine: `python -m tests.servers.fake_tmdb --port 8090 [--data FOLDER] [--latency MS]`.

It answers below `/3` and `/t/p` in the shapes of TMDB's answers, counts the calls, and fails on demand (`trouble`). `--data` is
the folder `tmdb5000` of the test data, for films that exist. `GET /_calls` tells the calls so far.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import httptools
import msgspec

from tests.servers.fake_tmdb_answers import Answers, Refusal, not_found
from tests.servers.fake_tmdb_pictures import picture
from tests.servers.fake_tmdb_records import World
from tests.servers.fake_tmdb_world import invented

KEY = "0123456789abcdef0123456789abcdef"
TOKEN = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJmYWtlIn0.fake"
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 422: "Unprocessable Entity",
            429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}  # fmt: skip
_REMEMBERED_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Trouble:
    """What calls get instead of an answer. `times` 0 lasts until `calm`; `path` narrows it to paths that contain it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    action: Literal["answer", "hang", "reset", "truncate"] = "answer"
    times: int = 0
    path: str = ""


def over_limit(retry_after: str | None = "1", *, html: bool = False, times: int = 0, path: str = "") -> Trouble:
    """429: in TMDB's own form, or in the form of the network before it."""
    body = b"<html><body>429 Too Many Requests</body></html>"
    if not html:
        message = "Your request count (#) is over the allowed limit of (40)."
        body = json.dumps({"status_code": 25, "status_message": message, "success": False}).encode()
    headers = {"Content-Type": "text/html" if html else "application/json;charset=utf-8"}
    return Trouble(429, body, headers if retry_after is None else {**headers, "Retry-After": retry_after}, times=times, path=path)


@dataclass(frozen=True, slots=True)
class Seen:
    """One call as it arrived."""

    path: str
    query: Mapping[str, str]
    authorization: str


class FakeTmdb:
    """The server in a thread of its own; a context manager."""

    def __init__(self, world: World | None = None, *, port: int = 0, latency: float = 0.0) -> None:
        self.answers = Answers(world or invented())
        self.latency = latency
        self.calls: Counter[str] = Counter()
        self.seen: deque[Seen] = deque(maxlen=2000)
        self.keys = {KEY}
        self.tokens = {TOKEN}
        self.port = port
        self._troubles: list[tuple[Trouble, list[int]]] = []
        self._ready = threading.Event()
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._thread: threading.Thread | None = None
        self._remembered: OrderedDict[str, bytes] = OrderedDict()
        self._remembered_bytes = 0
        self._connections: set[asyncio.Transport] = set()

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """What `MATINEE_TMDB_BASE_URLS` names."""
        return f"{self.url}/3"

    @property
    def image_url(self) -> str:
        """What `MATINEE_TMDB_IMAGE_URL` names."""
        return f"{self.url}/t/p/"

    def trouble(self, trouble: Trouble) -> None:
        """From now on, calls get this; the first trouble that fits counts."""
        self._troubles.append((trouble, [trouble.times]))

    def calm(self) -> None:
        """Answer properly again."""
        self._troubles = []

    def count(self, path: str) -> int:
        """Calls to exactly this path, for example `/3/movie/1001`."""
        return self.calls[path]

    def forget(self) -> None:
        """Start counting anew."""
        self.calls.clear()
        self.seen.clear()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve()), name="fake-tmdb", daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the fake TMDB did not start"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._stop is not None
        assert self._thread is not None
        loop, stop = self._stop
        loop.call_soon_threadsafe(stop.set)
        self._thread.join(10)

    async def serve(self) -> None:
        """Serve until told to stop."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self, loop), "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        stop = asyncio.Event()
        self._stop = (loop, stop)
        self._ready.set()
        try:
            await stop.wait()
        finally:
            server.close()
            for transport in list(self._connections):
                transport.abort()
            await asyncio.sleep(0)

    def trouble_of(self, path: str) -> Trouble | None:
        """The trouble that this call gets."""
        for trouble, left in self._troubles:
            if trouble.path in path and (trouble.times == 0 or left[0] > 0):
                left[0] -= 1
                return trouble
        return None

    def response(self, target: str, authorization: str) -> bytes:
        """The whole HTTP answer to one target."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        key = query.pop("api_key", "")
        self.calls[path] += 1
        self.seen.append(Seen(path, query, authorization))
        if path == "/_calls":
            return _http(200, msgspec.json.encode(dict(self.calls)))
        if path.startswith("/t/p/"):
            found = picture(path.removeprefix("/t/p/"))
            return _http(200, found[0], {"Content-Type": found[1]}) if found else _http(404, b"File Not Found")
        if key not in self.keys and authorization.removeprefix("Bearer ") not in self.tokens:
            refused = {"status_code": 7, "status_message": "Invalid API key: You must be granted a valid key.", "success": False}
            return _http(401, msgspec.json.encode(refused), {"Cache-Control": "public, max-age=300"})
        return self._answer(path, query)

    def _answer(self, path: str, query: dict[str, str]) -> bytes:
        remembered = f"{path}?{sorted(query.items())}{self.answers.page_error}{self.answers.inflated_pages}"
        answer = self._remembered.get(remembered)
        if answer is not None:
            self._remembered.move_to_end(remembered)
            return answer
        try:
            if not path.startswith("/3/"):
                raise not_found()
            query = {**query, "_images": self.image_url} if path == "/3/configuration" else query
            answer = _http(200, msgspec.json.encode(self.answers.answer(path.removeprefix("/3"), query)), _CACHE)
        except Refusal as refusal:
            answer = _http(refusal.status, msgspec.json.encode(refusal.body))
        self._remembered[remembered] = answer
        self._remembered_bytes += len(answer)
        while self._remembered_bytes > _REMEMBERED_BYTES:
            self._remembered_bytes -= len(self._remembered.popitem(last=False)[1])
        return answer


_CACHE = {"Cache-Control": "public, max-age=600"}


class _Connection(asyncio.Protocol):
    """One connection; answers leave in the order in which the calls came."""

    def __init__(self, fake: FakeTmdb, loop: asyncio.AbstractEventLoop) -> None:
        self._fake = fake
        self._loop = loop
        self._parser: Any = httptools.HttpRequestParser(self)  # Any: a C extension without types
        self._transport: asyncio.Transport | None = None
        self._target = b""
        self._authorization = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is none by its class
        self._fake._connections.add(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._fake._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            assert self._transport is not None
            self._transport.abort()

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"authorization":
            self._authorization = value.decode("latin-1")

    def on_message_complete(self) -> None:
        target, authorization = self._target.decode("ascii"), self._authorization
        self._target, self._authorization = b"", ""
        trouble = self._fake.trouble_of(target)
        if trouble is None:
            self._later(self._fake.response(target, authorization))
            return
        self._fake.calls[unquote(urlsplit(target).path)] += 1
        assert self._transport is not None
        if trouble.action == "reset":
            self._transport.abort()
        elif trouble.action == "truncate":
            whole = self._fake.response(target, authorization)
            self._transport.write(whole[: len(whole) - 20])
            self._transport.close()
        elif trouble.action == "answer":
            self._later(_http(trouble.status, trouble.body, trouble.headers))

    def _later(self, answer: bytes) -> None:
        if self._fake.latency > 0:
            self._loop.call_later(self._fake.latency, self._send, answer)
        else:
            self._send(answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)


def _http(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    lines = {
        "Content-Type": "application/json;charset=utf-8",
        "Server": "openresty",
        **(headers or {}),
        "Content-Length": len(body),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\n{head}\r\n".encode("latin-1") + body


def _say(what: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run alone until interrupted."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--data", type=Path, help="the folder tmdb5000 of the test data")
    options.add_argument("--latency", type=float, default=0.0, metavar="MS")
    chosen = options.parse_args()
    world = None
    if chosen.data is not None:
        from tests.servers.fake_tmdb_films import real_films

        began = time.monotonic()
        world = real_films(chosen.data)
        _say({"films": len(world.films), "seconds": round(time.monotonic() - began, 1)})
    import uvloop

    fake = FakeTmdb(world, port=chosen.port, latency=chosen.latency / 1000)

    async def run() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fake.serve())
            while not fake._ready.is_set():
                await asyncio.sleep(0.01)
            _say({"api": fake.api_url, "images": fake.image_url, "key": KEY})

    try:
        uvloop.run(run())
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
