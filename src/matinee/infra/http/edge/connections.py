"""What one connection may cost: time for a head and a body, size of a head, connections of one address, answers nobody takes.

Deadlines are looked at by one timer for all connections, and only of those that have one: a connection that is idle between two
requests has the keep-alive timer, and one whose requests come whole never gets onto the list.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from matinee.infra.addresses import network_of, plain
from matinee.infra.errors import CATALOGUE
from matinee.infra.http.edge.addresses import TrustedProxies

log = structlog.get_logger(__name__)
Dawdled = Callable[..., None]
"""`infra.protection.service.Protection.dawdled`."""
_SWEEPS = 10
_COMPLAIN_EVERY = 60.0
Phase = Literal["between", "head", "body"]


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Seconds, bytes and numbers.

    A body has `body_grace`, and must then have come with `body_rate` bytes a second on the whole. Of an answer that waits to be
    taken, `read_bytes` must go within any `read_timeout`: a player that pauses takes nothing for a while, and asks again when it
    goes on.
    """

    header_timeout: float = 10.0
    body_grace: float = 10.0
    body_rate: float = 500.0
    read_timeout: float = 120.0
    read_bytes: int = 4096
    write_buffer: int = 64 * 1024
    head_bytes: int = 32 * 1024
    headers: int = 100
    target_bytes: int = 8 * 1024
    keep_alive: float = 15.0
    per_address: int = 256
    total: int = 10_000


class Connections:
    """All connections of the process."""

    def __init__(
        self,
        options: ConnectionOptions,
        proxies: TrustedProxies | None = None,
        dawdled: Dawdled | None = None,
        registry: CollectorRegistry | None = None,
    ) -> None:
        self.options = options
        self.proxies = proxies or TrustedProxies()
        self.open = 0
        self._dawdled = dawdled
        self._by_network: dict[str, int] = {}
        self._timed: set[GuardedProtocol] = set()
        self._timer: asyncio.TimerHandle | None = None
        times = (options.header_timeout, options.body_grace, options.read_timeout)
        self._every = min(1.0, min(times) / _SWEEPS)
        self._complained = float("-inf")
        self._refused = self._cut = None
        if registry is not None:
            self._refused = Counter(
                "matinee_http_connections_refused",
                "Connections closed at once, by what was used up.",
                ["reason"],
                registry=registry,
            )
            self._cut = Counter(
                "matinee_http_connections_cut", "Connections closed because they were too slow.", ["reason"], registry=registry
            )
            Gauge("matinee_http_connections", "Connections that are open.", registry=registry).set_function(lambda: self.open)

    def admit(self, peer: str, now: float) -> str | None:
        """Count a connection; gives the name it is counted by, None where it must be closed."""
        network = network_of(peer)
        if self.open >= self.options.total:
            self._refuse("total", network, now)
            return None
        count = self._by_network.get(network, 0)
        if count >= self.options.per_address and not self.proxies.trusts(plain(peer)):
            self._refuse("address", network, now)
            return None
        self._by_network[network] = count + 1
        self.open += 1
        return network

    def release(self, network: str) -> None:
        """A counted connection has ended."""
        self.open -= 1
        left = self._by_network[network] - 1
        if left:
            self._by_network[network] = left
        else:
            del self._by_network[network]

    def watch(self, connection: GuardedProtocol) -> None:
        """It has a deadline now."""
        self._timed.add(connection)
        if self._timer is None:
            self._timer = connection.loop.call_later(self._every, self._sweep, connection.loop)

    def calm(self, connection: GuardedProtocol) -> None:
        """It has none any more."""
        self._timed.discard(connection)

    def cut(self, address: str, reason: Literal["slow_headers", "slow_body", "slow_read"], **evidence: float) -> None:
        """A connection is closed for being slow."""
        if self._cut is not None:
            self._cut.labels(reason).inc()
        if self._dawdled is not None and not self.proxies.trusts(address):
            self._dawdled(address, reason, **evidence)

    def _refuse(self, reason: str, network: str, now: float) -> None:
        if self._refused is not None:
            self._refused.labels(reason).inc()
        if now - self._complained >= _COMPLAIN_EVERY:
            self._complained = now
            log.warning("connection_refused", reason=reason, address=network, open=self.open)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in tuple(self._timed):
            connection.look(now)
        self._timer = loop.call_later(self._every, self._sweep, loop) if self._timed else None


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with those limits."""

    guard: Connections

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: uvicorn's own arguments, passed on
        super().__init__(*args, **kwargs)
        self.timed = False
        self._ended = False
        self._phase: Phase = "between"
        self._began = 0.0
        self._got = 0
        self._header_count = self._header_bytes = 0
        self._paused_at = 0.0
        self._paused_size = 0
        self._counted_as: str | None = None
        self._why: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        if self.client is not None:
            self.client = (plain(self.client[0]), self.client[1])
        self._counted_as = self.guard.admit(self.client[0] if self.client else "", self.loop.time())
        if self._counted_as is None:
            transport.abort()
            return
        transport.set_write_buffer_limits(high=self.guard.options.write_buffer)
        self._phase, self._began, self._got = "head", self.loop.time(), 0
        self._watched()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._calmed()
        self._released()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ended:  # what was on its way
            return
        if self._phase != "body":
            if not self._got:
                self._began = self.loop.time()
            self._got += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        phase, cycle = self._phase, self._cycle
        if phase == "between" and not self.timeout_keep_alive_task and (cycle is None or cycle.response_complete):
            # Bytes that begin no message: uvicorn has stopped the keep-alive timer for them.
            phase = self._phase = "head"
        if phase == "between":
            if self.timed:
                self._calmed()
            return
        if phase == "head" and self._got > self.guard.options.head_bytes:
            self._refused("headers_too_large")
        elif not self.timed:
            self._began = self.loop.time()
            self._watched()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = "head"
        self._header_count = self._header_bytes = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > self.guard.options.target_bytes:
            self._why = "target_too_long"
            raise ValueError(self._why)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_count += 1
        self._header_bytes += len(name) + len(value)
        if self._header_count > self.guard.options.headers or self._header_bytes > self.guard.options.head_bytes:
            self._why = "headers_too_large"
            raise ValueError(self._why)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._phase, self._began, self._got = "body", self.loop.time(), 0

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._got += len(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._phase, self._got = "between", 0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._paused_at, self._paused_size = self.loop.time(), self.transport.get_write_buffer_size()
        self._watched()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._paused_at = 0.0

    def settled(self) -> None:
        """A request came whole and was answered beside the parser."""
        self._phase, self._got = "between", 0
        self._calmed()

    def handle_websocket_upgrade(self) -> None:
        """The connection goes on under another protocol, and counts until that has ended."""
        self._calmed()
        super().handle_websocket_upgrade()
        protocol: Any = self.transport.get_protocol()  # Any: one of uvicorn's classes for WebSockets
        if self.transport.is_closing() or protocol is self:
            self._released()
            return
        lost = protocol.connection_lost

        def ended(exc: Exception | None) -> None:
            self._released()
            lost(exc)

        protocol.connection_lost = ended

    def look(self, now: float) -> None:
        """Whether a deadline has passed."""
        options, waited = self.guard.options, now - self._began
        if self.transport.is_closing():
            self._calmed()
        elif self._paused_at:
            self._look_at_reading(now)
        elif self._phase == "head":
            if waited > options.header_timeout:
                if self._got:
                    self.guard.cut(self._address(), "slow_headers", seconds=round(waited, 1), bytes=self._got)
                    self._refused("too_slow")
                else:  # browsers open connections ahead, and use some of them
                    self.transport.close()
        elif self._phase == "body" and not self.flow.read_paused:
            if waited > options.body_grace and self._got < options.body_rate * waited:
                self.guard.cut(self._address(), "slow_body", seconds=round(waited, 1), bytes=self._got)
                self._refused("too_slow")
        elif self._phase == "between":
            self._calmed()

    def send_400_response(self, msg: str) -> None:
        """A problem in place of uvicorn's line of text."""
        self._refused(self._why or "malformed_request")

    def _look_at_reading(self, now: float) -> None:
        options, waited = self.guard.options, now - self._paused_at
        if waited < options.read_timeout:
            return
        size = self.transport.get_write_buffer_size()
        taken = self._paused_size - size
        if taken < options.read_bytes:
            self.guard.cut(self._address(), "slow_read", seconds=round(waited, 1), waiting=size)
            self.transport.abort()
        else:
            self._paused_at, self._paused_size = now, size

    @property
    def _cycle(self) -> RequestResponseCycle | None:
        """The present request, or the last; uvicorn's annotation leaves out that there was none yet."""
        return cast("RequestResponseCycle | None", self.cycle)

    def _address(self) -> str:
        """The client, as far as it is known: a proxy speaks for many."""
        cycle = self._cycle
        found = (cycle.scope.get("client") if cycle is not None else None) or self.client
        return found[0] if found else ""

    def _refused(self, code: str) -> None:
        """Answer for a request that did not get as far as the application, or not whole, and close."""
        self._calmed()
        if self.transport.is_closing():
            return
        cycle = self._cycle
        if self._phase == "body" and cycle is not None and cycle.response_complete:
            self.transport.close()
            return
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:  # an answer is on its way already: nothing more can be said
                self.transport.close()
                return
        self.transport.write(_problem(code, self.server_state.default_headers))
        self.transport.close()

    def _watched(self) -> None:
        self.timed = True
        self.guard.watch(self)

    def _calmed(self) -> None:
        if not self._paused_at or self.transport.is_closing():
            self.timed = False
            self.guard.calm(self)

    def _released(self) -> None:
        if self._counted_as is not None:
            self.guard.release(self._counted_as)
            self._counted_as = None


def _problem(code: str, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    spec = CATALOGUE[code]
    shown = {
        "type": f"/docs/errors#{code}",
        "title": spec.title,
        "status": spec.status,
        "detail": spec.title,
        "instance": "",
        "code": code,
        "category": spec.category,
        "correlation_id": "",
    }
    body = json.dumps(shown, separators=(",", ":")).encode()
    length = b"%d" % len(body)
    headers = [
        *default_headers,
        (b"content-type", b"application/problem+json"),
        (b"content-length", length),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    lines = b"".join(b"%b: %b\r\n" % header for header in headers)
    return b"%b%b\r\n%b" % (STATUS_LINE[spec.status], lines, body)


def guarded(connections: Connections) -> type[GuardedProtocol]:
    """The protocol class that uvicorn makes for each connection."""
    return type("BoundGuardedProtocol", (GuardedProtocol,), {"guard": connections})
