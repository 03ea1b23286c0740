"""One upstream: its chain, and what can be said and done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream.attempt import Attempt
from matinee.infra.upstream.breaking import Breaking
from matinee.infra.upstream.budget import Budgeted, TokenBudget
from matinee.infra.upstream.bulkhead import Bulkheaded
from matinee.infra.upstream.circuit import BreakerState, CircuitBreaker, Transition
from matinee.infra.upstream.deadline import Deadline
from matinee.infra.upstream.errors import UpstreamError, UpstreamRejected
from matinee.infra.upstream.fallback import FallingBack
from matinee.infra.upstream.first_use import OpenedAtFirstUse
from matinee.infra.upstream.journal import Journal
from matinee.infra.upstream.metered import Journaled, Metered
from matinee.infra.upstream.metrics import UpstreamMetrics
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.refusals import Refusals
from matinee.infra.upstream.retrying import Retrying
from matinee.infra.upstream.sharing import Sharing
from matinee.infra.upstream.status import UpstreamState, UpstreamStatus
from matinee.infra.upstream.transport import Call, Reply, Transport

if TYPE_CHECKING:
    from matinee.infra.upstream.network import Network

Probe = Callable[[], Awaitable[None]]
"""Asks the upstream for something cheap that needs the credential. Raises `UpstreamError`."""
log = structlog.get_logger(__name__)


class Upstream:
    """A `Transport` with everything round it. Made by `Upstreams.add`."""

    def __init__(
        self,
        policy: UpstreamPolicy,
        kind: str,
        disabled: str,
        *,
        clock: Clock,
        metrics: UpstreamMetrics,
        sharing: Sharing,
        network: Network | None,
    ) -> None:
        self.policy, self.kind, self.disabled = policy, kind, disabled
        self.probe: Probe | None = None
        self.journal = Journal(policy.breaker.window, clock)
        self._metrics, self._sharing = metrics, sharing
        self.breaker = CircuitBreaker(policy, clock, self._moved)
        self._budget = TokenBudget(policy, clock)
        refusals = Refusals(policy.name, metrics, clock)
        self._client = OpenedAtFirstUse(policy, clock, network, refusals.note)
        attempt = Attempt(self._client, policy, clock)
        self._bases = FallingBack(Journaled(attempt, policy.name, metrics, self.journal), policy, clock)
        self._bulkhead = Bulkheaded(self._bases, policy, clock)
        breaking = Breaking(Budgeted(self._bulkhead, self._budget), self.breaker)
        retrying = Retrying(breaking, policy, clock, counted=metrics.retries.labels(policy.name).inc)
        self._chain: Transport = Metered(Deadline(retrying, policy, clock), policy.name, metrics, clock)

    @property
    def name(self) -> str:
        """The policy's."""
        return self.policy.name

    async def send(self, call: Call) -> Reply:
        """See `Transport.send`."""
        if self.disabled:
            raise UpstreamRejected(self.name, self.disabled, sent=False)
        return await self._chain.send(call)

    def probe_with(self, probe: Probe) -> None:
        """What `check` runs."""
        self.probe = probe

    async def check(self) -> None:
        """Run the probe; how it went is in the status. Only programming errors come out."""
        if self.probe is None or self.disabled:
            return
        try:
            await self.probe()
        except UpstreamError as error:
            log.debug("upstream_probe_failed", upstream=self.name, reason=error.reason)

    def trip(self, by: str = "") -> None:
        """Force the breaker open. `by`: the administrator's name."""
        self._sharing.decide(self.name, True, by)
        self.breaker.trip()

    def reset(self, by: str = "") -> None:
        """Close the breaker and start afresh: budget, base URLs, the last failure."""
        self._sharing.decide(self.name, False, by)
        self._afresh()
        self.breaker.reset()

    def decided_elsewhere(self, forced: bool) -> None:
        """Follow an administrator's decision that another process heard."""
        if forced:
            self.breaker.trip(remote=True)
        else:
            self._afresh()
            self.breaker.reset(remote=True)

    def heard(self, after: BreakerState, reason: str, seconds: float) -> None:
        """Follow another process's breaker."""
        self.breaker.heard(after, reason, seconds)

    def status(self) -> UpstreamStatus:
        """As it is now."""
        state, reason = self._state()
        counts, journal = self.breaker.counts, self.journal
        return UpstreamStatus(
            name=self.name,
            kind=self.kind,
            state=state,
            breaker=self.breaker.state,
            forced=self.breaker.forced,
            retry_after=self.breaker.retry_after,
            latency=journal.latency(0.5),
            latency_p95=journal.latency(0.95),
            checked_at=journal.checked_at,
            reason=reason,
            tries=counts.tries,
            failed=counts.failed,
            slow=counts.slow,
            budget_left=self._budget.left,
            budget_rate=self.policy.budget.rate,
            budget_waiting=self._budget.waiting,
            paused_for=self._budget.paused_for,
            in_flight=self._bulkhead.in_flight,
            in_flight_limit=self.policy.bulkhead.concurrent,
            waiting=self._bulkhead.waiting,
            decision=self._sharing.decisions.get(self.name),
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _state(self) -> tuple[UpstreamState, str]:
        breaker, journal, counts = self.breaker, self.journal, self.breaker.counts
        enough = counts.tries >= self.policy.breaker.minimum_calls
        resting = journal.reason or "resting after failures"
        findings: tuple[tuple[object, UpstreamState, str], ...] = (
            (self.disabled, "disabled", self.disabled),
            (breaker.forced, "down", "switched off by an administrator"),
            (breaker.state == "open", "down", resting),
            (breaker.state == "half_open", "degraded", resting),
            (journal.failing and counts.failed == counts.tries, "down", journal.reason),
            (self._budget.paused_for, "degraded", "it asked for fewer requests"),
            (journal.failing, "degraded", journal.reason),
            (counts.failed, "degraded", f"{counts.failed} of the last {counts.tries} requests failed"),
            (enough and counts.slow * 2 >= counts.tries, "degraded", "it answers slowly"),
        )
        return next(((state, reason) for true, state, reason in findings if true), ("up", ""))

    def _afresh(self) -> None:
        self._budget.resume()
        self._bases.forget()
        self.journal.forgive()

    def _moved(self, change: Transition) -> None:
        self._metrics.transitions.labels(self.name, change.after).inc()
        words = {"upstream": self.name, "before": change.before, "after": change.after, "reason": change.reason}
        (log.warning if change.after == "open" else log.info)("upstream_breaker", cause=change.cause, **words)
        if change.cause == "observed":
            self._sharing.moved(self.name, change)
