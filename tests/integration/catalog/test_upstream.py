"""Answers that are made of an upstream's: through the cache, with what the library adds, and when the upstream fails."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from pydantic import BaseModel

from matinee.features.catalog.archive import Archive
from matinee.features.catalog.errors import PersonNotFound, SourceUnavailable
from matinee.features.catalog.feature import FEATURE
from matinee.features.catalog.holdings import Holdings
from matinee.features.catalog.service import CatalogService, FileSummary, ItemSummary
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.errors import InvalidCursor, TitleNotFound
from matinee.infra.feature import Container
from matinee.infra.http.answers.structs import builtins, encode
from matinee.infra.ids import TitleId
from matinee.ports.catalogue import DiscoverQuery, Locale
from matinee.ports.metadata import Rejected, TitleQuery, Unavailable
from tests.fixtures.catalogue import RecordedCatalogue, furnished
from tests.fixtures.metadata import RecordedMetadata
from tests.integration.catalog.conftest import ADDED, Shelf

pytestmark = pytest.mark.anyio
DOWN = Unavailable("upstream_timeout: no answer in 8 s", timedelta(seconds=20))
GERMAN = Locale("de")
DAY = timedelta(days=1).total_seconds()


@dataclass
class Stand:
    catalog: CatalogService
    source: RecordedCatalogue
    archive: Archive
    database: Database
    clock: ManualClock
    cache: Cache
    shelf: Shelf
    container: Container

    async def later(self, seconds: float) -> None:
        """Let time pass, and let what it starts end."""
        await self.clock.advance(seconds)
        await self.settled()

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def home_rows(self) -> list[str]:
        """What is on the home page of nobody in particular."""
        async with self.database.read() as unit:
            return [row.id for row in (await self.catalog.home(unit, None)).rows]

    async def walk(self, limit: int) -> list[str]:
        """The whole list of popular films."""
        found: list[str] = []
        cursor = None
        for _ in range(200):
            page, _ = await self.catalog.listing("movie", "popular", limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            found += [card.id for card in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return found
        raise AssertionError("the list does not end")


@pytest.fixture
async def stand(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> Stand:
    source = RecordedCatalogue()
    container = furnished(database, clock, tmp_path, cache, providers=[RecordedMetadata("other")], sources=[source])
    FEATURE.build(container)
    catalog, shelf = container.get(CatalogService), Shelf()
    catalog.use_library(shelf)
    return Stand(catalog, source, container.get(Archive), database, clock, cache, shelf, container)


async def test_details_are_asked_for_once_and_say_what_the_library_has(stand: Stand) -> None:
    first, freshness = await stand.catalog.details("movie", TitleId("movie-5"))
    stand.shelf.items["movie-5"] = [
        ItemSummary(id="i", title_id="movie-5", kind="movie", files=[FileSummary(id="f", name="x", size=1)])
    ]
    second, again = await stand.catalog.details("movie", TitleId("movie-5"))
    assert (first.title, first.certification, first.status, first.keywords) == ("Film Number 5", "PG-13", "Released", ["lamp"])
    assert first.poster == "/api/v1/images/poster/w780/tmdb~p5.jpg"
    assert first.poster_color is not None
    assert [video.key for video in first.videos] == ["key5"]
    assert (first.library.available, second.library.available) == (False, True)
    assert (freshness.state, again.state, again.fresh_for) == ("miss", "hit", DAY)
    assert {"title:movie-5", "library:movie-5"} <= again.tags
    assert stand.source.asked["details movie-5"] == 1


async def test_the_library_is_asked_for_nothing_that_it_is_known_to_lack_and_for_what_it_got_since(stand: Stand) -> None:
    stand.catalog.use_holdings(stand.shelf)
    has = [ItemSummary(id="i", title_id="movie-5", kind="movie", files=[FileSummary(id="f", name="x", size=1)])]
    stand.shelf.items["movie-6"] = has
    await stand.container.get(Holdings).read()
    for title_id, available in (("movie-5", False), ("movie-6", True)):
        view, _ = await stand.catalog.details("movie", TitleId(title_id))
        assert view.library.available is available
    assert stand.shelf.asked == ["movie-6"]
    stand.shelf.items["movie-5"] = has
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [TitleId("movie-5")], stand.clock.now())
    view, _ = await stand.catalog.details("movie", TitleId("movie-5"))
    assert view.library.available


async def test_a_language_is_an_answer_of_its_own(stand: Stand) -> None:
    english, _ = await stand.catalog.details("movie", TitleId("movie-5"))
    german, _ = await stand.catalog.details("movie", TitleId("movie-5"), GERMAN)
    assert (english.title, german.title) == ("Film Number 5", "Film Number 5 [de]")


async def test_what_the_upstream_does_not_know_is_not_found_and_not_asked_again_for_a_while(stand: Stand) -> None:
    for _ in range(3):
        with pytest.raises(TitleNotFound):
            await stand.catalog.details("movie", TitleId("movie-777"))
    assert stand.source.asked["details movie-777"] == 1
    await stand.later(601)
    with pytest.raises(TitleNotFound):
        await stand.catalog.details("movie", TitleId("movie-777"))
    assert stand.source.asked["details movie-777"] == 2
    with pytest.raises(TitleNotFound):
        await stand.catalog.details("show", TitleId("movie-5"))
    with pytest.raises(PersonNotFound):
        await stand.catalog.person("person-1")


async def test_fresh_then_stale_then_kept_for_errors_then_the_database(stand: Stand) -> None:
    title_id = TitleId("movie-5")
    await stand.catalog.details("movie", title_id)
    await stand.archive.flush()
    stand.source.trouble = DOWN
    await stand.later(DAY - 60)
    assert (await stand.catalog.details("movie", title_id))[1].state == "hit"
    await stand.later(120)
    view, freshness = await stand.catalog.details("movie", title_id)
    assert (view.degraded, freshness.state) == (None, "stale")
    await stand.later(2 * DAY)
    view, freshness = await stand.catalog.details("movie", title_id)
    assert freshness.state == "error"
    assert view.degraded is not None
    assert (view.degraded.reason, view.degraded.age) == ("upstream_timeout", int(3 * DAY + 60))
    await stand.later(60 * DAY)
    view, freshness = await stand.catalog.details("movie", title_id)
    assert freshness.state == "error"
    assert view.degraded is not None
    assert view.degraded.age >= 63 * DAY - 1
    assert (view.title, view.certification, view.keywords) == ("Film Number 5", "PG-13", ["lamp"])
    assert [video.key for video in view.videos] == ["key5"]
    assert freshness.fresh_for <= 30
    stand.source.trouble = None
    await stand.later(61)
    view, freshness = await stand.catalog.details("movie", title_id)
    assert (view.degraded, freshness.state) == (None, "miss")


@pytest.mark.parametrize(
    ("trouble", "code", "status", "wait"),
    [
        (DOWN, "upstream_timeout", 504, 20),
        (Unavailable("upstream_rate_limited: slow down", timedelta(seconds=7)), "upstream_rate_limited", 503, 7),
        (Unavailable("the cable is cut"), "upstream_unavailable", 503, 30),
        (Unavailable("circuit_open: resting"), "circuit_open", 503, 30),
        (Rejected("bad key"), "upstream_rejected", 502, 300),
        (RuntimeError("a bug"), "upstream_unavailable", 503, 30),
    ],
)
async def test_what_nobody_has_seen_is_a_clear_error(
    stand: Stand, trouble: Unavailable | Rejected | Exception, code: str, status: int, wait: float
) -> None:
    stand.source.trouble = trouble
    for ask in (
        lambda: stand.catalog.details("movie", TitleId("movie-5")),
        lambda: stand.catalog.listing("movie", "popular"),
        lambda: stand.catalog.person("person-9001"),
        lambda: stand.catalog.season(TitleId("show-5"), 1),
        lambda: stand.catalog.related("movie", TitleId("movie-5"), "similar"),
        lambda: stand.catalog.discover(DiscoverQuery("movie")),
        lambda: stand.catalog.search("number"),
    ):
        with pytest.raises(SourceUnavailable) as caught:
            await ask()
        assert (caught.value.code, caught.value.spec.status, caught.value.retry_after) == (code, status, wait)


async def test_another_language_stands_in_before_the_database(stand: Stand) -> None:
    await stand.catalog.details("movie", TitleId("movie-5"))
    stand.source.trouble = DOWN
    view, freshness = await stand.catalog.details("movie", TitleId("movie-5"), GERMAN)
    assert (view.title, freshness.state) == ("Film Number 5", "error")
    assert view.degraded is not None


async def test_lists_fall_back_on_what_the_database_knows(stand: Stand) -> None:
    for number in (3, 9, 6):
        await stand.catalog.details("movie", TitleId(f"movie-{number}"))
    await stand.archive.flush()
    stand.source.trouble = DOWN
    page, freshness = await stand.catalog.listing("movie", "popular", limit=2)
    assert [card.id for card in page.items] == ["movie-9", "movie-6"]
    assert page.degraded is not None
    assert freshness.state == "error"
    rest, _ = await stand.catalog.listing("movie", "popular", limit=2, cursor=page.next_cursor)
    assert [card.id for card in rest.items] == ["movie-3"], "the walk goes on in the database"
    drama, _ = await stand.catalog.discover(DiscoverQuery("movie", ("crime",)))
    assert [card.id for card in drama.items] == ["movie-6"]
    near, _ = await stand.catalog.related("movie", TitleId("movie-3"), "similar")
    assert (near.items, near.degraded is not None) == ([], True), "nothing here is like it"


@pytest.mark.parametrize("limit", [1, 7, 20, 33, 100])
async def test_pages_of_any_length_give_every_title_once_and_in_order(stand: Stand, limit: int) -> None:
    assert await stand.walk(limit) == [f"movie-{number}" for number in range(95, 0, -1)]
    assert sum(stand.source.asked.values()) == 5, "each page of the upstream is asked for once"


async def test_a_title_that_moves_to_the_next_page_meanwhile_is_shown_once(stand: Stand) -> None:
    first, _ = await stand.catalog.listing("movie", "popular", limit=20)
    stand.source.numbers = [1000, *stand.source.numbers]
    second, _ = await stand.catalog.listing("movie", "popular", limit=20, cursor=first.next_cursor)
    ids = [card.id for card in (*first.items, *second.items)]
    assert len(ids) == len(set(ids))
    assert second.items[0].id == "movie-75"


async def test_a_walk_whose_next_page_fails_ends_early_and_can_go_on(stand: Stand) -> None:
    stand.source.troubled = {"list movie popular 2"}
    page, freshness = await stand.catalog.listing("movie", "popular", limit=50)
    assert (len(page.items), freshness.state) == (20, "error")
    with pytest.raises(SourceUnavailable):
        await stand.catalog.listing("movie", "popular", limit=50, cursor=page.next_cursor)
    stand.source.troubled = set()
    await stand.later(61)
    rest, _ = await stand.catalog.listing("movie", "popular", limit=50, cursor=page.next_cursor)
    assert rest.items[0].id == "movie-75"
    with pytest.raises(InvalidCursor):
        await stand.catalog.listing("show", "popular", cursor=page.next_cursor)


async def test_cards_say_what_the_library_has(stand: Stand) -> None:
    await stand.catalog.details("movie", TitleId("movie-95"))
    await stand.archive.flush()
    before, freshness = await stand.catalog.listing("movie", "popular")
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [TitleId("movie-95")], ADDED)
    after, _ = await stand.catalog.listing("movie", "popular")
    assert [(page.items[0].id, page.items[0].in_library) for page in (before, after)] == [
        ("movie-95", False),
        ("movie-95", True),
    ]
    assert "library" in freshness.tags


async def test_search_merges_without_doubles_and_in_one_order(stand: Stand) -> None:
    await stand.catalog.resolve(TitleQuery("movie", "Film Number One Hundred"))
    await stand.catalog.details("movie", TitleId("movie-42"))
    await stand.archive.flush()
    found: list[str] = []
    cursor = None
    for _ in range(100):
        page, _ = await stand.catalog.search("film number", limit=13, cursor=cursor)
        found += [hit.id for hit in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 96
    whole, _ = await stand.catalog.search("film number", limit=100)
    assert {hit.id for hit in whole.items} == set(found)
    exact, _ = await stand.catalog.search("film number 42", kind="movie")
    assert exact.items[0].id == "movie-42"
    misspelt, _ = await stand.catalog.search("film nubmer one hundrd")
    assert misspelt.items[0].title == "Film Number One Hundred"


async def test_search_finds_people_and_suggestions_know_what_was_searched(stand: Stand) -> None:
    assert (await stand.catalog.suggest("ines"))[0].items == []
    found, _ = await stand.catalog.search("Ines")
    assert [(hit.kind, hit.id, hit.title) for hit in found.items] == [("person", "person-9001", "Ines Okafor")]
    only, _ = await stand.catalog.search("ines", kind="person")
    assert [hit.id for hit in only.items] == ["person-9001"]
    suggested, _ = await stand.catalog.suggest("ines")
    assert [(one.kind, one.id) for one in suggested.items] == [("person", "person-9001")]
    assert stand.source.asked["search ines 1"] == 1, "suggestions never ask the upstream"


async def test_search_without_the_upstream_is_the_servers_own(stand: Stand) -> None:
    await stand.catalog.details("movie", TitleId("movie-42"))
    await stand.archive.flush()
    stand.source.trouble = DOWN
    found, freshness = await stand.catalog.search("film number")
    assert [hit.id for hit in found.items] == ["movie-42"]
    assert found.degraded is not None
    assert freshness.state == "error"


async def test_a_person_with_their_titles(stand: Stand) -> None:
    person, _ = await stand.catalog.person("person-9001")
    assert (person.name, str(person.birthday), person.department) == ("Ines Okafor", "1970-01-02", "Acting")
    assert [(card.id, card.role) for card in person.titles] == [
        ("movie-3", "Maren"),
        ("movie-2", "Maren"),
        ("movie-1", "Maren"),
    ]


async def test_a_person_never_asked_for_is_what_the_cast_of_known_titles_says_while_the_upstream_is_away(stand: Stand) -> None:
    for number in (3, 7):
        await stand.catalog.details("movie", TitleId(f"movie-{number}"))
    await stand.archive.flush()
    stand.source.trouble = DOWN
    person, freshness = await stand.catalog.person("person-9001")
    assert (person.id, person.name, person.biography) == ("person-9001", "Ines Okafor", "")
    assert [(card.id, card.role, card.department) for card in person.titles] == [
        ("movie-7", "Maren", "cast"),
        ("movie-3", "Maren", "cast"),
    ]
    assert person.degraded is not None
    assert (freshness.state, freshness.reason) == ("error", "upstream_timeout")
    with pytest.raises(SourceUnavailable):
        await stand.catalog.person("person-900")
    stand.source.trouble = None
    await stand.clock.advance(60)
    told, _ = await stand.catalog.person("person-9001")
    assert (str(told.birthday), told.degraded) == ("1970-01-02", None)


async def test_seasons_with_the_librarys_items(stand: Stand) -> None:
    stand.shelf.items["show-5"] = [
        ItemSummary(id="e2", title_id="show-5", kind="episode", season=1, episode=2),
        ItemSummary(id="e9", title_id="show-5", kind="episode", season=1, episode=9, name="Extra"),
    ]
    show, _ = await stand.catalog.details("show", TitleId("show-5"))
    season, _ = await stand.catalog.season(TitleId("show-5"), 1)
    assert [(one["number"], one["episode_count"]) for one in builtins(show)["seasons"]] == [(1, 3), (0, 1)]
    assert [(one.number, one.name, one.item_id) for one in season.episodes] == [
        (1, "Part 1", None),
        (2, "Part 2", "e2"),
        (3, "Part 3", None),
        (9, "Extra", "e9"),
    ]
    with pytest.raises(TitleNotFound):
        await stand.catalog.season(TitleId("show-5"), 7)
    await stand.archive.flush()
    await stand.cache.invalidate(prefix="")
    stand.source.trouble = DOWN
    kept, freshness = await stand.catalog.season(TitleId("show-5"), 1)
    assert [one.name for one in kept.episodes] == ["Part 1", "Part 2", "Part 3", "Extra"]
    assert freshness.state == "error"


async def test_genres_in_the_callers_language(stand: Stand) -> None:
    title_id = await stand.catalog.resolve(TitleQuery("movie", "The Paper Lantern"))
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [title_id], ADDED)
    genres, _ = await stand.catalog.genres(locale=GERMAN)
    assert ("western", "Western [de]", False) in [(one.id, one.name, one.in_library) for one in genres.items]
    own, _ = await stand.catalog.genres(locale=GERMAN, of_library=True)
    assert [(one.id, one.name) for one in own.items] == [("drama", "Drama [de]"), ("science-fiction", "Science Fiction [de]")]


async def test_home_has_the_upstreams_rows_and_survives_without(stand: Stand) -> None:
    async with stand.database.read() as unit:
        home = await stand.catalog.home(unit, None)
    assert [row.id for row in home.rows] == ["trending", "popular-movies", "popular-shows"]
    assert [card.id for card in home.rows[0].items][:2] == ["movie-95", "show-95"]
    stand.source.trouble = DOWN
    await stand.later(3600)
    async with stand.database.read() as unit:
        home = await stand.catalog.home(unit, None)
    assert [row.id for row in home.rows] == ["trending", "popular-movies", "popular-shows"]


async def test_a_home_page_does_not_wait_for_an_upstream_that_hangs(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.catalog.home._UPSTREAM_SECONDS", 0.05)
    title_id = await stand.catalog.resolve(TitleQuery("movie", "The Paper Lantern"))
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [title_id], ADDED)
    stand.source.hanging = asyncio.Event()
    assert await stand.home_rows() == ["recently-added", "movies"]
    monkeypatch.setattr("matinee.features.catalog.home._UPSTREAM_SECONDS", 30.0)
    stand.source.hanging.set()
    stand.source.hanging = None
    await stand.later(60)
    async with asyncio.timeout(30):  # it looks again soon, behind the scenes
        while "trending" not in await stand.home_rows():
            await asyncio.sleep(0)


async def test_every_shared_answer_is_made_of_structs(stand: Stand) -> None:
    catalog, film, show = stand.catalog, TitleId("movie-5"), TitleId("show-5")
    file = FileSummary(id="f", name="Film.mkv", size=1)
    stand.shelf.items["movie-5"] = [ItemSummary(id="i", title_id="movie-5", kind="movie", files=[file])]
    answers: list[tuple[object, object]] = [
        await catalog.details("movie", film),
        await catalog.details("show", show),
        await catalog.credits("movie", film),
        await catalog.videos("movie", film),
        await catalog.season(show, 1),
        await catalog.person("person-9001"),
        await catalog.listing("movie", "popular"),
        await catalog.discover(DiscoverQuery("movie")),
        await catalog.related("movie", film, "similar"),
        await catalog.search("film number"),
        await catalog.suggest("film"),
        await catalog.genres(),
    ]
    async with stand.database.read() as unit:
        answers.append((await catalog.home(unit, None), None))
    assert [value for value, _ in answers if models_in(value)] == []
    assert b'"files":[{"id":"f","name":"Film.mkv","size":1,' in encode(answers[0][0])


def models_in(value: object) -> list[BaseModel]:
    """Models anywhere inside: they would be encoded by pydantic."""
    if isinstance(value, list):
        return [model for one in value for model in models_in(one)]
    if isinstance(value, msgspec.Struct):
        return [model for name in value.__struct_fields__ for model in models_in(getattr(value, name))]
    return [value] if isinstance(value, BaseModel) else []
