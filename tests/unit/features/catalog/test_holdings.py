"""What the library certainly lacks is known without asking, and nothing else is."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from matinee.features.catalog.contributors import Contributors
from matinee.features.catalog.holdings import FRESH, MOST_CHANGED, Holdings
from matinee.infra.cache.entries import Invalidation
from matinee.infra.clock import ManualClock
from matinee.infra.observability import Metrics

pytestmark = pytest.mark.anyio


class Library:
    """Holds titles; `meanwhile` runs while it is being read."""

    def __init__(self, *titles: str) -> None:
        self.titles = sorted(titles)
        self.meanwhile: Callable[[], None] = lambda: None
        self.asked = 0

    async def held(self, unit: object, after: str, limit: int) -> Sequence[str]:
        self.asked += 1
        found = [one for one in self.titles if one > after][:limit]
        self.meanwhile()
        return found


class NoDatabase:
    @asynccontextmanager
    async def read(self) -> AsyncIterator[None]:
        yield None


def made(library: Library | None) -> tuple[Holdings, ManualClock]:
    clock = ManualClock()
    database: Any = NoDatabase()
    return Holdings(database, Contributors(held=library), clock, Metrics()), clock


def changed(*titles: str) -> Invalidation:
    return Invalidation(tags=frozenset(f"library:{one}" for one in titles))


async def test_nothing_is_known_before_the_list_was_read() -> None:
    holdings, _ = made(Library("movie-1"))
    assert not holdings.lacks("movie-2")
    await holdings.read()
    assert holdings.lacks("movie-2")
    assert not holdings.lacks("movie-1")


async def test_without_a_library_that_tells_nothing_is_ever_known() -> None:
    holdings, _ = made(None)
    await holdings.read()
    assert not holdings.lacks("movie-2")


async def test_every_page_of_a_large_library_is_read() -> None:
    library = Library(*(f"movie-{number}" for number in range(12_000)))
    holdings, _ = made(library)
    await holdings.read()
    assert library.asked == 3
    assert not any(holdings.lacks(one) for one in library.titles)
    assert holdings.lacks("movie-12000")


async def test_a_title_that_has_changed_is_asked_for_until_the_list_is_read_anew() -> None:
    library = Library("movie-1")
    holdings, _ = made(library)
    await holdings.read()
    holdings.heard(Invalidation(keys=frozenset({"catalog:1:title:movie-3"})))
    assert holdings.lacks("movie-3")
    holdings.heard(changed("movie-2"))
    assert not holdings.lacks("movie-2")
    assert holdings.lacks("movie-3")
    await holdings.read()
    assert holdings.lacks("movie-2")


async def test_a_title_that_changes_while_the_list_is_read_is_asked_for() -> None:
    library = Library("movie-1")
    holdings, _ = made(library)
    library.meanwhile = lambda: holdings.heard(changed("movie-2"))
    await holdings.read()
    assert not holdings.lacks("movie-2")
    assert holdings.lacks("movie-3")


@pytest.mark.parametrize(
    "what", [Invalidation(everything=True), changed(*(f"movie-{number}" for number in range(MOST_CHANGED + 1)))]
)
async def test_too_many_changes_make_everything_unknown_also_while_the_list_is_read(what: Invalidation) -> None:
    library = Library("movie-1")
    holdings, _ = made(library)
    await holdings.read()
    holdings.heard(what)
    assert not holdings.lacks("show-2")
    library.meanwhile = lambda: holdings.heard(what)
    await holdings.read()
    assert not holdings.lacks("show-2")


async def test_an_old_list_is_not_believed() -> None:
    holdings, clock = made(Library("movie-1"))
    await holdings.read()
    await clock.advance(FRESH + 1)
    assert holdings.lacks("movie-2")  # and the next one is on its way
    await clock.advance(FRESH)
    assert not holdings.lacks("movie-2")


async def test_the_list_is_read_when_somebody_asks_and_it_is_old() -> None:
    library = Library("movie-1")
    holdings, clock = made(library)
    async with holdings.keeping():
        await clock.advance(500)
        assert library.asked == 0
        holdings.lacks("movie-2")
        await clock.advance(2)
        assert library.asked == 1
        assert holdings.lacks("movie-2")
        await clock.advance(FRESH + 1)
        holdings.lacks("movie-2")
        await clock.advance(2)
        assert library.asked == 2
