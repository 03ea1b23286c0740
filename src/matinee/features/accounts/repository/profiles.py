"""SQL of profiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from matinee.features.accounts.models.api_keys import ApiKey
from matinee.features.accounts.models.profiles import Profile
from matinee.features.accounts.models.sessions import AuthSession
from matinee.features.accounts.models.users import User
from matinee.infra.database import ReadUnit, UnitOfWork


class ProfilesRepository:
    """Reads and writes profiles, and which one a session is in. It never commits."""

    async def get(self, unit: ReadUnit, user_id: str, profile_id: str) -> Profile | None:
        statement = select(Profile).where(Profile.id == profile_id, Profile.user_id == user_id)
        return await unit.session.scalar(statement.execution_options(populate_existing=True))

    async def of_user(self, unit: ReadUnit, user_id: str) -> Sequence[Profile]:
        """Those that have a row, the oldest first."""
        statement = select(Profile).where(Profile.user_id == user_id).order_by(Profile.created_at, Profile.id)
        return (await unit.session.scalars(statement)).all()

    async def lock_user(self, unit: UnitOfWork, user_id: str) -> None:
        """Let nobody else add or change a profile of the account until the commit."""
        await unit.session.execute(select(User.id).where(User.id == user_id).with_for_update())

    async def save(self, unit: UnitOfWork, profile: Profile) -> None:
        unit.session.add(profile)
        await unit.session.flush()

    async def delete(self, unit: UnitOfWork, user_id: str, profile_id: str) -> None:
        await unit.session.execute(delete(Profile).where(Profile.id == profile_id, Profile.user_id == user_id))

    async def enter(self, unit: UnitOfWork, user_id: str, session_id: str, profile_id: str | None) -> bool:
        """Put a living session into a profile, None for the default one; False where the session has ended."""
        mine = (AuthSession.id == session_id, AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
        entered = await unit.session.scalars(
            update(AuthSession).where(*mine).values(profile_id=profile_id).returning(AuthSession.id)
        )
        return entered.first() is not None

    async def of_session(self, unit: ReadUnit, session_id: str) -> str | None:
        """The profile that a session is in; None for the default one."""
        return await unit.session.scalar(select(AuthSession.profile_id).where(AuthSession.id == session_id))

    async def end_uses(self, unit: UnitOfWork, user_id: str, profile_id: str, now: datetime) -> Sequence[str]:
        """End the sessions that are in a profile and delete its keys; gives the ids of both."""
        in_it = (AuthSession.user_id == user_id, AuthSession.profile_id == profile_id, AuthSession.revoked_at.is_(None))
        ended = update(AuthSession).where(*in_it).values(revoked_at=now).returning(AuthSession.id)
        keys = delete(ApiKey).where(ApiKey.user_id == user_id, ApiKey.profile_id == profile_id).returning(ApiKey.id)
        return [*(await unit.session.scalars(ended)), *(await unit.session.scalars(keys))]
