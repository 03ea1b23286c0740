"""Tokens: how often an upstream may be asked, and silence after it has said "too many"."""

from __future__ import annotations

from matinee.infra.clock import Clock
from matinee.infra.upstream.errors import Saturated, UpstreamRateLimited
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply, Transport


class TokenBudget:
    """A bucket of `burst` tokens, filled at `rate`. Tokens are promised in the order of asking, so nobody overtakes.

    The bucket is kept as one number, the time at which it will be full again (generic cell rate algorithm).
    """

    def __init__(self, policy: UpstreamPolicy, clock: Clock) -> None:
        self._name = policy.name
        self._policy = policy.budget
        self._clock = clock
        self._interval = 1 / policy.budget.rate
        self._full_at = 0.0
        self._paused_until = 0.0
        self._last_pause = 0.0
        self._pauses = 0
        self.waiting = 0

    @property
    def left(self) -> float:
        """Tokens that could be taken now without waiting."""
        now = self._clock.monotonic()
        if self._paused_until > now:
            return 0.0
        return max(0.0, self._policy.burst - max(0.0, self._full_at - now) / self._interval)

    @property
    def paused_for(self) -> float:
        """Seconds of silence left; 0 when there is none."""
        return max(0.0, self._paused_until - self._clock.monotonic())

    async def take(self, expires_at: float | None) -> None:
        """Wait for a token. Raises at once when it cannot come in time, so that nobody waits in vain."""
        while True:
            pauses, wait = self._pauses, self._wait()
            if wait <= 0:
                self._promise()
                return
            self._check(wait, expires_at)
            self._promise()
            self.waiting += 1
            try:
                await self._clock.sleep(wait)
            except BaseException:
                if pauses == self._pauses:
                    self._full_at -= self._interval  # nobody used it
                raise
            finally:
                self.waiting -= 1
            if pauses == self._pauses:
                return
            # A pause has begun meanwhile and made all promises void: ask again, behind it.

    def pause(self, seconds: float | None) -> float:
        """Silence for everybody, for as long as the upstream asks, else longer each time. Gives its length."""
        now, policy = self._clock.monotonic(), self._policy
        again = now < self._paused_until  # several tries were under way: one event, not several
        if seconds is None:
            guess = self._last_pause * 2 if self._last_pause else policy.first_pause.total_seconds()
            seconds = self._last_pause if again else guess
        seconds = min(seconds, policy.longest_pause.total_seconds())
        self._last_pause = max(seconds, policy.first_pause.total_seconds())
        if now + seconds > self._paused_until:
            self._paused_until = now + seconds
            self._pauses += 1
            # Empty at its end, so that those who waited go on at the rate and not all at once.
            self._full_at = self._paused_until + (self._policy.burst - 1) * self._interval
        return self.paused_for

    def answered(self) -> None:
        """The upstream has answered something other than "too many": the next pause without a length is short again."""
        if not self.paused_for:
            self._last_pause = 0.0

    def resume(self) -> None:
        """End the silence."""
        self._paused_until = self._last_pause = 0.0
        self._full_at = self._clock.monotonic()

    def _wait(self) -> float:
        now = self._clock.monotonic()
        free_at = self._full_at - (self._policy.burst - 1) * self._interval
        return max(free_at, self._paused_until) - now

    def _promise(self) -> None:
        self._full_at = max(self._full_at, self._clock.monotonic()) + self._interval

    def _check(self, wait: float, expires_at: float | None) -> None:
        left = float("inf") if expires_at is None else expires_at - self._clock.monotonic()
        full = self.waiting >= self._policy.queue
        if not full and wait <= min(left, self._policy.longest_wait.total_seconds()):
            return
        if self.paused_for:
            reason = f"it asked for fewer requests; silent for another {self.paused_for:.0f} s"
            raise UpstreamRateLimited(self._name, reason, retry_after=self.paused_for, sent=False)
        raise Saturated(self._name, f"our budget of {self._policy.rate:g} requests a second is used up", retry_after=wait)


class Budgeted:
    """A token for each try."""

    def __init__(self, inner: Transport, budget: TokenBudget) -> None:
        self._inner = inner
        self._budget = budget

    async def send(self, call: Call) -> Reply:
        await self._budget.take(call.expires_at)
        try:
            reply = await self._inner.send(call)
        except UpstreamRateLimited as error:
            error.retry_after = self._budget.pause(error.retry_after)
            raise
        self._budget.answered()
        return reply
