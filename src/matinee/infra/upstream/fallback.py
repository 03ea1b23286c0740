"""The base URLs in turn."""

from __future__ import annotations

import msgspec
import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.redaction import origin
from matinee.infra.upstream.transport import Call, Reply, Transport

log = structlog.get_logger(__name__)


class FallingBack:
    """Asks the next base URL when one is unreachable or broken, and remembers that for `base_url_rest`.

    A call that must not be repeated goes on only if the last one has certainly not received it.
    """

    def __init__(self, inner: Transport, policy: UpstreamPolicy, clock: Clock) -> None:
        self._inner = inner
        self._policy = policy
        self._clock = clock
        self._resting: dict[str, float] = {}

    async def send(self, call: Call) -> Reply:
        if call.base_url is not None:
            return await self._inner.send(call)
        *others, last = self._ordered()
        for base_url in others:
            try:
                return await self._send(call, base_url)
            except (UpstreamUnavailable, UpstreamTimeout) as error:
                if not error.transient or (error.sent and not call.repeatable) or self._over(call):
                    raise
        return await self._send(call, last)

    def forget(self) -> None:
        """All base URLs are as good as new."""
        self._resting.clear()

    async def _send(self, call: Call, base_url: str) -> Reply:
        try:
            reply = await self._inner.send(msgspec.structs.replace(call, base_url=base_url))
        except (UpstreamUnavailable, UpstreamTimeout) as error:
            if error.transient and error.fair:
                self._rest(base_url, error.reason)
            raise
        if self._resting.pop(base_url, None) is not None:
            log.info("upstream_base_url_back", upstream=self._policy.name, base=origin(base_url))
        return reply

    def _rest(self, base_url: str, reason: str) -> None:
        if len(self._policy.base_urls) == 1:
            return
        if base_url not in self._resting:
            log.warning("upstream_base_url_failed", upstream=self._policy.name, base=origin(base_url), reason=reason)
        self._resting[base_url] = self._clock.monotonic() + self._policy.base_url_rest.total_seconds()

    def _ordered(self) -> list[str]:
        now = self._clock.monotonic()
        return sorted(self._policy.base_urls, key=lambda url: self._resting.get(url, 0.0) > now)

    def _over(self, call: Call) -> bool:
        return call.expires_at is not None and self._clock.monotonic() >= call.expires_at
