"""Files' names become titles: once, with details, whatever the providers do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from matinee.features.catalog.service import Resolved
from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.ids import TitleId
from matinee.ports.metadata import Found, Outcome, Rejected, TitleDetails, TitleMatch, TitleQuery, Unavailable
from tests.fixtures.metadata import LANTERN, RecordedMetadata
from tests.integration.catalog.conftest import Stand, build

pytestmark = pytest.mark.anyio


async def test_a_match_is_stored_with_everything(stand: Stand) -> None:
    title_id = await stand.catalog.resolve(TitleQuery("movie", "the paper lantern", 2019))
    assert title_id == "movie-101"
    view, _ = await stand.catalog.details("movie", title_id)
    assert view.original_title == "La Lanterne de papier"
    assert (view.year, view.runtime, view.vote_average) == (2019, 104, 7.9)
    assert [(genre.id, genre.name) for genre in view.genres] == [
        ("drama", "Drama"),
        ("science-fiction", "Science Fiction"),
    ]
    assert [(person.name, person.character) for person in view.credits.cast] == [
        ("Ines Okafor", "Maren"),
        ("Teodor Lind", "The Keeper"),
    ]
    assert [(person.name, person.job) for person in view.credits.crew] == [("Yuki Brandt", "Director")]
    assert view.external_ids == {"imdb": "tt9000101"}
    assert view.poster == "/cinema/api/v1/images/poster/w780/tmdb~!lantern-poster.jpg"
    assert view.poster_color is not None
    assert view.matched


async def test_the_year_chooses_between_equal_names(stand: Stand) -> None:
    assert await stand.catalog.resolve(TitleQuery("movie", "October Ferry", 1987)) == "movie-102"
    assert await stand.catalog.resolve(TitleQuery("movie", "October Ferry", 2016)) == "movie-103"


async def test_a_year_far_off_is_no_match(stand: Stand) -> None:
    title_id = await stand.catalog.resolve(TitleQuery("movie", "October Ferry", 2003))
    assert title_id.startswith("local-")


async def test_a_hint_wins_over_the_words(stand: Stand) -> None:
    title_id = await stand.catalog.resolve(TitleQuery("movie", "October Ferry", 1987, {"tmdb": "101"}))
    assert title_id == "movie-101"


class Believing(RecordedMetadata):
    """Takes an id in a name for granted, as TMDB's provider does; whether there is such a title is known with its details."""

    async def match(self, query: TitleQuery) -> Outcome[Sequence[TitleMatch]]:
        number = query.hints.get(self.name)
        if number and self.trouble is None:
            return Found([TitleMatch(f"{query.kind}-{number}", query.kind, query.title, query.year, 1.0, by_id=True)])
        return await super().match(query)


@pytest.mark.parametrize("kind", [RecordedMetadata, Believing])
async def test_an_id_that_leads_nowhere_gives_way_to_the_words_and_is_told(
    database: Database, clock: ManualClock, tmp_path: Path, cache: Cache, kind: type[RecordedMetadata]
) -> None:
    provider = kind("tmdb")
    catalog = build(database, clock, tmp_path, [provider], cache)
    wrong = TitleQuery("movie", "October Ferry", 1987, {"tmdb": "999"})
    assert await catalog.match(wrong) == Resolved(TitleId("movie-102"), "tmdb 999")
    right = TitleQuery("movie", "October Ferry", 1987, {"tmdb": "102"})
    assert await catalog.match(right) == Resolved(TitleId("movie-102"))
    provider.trouble = Unavailable("down")
    away = TitleQuery("movie", "The Paper Lantern", 2019, {"tmdb": "998"})
    assert await catalog.match(away) == Resolved(TitleId("movie-998")), "nobody says that it is wrong"
    provider.trouble = None
    await clock.advance(31)
    assert await catalog.match(away) == Resolved(TitleId("movie-101"), "tmdb 998")


async def test_words_that_nobody_knows_beside_a_wrong_id_give_a_title_of_its_own(
    database: Database, clock: ManualClock, tmp_path: Path, cache: Cache
) -> None:
    catalog = build(database, clock, tmp_path, [Believing("tmdb")], cache)
    found = await catalog.match(TitleQuery("movie", "Nobody Knows This", 2001, {"tmdb": "999"}))
    assert found.title_id.startswith("local-")
    assert found.wrong_hints == "tmdb 999"


async def test_a_hinted_provider_is_asked_first(database: Database, clock: ManualClock, tmp_path: Path, cache: Cache) -> None:
    other = RecordedMetadata("other", [TitleDetails("local-other-1", "movie", "The Paper Lantern")])
    tmdb = RecordedMetadata("tmdb")
    catalog = build(database, clock, tmp_path, [other, tmdb], cache)
    assert await catalog.resolve(TitleQuery("movie", "The Paper Lantern")) == "local-other-1"
    assert await catalog.resolve(TitleQuery("movie", "The Paper Lantern", None, {"tmdb": "101"})) == "movie-101"


async def test_what_nobody_knows_gets_the_same_id_each_time(stand: Stand) -> None:
    first = await stand.catalog.resolve(TitleQuery("movie", "Grandma's 80th Birthday", 2021))
    again = await stand.catalog.resolve(TitleQuery("movie", "grandmas 80th  birthday", 2021))
    other_year = await stand.catalog.resolve(TitleQuery("movie", "Grandma's 80th Birthday", 2011))
    show = await stand.catalog.resolve(TitleQuery("show", "Grandma's 80th Birthday", 2021))
    assert first.startswith("local-")
    assert first == again
    assert len({first, other_year, show}) == 3
    view, _ = await stand.catalog.details("movie", first)
    assert (view.title, view.year, view.matched) == ("Grandma's 80th Birthday", 2021, False)


@pytest.mark.parametrize(
    "trouble",
    [Unavailable("busy", timedelta(seconds=5)), Rejected("bad key"), RuntimeError("bug"), OSError("no route")],
)
async def test_a_provider_in_trouble_gives_a_local_title_and_later_the_real_one(
    stand: Stand, trouble: Unavailable | Rejected | Exception
) -> None:
    stand.provider.trouble = trouble
    query = TitleQuery("movie", "The Paper Lantern", 2019)
    assert (await stand.catalog.resolve(query)).startswith("local-")
    stand.provider.trouble = None
    await stand.clock.advance(31)
    assert await stand.catalog.resolve(query) == "movie-101"


async def test_a_hint_gives_the_id_even_while_its_provider_is_away(stand: Stand) -> None:
    stand.provider.trouble = Unavailable("down")
    query = TitleQuery("movie", "Lantern", 2019, {"tmdb": "101"})
    assert await stand.catalog.resolve(query) == "movie-101"
    assert not (await stand.catalog.details("movie", TitleId("movie-101")))[0].matched
    stand.provider.trouble = None
    await stand.clock.advance(3600)
    await stand.catalog.resolve(query)
    view, _ = await stand.catalog.details("movie", TitleId("movie-101"))
    assert (view.title, view.matched) == ("The Paper Lantern", True)


async def test_the_next_provider_is_asked_when_one_knows_nothing(
    database: Database, clock: ManualClock, tmp_path: Path, cache: Cache
) -> None:
    empty, full = RecordedMetadata("empty", []), RecordedMetadata("tmdb")
    catalog = build(database, clock, tmp_path, [empty, full], cache)
    assert await catalog.resolve(TitleQuery("movie", "The Paper Lantern", 2019)) == "movie-101"
    assert empty.asked == [("match", "The Paper Lantern")]


async def test_many_files_of_one_show_ask_once(stand: Stand) -> None:
    query = TitleQuery("show", "Harbour Nine")
    found = await asyncio.gather(*(stand.catalog.resolve(query) for _ in range(30)))
    assert set(found) == {"show-201"}
    assert [what for what, _ in stand.provider.asked] == ["match", "title", "image"]


async def test_two_processes_storing_one_title_leave_one(
    stand: Stand, database: Database, clock: ManualClock, tmp_path: Path, cache: Cache
) -> None:
    other = build(database, clock, tmp_path / "other", [RecordedMetadata()], cache)
    queries = [TitleQuery("show", "Harbour Nine"), TitleQuery("movie", "The Paper Lantern"), TitleQuery("movie", "Home Video")]
    found = await asyncio.gather(*(one.resolve(query) for query in queries for one in (stand.catalog, other)))
    assert len(set(found)) == 3
    season, _ = await stand.catalog.season(TitleId("show-201"), 1)
    assert [episode.name for episode in season.episodes] == ["Low Water", "Ballast", "The Pilot Boat"]


async def test_a_refresh_replaces_details_and_keeps_what_is_the_librarys(stand: Stand) -> None:
    title_id = await stand.add("The Paper Lantern")
    changed = TitleDetails(
        "movie-101", "movie", "The Paper Lantern Returns", release_date=LANTERN.release_date, genres=("Drama",)
    )
    stand.provider.answers["movie-101"] = changed
    await stand.clock.advance(timedelta(days=2).total_seconds())
    await stand.catalog.resolve(TitleQuery("movie", "The Paper Lantern", 2019))
    view, _ = await stand.catalog.details("movie", title_id)
    hits, _ = await stand.catalog.search("returns")
    assert view.title == "The Paper Lantern Returns"
    assert [genre.id for genre in view.genres] == ["drama"]
    assert view.added_at is not None
    assert view.poster is not None, "a poster is kept where the provider has none any more"
    assert [hit.id for hit in hits.items] == ["movie-101"]


async def test_a_fresh_title_is_not_asked_for_again(stand: Stand) -> None:
    await stand.catalog.resolve(TitleQuery("movie", "The Paper Lantern", 2019))
    await stand.catalog.resolve(TitleQuery("movie", "Paper Lantern, The", 2019, {"tmdb": "101"}))
    assert [what for what, _ in stand.provider.asked].count("title") == 1


async def test_names_that_no_database_takes(stand: Stand) -> None:
    title_id = await stand.catalog.resolve(TitleQuery("movie", "Caf\udce9 \x00Noir\n", 1999))
    view, _ = await stand.catalog.details("movie", title_id)
    assert view.title == "Caf?  Noir"
