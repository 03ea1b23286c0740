"""Watches what callers do, blocks, stores blocks and lists, and tells the other processes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_network
from types import TracebackType
from typing import Any, Literal, Self

import structlog

from matinee.infra.addresses import PRIVATE, network_of, within
from matinee.infra.background import repeated
from matinee.infra.bus import Bus
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import DatabaseUnavailable, NotFound
from matinee.infra.ids import new_id
from matinee.infra.observability.metrics import Metrics
from matinee.infra.protection import repository
from matinee.infra.protection.gate import Gate
from matinee.infra.protection.metrics import ProtectionMetrics
from matinee.infra.protection.models import BlockRow
from matinee.infra.protection.policy import ProtectionPolicy, Rule
from matinee.infra.protection.rules import Found, Seen
from matinee.infra.protection.suspects import Finding, Scored, Suspects

log = structlog.get_logger("matinee.protection")
_TOPIC = "protection"
_STEP = 1.0
_LOOK_AGAIN = 60.0
_PURGE_EVERY = 86_400.0
_PENDING = 1000
_EXEMPT = 20_000
_ADMINS = 1000
_ADMIN_STAYS = timedelta(days=1).total_seconds()
ListKind = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block that is in force."""

    id: str
    network: str
    source: Literal["automatic", "manual"]
    rule: str | None
    evidence: dict[str, Any]  # Any: JSON of a few numbers and short texts
    score: float | None
    offence: int
    note: str
    created_at: datetime
    expires_at: datetime | None


@dataclass(slots=True)
class _Pending:
    """An automatic block that is in force here and not stored yet."""

    network: str
    rule: Rule
    evidence: dict[str, Any]
    score: float
    at: datetime
    id: str = field(default_factory=new_id)
    told: bool = False


class Protection:
    """An async context manager: it owns the task that stores and looks up. `observe` and `gate.admits` never wait.

    Loopback, private networks, whatever is on an allow list and wherever an administrator was seen in the last day are never
    blocked automatically.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bus: Bus,
        metrics: Metrics,
        *,
        policy: ProtectionPolicy | None = None,
        allow: Sequence[str] = (),
        deny: Sequence[str] = (),
    ) -> None:
        self.policy = policy or ProtectionPolicy()
        self.gate = Gate(clock, allow, deny)
        self.suspects = Suspects(clock, self.policy)
        self.from_settings: dict[ListKind, list[str]] = {"allow": list(allow), "deny": list(deny)}
        self._database = database
        self._clock = clock
        self._bus = bus
        self._exempt: dict[str, bool] = {}
        self._admins: OrderedDict[str, float] = OrderedDict()
        self._pending: list[_Pending] = []
        self._stale = True
        self._looked = 0.0
        self._purged = float("-inf")
        self._stack = AsyncExitStack()
        self._metrics = ProtectionMetrics(metrics, lambda: len(self.suspects), lambda: self.gate)
        bus.subscribe(_TOPIC, lambda _message: self._outdated())
        bus.on_lost(self._outdated)

    async def __aenter__(self) -> Self:
        await self.settle()
        await self._stack.enter_async_context(repeated("protection", self.settle, _STEP, self._clock))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()
        await self._store_pending()

    def observe(
        self, address: str, account: str, path: str, status: int, agent: str, *, routed: bool, admin: bool = False
    ) -> None:
        """An answered request. `account` is "" for somebody who did not sign in."""
        now = self._clock.monotonic()
        if admin:
            self._admin_seen(network_of(address), now)
            return
        exempt = self._exempt.get(address)
        if exempt is None:
            exempt = self._is_exempt(address)
        if exempt:
            return
        seen = Seen(path, status, routed, now)
        key = address if ":" not in address else network_of(address)
        findings = self.suspects.seen(key, seen, agent)
        if findings:
            self._judge(address, key, findings)
        if account:
            key = f"account:{account}"
            findings = self.suspects.seen(key, seen, "")
            if findings:
                self._judge(address, key, findings)

    def dawdled(self, address: str, rule: Rule, **evidence: float) -> None:
        """A connection from there was closed because it was too slow."""
        if address and not self._is_exempt(address):
            key = network_of(address)
            self._judge(address, key, self.suspects.found(key, Found(rule, self.policy.points[rule], evidence)))

    async def blocks(self, unit: ReadUnit, *, limit: int, before: str | None = None) -> Sequence[BlockView]:
        """Those in force, newest first; one more than `limit`, to tell whether there are more."""
        rows = await repository.active(unit, self._clock.now(), limit=limit + 1, before=before)
        return [_view(row) for row in rows]

    async def block(self, unit: UnitOfWork, network: str, lasts: timedelta | None, note: str) -> BlockView:
        """Block a network by hand, until `lasts` is over or for good."""
        now = self._clock.now()
        until = None if lasts is None else now + lasts
        row = BlockRow(
            id=new_id(),
            network=_spelt(network),
            source="manual",
            evidence={},
            offence=1,
            note=note,
            created_at=now,
            expires_at=until,
        )
        await repository.add(unit, row)
        view = _view(row)

        async def tell() -> None:
            self._metrics.blocked("manual")
            self.gate.block(view.network, until)
            await self._bus.publish(_TOPIC, b"")

        unit.after_commit(tell)
        return view

    async def unblock(self, unit: UnitOfWork, block_id: str) -> BlockView:
        """End a block; whoever is there begins with a clean slate. Raises `NotFound`."""
        row = await repository.remove(unit, block_id, self._clock.now())
        if row is None:
            raise NotFound("There is no such block in force.")
        self.suspects.forget(row.network)
        unit.after_commit(self._changed)
        return _view(row)

    async def lists(self, unit: ReadUnit) -> dict[str, list[str]]:
        """The administrators' own lists."""
        return await repository.listed(unit)

    async def set_lists(self, unit: UnitOfWork, allow: Sequence[str], deny: Sequence[str]) -> dict[str, list[str]]:
        """Both lists anew."""
        lists = {"allow": sorted({_spelt(one) for one in allow}), "deny": sorted({_spelt(one) for one in deny})}
        await repository.replace_lists(unit, lists, self._clock.now())
        unit.after_commit(self._changed)
        return lists

    def worst(self, limit: int) -> Sequence[Scored]:
        """Who looks suspicious to this process, most of all first."""
        return self.suspects.worst(limit)

    async def settle(self) -> None:
        """Store what is to be stored, and look up what may have changed. Runs every second; tests call it."""
        await self._store_pending()
        now = self._clock.monotonic()
        if self._stale or now - self._looked >= _LOOK_AGAIN:
            self._stale = False
            try:
                await self._look_up()
            except DatabaseUnavailable:
                self._stale = True
                raise
            self._looked = now
            if now - self._purged >= _PURGE_EVERY:
                self._purged = now
                await self.purge()

    def _judge(self, address: str, key: str, findings: Sequence[Finding]) -> None:
        for finding in findings:
            self._metrics.found(finding.rule)
        score = self.suspects.score(key)
        if score < self.policy.threshold:
            return
        network = network_of(address)
        if self._clock.monotonic() - self._admins.get(network, float("-inf")) < _ADMIN_STAYS:
            return
        worst = max(self.suspects.findings(key), key=lambda one: one.points)
        evidence = {"score": round(score, 1), "findings": {one.rule: dict(one.evidence) for one in self.suspects.findings(key)}}
        if key.startswith("account:"):
            evidence["account"] = key.partition(":")[2]
        self.suspects.forget(key)
        now = self._clock.now()
        self.gate.block(network, now + self.policy.duration(1))  # at once; how long it really is, the database knows
        if len(self._pending) < _PENDING:
            self._pending.append(_Pending(network, worst.rule, evidence, round(score, 1), now))

    async def _store_pending(self) -> None:
        while self._pending:
            pending = self._pending[0]
            if not pending.told:  # once, whether it can be stored or not
                pending.told = True
                self._metrics.blocked("automatic")
            async with self._database.write() as unit:
                since = pending.at - self.policy.memory
                offence = 1 + await repository.offences(unit, pending.network, since)
                lasts = self.policy.duration(offence)
                row = BlockRow(
                    id=pending.id,
                    network=pending.network,
                    source="automatic",
                    rule=pending.rule,
                    evidence=pending.evidence,
                    score=pending.score,
                    offence=offence,
                    created_at=pending.at,
                    expires_at=pending.at + lasts,
                )
                await repository.add(unit, row)
            self._pending.pop(0)
            self.gate.block(pending.network, pending.at + lasts)
            seconds = int(lasts.total_seconds())
            # The line that fail2ban reads; see docs/how-to/limits-and-blocks.md.
            log.warning("address_blocked", address=pending.network, rule=pending.rule, score=pending.score, seconds=seconds)
            await self._bus.publish(_TOPIC, b"")

    async def _look_up(self) -> None:
        now = self._clock.now()
        async with self._database.read() as unit:
            rows = await repository.active(unit, now, limit=self.policy.blocks)
            lists = await repository.listed(unit)
        blocks = {row.network: row.expires_at for row in reversed(rows)}
        blocks |= {one.network: one.at + self.policy.duration(1) for one in self._pending}
        self.gate.replace(blocks, lists["allow"], lists["deny"])
        self._exempt.clear()

    async def _changed(self) -> None:
        await self._look_up()
        await self._bus.publish(_TOPIC, b"")

    async def purge(self) -> None:
        """Forget blocks that ended so long ago that they count no more."""
        async with self._database.write() as unit:
            await repository.purge(unit, self._clock.now() - self.policy.memory)

    def _outdated(self) -> None:
        self._stale = True

    def _is_exempt(self, address: str) -> bool:
        if len(self._exempt) >= _EXEMPT:
            self._exempt.clear()
        exempt = self._exempt[address] = within(address, PRIVATE) or self.gate.allowed(address)
        return exempt

    def _admin_seen(self, network: str, now: float) -> None:
        self._admins[network] = now
        self._admins.move_to_end(network)
        if len(self._admins) > _ADMINS:
            self._admins.popitem(last=False)


def _spelt(network: str) -> str:
    """A network as it is stored: a single IPv4 address plainly, everything else as CIDR. Raises ValueError."""
    found = ip_network(network.strip(), strict=False)
    return str(found.network_address) if found.version == 4 and found.prefixlen == 32 else str(found)


def _view(row: BlockRow) -> BlockView:
    return BlockView(
        id=row.id,
        network=row.network,
        source="manual" if row.source == "manual" else "automatic",
        rule=row.rule,
        evidence=row.evidence,
        score=row.score,
        offence=row.offence,
        note=row.note,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
