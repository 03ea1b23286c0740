"""One caller's count of one thing, sliding.

The count of the period before fades out while the present one fills, so that no two periods side by side let double the limit
through. The hot lane counts in here, so nothing is allocated but the header lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from matinee.infra.errors import RateLimited
from matinee.infra.http.limits.policy import PERIOD, Cost

_NAMES = {60.0: "a minute", 900.0: "in 15 minutes", 3600.0: "an hour"}


@dataclass(slots=True, eq=False)
class Window:
    """`key` names the caller among processes. What is below it is for the count that several processes share: `known` is
    the part of `count` that the others know of, `own` what was counted here, `owed` what they must be told of past periods."""

    cost: Cost
    limit: int
    started: float
    count: int = 0
    before: int = 0
    period: float = PERIOD
    key: str = ""
    known: int = 0
    own: int = 0
    owed: int = 0
    lines: bytes = field(init=False, default=b"")

    def __post_init__(self) -> None:
        self.lines = (
            b'ratelimit-policy: "%s";q=%d;w=%d\r\nratelimit: "%s";r=%%d;t=%%d\r\n'
            % (
                (name := self.cost.encode()),
                self.limit,
                int(self.period),
                name,
            )
            + b"x-ratelimit-limit: %d\r\nx-ratelimit-remaining: %%d\r\nx-ratelimit-reset: %%d\r\n" % self.limit
        )

    def take(self, now: float) -> int:
        """Count one request; gives how many are left, -1 when there was none left (and then nothing is counted)."""
        left = self.left(now)
        if left <= 0:
            return -1
        self.count += 1
        return left - 1

    def counted(self, now: float) -> bytes | None:
        """`take` and `headers` in one: the lines that tell of it, None when there was none left."""
        passed = now - self.started
        if passed >= self.period:
            passed = self._roll(now, passed)
        left = self.limit - self.count - int(self.before * (1.0 - passed / self.period)) - 1
        if left < 0:
            return None
        self.count += 1
        reset = int(self.period - passed + 0.999) or 1
        return self.lines % (left, reset, left, reset)

    def left(self, now: float) -> int:
        """How many may be asked for now."""
        passed = now - self.started
        if passed >= self.period:
            passed = self._roll(now, passed)
        return self.limit - self.count - int(self.before * (1.0 - passed / self.period))

    def note(self, now: float) -> None:
        """Count one request that was allowed elsewhere."""
        self.left(now)
        self.count += 1

    def give_back(self) -> None:
        """What was taken last turned out not to count."""
        if self.count > 0:
            self.count -= 1

    def clear(self) -> None:
        """Begin anew."""
        self.count = self.before = self.known = self.own = self.owed = 0

    def resets_in(self, now: float) -> int:
        """Seconds until the present period ends."""
        return max(1, int(self.period - (now - self.started) + 0.999))

    def headers(self, left: int, now: float) -> bytes:
        """`RateLimit` and `RateLimit-Policy` (IETF draft-ietf-httpapi-ratelimit-headers) and the older `X-RateLimit-*`."""
        reset = self.resets_in(now)
        return self.lines % (left, reset, left, reset)

    def refused(self, now: float) -> RateLimited:
        """What to answer when nothing is left."""
        told = dict(line.decode().split(": ", 1) for line in self.headers(0, now).split(b"\r\n") if line)
        named = _NAMES.get(self.period, f"in {self.period:.0f} seconds")
        return RateLimited(f"At most {self.limit} {named}.", retry_after=float(self.resets_in(now)), headers=told)

    def untold(self) -> int:
        """How much was counted here that the others do not know of; negative when more was given back."""
        return self.count - self.known + self.owed

    def adopt(self, told: int, before: int, count: int, started: float, now: float) -> None:
        """Take over the shared count, in which `told` of `untold` are. What was counted here meanwhile stays on top; a shared
        count that has lost what was counted here does not make it less."""
        self.left(now)
        fresh = self.untold() - told
        later = started - self.started > self.period / 2
        if later and before > 0:  # theirs has turned over a moment before ours
            self.own = 0
        self.own += told
        lost = count < self.own
        self.before = max(before, self.before) if lost else before
        self.known = max(count, self.own, 0)
        self.count = max(self.known + fresh, 0)
        self.owed = 0
        if not lost and 0 <= now - started < self.period:
            self.started = started

    def _roll(self, now: float, passed: float) -> float:
        self.owed += self.count - self.known
        self.before = self.count if passed < 2 * self.period else 0
        self.count = self.known = self.own = 0
        passed %= self.period
        self.started = now - passed
        return passed


def taken(window: Window | None, now: float) -> bytes:
    """Count one request and give the header lines that tell of it, none where there is no limit. Raises `RateLimited`."""
    if window is None:
        return b""
    left = window.take(now)
    if left < 0:
        raise window.refused(now)
    return window.headers(left, now)
