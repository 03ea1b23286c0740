"""The audit log: who did what to accounts and settings, from where, and whether it worked.

    subject = Subject("user", user.id, user.name)
    await audit.record(unit, "role_changed", actor=caller, subject=subject, origin=origin, role="admin")

Nothing secret belongs in it: no password, token or key, and no name that somebody typed at a failed sign-in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

import structlog
from prometheus_client import CollectorRegistry, Counter

from matinee.features.accounts.devices import device_name
from matinee.features.accounts.failures import FailureGate
from matinee.features.accounts.models import AuditEntry
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.repository import AuditFilter, AuditRepository
from matinee.infra.background import repeated
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.feature import Container
from matinee.infra.http.caller import Caller
from matinee.infra.ids import new_id
from matinee.infra.paging import Cursors, Page

AuditEvent = Literal[
    "sign_in", "sign_out", "password_changed", "password_reset", "user_created", "user_changed", "user_deleted",
    "role_changed", "invitation_created", "invitation_used", "invitation_deleted", "api_key_created", "api_key_rotated",
    "api_key_deleted", "session_revoked", "refresh_reused", "identity_linked", "identity_unlinked", "device_approved",
    "device_denied", "profile_created", "profile_changed", "profile_deleted", "profile_entered", "block_created",
    "block_removed", "lists_changed", "setting_changed", "second_factor_added", "second_factor_removed", "recovery_code_used",
    "recovery_codes_renewed",
]  # fmt: skip
EVENTS: tuple[AuditEvent, ...] = get_args(AuditEvent)
Outcome = Literal["success", "failure"]
Detail = str | int | float | bool | Sequence[str] | None
WAITING = 2_000
"""Entries outside a unit of work that wait for the database at most."""
EVERY = timedelta(seconds=1)
AT_ONCE = 2_000
"""Entries that one unit deletes at most, so that no writer waits long behind it."""
LONGEST_TEXT = 400
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """What something was done to: `user`, `session`, `api_key`, `invitation`, `profile`, `identity`, `block`, `setting` ..."""

    kind: str
    id: str
    name: str = ""


class AuditLog:
    """Writes and reads the log.

    An entry written in a unit of work is there when the unit's changes are, and only then. Without a unit (a failed sign-in
    changes nothing) it waits in memory for a second at most and is written with others, so that a flood costs few writes; beyond
    `WAITING` and beyond what `FailureGate` lets through, entries are counted instead.
    """

    def __init__(self, database: Database, clock: Clock, cursors: Cursors, registry: CollectorRegistry) -> None:
        self._database = database
        self._clock = clock
        self._cursors = cursors
        self._repository = AuditRepository()
        self._gate = FailureGate(clock)
        self._waiting: deque[AuditEntry] = deque()
        self._writing = asyncio.Lock()
        self._entries = Counter(
            "matinee_audit_entries", "Entries of the audit log, by what became of them.", ["fate"], registry=registry
        )
        self._sign_ins = Counter("matinee_sign_ins", "Sign-ins, by way and outcome.", ["method", "outcome"], registry=registry)

    async def record(
        self,
        unit: UnitOfWork | None,
        event: AuditEvent,
        *,
        outcome: Outcome = "success",
        actor: Caller | None = None,
        subject: Subject | None = None,
        origin: Origin | None = None,
        **detail: Detail,
    ) -> None:
        """Write an entry. `actor` is None for the server itself and the command line. Never raises outside a unit of work."""
        address = origin.address[:64] if origin else ""
        if unit is None and outcome == "failure" and not self._gate.admit(address):
            self._entries.labels("aggregated").inc()
            return
        entry = AuditEntry(
            id=new_id(),
            at=self._clock.now(),
            event=event,
            outcome=outcome,
            actor_id=actor.user_id if actor else None,
            actor_name=actor.name[:64] if actor else "",
            subject_kind=subject.kind if subject else None,
            subject_id=subject.id[:64] if subject else None,
            subject_name=subject.name[:200] if subject else "",
            address=address,
            device=device_name(origin.device) if origin and origin.device else "",
            detail={name: _short(value) for name, value in detail.items()},
        )
        if unit is not None:
            await self._repository.add(unit, [entry])
            self._entries.labels("written").inc()
        elif len(self._waiting) < WAITING:
            self._waiting.append(entry)
        else:
            self._entries.labels("dropped").inc()

    def signed_in(self, method: str) -> None:
        """Count a sign-in that worked; its entry is written with the session."""
        self._sign_ins.labels(method, "success").inc()

    async def sign_in_failed(self, origin: Origin, method: str, reason: str, subject: Subject | None = None) -> None:
        """A sign-in that did not work: counted, written down, and one line in the log that fail2ban reads.

        `subject` is the account, where there is one: the entry names it for administrators, the line in the log does not.
        """
        self._sign_ins.labels(method, "failure").inc()
        log.warning("sign_in_failed", address=origin.address[:64], method=method)
        await self.record(None, "sign_in", outcome="failure", subject=subject, origin=origin, method=method, reason=reason)

    async def flush(self) -> None:
        """Write what waits. Raises `DatabaseUnavailable`, and keeps it then."""
        async with self._writing:
            for more in self._gate.surplus():
                self._waiting.append(_together(more.address, more.failures, more.began))
            if not self._waiting:
                return
            batch = list(self._waiting)
            self._waiting.clear()
            try:
                async with self._database.write() as unit:
                    await self._repository.add(unit, batch)
            except BaseException:
                self._waiting.extendleft(_copied(entry) for entry in reversed(batch))
                raise
            self._entries.labels("written").inc(len(batch))

    async def page(self, unit: ReadUnit, wanted: AuditFilter, limit: int, cursor: str | None) -> Page[AuditEntry]:
        """Entries, newest first. Raises `InvalidCursor`."""
        scope = f"admin.audit?{wanted!r}"
        values = self._cursors.open(scope, cursor)
        after = (datetime.fromisoformat(str(values[0])), str(values[1])) if values else None
        found = await self._repository.entries(unit, wanted, after, limit + 1)
        return self._cursors.page(scope, [((entry.at.isoformat(), entry.id), entry) for entry in found], limit)

    async def delete_older(self, kept: timedelta) -> int:
        """Delete entries older than that, in short units; returns how many."""
        before, gone = self._clock.now() - kept, 0
        while True:
            async with self._database.write() as unit:
                batch = await self._repository.delete_before(unit, before, AT_ONCE)
            gone += batch
            if batch < AT_ONCE:
                return gone


@asynccontextmanager
async def keeping_audit(container: Container) -> AsyncIterator[None]:
    """Writes what waits every second, and once more at the end."""
    audit = container.get(AuditLog)
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a key, not a constructor

    async def write() -> None:
        try:
            await audit.flush()
        except DatabaseUnavailable:
            log.warning("audit_postponed")

    async with repeated("audit log", write, EVERY.total_seconds(), clock):
        yield
    await write()


def _together(address: str, failures: int, began: int) -> AuditEntry:
    return AuditEntry(
        id=new_id(),
        at=datetime.fromtimestamp(began, UTC),
        event="sign_in",
        outcome="failure",
        actor_name="",
        subject_name="",
        address=address,
        device="",
        detail={"attempts": failures, "seconds": 60},
    )


def _copied(entry: AuditEntry) -> AuditEntry:
    """The same entry, not bound to the session that failed."""
    names = [column.key for column in AuditEntry.__table__.columns]
    return AuditEntry(**{name: getattr(entry, name) for name in names})


def _short(value: Detail) -> Detail:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, Sequence):
        return [str(part)[:LONGEST_TEXT] for part in value[:50]]
    return value
