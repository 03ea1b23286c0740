"""The unit of work: what one request or one job step changes, committed whole or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

AfterCommit = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class ReadUnit:
    """A session for reading. It never commits."""

    session: AsyncSession


@dataclass(slots=True)
class UnitOfWork(ReadUnit):
    """A session for writing. Jobs and events registered by `after_commit` leave only when the commit succeeded."""

    callbacks: list[AfterCommit] = field(default_factory=list)

    def after_commit(self, callback: AfterCommit) -> None:
        """Run `callback` once the changes are durable; forget it on rollback."""
        self.callbacks.append(callback)
