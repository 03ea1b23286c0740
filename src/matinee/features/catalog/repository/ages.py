"""For which age titles are."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from matinee.features.catalog.models import Title
from matinee.infra.database import ReadUnit

_SOME = 500


class AgesRepository:
    """Ages of all titles that the database knows."""

    async def of(self, unit: ReadUnit, title_ids: Collection[str]) -> dict[str, int | None]:
        """By id, as `ports.ratings` stores them; unknown titles are missing."""
        found: dict[str, int | None] = {}
        wanted = sorted(set(title_ids))
        for start in range(0, len(wanted), _SOME):
            rows = await unit.session.execute(select(Title.id, Title.age).where(Title.id.in_(wanted[start : start + _SOME])))
            found.update((row[0], row[1]) for row in rows)
        return found
