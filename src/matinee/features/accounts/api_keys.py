"""Keys for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.models import ApiKey
from matinee.features.accounts.policy import KEY_MARK
from matinee.features.accounts.repository import AccountsRepository
from matinee.features.accounts.tokens import digest, new_secret
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import FieldError, NotFound, ScopeMissing, ValidationFailed
from matinee.infra.http.caller import Caller, Scope
from matinee.infra.ids import UserId, new_id

MAX_KEYS = 100


class ApiKeys:
    """Creates, lists and deletes the keys of a user."""

    def __init__(self, clock: Clock, verified: VerifiedCredentials) -> None:
        self._clock = clock
        self._verified = verified
        self._repository = AccountsRepository()

    async def create(
        self, unit: UnitOfWork, caller: Caller, name: str, scopes: frozenset[Scope], lifetime: timedelta | None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can read again. Raises `ScopeMissing` for a scope that the caller lacks."""
        if missing := sorted(scopes - caller.scopes):
            raise ScopeMissing(f"You cannot give away what you do not have: {', '.join(missing)}.")
        if len(await self._repository.api_keys(unit, caller.user_id)) >= MAX_KEYS:
            problem = FieldError("body", f"Delete one first: {MAX_KEYS} keys are the most.", "too_many")
            raise ValidationFailed(problem.message, errors=[problem])
        now = self._clock.now()
        secret = KEY_MARK + new_secret()
        key = ApiKey(
            id=new_id(),
            user_id=caller.user_id,
            name=name,
            prefix=secret[: len(KEY_MARK) + 6],
            key_hash=digest(secret),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=None if lifetime is None else now + lifetime,
        )
        await self._repository.add_api_key(unit, key)
        return key, secret

    async def of_user(self, unit: ReadUnit, user_id: UserId) -> Sequence[ApiKey]:
        """The keys of a user, newest first, expired ones included."""
        return await self._repository.api_keys(unit, user_id)

    async def delete(self, unit: UnitOfWork, user_id: UserId, key_id: str) -> None:
        """Delete a key; it stops working at once. Raises `NotFound`."""
        if not await self._repository.delete_api_key(unit, user_id, key_id):
            raise NotFound("There is no such key.")

        async def forget() -> None:
            self._verified.revoke(key_id)

        unit.after_commit(forget)
