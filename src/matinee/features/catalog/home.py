"""The home page: which rows there are and what is in them."""

from __future__ import annotations

from collections.abc import Sequence

from matinee.features.catalog.cards import Cards
from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.policy import CatalogOptions, TitleFilter
from matinee.features.catalog.repository import ListRepository
from matinee.features.catalog.schemas import HomeRow, HomeView, TitleCard
from matinee.infra.clock import Clock
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId, UserId

_GENRE_ROWS = 8
_BIG_GENRE = 4
Row = tuple[str, str, Sequence[TitleId]]


class HomePage:
    """Rows of other features first, then recently added, films, shows, the biggest genres."""

    def __init__(
        self, contributors: Contributors, cards: Cards, lists: ListRepository, options: CatalogOptions, clock: Clock
    ) -> None:
        self._contributors = contributors
        self._cards = cards
        self._lists = lists
        self._size = options.row_size
        self._clock = clock
        self._genres: list[tuple[str, str]] = []
        self._genres_until = 0.0

    async def view(self, unit: ReadUnit, user_id: UserId | None) -> HomeView:
        shown: list[HomeRow] = []
        if user_id is not None:
            for source in self._contributors.home:
                own = list(await source.cards(unit, user_id, self._size))
                shown.append(HomeRow(id=source.row_id, title=source.row_title, items=own))
        rows = await self._rows(unit)
        wanted = list(dict.fromkeys(title_id for _, _, ids in rows for title_id in ids))
        cards = {card.id: card for card in await self._cards.of(unit, wanted, user_id)}
        shown += [HomeRow(id=key, title=title, items=[cards[i] for i in ids if i in cards]) for key, title, ids in rows]
        shown = [row for row in shown if row.items]
        return HomeView(hero=_hero(shown), rows=shown)

    async def _rows(self, unit: ReadUnit) -> list[Row]:
        rows: list[Row] = [
            ("recently-added", "Recently added", await self._lists.recent(unit, self._size)),
            ("movies", "Movies", await self._best(unit, TitleFilter(kind="movie"))),
            ("shows", "Shows", await self._best(unit, TitleFilter(kind="show"))),
        ]
        for key, name in await self._big_genres(unit):
            rows.append((f"genre-{key}", name, await self._best(unit, TitleFilter(genre=key))))
        return rows

    async def _big_genres(self, unit: ReadUnit) -> list[tuple[str, str]]:
        """The genres with most titles. Counting a large library takes long, so the answer is used a hundred times as long."""
        begun = self._clock.monotonic()
        if begun >= self._genres_until:
            self._genres = await self._lists.biggest_genres(unit, _BIG_GENRE, _GENRE_ROWS)
            ended = self._clock.monotonic()
            self._genres_until = ended + 100 * (ended - begun)
        return self._genres

    async def _best(self, unit: ReadUnit, only: TitleFilter) -> list[TitleId]:
        found = await self._lists.page(unit, only, "-vote_average", self._size, None)
        return [title_id for _, title_id in found[: self._size]]


def _hero(rows: Sequence[HomeRow]) -> TitleCard | None:
    """What was being watched; else the newest with a wide picture; else the first there is."""
    if not rows:
        return None
    if rows[0].id == "continue-watching":
        return rows[0].items[0]
    return next((card for card in rows[0].items if card.backdrop), rows[0].items[0])
