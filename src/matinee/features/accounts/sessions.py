"""Signing in and out: sessions, access tokens and refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from matinee.features.accounts.audit import AuditLog, Subject
from matinee.features.accounts.authenticator import caller_of
from matinee.features.accounts.code_check import CodeCheck
from matinee.features.accounts.devices import device_name
from matinee.features.accounts.errors import AccountDisabled, SessionExpired, TokenRevoked, TooManySignIns
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import AuthSession, Profile, RefreshToken, User
from matinee.features.accounts.password_check import PasswordCheck, subject_of
from matinee.features.accounts.policy import AccountsOptions, Origin, lacks_factor, name_key
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.repository.profiles import ProfilesRepository
from matinee.features.accounts.tokens import AccessTokens, CsrfTokens, digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import MatineeError, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId, new_id


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in: everything the device gets. The two cookie values are None after a refresh, which keeps the cookies."""

    user: User
    access_token: str
    expires_in: timedelta
    refresh_token: str
    session_token: str | None = None
    csrf_token: str | None = None
    session_id: str = ""


class Sessions:
    """Starts, renews and ends sessions.

    `sign_in` and `refresh` open units of their own: hashing must not happen inside one, and the end of a copied token's session
    must be committed although the caller gets an error.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: AccountsOptions,
        passwords: PasswordCheck,
        codes: CodeCheck,
        tokens: AccessTokens,
        csrf: CsrfTokens,
        verified: VerifiedCredentials,
        audit: AuditLog,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._passwords = passwords
        self._codes = codes
        self._tokens = tokens
        self._csrf = csrf
        self._verified = verified
        self._audit = audit
        self._repository = AccountsRepository()
        self._profiles = ProfilesRepository()

    async def sign_in(self, name: str, password: str, origin: Origin, code: str | None = None) -> SignedIn:
        """Raises `InvalidCredentials`, `TooManySignIns`; only to who knows the password `AccountDisabled`,
        `SecondFactorRequired` and `SecondFactorWrong`."""
        async with self._database.read() as unit:
            user = await self._repository.user_named(unit, name_key(name))
        better = await self._passwords.check(user, name, password, origin)
        if user is None or user.disabled:
            await self._passwords.succeeded(name, origin)
            await self._audit.sign_in_failed(origin, "password", "disabled", subject_of(user))
            raise AccountDisabled("An administrator has disabled this account.")
        async with self._database.write() as unit:
            if better is not None:
                await self._repository.change_user(unit, user.id, self._clock.now(), password_hash=better)
            # Not raised in here: a wrong code is counted, and that must be committed.
            refused = await self._codes.refusal(unit, user, code, origin)
            entered = refused or await self.start(unit, user, origin)
        if isinstance(entered, MatineeError):
            if code is not None:
                reason = "too_many" if isinstance(entered, TooManySignIns) else "wrong_code"
                await self._audit.sign_in_failed(origin, "password", reason, subject_of(user))
            raise entered
        await self._passwords.succeeded(name, origin)
        return entered

    async def check_password(self, user: User, password: str, origin: Origin) -> None:
        """That somebody signed in is who they are. Raises `InvalidCredentials` or `TooManySignIns`. Takes long."""
        await self._passwords.check(user, user.name, password, origin)
        await self._passwords.succeeded(user.name, origin)

    async def start(self, unit: UnitOfWork, user: User, origin: Origin, method: str = "password") -> SignedIn:
        """A new session for a user whose identity is proven, by `method`."""
        now = self._clock.now()
        secret = new_secret()
        session = AuthSession(
            id=new_id(),
            user_id=user.id,
            token_hash=digest(secret),
            device=device_name(origin.device),
            address=origin.address[:64],
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._options.session_lifetime,
            method=method,
        )
        await self._repository.add_session(unit, session)
        refresh = await self._new_refresh_token(unit, session, now)
        caller = caller_of(user, "token", session.id, lacking=self._lacking(user, session))
        access, lifetime = self._tokens.issue(caller)
        subject = Subject("session", session.id, session.device)
        await self._audit.record(unit, "sign_in", actor=caller, subject=subject, origin=origin, method=method)
        self._audit.signed_in(method)
        return SignedIn(user, access, lifetime, refresh, secret, self._csrf.of(session.id), session.id)

    async def refresh(self, token: str, origin: Origin) -> SignedIn:
        """A new access token and a new refresh token for an unused refresh token.

        A used one was copied by somebody: its whole session ends. Raises `TokenRevoked`, `SessionExpired`, `AccountDisabled`.
        """
        async with self._database.write() as unit:
            row = await self._repository.refresh_token(unit, digest(token))
            if row is None:
                raise TokenRevoked("This refresh token is not known. Sign in again.")
            found, session, user = row
            self._check_alive(found, session, user)
            now = self._clock.now()
            if await self._repository.use_refresh_token(unit, found.id, now):
                profile = await self._profile_of(unit, session)
                access, lifetime = self._tokens.issue(
                    caller_of(user, "token", session.id, profile, lacking=self._lacking(user, session))
                )
                token = await self._new_refresh_token(unit, session, now)
                return SignedIn(user, access, lifetime, token, session_id=session.id)
            await self._repository.revoke_sessions(unit, user.id, now, only=session.id)
            subject = Subject("session", session.id, session.device)
            owner = caller_of(user, "token", session.id)
            await self._audit.record(unit, "refresh_reused", outcome="failure", actor=owner, subject=subject, origin=origin)
        self._verified.revoke(session.id)
        raise TokenRevoked("This refresh token was used before, so its session was ended. Sign in again.")

    async def sign_out(self, unit: UnitOfWork, caller: Caller, origin: Origin) -> None:
        """End the session that the caller is in."""
        await self._end(unit, caller.user_id, only=caller.credential_id)
        subject = Subject("session", caller.credential_id, device_name(origin.device))
        await self._audit.record(unit, "sign_out", actor=caller, subject=subject, origin=origin)

    async def of_user(self, unit: ReadUnit, user_id: UserId) -> Sequence[AuthSession]:
        """The living sessions of a user."""
        return await self._repository.sessions(unit, user_id, self._clock.now())

    async def end(
        self,
        unit: UnitOfWork,
        user_id: UserId,
        session_id: str,
        *,
        actor: Caller | None = None,
        origin: Origin | None = None,
    ) -> None:
        """End one session of a user; with an `actor` it goes into the audit log. Raises `NotFound`."""
        if not await self._end(unit, user_id, only=session_id):
            raise NotFound("There is no such session.")
        if actor is not None:
            await self._audit.record(unit, "session_revoked", actor=actor, subject=Subject("session", session_id), origin=origin)

    async def end_others(
        self,
        unit: UnitOfWork,
        user_id: UserId,
        kept: str | None,
        *,
        actor: Caller | None = None,
        origin: Origin | None = None,
    ) -> int:
        """End all sessions of a user but `kept`; returns how many lived. With an `actor` it goes into the audit log."""
        ended = len(await self._end(unit, user_id, but=kept))
        if actor is not None and ended:
            subject = Subject("user", user_id, actor.name if actor.user_id == user_id else "")
            await self._audit.record(unit, "session_revoked", actor=actor, subject=subject, origin=origin, sessions=ended)
        return ended

    async def _end(self, unit: UnitOfWork, user_id: UserId, *, only: str | None = None, but: str | None = None) -> Sequence[str]:
        ended = await self._repository.revoke_sessions(unit, user_id, self._clock.now(), only=only, but=but)

        async def forget() -> None:
            for session_id in ended:
                self._verified.revoke(session_id)

        unit.after_commit(forget)
        return ended

    async def _profile_of(self, unit: ReadUnit, session: AuthSession) -> Profile | None:
        if session.profile_id is None:
            return None
        found = await self._profiles.get(unit, session.user_id, session.profile_id)
        if found is None:
            raise SessionExpired("The profile of this session is gone. Sign in again.")
        return found

    def _lacking(self, user: User, session: AuthSession) -> bool:
        return lacks_factor(self._options, user.role, user.second_factor_at, session.method)

    def _check_alive(self, token: RefreshToken, session: AuthSession, user: User) -> None:
        now = self._clock.now()
        if session.revoked_at is not None:
            raise TokenRevoked("This session was ended. Sign in again.")
        if session.expires_at <= now or token.expires_at <= now:
            raise SessionExpired("Sign in again.")
        if user.disabled:
            raise AccountDisabled("An administrator has disabled this account.")

    async def _new_refresh_token(self, unit: UnitOfWork, session: AuthSession, now: datetime) -> str:
        secret = new_secret()
        await self._repository.add_refresh_token(
            unit,
            RefreshToken(
                id=new_id(),
                session_id=session.id,
                token_hash=digest(secret),
                created_at=now,
                expires_at=min(now + self._options.refresh_lifetime, session.expires_at),
            ),
        )
        return secret
