"""The rows of the home page that belong to a profile: kept for a minute, and as new as what the profile has just done."""

from __future__ import annotations

import pytest

from matinee.features.progress.home import PersonalRows
from matinee.infra.ids import UserId
from tests.integration.progress.conftest import ANNA, BEN, FERRY, LANTERN, Stand

pytestmark = pytest.mark.anyio


@pytest.fixture
def engine_name() -> str:
    """The same on every engine: nothing here is SQL."""
    return "sqlite"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """For whom rows were put together."""
    found: list[str] = []
    rows = PersonalRows.rows

    async def counted(self: PersonalRows, unit: object, user_id: str, limit: int) -> object:
        found.append(user_id)
        return await rows(self, unit, user_id, limit)  # type: ignore[arg-type]

    monkeypatch.setattr(PersonalRows, "rows", counted)
    return found


async def home(stand: Stand, user: UserId = ANNA) -> dict[str, list[str]]:
    async with stand.database.read() as unit:
        page = await stand.catalog.home(unit, user)
    return {row.id: [card.id for card in row.items] for row in page.rows}


async def test_they_are_put_together_once_a_minute_for_each_profile(stand: Stand, made: list[str]) -> None:
    for user in (ANNA, BEN, ANNA, BEN):
        await home(stand, user)
    assert made == [ANNA, BEN]
    await stand.clock.advance(121)
    await home(stand)
    assert made == [ANNA, BEN, ANNA]


async def test_what_a_profile_does_is_on_its_next_page_and_changes_nobody_elses(stand: Stand, made: list[str]) -> None:
    await home(stand)
    await home(stand, BEN)
    async with stand.database.write() as unit:
        await stand.watchlist.add(unit, ANNA, LANTERN)
    assert (await home(stand))["watchlist"] == [LANTERN]
    async with stand.database.write() as unit:
        await stand.watchlist.remove(unit, ANNA, LANTERN)
        await stand.ratings.rate(unit, ANNA, FERRY, 4.0)
    assert "watchlist" not in await home(stand)
    async with stand.database.write() as unit:
        await stand.ratings.unrate(unit, ANNA, FERRY)
    await home(stand)
    await home(stand, BEN)
    assert (made.count(ANNA), made.count(BEN)) == (4, 1)
    await stand.watch(FERRY, 1200)
    assert (await home(stand))["continue-watching"] == [FERRY]


async def test_what_is_rolled_back_was_never_there(stand: Stand, made: list[str]) -> None:
    await home(stand)
    with pytest.raises(ZeroDivisionError):
        async with stand.database.write() as unit:
            await stand.watchlist.add(unit, ANNA, LANTERN)
            1 / 0  # noqa: B018 - anything that goes wrong
    assert "watchlist" not in await home(stand)
    assert made == [ANNA]


async def test_a_title_that_leaves_the_library_leaves_them(stand: Stand) -> None:
    await stand.watch(FERRY, 1200)
    async with stand.database.read() as unit:
        page = await stand.catalog.home(unit, ANNA)
    assert page.rows[0].items[0].in_library
    async with stand.database.write() as unit:
        await stand.catalog.set_unavailable(unit, [FERRY])
    async with stand.database.read() as unit:
        page = await stand.catalog.home(unit, ANNA)
    assert not page.rows[0].items[0].in_library
