"""What a status and its headers mean for us. Sources: RFC 9110 sections 10.2.3 (Retry-After) and 15."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from matinee.infra.upstream.errors import UpstreamRateLimited, UpstreamRejected, UpstreamUnavailable
from matinee.infra.upstream.transport import Call, Reply

_NEVER_BETTER = frozenset({501, 505})
"""Not implemented, HTTP version not supported: the same request will fail again."""


def judged(upstream: str, call: Call, reply: Reply, now: datetime) -> Reply:
    """The reply, with its body decoded where the call asks for it; raises the `UpstreamError` that it amounts to."""
    status = reply.status
    if (status in {401, 403} or status >= 500) and call.accepts is not None and call.accepts(reply):
        return reply
    if status in {401, 403}:
        raise UpstreamRejected(upstream, f"it refused our credential (status {status})", reply=reply)
    if status == 429:
        wait = retry_after(reply, now)
        raise UpstreamRateLimited(upstream, "it is limiting our requests (status 429)", retry_after=wait, reply=reply)
    if status >= 500:
        wait, curable = retry_after(reply, now), status not in _NEVER_BETTER
        raise UpstreamUnavailable(upstream, f"it answered with status {status}", retry_after=wait, reply=reply, transient=curable)
    return _read(upstream, call, reply) if reply.ok and status != 204 else reply


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Seconds to wait by `Retry-After` (seconds, or a date), None when it is missing or makes no sense."""
    text = reply.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 10 else None
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds())


def _read(upstream: str, call: Call, reply: Reply) -> Reply:
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.expects and media_type != call.expects:
        # A proxy's or a portal's page in front of the real thing looks like this.
        raise UpstreamUnavailable(upstream, f"it answered with something other than {call.expects}", reply=reply)
    if call.decode is None:
        return reply
    try:
        return msgspec.structs.replace(reply, value=call.decode(reply.body))
    except ValueError:
        raise UpstreamUnavailable(upstream, "its answer cannot be read", reply=reply) from None
