"""The schema's way from nothing to the newest revision, on both engines."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic.config import Config
from sqlalchemy import text

from matinee.infra.database import Database, DatabaseOptions, migrations
from matinee.infra.database.migrations import current, newest, require_current, upgrade
from matinee.infra.errors import DatabaseUnavailable
from tests.servers import PostgresServer

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


async def test_titles_that_were_there_get_the_age_that_their_rating_says(empty: Database) -> None:
    await _to(empty, "0006")
    columns = "id, kind, title, sort_title, original_title, overview, tagline, year, vote_average, vote_count, certification,"
    columns += " attribution, provider, matched, demo, available, external_ids, genres, credits, updated_at"
    values = ", 'movie', 't', 't', '', '', '', 2000, 0, 0, :rating, '', 'tmdb', true, false, true, '{}', '[]', '[]', :now"
    now = "2026-01-01 00:00:00+00:00"
    rows: list[dict[str, Any]] = [
        {"id": f"movie-{n}", "rating": rating, "now": now} for n, rating in enumerate(("FSK 16", "PG-13", "", "NR"))
    ]
    if not empty.is_sqlite:
        rows = [{**row, "now": datetime.fromisoformat(now)} for row in rows]
    async with empty.write() as unit:
        await unit.session.execute(text(f"INSERT INTO title ({columns}) VALUES (:id{values})"), rows)
    await upgrade(empty)
    async with empty.read() as unit:
        found = await unit.session.execute(text("SELECT age FROM title ORDER BY id"))
        assert list(found.scalars()) == [16, 13, None, None]
    await _to(empty, "0006", down=True)
    assert await current(empty) == "0006"


async def test_sessions_that_a_provider_began_are_known_as_such_afterwards(empty: Database) -> None:
    await _to(empty, "0009")
    now: Any = "2026-01-01 00:00:00+00:00"
    now = now if empty.is_sqlite else datetime.fromisoformat(now)
    user = "id, name, name_key, password_hash, role, tier, disabled, created_at, updated_at"
    session = "id, user_id, token_hash, device, address, created_at, last_seen_at, expires_at"
    identity = "id, user_id, provider, issuer, subject, label, created_at"
    statements = [
        f"INSERT INTO \"user\" ({user}) VALUES ('u', 'Anna', 'anna', '', 'admin', 'free', false, :now, :now)",
        f"INSERT INTO auth_session ({session}) VALUES ('by-password', 'u', 'a', '', '', :now, :now, :now)",
        f"INSERT INTO auth_session ({session}) VALUES ('by-provider', 'u', 'b', '', '', :now, :now, :now)",
        f"INSERT INTO identity ({identity}) VALUES ('i', 'u', 'home', 'https://id.example', 's', 'anna', :now)",
        "INSERT INTO federated_session (session_id, identity_id) VALUES ('by-provider', 'i')",
    ]
    async with empty.write() as unit:
        for statement in statements:
            await unit.session.execute(text(statement), {"now": now} if ":now" in statement else {})
    await upgrade(empty)
    async with empty.read() as unit:
        found = await unit.session.execute(text("SELECT id, method FROM auth_session ORDER BY id"))
        assert [tuple(row) for row in found] == [("by-password", ""), ("by-provider", "oidc")]
        assert (await unit.session.execute(text('SELECT second_factor_at FROM "user"'))).scalar_one() is None
    await _to(empty, "0009", down=True)
    assert await current(empty) == "0009"


@pytest.fixture
async def hurried(postgres: PostgresServer, _names: Callable[[], str]) -> AsyncIterator[Database]:
    """An empty PostgreSQL whose statements have half a second."""
    name = _names()
    database = Database(DatabaseOptions(postgres.create(name), pool_size=2, statement=timedelta(seconds=0.5)))
    yield database
    await database.close()
    postgres.drop(name)


async def test_a_change_that_takes_long_is_not_ended_by_the_limit_of_statements(
    hurried: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    real = command.upgrade

    def slow(config: Config, revision: str) -> None:
        config.attributes["connection"].execute(text("SELECT pg_sleep(0.8)"))  # as an index on a large table would take
        real(config, revision)

    monkeypatch.setattr(command, "upgrade", slow)
    await upgrade(hurried)
    await require_current(hurried)
    with pytest.raises(DatabaseUnavailable):
        async with hurried.read() as unit:
            await unit.session.execute(text("SELECT pg_sleep(0.8)"))


async def test_a_table_that_somebody_holds_is_not_waited_for_and_nothing_is_changed(
    hurried: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_WAIT", timedelta(seconds=0.05))
    await _to(hurried, "0006")
    async with hurried.write() as holder:
        await holder.session.execute(text("LOCK TABLE title IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseUnavailable, match="try again"):
            await upgrade(hurried)
    assert await current(hurried) == "0006"
    await upgrade(hurried)
    await require_current(hurried)


async def _to(database: Database, revision: str, *, down: bool = False) -> None:
    from alembic import command

    move = command.downgrade if down else command.upgrade
    await migrations._on_writer(database, lambda connection: move(migrations.config_for(connection), revision))


async def test_accounts_from_before_the_permissions_keep_their_sessions_and_get_empty_grants(empty: Database) -> None:
    await _to(empty, "0004")
    at = "'2026-01-01 00:00:00+00:00'"
    async with empty.write() as unit:
        await unit.session.execute(
            text(
                'INSERT INTO "user" (id, name, name_key, password_hash, role, tier, disabled, created_at, updated_at) '
                f"VALUES ('u1', 'Ada', 'ada', 'x', 'admin', 'premium', false, {at}, {at})"
            )
        )
        await unit.session.execute(
            text(
                "INSERT INTO auth_session (id, user_id, token_hash, device, address, created_at, last_seen_at, expires_at) "
                f"VALUES ('s1', 'u1', 'h', 'Firefox', '10.0.0.1', {at}, {at}, {at})"
            )
        )
    await upgrade(empty)
    async with empty.read() as unit:
        found = await unit.session.execute(
            text('SELECT u.granted, u.denied, u.limits, s.last_address FROM "user" u JOIN auth_session s ON s.user_id = u.id')
        )
        granted, denied, limits, last_address = found.one()
    assert [json.loads(value) if isinstance(value, str) else value for value in (granted, denied, limits)] == [[], [], {}]
    assert last_address is None
