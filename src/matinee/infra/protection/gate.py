"""Who is let in: lists and blocks in memory, asked for each request, on the hot lane too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from matinee.infra.addresses import Network, network_of, networks_of, within
from matinee.infra.clock import Clock

_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in. `until` is None for what has no end."""

    network: str
    until: datetime | None


class Gate:
    """`let_in` holds addresses that were looked at since the last change: asking for one costs a look into a set."""

    def __init__(self, clock: Clock, allow: Sequence[str] = (), deny: Sequence[str] = ()) -> None:
        self._clock = clock
        self._own_allow, self._own_deny = networks_of(allow), networks_of(deny)
        self._allow: tuple[Network, ...] = self._own_allow
        self._deny: tuple[Network, ...] = self._own_deny
        self._exact: dict[str, Refusal] = {}
        self._wide: list[tuple[Network, Refusal]] = []
        self.let_in: set[str] = set()
        self.refused = 0
        """Requests since the start."""
        self.held = 0
        """Requests that wait for their refusal now."""

    @property
    def blocked(self) -> int:
        """Networks with a block, ended ones of the last minute included."""
        return len(self._exact) + len(self._wide)

    def admits(self, address: str) -> bool:
        """Whether to go on with a request from there."""
        return address in self.let_in or self.refusal(address) is None

    def refusal(self, address: str) -> Refusal | None:
        """Why not; None for whoever is let in."""
        if within(address, self._allow):
            self._letting_in(address)
            return None
        found = self._exact.get(network_of(address)) or self._exact.get(address)
        if found is None or self._over(found):
            wide = (refusal for network, refusal in self._wide if within(address, (network,)) and not self._over(refusal))
            found = next(wide, None)
        if found is None and within(address, self._deny):
            found = Refusal(address, None)
        if found is None:
            self._letting_in(address)
        return found

    def allowed(self, address: str) -> bool:
        """Whether it is on an allow list."""
        return within(address, self._allow)

    def block(self, network: str, until: datetime | None) -> None:
        """From now on."""
        refusal = Refusal(network, until)
        if "/" in network and network != network_of(network.partition("/")[0]):
            self._wide.append((networks_of((network,))[0], refusal))
        else:
            self._exact[network] = refusal
        self.let_in.clear()

    def replace(self, blocks: Mapping[str, datetime | None], allow: Iterable[str], deny: Iterable[str]) -> None:
        """Everything anew, as it is stored."""
        self._allow = (*self._own_allow, *networks_of(allow))
        self._deny = (*self._own_deny, *networks_of(deny))
        self._exact, self._wide = {}, []
        for network, until in blocks.items():
            self.block(network, until)
        self.let_in.clear()

    def _over(self, refusal: Refusal) -> bool:
        return refusal.until is not None and refusal.until <= self._clock.now()

    def _letting_in(self, address: str) -> None:
        if len(self.let_in) >= _REMEMBERED:
            self.let_in.clear()
        self.let_in.add(address)
