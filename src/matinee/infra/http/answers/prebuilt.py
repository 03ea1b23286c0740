"""Answers that are the same for every caller: encoded once, kept as bytes, sent many times."""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import brotli
from backports import zstd
from prometheus_client import Counter, Gauge

from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.freshness import Freshness
from matinee.infra.http.answers.conventions import matches
from matinee.infra.http.answers.negotiation import best_coding
from matinee.infra.http.caller import Scope
from matinee.infra.observability.metrics import Metrics

COMPRESS_FROM = 1024
"""Bytes; below that a header costs more than it saves."""
LOOK_AGAIN = 60.0
"""Seconds after which an answer is made anew from the cache even if it is fresh: so the cache hears what is asked for, refreshes
early, and whatever was missed of an invalidation ends."""
LOOK_AGAIN_OLD = 2.0
"""The same for an old answer, while its source is being asked again."""
_OVERHEAD = 2000  # bytes of objects round an answer
_MAKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, 3),
    "br": lambda body: brotli.compress(body, quality=5),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """An answer in one content coding. `headers` are those that never change, in lower case."""

    body: bytes
    etag: str
    headers: tuple[tuple[bytes, bytes], ...]
    block: bytes
    """The same headers and the content's length as lines."""
    block_304: bytes
    """Those of a 304."""


@dataclass(slots=True)
class Prebuilt:
    """One answer. Times are seconds since the epoch but `until`, which is monotonic."""

    body: bytes
    media_type: bytes
    freshness: Freshness
    cache_control: str
    scope: Scope | None
    """What a caller needs to read it; None: nothing."""
    route: str
    """Template of the path, for metrics."""
    said_at: float
    fresh_until: float
    until: float
    tags: frozenset[str]
    edge: tuple[tuple[bytes, bytes], ...] = ()
    """Headers for a network in front of this server."""
    digest: str = ""
    _variants: dict[str, Variant] = field(default_factory=dict)
    gone: bool = False
    """Whether the table has dropped it."""
    told: bytes = b""
    told_in: int = -1
    """The lines that tell of its age, and the second that they are right for; the hot lane's."""
    chosen: dict[str, Variant] = field(default_factory=dict)
    """Variants by the `Accept-Encoding` that asked for them."""

    def __post_init__(self) -> None:
        self.digest = hashlib.blake2b(self.body, digest_size=12).hexdigest()

    @property
    def size(self) -> int:
        """Bytes that it takes in memory."""
        return len(self.body) + sum(len(variant.body) for key, variant in self._variants.items() if key) + _OVERHEAD

    def variant(self, accept_encoding: str) -> Variant:
        """The variant for an `Accept-Encoding` header; made when it is first asked for."""
        found = self.chosen.get(accept_encoding)
        if found is None:
            coding = best_coding(accept_encoding) if len(self.body) >= COMPRESS_FROM else ""
            found = self._variants.get(coding)
            if found is None:
                found = self._variants[coding] = self._made(coding)
            if len(self.chosen) < 64:  # header values are the clients' to invent
                self.chosen[accept_encoding] = found
        return found

    def age(self, now: float) -> int:
        """Seconds since the source said it."""
        return max(0, int(now - self.said_at))

    def cache_status(self, now: float) -> str:
        """`Cache-Status` (RFC 9211) of an answer sent from here; a negative ttl is how long it is past its freshness."""
        old = f"; detail={self.freshness.reason or 'stale'}" if self.freshness.state in {"stale", "error"} else ""
        return f"Matinee; hit; ttl={int(self.fresh_until - now)}{old}"

    def _made(self, coding: str) -> Variant:
        body = _MAKERS[coding](self.body) if coding else self.body
        etag = f'"{self.digest}-{coding}"' if coding else f'"{self.digest}"'
        kept = [(b"cache-control", self.cache_control.encode()), (b"vary", b"Accept-Encoding"), (b"etag", etag.encode())]
        lasting = [*kept, (b"content-type", self.media_type), *self.edge]
        if coding:
            lasting.append((b"content-encoding", coding.encode()))
        length = (b"content-length", str(len(body)).encode())
        return Variant(body, etag, tuple(lasting), lines(*lasting, length), lines(*kept))


def lines(*headers: tuple[bytes, bytes]) -> bytes:
    """Headers as they go over the wire."""
    return b"".join(b"%s: %s\r\n" % header for header in headers)


def not_modified(variant: Variant, if_none_match: str | None) -> bool:
    """Whether the client has this variant already."""
    return if_none_match is not None and matches(if_none_match, variant.etag)


class AnswerTable:
    """Prebuilt answers by the exact target of the request, as it came over the wire; under a cap of bytes, least used first out.

    What is invalidated goes at once, and an answer that was being made meanwhile is not taken in.
    """

    def __init__(self, limit: int, metrics: Metrics) -> None:
        self._limit = limit
        self._entries: OrderedDict[bytes, Prebuilt] = OrderedDict()
        self._sizes: dict[bytes, int] = {}
        self._by_tag: dict[str, set[bytes]] = {}
        self._bytes = 0
        self._moment = 0
        self._late: OrderedDict[int, Invalidation] = OrderedDict()
        registry = metrics.registry
        held = Gauge("matinee_answers_bytes", "Bytes of prebuilt answers kept.", registry=registry)
        held.set_function(lambda: self._bytes)
        Gauge("matinee_answers", "Prebuilt answers kept.", registry=registry).set_function(lambda: len(self._entries))
        self._evicted = Counter("matinee_answers_evictions", "Prebuilt answers dropped for want of room.", registry=registry)
        self._dropped = Counter("matinee_answers_invalidated", "Prebuilt answers dropped by an invalidation.", registry=registry)
        Gauge("matinee_answers_limit_bytes", "Bytes that prebuilt answers may take.", registry=registry).set(limit)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def held(self) -> int:
        """What the answers take now."""
        return self._bytes

    @property
    def moment(self) -> int:
        """A mark to begin with; `put` refuses what was invalidated since."""
        return self._moment

    def find(self, target: bytes, now: float) -> Prebuilt | None:
        """The answer for a target, unless its time is over. `now` is monotonic."""
        found = self._entries.get(target)
        if found is None:
            return None
        if found.until <= now:
            self._remove(target)
            return None
        self._entries.move_to_end(target)
        return found

    def put(self, target: bytes, answer: Prebuilt, began: int) -> bool:
        """Keep an answer whose making began at the `moment` given. False when it was invalidated meanwhile, or is too large."""
        if answer.size > self._limit or self._overtaken(answer, began):
            return False
        if target in self._entries:
            self._remove(target)
        self._entries[target] = answer
        for tag in answer.tags:
            self._by_tag.setdefault(tag, set()).add(target)
        self._sizes[target] = answer.size
        self._bytes += answer.size
        while self._bytes > self._limit:
            self._remove(next(iter(self._entries)))
            self._evicted.inc()
        return True

    def grown(self, target: bytes) -> None:
        """An answer has got another variant: count its bytes."""
        found = self._entries.get(target)
        if found is not None:
            self._bytes += found.size - self._sizes[target]
            self._sizes[target] = found.size
            while self._bytes > self._limit and self._entries:
                self._remove(next(iter(self._entries)))
                self._evicted.inc()

    def invalidate(self, what: Invalidation) -> None:
        """Drop what has become invalid."""
        self._moment += 1
        self._late[self._moment] = what
        if len(self._late) > 1000:
            self._late.popitem(last=False)
        if what.everything:
            gone: Iterable[bytes] = list(self._entries)
        else:
            hit: set[bytes] = set()
            for tag in (*what.tags, *map(_key_tag, what.keys)):
                hit |= self._by_tag.get(tag, set())
            if what.prefix is not None:
                start = _key_tag(what.prefix)
                for tag, targets in self._by_tag.items():
                    if tag.startswith(start):
                        hit |= targets
            gone = hit
        for target in gone:
            self._remove(target)
            self._dropped.inc()

    def _overtaken(self, answer: Prebuilt, began: int) -> bool:
        if began == self._moment:
            return False
        if not self._late or next(iter(self._late)) > began + 1:
            return True  # so many happened that they are not remembered one by one
        since = [self._late[moment] for moment in range(began + 1, self._moment + 1)]
        keys, tags = answer.freshness.keys, answer.freshness.tags
        if answer.freshness.state == "miss":
            # The entry was loaded for this very answer, and the cache has told of it meanwhile. A load that an invalidation
            # overtook is not fresh at all, so its answer is not found again either.
            keys = frozenset[str]()
        return any(what.everything or any(what.covers(key, tags) for key in keys or ("",)) for what in since)

    def _remove(self, target: bytes) -> None:
        answer = self._entries.pop(target)
        answer.gone = True
        self._bytes -= self._sizes.pop(target)
        for tag in answer.tags:
            targets = self._by_tag[tag]
            targets.discard(target)
            if not targets:
                del self._by_tag[tag]


def tags_of(freshness: Freshness) -> frozenset[str]:
    """Everything by which an answer is invalidated: its tags, and the cache keys it was made from."""
    return freshness.tags | frozenset(map(_key_tag, freshness.keys))


def _key_tag(key: str) -> str:
    return f"\0{key}"
