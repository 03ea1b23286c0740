"""HTTP as bytes: what a test sends and what comes back, on one connection."""

from __future__ import annotations

import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Reply:
    """One answer. Header names in lower case, in the order in which they came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class Wire:
    """A connection. A closed one gives None for every further answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def reply(self, *, head: bool = False) -> Reply | None:
        """The next answer; `head` says that it belongs to a HEAD request and so has no body."""
        raw = self._until(b"\r\n\r\n")
        if raw is None:
            return None
        first, *rest = raw[:-4].decode("latin-1").split("\r\n")
        headers = tuple((name.lower(), value) for name, _, value in (line.partition(": ") for line in rest))
        status = int(first.split(" ")[1])
        named = dict(headers)
        if head or status in {204, 304}:
            body: bytes | None = b""
        elif named.get("transfer-encoding") == "chunked":
            body = self._chunks()
        else:
            body = self._exactly(int(named.get("content-length", "0")))
        return None if body is None else Reply(status, headers, body)

    def close(self) -> None:
        self._socket.close()

    def _chunks(self) -> bytes | None:
        whole = b""
        while (line := self._until(b"\r\n")) is not None:
            size = int(line, 16)
            piece = self._exactly(size + 2)
            if piece is None or size == 0:
                return whole
            whole += piece[:-2]
        return None

    def _until(self, end: bytes) -> bytes | None:
        while end not in self._left:
            if not self._more():
                return None
        found, _, self._left = self._left.partition(end)
        return found + end

    def _exactly(self, size: int) -> bytes | None:
        while len(self._left) < size:
            if not self._more():
                return None
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        self._left += data
        return bool(data)
