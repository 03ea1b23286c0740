"""Which titles a profile with a maturity limit may see."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter

from matinee.features.catalog.errors import NotForThisProfile
from matinee.features.catalog.policy import CatalogOptions, upstream_kind
from matinee.features.catalog.repository.ages import AgesRepository
from matinee.features.catalog.schemas import (
    CreditsView,
    GenreList,
    HomeRow,
    HomeView,
    MovieView,
    PersonView,
    SeasonView,
    VideoList,
)
from matinee.features.catalog.sourcing import Upstream
from matinee.features.catalog.stored import age_of_details
from matinee.infra.cache import SourceFailed
from matinee.infra.database import Database
from matinee.infra.http.answers.structs import changed, model_of
from matinee.infra.http.maturity import JUDGED_AT_ONCE
from matinee.ports.ratings import UNRATED, admits

T = TypeVar("T")
_TOGETHER = 8
_SECONDS = 2.5
_PARTS = 16
"""Where one title in four is suitable, 16 parts fill a page of twenty; where one in twenty is, they look at 240 titles."""
_BECAUSE = "because-"
"""What the rows begin with that are called after a title."""


@dataclass(frozen=True, slots=True)
class MaturityLimits:
    """How much one answer may ask of the upstream. `seconds` bound the wait for all titles of an answer."""

    at_once: int = JUDGED_AT_ONCE
    together: int = _TOGETHER
    seconds: float = _SECONDS
    parts: int = _PARTS
    """Of a list, read one after the other to make one page full."""


@dataclass(slots=True)
class _Patience:
    """What is left for one answer."""

    titles: int
    until: float


class Maturity:
    """Implements `infra.http.maturity.Sieve`.

    Ages are in the database for every title whose details were ever read. Details that were not are read now, through the cache
    and within a short time, which also writes the age down: a child's first look at a list may be short, the next one is not.
    """

    def __init__(
        self,
        database: Database,
        upstream: Upstream,
        options: CatalogOptions,
        registry: CollectorRegistry,
        limits: MaturityLimits | None = None,
    ) -> None:
        self._database = database
        self._upstream = upstream
        self._locale = options.locale()
        self.limits = limits or MaturityLimits()
        self._reading = asyncio.Semaphore(self.limits.together)
        self._ages = AgesRepository()
        self._learned = Counter(
            "matinee_catalog_ages_learned", "Titles whose age an answer had to ask for.", ["outcome"], registry=registry
        )

    async def require(self, title_id: str, max_age: int) -> None:
        """See the port. Raises `NotForThisProfile`."""
        ages = await self.ages([title_id])
        if title_id in ages and not admits(ages[title_id], max_age):
            raise NotForThisProfile(f"This profile is limited to what is for people of {max_age} years.")

    async def allowed(self, title_ids: Iterable[str], max_age: int) -> set[str]:
        """Those of the titles that are for people of that age."""
        return await self._allowed(title_ids, max_age, self._patience())

    async def sift(self, value: T, max_age: int) -> T:
        """See the port. What carries no titles stays as it is; its address was checked."""
        return await self._sift(value, max_age, self._patience())

    async def fill(self, value: T, max_age: int, limit: int, further: Callable[[str, int], Awaitable[T | None]]) -> T:
        """See the port. Each part is as long as the page still lacks, so that its cursor goes on where the page ends."""
        patience = self._patience()
        shown: Any = await self._sift(value, max_age, patience)  # Any: one of several kinds of lists
        for _ in range(self.limits.parts - 1):
            missing = min(limit - len(shown.items), patience.titles)
            if missing <= 0 or shown.next_cursor is None or asyncio.get_running_loop().time() >= patience.until:
                break
            more: Any = await further(shown.next_cursor, missing)
            if more is None:
                break
            more = await self._sift(more, max_age, patience)
            shown = changed(
                shown,
                items=[*shown.items, *more.items],
                next_cursor=more.next_cursor,
                degraded=shown.degraded or more.degraded,
            )
        return cast(T, shown)

    async def _sift(self, value: T, max_age: int, patience: _Patience) -> T:
        kind = model_of(type(value)) or object
        if issubclass(kind, GenreList | CreditsView | VideoList | SeasonView):
            return value
        if issubclass(kind, HomeView):
            page = cast(HomeView, value)
            return cast(T, _home(page, await self._allowed(_on_page(page), max_age, patience)))
        if issubclass(kind, MovieView):
            await self.require(cast(MovieView, value).id, max_age)
            return value
        name = "titles" if issubclass(kind, PersonView) else "items"
        entries: Sequence[Any] | None = getattr(value, name, None)  # Any: cards, hits and entries of several features
        if entries is None:
            raise NotForThisProfile("This cannot be shown to a limited profile.")
        allowed = await self._allowed(_ids(entries), max_age, patience)
        return changed(value, **{name: [_without_reason(one, allowed) for one in entries if _fits(one, allowed)]})

    async def ages(self, title_ids: Sequence[str]) -> dict[str, int | None]:
        """By id, None where nobody knows; titles that are nowhere are missing."""
        return await self._ages_of(title_ids, self._patience())

    def _patience(self) -> _Patience:
        return _Patience(self.limits.at_once, asyncio.get_running_loop().time() + self.limits.seconds)

    async def _allowed(self, title_ids: Iterable[str], max_age: int, patience: _Patience) -> set[str]:
        found = await self._ages_of(list(title_ids), patience)
        return {title_id for title_id, age in found.items() if admits(age, max_age)}

    async def _ages_of(self, title_ids: Sequence[str], patience: _Patience) -> dict[str, int | None]:
        async with self._database.read() as unit:
            found = await self._ages.of(unit, title_ids)
        if not self._upstream.there:
            return found
        wanted = [one for one in dict.fromkeys(title_ids) if found.get(one) is None and upstream_kind(one) is not None]
        learned = wanted[: patience.titles]
        patience.titles -= len(learned)
        return found | await self._learn(learned, found)

    async def _learn(self, title_ids: Sequence[str], known: Collection[str]) -> dict[str, int | None]:
        learned: dict[str, int | None] = {}

        async def one(title_id: str) -> None:
            try:
                async with asyncio.timeout(self.limits.seconds), self._reading:
                    said = await self._upstream.details(title_id, self._locale)
            except (SourceFailed, TimeoutError):
                self._learned.labels("failed").inc()
                learned[title_id] = None
                return
            if said is not None:
                age = learned[title_id] = age_of_details(said.value)
                self._learned.labels("unrated" if age == UNRATED else "known").inc()
            elif title_id in known:
                learned[title_id] = UNRATED

        async with asyncio.TaskGroup() as group:
            for title_id in title_ids:
                group.create_task(one(title_id), name="catalog: learn an age")
        return learned


def _ids(entries: Iterable[Any]) -> list[str]:
    """The titles that entries of a list are about, and those named as reasons."""
    found = [title_id for one in entries if (title_id := _title_of(one)) is not None]
    return found + [one.because.title_id for one in entries if getattr(one, "because", None) is not None]


def _title_of(entry: Any) -> str | None:
    """The title that an entry of a list is about; None for a person."""
    if getattr(entry, "kind", None) == "person":
        return None
    title_id = getattr(entry, "title_id", None)
    if isinstance(title_id, str):
        return title_id
    card: Any = getattr(entry, "title", None)
    return str(entry.id if card is None or isinstance(card, str) else card.id)


def _fits(entry: Any, allowed: Collection[str]) -> bool:
    title_id = _title_of(entry)
    return title_id is None or title_id in allowed


def _without_reason(entry: Any, allowed: Collection[str]) -> Any:
    """A recommendation does not name what its reader may not see."""
    because = getattr(entry, "because", None)
    return entry if because is None or because.title_id in allowed else changed(entry, because=None)


def _on_page(page: HomeView) -> list[str]:
    cards = [card.id for row in page.rows for card in row.items]
    return [*(row.id.removeprefix(_BECAUSE) for row in page.rows if row.id.startswith(_BECAUSE)), *dict.fromkeys(cards)]


def _home(page: HomeView, allowed: Collection[str]) -> HomeView:
    rows = [_row(row, lambda card: card.id in allowed) for row in page.rows if _may_be_named(row, allowed)]
    rows = [row for row in rows if row.items]
    hero = page.hero if page.hero is not None and page.hero.id in allowed else None
    return changed(page, rows=rows, hero=hero or (rows[0].items[0] if rows else None))


def _row(row: HomeRow, shown: Callable[[Any], bool]) -> HomeRow:
    return changed(row, items=[card for card in row.items if shown(card)])


def _may_be_named(row: HomeRow, allowed: Collection[str]) -> bool:
    """A row that is called after a title goes with it."""
    return not row.id.startswith(_BECAUSE) or row.id.removeprefix(_BECAUSE) in allowed
