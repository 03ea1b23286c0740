"""Links with which people choose a new password, made for them by an administrator."""

from __future__ import annotations

from datetime import datetime

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.authenticator import caller_of
from matinee.features.accounts.errors import AccountDisabled
from matinee.features.accounts.models import PasswordReset
from matinee.features.accounts.new_passwords import NewPasswords
from matinee.features.accounts.policy import AccountsOptions, Origin
from matinee.features.accounts.repository import AccountsRepository, LinksRepository
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.throttle import LinkThrottle
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, UnitOfWork
from matinee.infra.errors import NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId


class PasswordResets:
    """A link works once, for a day; a new one ends the one before. The old password works until a new one is chosen."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: AccountsOptions,
        accounts: AccountsService,
        passwords: NewPasswords,
        throttle: LinkThrottle,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._accounts = accounts
        self._passwords = passwords
        self._throttle = throttle
        self._audit = audit
        self._repository = LinksRepository()
        self._users = AccountsRepository()

    async def create(
        self, unit: UnitOfWork, user_id: UserId, actor: Caller | None, origin: Origin | None
    ) -> tuple[str, datetime]:
        """The token of a new link, and until when it works. Raises `NotFound`."""
        user = await self._accounts.user(unit, user_id)
        secret, now = new_secret(), self._clock.now()
        until = now + self._options.reset_lifetime
        reset = PasswordReset(user_id=user_id, token_hash=digest(secret), created_at=now, expires_at=until)
        await self._repository.replace_reset(unit, reset)
        subject = Subject("user", user.id, user.name)
        await self._audit.record(unit, "password_reset", actor=actor, subject=subject, origin=origin, step="link")
        return secret, until

    async def use(self, token: str, password: str, origin: Origin) -> None:
        """Store the new password; all sessions of the person end.

        Raises `NotFound` when the link does not work, `TooManySignIns`, `AccountDisabled`, `ValidationFailed`.
        """
        await self._throttle.attempt(origin.address)
        async with self._database.read() as unit:
            found = await self._repository.reset(unit, digest(token), self._clock.now())
        if found is None:
            raise NotFound("This link does not work any more. Ask for another one.")
        await self._throttle.succeeded(origin.address)
        user = found[1]
        if user.disabled:
            raise AccountDisabled("An administrator has disabled this account.")
        hashed = await self._passwords.hashed(password, user.name, "body.password")
        async with self._database.write() as unit:
            if not await self._repository.use_reset(unit, digest(token), self._clock.now()):
                raise NotFound("This link does not work any more. Ask for another one.")
            await self._passwords.store_hash(unit, user, hashed, kept=None)
            actor, subject = caller_of(user, "token", ""), Subject("user", user.id, user.name)
            await self._audit.record(unit, "password_reset", actor=actor, subject=subject, origin=origin, step="done")
