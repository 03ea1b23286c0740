"""The second factor of an account: setting it up, its recovery codes, taking it away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.code_check import CodeCheck
from matinee.features.accounts.errors import SecondFactorWrong, TooManySignIns
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import SecondFactor, User
from matinee.features.accounts.one_time_codes import (
    is_from_app,
    new_recovery_codes,
    new_shared_secret,
    otpauth_uri,
    recovery_hash,
    shown_secret,
    typed,
)
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.repository.second_factors import SecondFactorsRepository
from matinee.features.accounts.sealing import Sealing
from matinee.features.accounts.sessions import Sessions
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, Forbidden, MatineeError, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId

ISSUER = "Matinee"
PENDING = timedelta(hours=1)
"""How long a new secret waits for its first code."""


@dataclass(frozen=True, slots=True)
class FactorState:
    """`needed`: the account has to set it up before it administers."""

    since: datetime | None
    codes_left: int
    needed: bool


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app needs, as letters and as the address in a QR code."""

    secret: str
    uri: str


class SecondFactors:
    """Methods without a unit open their own: they hash a password first, and a wrong code is counted although it is refused."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sessions: Sessions,
        check: CodeCheck,
        sealing: Sealing,
        verified: VerifiedCredentials,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sessions = sessions
        self._check = check
        self._sealing = sealing
        self._verified = verified
        self._audit = audit
        self._repository = SecondFactorsRepository()
        self._users = AccountsRepository()

    async def state(self, unit: ReadUnit, caller: Caller) -> FactorState:
        """How it stands with the caller's account. Raises `NotFound`."""
        user = await self._user(unit, caller.user_id)
        return FactorState(user.second_factor_at, await self._repository.codes_left(unit, user.id), caller.lacks_factor)

    async def begin(self, caller: Caller, password: str, origin: Origin) -> Enrolment:
        """A new secret, which counts after `confirm`; one that waited is forgotten.

        Raises `InvalidCredentials`, `TooManySignIns`, and `Conflict` where there is one already, or no password.
        """
        user = await self._proven(caller, password, origin)
        secret, now = new_shared_secret(), self._clock.now()
        async with self._database.write() as unit:
            row = await self._repository.locked(unit, caller.user_id)
            if row is None or row[0].second_factor_at is not None:
                raise Conflict("This account has a second factor. Remove it before you set up another.")
            sealed = self._sealing.seal(user.id, secret)
            factor = SecondFactor(user_id=user.id, sealed=sealed, last_step=0, wrong_codes=0, wrong_since=None, created_at=now)
            await self._repository.replace(unit, factor)
        return Enrolment(shown_secret(secret), otpauth_uri(secret, ISSUER, user.name))

    async def confirm(self, caller: Caller, code: str, origin: Origin) -> list[str]:
        """The app's first code makes it count; returns the recovery codes. The other sessions end.

        Raises `SecondFactorWrong`, `TooManySignIns`, and `Conflict` where nothing waits for a code.
        """
        codes: list[str] = []
        async with self._database.write() as unit:
            user = await self._user(unit, caller.user_id)
            refused = await self._confirm(unit, user, code, origin)
            if refused is None:
                codes = await self._new_codes(unit, user)
                await self._repository.enable(unit, user.id, self._clock.now())
                await self._changed(unit, user, "second_factor_added", caller, origin)
        if refused is not None:
            raise refused
        return codes

    async def renew_codes(self, caller: Caller, password: str, code: str, origin: Origin) -> list[str]:
        """New recovery codes; those before end. Raises as `remove`."""
        user = await self._proven(caller, password, origin)
        codes: list[str] = []
        async with self._database.write() as unit:
            refused = await self._refusal(unit, user, code, origin)
            if refused is None:
                codes = await self._new_codes(unit, user)
                subject = Subject("user", user.id, user.name)
                await self._audit.record(unit, "recovery_codes_renewed", actor=caller, subject=subject, origin=origin)
        if refused is not None:
            raise await self._told(refused, user, origin)
        return codes

    async def remove(self, caller: Caller, password: str, code: str, origin: Origin) -> None:
        """From now on the password is enough. The other sessions end.

        Raises `InvalidCredentials`, `SecondFactorWrong`, `TooManySignIns`, and `Conflict` where there is none.
        """
        user = await self._proven(caller, password, origin)
        async with self._database.write() as unit:
            refused = await self._refusal(unit, user, code, origin)
            if refused is None:
                await self._repository.remove(unit, user.id)
                await self._changed(unit, user, "second_factor_removed", caller, origin)
        if refused is not None:
            raise await self._told(refused, user, origin)

    async def reset(self, unit: UnitOfWork, user_id: UserId, actor: Caller | None, origin: Origin | None) -> bool:
        """An administrator takes somebody else's away, because the app is lost; all sessions of that person end.

        Says whether there was one. `actor` is None for the command line. Raises `NotFound`, `Forbidden` for one's own.
        """
        user = await self._user(unit, user_id)
        if actor is not None and actor.user_id == user_id:
            raise Forbidden("Remove your own second factor on your account page, with a code.")
        counted = await self._repository.remove(unit, user_id)
        if counted:
            await self._changed(unit, user, "second_factor_removed", actor, origin)
        return counted

    async def _confirm(self, unit: UnitOfWork, user: User, code: str, origin: Origin) -> MatineeError | None:
        row = await self._repository.locked(unit, user.id)
        factor = None if row is None or row[0].second_factor_at is not None else row[1]
        if factor is None or factor.created_at + PENDING <= self._clock.now():
            return Conflict("Nothing waits for a code. Begin to set up the second factor again.")
        if not is_from_app(typed(code)):
            return SecondFactorWrong("Enter the six digits that the app shows.")
        return await self._check.judge(unit, user, factor, code, origin)

    async def _refusal(self, unit: UnitOfWork, user: User, code: str, origin: Origin) -> MatineeError | None:
        row = await self._repository.locked(unit, user.id)
        if row is None or row[0].second_factor_at is None:
            return Conflict("This account has no second factor.")
        return await self._check.judge(unit, *row, code, origin)

    async def _told(self, refused: MatineeError, user: User, origin: Origin) -> MatineeError:
        """The same, once the log knows that somebody signed in may be guessing codes."""
        if not isinstance(refused, Conflict):
            reason = "too_many" if isinstance(refused, TooManySignIns) else "wrong_code"
            await self._audit.sign_in_failed(origin, "second_factor", reason, Subject("user", user.id, user.name))
        return refused

    async def _new_codes(self, unit: UnitOfWork, user: User) -> list[str]:
        codes = new_recovery_codes()
        hashes = [recovery_hash(user.id, code) for code in codes]
        await self._repository.replace_codes(unit, user.id, hashes, self._clock.now())
        return codes

    async def _changed(
        self,
        unit: UnitOfWork,
        user: User,
        event: Literal["second_factor_added", "second_factor_removed"],
        actor: Caller | None,
        origin: Origin | None,
    ) -> None:
        subject, user_id = Subject("user", user.id, user.name), UserId(user.id)
        own = actor is not None and actor.user_id == user_id
        await self._sessions.end_others(unit, user_id, kept=actor.credential_id if actor and own else None)
        await self._audit.record(unit, event, actor=actor, subject=subject, origin=origin)

        async def look_again() -> None:
            # What an administrator may do can hang on it.
            self._verified.revoke_user(user_id)

        unit.after_commit(look_again)

    async def _proven(self, caller: Caller, password: str, origin: Origin) -> User:
        async with self._database.read() as unit:
            user = await self._user(unit, caller.user_id)
        if not user.password_hash:
            raise Conflict("This account has no password: whoever signs it in may ask for a second factor. Choose one first.")
        await self._sessions.check_password(user, password, origin)
        return user

    async def _user(self, unit: ReadUnit, user_id: UserId) -> User:
        user = await self._users.user(unit, user_id)
        if user is None:
            raise NotFound("There is no such account.")
        return user
