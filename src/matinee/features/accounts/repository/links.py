"""SQL of invitations and password resets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, select, update

from matinee.features.accounts.models import Invitation, PasswordReset, User
from matinee.infra.database import ReadUnit, UnitOfWork


class LinksRepository:
    """Reads and writes links. It never commits."""

    async def add_invitation(self, unit: UnitOfWork, invitation: Invitation) -> None:
        unit.session.add(invitation)
        await unit.session.flush()

    async def invitations(self, unit: ReadUnit, created_by: str | None, before: str | None, limit: int) -> Sequence[Invitation]:
        """Newest first; those of one person, or all."""
        statement = select(Invitation).order_by(Invitation.id.desc()).limit(limit)
        if created_by is not None:
            statement = statement.where(Invitation.created_by == created_by)
        if before is not None:
            statement = statement.where(Invitation.id < before)
        return (await unit.session.scalars(statement)).all()

    async def invitation(self, unit: ReadUnit, token_hash: str, now: datetime) -> Invitation | None:
        """The invitation of a token, if it still lets somebody in."""
        living = (Invitation.token_hash == token_hash, Invitation.expires_at > now, Invitation.used < Invitation.uses)
        return await unit.session.scalar(select(Invitation).where(*living))

    async def use_invitation(self, unit: UnitOfWork, token_hash: str, now: datetime) -> Invitation | None:
        """Count a use; None when there is none left, also because of a transaction that ran beside this one."""
        living = (Invitation.token_hash == token_hash, Invitation.expires_at > now, Invitation.used < Invitation.uses)
        statement = update(Invitation).where(*living).values(used=Invitation.used + 1).returning(Invitation)
        return (await unit.session.scalars(statement.execution_options(populate_existing=True))).first()

    async def delete_invitation(self, unit: UnitOfWork, invitation_id: str, created_by: str | None) -> Invitation | None:
        """Delete an invitation, of one person or of anybody; the row that went."""
        statement = delete(Invitation).where(Invitation.id == invitation_id)
        if created_by is not None:
            statement = statement.where(Invitation.created_by == created_by)
        return (await unit.session.scalars(statement.returning(Invitation))).first()

    async def delete_invitations_of(self, unit: UnitOfWork, user_id: str) -> None:
        await unit.session.execute(delete(Invitation).where(Invitation.created_by == user_id))

    async def count_living(self, unit: ReadUnit, created_by: str, now: datetime) -> int:
        statement = select(Invitation.id).where(Invitation.created_by == created_by, Invitation.expires_at > now)
        return len((await unit.session.scalars(statement)).all())

    async def replace_reset(self, unit: UnitOfWork, reset: PasswordReset) -> None:
        """Add a reset; the one before it ends."""
        await unit.session.execute(delete(PasswordReset).where(PasswordReset.user_id == reset.user_id))
        unit.session.add(reset)
        await unit.session.flush()

    async def reset(self, unit: ReadUnit, token_hash: str, now: datetime) -> Row[PasswordReset, User] | None:
        statement = select(PasswordReset, User).join(User, User.id == PasswordReset.user_id)
        living = (PasswordReset.token_hash == token_hash, PasswordReset.expires_at > now)
        return (await unit.session.execute(statement.where(*living))).one_or_none()

    async def use_reset(self, unit: UnitOfWork, token_hash: str, now: datetime) -> bool:
        """Take the reset away; False when another transaction did."""
        living = (PasswordReset.token_hash == token_hash, PasswordReset.expires_at > now)
        used = await unit.session.scalars(delete(PasswordReset).where(*living).returning(PasswordReset.user_id))
        return used.first() is not None

    async def delete_ended(self, unit: UnitOfWork, before: datetime) -> None:
        """Drop links that ended before then."""
        await unit.session.execute(delete(Invitation).where(Invitation.expires_at < before))
        await unit.session.execute(delete(PasswordReset).where(PasswordReset.expires_at < before))
