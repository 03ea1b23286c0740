"""The rows of the home page that belong to one profile, kept for a minute and forgotten as soon as it does something."""

from __future__ import annotations

from collections import OrderedDict

from matinee.features.catalog.cache import HOME, LIBRARY, CatalogPolicies, personal_key, user_tag
from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.errors import source_error
from matinee.features.catalog.schemas import HomeRow
from matinee.infra.cache import Cache, Fill, SourceFailed
from matinee.infra.database import Database, UnitOfWork
from matinee.infra.errors import MatineeError
from matinee.infra.http.answers.structs import decoder_of, encode
from matinee.infra.ids import UserId

_rows = decoder_of(list[HomeRow])
_DECODED = 256
"""Profiles whose rows are kept decoded."""


class PersonalHome:
    """What other features put before the catalogue's own rows."""

    def __init__(
        self, database: Database, cache: Cache, contributors: Contributors, policies: CatalogPolicies, row_size: int
    ) -> None:
        self._database = database
        self._cache = cache
        self._contributors = contributors
        self._policy = policies.personal
        self._size = row_size
        self._decoded: OrderedDict[str, tuple[bytes, list[HomeRow]]] = OrderedDict()

    async def rows(self, user_id: UserId) -> list[HomeRow]:
        """Those with cards, with the profile's progress on them. Raises `DatabaseUnavailable` where nothing is kept."""
        try:
            hit = await self._cache.get(self._policy, personal_key(user_id), lambda: self._load(user_id))
        except SourceFailed as failed:
            raise failed.error if isinstance(failed.error, MatineeError) else source_error(failed) from failed
        if hit is None:
            return []
        kept = self._decoded.get(user_id)
        if kept is None or kept[0] != hit.value:
            kept = self._decoded[user_id] = (hit.value, _rows.decode(hit.value))
            if len(self._decoded) > _DECODED:
                self._decoded.popitem(last=False)
        self._decoded.move_to_end(user_id)
        return kept[1]

    def changed_with(self, unit: UnitOfWork, user_id: UserId) -> None:
        """Forget them, in every process, once the changes of the unit are durable."""

        async def forget() -> None:
            # By the key, which is one entry, rather than by the tag, which every part of a cluster would have to be told.
            await self._cache.invalidate(keys=[personal_key(user_id)], personal=True)

        unit.after_commit(forget)

    async def _load(self, user_id: UserId) -> Fill:
        try:
            async with self._database.read() as unit:
                found = [row for source in self._contributors.home for row in await source.rows(unit, user_id, self._size)]
        except MatineeError as error:
            raise SourceFailed(error.code, error=error) from error
        rows = [row for row in found if row.items]
        return Fill(encode(rows), frozenset({HOME, LIBRARY, user_tag(user_id)}))
