"""Everything that the database knows of titles, whether the library has them or not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Select, Text, and_, cast, delete, func, or_, select, tuple_

from matinee.features.catalog.models import Title, TitleGenre
from matinee.features.catalog.policy import KnownFilter, KnownOrder
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.ids import TitleId
from matinee.infra.paging import Scalar

Row = tuple[list[Scalar], TitleId]
_COLUMNS: dict[str, Any] = {  # Any: columns of several types
    "popularity": Title.popularity,
    "release_date": Title.release_date,
    "vote_average": Title.vote_average,
    "title": Title.sort_title,
}
_SOME = 500
_CANDIDATES = 3000
_OUR_OWN = ("", "demo")
_NEVER = datetime(1971, 1, 1, tzinfo=UTC)
# Names of files that went away are nothing to show.
_SHOWN = or_(Title.matched.is_(True), Title.available.is_(True))


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What cards show of a title beyond what an upstream says of it."""

    available: bool
    added_at: datetime | None
    poster: str | None
    poster_color: str | None
    runtime: int | None


class KnownRepository:
    """Lists of last resort, what the library adds to upstream cards, and what may not be kept any longer."""

    async def with_person(self, unit: ReadUnit, person_id: str, limit: int) -> Sequence[Title]:
        """Titles whose kept cast or crew has that person, the most popular first. Only the most popular titles and those of the
        library are looked through: nothing says who is in what but the titles themselves."""
        popular = select(Title.id).where(_SHOWN).order_by(Title.popularity.desc()).limit(_CANDIDATES)
        ours = select(Title.id).where(Title.available.is_(True)).limit(_CANDIDATES)
        named = cast(Title.credits, Text).contains(f'"{person_id}"', autoescape=True)
        asked = select(Title).where(or_(Title.id.in_(popular), Title.id.in_(ours)), named)
        return (await unit.session.execute(asked.order_by(Title.popularity.desc(), Title.id).limit(limit))).scalars().all()

    async def page(
        self, unit: ReadUnit, only: KnownFilter, order: KnownOrder, limit: int, after: Sequence[Scalar] | None
    ) -> list[Row]:
        """Up to `limit + 1` rows of (sort values, id) after the values of a cursor."""
        column, descending = _COLUMNS[order.lstrip("-")], order.startswith("-")
        query = _filtered(select(column, Title.id), only)
        if order.endswith("release_date"):
            query = query.where(Title.release_date.is_not(None))
        if after is not None:
            value = date.fromisoformat(str(after[0])) if order.endswith("release_date") else after[0]
            edge, place = tuple_(value, after[1]), tuple_(column, Title.id)
            query = query.where(place < edge if descending else place > edge)
        ordered = (column.desc(), Title.id.desc()) if descending else (column, Title.id)
        found = await unit.session.execute(query.order_by(*ordered).limit(limit + 1))
        return [([value.isoformat() if isinstance(value, date) else value, key], TitleId(key)) for value, key in found]

    async def near(self, unit: ReadUnit, title_id: TitleId, limit: int) -> list[TitleId]:
        """Titles of the same kind that share most genres with this one, popular ones first; looks only at the most popular."""
        kind = select(Title.kind).where(Title.id == title_id).scalar_subquery()
        mine = select(TitleGenre.genre_id).where(TitleGenre.title_id == title_id)
        candidates = select(Title.id, Title.popularity).where(Title.kind == kind, _SHOWN, Title.id != title_id)
        some = candidates.order_by(Title.popularity.desc(), Title.id.desc()).limit(_CANDIDATES).subquery()
        query = (
            select(some.c.id)
            .join(TitleGenre, TitleGenre.title_id == some.c.id)
            .where(TitleGenre.genre_id.in_(mine))
            .group_by(some.c.id, some.c.popularity)
            .order_by(func.count().desc(), some.c.popularity.desc(), some.c.id)
        )
        return [TitleId(key) for key in (await unit.session.execute(query.limit(limit))).scalars()]

    async def facts(self, unit: ReadUnit, title_ids: Collection[str]) -> dict[str, TitleFacts]:
        """By id; unknown ids are missing."""
        columns = (Title.id, Title.available, Title.added_at, Title.poster, Title.poster_color, Title.runtime)
        found: dict[str, TitleFacts] = {}
        wanted = sorted(set(title_ids))
        for start in range(0, len(wanted), _SOME):
            rows = await unit.session.execute(select(*columns).where(Title.id.in_(wanted[start : start + _SOME])))
            found.update((row[0], TitleFacts(*row[1:])) for row in rows)
        return found

    async def of_library(self, unit: ReadUnit, provider: str, limit: int) -> list[TitleId]:
        """Titles of the library that come from a provider, those whose details are oldest first."""
        query = select(Title.id).where(Title.available.is_(True), Title.provider == provider)
        found = await unit.session.execute(query.order_by(Title.updated_at, Title.id).limit(limit))
        return [TitleId(key) for key in found.scalars()]

    async def outdated(self, unit: ReadUnit, before: datetime, limit: int) -> list[TitleId]:
        """Titles of other systems that the library lacks and that were fetched before a moment."""
        query = select(Title.id).where(
            Title.provider.not_in(_OUR_OWN), Title.available.is_(False), Title.updated_at < before, Title.updated_at > _NEVER
        )
        found = await unit.session.execute(query.order_by(Title.updated_at, Title.id).limit(limit))
        return [TitleId(key) for key in found.scalars()]

    async def remove(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        for start in range(0, len(title_ids), _SOME):
            some = sorted(title_ids)[start : start + _SOME]
            await unit.session.execute(delete(Title).where(Title.id.in_(some), Title.available.is_(False)))


def _filtered(query: Select[Any, Any], only: KnownFilter) -> Select[Any, Any]:
    query = query.where(Title.kind == only.kind, _SHOWN)
    for genre in only.genres:
        of_genre = select(TitleGenre.title_id).where(TitleGenre.genre_id == genre, TitleGenre.title_id == Title.id)
        query = query.where(of_genre.exists())
    limits = (
        (only.year_from, lambda value: Title.year >= value),
        (only.year_to, lambda value: and_(Title.year <= value, Title.year > 0)),
        (only.vote_from, lambda value: Title.vote_average >= value),
        (only.votes_from, lambda value: Title.vote_count >= value),
        (only.runtime_to, lambda value: Title.runtime <= value),
        (only.released_from, lambda value: Title.release_date >= value),
        (only.released_to, lambda value: Title.release_date <= value),
    )
    for value, condition in limits:
        if value is not None:
            query = query.where(condition(value))
    return query
