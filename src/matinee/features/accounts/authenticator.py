"""From a request's credential to its caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Literal, TypeVar, cast

from matinee.features.accounts.errors import AccountDisabled, ApiKeyInvalid, SessionExpired, TokenRevoked
from matinee.features.accounts.memory import LastUses, VerifiedCredentials
from matinee.features.accounts.models import AuthSession, Profile, User
from matinee.features.accounts.permissions import Tier, permissions_of
from matinee.features.accounts.policy import (
    API_KEY_HEADER,
    CSRF_HEADER,
    SAFE_METHODS,
    SESSION_COOKIE,
    AccountsOptions,
    allowed_scopes,
    lacks_factor,
    scopes_of,
)
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.repository.profiles import ProfilesRepository
from matinee.features.accounts.restriction import acting_for
from matinee.features.accounts.tokens import AccessTokens, CsrfTokens, digest
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.errors import CsrfFailed
from matinee.infra.http.caller import Caller, Generation
from matinee.infra.ids import UserId

T = TypeVar("T")
MAX_CREDENTIAL = 4096


def caller_of(
    user: User,
    credential: Literal["cookie", "token", "api_key"],
    credential_id: str,
    profile: Profile | None = None,
    *,
    lacking: bool = False,
) -> Caller:
    """`user` with everything its role allows, and with what is left of that to `profile`; None is the default profile.

    `lacking` is what `policy.lacks_factor` says: an administrator then has a user's rights.
    """
    role: Literal["admin", "user"] = "admin" if user.role == "admin" else "user"
    tier = cast(Tier, user.tier)
    rights = "user" if lacking else role
    permissions = permissions_of(rights, tier, user.granted, user.denied)
    found = Caller(
        UserId(user.id),
        user.name,
        role,
        tier,
        scopes_of(rights),
        credential,
        credential_id,
        permissions=permissions,
        lacks_factor=lacking,
    )
    return found if profile is None else acting_for(found, profile.id, profile.max_age)


class AccountsAuthenticator:
    """Implements `infra.http.caller.Authenticator`: Bearer access token, `X-Api-Key`, or session cookie, in this order.

    Access tokens are verified without the database; sessions and keys are looked up and then remembered for a moment.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        options: AccountsOptions,
        tokens: AccessTokens,
        csrf: CsrfTokens,
        verified: VerifiedCredentials,
        uses: LastUses,
    ) -> None:
        self._database = database
        self._clock = clock
        self._options = options
        self._tokens = tokens
        self._csrf = csrf
        self._verified = verified
        self._uses = uses
        self._repository = AccountsRepository()
        self._profiles = ProfilesRepository()

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        """See the port. Raises `TokenRevoked`, `SessionExpired`, `ApiKeyInvalid`, `AccountDisabled`, `CsrfFailed`."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._by_token(_bounded(token.strip()))
        if key := headers.get(API_KEY_HEADER):
            return await self._by_api_key(_bounded(key))
        if session := cookies.get(SESSION_COOKIE):
            caller = await self._by_cookie(_bounded(session))
            if method not in SAFE_METHODS and not self._csrf.fits(caller.credential_id, headers.get(CSRF_HEADER, "")):
                raise CsrfFailed("Send the value of the cookie matinee_csrf in the header X-CSRF-Token.")
            return caller
        return None

    @property
    def generation(self) -> Generation:
        """See `infra.http.caller.CredentialMemory`."""
        return self._verified.generation

    def remembered(self, authorization: str, api_key: str, session: str) -> tuple[Caller, float] | None:
        """See `infra.http.caller.CredentialMemory`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer":
            key, kind = "t:" + digest(token.strip()), "session"
        elif api_key:
            key, kind = "k:" + digest(api_key), "api_key"
        elif session:
            key, kind = "c:" + digest(session), "session"
        else:
            return None
        caller = self._verified.get(key)
        if caller is None or caller.max_age is not None:
            return None  # what a limited profile gets is made for it alone
        self._uses.note("api_key" if kind == "api_key" else "session", caller.credential_id, self._clock.now())
        return caller, self._verified.until(key)

    def _by_token(self, token: str) -> Caller:
        key = "t:" + digest(token)
        caller = self._verified.get(key)
        if caller is None:
            claims = self._tokens.verify(token)
            caller = claims.caller
            if self._verified.is_revoked(caller.credential_id) or self._verified.is_ended(caller.user_id, claims.issued_at):
                raise TokenRevoked("This session was ended. Sign in again.")
            if self._verified.is_elsewhere(caller.credential_id, caller.profile_id):
                raise SessionExpired("This session uses another profile now. Refresh the access token.")
            self._verified.put(key, caller, claims.expires_at - self._clock.now().timestamp())
        self._uses.note("session", caller.credential_id, self._clock.now())
        return caller

    async def _by_cookie(self, token: str) -> Caller:
        key = "c:" + digest(token)
        caller = self._verified.get(key)
        if caller is None:
            started = self._clock.now()
            row = await self._look_up(self._repository.session_by_token, digest(token))
            if row is None or row[0].expires_at <= started or row[0].revoked_at or self._verified.is_revoked(row[0].id):
                raise SessionExpired("Sign in again.", headers=self._without_cookie())
            session, user = row
            if user.disabled:
                raise AccountDisabled("An administrator has disabled this account.", headers=self._without_cookie())
            lacking = lacks_factor(self._options, user.role, user.second_factor_at, session.method)
            caller = caller_of(user, "cookie", session.id, await self._profile_of(user, session), lacking=lacking)
            if not self._verified.is_ended(caller.user_id, started.timestamp()):
                self._verified.put(key, caller, (session.expires_at - started).total_seconds())
        self._uses.note("session", caller.credential_id, self._clock.now())
        return caller

    async def _by_api_key(self, secret: str) -> Caller:
        key = "k:" + digest(secret)
        caller = self._verified.get(key)
        if caller is None:
            started = self._clock.now()
            row = await self._look_up(self._repository.api_key_by_hash, digest(secret))
            if row is None or self._verified.is_revoked(row[0].id):
                raise ApiKeyInvalid
            found, user = row
            lives = timedelta.max if found.expires_at is None else found.expires_at - started
            if lives <= timedelta(0):
                raise ApiKeyInvalid("This API key has expired.")
            if user.disabled:
                raise AccountDisabled("An administrator has disabled this account.")
            lacking = lacks_factor(self._options, user.role, user.second_factor_at, "")
            owner = caller_of(user, "api_key", found.id, await self._profile(user.id, found.profile_id), lacking=lacking)
            tier: Tier = owner.tier if owner.role == "admin" else "api"
            scopes = allowed_scopes(owner.role, found.scopes) & owner.scopes
            caller = replace(owner, tier=tier, scopes=scopes)
            if not self._verified.is_ended(caller.user_id, started.timestamp()):
                self._verified.put(key, caller, lives.total_seconds())
        self._uses.note("api_key", caller.credential_id, self._clock.now())
        return caller

    async def _look_up(self, find: Callable[[ReadUnit, str], Awaitable[T | None]], hashed: str) -> T | None:
        async with self._database.read() as unit:
            found = await find(unit, hashed)
        if found is None and self._database.options.replicas:
            # A credential made a moment ago may not have reached the replica yet.
            async with self._database.write() as unit:
                found = await find(unit, hashed)
        return found

    async def _profile_of(self, user: User, session: AuthSession) -> Profile | None:
        """The profile that a session is in. A replica may not know yet of one that was entered a moment ago."""
        profile_id = session.profile_id
        if self._verified.is_elsewhere(session.id, profile_id or user.id):
            async with self._database.write() as unit:
                profile_id = await self._profiles.of_session(unit, session.id)
        return await self._profile(user.id, profile_id)

    async def _profile(self, user_id: str, profile_id: str | None) -> Profile | None:
        if profile_id is None:
            return None

        async def find(unit: ReadUnit, wanted: str) -> Profile | None:
            return await self._profiles.get(unit, user_id, wanted)

        found = await self._look_up(find, profile_id)
        if found is None:  # its sessions and keys end with it; nobody may fall back to a profile without a limit
            raise SessionExpired("This profile is gone. Sign in again.")
        return found

    def _without_cookie(self) -> dict[str, str]:
        path = self._options.base_path or "/"
        return {"set-cookie": f"{SESSION_COOKIE}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Lax"}


def _bounded(credential: str) -> str:
    if len(credential) > MAX_CREDENTIAL:
        raise TokenRevoked("This credential is too long to be one of this server.")
    return credential
