"""Progress: what is kept, which report wins, what is to be continued."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from matinee.features.progress.repository import WatchlistRepository
from matinee.features.progress.service import ProgressReport
from matinee.features.progress.wanted import WantedTitles
from matinee.infra.errors import InvalidCursor, TitleNotFound
from matinee.infra.ids import ItemId, TitleId
from tests.integration.progress.conftest import ANNA, BEN, FERRY, HARBOUR, LANTERN, Stand

pytestmark = pytest.mark.anyio


async def resume(stand: Stand, item: str) -> float:
    async with stand.database.read() as unit:
        return await stand.progress.resume_position(unit, ANNA, ItemId(item))


async def continued(stand: Stand, limit: int = 20) -> list[tuple[str, str, float]]:
    found: list[tuple[str, str, float]] = []
    cursor = None
    while True:
        async with stand.database.read() as unit:
            page = await stand.progress.continue_watching(unit, ANNA, limit, cursor)
        found += [(card.id, card.progress.item_id, card.progress.position) for card in page.items if card.progress]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_a_film_resumes_where_it_was_left(stand: Stand) -> None:
    assert await resume(stand, "lantern") == 0
    held = await stand.watch(LANTERN, 1234.5)
    assert (held.item_id, held.position, held.duration, held.watched) == ("lantern", 1234.5, 6000, False)
    assert await resume(stand, "lantern") == 1234.5
    async with stand.database.read() as unit:
        assert await stand.progress.resume_position(unit, BEN, ItemId("lantern")) == 0


async def test_a_watched_film_starts_again(stand: Stand) -> None:
    assert (await stand.watch(LANTERN, 5500)).watched
    assert await resume(stand, "lantern") == 0
    assert (await stand.watch(LANTERN, 20)).watched, "opened again by mistake"
    held = await stand.watch(LANTERN, 400)
    assert not held.watched, "being watched again"
    assert await resume(stand, "lantern") == 400


async def test_a_position_is_inside_its_film(stand: Stand) -> None:
    assert (await stand.watch(LANTERN, 99999)).position == 6000
    assert (await stand.watch(FERRY, 700, duration=650)).position == 650


async def test_reports_in_any_order_leave_the_newest(stand: Stand) -> None:
    start = stand.clock.now()
    await stand.clock.advance(3600)
    reports = [
        ProgressReport(position=float(n), duration=6000, client_time=start + timedelta(seconds=n // 3), sequence=n)
        for n in range(1, 40)
    ]
    random.Random(7).shuffle(reports)
    for report in [*reports, *reports[:5]]:
        async with stand.database.write() as unit:
            await stand.progress.save(unit, ANNA, LANTERN, report)
    assert await resume(stand, "lantern") == 39


async def test_a_late_report_is_answered_with_what_holds(stand: Stand) -> None:
    start = stand.clock.now()
    await stand.clock.advance(600)
    async with stand.database.write() as unit:
        new = await stand.progress.save(unit, ANNA, LANTERN, ProgressReport(500, 6000, client_time=start + timedelta(seconds=90)))
    async with stand.database.write() as unit:
        old = await stand.progress.save(unit, ANNA, LANTERN, ProgressReport(400, 6000, client_time=start))
    assert (old.position, old.updated_at) == (500, new.updated_at)


async def test_a_clock_that_is_ahead_does_not_shut_others_out(stand: Stand) -> None:
    ahead = ProgressReport(500, 6000, client_time=stand.clock.now() + timedelta(days=300))
    async with stand.database.write() as unit:
        await stand.progress.save(unit, ANNA, LANTERN, ahead)
    await stand.clock.advance(10)
    assert (await stand.watch(LANTERN, 510)).position == 510


async def test_reports_at_once_leave_one_row_with_the_newest(stand: Stand) -> None:
    start = stand.clock.now()
    await stand.clock.advance(600)

    async def send(n: int) -> None:
        async with stand.database.write() as unit:
            report = ProgressReport(float(n), 6000, client_time=start, sequence=n)
            await stand.progress.save(unit, ANNA, LANTERN, report)

    await asyncio.gather(*(send(n) for n in range(1, 13)))
    assert await resume(stand, "lantern") == 12


async def test_what_the_library_lacks_has_no_progress(stand: Stand) -> None:
    for title_id, item in ((TitleId("movie-0"), None), (LANTERN, "ferry"), (HARBOUR, "nothing")):
        with pytest.raises(TitleNotFound):
            await stand.watch(title_id, 10, item)


async def test_play_on_a_show(stand: Stand) -> None:
    async def item() -> str | None:
        async with stand.database.read() as unit:
            return await stand.progress.item_to_play(unit, ANNA, HARBOUR)

    assert await item() == "e1"
    await stand.watch(HARBOUR, 100, "e2")
    assert await item() == "e2"
    assert (await stand.watch(HARBOUR, 120)).item_id == "e2", "without an item: the episode under way"
    await stand.watch(HARBOUR, 2900, "e2")
    assert await item() == "e3"
    await stand.watch(HARBOUR, 2900, "e3")
    assert await item() == "e3", "after the last there is nothing"
    stand.shelf.items[HARBOUR] = []
    assert await item() is None


async def test_next_item(stand: Stand) -> None:
    async with stand.database.read() as unit:
        assert await stand.progress.next_item(unit, HARBOUR, ItemId("e1")) == "e2"
        assert await stand.progress.next_item(unit, HARBOUR, ItemId("e3")) is None
        assert await stand.progress.next_item(unit, LANTERN, ItemId("lantern")) is None


async def test_continue_watching(stand: Stand) -> None:
    await stand.watch(LANTERN, 1000)
    await stand.watch(FERRY, 5)
    await stand.watch(HARBOUR, 2950, "e1")
    assert await continued(stand) == [(HARBOUR, "e2", 0), (LANTERN, "lantern", 1000)]
    await stand.watch(FERRY, 300)
    await stand.watch(HARBOUR, 50, "e2")
    await stand.watch(LANTERN, 5900)
    assert await continued(stand) == [(HARBOUR, "e2", 50), (FERRY, "ferry", 300)]
    assert await continued(stand, limit=1) == [(HARBOUR, "e2", 50), (FERRY, "ferry", 300)]
    await stand.watch(HARBOUR, 3000, "e3")
    assert await continued(stand) == [(FERRY, "ferry", 300)]


async def test_the_next_episode_comes_with_its_length(stand: Stand) -> None:
    await stand.watch(HARBOUR, 2950, "e1")
    async with stand.database.read() as unit:
        [card] = (await stand.progress.continue_watching(unit, ANNA)).items
    assert card.progress is not None
    assert (card.progress.item_id, card.progress.position, card.progress.duration) == ("e2", 0, 3000)


async def test_a_page_ends_though_many_shows_are_finished(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.progress.service._EXAMINED", 2)
    await stand.watch(LANTERN, 1000)
    await stand.watch(HARBOUR, 3000, "e3")
    await stand.watch(FERRY, 3)
    assert await continued(stand) == [(LANTERN, "lantern", 1000)]


async def test_history(stand: Stand) -> None:
    await stand.watch(LANTERN, 1000)
    await stand.watch(HARBOUR, 3000, "e1")
    await stand.watch(HARBOUR, 10, "e2")
    async with stand.database.write() as unit:
        await stand.catalog.remove_titles(unit, [LANTERN])
    async with stand.database.read() as unit:
        first = await stand.progress.history(unit, ANNA, 2)
        second = await stand.progress.history(unit, ANNA, 2, first.next_cursor)
        assert (await stand.progress.history(unit, BEN)).items == []
        with pytest.raises(InvalidCursor):
            await stand.progress.history(unit, BEN, 2, first.next_cursor)
    entries = [*first.items, *second.items]
    assert [(entry.item_id, entry.watched) for entry in entries] == [("e2", False), ("e1", True), ("lantern", False)]
    assert entries[0].title is not None
    assert entries[2].title is None


async def test_cards_and_home_show_progress(stand: Stand) -> None:
    await stand.watch(LANTERN, 1000)
    await stand.watch(HARBOUR, 500, "e2")
    async with stand.database.read() as unit:
        cards = {card.id: card for card in await stand.catalog.cards(unit, [LANTERN, FERRY, HARBOUR], ANNA)}
        home = await stand.catalog.home(unit, ANNA)
        others = await stand.catalog.home(unit, BEN)
    assert cards[FERRY].progress is None
    lantern, harbour = cards[LANTERN].progress, cards[HARBOUR].progress
    assert lantern is not None
    assert lantern.position == 1000
    assert harbour is not None
    assert harbour.item_id == "e2"
    assert home.rows[0].id == "continue-watching"
    assert home.hero is not None
    assert home.hero.id == HARBOUR
    assert others.rows[0].id == "recently-added"


async def test_what_many_watch_is_wanted_most(stand: Stand) -> None:
    for user in (ANNA, BEN):
        await stand.watch(FERRY, 60, user=user)
    await stand.watch(HARBOUR, 60, "e1")
    await stand.watch(HARBOUR, 60, "e2")
    async with stand.database.write() as unit:
        await WatchlistRepository().put(unit, BEN, LANTERN, stand.clock.now())
    async with stand.database.read() as unit:
        assert list(await WantedTitles().wanted(unit, 10)) == [FERRY, HARBOUR, LANTERN]
        assert list(await WantedTitles().wanted(unit, 1)) == [FERRY]
