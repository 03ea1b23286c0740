"""Ratings and the watchlist over a real database."""

from __future__ import annotations

import asyncio

import pytest

from matinee.infra.errors import InvalidCursor, NotFound, TitleNotFound
from matinee.infra.ids import TitleId
from tests.integration.progress.conftest import ANNA, BEN, FERRY, HARBOUR, LANTERN, Stand

pytestmark = pytest.mark.anyio


async def rate(stand: Stand, title_id: TitleId, rating: float) -> None:
    async with stand.database.write() as unit:
        await stand.ratings.rate(unit, ANNA, title_id, rating)
    await stand.clock.advance(60)


async def want(stand: Stand, title_id: TitleId) -> None:
    async with stand.database.write() as unit:
        await stand.watchlist.add(unit, ANNA, title_id)
    await stand.clock.advance(60)


async def test_ratings_by_page_the_latest_first(stand: Stand) -> None:
    for title_id, rating in ((LANTERN, 3.0), (FERRY, 0.5), (HARBOUR, 5.0), (LANTERN, 4.5)):
        await rate(stand, title_id, rating)
    found: list[tuple[str, float]] = []
    cursor = None
    async with stand.database.read() as unit:
        while True:
            page = await stand.ratings.page(unit, ANNA, 1, cursor)
            found += [(entry.title_id, entry.rating) for entry in page.items]
            assert page.items[0].title is not None
            cursor = page.next_cursor
            if cursor is None:
                break
            with pytest.raises(InvalidCursor):
                await stand.ratings.page(unit, BEN, 1, cursor)
        assert (await stand.ratings.page(unit, BEN)).items == []
    assert found == [(LANTERN, 4.5), (HARBOUR, 5.0), (FERRY, 0.5)]


async def test_the_watchlist_by_page_the_latest_first(stand: Stand) -> None:
    for title_id in (LANTERN, FERRY, HARBOUR, LANTERN):
        await want(stand, title_id)
    async with stand.database.read() as unit:
        first = await stand.watchlist.page(unit, ANNA, 2)
        second = await stand.watchlist.page(unit, ANNA, 2, first.next_cursor)
    assert [entry.title_id for entry in first.items] == [HARBOUR, FERRY]
    assert [entry.title_id for entry in second.items] == [LANTERN], "what is on the list keeps its place"
    assert second.next_cursor is None


async def test_what_is_gone_stays_in_the_lists_without_a_card(stand: Stand) -> None:
    await rate(stand, LANTERN, 4)
    await want(stand, LANTERN)
    async with stand.database.write() as unit:
        await stand.catalog.remove_titles(unit, [LANTERN])
    async with stand.database.read() as unit:
        [rated] = (await stand.ratings.page(unit, ANNA)).items
        [wanted] = (await stand.watchlist.page(unit, ANNA)).items
        assert await stand.watchlist.cards(unit, ANNA, 10) == []
    assert (rated.title, rated.title_id, wanted.title, wanted.title_id) == (None, LANTERN, None, LANTERN)


async def test_only_known_titles(stand: Stand) -> None:
    for act in (rate(stand, TitleId("movie-0"), 3), want(stand, TitleId("movie-0"))):
        with pytest.raises(TitleNotFound):
            await act
    async with stand.database.read() as unit:
        for of_title in (stand.ratings.of_title, stand.watchlist.of_title):
            with pytest.raises(NotFound):
                await of_title(unit, ANNA, LANTERN)


async def test_ratings_at_once_leave_one(stand: Stand) -> None:
    async with asyncio.TaskGroup() as group:
        for half in range(1, 11):
            group.create_task(rate(stand, LANTERN, half / 2))
    async with stand.database.read() as unit:
        assert len((await stand.ratings.page(unit, ANNA)).items) == 1


async def test_the_watchlist_is_a_row_of_the_home_page(stand: Stand) -> None:
    await want(stand, FERRY)
    await stand.watch(LANTERN, 600)
    async with stand.database.read() as unit:
        rows = await stand.home_rows(unit)
        assert await stand.home_rows(unit, BEN) == {}
    assert rows == {"continue-watching": [LANTERN], "watchlist": [FERRY]}
