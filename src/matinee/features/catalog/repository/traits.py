"""What titles of the library are about, for features that compare titles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from matinee.features.catalog.models import Title
from matinee.features.catalog.policy import popularity
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId
from matinee.ports.metadata import TitleKind

_MAKERS = frozenset({"Director", "Creator", "Writer"})
_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class TitleTraits:
    """`cast` and `makers` are ids of people, or names where a provider gives no ids; `appeal` is 0..1, from the votes."""

    title_id: TitleId
    kind: TitleKind
    year: int | None
    genres: Sequence[str]
    cast: Sequence[str]
    makers: Sequence[str]
    keywords: Sequence[str]
    appeal: float


class TraitsRepository:
    """Titles that the library has, by id."""

    async def page(self, unit: ReadUnit, after: TitleId | None, limit: int) -> list[TitleTraits]:
        columns = (Title.id, Title.kind, Title.year, Title.genres, Title.credits, Title.keywords, Title.vote_average)
        query = select(*columns, Title.vote_count).where(Title.available.is_(True))
        if after is not None:
            query = query.where(Title.id > after)
        return [_traits(*row) for row in await unit.session.execute(query.order_by(Title.id).limit(limit))]

    async def count(self, unit: ReadUnit) -> int:
        query = select(func.count()).select_from(Title).where(Title.available.is_(True))
        return int((await unit.session.execute(query)).scalar_one())


def _traits(
    title_id: str, kind: str, year: int, genres: list[str], people: list[Any], keywords: list[str], average: float, votes: int
) -> TitleTraits:
    cast = [_person(credit) for credit in people if credit["department"] == "cast"]
    makers = [_person(credit) for credit in people if credit["department"] == "crew" and credit["role"] in _MAKERS]
    return TitleTraits(
        title_id=TitleId(title_id),
        kind="show" if kind == "show" else "movie",
        year=year or None,
        genres=genres,
        cast=cast[:_PEOPLE],
        makers=makers[:_PEOPLE],
        keywords=keywords,
        appeal=popularity(average, votes),
    )


def _person(credit: dict[str, Any]) -> str:
    return str(credit["id"] or credit["name"].casefold())
