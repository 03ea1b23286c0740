"""Titles with all that belongs to them: stored whole, read one by one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, delete, func, or_, select, update

from matinee.features.catalog.models import Episode, Genre, Season, Title, TitleGenre
from matinee.infra.database import ReadUnit, UnitOfWork
from matinee.infra.database.upsert import insert_into, rows_into
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import genre_id
from matinee.ports.ratings import AgeRating, encoded, stored_age

_AT_ONCE = 500
# What a refresh must not touch: it belongs to the library.
_KEPT = {"id", "available", "added_at"}


@dataclass(frozen=True, slots=True)
class StoredTitle:
    """A title as it is written. Pictures are names of `PictureStore`; `values` are columns of `title`."""

    values: Mapping[str, Any]
    seasons: Sequence[Mapping[str, Any]] = ()
    episodes: Sequence[Mapping[str, Any]] = ()
    genres: Sequence[str] = field(default_factory=tuple)

    @property
    def id(self) -> str:
        return str(self.values["id"])


class TitleRepository:
    """Reads and writes of single titles."""

    async def get(self, unit: ReadUnit, title_id: TitleId) -> Title | None:
        return await unit.session.get(Title, title_id)

    async def exists(self, unit: ReadUnit, title_id: TitleId) -> bool:
        found = await unit.session.execute(select(Title.id).where(Title.id == title_id))
        return found.first() is not None

    async def store(self, unit: UnitOfWork, stored: StoredTitle) -> None:
        """Insert or replace a title with its seasons, genres and episodes."""
        await self.store_all(unit, [stored], episodes_too=True)

    async def store_all(self, unit: UnitOfWork, titles: Sequence[StoredTitle], *, episodes_too: bool) -> None:
        """Insert or replace titles, all with values for the same columns, with their seasons, genres and, if so told, episodes.

        A title without a poster keeps the one it has: a frame of its file is better than none.
        """
        statement = rows_into(unit, Title)
        new = statement.excluded
        changed: dict[str, Any] = {name: new[name] for name in titles[0].values if name not in _KEPT}
        same = or_(new.poster.is_(None), and_(new.poster == Title.poster, new.poster_color.is_(None)))
        changed["poster"] = func.coalesce(new.poster, Title.poster)
        changed["poster_color"] = case((same, Title.poster_color), else_=new.poster_color)
        upsert = statement.on_conflict_do_update(index_elements=["id"], set_=changed)
        # In order, so that two writers on PostgreSQL never wait for each other in a circle.
        titles = sorted(titles, key=lambda one: one.id)
        await unit.session.execute(upsert, [dict(one.values) for one in titles])
        await self._replace_genres(unit, {one.id: one.genres for one in titles})
        ids = [one.id for one in titles]
        await self._replace(unit, Season, ids, [row for one in titles for row in one.seasons])
        if episodes_too:
            await self._replace(unit, Episode, ids, [row for one in titles for row in one.episodes])

    async def store_season(
        self, unit: UnitOfWork, title_id: str, season: Mapping[str, Any], episodes: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert or replace a season with its episodes; nothing for a title that is not known."""
        if not await self.exists(unit, TitleId(title_id)):
            return
        statement = insert_into(unit, Season).values(**season)
        changed = {name: statement.excluded[name] for name in season if name not in {"title_id", "number"}}
        await unit.session.execute(statement.on_conflict_do_update(index_elements=["title_id", "number"], set_=changed))
        number = season["number"]
        await unit.session.execute(delete(Episode).where(Episode.title_id == title_id, Episode.season == number))
        for some in _portions(episodes):
            await unit.session.execute(insert_into(unit, Episode).on_conflict_do_nothing(), list(some))

    async def touch(self, unit: UnitOfWork, title_ids: Collection[str], at: datetime) -> None:
        """The provider still says the same of these titles."""
        for some in _portions(sorted(title_ids)):
            await unit.session.execute(update(Title).where(Title.id.in_(some)).values(updated_at=at))

    async def has_episodes(self, unit: ReadUnit, title_id: TitleId) -> bool:
        found = await unit.session.execute(select(Episode.title_id).where(Episode.title_id == title_id).limit(1))
        return found.first() is not None

    async def add_if_absent(self, unit: UnitOfWork, stored: StoredTitle) -> None:
        """Insert a title unless it is there."""
        await unit.session.execute(insert_into(unit, Title).values(**stored.values).on_conflict_do_nothing())

    async def set_available(self, unit: UnitOfWork, title_ids: Collection[TitleId], at: datetime) -> bool:
        """Whether any of them was not available before."""
        changed = False
        for some in _portions(sorted(title_ids)):
            values = {"available": True, "added_at": func.coalesce(Title.added_at, at)}
            away = (Title.id.in_(some), Title.available.is_(False))
            found = await unit.session.execute(update(Title).where(*away).values(values).returning(Title.id))
            changed |= found.first() is not None
        return changed

    async def set_unavailable(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> bool:
        """Whether any of them was available before."""
        changed = False
        for some in _portions(sorted(title_ids)):
            there = (Title.id.in_(some), Title.available.is_(True))
            found = await unit.session.execute(update(Title).where(*there).values(available=False).returning(Title.id))
            changed |= found.first() is not None
        return changed

    async def unmatched(self, unit: ReadUnit, title_ids: Collection[TitleId], *, available: bool) -> list[Title]:
        """Of these, the titles that no provider knows, by whether the library has them."""
        found: list[Title] = []
        for some in _portions(sorted(title_ids)):
            query = select(Title).where(Title.id.in_(some), Title.matched.is_(False), Title.available.is_(available))
            found += (await unit.session.execute(query)).scalars()
        return found

    async def remove(self, unit: UnitOfWork, title_ids: Collection[TitleId]) -> None:
        for some in _portions(sorted(title_ids)):
            await unit.session.execute(delete(Title).where(Title.id.in_(some)))

    async def demo_titles(self, unit: ReadUnit) -> list[TitleId]:
        found = await unit.session.execute(select(Title.id).where(Title.demo.is_(True)).order_by(Title.id))
        return [TitleId(key) for key in found.scalars()]

    async def set_poster(self, unit: UnitOfWork, title_id: TitleId, poster: str, color: str, *, replace: bool) -> bool:
        """Whether the title is there and took the poster."""
        statement = update(Title).where(Title.id == title_id).values(poster=poster, poster_color=color)
        if not replace:
            statement = statement.where(Title.poster.is_(None))
        changed = await unit.session.execute(statement.returning(Title.id))
        return changed.first() is not None

    async def set_age(self, unit: UnitOfWork, title_id: TitleId, rating: AgeRating) -> None:
        """For whom a title is that no provider knows; what a provider says stays."""
        values = {"certification": rating.rating[:32], "age_rating": encoded(rating), "age": stored_age(rating)}
        await unit.session.execute(update(Title).where(Title.id == title_id, Title.matched.is_(False)).values(values))

    async def set_poster_color(self, unit: UnitOfWork, title_id: TitleId, poster: str, color: str) -> None:
        statement = update(Title).where(Title.id == title_id, Title.poster == poster).values(poster_color=color)
        await unit.session.execute(statement)

    async def seasons(self, unit: ReadUnit, title_id: TitleId) -> list[Season]:
        query = select(Season).where(Season.title_id == title_id).order_by(Season.number)
        return list((await unit.session.execute(query)).scalars())

    async def episode_counts(self, unit: ReadUnit, title_id: TitleId) -> dict[int, int]:
        """Episodes that are known one by one, by season."""
        query = select(Episode.season, func.count().label("number")).where(Episode.title_id == title_id).group_by(Episode.season)
        return {row.season: row.number for row in await unit.session.execute(query)}

    async def episodes(self, unit: ReadUnit, title_id: TitleId, season: int | None = None) -> list[Episode]:
        query = select(Episode).where(Episode.title_id == title_id).order_by(Episode.season, Episode.number)
        if season is not None:
            query = query.where(Episode.season == season)
        return list((await unit.session.execute(query)).scalars())

    async def _replace(
        self, unit: UnitOfWork, table: type[Season | Episode], title_ids: Sequence[str], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        await unit.session.execute(delete(table).where(table.title_id.in_(title_ids)))
        for some in _portions(rows):
            await unit.session.execute(rows_into(unit, table).on_conflict_do_nothing(), [dict(row) for row in some])

    async def _replace_genres(self, unit: UnitOfWork, names: Mapping[str, Sequence[str]]) -> None:
        """`names`: genres by title."""
        by_title = {title: {genre_id(name): name for name in some if genre_id(name)} for title, some in names.items()}
        genres = {key: name for some in by_title.values() for key, name in some.items()}
        await unit.session.execute(delete(TitleGenre).where(TitleGenre.title_id.in_(list(names))))
        if not genres:
            return
        known = set((await unit.session.execute(select(Genre.id).where(Genre.id.in_(list(genres))))).scalars())
        rows = [{"id": key, "name": genres[key]} for key in sorted(genres) if key not in known]
        if rows:
            await unit.session.execute(rows_into(unit, Genre).on_conflict_do_nothing(), rows)
        links = [{"title_id": title, "genre_id": key} for title in sorted(by_title) for key in sorted(by_title[title])]
        await unit.session.execute(rows_into(unit, TitleGenre).on_conflict_do_nothing(), links)


def year_in(released: date | None) -> int:
    """The year of a date, 0 for none."""
    return released.year if released else 0


def _portions(values: Iterable[Any]) -> Iterable[list[Any]]:
    """Lists short enough for one statement's parameters."""
    whole = list(values)
    for start in range(0, len(whole), _AT_ONCE):
        yield whole[start : start + _AT_ONCE]
