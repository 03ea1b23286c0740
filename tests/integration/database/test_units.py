"""Units of work on both engines."""

import asyncio
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from matinee.infra.database import Database, DatabaseOptions
from matinee.infra.errors import DatabaseUnavailable

pytestmark = pytest.mark.anyio


@pytest.fixture
async def counted(database: Database) -> Database:
    async with database.write() as unit:
        await unit.session.execute(text("CREATE TABLE counted (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        await unit.session.execute(
            text("CREATE TABLE part (id INTEGER PRIMARY KEY, whole INTEGER NOT NULL REFERENCES counted (id))")
        )
        await unit.session.execute(text("INSERT INTO counted VALUES (1, 0)"))
    return database


async def _value(database: Database) -> int:
    async with database.read() as unit:
        return int((await unit.session.execute(text("SELECT n FROM counted WHERE id = 1"))).scalar_one())


async def test_what_a_unit_changed_is_there_after_it(counted: Database) -> None:
    async with counted.write() as unit:
        await unit.session.execute(text("UPDATE counted SET n = 7"))
    assert await _value(counted) == 7


async def test_an_error_undoes_the_whole_unit_and_its_callbacks(counted: Database) -> None:
    called = []

    async def callback() -> None:
        called.append(True)

    with pytest.raises(RuntimeError):
        async with counted.write() as unit:
            unit.after_commit(callback)
            await unit.session.execute(text("UPDATE counted SET n = 7"))
            raise RuntimeError
    assert await _value(counted) == 0
    assert called == []


async def test_callbacks_run_when_the_change_is_visible(counted: Database) -> None:
    seen = []

    async def callback() -> None:
        seen.append(await _value(counted))

    async with counted.write() as unit:
        unit.after_commit(callback)
        await unit.session.execute(text("UPDATE counted SET n = 3"))
    assert seen == [3]


async def test_many_writers_that_read_first_lose_nothing(counted: Database) -> None:
    async def add() -> None:
        async with counted.write() as unit:
            lock = "" if counted.is_sqlite else " FOR UPDATE"
            found = (await unit.session.execute(text("SELECT n FROM counted WHERE id = 1" + lock))).scalar_one()
            await asyncio.sleep(0)
            await unit.session.execute(text("UPDATE counted SET n = :n"), {"n": found + 1})

    async with asyncio.TaskGroup() as group:
        for _ in range(60):
            group.create_task(add())
    assert await _value(counted) == 60


async def test_foreign_keys_hold(counted: Database) -> None:
    with pytest.raises(IntegrityError):
        async with counted.write() as unit:
            await unit.session.execute(text("INSERT INTO part VALUES (1, 99)"))


async def test_readers_go_on_while_a_writer_is_busy(counted: Database) -> None:
    async with counted.write() as unit:
        await unit.session.execute(text("UPDATE counted SET n = 5"))
        assert await _value(counted) == 0
    assert await _value(counted) == 5


async def test_a_read_unit_cannot_write_on_sqlite(counted: Database) -> None:
    if not counted.is_sqlite:
        async with counted.read() as unit:  # on PostgreSQL nothing commits it, which is the same to everybody else
            await unit.session.execute(text("UPDATE counted SET n = 9"))
        assert await _value(counted) == 0
        return
    with pytest.raises((DBAPIError, DatabaseUnavailable)):
        async with counted.read() as unit:
            await unit.session.execute(text("UPDATE counted SET n = 9"))


async def test_a_wrong_statement_is_not_an_unavailable_database(database: Database) -> None:
    with pytest.raises(DBAPIError):
        async with database.read() as unit:
            await unit.session.execute(text("SELECT nonsense FROM nowhere"))


async def test_a_database_that_is_not_there_is_said_so() -> None:
    for url in ("sqlite:////nowhere/at/all/matinee.db", "postgresql://nobody@127.0.0.1:9/none"):
        database = Database(DatabaseOptions(url))
        with pytest.raises(DatabaseUnavailable):
            await database.ping()
        await database.close()
        while any("_connection_worker" in thread.name for thread in threading.enumerate()):
            await asyncio.sleep(0.01)  # the driver's thread ends a moment after the connection failed


async def test_the_pool_is_bounded_and_says_when_it_is_full(tmp_path: Path) -> None:
    database = Database(DatabaseOptions(f"sqlite:///{tmp_path / 'a.db'}", wait=timedelta(milliseconds=100)))
    async with database.write() as unit:
        await unit.session.execute(text("SELECT 1"))
        assert database.pools()["writer"] == (1, 1)
        with pytest.raises(DatabaseUnavailable):
            await database.ping()
    await database.close()
