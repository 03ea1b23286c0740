"""What accounts keep about a person, without what proves who somebody is: no hash, no secret, no token."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import or_

from matinee.features.accounts.models import (
    ApiKey,
    AuditEntry,
    AuthSession,
    DevicePairing,
    Identity,
    Invitation,
    PasswordReset,
    Profile,
    SecondFactor,
    User,
)
from matinee.infra.database import Database
from matinee.infra.database.walking import walk
from matinee.infra.own_data import Owner

Rows = AsyncIterator[dict[str, Any]]  # Any: values of columns
_SECRETS = ("token_hash", "key_hash", "device_hash", "user_code_hash", "sealed", "last_step")


class OwnRepository:
    """Reads one account's rows, each kind by itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def account(self, owner: Owner) -> Rows:
        async for row in walk(self._database, User, User.id == owner.user_id, without=("name_key", "founder")):
            yield {"has_password": bool(row.pop("password_hash")), **row}

    async def profiles(self, owner: Owner) -> Rows:
        async for row in walk(self._database, Profile, Profile.user_id == owner.user_id):
            yield {"has_pin": row.pop("pin_hash") is not None, **row}

    def sessions(self, owner: Owner) -> Rows:
        return walk(self._database, AuthSession, AuthSession.user_id == owner.user_id, without=_SECRETS)

    def api_keys(self, owner: Owner) -> Rows:
        return walk(self._database, ApiKey, ApiKey.user_id == owner.user_id, without=_SECRETS)

    def identities(self, owner: Owner) -> Rows:
        return walk(self._database, Identity, Identity.user_id == owner.user_id)

    def second_factor(self, owner: Owner) -> Rows:
        return walk(self._database, SecondFactor, SecondFactor.user_id == owner.user_id, without=_SECRETS)

    def invitations(self, owner: Owner) -> Rows:
        return walk(self._database, Invitation, Invitation.created_by == owner.user_id, without=_SECRETS)

    def password_resets(self, owner: Owner) -> Rows:
        return walk(self._database, PasswordReset, PasswordReset.user_id == owner.user_id, without=_SECRETS)

    def devices(self, owner: Owner) -> Rows:
        return walk(self._database, DevicePairing, DevicePairing.user_id == owner.user_id, without=_SECRETS)

    async def audit(self, owner: Owner) -> Rows:
        """What the person did, and what was done to it; of others who did it their names and addresses are not told."""
        mine = or_(AuditEntry.actor_id == owner.user_id, AuditEntry.subject_id.in_([owner.user_id, *owner.profile_ids]))
        async for row in walk(self._database, AuditEntry, mine):
            others = row["actor_id"] not in {None, owner.user_id}
            yield {**row, "actor_id": None, "actor_name": "", "address": "", "device": ""} if others else row
