"""How one upstream is treated: data, written beside the provider that speaks to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from matinee.infra.upstream.guard import Guard

SECRET_PARAMETERS = frozenset({"api_key", "apikey", "key", "token", "access_token", "x-plex-token", "signature", "password"})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pause before try n + 1: `first` x `factor`^(n-1), at most `longest`.

    A random part of it, up to `jitter` (0..1), is taken off. Taken off rather than added, so that `longest` is true; random, so
    that callers who failed together do not return together.
    """

    first: timedelta = timedelta(milliseconds=200)
    factor: float = 2.0
    longest: timedelta = timedelta(seconds=5)
    jitter: float = 0.5


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When to stop asking. Rates (0..1) are of the tries in the sliding `window`, looked at from `minimum_calls` tries on.

    A try is slow from `slow_after` on, whatever its answer. Open for `open_for`, then `probes` tries are let through, one after
    another or at once: all good closes, one bad opens again.
    """

    failure_rate: float = 0.5
    slow_after: timedelta = timedelta(seconds=4)
    slow_rate: float = 0.8
    window: timedelta = timedelta(seconds=30)
    minimum_calls: int = 10
    open_for: timedelta = timedelta(seconds=15)
    probes: int = 2


@dataclass(frozen=True, slots=True)
class BudgetPolicy:
    """Tokens: `rate` a second, `burst` at once.

    A try without a token waits, at most `queue` of them and none over `longest_wait`. A 429 pauses everything for its
    Retry-After (else `first_pause`, doubled each time), but never over `longest_pause`.
    """

    rate: float = 20.0
    burst: int = 20
    queue: int = 200
    longest_wait: timedelta = timedelta(seconds=5)
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class BulkheadPolicy:
    """At most `concurrent` tries on the wire, `queue` waiting, none over `longest_wait`: one slow upstream cannot take all."""

    concurrent: int = 8
    queue: int = 200
    longest_wait: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class UpstreamPolicy:
    """Everything about calls to one upstream.

    `base_urls` are tried in order; one that failed is tried last for `base_url_rest`. `total` bounds a call with all its tries
    and waiting, `per_try` one exchange, `connect` the connection. `attempts` counts the first try. `response_limit` is in
    bytes, after decoding. `proxy` is an http(s) URL. `redirects` are followed at most so many times, GET only, within the base
    URLs' origins. `guard` belongs to upstreams whose addresses a user or another system names: only what it permits is connected
    to, and redirects may lead elsewhere, without the call's own headers. `secret_parameters` are names, in lower case, of query
    parameters whose values never leave the request.
    """

    name: str
    base_urls: tuple[str, ...] = field(repr=False)
    total: timedelta = timedelta(seconds=10)
    per_try: timedelta = timedelta(seconds=5)
    connect: timedelta = timedelta(seconds=3)
    attempts: int = 3
    backoff: Backoff = Backoff()
    breaker: BreakerPolicy = BreakerPolicy()
    budget: BudgetPolicy = BudgetPolicy()
    bulkhead: BulkheadPolicy = BulkheadPolicy()
    response_limit: int = 8 * 1024 * 1024
    proxy: str | None = field(default=None, repr=False)
    redirects: int = 0
    guard: Guard | None = None
    base_url_rest: timedelta = timedelta(seconds=30)
    secret_parameters: frozenset[str] = SECRET_PARAMETERS

    def __post_init__(self) -> None:
        if not self.base_urls:
            raise ValueError(f"{self.name}: at least one base URL is needed")
        for url in (*self.base_urls, *([self.proxy] if self.proxy else ())):
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
                raise ValueError(f"{self.name}: a base URL or proxy must look like https://host/path")
        if self.attempts < 1:
            raise ValueError(f"{self.name}: at least one attempt is needed")
