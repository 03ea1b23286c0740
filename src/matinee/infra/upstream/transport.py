"""One method between a provider and an upstream; everything else wraps it.

Calls and replies are structs: each layer that adds something makes another, which takes a frozen dataclass eleven microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec

QueryValue = str | int | float | bool


class Call(msgspec.Struct, frozen=True):
    """One request. `path` is joined to the base URL (`/movie/603` to `https://api.themoviedb.org/3`).

    `query` values are encoded as given, booleans as `true` and `false`; a sequence of pairs repeats names.
    `idempotent` (default: by the method) decides whether it is retried and sent to the next base URL after it may have arrived.
    `base_url` replaces the policy's base URLs for this call, and then none other is tried.
    `expects` is the media type that a 2xx answer must have; "" takes any.
    `decode` reads the body of a 2xx answer inside the chain, so that garbage is retried and counted like any other failure; it
    raises ValueError (as `json.loads` and msgspec do) for what it cannot read. Its result is `Reply.value`.
    `accepts` is asked about an answer whose status is an error (but 429): True makes it a `Reply` like any other, neither retried
    nor counted as a failure. Some systems say "no such thing" with a 500, or "not for you" about one thing with a 401.
    `expires_at` is set by the chain: monotonic seconds by which the whole call must have ended.
    """

    method: str
    path: str
    query: Mapping[str, QueryValue] | Sequence[tuple[str, QueryValue]] = ()
    headers: Mapping[str, str] = {}
    body: bytes = b""
    idempotent: bool | None = None
    base_url: str | None = None
    expects: str = ""
    decode: Callable[[bytes], Any] | None = None
    accepts: Callable[[Reply], bool] | None = None
    expires_at: float | None = None

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no harm (RFC 9110 section 9.2.2)."""
        if self.idempotent is not None:
            return self.idempotent
        return self.method in {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}


class Reply(msgspec.Struct, frozen=True):
    """A whole answer: any status below 500 but 401, 403 and 429, which are errors. Header names are lower case.

    `body` is without content coding. `elapsed` is in seconds, from sending the request to the last byte of the body, without any
    waiting in our own queues.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    base_url: str
    elapsed: float
    value: Any = None  # Any: whatever the call's `decode` gave

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class Transport(Protocol):
    """Sends calls to one upstream."""

    async def send(self, call: Call) -> Reply:
        """The answer. Raises `UpstreamError` (see `infra.upstream.errors`), and nothing else but programming errors."""
