"""SQL of users, their sessions and their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from matinee.features.accounts.models import ApiKey, AuthSession, RefreshToken, SetupToken, User
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.errors import Conflict


class AccountsRepository:
    """Reads and writes accounts. It never commits."""

    async def has_admin(self, unit: ReadUnit) -> bool:
        return bool(await unit.session.scalar(select(exists().where(User.role == "admin"))))

    async def user(self, unit: ReadUnit, user_id: str) -> User | None:
        return await unit.session.get(User, user_id)

    async def user_named(self, unit: ReadUnit, key: str) -> User | None:
        return await unit.session.scalar(select(User).where(User.name_key == key))

    async def users(self, unit: ReadUnit) -> Sequence[User]:
        return (await unit.session.scalars(select(User).order_by(User.name_key))).all()

    async def working_admins(self, unit: ReadUnit) -> int:
        count = await unit.session.scalar(select(func.count()).where(User.role == "admin", User.disabled.is_(False)))
        return count or 0

    async def add_user(self, unit: UnitOfWork, user: User) -> None:
        """Raises `Conflict` when the name is taken, or when another set-up was faster."""
        unit.session.add(user)
        try:
            await unit.session.flush()
        except IntegrityError:
            # The statement and its values (with the hash) stay out of the error's chain and so out of the log.
            raise Conflict("This name is taken, or the server was set up a moment ago.") from None

    async def change_user(self, unit: UnitOfWork, user_id: str, now: datetime, **values: object) -> None:
        """Raises `Conflict` when another name is taken."""
        try:
            await unit.session.execute(update(User).where(User.id == user_id).values(**values, updated_at=now))
        except IntegrityError:
            raise Conflict("This name is taken.") from None

    async def page(self, unit: ReadUnit, q: str, after: tuple[str, str] | None, limit: int) -> Sequence[User]:
        """Users whose name contains `q` (folded as `name_key`), by name."""
        statement = select(User).order_by(User.name_key, User.id).limit(limit)
        if q:
            statement = statement.where(User.name_key.contains(q, autoescape=True))
        if after is not None:
            key, number = after
            statement = statement.where(or_(User.name_key > key, (User.name_key == key) & (User.id > number)))
        return (await unit.session.scalars(statement)).all()

    async def delete_user(self, unit: UnitOfWork, user_id: str) -> None:
        await unit.session.execute(delete(User).where(User.id == user_id))

    async def add_session(self, unit: UnitOfWork, session: AuthSession) -> None:
        """Whoever signs in is seen; later uses are written in passing (`save_uses`)."""
        unit.session.add(session)
        await unit.session.flush()
        await unit.session.execute(update(User).where(User.id == session.user_id).values(last_seen_at=session.last_seen_at))

    async def session_by_token(self, unit: ReadUnit, token_hash: str) -> Row[AuthSession, User] | None:
        statement = select(AuthSession, User).join(User, User.id == AuthSession.user_id)
        return (await unit.session.execute(statement.where(AuthSession.token_hash == token_hash))).one_or_none()

    async def sessions(self, unit: ReadUnit, user_id: str, now: datetime) -> Sequence[AuthSession]:
        """The user's living sessions, the last used first."""
        statement = select(AuthSession).where(
            AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None), AuthSession.expires_at > now
        )
        return (await unit.session.scalars(statement.order_by(AuthSession.last_seen_at.desc(), AuthSession.id))).all()

    async def revoke_sessions(
        self, unit: UnitOfWork, user_id: str, now: datetime, *, only: str | None = None, but: str | None = None
    ) -> Sequence[str]:
        """End sessions of a user: one, all, or all but one. Returns the ids of those that lived."""
        statement = update(AuthSession).where(AuthSession.user_id == user_id, AuthSession.revoked_at.is_(None))
        if only is not None:
            statement = statement.where(AuthSession.id == only)
        if but is not None:
            statement = statement.where(AuthSession.id != but)
        return (await unit.session.scalars(statement.values(revoked_at=now).returning(AuthSession.id))).all()

    async def add_refresh_token(self, unit: UnitOfWork, token: RefreshToken) -> None:
        unit.session.add(token)
        await unit.session.flush()

    async def refresh_token(self, unit: ReadUnit, token_hash: str) -> Row[RefreshToken, AuthSession, User] | None:
        statement = (
            select(RefreshToken, AuthSession, User)
            .join(AuthSession, AuthSession.id == RefreshToken.session_id)
            .join(User, User.id == AuthSession.user_id)
        )
        return (await unit.session.execute(statement.where(RefreshToken.token_hash == token_hash))).one_or_none()

    async def use_refresh_token(self, unit: UnitOfWork, token_id: str, now: datetime) -> bool:
        """Mark a refresh token as used; False when it was already, also by a transaction that ran beside this one."""
        statement = update(RefreshToken).where(RefreshToken.id == token_id, RefreshToken.used_at.is_(None))
        used = await unit.session.scalars(statement.values(used_at=now).returning(RefreshToken.id))
        return used.first() is not None

    async def add_api_key(self, unit: UnitOfWork, key: ApiKey) -> None:
        unit.session.add(key)
        await unit.session.flush()

    async def api_key_by_hash(self, unit: ReadUnit, key_hash: str) -> Row[ApiKey, User] | None:
        statement = select(ApiKey, User).join(User, User.id == ApiKey.user_id).where(ApiKey.key_hash == key_hash)
        return (await unit.session.execute(statement)).one_or_none()

    async def api_keys(self, unit: ReadUnit, user_id: str) -> Sequence[ApiKey]:
        return (await unit.session.scalars(select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.id.desc()))).all()

    async def api_key(self, unit: ReadUnit, user_id: str, key_id: str) -> ApiKey | None:
        return await unit.session.scalar(select(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id))

    async def delete_api_key(self, unit: UnitOfWork, user_id: str, key_id: str) -> bool:
        statement = delete(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id).returning(ApiKey.id)
        return (await unit.session.scalars(statement)).first() is not None

    async def add_setup_token(self, unit: UnitOfWork, token: SetupToken) -> None:
        unit.session.add(token)
        await unit.session.flush()

    async def setup_token_lives(self, unit: ReadUnit, token_hash: str, now: datetime) -> bool:
        statement = select(exists().where(SetupToken.token_hash == token_hash, SetupToken.expires_at > now))
        return bool(await unit.session.scalar(statement))

    async def delete_setup_tokens(self, unit: UnitOfWork) -> None:
        await unit.session.execute(delete(SetupToken))

    async def save_uses(
        self,
        unit: UnitOfWork,
        sessions: Mapping[str, datetime],
        api_keys: Mapping[str, datetime],
        addresses: Mapping[str, str],
    ) -> None:
        """Write when credentials were last used and where; those deleted meanwhile are left alone."""
        for session_id, at in sessions.items():
            seen = update(AuthSession).where(AuthSession.id == session_id).values(last_seen_at=at)
            await self._seen(unit, (await unit.session.scalars(seen.returning(AuthSession.user_id))).first(), at)
        for key_id, at in api_keys.items():
            used = update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=at)
            await self._seen(unit, (await unit.session.scalars(used.returning(ApiKey.user_id))).first(), at)
        for session_id, address in addresses.items():
            await unit.session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_address=address))

    async def _seen(self, unit: UnitOfWork, user_id: str | None, at: datetime) -> None:
        if user_id is not None:
            later = or_(User.last_seen_at.is_(None), User.last_seen_at < at)
            await unit.session.execute(update(User).where(User.id == user_id, later).values(last_seen_at=at))

    async def delete_ended(self, unit: UnitOfWork, now: datetime, kept_from: datetime) -> None:
        """Drop what can no longer be used: refresh and set-up tokens past their end, sessions that ended before `kept_from`."""
        await unit.session.execute(delete(RefreshToken).where(RefreshToken.expires_at < now))
        await unit.session.execute(delete(SetupToken).where(SetupToken.expires_at < now))
        await unit.session.execute(
            delete(AuthSession).where(or_(AuthSession.expires_at < kept_from, AuthSession.revoked_at < kept_from))
        )
