"""A TCP proxy of the tests' own that does to a connection what networks and broken servers do; controlled while it runs.

    with FaultProxy(port=server_port) as proxy:
        client = Client(proxy.url)             # http://127.0.0.1:<free port>
        proxy.fault = Latency(0.2)             # from the next request on, also on connections that are open
        proxy.fault = Refuse()                 # nobody listens; open connections are reset
        proxy.fault = None                     # healthy again
        proxy.once(Reset(), Answer(503))       # the next two requests, one fault each

It runs in a thread with a loop of its own, so that synchronous and asynchronous tests, and servers in other processes, can use
it. A request is what arrives in one piece after an answer has ended or on a fresh connection: enough for HTTP without pipelining.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_CHUNK = 65536
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """The answer begins that many seconds later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection is reset, after so many bytes of the answer."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class Hang:
    """The request is swallowed; nothing ever comes."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Connections are refused, and the open ones reset."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """The answer is not HTTP."""

    body: bytes = b"\x00\xff\x13\x37 this is not an answer \r\n\r\n"


@dataclass(frozen=True, slots=True)
class Truncate:
    """The connection is closed in an orderly way after so many bytes of the answer."""

    after: int


@dataclass(frozen=True, slots=True)
class Drip:
    """The answer comes in pieces of `size` bytes, one each `seconds`."""

    seconds: float
    size: int = 1


@dataclass(frozen=True, slots=True)
class Endless:
    """A good beginning, and a body that never ends, as fast as it is read."""

    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """This answer instead of the server's. Content-Length is added."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Fault = Latency | Reset | Hang | Refuse | Garbage | Truncate | Drip | Endless | Answer


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and passes to `host`:`port`. `requests` and `connections` count what came."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._target = (host, port)
        self._fault: Fault | None = None
        self._once: deque[Fault | None] = deque()
        self._writers: set[asyncio.StreamWriter] = set()
        self._started = threading.Event()
        # Bound for as long as the proxy lives and never listening: keeps the port while connections are refused.
        self._placeholder = _bound(0)
        self.port: int = self._placeholder.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.requests = 0
        self.connections = 0

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="fault-proxy", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_SECONDS):
            raise RuntimeError("the fault proxy did not start")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(_START_SECONDS)
        self._placeholder.close()

    @property
    def fault(self) -> Fault | None:
        """What happens to requests from now on; None passes them."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        asyncio.run_coroutine_threadsafe(self._change(fault), self._loop).result(_START_SECONDS)

    def once(self, *faults: Fault | None) -> None:
        """The next requests get these, one each, before `fault` counts again. `Refuse` cannot be one of them."""
        assert not any(isinstance(fault, Refuse) for fault in faults)
        self._once.extend(faults)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._server: asyncio.Server | None = None
        await self._change(None)
        self._started.set()
        await self._stop.wait()
        await self._change(Refuse())

    async def _change(self, fault: Fault | None) -> None:
        self._fault = fault
        if isinstance(fault, Refuse):
            if self._server is not None:
                self._server.close()
                self._server = None
            for writer in list(self._writers):
                _reset(writer)
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, sock=_bound(self.port))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            with suppress(OSError):
                await self._pass(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind = await asyncio.open_connection(*self._target)
        connection = _Connection(writer)
        try:
            async with asyncio.TaskGroup() as group:
                answers = group.create_task(connection.relay(behind_reader))
                while data := await reader.read(_CHUNK):
                    if connection.idle:
                        self.requests += 1
                        connection.begin(self._once.popleft() if self._once else self._fault)
                    if await connection.answered_here():
                        break
                    if not isinstance(connection.fault, Hang):
                        behind.write(data)
                        await behind.drain()
                answers.cancel()
        except* OSError:
            pass
        finally:
            behind.close()


class _Connection:
    """One connection of a client: the fault of its current request, and how much of the answer has been passed on."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.fault: Fault | None = None
        self.idle = True
        self._sent = 0

    def begin(self, fault: Fault | None) -> None:
        self.fault, self.idle, self._sent = fault, False, 0

    async def answered_here(self) -> bool:
        """Do what needs no server behind; True when the connection is over."""
        match self.fault:
            case Reset(after=0):
                _reset(self._writer)
            case Garbage(body=body):
                await self._write(body)
            case Answer() as answer:
                await self._write(_encoded(answer))
            case Endless(media_type=media_type):
                await self._write(f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\n\r\n[".encode())
                while not self._writer.is_closing():
                    await self._write(b'"more",' * 1000)
            case _:
                return False
        return True

    async def relay(self, behind: asyncio.StreamReader) -> None:
        """Pass on what the server answers, as the fault has it."""
        while data := await behind.read(_CHUNK):
            match self.fault:
                case Latency(seconds=seconds) if self._sent == 0:
                    await asyncio.sleep(seconds)
                    await self._write(data)
                case Reset(after=limit) | Truncate(after=limit) if self._sent + len(data) >= limit:
                    await self._write(data[: limit - self._sent])
                    await self._end()
                    return
                case Drip(seconds=seconds, size=size):
                    for start in range(0, len(data), size):
                        await asyncio.sleep(seconds)
                        await self._write(data[start : start + size])
                case _:
                    await self._write(data)
            self.idle = True
        self._writer.close()

    async def _end(self) -> None:
        if isinstance(self.fault, Reset):
            _reset(self._writer)
        else:
            self._writer.close()

    async def _write(self, data: bytes) -> None:
        self._sent += len(data)
        self._writer.write(data)
        await self._writer.drain()


def _encoded(answer: Answer) -> bytes:
    headers = {
        "Content-Type": "application/json",
        **answer.headers,
        "Content-Length": str(len(answer.body)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + answer.body


def _bound(port: int) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    found.bind(("127.0.0.1", port))
    return found


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: what is in the buffers is thrown away."""
    found = writer.get_extra_info("socket")
    with suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii" if os.name == "posix" else "hh", 1, 0))
    writer.transport.abort()
