"""All SQL of monitoring."""

from __future__ import annotations

from sqlalchemy import select

from matinee.features.monitoring.models import BreakerDecision
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into
from matinee.infra.upstream import Decision


class DecisionRepository:
    """One row for each upstream that an administrator ever decided on."""

    async def all(self, unit: ReadUnit) -> dict[str, Decision]:
        """By the name of the upstream."""
        rows = (await unit.session.scalars(select(BreakerDecision))).all()
        return {row.upstream: Decision(row.at, row.forced, row.by) for row in rows}

    async def put(self, unit: UnitOfWork, upstream: str, decision: Decision) -> None:
        """Keep it, unless a later one is kept."""
        values = {"forced": decision.forced, "at": decision.at, "by": decision.by}
        statement = insert_into(unit, BreakerDecision).values(upstream=upstream, **values)
        await unit.session.execute(
            statement.on_conflict_do_update(
                index_elements=["upstream"], set_=values, where=BreakerDecision.at < statement.excluded.at
            )
        )
