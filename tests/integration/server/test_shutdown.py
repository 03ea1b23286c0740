"""How a server ends: asked to, in good order; killed, without leaving anything behind."""

from __future__ import annotations

import re
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.integration.server.conftest import Launch, Secrets, descendants, left_of
from tests.integration.server.playing import TRANSCODED, first_segment, session_of, title_of
from tests.servers.product import Product
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]
GRACE = 15
PROBE_BYTES = 24_000_000


class SlowDownload:
    """A client that takes its answer in sips, so that the server is still sending when something happens."""

    def __init__(self, server: Product, token: str) -> None:
        address = urlsplit(server.url)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._socket.settimeout(30)
        self._socket.connect((address.hostname, address.port))
        path = f"/api/v1/streaming/bandwidth?bytes={PROBE_BYTES}"
        request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
        self._socket.sendall(request.encode())
        self._received = self._socket.recv(32_768)

    def rest(self) -> bytes:
        """Everything, to the end that the server makes."""
        parts = [self._received]
        with self._socket:
            while part := self._socket.recv(1 << 20):
                parts.append(part)
        return b"".join(parts)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def server(launch: Launch, film: Path) -> Product:
    """A server with a film."""
    product: Product = launch(library_paths=str(film), shutdown_timeout=str(GRACE))
    return product


@pytest.fixture
def client(server: Product, secrets: Secrets) -> Iterator[httpx2.Client]:
    with secrets.listen(server.signed_in()) as opened:
        yield opened


def playing(server: Product, client: httpx2.Client) -> list[psutil.Process]:
    """Begin to play, so that ffmpeg works and waits for the player; gives the server's processes."""
    session = session_of(client, title_of(client)["id"], TRANSCODED)
    assert session["decision"]["method"] == "transcode", session["decision"]
    first_segment(client, session["master_url"])
    family = descendants(server)
    assert any("ffmpeg" in process.name() for process in family), [process.cmdline() for process in family]
    assert any("worker_process" in " ".join(process.cmdline()) for process in family)
    return family


def token_of(client: httpx2.Client) -> str:
    return str(client.headers["authorization"]).partition(" ")[2]


def test_a_stop_is_announced_and_what_runs_is_finished(server: Product, client: httpx2.Client, secrets: Secrets) -> None:
    family = playing(server, client)
    with (
        closing(SlowDownload(server, token_of(client))) as download,
        listen(server, token_of(client)) as listening,
        client.stream("GET", "/api/v1/events") as events,
    ):
        lines = events.iter_lines()
        assert next(lines).startswith("retry:")
        began = time.monotonic()
        server.ask_to_stop()
        with server.client() as balancer:
            answer = wait_until(lambda: not_ready(balancer), 5, "readiness to be taken back")
        assert answer.json()["status"] == "draining"
        list(lines)  # ends, and with a proper last chunk, else this raises
        assert close_code(listening) == 1012
        head, _, body = download.rest().partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert PROBE_BYTES <= len(body) <= PROBE_BYTES * 1.01  # chunks may be framed
        assert server.wait(GRACE) == 0
        assert time.monotonic() - began < GRACE
    assert left_of(family) == []
    assert_consistent(server.data)


def listen(server: Product, token: str) -> ClientConnection:
    address = f"{server.url.replace('http', 'ws')}/api/v1/realtime"
    return connect(address, additional_headers={"authorization": f"Bearer {token}"}, proxy=None)


def close_code(connection: ClientConnection) -> int | None:
    """Read to the end; the code that the server gave for it."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            connection.recv(timeout=10)
    return closed.value.rcvd.code if closed.value.rcvd else None


def not_ready(client: httpx2.Client) -> httpx2.Response | None:
    answer = client.get("/api/health/ready")
    return answer if answer.status_code == 503 else None


def test_requests_that_never_end_are_cut_off_after_the_grace_period(launch: Launch, secrets: Secrets) -> None:
    server: Product = launch(shutdown_timeout="1")
    with secrets.listen(server.signed_in()) as client, closing(SlowDownload(server, token_of(client))) as download:
        began = time.monotonic()
        server.ask_to_stop()
        assert server.wait(15) == 0
        assert 1 <= time.monotonic() - began < 10
        assert len(download.rest()) < PROBE_BYTES


def test_a_killed_server_leaves_no_process_behind(server: Product, client: httpx2.Client) -> None:
    family = playing(server, client)
    server.kill()
    assert left_of(family) == []
    assert_consistent(server.data)


def assert_consistent(data: Path) -> None:
    """Every SQLite file passes its own check."""
    databases = [path for path in data.iterdir() if re.fullmatch(r".+\.(db|sqlite3?)", path.name)]
    assert databases
    for path in databases:
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
