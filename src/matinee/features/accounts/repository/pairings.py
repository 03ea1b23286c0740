"""SQL of devices that wait to be let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from matinee.features.accounts.models import DevicePairing
from matinee.infra.database import ReadUnit, UnitOfWork


class PairingsRepository:
    """Reads and writes pairings. It never commits."""

    async def add(self, unit: UnitOfWork, pairing: DevicePairing) -> bool:
        """False when the code is in use; then nothing else is in the unit either."""
        unit.session.add(pairing)
        try:
            await unit.session.flush()
        except IntegrityError:
            await unit.session.rollback()
            return False
        return True

    async def waiting_from(self, unit: ReadUnit, address: str, now: datetime) -> int:
        """How many devices of an address wait."""
        statement = select(func.count()).where(
            DevicePairing.address == address, DevicePairing.expires_at > now, DevicePairing.state == "waiting"
        )
        return await unit.session.scalar(statement) or 0

    async def by_device(self, unit: UnitOfWork, device_hash: str) -> DevicePairing | None:
        """Locked until the unit ends, where the engine has locks of rows."""
        return await unit.session.scalar(select(DevicePairing).where(DevicePairing.device_hash == device_hash).with_for_update())

    async def by_user_code(self, unit: ReadUnit, user_code_hash: str) -> DevicePairing | None:
        return await unit.session.scalar(select(DevicePairing).where(DevicePairing.user_code_hash == user_code_hash))

    async def decide(self, unit: UnitOfWork, pairing_id: str, state: str, user_id: str) -> bool:
        """Approve or deny one that waits; False when it was decided already."""
        statement = update(DevicePairing).where(DevicePairing.id == pairing_id, DevicePairing.state == "waiting")
        decided = await unit.session.scalars(statement.values(state=state, user_id=user_id).returning(DevicePairing.id))
        return decided.first() is not None

    async def polled(self, unit: UnitOfWork, pairing_id: str, now: datetime, pause: int) -> None:
        statement = update(DevicePairing).where(DevicePairing.id == pairing_id)
        await unit.session.execute(statement.values(polled_at=now, pause=pause))

    async def delete(self, unit: UnitOfWork, pairing_id: str) -> bool:
        statement = delete(DevicePairing).where(DevicePairing.id == pairing_id).returning(DevicePairing.id)
        return (await unit.session.scalars(statement)).first() is not None

    async def delete_ended(self, unit: UnitOfWork, before: datetime) -> None:
        await unit.session.execute(delete(DevicePairing).where(DevicePairing.expires_at < before))
