"""What every test may ask for. Engines are real and belong to the run; nothing here is skipped when one is missing."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from matinee.infra.cache import Cache
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database, DatabaseOptions
from tests.servers import PostgresServer, RedisServer, Shared, schema
from tests.servers.copies import TEMPLATE, Copies
from tests.servers.fake_tmdb import KEY, TOKEN, FakeTmdb
from tests.servers.product import ADMIN
from tests.servers.secrets_watch import WATCH, logs_below

pytest_plugins = ["tests.hanging"]
ENGINES = ("sqlite", "postgresql")
# The library's default draws every local variable of a traceback, for tens of seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)
# An example that takes long says that the machine is busy, and nothing of the code.
settings.register_profile("patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
WATCH.note(KEY, TOKEN, ADMIN[1])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first. They mostly wait, and `--dist=worksteal` gives each worker one stretch of this list and moves what is
    at the end of the longest: one worker waits with the slow while the others compute, and what is left at the end is short."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test fails at its end when a secret is in what it wrote, or in what the product answered it."""
    report = yield
    if report.when == "teardown":
        for part, text in report.sections:
            WATCH.check(part, text)
        leaks = WATCH.taken_leaks()
        if leaks and report.passed:
            report.outcome = "failed"
            report.longrepr = "secrets where none may be:\n" + "\n".join(leaks)
    return report


@pytest.fixture(scope="session", autouse=True)
def _no_secret_in_a_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """At the end of a run (of a worker of one) the logs of all processes of the product that it started are looked through."""
    yield
    assert logs_below(tmp_path_factory.getbasetemp()) == []


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The server runs on uvloop, whose processes, pipes and sockets are not quite the ones of asyncio: test on the same."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Shared:
    """What the workers of this run have in common."""
    folder = tmp_path_factory.getbasetemp()
    return Shared(folder if worker_id == "master" else folder.parent)


@pytest.fixture(scope="session")
def postgres(shared: Shared) -> PostgresServer:
    """The run's PostgreSQL."""
    return PostgresServer(**shared.server("postgres"))


@pytest.fixture(scope="session")
def redis(shared: Shared) -> RedisServer:
    """The run's Redis."""
    return RedisServer(**shared.server("redis"))


@pytest.fixture(scope="session")
def _names(worker_id: str) -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"t_{worker_id}_{next(numbers)}"


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgresql`: a test that asks for a database runs on both."""
    return str(request.param)


@pytest.fixture
def empty_database_url(
    engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, _names: Callable[[], str]
) -> Iterator[str]:
    """A database with nothing in it, as `MATINEE_DATABASE_URL` would name it."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = _names()
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest, _names: Callable[[], str]) -> Iterator[str]:
    """A database with every table of the product, and nothing in them."""
    if engine_name == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        shutil.copyfile(template, tmp_path / "matinee.db")
        yield f"sqlite:///{tmp_path / 'matinee.db'}"
        return
    copies: Copies = request.getfixturevalue("_copies")
    yield copies.take()
    copies.give_back()


@pytest.fixture
async def database(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """The product's database on each engine, with every table."""
    found = Database(DatabaseOptions(database_url, pool_size=4))
    yield found
    await found.close()


@pytest.fixture
def fake_tmdb() -> Iterator[FakeTmdb]:
    """A TMDB of this test's own, on a free port."""
    with FakeTmdb() as fake:
        yield fake


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture
async def cache(clock: ManualClock, anyio_backend: str) -> AsyncIterator[Cache]:
    """The product's cache with its memory tier alone."""
    async with Cache(clock) as found:
        yield found


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    schema.create(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _copies(_postgres_with_template: PostgresServer, _names: Callable[[], str]) -> Copies:
    return Copies(_postgres_with_template, TEMPLATE, _names)


@pytest.fixture(scope="session")
def _postgres_with_template(postgres: PostgresServer, shared: Shared) -> PostgresServer:
    with shared.locked(TEMPLATE) as noted:
        if not noted.exists():
            schema.create(postgres.create(TEMPLATE))
            noted.write_text("{}")
    return postgres
