"""Identities of other systems: who they are here, linking, unlinking, and what a provider says about a role or an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matinee.features.accounts.audit import AuditEvent, AuditLog, Subject
from matinee.features.accounts.errors import AccountDisabled, IdentityTaken, IdentityUnknown, LogoutTokenInvalid
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import FederatedSession, Identity, UsedToken, User
from matinee.features.accounts.policy import Origin, name_key, proposed_name
from matinee.features.accounts.repository import AccountsRepository, IdentitiesRepository
from matinee.features.accounts.sessions import Sessions, SignedIn
from matinee.features.accounts.tokens import digest
from matinee.infra.clock import Clock
from matinee.infra.database import Database, ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict, Forbidden, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.ids import UserId, new_id
from matinee.ports.identity import EndedElsewhere, ProvenIdentity, SignInProviders

_NAMES_TRIED = 100


@dataclass(frozen=True, slots=True)
class Source:
    """Where an identity comes from: the provider's name in settings, how it is counted, and whether unknown people get in."""

    provider: str
    method: str
    sign_up: bool


class Identities:
    """An identity opens the account that it is linked to and no other: equal names or mail addresses prove nothing."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        sessions: Sessions,
        verified: VerifiedCredentials,
        audit: AuditLog,
        providers: SignInProviders,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sessions = sessions
        self._verified = verified
        self._audit = audit
        self._usable = {one.id for one in providers.pins} | {one.id for one in providers.redirects}
        self._accounts = AccountsRepository()
        self._repository = IdentitiesRepository()

    async def sign_in(self, source: Source, proven: ProvenIdentity, origin: Origin) -> SignedIn:
        """A session for whoever has this identity; a new account where `source` allows it.

        Raises `IdentityUnknown`, `AccountDisabled`.
        """
        try:
            user_id = await self._owner(source, proven, origin)
        except (Conflict, IdentityTaken):  # somebody took the name, or this very identity, between our look and our writing
            user_id = await self._owner(source, proven, origin)
        # A unit of its own: a change of role ends older tokens, and must not end those that are made here.
        async with self._database.write() as unit:
            row = await self._repository.identity(unit, proven.issuer, proven.subject)
            if row is None or row[1].id != user_id:
                raise IdentityUnknown
            identity, user = row
            signed_in = await self._sessions.start(unit, user, origin, method=source.method)
            session = FederatedSession(
                session_id=signed_in.session_id, identity_id=identity.id, provider_session=_short(proven.session)
            )
            await self._repository.add_session(unit, session)
            await self._repository.used(unit, identity.id, proven.label[:120], self._clock.now())
        return signed_in

    async def link(self, caller: Caller, source: Source, proven: ProvenIdentity, origin: Origin) -> None:
        """Make the identity one of the caller's. Raises `IdentityTaken`, and `Forbidden` for a key or a profile with a limit."""
        if caller.credential == "api_key" or caller.max_age is not None:
            raise Forbidden("Only the account itself may change how it is entered.")
        async with self._database.write() as unit:
            row = await self._repository.identity(unit, proven.issuer, proven.subject)
            if row is not None and row[1].id != caller.user_id:
                raise IdentityTaken("Sign in with it there and unlink it first.")
            if row is None:
                identity = await self._add(unit, caller.user_id, source, proven)
                subject = Subject("identity", identity.id, identity.label)
                await self._audit.record(
                    unit, "identity_linked", actor=caller, subject=subject, origin=origin, provider=source.provider
                )

    async def of_user(self, unit: ReadUnit, user_id: UserId) -> Sequence[Identity]:
        """The identities of a user, the first linked first."""
        return await self._repository.of_user(unit, user_id)

    async def unlink(self, unit: UnitOfWork, caller: Caller, identity_id: str, origin: Origin) -> None:
        """Take an identity away. Raises `NotFound`, `Conflict` when nothing else lets its owner in."""
        user = await self._repository.lock_user(unit, caller.user_id)
        known = await self._repository.of_user(unit, caller.user_id)
        identity = next((one for one in known if one.id == identity_id), None)
        if user is None or identity is None:
            raise NotFound("There is no such identity.")
        if not user.password_hash and not any(one.provider in self._usable for one in known if one is not identity):
            raise Conflict("This is your only way in. Set a password or link another identity first.")
        await self._repository.delete(unit, identity_id)
        subject = Subject("identity", identity.id, identity.label)
        await self._audit.record(
            unit, "identity_unlinked", actor=caller, subject=subject, origin=origin, provider=identity.provider
        )

    async def provider_of(self, caller: Caller) -> str | None:
        """The provider that the caller's session was started with, if it was."""
        async with self._database.read() as unit:
            return await self._repository.provider_of_session(unit, caller.credential_id)

    async def ended(self, notice: EndedElsewhere, origin: Origin) -> int:
        """End the sessions that a provider says have ended; returns how many lived. Raises `LogoutTokenInvalid` for a replay."""
        now = self._clock.now()
        async with self._database.write() as unit:
            token = UsedToken(token_hash=digest(f"{notice.issuer}\0{notice.token}"), expires_at=now + notice.lifetime)
            if not await self._repository.use_token(unit, token):
                raise LogoutTokenInvalid("This logout token was used before.")
            found = await self._repository.sessions_of(unit, notice.issuer, notice.subject, notice.session)
            for user_id, session_id in found:
                await self._sessions.end(unit, UserId(user_id), session_id)
                subject = Subject("session", session_id)
                await self._audit.record(unit, "session_revoked", subject=subject, origin=origin, reason="provider_logout")
        return len(found)

    async def _owner(self, source: Source, proven: ProvenIdentity, origin: Origin) -> str:
        """The user with this identity, its role and tier as the provider has them now."""
        async with self._database.write() as unit:
            row = await self._repository.identity(unit, proven.issuer, proven.subject)
            if row is not None:
                user = row[1]
                if user.disabled:
                    raise AccountDisabled("An administrator has disabled this account.")
                await self._follow(unit, user, source, proven, origin)
                return user.id
            if not source.sign_up:
                raise IdentityUnknown("Sign in another way and link this identity to your account, or ask for an invitation.")
            user = await self._new_user(unit, proven)
            await self._add(unit, UserId(user.id), source, proven)
            subject = Subject("user", user.id, user.name)
            await self._audit.record(
                unit, "user_created", subject=subject, origin=origin, provider=source.provider, role=user.role, tier=user.tier
            )
            return user.id

    async def _follow(self, unit: UnitOfWork, user: User, source: Source, proven: ProvenIdentity, origin: Origin) -> None:
        """Give a user the role and tier that the provider names. The last working administrator stays one."""
        changes: dict[str, str] = {}
        if proven.role is not None and proven.role != user.role and await self._may_become(unit, user, proven.role):
            changes["role"] = proven.role
        if proven.tier is not None and proven.tier != user.tier:
            changes["tier"] = proven.tier
        if not changes:
            return
        subject = Subject("user", user.id, user.name)
        event: AuditEvent = "role_changed" if "role" in changes else "user_changed"
        role, tier = changes.get("role", user.role), changes.get("tier", user.tier)
        await self._audit.record(unit, event, subject=subject, origin=origin, provider=source.provider, role=role, tier=tier)
        await self._accounts.change_user(unit, user.id, self._clock.now(), **changes)

        async def look_again() -> None:
            self._verified.revoke_user(UserId(user.id))

        unit.after_commit(look_again)

    async def _may_become(self, unit: UnitOfWork, user: User, role: str) -> bool:
        if role == "admin":
            return True
        return any(other != user.id for other in await self._repository.lock_working_admins(unit))

    async def _new_user(self, unit: UnitOfWork, proven: ProvenIdentity) -> User:
        now = self._clock.now()
        name = await self._free_name(unit, proposed_name(proven.name))
        role = proven.role or "user"
        user = User(
            id=new_id(),
            name=name,
            name_key=name_key(name),
            password_hash="",
            role=role,
            tier=proven.tier or ("premium" if role == "admin" else "free"),
            disabled=False,
            founder=None,
            created_at=now,
            updated_at=now,
        )
        await self._accounts.add_user(unit, user)
        return user

    async def _free_name(self, unit: ReadUnit, wanted: str) -> str:
        for number in range(1, _NAMES_TRIED):
            name = wanted if number == 1 else f"{wanted} {number}"
            if await self._accounts.user_named(unit, name_key(name)) is None:
                return name
        return f"{wanted} {new_id()[-8:]}"

    async def _add(self, unit: UnitOfWork, user_id: UserId, source: Source, proven: ProvenIdentity) -> Identity:
        identity = Identity(
            id=new_id(),
            user_id=user_id,
            provider=source.provider,
            issuer=proven.issuer,
            subject=proven.subject,
            label=proven.label[:120],
            created_at=self._clock.now(),
            last_used_at=None,
        )
        await self._repository.add(unit, identity)
        return identity


def _short(session: str | None) -> str | None:
    """A provider's name for its session, as the column takes it."""
    return None if session is None else session if len(session) <= 255 else digest(session)
