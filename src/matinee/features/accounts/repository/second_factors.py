"""SQL of second factors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select, update

from matinee.features.accounts.models import RecoveryCode, SecondFactor, User
from matinee.infra.database import ReadUnit, UnitOfWork


class SecondFactorsRepository:
    """Reads and writes second factors. It never commits."""

    async def locked(self, unit: UnitOfWork, user_id: str) -> tuple[User, SecondFactor | None] | None:
        """An account and its secret; nobody else judges a code of it, or changes its factor, before this unit ends."""
        statement = select(User).where(User.id == user_id).with_for_update()
        user = await unit.session.scalar(statement.execution_options(populate_existing=True))
        if user is None:
            return None
        return user, await unit.session.get(SecondFactor, user_id, populate_existing=True)

    async def replace(self, unit: UnitOfWork, factor: SecondFactor) -> None:
        """A new secret in place of the one before."""
        await unit.session.execute(delete(SecondFactor).where(SecondFactor.user_id == factor.user_id))
        unit.session.add(factor)
        await unit.session.flush()

    async def taken(self, unit: UnitOfWork, user_id: str, step: int | None) -> None:
        """A code was right: its step is used up (None for a recovery code), and wrong ones are forgotten."""
        values: dict[str, object] = {"wrong_codes": 0, "wrong_since": None}
        if step is not None:
            values["last_step"] = step
        await unit.session.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(**values))

    async def missed(self, unit: UnitOfWork, user_id: str, wrong_codes: int, since: datetime) -> None:
        """A code was wrong."""
        values = {"wrong_codes": wrong_codes, "wrong_since": since}
        await unit.session.execute(update(SecondFactor).where(SecondFactor.user_id == user_id).values(**values))

    async def enable(self, unit: UnitOfWork, user_id: str, now: datetime) -> None:
        await unit.session.execute(update(User).where(User.id == user_id).values(second_factor_at=now))

    async def remove(self, unit: UnitOfWork, user_id: str) -> bool:
        """Everything of it; whether it counted."""
        statement = update(User).where(User.id == user_id, User.second_factor_at.is_not(None)).values(second_factor_at=None)
        counted = (await unit.session.scalars(statement.returning(User.id))).first() is not None
        await unit.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
        await unit.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        return counted

    async def replace_codes(self, unit: UnitOfWork, user_id: str, hashes: Iterable[str], now: datetime) -> None:
        """These recovery codes in place of those before."""
        await unit.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        unit.session.add_all(RecoveryCode(code_hash=one, user_id=user_id, created_at=now) for one in hashes)
        await unit.session.flush()

    async def use_code(self, unit: UnitOfWork, user_id: str, code_hash: str) -> bool:
        """Take a recovery code away; False when there is none such, also because of a transaction that ran beside this one."""
        statement = delete(RecoveryCode).where(RecoveryCode.code_hash == code_hash, RecoveryCode.user_id == user_id)
        return (await unit.session.scalars(statement.returning(RecoveryCode.code_hash))).first() is not None

    async def codes_left(self, unit: ReadUnit, user_id: str) -> int:
        statement = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user_id)
        return await unit.session.scalar(statement) or 0
