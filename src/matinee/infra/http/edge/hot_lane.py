"""The hot lane: answers that lie ready go from the table to the socket before a task, a scope or the framework exists.

It takes a request that came whole in one piece, on a connection that is between messages, without a body, from a caller who was
verified a moment ago. Everything else, and everything it is not sure of, takes the normal path, which sends the same bytes:
`tests/integration/http/test_hot_lane.py` compares the two with requests that nobody thought of.

Each shortcut here was measured (`python -m benchmarks --only F1`): header lines are looked up and not parsed
(`infra.http.edge.heads`), what comes again within a second is known as a whole (`repeats`), metrics are plain counts until
somebody scrapes, ids are counted and not drawn, the age of an answer is worked out once a second, head and body are put
together in one step, the keep-alive timer is not set anew with each request.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog
from prometheus_client import Counter

from matinee.infra.clock import Clock
from matinee.infra.http.answers.mapped import MappedFile
from matinee.infra.http.answers.prebuilt import AnswerTable, Prebuilt, lines, not_modified
from matinee.infra.http.caller import CredentialMemory, Scope
from matinee.infra.http.edge.addresses import TrustedProxies
from matinee.infra.http.edge.heads import Facts, Heads
from matinee.infra.http.edge.repeats import Count, Repeat, Repeats
from matinee.infra.http.limits import Limits
from matinee.infra.observability.metrics import Metrics
from matinee.infra.protection.gate import Gate

log = structlog.get_logger("matinee.access")
LOG_ONE_IN = 1000
_END = b" HTTP/1.1"
_PUBLIC_SCOPE: Scope = "catalog:read"
Sent = tuple[bytes | memoryview, ...]


class FileLane(Protocol):
    """Answers addresses of files at once, or not at all."""

    start: bytes
    """What the targets begin with."""

    def route_of(self, target: bytes) -> str:
        """The template of the route, for metrics."""

    def ready(self, target: bytes) -> MappedFile | None:
        """The file behind a target; None for what the normal path should answer, refusals included. Never waits."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """Whose word about the client counts, and who is let in: the same as on the normal path."""

    proxies: TrustedProxies
    gate: Gate


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
        entrance: Entrance | None = None,
    ) -> None:
        self._table = table
        self._heads = heads
        self._memory = memory
        self._generation = memory.generation
        self._limits = limits
        self._clock = clock
        self._metrics = metrics
        self._files = tuple(files)
        self._proxies = entrance.proxies if entrance else TrustedProxies()
        self._gate = entrance.gate if entrance else Gate(clock)
        self._let_in = self._gate.let_in
        self._monotonic = clock.monotonic
        self.repeats = Repeats(self._generation, self._let_in, clock.monotonic)
        # The same order as the middleware's: what a route sets itself wins there; no answer here sets one of these.
        self._fixed = lines(*((name.encode(), value.encode()) for name, value in headers.items()))
        self._default_for: object = None
        self._default = b""
        self._prefix = secrets.token_hex(8).encode()
        self._next_sample = LOG_ONE_IN
        self._counts: dict[tuple[str, str, int], Count] = {}
        self._hot = Counter("matinee_http_hot_requests", "Requests answered by the hot lane.", registry=metrics.registry)
        metrics.before_render(self._flush)

    def answer(self, data: bytes, default_headers: list[tuple[bytes, bytes]], client: str) -> Sent | None:
        """What to send for the bytes of one whole request; None for the normal path. `repeats` knows some requests already."""
        now = self._monotonic()
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
        found = self._table.find(target, now)
        if found is None:
            return self._file(data, target, end, default_headers, client) if get else None
        facts = self._heads.facts(data[end + 2 :])
        if facts is None:
            return None
        if facts.peer != client:
            self._locate(facts, client)
        address = facts.address
        if address not in self._let_in and not self._gate.admits(address):
            return None  # the normal path says so
        if not self._may(facts, found, address, now):
            return None
        window = facts.window
        limits = b"" if window is None else window.counted(now)
        if limits is None:
            return None  # the normal path says so
        if get and found.told_in == int(now) and facts.caller is not None:
            self._remember(data, found, facts, default_headers, client, now)
        return self._made(found, facts, target, limits, default_headers, now, get=get)

    def _remember(
        self,
        data: bytes,
        found: Prebuilt,
        facts: Facts,
        default_headers: list[tuple[bytes, bytes]],
        client: str,
        now: float,
    ) -> None:
        """Keep how a request is answered. Whoever draws ids, or has the answer already, asks in other words."""
        variant = found.chosen.get(facts.accept_encoding)
        if variant is None or facts.request_id or facts.if_none_match is not None:
            return
        window = facts.window
        before = b"HTTP/1.1 200 OK\r\n%b%b%b" % (self._dated(default_headers), variant.block, found.told)
        after = b"%bx-request-id: %b" % (self._fixed, self._prefix)
        places = (b"" if window is None else window.lines), b"%010x\r\n\r\n"
        repeat = Repeat(
            client=client,
            address=facts.address,
            ends=min(found.until, facts.until),
            date=default_headers,
            generation=facts.generation,
            found=found,
            window=window,
            template=_plain(before) + places[0] + _plain(after) + places[1] + _plain(variant.body),
            size=len(variant.body),
            count=self._count("GET", found.route, 200),
        )
        self.repeats.remember(data, repeat, now)

    def _locate(self, facts: Facts, peer: str) -> None:
        """Work out who is behind the peer. The same lines from the same peer are from the same address."""
        facts.peer = peer
        facts.address = self._proxies.client(peer, facts.forwarded_for, facts.forwarded)

    def _may(self, facts: Facts, found: Prebuilt, client: str, now: float) -> bool:
        """Whether the caller may read it; remembers who it is for as long as the credential is believed."""
        old = facts.generation != self._generation.number or facts.until <= now
        if old and not self._identify(facts, client, now):
            return False
        caller = facts.caller
        if caller is None:
            return found.scope is None
        return (found.scope or _PUBLIC_SCOPE) in caller.scopes  # a key that may not read is refused where anybody else may

    def _identify(self, facts: Facts, client: str, now: float) -> bool:
        if not (facts.authorization or facts.api_key or facts.session):
            # An address is not a credential: other connections with the same lines come from elsewhere.
            facts.caller, facts.window = None, self._limits.window(None, client, "hit", now)
            return True
        known = self._memory.remembered(facts.authorization, facts.api_key, facts.session)
        if known is None:
            return False
        facts.caller, facts.until = known
        facts.generation = self._generation.number
        if facts.caller.max_age is not None:
            facts.until = 0.0
            return False  # what lies ready is for those who may see everything
        facts.window = self._limits.window(facts.caller, client, "hit", now)
        return True

    def _made(
        self,
        found: Prebuilt,
        facts: Facts,
        target: bytes,
        limits: bytes,
        default_headers: list[tuple[bytes, bytes]],
        now: float,
        *,
        get: bool,
    ) -> Sent:
        variant = found.chosen.get(facts.accept_encoding)
        if variant is None:
            variant = found.variant(facts.accept_encoding)
            self._table.grown(target)
        if found.told_in != (second := int(now)):
            wall = self._clock.now().timestamp()
            found.told = b"age: %d\r\ncache-status: %s\r\n" % (found.age(wall), found.cache_status(wall).encode())
            found.told_in = second
        if facts.if_none_match is not None and not_modified(variant, facts.if_none_match):
            status, block, body, code = b"304 Not Modified", variant.block_304, b"", 304
        else:
            status, block, body, code = b"200 OK", variant.block, variant.body if get else b"", 200
        self._note("GET" if get else "HEAD", found.route, code, len(body), target, facts)
        return (self._head(status, default_headers, facts, block, found.told, limits, body),)

    def _file(self, data: bytes, target: bytes, end: int, default_headers: list[tuple[bytes, bytes]], client: str) -> Sent | None:
        for lane in self._files:
            if target.startswith(lane.start):
                facts = self._heads.facts(data[end + 2 :])
                if facts is None or not facts.plain:
                    return None
                if facts.peer != client:
                    self._locate(facts, client)
                ready = lane.ready(target) if self._gate.admits(facts.address) else None
                if ready is None:
                    return None
                self._note("GET", lane.route_of(target), 200, len(ready.body), b"", facts)
                head = self._head(b"200 OK", default_headers, facts, ready.block)
                return (head, ready.body) if len(ready.body) else (head,)
        return None

    def _head(
        self,
        status: bytes,
        default_headers: list[tuple[bytes, bytes]],
        facts: Facts,
        block: bytes,
        changing: bytes = b"",
        limits: bytes = b"",
        body: bytes = b"",
    ) -> bytes:
        """The head, and the body where that is short enough to be copied."""
        self.repeats.serial = serial = self.repeats.serial + 1
        request_id = facts.request_id or b"%s%010x" % (self._prefix, serial)
        return b"HTTP/1.1 %b\r\n%b%b%b%b%bx-request-id: %b\r\n\r\n%b" % (
            status,
            self._dated(default_headers),
            block,
            changing,
            limits,
            self._fixed,
            request_id,
            body,
        )

    def _dated(self, default_headers: list[tuple[bytes, bytes]]) -> bytes:
        if default_headers is not self._default_for:  # the server makes a new list each second, with the date
            self._default_for, self._default = default_headers, lines(*default_headers)
        return self._default

    def _note(self, method: str, route: str, status: int, sent: int, target: bytes, facts: Facts) -> None:
        count = self._count(method, route, status)
        count.answers += 1
        count.bytes += sent
        if target and self.repeats.serial >= self._next_sample:
            self._sample(method, status, sent, target, facts)

    def _count(self, method: str, route: str, status: int) -> Count:
        key = (method, route, status)
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = Count()
        return count

    def _sample(self, method: str, status: int, sent: int, target: bytes, facts: Facts) -> None:
        self._next_sample = self.repeats.serial + LOG_ONE_IN
        caller = facts.caller
        path = target.partition(b"?")[0].decode("latin-1")
        user = caller.name if caller else None
        log.info("request", method=method, path=path, status=status, bytes=sent, user=user, sampled=LOG_ONE_IN)

    def _flush(self) -> None:
        """Put what was counted into the metrics."""
        self.repeats.settle()
        for (method, route, status), count in self._counts.items():
            self._metrics.requests.labels(method, route, str(status)).inc(count.answers)
            self._hot.inc(count.answers)
            self._metrics.sent.inc(count.bytes)
            count.answers = count.bytes = 0


def _plain(data: bytes) -> bytes:
    """To be taken as it is by a template."""
    return data.replace(b"%", b"%%")
