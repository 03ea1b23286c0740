"""New passwords: one's own, or from the command line."""

from __future__ import annotations

from datetime import timedelta

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.models import User
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.service import AccountsService, check_value
from matinee.features.accounts.sessions import Sessions
from matinee.infra.clock import Clock
from matinee.infra.database import Database, UnitOfWork
from matinee.infra.errors import Forbidden
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId

_RECENT = timedelta(minutes=10)


class NewPasswords:
    """Changes passwords; opens its own units, because it hashes in between."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        accounts: AccountsService,
        passwords: Passwords,
        sessions: Sessions,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts
        self._passwords = passwords
        self._sessions = sessions
        self._audit = audit
        self._repository = AccountsRepository()

    async def change(self, caller: Caller, current: str | None, new: str, origin: Origin) -> None:
        """The caller's own password; other sessions end. Raises `InvalidCredentials`, `TooManySignIns`, `ValidationFailed`.

        Who has none yet, because another system signs them in, chooses one within ten minutes after a sign-in.
        """
        user = await self.prove(caller, current, origin, "a first password is chosen")
        hashed = await self.hashed(new, user.name, "body.new_password")
        async with self._database.write() as unit:
            await self.store_hash(unit, user, hashed, kept=caller.credential_id)
            subject = Subject("user", user.id, user.name)
            await self._audit.record(unit, "password_changed", actor=caller, subject=subject, origin=origin)

    async def prove(self, caller: Caller, current: str | None, origin: Origin, what: str) -> User:
        """That the caller is who it says: by the password, or by a sign-in of the last ten minutes where there is none. `what`
        needs it. Raises `InvalidCredentials`, `TooManySignIns`, `Forbidden`."""
        async with self._database.read() as unit:
            user = await self._accounts.user(unit, caller.user_id)
            mine = await self._sessions.of_user(unit, caller.user_id)
        if user.password_hash:
            await self._sessions.check_password(user, current or "", origin)
        elif not any(one.id == caller.credential_id and self._clock.now() - one.created_at <= _RECENT for one in mine):
            raise Forbidden(f"Sign in again first: {what} within ten minutes after it.")
        return user

    async def set(self, user_id: UserId, password: str) -> None:
        """By the command line: a new password for a user; all its sessions end. Raises `NotFound`, `ValidationFailed`."""
        async with self._database.read() as unit:
            user = await self._accounts.user(unit, user_id)
        hashed = await self.hashed(password, user.name, "body.password")
        async with self._database.write() as unit:
            await self.store_hash(unit, user, hashed, kept=None)
            subject = Subject("user", user.id, user.name)
            await self._audit.record(unit, "password_changed", subject=subject, way="command line")

    async def hashed(self, password: str, name: str, location: str) -> str:
        """What to store of a new password. Takes long. Raises `ValidationFailed` at `location`."""
        check_value("password", await self._passwords.problem(password, name), location)
        return await self._passwords.hash(password)

    async def store_hash(self, unit: UnitOfWork, user: User, hashed: str, *, kept: str | None) -> None:
        """Give a user a new password; all its sessions but `kept` end."""
        await self._repository.change_user(unit, user.id, self._clock.now(), password_hash=hashed)
        await self._sessions.end_others(unit, UserId(user.id), kept=kept)
