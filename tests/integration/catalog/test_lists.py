"""Lists, cards, home page and genres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from matinee.features.catalog.service import HomeRow, ItemProgress, ListSort, TitleCard, TitleFilter
from matinee.infra.database import ReadUnit
from matinee.infra.errors import InvalidCursor, TitleNotFound
from matinee.infra.http.answers.structs import encode
from matinee.infra.ids import TitleId, UserId
from matinee.ports.catalogue import DiscoverQuery, Listing
from matinee.ports.metadata import TitleDetails
from tests.integration.catalog.conftest import ADDED, Stand

pytestmark = pytest.mark.anyio
ANNA = UserId("anna")


async def all_pages(stand: Stand, only: TitleFilter, sort: ListSort, limit: int = 2) -> list[str]:
    found: list[str] = []
    cursor = None
    for _ in range(50):
        async with stand.database.read() as unit:
            page = await stand.catalog.available_titles(unit, only, sort=sort, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        found += [card.title for card in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the list does not end")


async def some_films(stand: Stand) -> None:
    await stand.add("The Paper Lantern", at=ADDED)
    await stand.add("October Ferry", year=1987, at=ADDED + timedelta(hours=1))
    await stand.add("October Ferry", year=2017, at=ADDED + timedelta(hours=1))
    await stand.add("Éclair", year=1999, at=ADDED + timedelta(hours=2))
    await stand.add("A Zebra Crossing", at=ADDED + timedelta(hours=3))
    await stand.add("Harbour Nine", kind="show", at=ADDED + timedelta(hours=4))


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("title", ["Éclair", "October Ferry", "October Ferry", "The Paper Lantern", "A Zebra Crossing"]),
        ("-title", ["A Zebra Crossing", "The Paper Lantern", "October Ferry", "October Ferry", "Éclair"]),
        ("-added_at", ["A Zebra Crossing", "Éclair", "October Ferry", "October Ferry", "The Paper Lantern"]),
        ("added_at", ["The Paper Lantern", "October Ferry", "October Ferry", "Éclair", "A Zebra Crossing"]),
        ("-year", ["The Paper Lantern", "October Ferry", "Éclair", "October Ferry", "A Zebra Crossing"]),
        ("year", ["A Zebra Crossing", "October Ferry", "Éclair", "October Ferry", "The Paper Lantern"]),
    ],
)
@pytest.mark.parametrize("limit", [1, 2, 100])
async def test_every_order_gives_every_title_once(stand: Stand, sort: ListSort, expected: list[str], limit: int) -> None:
    await some_films(stand)
    assert await all_pages(stand, TitleFilter(kind="movie"), sort, limit) == expected


async def test_votes_order(stand: Stand) -> None:
    await some_films(stand)
    found = await all_pages(stand, TitleFilter(kind="movie"), "-vote_average")
    assert found[:3] == ["The Paper Lantern", "October Ferry", "October Ferry"]


async def test_filters(stand: Stand) -> None:
    await some_films(stand)
    assert await all_pages(stand, TitleFilter(kind="show"), "title") == ["Harbour Nine"]
    assert await all_pages(stand, TitleFilter(kind="movie", year=1987), "title") == ["October Ferry"]
    assert await all_pages(stand, TitleFilter(kind="movie", year_from=1987, year_to=1999), "year") == ["October Ferry", "Éclair"]
    assert await all_pages(stand, TitleFilter(kind="movie", year_from=2000), "year") == ["October Ferry", "The Paper Lantern"]
    assert await all_pages(stand, TitleFilter(genre="Science Fiction"), "title") == ["The Paper Lantern"]
    assert await all_pages(stand, TitleFilter(genre="science-fiction"), "title") == ["The Paper Lantern"]
    assert await all_pages(stand, TitleFilter(kind="movie", genre="drama"), "title") == [
        "October Ferry",
        "October Ferry",
        "The Paper Lantern",
    ]
    assert await all_pages(stand, TitleFilter(kind="movie", q="octber"), "-year", 1) == ["October Ferry", "October Ferry"]
    assert await all_pages(stand, TitleFilter(q="nothing like it"), "title") == []


async def test_a_title_added_between_two_pages_shifts_nothing(stand: Stand) -> None:
    await some_films(stand)
    only = TitleFilter(kind="movie")
    async with stand.database.read() as unit:
        first = await stand.catalog.available_titles(unit, only, limit=2)
    await stand.add("Aardvark")
    async with stand.database.read() as unit:
        second = await stand.catalog.available_titles(unit, only, limit=2, cursor=first.next_cursor)
    assert [card.title for card in second.items] == ["October Ferry", "The Paper Lantern"]


async def test_a_cursor_of_another_list_is_refused(stand: Stand) -> None:
    await some_films(stand)
    async with stand.database.read() as unit:
        page = await stand.catalog.available_titles(unit, TitleFilter(kind="movie"), limit=2)
        with pytest.raises(InvalidCursor):
            await stand.catalog.available_titles(unit, TitleFilter(kind="show"), limit=2, cursor=page.next_cursor)
        with pytest.raises(InvalidCursor):
            await stand.catalog.available_titles(unit, TitleFilter(kind="movie"), cursor="nonsense.x")


async def test_a_title_that_went_away_is_in_no_list_and_comes_back_with_its_date(stand: Stand) -> None:
    title_id = await stand.add("Home Video", at=ADDED)
    async with stand.database.write() as unit:
        await stand.catalog.set_unavailable(unit, [title_id])
    assert await all_pages(stand, TitleFilter(), "title") == []
    assert (await stand.catalog.search("home video"))[0].items == []
    assert (await stand.catalog.details("movie", title_id))[0].title == "Home Video"
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [title_id], ADDED + timedelta(days=9))
    async with stand.database.read() as unit:
        [card] = await stand.catalog.cards(unit, [title_id])
    assert [hit.id for hit in (await stand.catalog.search("home video"))[0].items] == [title_id]
    assert card.added_at == ADDED


async def test_a_matched_title_is_found_though_the_library_lacks_it(stand: Stand) -> None:
    title_id = await stand.add("The Paper Lantern")
    async with stand.database.write() as unit:
        await stand.catalog.set_unavailable(unit, [title_id])
    assert [hit.id for hit in (await stand.catalog.search("lantern"))[0].items] == [title_id]


async def test_removed_titles_leave_nothing(stand: Stand) -> None:
    title_id = await stand.add("Harbour Nine", kind="show")
    async with stand.database.write() as unit:
        await stand.catalog.remove_titles(unit, [title_id])
    async with stand.database.read() as unit:
        assert not await stand.catalog.exists(unit, title_id)
        assert (await stand.catalog.search("harbour"))[0].items == []
        assert (await stand.catalog.genres())[0].items == []
        assert await stand.catalog.episode_names(unit, title_id) == {}
    assert await stand.add("Harbour Nine", kind="show") == title_id


async def test_titles_of_the_demo_are_known(stand: Stand) -> None:
    stand.provider.answers["local-demo-1"] = TitleDetails("local-demo-1", "movie", "Demo Reel")
    demo = await stand.add("Demo Reel")
    await stand.add("The Paper Lantern")
    async with stand.database.read() as unit:
        assert await stand.catalog.demo_titles(unit) == [demo]
        cards = await stand.catalog.cards(unit, [demo, TitleId("movie-101"), TitleId("movie-0")])
    assert [(card.id, card.demo) for card in cards] == [(demo, True), ("movie-101", False)]


async def test_genres_are_those_of_the_library(stand: Stand) -> None:
    await some_films(stand)
    assert [genre.name for genre in (await stand.catalog.genres())[0].items] == ["Comedy", "Crime", "Drama", "Science Fiction"]


class Watching:
    """Progress and a home row that another feature would give."""

    def __init__(self, cards: Sequence[TitleCard]) -> None:
        self.shown = cards

    async def of_titles(self, unit: ReadUnit, user_id: UserId, title_ids: Sequence[TitleId]) -> dict[str, ItemProgress]:
        return {"movie-101": ItemProgress(position=60, duration=600, watched=False, item_id="i1")} if user_id == ANNA else {}

    async def of_items(self, unit: ReadUnit, user_id: UserId, title_id: TitleId) -> dict[str, ItemProgress]:
        return {"e2": ItemProgress(position=30, duration=300, watched=False, item_id="e2")}

    async def rows(self, unit: ReadUnit, user_id: UserId, limit: int) -> Sequence[HomeRow]:
        return [HomeRow(id="continue-watching", title="Continue watching", items=list(self.shown))]


async def test_home_page(stand: Stand) -> None:
    await some_films(stand)
    for number in range(3):
        details = TitleDetails(f"movie-{900 + number}", "movie", f"Drama Number {number}", genres=("Drama",))
        stand.provider.answers[details.title_id] = details
        await stand.add(details.title)
    async with stand.database.read() as unit:
        alone = await stand.catalog.home(unit, UserId("ben"))
        [lantern] = await stand.catalog.cards(unit, [TitleId("movie-101")])
        watching = Watching([lantern])
        stand.catalog.use_progress(watching)
        stand.catalog.add_home_source(watching)
        home = await stand.catalog.home(unit, ANNA)
        anonymous = await stand.catalog.home(unit, None)
    assert [row.id for row in alone.rows] == ["recently-added", "movies", "shows", "genre-drama"]
    assert [row.genre_id for row in alone.rows] == [None, None, None, "drama"]
    assert alone.rows[0].items[0].title == "Harbour Nine"
    assert alone.hero is not None
    assert alone.hero.title == "The Paper Lantern", "the newest that has a wide picture"
    assert [row.id for row in home.rows][:2] == ["continue-watching", "recently-added"]
    assert home.hero is not None
    assert encode(home.hero) == encode(lantern)
    async with stand.database.read() as unit:
        for user in (ANNA, None):
            whole = await stand.catalog.home(unit, user)
            for _ in range(2):
                assert await stand.catalog.home_body(unit, user) == encode(whole)
    progress = {card.id: card.progress for card in home.rows[2].items}
    assert progress["movie-101"] is not None
    assert progress["movie-102"] is None
    assert [row.id for row in anonymous.rows] == ["recently-added", "movies", "shows", "genre-drama"]


async def test_an_empty_home_page(stand: Stand) -> None:
    async with stand.database.read() as unit:
        home = await stand.catalog.home(unit, ANNA)
    assert (home.hero, list(home.rows)) == (None, [])


async def test_titles_of_nobody_else_are_near_by_their_genres(stand: Stand) -> None:
    await some_films(stand)
    near, freshness = await stand.catalog.related("movie", TitleId("movie-103"), "similar")
    assert [card.id for card in near.items] == ["movie-101", "movie-102"], "drama both; the other has more votes"
    assert (near.degraded, near.next_cursor, freshness.state) == (None, None, "hit")
    with pytest.raises(TitleNotFound):
        await stand.catalog.related("movie", TitleId("movie-1"), "similar")
    with pytest.raises(TitleNotFound):
        await stand.catalog.related("movie", TitleId("show-201"), "similar")


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ("popular", ["movie-101", "movie-102", "movie-103"]),
        ("trending", ["movie-101", "movie-102", "movie-103"]),
        ("top-rated", ["movie-101", "movie-102", "movie-103"]),
        ("now-playing", ["movie-101", "movie-103", "movie-102"]),
        ("upcoming", []),
    ],
)
async def test_lists_without_an_upstream_are_of_what_is_known(stand: Stand, listing: Listing, expected: list[str]) -> None:
    await some_films(stand)
    found: list[str] = []
    cursor = None
    for _ in range(10):
        page, freshness = await stand.catalog.listing("movie", listing, limit=2, cursor=cursor)
        assert (page.degraded, freshness.state) == (None, "hit")
        found += [card.id for card in page.items if not card.id.startswith("local-")]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == expected


async def test_discovery_without_an_upstream(stand: Stand) -> None:
    await some_films(stand)

    async def discovered(query: DiscoverQuery) -> list[str]:
        return [card.id for card in (await stand.catalog.discover(query))[0].items]

    assert await discovered(DiscoverQuery("movie", ("drama", "comedy"))) == ["movie-103"]
    assert await discovered(DiscoverQuery("movie", year_from=1980, year_to=1990, genres=("drama",))) == ["movie-102"]
    assert await discovered(DiscoverQuery("movie", vote_from=6, sort="vote_average")) == ["movie-102", "movie-101"]
    assert await discovered(DiscoverQuery("show")) == ["show-201"]
    assert await discovered(DiscoverQuery("movie", language="fr")) == []
