"""All upstreams of the process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from prometheus_client import CollectorRegistry

from matinee.infra.background import repeated
from matinee.infra.bus import Bus, MemoryBus
from matinee.infra.clock import Clock
from matinee.infra.errors import NotFound
from matinee.infra.upstream.circuit import BreakerState
from matinee.infra.upstream.metrics import UpstreamMetrics
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.sharing import Decision, Sharing
from matinee.infra.upstream.status import UpstreamStatus
from matinee.infra.upstream.upstream import Upstream

if TYPE_CHECKING:
    from matinee.infra.upstream.network import Network


class Upstreams:
    """Built once in bootstrap; an async context manager that owns the task which tells other processes the news.

    `network` stands in for every connection in tests (`tests.servers.mock_network`).
    """

    def __init__(
        self,
        clock: Clock,
        registry: CollectorRegistry,
        bus: Bus | None = None,
        *,
        network: Network | None = None,
    ) -> None:
        self._clock = clock
        self._network = network
        self._all: dict[str, Upstream] = {}
        self._metrics = UpstreamMetrics(registry, self.statuses)
        self._sharing = Sharing(bus or MemoryBus(), clock, heard=self._heard, decided=self._decided)
        self._sharing.ask()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(repeated("upstream news", self._sharing.tell, 0, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()
        await self.aclose()

    def add(self, policy: UpstreamPolicy, *, kind: str, disabled: str = "") -> Upstream:
        """The transport for `policy`. `kind`: what it is for, such as `metadata`. `disabled`: why it is not set up, if so."""
        if policy.name in self._all:
            raise LookupError(f"{policy.name} is registered already")
        upstream = Upstream(
            policy, kind, disabled, clock=self._clock, metrics=self._metrics, sharing=self._sharing, network=self._network
        )
        self._all[policy.name] = upstream
        return upstream

    def get(self, name: str) -> Upstream:
        """Raises `NotFound`."""
        try:
            return self._all[name]
        except KeyError:
            raise NotFound("There is no such service.") from None

    def all(self) -> list[Upstream]:
        """In the order of registration."""
        return list(self._all.values())

    def statuses(self) -> list[UpstreamStatus]:
        """Of all."""
        return [upstream.status() for upstream in self._all.values()]

    def status(self, name: str) -> UpstreamStatus:
        """Of one. Raises `NotFound`."""
        return self.get(name).status()

    def decisions(self) -> Mapping[str, Decision]:
        """What administrators have done to breakers last, by the name of the upstream; some may be unknown here."""
        return self._sharing.decisions

    def learn(self, name: str, decision: Decision) -> None:
        """A decision that was kept: follow it unless a later one is known."""
        self._sharing.learn(name, decision)

    async def trip(self, name: str, by: str = "") -> UpstreamStatus:
        """Force the breaker open, in every process, until somebody resets it. Raises `NotFound`."""
        upstream = self.get(name)
        upstream.trip(by)
        await self._sharing.flush()
        return upstream.status()

    async def reset(self, name: str, by: str = "") -> UpstreamStatus:
        """Close the breaker, in every process, and forget failures and pauses. Raises `NotFound`."""
        upstream = self.get(name)
        upstream.reset(by)
        await self._sharing.flush()
        return upstream.status()

    async def check(self, name: str) -> UpstreamStatus:
        """Run the provider's probe now. Raises `NotFound`."""
        upstream = self.get(name)
        await upstream.check()
        return upstream.status()

    async def aclose(self) -> None:
        """Close all connections."""
        for upstream in self._all.values():
            await upstream.aclose()

    def _heard(self, name: str, after: BreakerState, reason: str, seconds: float) -> None:
        if name in self._all:
            self._all[name].heard(after, reason, seconds)

    def _decided(self, name: str, forced: bool) -> None:
        if name in self._all:
            self._all[name].decided_elsewhere(forced)
