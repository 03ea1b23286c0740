"""Keys for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from matinee.features.accounts.audit import AuditEvent, AuditLog, Subject
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import ApiKey
from matinee.features.accounts.policy import KEY_MARK, Origin, allowed_scopes
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.repository.profiles import ProfilesRepository
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import FieldError, NotFound, ScopeMissing, ValidationFailed
from matinee.infra.http.caller import Caller, Scope
from matinee.infra.ids import UserId, new_id

MAX_KEYS = 100


class ApiKeys:
    """Creates, lists and deletes the keys of a user."""

    def __init__(self, clock: Clock, verified: VerifiedCredentials, audit: AuditLog) -> None:
        self._clock = clock
        self._verified = verified
        self._audit = audit
        self._repository = AccountsRepository()
        self._profiles = ProfilesRepository()

    async def create(
        self,
        unit: UnitOfWork,
        caller: Caller,
        origin: Origin,
        name: str,
        scopes: frozenset[Scope],
        lifetime: timedelta | None,
        profile_id: str | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can read again. Raises `ScopeMissing` for a scope that the caller lacks.

        It acts for `profile_id`, without one for the default profile; `NotFound` where the account has no such profile.
        """
        if profile_id == caller.user_id:
            profile_id = None
        if profile_id is not None and await self._profiles.get(unit, caller.user_id, profile_id) is None:
            raise NotFound("There is no such profile.")
        if missing := sorted(scopes - caller.scopes):
            raise ScopeMissing(f"You cannot give away what you do not have: {', '.join(missing)}.")
        if len(await self._repository.api_keys(unit, caller.user_id)) >= MAX_KEYS:
            problem = FieldError("body", f"Delete one first: {MAX_KEYS} keys are the most.", "too_many")
            raise ValidationFailed(problem.message, errors=[problem])
        key, secret = self._made(caller.user_id, name, sorted(scopes), lifetime, profile_id)
        await self._repository.add_api_key(unit, key)
        await self._record(unit, "api_key_created", caller, origin, key)
        return key, secret

    async def of_user(self, unit: ReadUnit, user_id: UserId) -> Sequence[ApiKey]:
        """The keys of a user, newest first, expired ones included."""
        return await self._repository.api_keys(unit, user_id)

    async def rotate(self, unit: UnitOfWork, caller: Caller, origin: Origin, key_id: str) -> tuple[ApiKey, str]:
        """A new key in place of one of the caller's, which stops working at once. Raises `NotFound`.

        It lives as long as the old one was to live, from now on, and has those of its scopes that the caller still has.
        """
        old = await self._repository.api_key(unit, caller.user_id, key_id)
        if old is None:
            raise NotFound("There is no such key.")
        lifetime = None if old.expires_at is None else old.expires_at - old.created_at
        scopes = sorted(allowed_scopes(caller.role, old.scopes))
        key, secret = self._made(caller.user_id, old.name, scopes, lifetime, old.profile_id)
        await self._repository.delete_api_key(unit, caller.user_id, key_id)
        await self._repository.add_api_key(unit, key)
        await self._record(unit, "api_key_rotated", caller, origin, key)
        self._forget(unit, key_id)
        return key, secret

    async def delete(self, unit: UnitOfWork, caller: Caller, origin: Origin, key_id: str) -> None:
        """Delete a key of the caller's; it stops working at once. Raises `NotFound`."""
        key = await self._repository.api_key(unit, caller.user_id, key_id)
        if key is None or not await self._repository.delete_api_key(unit, caller.user_id, key_id):
            raise NotFound("There is no such key.")
        await self._record(unit, "api_key_deleted", caller, origin, key)
        self._forget(unit, key_id)

    def _made(
        self, user_id: UserId, name: str, scopes: list[str] | list[Scope], lifetime: timedelta | None, profile_id: str | None
    ) -> tuple[ApiKey, str]:
        now = self._clock.now()
        secret = KEY_MARK + new_secret()
        key = ApiKey(
            id=new_id(),
            user_id=user_id,
            name=name,
            prefix=secret[: len(KEY_MARK) + 6],
            key_hash=digest(secret),
            scopes=list(scopes),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
            profile_id=profile_id,
        )
        return key, secret

    async def _record(self, unit: UnitOfWork, event: AuditEvent, caller: Caller, origin: Origin, key: ApiKey) -> None:
        subject = Subject("api_key", key.id, key.name)
        await self._audit.record(unit, event, actor=caller, subject=subject, origin=origin, scopes=list(key.scopes))

    def _forget(self, unit: UnitOfWork, key_id: str) -> None:
        async def forget() -> None:
            self._verified.revoke(key_id)

        unit.after_commit(forget)
