"""A real server of the test's own, behind the fault proxy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.servers.fault_proxy import FaultProxy


class FilmServer(ThreadingHTTPServer):
    """Answers every GET with a film of 20 KB, and notes what it was asked: (target, headers)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.port = int(self.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.connections: set[int] = set()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: FilmServer

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers.items())))
        self.server.connections.add(self.client_address[1])
        body = json.dumps({"id": 603, "overview": "x" * 20_000}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def film_server() -> Iterator[FilmServer]:
    with FilmServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def faults(film_server: FilmServer) -> Iterator[FaultProxy]:
    with FaultProxy(film_server.port) as proxy:
        yield proxy
