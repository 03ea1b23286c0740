"""The schema's way from nothing to the newest revision, on both engines."""

import pytest
from sqlalchemy import text

from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.database.migrations import current, newest, require_current, upgrade
from matinee.infra.errors import DatabaseUnavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def empty(empty_database_url: str):  # type: ignore[no-untyped-def]  # an async generator fixture
    database = Database(DatabaseOptions(empty_database_url, pool_size=2))
    yield database
    await database.close()


async def test_an_empty_database_is_refused_until_it_is_migrated(empty: Database) -> None:
    assert await current(empty) is None
    with pytest.raises(DatabaseUnavailable, match="matinee migrate"):
        await require_current(empty)
    await upgrade(empty)
    await require_current(empty)
    assert await current(empty) == newest()


async def test_migrating_again_changes_nothing_and_keeps_the_rows(empty: Database) -> None:
    await upgrade(empty)
    async with empty.write() as unit:
        await unit.session.execute(text("INSERT INTO genre (id, name) VALUES ('drama', 'Drama')"))
    await upgrade(empty)
    async with empty.read() as unit:
        assert (await unit.session.execute(text("SELECT count(*) FROM genre"))).scalar_one() == 1
