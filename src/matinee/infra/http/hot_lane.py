"""The hot lane: answers that lie ready go from the table to the socket before a task, a scope or the framework exists.

It takes a request that came whole in one piece, on a connection that is between messages, without a body, from a caller who was
verified a moment ago. Everything else, and everything it is not sure of, takes the normal path, which sends the same bytes:
`tests/integration/http/test_hot_lane.py` compares the two with requests that nobody thought of.

Each shortcut here was measured (`python -m benchmarks --only F1`): header lines are looked up and not parsed
(`infra.http.heads`), metrics are plain counts until somebody scrapes, ids are counted and not drawn, the keep-alive timer is not
set anew with each request.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import structlog
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from matinee.infra.clock import Clock
from matinee.infra.http.caller import CredentialMemory
from matinee.infra.http.heads import Facts, Heads
from matinee.infra.http.limits import Limits
from matinee.infra.http.mapped import MappedFile
from matinee.infra.http.prebuilt import AnswerTable, Prebuilt, lines, not_modified
from matinee.infra.observability.metrics import Metrics

log = structlog.get_logger("matinee.access")
LOG_ONE_IN = 1000
_END = b" HTTP/1.1"
Sent = tuple[bytes | memoryview, ...]


class FileLane(Protocol):
    """Answers addresses of files at once, or not at all."""

    start: bytes
    """What the targets begin with."""

    def route_of(self, target: bytes) -> str:
        """The template of the route, for metrics."""

    def ready(self, target: bytes) -> MappedFile | None:
        """The file behind a target; None for what the normal path should answer, refusals included. Never waits."""


@dataclass(slots=True)
class _Count:
    """Answers of one route since the last scrape."""

    by_status: dict[tuple[str, int], int] = field(default_factory=dict)
    bytes: int = 0


class HotLane:
    """Finds answers. One for a process."""

    def __init__(
        self,
        table: AnswerTable,
        heads: Heads,
        memory: CredentialMemory,
        limits: Limits,
        clock: Clock,
        metrics: Metrics,
        *,
        headers: Mapping[str, str],
        files: Sequence[FileLane] = (),
        trusts_proxies: bool = False,
    ) -> None:
        self._table = table
        self._heads = heads
        self._memory = memory
        self._limits = limits
        self._clock = clock
        self._metrics = metrics
        self._files = tuple(files)
        self._trusts_proxies = trusts_proxies
        # The same order as the middleware's: what a route sets itself wins there; no answer here sets one of these.
        self._fixed = lines(*((name.encode(), value.encode()) for name, value in headers.items()))
        self._default_for: object = None
        self._default = b""
        self._prefix = secrets.token_hex(8).encode()
        self._serial = 0
        self._counts: dict[str, _Count] = {}
        self._hot = Counter("matinee_http_hot_requests", "Requests answered by the hot lane.", registry=metrics.registry)
        metrics.before_render(self._flush)

    def answer(self, data: bytes, default_headers: list[tuple[bytes, bytes]], client: str) -> Sent | None:
        """What to send for the bytes of one whole request; None for the normal path."""
        method, get = data[:5], True
        if method[:4] == b"GET ":
            begin = 4
        elif method == b"HEAD ":
            begin, get = 5, False
        else:
            return None
        end = data.find(b"\r\n")
        if end < 0 or data[end - 9 : end] != _END:
            return None
        target = data[begin : end - 9]
        now = self._clock.monotonic()
        found = self._table.find(target, now)
        if found is None:
            return self._file(data, target, end, default_headers) if get else None
        facts = self._heads.facts(data[end + 2 :])
        if facts is None or not self._may(facts, found, client, now):
            return None
        window, limits = facts.window, b""
        if window is not None:
            left = window.take(now)
            if left < 0:
                return None  # the normal path says so
            limits = window.headers(left, now)
        return self._made(found, facts, target, limits, default_headers, get=get)

    def _may(self, facts: Facts, found: Prebuilt, client: str, now: float) -> bool:
        """Whether the caller may read it; remembers who it is for as long as the credential is believed."""
        old = facts.generation != self._memory.generation or facts.until <= now
        if old and not self._identify(facts, client, now):
            return False
        return found.scope is None or (facts.caller is not None and found.scope in facts.caller.scopes)

    def _identify(self, facts: Facts, client: str, now: float) -> bool:
        if not (facts.authorization or facts.api_key or facts.session):
            if self._trusts_proxies:
                return False  # whose address counts is worked out by the normal path
            # An address is not a credential: other connections with the same lines come from elsewhere.
            facts.caller, facts.window = None, self._limits.window(None, client, "hit", now)
            return True
        known = self._memory.remembered(facts.authorization, facts.api_key, facts.session)
        if known is None:
            return False
        facts.caller, facts.until = known
        facts.generation = self._memory.generation
        facts.window = self._limits.window(facts.caller, client, "hit", now)
        return True

    def _made(
        self,
        found: Prebuilt,
        facts: Facts,
        target: bytes,
        limits: bytes,
        default_headers: list[tuple[bytes, bytes]],
        *,
        get: bool,
    ) -> Sent:
        size = found.size if facts.accept_encoding not in found.chosen else 0
        variant = found.variant(facts.accept_encoding)
        if size:
            self._table.grown(target)
        wall = self._clock.now().timestamp()
        changing = b"age: %d\r\ncache-status: %s\r\n%s" % (found.age(wall), found.cache_status(wall).encode(), limits)
        same = not_modified(variant, facts.if_none_match)
        status, block = (b"304 Not Modified", variant.block_304) if same else (b"200 OK", variant.block)
        body = b"" if same or not get else variant.body
        self._note("GET" if get else "HEAD", found.route, 304 if same else 200, len(body), target, facts)
        return (self._head(status, default_headers, facts, block, changing) + body,)

    def _file(self, data: bytes, target: bytes, end: int, default_headers: list[tuple[bytes, bytes]]) -> Sent | None:
        for lane in self._files:
            if target.startswith(lane.start):
                facts = self._heads.facts(data[end + 2 :])
                ready = lane.ready(target) if facts is not None and facts.plain else None
                if ready is None or facts is None:
                    return None
                self._note("GET", lane.route_of(target), 200, len(ready.body), b"", facts)
                head = self._head(b"200 OK", default_headers, facts, ready.block, b"")
                return (head, ready.body) if len(ready.body) else (head,)
        return None

    def _head(
        self, status: bytes, default_headers: list[tuple[bytes, bytes]], facts: Facts, block: bytes, changing: bytes
    ) -> bytes:
        if default_headers is not self._default_for:  # the server makes a new list each second, with the date
            self._default_for, self._default = default_headers, lines(*default_headers)
        self._serial += 1
        request_id = facts.request_id or b"%s%010x" % (self._prefix, self._serial)
        return b"HTTP/1.1 %s\r\n%s%s%s%sx-request-id: %s\r\n\r\n" % (
            status,
            self._default,
            block,
            changing,
            self._fixed,
            request_id,
        )

    def _note(self, method: str, route: str, status: int, sent: int, target: bytes, facts: Facts) -> None:
        count = self._counts.get(route)
        if count is None:
            count = self._counts[route] = _Count()
        key = (method, status)
        count.by_status[key] = count.by_status.get(key, 0) + 1
        count.bytes += sent
        if target and self._serial % LOG_ONE_IN == 0:
            caller = facts.caller
            path = target.partition(b"?")[0].decode("latin-1")
            log.info(
                "request",
                method=method,
                path=path,
                status=status,
                bytes=sent,
                user=caller.name if caller else None,
                sampled=LOG_ONE_IN,
            )

    def _flush(self) -> None:
        """Put what was counted into the metrics."""
        counts, self._counts = self._counts, {}
        for route, count in counts.items():
            for (method, status), number in count.by_status.items():
                self._metrics.requests.labels(method, route, str(status)).inc(number)
                self._hot.inc(number)
            self._metrics.sent.inc(count.bytes)


class HotLaneProtocol(HttpToolsProtocol):
    """uvicorn's protocol with the hot lane before it."""

    lane: HotLane

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # Any: uvicorn's own arguments, passed on
        super().__init__(*args, **kwargs)
        self._between = True
        self._last = 0.0

    def data_received(self, data: bytes) -> None:
        """Bytes came: the hot lane if it may and can, else the normal path."""
        cycle = self.cycle
        if (
            self._between
            and (cycle is None or cycle.response_complete)  # type: ignore[redundant-expr]  # None before the first request
            and not self.pipeline
            and not self.flow.write_paused
            and not self.transport.is_closing()
        ):
            client = self.client[0] if self.client else ""
            sent = self.lane.answer(data, self.server_state.default_headers, client)
            if sent is not None:
                if len(sent) == 1:
                    self.transport.write(sent[0])
                else:
                    self.transport.writelines(sent)
                self.server_state.total_requests += 1
                self._last = self.loop.time()
                if self.timeout_keep_alive_task is None:
                    self._await_next(self.timeout_keep_alive)
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """The parser is inside a message now."""
        self._between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """The parser is between messages again."""
        self._between = True
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Closes the connection when it was idle for so long; hot answers do not set the timer anew, so it looks here."""
        left = self._last + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._await_next(left)
        else:
            super().timeout_keep_alive_handler()

    def _await_next(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)


def protocol_with(lane: HotLane) -> type[asyncio.Protocol]:
    """The protocol class that uvicorn makes for each connection."""
    return cast("type[asyncio.Protocol]", type("BoundHotLaneProtocol", (HotLaneProtocol,), {"lane": lane}))
