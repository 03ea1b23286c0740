"""What upstreams say is kept in the database, without anybody waiting and without a write for each reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from matinee.features.catalog import archive as module
from matinee.features.catalog.repository import TitleRepository
from matinee.features.catalog.stored import stored_details
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.ids import TitleId
from matinee.infra.observability import Metrics
from matinee.ports.catalogue import Locale
from matinee.ports.metadata import TitleQuery
from tests.fixtures.catalogue import details
from tests.integration.catalog.conftest import ADDED
from tests.integration.catalog.test_upstream import DAY, DOWN, GERMAN, Stand, stand  # noqa: F401 - a fixture

pytestmark = pytest.mark.anyio
EN = Locale("en")


async def rows_written(stand: Stand) -> float:  # noqa: F811
    return stand.container.get(Metrics).registry.get_sample_value("matinee_catalog_archive_written_total") or 0.0


async def test_a_title_is_written_once_however_often_it_is_read(stand: Stand) -> None:  # noqa: F811
    for _ in range(5):
        await stand.catalog.details("movie", TitleId("movie-5"))
    await stand.archive.flush()
    await stand.archive.flush()
    assert await rows_written(stand) == 1
    assert [hit.id for hit in (await stand.catalog.search("film number 5", kind="movie"))[0].items][:1] == ["movie-5"]


async def test_the_same_details_a_day_later_only_renew_the_date(stand: Stand) -> None:  # noqa: F811
    for number, kind in ((5, "movie"), (6, "show")):
        stand.archive.title("tmdb", details(kind, number), EN)  # type: ignore[arg-type]  # literals of the tuple
    await stand.archive.flush()
    await stand.clock.advance(DAY)
    for number, kind in ((5, "movie"), (6, "show")):
        stand.archive.title("tmdb", details(kind, number), EN)  # type: ignore[arg-type]
    await stand.archive.flush()
    assert await rows_written(stand) == 2
    async with stand.database.read() as unit:
        row = await TitleRepository().get(unit, TitleId("movie-5"))
    assert row is not None
    assert row.updated_at == stand.clock.now()
    stand.archive.title("tmdb", replace(details("movie", 5), tagline="New"), EN)
    await stand.archive.flush()
    assert await rows_written(stand) == 3


async def test_only_the_language_of_the_database_is_kept(stand: Stand) -> None:  # noqa: F811
    await stand.catalog.details("movie", TitleId("movie-5"), GERMAN)
    await stand.archive.flush()
    async with stand.database.read() as unit:
        assert not await stand.catalog.exists(unit, TitleId("movie-5"))


async def test_what_the_library_has_stays(stand: Stand) -> None:  # noqa: F811
    title_id = await stand.catalog.resolve(TitleQuery("movie", "Film", None, {"tmdb": "5"}))
    async with stand.database.write() as unit:
        await stand.catalog.set_available(unit, [title_id], ADDED)
    await stand.catalog.details("movie", title_id)
    await stand.archive.flush()
    async with stand.database.read() as unit:
        [card] = await stand.catalog.cards(unit, [title_id])
    assert (card.title, card.in_library, card.added_at) == ("Film Number 5", True, ADDED)


async def test_episodes_that_are_known_survive_details_that_come_without(stand: Stand) -> None:  # noqa: F811
    await stand.catalog.details("show", TitleId("show-5"))
    await stand.archive.flush()
    await stand.catalog.season(TitleId("show-5"), 1)
    await stand.archive.flush()
    stand.archive.title("tmdb", replace(details("show", 5), tagline="New"), EN)
    await stand.archive.flush()
    async with stand.database.read() as unit:
        assert len(await stand.catalog.episode_names(unit, TitleId("show-5"))) == 3


async def test_a_season_of_a_title_that_is_not_kept_is_not_kept(stand: Stand) -> None:  # noqa: F811
    await stand.catalog.season(TitleId("show-7"), 1)
    await stand.archive.flush()
    async with stand.database.read() as unit:
        assert await stand.catalog.episode_names(unit, TitleId("show-7")) == {}


async def test_the_queue_is_bounded_and_what_is_dropped_is_counted(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    for number in range(1, 6):
        stand.archive.title("tmdb", details("movie", number), EN)
    registry = stand.container.get(Metrics).registry
    assert registry.get_sample_value("matinee_catalog_archive_waiting") == 3
    assert registry.get_sample_value("matinee_catalog_archive_dropped_total") == 2
    await stand.archive.flush()
    async with stand.database.read() as unit:
        there = [number for number in range(1, 6) if await stand.catalog.exists(unit, TitleId(f"movie-{number}"))]
    assert there == [3, 4, 5]


async def test_one_title_that_no_database_takes_keeps_no_other_out(stand: Stand) -> None:  # noqa: F811
    stand.archive.title("tmdb", replace(details("movie", 4), overview="half a \ud800 character"), EN)
    stand.archive.title("tmdb", details("movie", 5), EN)
    await stand.archive.flush()
    async with stand.database.read() as unit:
        assert await stand.catalog.exists(unit, TitleId("movie-5"))


async def test_what_cannot_be_written_now_waits(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    stand.archive.title("tmdb", details("movie", 5), EN)

    async def away(*_: object, **__: object) -> None:
        raise DatabaseUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(TitleRepository, "store_all", away)
        with pytest.raises(DatabaseUnavailable):
            await stand.archive.flush()
    await stand.archive.flush()
    async with stand.database.read() as unit:
        assert await stand.catalog.exists(unit, TitleId("movie-5"))


async def test_it_writes_by_itself_and_at_the_end(stand: Stand) -> None:  # noqa: F811
    async with stand.archive.running():
        stand.archive.title("tmdb", details("movie", 5), EN)
        await stand.later(0)
    async with stand.database.read() as unit:
        assert await stand.catalog.exists(unit, TitleId("movie-5"))


async def test_a_scan_fetches_the_episodes_of_a_show_that_was_only_looked_at(stand: Stand) -> None:  # noqa: F811
    stand.archive.title("other", replace(details("show", 201), title="Harbour Nine"), EN)
    await stand.archive.flush()
    title_id = await stand.catalog.resolve(TitleQuery("show", "Harbour Nine"))
    async with stand.database.read() as unit:
        names = await stand.catalog.episode_names(unit, title_id)
    assert (title_id, names[1, 1]) == ("show-201", "Low Water")
    assert DOWN.retry_after == timedelta(seconds=20)


async def test_the_rows_of_an_answer_are_those_that_are_written(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    await stand.catalog.details("movie", TitleId("movie-5"))
    monkeypatch.delattr(module, "stored_details")
    await stand.archive.flush()
    async with stand.database.read() as unit:
        row = await TitleRepository().get(unit, TitleId("movie-5"))
    assert row is not None
    assert (row.title, await rows_written(stand)) == ("Film Number 5", 1)


async def test_rows_of_older_details_are_not_written(stand: Stand) -> None:  # noqa: F811
    old, new = details("movie", 5), replace(details("movie", 5), tagline="New")
    stand.archive.title("tmdb", new, EN)
    stand.archive.worked_out(old, stored_details(old, "tmdb", stand.clock.now()))
    await stand.archive.flush()
    async with stand.database.read() as unit:
        row = await TitleRepository().get(unit, TitleId("movie-5"))
    assert row is not None
    assert row.tagline == "New"
