"""Lists of titles, read by keyset: the cost of a page does not depend on how far down it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import defer

from matinee.features.catalog.models import Genre, Title, TitleGenre
from matinee.features.catalog.policy import ListSort, TitleFilter
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId
from matinee.infra.paging import Scalar
from matinee.ports.catalogue import genre_id
from matinee.ports.ratings import GROWN_UP, UNRATED

Row = tuple[list[Scalar], TitleId]
_COLUMNS: dict[str, Any] = {  # Any: columns of several types
    "title": Title.sort_title,
    "added_at": Title.added_at,
    "year": Title.year,
    "vote_average": Title.vote_average,
}


_NOT_ON_CARDS = [defer(column, raiseload=True) for column in (Title.credits, Title.videos, Title.keywords, Title.external_ids)]


class ListRepository:
    """Ids of titles in order; cards are loaded by id afterwards."""

    async def page(
        self, unit: ReadUnit, only: TitleFilter, sort: ListSort, limit: int, after: Sequence[Scalar] | None
    ) -> list[Row]:
        """Up to `limit + 1` rows of (sort values, id) after the values of a cursor."""
        column = _COLUMNS[sort.lstrip("-")]
        query = _filtered(select(column, Title.id), only)
        return await self._keyset(unit, query, column, sort, limit, after)

    async def among(
        self,
        unit: ReadUnit,
        only: TitleFilter,
        sort: ListSort,
        keys: Sequence[str],
        limit: int,
        after: Sequence[Scalar] | None,
    ) -> list[Row]:
        """The same for titles found by a search."""
        column = _COLUMNS[sort.lstrip("-")]
        query = _filtered(select(column, Title.id), only).where(Title.id.in_(keys))
        return await self._keyset(unit, query, column, sort, limit, after)

    async def recent(self, unit: ReadUnit, limit: int, max_age: int | None = None) -> list[TitleId]:
        """What the library got last, of every kind."""
        query = select(Title.id).where(Title.available.is_(True))
        if max_age is not None:
            query = query.where(_suited(max_age))
        found = await unit.session.execute(query.order_by(Title.added_at.desc(), Title.id.desc()).limit(limit))
        return [TitleId(key) for key in found.scalars()]

    async def by_ids(self, unit: ReadUnit, title_ids: Sequence[str], *, whole: bool = False) -> dict[str, Title]:
        """Rows by id; unknown ids are missing. Unless `whole`, without what no card shows, which is most of a row."""
        found: dict[str, Title] = {}
        wanted = sorted(set(title_ids))
        for start in range(0, len(wanted), 500):
            query = select(Title).where(Title.id.in_(wanted[start : start + 500]))
            rows = await unit.session.execute(query if whole else query.options(*_NOT_ON_CARDS))
            found.update((row.id, row) for row in rows.scalars())
        return found

    async def genres(self, unit: ReadUnit) -> list[tuple[str, str]]:
        """Genres of available titles: id and name, by name. Stops at the first title of each."""
        of_genre = select(TitleGenre.title_id).join(Title, Title.id == TitleGenre.title_id)
        present = of_genre.where(TitleGenre.genre_id == Genre.id, Title.available.is_(True)).exists()
        found = await unit.session.execute(select(Genre.id, Genre.name).where(present).order_by(Genre.name, Genre.id))
        return [(key, name) for key, name in found]

    async def biggest_genres(self, unit: ReadUnit, least: int, limit: int) -> list[tuple[str, str]]:
        """The genres with most available titles, and at least that many. Reads every title's genres."""
        count = func.count()
        query = select(Genre.id, Genre.name).join(TitleGenre, TitleGenre.genre_id == Genre.id)
        query = query.join(Title, Title.id == TitleGenre.title_id).where(Title.available.is_(True))
        query = query.group_by(Genre.id, Genre.name).having(count >= least).order_by(count.desc(), Genre.id)
        return [(key, name) for key, name in await unit.session.execute(query.limit(limit))]

    async def _keyset(
        self,
        unit: ReadUnit,
        query: Select[Any, Any],
        column: Any,
        sort: ListSort,
        limit: int,
        after: Sequence[Scalar] | None,
    ) -> list[Row]:
        descending = sort.startswith("-")
        if after is not None:
            edge = tuple_(*_edge(sort, after))
            place = tuple_(column, Title.id)
            query = query.where(place < edge if descending else place > edge)
        order = (column.desc(), Title.id.desc()) if descending else (column, Title.id)
        found = await unit.session.execute(query.order_by(*order).limit(limit + 1))
        return [([_scalar(value), key], TitleId(key)) for value, key in found]


def _filtered(query: Select[Any, Any], only: TitleFilter) -> Select[Any, Any]:
    query = query.where(Title.available.is_(True))
    if only.kind is not None:
        query = query.where(Title.kind == only.kind)
    if only.year is not None:
        query = query.where(Title.year == only.year)
    if only.year_from is not None:
        query = query.where(Title.year >= only.year_from)
    if only.year_to is not None:
        query = query.where(Title.year <= only.year_to, Title.year > 0)
    if only.max_age is not None:
        query = query.where(_suited(only.max_age))
    if only.genre is not None:
        of_genre = select(TitleGenre.title_id).where(TitleGenre.genre_id == genre_id(only.genre))
        query = query.where(of_genre.where(TitleGenre.title_id == Title.id).exists())
    return query


def _suited(max_age: int) -> ColumnElement[bool]:
    """`ports.ratings.admits` as a condition."""
    if max_age >= GROWN_UP:
        return or_(Title.age.is_(None), Title.age <= max_age)
    return Title.age.between(UNRATED + 1, max_age)


def _edge(sort: ListSort, values: Sequence[Scalar]) -> list[Any]:
    value, key = values
    if sort.endswith("added_at") and isinstance(value, str):
        return [datetime.fromisoformat(value), key]
    return [value, key]


def _scalar(value: Any) -> Scalar:
    return value.isoformat() if isinstance(value, datetime) else value
