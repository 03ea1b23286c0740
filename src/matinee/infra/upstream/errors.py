"""What a call to an upstream can end with, other than an answer.

    MatineeError
    └── UpstreamError             anything below; `upstream` names it, `transient` says whether trying again can help
        ├── UpstreamUnavailable   503 upstream_unavailable   refused, reset, 5xx, garbage
        │   └── ResponseTooLarge  503 upstream_unavailable   the body passed the cap; permanent
        ├── UpstreamTimeout       504 upstream_timeout       one try, or the whole call, ran out of time
        ├── UpstreamRateLimited   503 upstream_rate_limited  429, or resting after one; has `retry_after`
        ├── UpstreamRejected      502 upstream_rejected      401 or 403: our credential, until somebody changes it; permanent
        ├── CircuitOpen           503 circuit_open           not sent: the breaker is open; has `retry_after`
        └── Saturated             503 upstream_unavailable   not sent: our own budget, bulkhead or queue is full

Every other status is a `Reply`, 404 and 422 included: what it means is the provider's to say. Messages are our own words: they
never hold an address with its query, a header, a body, or the text of a library's exception, any of which could carry a
credential.
"""

from __future__ import annotations

from typing import ClassVar

from matinee.infra.errors import MatineeError
from matinee.infra.upstream.transport import Reply


class UpstreamError(MatineeError):
    """`reply` is the answer behind the error, where there was one: some systems hide a meaning in a 500's body.

    `sent` is False when the request has certainly not reached the upstream, `fair` when the failure says nothing about its
    health. `retry_after` is in seconds.
    """

    code = "upstream_unavailable"
    transient: bool = True
    outcome: ClassVar[str] = "unavailable"
    """The value of the metrics' label `outcome`."""

    def __init__(
        self,
        upstream: str,
        reason: str,
        *,
        retry_after: float | None = None,
        reply: Reply | None = None,
        sent: bool = True,
        fair: bool = True,
        transient: bool | None = None,
    ) -> None:
        super().__init__(f"{upstream}: {reason}", retry_after=retry_after)
        self.upstream = upstream
        self.reason = reason
        self.reply = reply
        self.sent = sent
        self.fair = fair
        if transient is not None:
            self.transient = transient


class UpstreamUnavailable(UpstreamError):
    """Refused, reset, not found by name, 5xx, not HTTP, cut off, or not decodable."""


class ResponseTooLarge(UpstreamUnavailable):
    """The body, decoded, has more bytes than the policy's `response_limit`. Reading stopped there."""

    transient = False
    outcome = "too_large"


class UpstreamTimeout(UpstreamError):
    """No whole answer in time."""

    code = "upstream_timeout"
    outcome = "timeout"


class UpstreamRateLimited(UpstreamError):
    """The upstream says that we ask too much, or said so a moment ago and the budget is paused."""

    code = "upstream_rate_limited"
    outcome = "rate_limited"


class UpstreamRejected(UpstreamError):
    """Our credential is missing, wrong, or not allowed to do this."""

    code = "upstream_rejected"
    transient = False
    outcome = "rejected"


class CircuitOpen(UpstreamError):
    """The breaker is open: nothing was sent."""

    code = "circuit_open"
    transient = False
    outcome = "circuit_open"

    def __init__(self, upstream: str, reason: str, *, retry_after: float | None) -> None:
        super().__init__(upstream, reason, retry_after=retry_after, sent=False)


class Saturated(UpstreamError):
    """Our own limits for this upstream are used up: nothing was sent. Permanent for this call, since its waiting is over."""

    transient = False
    outcome = "saturated"

    def __init__(self, upstream: str, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(upstream, reason, retry_after=retry_after, sent=False)
