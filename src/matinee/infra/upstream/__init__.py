"""The outbound side: one HTTP transport for each upstream, wrapped in small decorators.

    provider
      │ send(Call) -> Reply, or an UpstreamError
      ▼
    Metered          one sample a call, whatever became of it
    Deadline         bounds all below, waiting included; tells everybody when the call must have ended
    Retrying         sends what is below again: idempotent calls, transient errors, while there is time
    Breaking         each try asks the breaker and tells it how it went; an open one costs nothing and is not retried
    Budgeted         a token for each try; a 429 pauses all of them
    Bulkheaded       so many at once
    FallingBack      the base URLs in turn
    Journaled        what the status is made of
    Attempt          bounds one exchange
    HttpClient       aiohttp: connection pool, proxy, body with its cap, statuses to errors

Why in this order. The breaker sits inside the retries because tries are what it should count: a call that succeeds at its third
try has shown two failures, and a breaker that opens meanwhile ends the retrying. It sits outside budget and bulkhead because an
open one must answer at once, without a token and without a queue; what waits there is our doing, so the breaker judges slowness
by `Reply.elapsed`, which holds the exchange alone. Budget before bulkhead: who waits for a token must not hold a place on the
wire. The fallback is outside the try's time limit, so that a base URL that hangs leaves the next one a time of its own.

A provider's author needs `UpstreamPolicy`, `Call`, `Reply`, `Transport`, the errors, and from bootstrap:

    upstream = upstreams.add(POLICY, kind="metadata", disabled="no API key" or "")   # an `Upstream`, which is a `Transport`
    provider = Tmdb(upstream, ...)
    upstream.probe_with(provider.probe)     # async () -> None; raises UpstreamError; run by the prober and by an administrator
"""

from matinee.infra.upstream.errors import (
    CircuitOpen,
    ResponseTooLarge,
    Saturated,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from matinee.infra.upstream.policy import Backoff, BreakerPolicy, BudgetPolicy, BulkheadPolicy, UpstreamPolicy
from matinee.infra.upstream.prober import Prober, probing
from matinee.infra.upstream.registry import Upstreams
from matinee.infra.upstream.sharing import Decision
from matinee.infra.upstream.status import UpstreamState, UpstreamStatus
from matinee.infra.upstream.transport import Call, Reply, Transport
from matinee.infra.upstream.upstream import Upstream

__all__ = [
    "Backoff",
    "BreakerPolicy",
    "BudgetPolicy",
    "BulkheadPolicy",
    "Call",
    "CircuitOpen",
    "Decision",
    "Prober",
    "Reply",
    "ResponseTooLarge",
    "Saturated",
    "Transport",
    "Upstream",
    "UpstreamError",
    "UpstreamPolicy",
    "UpstreamRateLimited",
    "UpstreamRejected",
    "UpstreamState",
    "UpstreamStatus",
    "UpstreamTimeout",
    "UpstreamUnavailable",
    "Upstreams",
    "probing",
]
