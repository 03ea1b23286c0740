"""Sign-ins at other systems that are on their way: bound to one browser, used once, known to every process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.lookups import recent
from matinee.features.accounts.models import SignInAttempt
from matinee.features.accounts.repository import IdentitiesRepository
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.http.limits import Throttle, network_of
from matinee.infra.ids import UserId

MOST_WAITING = 10_000
"""Attempts that wait at once, of all browsers together."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """`secret` is what the other system or the browser brings back. `user_id` is who links an identity; None for a sign-in."""

    secret: str
    provider: str
    user_id: UserId | None
    document: Mapping[str, Any]  # Any: JSON of our own making
    expires_at: datetime


class Attempts:
    """Begins, finds and uses up attempts. Opens units of its own: in between, the other system is asked."""

    def __init__(self, database: Database, clock: Clock, starts: Throttle) -> None:
        self._database = database
        self._starts = starts
        self._clock = clock
        self._repository = IdentitiesRepository()

    async def admit(self, address: str) -> None:
        """Count a beginning, before the other system is asked. Raises `TooManySignIns`: each one costs a row, and some a call."""
        await self._starts.attempt(network_of(address))

    async def begin(
        self,
        provider: str,
        browser: str,
        user_id: UserId | None,
        document: Mapping[str, Any],  # Any: JSON of our own making
        lifetime: timedelta,
    ) -> Attempt:
        """A new attempt of the browser that holds the secret `browser`. Raises `TooManySignIns`; call `admit` first."""
        now = self._clock.now()
        secret = new_secret()
        async with self._database.write() as unit:
            if await self._repository.attempts_waiting(unit, now) >= MOST_WAITING:
                raise TooManySignIns("Too many people are signing in at the moment.", retry_after=60)
            attempt = SignInAttempt(
                secret_hash=digest(secret),
                browser_hash=digest(browser),
                provider=provider,
                user_id=user_id,
                document=dict(document),
                created_at=now,
                expires_at=now + lifetime,
            )
            await self._repository.add_attempt(unit, attempt)
        return Attempt(secret, provider, user_id, document, now + lifetime)

    async def find(self, secret: str, browser: str) -> Attempt | None:
        """The living attempt of that browser."""
        found = await recent(self._database, lambda unit: self._repository.attempt(unit, digest(secret)))
        if found is None or found.browser_hash != digest(browser) or found.expires_at <= self._clock.now():
            return None
        user_id = None if found.user_id is None else UserId(found.user_id)
        return Attempt(secret, found.provider, user_id, found.document, found.expires_at)

    async def take(self, attempt: Attempt) -> bool:
        """Use it up; False when somebody else was faster."""
        async with self._database.write() as unit:
            return await self._repository.take_attempt(unit, digest(attempt.secret))
