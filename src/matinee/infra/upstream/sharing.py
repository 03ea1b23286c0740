"""Tells other processes about transitions of breakers, and hears theirs.

Messages are JSON on one topic. What breakers find out is told as it happens, and a lost message costs little: every process
finds out by itself. What an administrator decided is different, so each process remembers the last decision on each upstream
with its time, the latest wins, and who starts or may have missed messages asks for them.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog

from matinee.infra.bus import Bus
from matinee.infra.clock import Clock
from matinee.infra.upstream.circuit import BreakerState, Transition

TOPIC = "upstream"
_PATIENCE = 1.0
"""Seconds for the bus to take a message; it has a shorter limit of its own."""
_KEPT = 256
_LONGEST_NAME = 64
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Decision:
    """What an administrator has done to a breaker last: `at` in seconds since the epoch, `by` their name."""

    at: float
    forced: bool
    by: str = ""


class Sharing:
    """One for all upstreams of the process. The two handlers get the name of an upstream that may be unknown here."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        *,
        heard: Callable[[str, BreakerState, str, float], None],
        decided: Callable[[str, bool], None],
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._heard = heard
        self._decided = decided
        self._outbox: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._news = asyncio.Event()
        self._decisions: dict[str, Decision] = {}
        bus.subscribe(TOPIC, self._receive)
        bus.on_lost(self.ask)

    def ask(self) -> None:
        """Have the others say what was decided."""
        self._put({"event": "ask"})

    def moved(self, upstream: str, change: Transition) -> None:
        """A breaker of this process has moved by itself."""
        self._put(
            {"event": "moved", "upstream": upstream, "to": change.after, "reason": change.reason, "seconds": change.seconds}
        )

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The last one on each upstream, as far as it is known here."""
        return self._decisions

    def decide(self, upstream: str, forced: bool, by: str = "") -> None:
        """An administrator has tripped (or reset) a breaker here."""
        before = self._decisions.get(upstream)
        # Later than what it overrules, also where the clocks of two machines differ.
        at = max(self._clock.now().timestamp(), before.at + 0.001 if before is not None else 0.0)
        self._decisions[upstream] = Decision(at, forced, by[:_LONGEST_NAME])
        self._tell(upstream)

    def learn(self, upstream: str, decision: Decision) -> None:
        """Somebody knows of a decision: follow it when it is later than the one that is known here."""
        before = self._decisions.get(upstream)
        if before is None or decision.at > before.at:
            self._decisions[upstream] = decision
            self._decided(upstream, decision.forced)

    async def tell(self) -> None:
        """Wait until there is something to tell, and send it. For the background: no call waits for the bus."""
        await self._news.wait()
        await self.flush()

    async def flush(self) -> None:
        """Send what waits. Never raises."""
        self._news.clear()
        with suppress(TimeoutError):
            while self._outbox:
                async with asyncio.timeout(_PATIENCE):
                    await self._bus.publish(TOPIC, json.dumps(self._outbox.popleft()).encode())

    def _tell(self, upstream: str) -> None:
        found = self._decisions[upstream]
        self._put({"event": "decided", "upstream": upstream, "forced": found.forced, "at": found.at, "by": found.by})

    def _put(self, message: dict[str, Any]) -> None:
        self._outbox.append(message)
        self._news.set()

    def _receive(self, message: bytes) -> None:
        try:
            self._apply(json.loads(message))
        except (ValueError, TypeError, KeyError):
            log.warning("upstream_message_not_understood")

    def _apply(self, found: dict[str, Any]) -> None:
        match found["event"]:
            case "ask":
                for upstream in self._decisions:
                    self._tell(upstream)
            case "moved" if found["to"] in {"open", "half_open", "closed"}:
                self._heard(str(found["upstream"]), found["to"], str(found["reason"]), float(found["seconds"]))
            case "decided":
                by = str(found.get("by", ""))[:_LONGEST_NAME]
                self.learn(str(found["upstream"]), Decision(float(found["at"]), bool(found["forced"]), by))
