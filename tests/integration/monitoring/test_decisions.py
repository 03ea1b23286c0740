"""What an administrator decides on a breaker outlives the processes, and reaches those that share nothing but the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from matinee.features.monitoring.decisions import Decisions
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.upstream import Upstream, UpstreamPolicy, Upstreams

pytestmark = pytest.mark.anyio


@dataclass
class Process:
    """One process, as far as decisions can tell."""

    upstreams: Upstreams
    films: Upstream
    decisions: Decisions


def process(database: Database, clock: ManualClock) -> Process:
    upstreams = Upstreams(clock, CollectorRegistry())
    films = upstreams.add(UpstreamPolicy("films", ("https://films.example",)), kind="metadata")
    return Process(upstreams, films, Decisions(database, upstreams, clock))


@pytest.fixture
async def here(database: Database, clock: ManualClock) -> AsyncIterator[Process]:
    found = process(database, clock)
    yield found
    await found.upstreams.aclose()


async def test_it_holds_after_a_restart_with_who_and_when(here: Process, database: Database, clock: ManualClock) -> None:
    await here.upstreams.trip("films", "Ada")
    await here.decisions.settle()
    await clock.advance(3600)
    later = process(database, clock)
    async with later.decisions.keeping():
        status = later.films.status()
        assert (status.forced, status.breaker) == (True, "open")
        assert status.decision is not None
        assert status.decision.by == "Ada"
        assert status.decision.at == pytest.approx(clock.now().timestamp() - 3600)
        await later.upstreams.reset("films", "Ben")
        await later.decisions.settle()
    again = process(database, clock)
    await again.decisions.settle()
    assert not again.films.status().forced


async def test_it_reaches_a_process_that_hears_no_messages(here: Process, database: Database, clock: ManualClock) -> None:
    there = process(database, clock)
    async with there.decisions.keeping():
        await here.upstreams.trip("films", "Ada")
        await here.decisions.settle()
        assert not there.films.status().forced
        await there.decisions.settle()
        assert there.films.status().forced


async def test_the_later_decision_wins_whoever_stores_last(here: Process, database: Database, clock: ManualClock) -> None:
    there = process(database, clock)
    await here.upstreams.trip("films", "Ada")
    await clock.advance(5)
    await there.upstreams.reset("films", "Ben")
    await there.decisions.settle()
    await here.decisions.settle()
    for one in (here, there, process(database, clock)):
        await one.decisions.settle()
        decision = one.films.status().decision
        assert decision is not None
        assert (decision.by, decision.forced, one.films.status().forced) == ("Ben", False, False)


async def test_a_database_that_is_away_is_said_once_and_told_later(
    here: Process, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise DatabaseUnavailable

    with capture_logs() as logs, monkeypatch.context() as patched:
        patched.setattr(database, "read", away)
        await here.upstreams.trip("films", "Ada")
        await here.decisions.settle()
        await here.decisions.settle()
        assert here.films.status().forced
    assert [entry["event"] for entry in logs].count("breaker_decisions_not_stored") == 1
    await here.decisions.settle()
    later = process(database, clock)
    await later.decisions.settle()
    assert later.films.status().forced
