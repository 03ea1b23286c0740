"""What the catalogue keeps warm because people here want it."""

from __future__ import annotations

from collections.abc import Sequence

from matinee.features.progress.repository import WantedRepository
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId


class WantedTitles:
    """Implements the catalogue's `InterestSource`."""

    def __init__(self) -> None:
        self._rows = WantedRepository()

    async def wanted(self, unit: ReadUnit, limit: int) -> Sequence[TitleId]:
        """What most people have watched or put on their lists, the most wanted first."""
        return await self._rows.most(unit, limit)
