"""What one connection may cost, seen from raw sockets."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from matinee.infra.http.edge.connections import ConnectionOptions
from tests.integration.http.twins import Setup, Twin, serving
from tests.integration.http.wire import Wire

SHORT = ConnectionOptions(
    header_timeout=0.3, body_grace=0.3, body_rate=1000.0, read_timeout=0.4, read_bytes=4096, head_bytes=4096, headers=20,
    target_bytes=1024, keep_alive=1.0, per_address=6,
)  # fmt: skip
CLIENT = "203.0.113.9"
KEY = f"X-Api-Key: key-ada\r\nX-Forwarded-For: {CLIENT}\r\n"
GET = f"GET /api/v1/things/long HTTP/1.1\r\nHost: x\r\n{KEY}\r\n".encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Twin]:
    """With limits so short that a test can wait for them."""
    with serving(hot=True, setup=Setup(connections=SHORT, trusted=("127.0.0.0/8",), limits={"premium.hit": 100_000})) as twin:
        yield twin


def problem(wire: Wire) -> tuple[int, str]:
    reply = wire.reply()
    assert reply is not None
    assert reply.header("connection") == "close"
    assert wire.reply() is None
    wire.close()
    return reply.status, json.loads(reply.body)["code"]


def cut(server: Twin, reason: str) -> float:
    return server.metrics.registry.get_sample_value("matinee_http_connections_cut_total", {"reason": reason}) or 0.0


def test_a_head_that_does_not_come_to_an_end_is_given_up(server: Twin) -> None:
    wire = Wire(server.port)
    wire.send(b"GET /api/v1/things/long HTTP/1.1\r\nHost: x\r\n")
    assert problem(wire) == (408, "too_slow")
    assert cut(server, "slow_headers") == 1


def test_a_head_that_drips_is_given_up_all_the_same(server: Twin) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port)) as connection, pytest.raises(OSError, match=r"pipe|reset"):
        for _ in range(200):
            connection.sendall(b"X")
            time.sleep(0.02)
    assert time.monotonic() - began < 1.5


def test_a_connection_on_which_nothing_is_said_is_closed_without_a_word(server: Twin) -> None:
    wire = Wire(server.port)
    assert wire.reply() is None
    wire.close()


def test_bytes_that_begin_no_request_do_not_keep_a_connection_open(server: Twin) -> None:
    wire = Wire(server.port)
    for _ in range(2):
        wire.send(GET)
        assert wire.reply() is not None
    wire.send(b"\r\n")
    assert problem(wire) == (408, "too_slow")


def test_a_body_that_does_not_come_is_given_up(server: Twin) -> None:
    before = cut(server, "slow_body")
    wire = Wire(server.port)
    wire.send(
        f"POST /api/v1/batch HTTP/1.1\r\nHost: x\r\n{KEY}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode()
    )
    assert problem(wire) == (408, "too_slow")
    assert cut(server, "slow_body") == before + 1
    assert "slow_body" in [finding.rule for finding in server.protection.suspects.findings(CLIENT)]


def test_a_body_at_an_honest_pace_may_take_longer(server: Twin) -> None:
    wire = Wire(server.port)
    body = json.dumps({"requests": [{"path": "/things/short"}] * 20}).encode()
    head = f"POST /api/v1/batch HTTP/1.1\r\nHost: x\r\n{KEY}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    wire.send(head.encode())
    for start in range(0, len(body), 90):
        wire.send(body[start : start + 90])
        time.sleep(0.06)
    reply = wire.reply()
    assert reply is not None
    assert reply.status == 200
    wire.close()


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (b"GET /" + b"a" * 2000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (414, "target_too_long")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 5000 + b"\r\n\r\n", (431, "headers_too_large")),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Endless: " + b"a" * 5000, (431, "headers_too_large")),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-One: 1\r\n" * 21 + b"\r\n", (431, "headers_too_large")),
        (b"NONSENSE\r\n\r\n", (400, "malformed_request")),
    ],
    ids=["target", "header", "endless header", "headers", "nonsense"],
)
def test_too_much_of_a_head_is_refused(server: Twin, head: bytes, answer: tuple[int, str]) -> None:
    wire = Wire(server.port)
    wire.send(head)
    assert problem(wire) == answer


def test_an_answer_that_nobody_takes_ends(server: Twin) -> None:
    before = cut(server, "slow_read")
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    for _ in range(20):
        connection.send(GET.replace(b"/long", b"/huge"))
    deadline = time.monotonic() + 10
    while cut(server, "slow_read") == before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert cut(server, "slow_read") == before + 1
    connection.close()


def test_an_idle_connection_ends_and_a_used_one_stays(server: Twin) -> None:
    wire = Wire(server.port)
    for _ in range(4):
        wire.send(GET)
        assert wire.reply() is not None
        time.sleep(0.4)
    assert wire.reply() is None
    wire.close()


def test_connections_of_one_address_are_bounded_and_a_closed_one_makes_room() -> None:
    with serving(hot=True, setup=Setup(connections=ConnectionOptions(per_address=3))) as server:
        wires = [Wire(server.port) for _ in range(3)]
        for wire in wires:
            wire.send(GET)
            assert wire.reply() is not None
        assert _refused(server.port)
        wires.pop().close()
        for _ in range(200):
            if server.connections.open == 2:
                break
            time.sleep(0.01)
        again = Wire(server.port)
        again.send(GET)
        assert again.reply() is not None
        for wire in (*wires, again):
            wire.close()
        labels = {"reason": "address"}
        assert server.metrics.registry.get_sample_value("matinee_http_connections_refused_total", labels) == 1


def test_a_connection_that_became_a_websocket_is_counted_until_it_ends() -> None:
    with serving(hot=True, setup=Setup()) as server:
        wire = Wire(server.port)
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
        upgrade = f"Connection: Upgrade\r\nUpgrade: websocket\r\n{key}"
        wire.send(f"GET /api/v1/realtime HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n\r\n".encode())
        reply = wire.reply()
        assert reply is not None
        assert reply.status == 403  # there is no such route here
        wire.close()
        deadline = time.monotonic() + 5
        while server.connections.open and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.connections.open == 0


def test_a_trusted_proxy_may_have_as_many_as_the_server_has() -> None:
    options = ConnectionOptions(per_address=1, total=4)
    with serving(hot=True, setup=Setup(connections=options, trusted=("127.0.0.1",))) as server:
        wires = [Wire(server.port) for _ in range(4)]
        for wire in wires:
            wire.send(GET)
            assert wire.reply() is not None
        assert _refused(server.port)
        for wire in wires:
            wire.close()


def _refused(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(5)
        try:
            connection.sendall(GET)
            return connection.recv(1) == b""
        except ConnectionError:
            return True
