"""All upstreams together: what an administrator does, what processes tell each other, what Prometheus sees."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from matinee.infra.errors import NotFound
from matinee.infra.upstream import BreakerPolicy, Call, CircuitOpen, Upstream, UpstreamError, Upstreams
from tests.servers.mock_network import MockNetwork
from tests.unit.infra.upstream.doubles import GET, Exchange, LoopClock, Party, policy, seconds

pytestmark = pytest.mark.anyio
BREAKER = BreakerPolicy(minimum_calls=2, open_for=seconds(15), probes=1)


class Process:
    """One of several, each with its own view of the same upstream. Enter `upstreams` to have it tell the others."""

    def __init__(self, bus: Party | None = None) -> None:
        self.broken = False
        self.asked = 0
        self.registry = CollectorRegistry()
        self.upstreams = Upstreams(LoopClock(), self.registry, bus, network=MockNetwork(self._answer))
        self.films: Upstream = self.upstreams.add(policy(attempts=1, breaker=BREAKER, per_try=seconds(3)), kind="metadata")

    def _answer(self, _request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(500 if self.broken else 200)

    async def ask(self, times: int = 1) -> None:
        for _ in range(times):
            try:
                await self.films.send(GET)
            except UpstreamError:
                continue

    @property
    def state(self) -> str:
        return self.films.status().breaker


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
async def both(exchange: Exchange) -> AsyncIterator[tuple[Process, Process]]:
    here, there = Process(exchange.party()), Process(exchange.party())
    async with here.upstreams, there.upstreams:
        yield here, there


async def told() -> None:
    """Everybody has told their news, and has answered what was asked."""
    await LoopClock().sleep(0.001)


async def test_names_are_unique_and_known() -> None:
    process = Process()
    with pytest.raises(LookupError):
        process.upstreams.add(policy(), kind="metadata")
    for action in (process.upstreams.trip, process.upstreams.reset, process.upstreams.check):
        with pytest.raises(NotFound):
            await action("nobody")
    assert [status.name for status in process.upstreams.statuses()] == ["films"]


async def test_what_one_finds_out_all_know(both: tuple[Process, Process], clock: LoopClock) -> None:
    here, there = both
    here.broken = True
    await here.ask(2)
    await told()
    assert (here.state, there.state) == ("open", "open")
    await there.ask(3)
    assert there.asked == 0
    here.broken = False
    await clock.sleep(15)
    await here.ask()
    await told()
    assert (here.state, there.state) == ("closed", "closed")


async def test_nobody_repeats_what_it_heard(both: tuple[Process, Process], exchange: Exchange) -> None:
    here, there = both
    await told()
    exchange.messages.clear()
    here.broken = True
    await here.ask(2)
    await told()
    assert (there.state, len(exchange.messages)) == ("open", 1)
    await there.upstreams.trip("films")
    await told()
    await here.upstreams.reset("films")
    await told()
    assert [b"decided" in message for message in exchange.messages] == [False, True, True]


async def test_while_one_looks_the_others_wait_for_what_it_finds(both: tuple[Process, Process], clock: LoopClock) -> None:
    here, there = both
    here.broken = there.broken = True
    await here.ask(2)
    await clock.sleep(15)
    await here.ask()  # its probe fails
    await told()
    await there.ask(5)
    assert (here.asked, there.asked, there.state) == (3, 0, "open")
    there.broken = False
    await clock.sleep(19)
    await there.ask()
    await told()
    assert (here.state, there.state) == ("closed", "closed")


async def test_a_trip_holds_everywhere_until_a_reset_anywhere(both: tuple[Process, Process], clock: LoopClock) -> None:
    here, there = both
    status = await here.upstreams.trip("films")
    assert (status.state, status.forced, status.breaker, there.films.status().forced) == ("down", True, "open", True)
    await clock.sleep(1000)
    with pytest.raises(CircuitOpen):
        await there.films.send(GET)
    status = await there.upstreams.reset("films")
    assert (status.state, here.films.status().state, here.state) == ("up", "up", "closed")
    await here.ask()
    assert here.asked == 1


async def test_a_decision_missed_is_asked_for(both: tuple[Process, Process], exchange: Exchange) -> None:
    here, there = both
    await here.upstreams.trip("films")
    exchange.down = True
    await here.upstreams.reset("films")
    assert there.films.status().forced
    exchange.recovered()
    await told()
    assert not there.films.status().forced


async def test_the_latest_decision_wins_whatever_comes_late(both: tuple[Process, Process], exchange: Exchange) -> None:
    here, there = both
    exchange.down = True
    await here.upstreams.trip("films")
    await LoopClock().sleep(1)
    await there.upstreams.trip("films")
    await there.upstreams.reset("films")
    exchange.recovered()
    await told()
    assert not here.films.status().forced
    assert not there.films.status().forced


async def test_a_new_process_learns_what_was_decided(exchange: Exchange) -> None:
    here = Process(exchange.party())
    async with here.upstreams:
        await here.upstreams.trip("films")
        new = Process(exchange.party())
        async with new.upstreams:
            await told()
            assert new.films.status().forced


async def test_messages_that_make_no_sense_change_nothing(exchange: Exchange) -> None:
    stranger, here = exchange.party(), Process(exchange.party())
    for message in (
        b"",
        b"[]",
        b"{}",
        b"1",
        b'{"event": "moved"}',
        b'{"event": "moved", "upstream": "films", "to": "ajar", "reason": "", "seconds": 1}',
        b'{"event": "moved", "upstream": "other", "to": "open", "reason": "", "seconds": 1}',
        b'{"event": "decided", "upstream": "films", "forced": true, "at": "x"}',
        b'{"event": "dance"}',
        b"\xff",
    ):
        await stranger.publish("upstream", message)
    assert (here.state, here.films.status().forced) == ("closed", False)


async def test_a_bus_that_hangs_holds_nobody_up(clock: LoopClock) -> None:
    class Hanging(Party):
        async def publish(self, topic: str, message: bytes) -> None:
            await clock.sleep(1000)

    here = Process(Hanging(Exchange()))
    here.broken = True
    async with here.upstreams:
        began = clock.monotonic()
        await here.ask(2)
        assert (here.state, clock.monotonic() - began) == ("open", 0)
        await here.upstreams.reset("films")
        assert clock.monotonic() - began <= 2


async def test_a_check_runs_the_providers_probe() -> None:
    process = Process()
    await process.upstreams.check("films")
    assert process.asked == 0

    async def probe() -> None:
        await process.films.send(Call("GET", "/authentication"))

    process.films.probe_with(probe)
    assert (await process.upstreams.check("films")).state == "up"
    process.broken = True
    assert (await process.upstreams.check("films")).reason == "it answered with status 500"
    assert process.asked == 2


async def test_what_prometheus_sees(both: tuple[Process, Process]) -> None:
    here, _ = both
    await here.ask(3)
    here.broken = True
    await here.ask(4)
    text = generate_latest(here.registry).decode()
    for line in (
        'matinee_upstream_calls_total{outcome="answered",upstream="films"} 3.0',
        'matinee_upstream_calls_total{outcome="unavailable",upstream="films"} 3.0',
        'matinee_upstream_calls_total{outcome="circuit_open",upstream="films"} 1.0',
        'matinee_upstream_tries_total{outcome="unavailable",upstream="films"} 3.0',
        'matinee_upstream_breaker_transitions_total{to="open",upstream="films"} 1.0',
        'matinee_upstream_breaker_state{state="open",upstream="films"} 1.0',
        'matinee_upstream_breaker_state{state="closed",upstream="films"} 0.0',
        'matinee_upstream_state{state="down",upstream="films"} 1.0',
        'matinee_upstream_in_flight{upstream="films"} 0.0',
        'matinee_upstream_budget_tokens{upstream="films"}',
        'matinee_upstream_call_duration_seconds_count{upstream="films"} 7.0',
    ):
        assert line in text, line


async def test_the_reference_lists_every_metric_and_no_other() -> None:
    page = Path(__file__).parents[4] / "docs" / "reference" / "metrics.md"
    listed = set(re.findall(r"^\| `(matinee_upstream_\w+)`", page.read_text(encoding="utf-8"), re.MULTILINE))
    exposed = set(re.findall(r"^# TYPE (matinee_upstream_\w+)", generate_latest(Process().registry).decode(), re.MULTILINE))
    assert listed == {name for name in exposed if not name.endswith("_created")}
