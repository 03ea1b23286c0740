"""SQL of identities and of sign-ins that are on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from matinee.features.accounts.errors import IdentityTaken
from matinee.features.accounts.models import AuthSession, FederatedSession, Identity, SignInAttempt, UsedToken, User
from matinee.infra.database import ReadUnit, UnitOfWork


class IdentitiesRepository:
    """Reads and writes identities. It never commits."""

    async def identity(self, unit: ReadUnit, issuer: str, subject: str) -> Row[Identity, User] | None:
        statement = select(Identity, User).join(User, User.id == Identity.user_id)
        found = await unit.session.execute(statement.where(Identity.issuer == issuer, Identity.subject == subject))
        return found.one_or_none()

    async def add(self, unit: UnitOfWork, identity: Identity) -> None:
        """Raises `IdentityTaken` when somebody else was faster."""
        unit.session.add(identity)
        try:
            await unit.session.flush()
        except IntegrityError:
            raise IdentityTaken("This identity was linked to an account a moment ago.") from None

    async def used(self, unit: UnitOfWork, identity_id: str, label: str, now: datetime) -> None:
        await unit.session.execute(update(Identity).where(Identity.id == identity_id).values(label=label, last_used_at=now))

    async def of_user(self, unit: ReadUnit, user_id: str) -> Sequence[Identity]:
        """The first linked first."""
        return (await unit.session.scalars(select(Identity).where(Identity.user_id == user_id).order_by(Identity.id))).all()

    async def of_users(self, unit: ReadUnit, user_ids: Sequence[str]) -> Mapping[str, Sequence[Identity]]:
        """The same for several users at once; who has none is missing."""
        statement = select(Identity).where(Identity.user_id.in_(user_ids)).order_by(Identity.id)
        found: dict[str, list[Identity]] = {}
        for identity in await unit.session.scalars(statement):
            found.setdefault(identity.user_id, []).append(identity)
        return found

    async def delete(self, unit: UnitOfWork, identity_id: str) -> None:
        await unit.session.execute(delete(Identity).where(Identity.id == identity_id))

    async def lock_user(self, unit: UnitOfWork, user_id: str) -> User | None:
        """The user; nobody else changes it before this unit ends, where the engine has locks of rows."""
        return await unit.session.scalar(
            select(User).where(User.id == user_id).with_for_update().execution_options(populate_existing=True)
        )

    async def lock_working_admins(self, unit: UnitOfWork) -> Sequence[str]:
        """The ids of all administrators who can sign in, locked likewise."""
        statement = select(User.id).where(User.role == "admin", User.disabled.is_(False)).order_by(User.id)
        return (await unit.session.scalars(statement.with_for_update())).all()

    async def add_session(self, unit: UnitOfWork, session: FederatedSession) -> None:
        unit.session.add(session)
        await unit.session.flush()

    async def provider_of_session(self, unit: ReadUnit, session_id: str) -> str | None:
        """The provider that a session was started with."""
        statement = select(Identity.provider).join(FederatedSession, FederatedSession.identity_id == Identity.id)
        return await unit.session.scalar(statement.where(FederatedSession.session_id == session_id))

    async def sessions_of(
        self, unit: ReadUnit, issuer: str, subject: str | None, provider_session: str | None
    ) -> Sequence[tuple[str, str]]:
        """Living sessions that were started with an identity, as (user, session)."""
        statement = (
            select(AuthSession.user_id, AuthSession.id)
            .join(FederatedSession, FederatedSession.session_id == AuthSession.id)
            .join(Identity, Identity.id == FederatedSession.identity_id)
            .where(Identity.issuer == issuer, AuthSession.revoked_at.is_(None))
        )
        if subject is not None:
            statement = statement.where(Identity.subject == subject)
        if provider_session is not None:
            statement = statement.where(FederatedSession.provider_session == provider_session)
        return [(user_id, session_id) for user_id, session_id in await unit.session.execute(statement)]

    async def add_attempt(self, unit: UnitOfWork, attempt: SignInAttempt) -> None:
        unit.session.add(attempt)
        await unit.session.flush()

    async def attempt(self, unit: ReadUnit, secret_hash: str) -> SignInAttempt | None:
        return await unit.session.get(SignInAttempt, secret_hash)

    async def take_attempt(self, unit: UnitOfWork, secret_hash: str) -> bool:
        """Use an attempt up; False when it was already, also by a transaction that ran beside this one."""
        statement = delete(SignInAttempt).where(SignInAttempt.secret_hash == secret_hash).returning(SignInAttempt.secret_hash)
        return (await unit.session.scalars(statement)).first() is not None

    async def attempts_waiting(self, unit: ReadUnit, now: datetime) -> int:
        return await unit.session.scalar(select(func.count()).where(SignInAttempt.expires_at > now)) or 0

    async def use_token(self, unit: UnitOfWork, token: UsedToken) -> bool:
        """Note a token; False when it was noted before."""
        unit.session.add(token)
        try:
            await unit.session.flush()
        except IntegrityError:
            return False
        return True

    async def delete_ended(self, unit: UnitOfWork, now: datetime) -> None:
        """Drop attempts and tokens past their end."""
        await unit.session.execute(delete(SignInAttempt).where(SignInAttempt.expires_at < now))
        await unit.session.execute(delete(UsedToken).where(UsedToken.expires_at < now))
