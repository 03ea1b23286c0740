"""The circuit breaker: stops asking an upstream that fails or crawls, and looks again after a while.

    closed ──(too many failed or slow tries in the window)──► open ◄──(one bad probe)──┐
      ▲                                                        │                       │
      │                                                  (open_for is over)            │
      │                                                        ▼                       │
      └────────────────(all probes good)─────────────────── half_open ─────────────────┘

An administrator may force it open; then only a reset closes it. Transitions of other processes are heard through `heard`; who
begins to probe says so, and the others wait for the verdict instead of probing as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import CircuitOpen
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.window import Counts, SlidingWindow

BreakerState = Literal["closed", "open", "half_open"]
Verdict = Literal["good", "bad", "void"]
"""`void`: it says nothing about the upstream (a cancelled call, our own limits)."""
Cause = Literal["observed", "decided", "heard"]
"""By this breaker, by an administrator here, or by another process."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of state. `seconds`: for how long it is meant to last, 0 for as long as it takes."""

    before: BreakerState
    after: BreakerState
    reason: str
    seconds: float = 0.0
    cause: Cause = "observed"


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to try once; to be given back with `settle`."""

    period: int


class CircuitBreaker:
    """Of one upstream in one process. `listener` hears every transition, once, at the moment it happens."""

    def __init__(self, policy: UpstreamPolicy, clock: Clock, listener: Callable[[Transition], None]) -> None:
        self._name = policy.name
        self._policy = policy.breaker
        self._patience = policy.per_try.total_seconds()
        self._clock = clock
        self._listener = listener
        self._window = SlidingWindow(policy.breaker.window, clock)
        self._period = 0  # grows with each transition: what was let through before it must not count after it
        self._open_until = 0.0
        self._probing = self._passed = 0
        self.state: BreakerState = "closed"
        self.forced = False

    @property
    def counts(self) -> Counts:
        """What the window holds."""
        return self._window.counts()

    @property
    def retry_after(self) -> float | None:
        """Seconds until a probe is let through; None when that is up to an administrator, or now."""
        if self.forced or self.state != "open":
            return None
        return max(0.0, self._open_until - self._clock.monotonic())

    def admit(self) -> Permit:
        """Leave for one try. Raises `CircuitOpen`."""
        if self.forced:
            raise CircuitOpen(self._name, "switched off by an administrator", retry_after=None)
        if self.state == "open":
            left = self._open_until - self._clock.monotonic()
            if left > 0:
                raise CircuitOpen(self._name, "resting after failures", retry_after=left)
            self._go("half_open", "time to look again", self._patience)
        if self.state == "half_open":
            if self._probing + self._passed >= self._policy.probes:
                raise CircuitOpen(self._name, "being looked at after failures", retry_after=self._patience)
            self._probing += 1
        return Permit(self._period)

    def settle(self, permit: Permit, verdict: Verdict, *, elapsed: float = 0.0) -> None:
        """How the try went, and the seconds that the exchange took."""
        if permit.period != self._period:
            return
        slow = elapsed >= self._policy.slow_after.total_seconds()
        if self.state == "half_open":
            self._probing -= 1
            self._probed(verdict, slow)
        elif verdict != "void":
            self._window.add(failed=verdict == "bad", slow=slow)
            self._judge()

    def trip(self, *, remote: bool = False) -> None:
        """Open until `reset`, whatever the upstream does."""
        if not self.forced:
            self.forced = True
            self._go("open", "switched off by an administrator", cause="heard" if remote else "decided")

    def reset(self, *, remote: bool = False) -> None:
        """Close, and forget what happened."""
        was_forced, self.forced = self.forced, False
        if was_forced or self.state != "closed":
            self._go("closed", "reset by an administrator", cause="heard" if remote else "decided")
        self._window.clear()

    def heard(self, after: BreakerState, reason: str, seconds: float) -> None:
        """Follow a transition of another process."""
        if self.forced:
            return
        if after == "open" and self.state != "open":
            self._go("open", reason, seconds, cause="heard")
        elif after == "closed" and self.state != "closed":
            self._go("closed", reason, cause="heard")
        elif after != "closed" and self.state == "open":
            self._open_until = max(self._open_until, self._clock.monotonic() + seconds)

    def _probed(self, verdict: Verdict, slow: bool) -> None:
        if verdict == "bad" or (verdict == "good" and slow):
            self._open("a probe failed" if verdict == "bad" else "a probe was slow")
        elif verdict == "good":
            self._passed += 1
            if self._passed >= self._policy.probes:
                self._go("closed", f"{self._passed} probes succeeded")

    def _judge(self) -> None:
        counts = self._window.counts()
        if counts.tries < self._policy.minimum_calls:
            return
        if counts.failed >= self._policy.failure_rate * counts.tries:
            self._open(f"{counts.failed} of {counts.tries} tries failed")
        elif counts.slow >= self._policy.slow_rate * counts.tries:
            self._open(f"{counts.slow} of {counts.tries} tries were slow")

    def _open(self, reason: str) -> None:
        self._go("open", reason, self._policy.open_for.total_seconds())

    def _go(self, after: BreakerState, reason: str, seconds: float = 0.0, *, cause: Cause = "observed") -> None:
        before, self.state = self.state, after
        self._period += 1
        self._probing = self._passed = 0
        if after == "open":
            self._open_until = self._clock.monotonic() + seconds
        elif after == "closed":
            self._window.clear()
        self._listener(Transition(before, after, reason, seconds, cause))
