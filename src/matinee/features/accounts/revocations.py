"""Tells the other processes of an installation which credentials have ended, and hears it from them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog

from matinee.features.accounts.memory import VerifiedCredentials
from matinee.infra.bus import Bus
from matinee.infra.feature import Container
from matinee.infra.ids import UserId

TOPIC = "accounts.revoked"
_WAITING = 10_000
log = structlog.get_logger(__name__)


class Revocations:
    """Best effort: what a message does not bring, the short memory of credentials ends by itself."""

    def __init__(self, bus: Bus, verified: VerifiedCredentials) -> None:
        self._bus = bus
        self._verified = verified
        self._waiting: deque[tuple[str, str]] = deque(maxlen=_WAITING)
        self._new = asyncio.Event()
        verified.on_revoked = self._announce
        bus.subscribe(TOPIC, self._hear)
        # Some may have been missed: every credential is looked up anew.
        bus.on_lost(verified.forget_all)

    async def publish(self) -> None:
        """Send what was announced, for ever."""
        while True:
            await self._new.wait()
            self._new.clear()
            while self._waiting:
                await self._bus.publish(TOPIC, msgspec.json.encode(self._waiting.popleft()))

    def _announce(self, kind: str, number: str) -> None:
        self._waiting.append((kind, number))
        self._new.set()

    def _hear(self, message: bytes) -> None:
        try:
            kind, number = msgspec.json.decode(message, type=tuple[str, str])
        except msgspec.DecodeError:
            log.warning("revocation_not_understood", bytes=len(message))
            return
        if kind == "user":
            self._verified.revoke_user(UserId(number), announce=False)
        elif kind == "profile":
            session_id, _, profile_id = number.partition(":")
            self._verified.entered(session_id, profile_id, announce=False)
        else:
            self._verified.revoke(number, announce=False)


@asynccontextmanager
async def announcing(container: Container) -> AsyncIterator[None]:
    """The sender of this process."""
    revocations = container.get(Revocations)
    async with asyncio.TaskGroup() as group:
        task: asyncio.Task[Any] = group.create_task(revocations.publish())
        try:
            yield
        finally:
            task.cancel()
