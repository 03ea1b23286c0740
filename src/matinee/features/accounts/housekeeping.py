"""What accounts do in the background: write last uses, delete what has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.memory import LastUses
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.repository import AccountsRepository, IdentitiesRepository, LinksRepository, PairingsRepository
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.feature import Container

EVERY = timedelta(seconds=60)
CLEAN_EVERY = 60
"""In turns of `EVERY`."""
KEEP_ENDED = timedelta(days=7)
KEEP_ENDED_PAIRINGS = timedelta(hours=1)
"""Until then a device still learns that its code has expired."""
log = structlog.get_logger(__name__)


class Housekeeping:
    """Writes and deletes in short units, so that no request waits for it."""

    def __init__(self, database: Database, clock: Clock, uses: LastUses, audit: AuditLog, audit_kept: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._uses = uses
        self._audit = audit
        self._audit_kept = audit_kept
        self._repository = AccountsRepository()
        self._links = LinksRepository()
        self._identities = IdentitiesRepository()
        self._pairings = PairingsRepository()

    async def save_uses(self) -> None:
        """Write when sessions and keys were last used."""
        sessions, api_keys, addresses = self._uses.take()
        if sessions or api_keys or addresses:
            async with self._database.write() as unit:
                await self._repository.save_uses(unit, sessions, api_keys, addresses)

    async def delete_ended(self) -> None:
        """Delete sessions and tokens that ended long enough ago, and old entries of the audit log."""
        now = self._clock.now()
        async with self._database.write() as unit:
            await self._repository.delete_ended(unit, now, now - KEEP_ENDED)
            await self._links.delete_ended(unit, now - KEEP_ENDED)
            await self._identities.delete_ended(unit, now)
            await self._pairings.delete_ended(unit, now - KEEP_ENDED_PAIRINGS)
        await self._audit.delete_older(self._audit_kept)

    async def run(self) -> None:
        """Do both now and then, for ever."""
        turn = 0
        while True:
            await self._clock.sleep(EVERY.total_seconds())
            turn += 1
            try:
                await self.save_uses()
                if turn % CLEAN_EVERY == 0:
                    await self.delete_ended()
            except DatabaseUnavailable:
                log.warning("accounts_housekeeping_postponed")


@asynccontextmanager
async def keep_house(container: Container) -> AsyncIterator[None]:
    """The housekeeping of this process; a last writing at its end."""
    housekeeping = container.get(Housekeeping)
    try:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(housekeeping.run())
            try:
                yield
            finally:
                task.cancel()
        await housekeeping.save_uses()
    finally:
        container.get(Passwords).close()
