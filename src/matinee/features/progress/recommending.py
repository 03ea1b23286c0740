"""What somebody may like next, from the neighbours that were learned of what they watched and rated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matinee.features.catalog.service import Because, CatalogService, HomeRow, TitleCard
from matinee.features.progress.policy import is_seen
from matinee.features.progress.repository import NeighboursRepository, Played, Rated, TasteRepository
from matinee.features.progress.schemas import Reason, Recommendation
from matinee.features.progress.taste import Seen, favourites, known, profile
from matinee.infra.database import ReadUnit
from matinee.infra.ids import TitleId, UserId
from matinee.infra.recommender.serving import Recommended, near, recommend

_HISTORY = 5_000
"""Titles of a person that are never recommended again: the latest."""
_SPARE = 3
"""So many times the wanted titles are taken, since the library may have lost some since they were learned."""
_BECAUSE_ROWS = 2
_SHORTEST_ROW = 3


class Recommender:
    """Serves from the stored neighbours: no learning, no matrices, a handful of queries for all rows together."""

    def __init__(self, catalog: CatalogService) -> None:
        self._catalog = catalog
        self._tastes = TasteRepository()
        self._neighbours = NeighboursRepository()

    async def recommendations(self, unit: ReadUnit, user_id: UserId, limit: int) -> list[Recommendation]:
        """The best titles of the library that the person has neither begun nor rated, best first; each with its reason."""
        history = await self._history(unit, user_id)
        taste = profile(history)
        neighbours = await self._neighbours.of(unit, taste)
        found = recommend(taste, neighbours, known(history), limit * _SPARE)
        cards = await self._cards(unit, user_id, [*(one.item for one in found), *(one.because for one in found)])
        shown = [one for one in found if one.item in cards and cards[one.item].in_library]
        return [_recommendation(one, cards) for one in shown[:limit]]

    async def home_rows(self, unit: ReadUnit, user_id: UserId, limit: int) -> list[HomeRow]:
        """ "Recommended for you", and "Because you watched" for the latest titles that were liked."""
        history = await self._history(unit, user_id)
        taste, hidden = profile(history), known(history)
        neighbours = await self._neighbours.of(unit, taste)
        rows = [[one.item for one in recommend(taste, neighbours, hidden, limit * _SPARE)]]
        about = [one for one in favourites(history) if one in neighbours][: _BECAUSE_ROWS * _SPARE]
        rows += [near(neighbours[one], hidden, limit * _SPARE) for one in about]
        cards = await self._cards(unit, user_id, [*about, *(title_id for row in rows for title_id in row)])
        shown = [[cards[key] for key in row if key in cards and cards[key].in_library][:limit] for row in rows]
        found = [HomeRow(id="recommended", title="Recommended for you", items=shown[0])]
        for one, items in zip(about, shown[1:], strict=True):
            if one in cards and len(items) >= _SHORTEST_ROW and len(found) <= _BECAUSE_ROWS:
                because = Because(id=one, title=cards[one].title)
                title = f"Because you watched {because.title}"
                found.append(HomeRow(id=f"because-{one}", title=title, items=items, because=because))
        return [row for row in found if row.items]

    async def _history(self, unit: ReadUnit, user_id: UserId) -> list[Seen]:
        played = await self._tastes.played(unit, [user_id], _HISTORY)
        return histories(played, await self._tastes.rated(unit, [user_id], _HISTORY)).get(user_id, [])

    async def _cards(self, unit: ReadUnit, user_id: UserId, title_ids: Sequence[str]) -> dict[str, TitleCard]:
        wanted = [TitleId(key) for key in dict.fromkeys(title_ids)]
        return {card.id: card for card in await self._catalog.cards(unit, wanted, user_id)}


def histories(played: Iterable[Played], rated: Iterable[Rated]) -> dict[str, list[Seen]]:
    """By user: what they did with each title. What was opened for a moment only is nothing."""
    found: dict[str, dict[str, Seen]] = {}
    for one in played:
        if is_seen(one.watched, one.share, one.position):
            kind = "movie" if one.kind == "movie" else "show"
            seen = Seen(TitleId(one.title_id), kind, one.at, watched=one.watched, share=min(1.0, one.share))
            found.setdefault(one.user_id, {})[one.title_id] = seen
    for each in rated:
        titles = found.setdefault(each.user_id, {})
        before = titles.get(each.title_id)
        if before is None:
            titles[each.title_id] = Seen(TitleId(each.title_id), "movie", each.at, each.rating)
        else:
            at = max(before.at, each.at)
            titles[each.title_id] = Seen(before.title_id, before.kind, at, each.rating, before.watched, before.share)
    return {user_id: list(titles.values()) for user_id, titles in found.items()}


def _recommendation(one: Recommended, cards: Mapping[str, TitleCard]) -> Recommendation:
    reason = cards.get(one.because)
    because = None if reason is None else Reason(title_id=reason.id, title=reason.title)
    return Recommendation(title=cards[one.item], score=round(one.score, 6), because=because)
