"""Whether Redis answers, so that nobody waits for one that does not: a breaker for each part of a cluster."""

from __future__ import annotations

from dataclasses import dataclass

from matinee.infra.clock import Clock


@dataclass(slots=True)
class Health:
    """Of one part. It is down after `failures` in a row; then one call every `pause` seconds finds out whether it is back."""

    clock: Clock
    failures: int
    pause: float
    down: bool = False
    _failed: int = 0
    _retry_at: float = 0.0
    _probing: bool = False

    def admits(self) -> bool:
        """Whether a call may be made now. One that was admitted ends with `ended`."""
        if not self.down:
            return True
        if self._probing or self.clock.monotonic() < self._retry_at:
            return False
        self._probing = True
        return True

    def ended(self, answered: bool | None) -> None:
        """None: the call was given up before it was known."""
        self._probing = False
        if answered is None:
            return
        if answered:
            self._failed, self.down = 0, False
            return
        self._failed += 1
        self._retry_at = self.clock.monotonic() + self.pause
        self.down = self.down or self._failed >= self.failures
