"""The whole chain over a network of the test's own: whatever that does, the promises of the policy hold."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from matinee.infra.upstream import (
    Backoff,
    BreakerPolicy,
    BudgetPolicy,
    BulkheadPolicy,
    Call,
    CircuitOpen,
    Upstream,
    UpstreamError,
    UpstreamRejected,
    Upstreams,
    UpstreamUnavailable,
)
from tests.servers.mock_network import MockNetwork
from tests.unit.infra.upstream.doubles import GET, LoopClock, policy, seconds

pytestmark = pytest.mark.anyio
JSON = {"content-type": "application/json"}


@dataclass
class Network:
    """Plays a script of faults, one for each exchange, then goes on with the last."""

    script: list[tuple[str, float]]
    asked: int = 0
    most: int = 0
    inside: int = 0
    requests: list[httpx2.Request] = field(default_factory=list)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        step, number = self.script[min(self.asked, len(self.script) - 1)], self.asked
        self.asked += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.requests.append(request)
        try:
            return await self._play(*step, number)
        finally:
            self.inside -= 1

    async def _play(self, kind: str, value: float, number: int) -> httpx2.Response:
        match kind:
            case "ok":
                await asyncio.sleep(value)
                return httpx2.Response(200, headers=JSON, content=b'{"id":603}')
            case "status":
                return httpx2.Response(int(value), headers=JSON, content=b"{}")
            case "limited":
                return httpx2.Response(429, headers={"retry-after": str(int(value))}, content=b"slow down")
            case "refused":
                raise httpx2.ConnectError("x") from ConnectionRefusedError()
            case "reset":
                await asyncio.sleep(value)
                raise httpx2.ReadError("x")
            case "hang":
                await asyncio.sleep(100_000)
            case "garbage":
                return httpx2.Response(200, headers=JSON, content=b"\x00\xff{")
            case "portal":
                return httpx2.Response(200, headers={"content-type": "text/html"}, content=b"<html>")
            case "drip":
                return httpx2.Response(200, headers=JSON, stream=Drip(value))
            case "endless":
                return httpx2.Response(200, headers=JSON, stream=Drip(0.0))
        raise AssertionError(kind)


class Drip(httpx2.AsyncByteStream):
    """A body without end, a byte each so many seconds, or as fast as can be."""

    def __init__(self, pause: float) -> None:
        self._pause = pause

    async def __aiter__(self) -> Any:
        while True:
            await asyncio.sleep(self._pause)
            yield b"x" * (1 if self._pause else 4096)


def upstreams(network: Network) -> Upstreams:
    return Upstreams(LoopClock(), CollectorRegistry(), network=MockNetwork(network))


def films(network: Network, **changes: Any) -> Upstream:
    return upstreams(network).add(policy(**changes), kind="metadata")


READ = Call("GET", "/movie/603", query={"api_key": "s3cret"}, expects="application/json", decode=json.loads)
FAULTS = st.one_of(
    st.tuples(st.just("ok"), st.floats(0, 6)),
    st.tuples(st.just("status"), st.sampled_from([404, 401, 500, 501, 503])),
    st.tuples(st.just("limited"), st.integers(0, 20)),
    st.tuples(st.just("reset"), st.floats(0, 6)),
    st.tuples(st.just("drip"), st.floats(0.01, 3)),
    st.tuples(st.sampled_from(["refused", "hang", "garbage", "portal", "endless"]), st.just(0)),
)


@settings(max_examples=200, deadline=None)
@given(
    script=st.lists(FAULTS, min_size=1, max_size=12),
    callers=st.integers(1, 12),
    total=st.floats(0.2, 10),
    per_try=st.floats(0.1, 6),
    attempts=st.integers(1, 5),
    places=st.integers(1, 3),
)
async def test_the_promises_hold_whatever_the_network_does(
    script: list[tuple[str, float]], callers: int, total: float, per_try: float, attempts: int, places: int
) -> None:
    network, clock = Network(script), LoopClock()
    upstream = films(
        network,
        base_urls=tuple(f"http://place{number}.example" for number in range(places)),
        total=seconds(total),
        per_try=seconds(per_try),
        attempts=attempts,
        backoff=Backoff(first=seconds(0.1)),
        budget=BudgetPolicy(rate=5, burst=3, queue=4),
        bulkhead=BulkheadPolicy(concurrent=2, queue=3),
        breaker=BreakerPolicy(minimum_calls=4),
        response_limit=100_000,
    )

    async def one() -> float:
        began = clock.monotonic()
        with contextlib.suppress(UpstreamError):
            assert (await upstream.send(READ)).status in {200, 404}
        return clock.monotonic() - began

    spent = await asyncio.gather(*(one() for _ in range(callers)))
    assert max(spent) <= total + 0.1
    assert network.asked <= callers * attempts * places
    assert (network.most <= 2, network.inside) == (True, 0)
    status = upstream.status()
    assert (status.in_flight, status.waiting, status.budget_waiting) == (0, 0, 0)


async def test_attempts_are_exactly_those_of_the_policy() -> None:
    for attempts in (1, 2, 5):
        network = Network([("status", 500)])
        with pytest.raises(UpstreamUnavailable):
            await films(network, attempts=attempts, total=seconds(60)).send(READ)
        assert network.asked == attempts


async def test_a_passing_trouble_is_not_noticed_by_the_caller() -> None:
    network = Network([("reset", 0), ("garbage", 0), ("ok", 0.1)])
    assert (await films(network).send(READ)).value == {"id": 603}


async def test_a_write_is_sent_once() -> None:
    network = Network([("reset", 0), ("ok", 0)])
    with pytest.raises(UpstreamUnavailable):
        await films(network).send(Call("POST", "/lists", body=b"{}"))
    assert network.asked == 1


async def test_the_breaker_opens_lets_nothing_through_and_recovers(clock: LoopClock) -> None:
    network = Network([("status", 500)])
    breaker = BreakerPolicy(minimum_calls=6, open_for=seconds(15), probes=2)
    upstream = films(network, attempts=3, total=seconds(60), breaker=breaker)
    with capture_logs() as lines:
        for _ in range(10):
            with pytest.raises(UpstreamError):
                await upstream.send(READ)
        assert (upstream.status().state, upstream.status().breaker, network.asked) == ("down", "open", 6)
        with pytest.raises(CircuitOpen) as error:
            await upstream.send(READ)
        assert error.value.retry_after is not None
        network.script = [("ok", 0.05)]
        await clock.sleep(error.value.retry_after)
        assert [(await upstream.send(READ)).status for _ in range(3)] == [200] * 3
    assert (upstream.status().state, upstream.status().breaker) == ("up", "closed")
    steps = [(line["after"], line["log_level"]) for line in lines if line["event"] == "upstream_breaker"]
    assert steps == [("open", "warning"), ("half_open", "info"), ("closed", "info")]


async def test_a_breaker_that_opens_meanwhile_ends_the_retrying() -> None:
    network = Network([("status", 500)])
    upstream = films(network, attempts=5, total=seconds(60), breaker=BreakerPolicy(minimum_calls=2))
    with pytest.raises(CircuitOpen):
        await upstream.send(READ)
    assert network.asked == 2


async def test_an_upstream_that_crawls_is_left_alone() -> None:
    network = Network([("ok", 4.5)])
    upstream = films(network, breaker=BreakerPolicy(minimum_calls=5, slow_after=seconds(4)))
    for _ in range(5):
        await upstream.send(READ)
    assert upstream.status().breaker == "open"


async def test_a_refused_credential_is_asked_once_and_shown_without_opening_the_breaker() -> None:
    network = Network([("status", 401)])
    upstream = films(network)
    for _ in range(20):
        with pytest.raises(UpstreamRejected):
            await upstream.send(READ)
    status = upstream.status()
    assert (network.asked, status.state, status.breaker) == (20, "down", "closed")
    assert "credential" in status.reason


async def test_a_429_is_waited_for_by_everybody(clock: LoopClock) -> None:
    network = Network([("limited", 2), ("ok", 0.01)])
    upstream = films(network, budget=BudgetPolicy(rate=10, burst=1))
    began = clock.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(upstream.send(READ))
        await clock.sleep(0.5)
        assert (upstream.status().state, upstream.status().budget_left) == ("degraded", 0)
        await upstream.send(READ)
    assert clock.monotonic() - began >= 2
    assert upstream.status().state == "up"


async def test_states_in_words(clock: LoopClock) -> None:
    network = Network([("ok", 0.1)])
    upstream = films(network, attempts=1)
    assert (upstream.status().state, upstream.status().checked_at, upstream.status().latency) == ("up", None, None)
    await upstream.send(READ)
    status = upstream.status()
    assert (status.state, status.latency, status.checked_at) == ("up", pytest.approx(0.1), clock.now())
    network.script = [("refused", 0)]
    with pytest.raises(UpstreamUnavailable):
        await upstream.send(READ)
    assert (upstream.status().state, upstream.status().reason) == ("degraded", "it refuses connections")
    await clock.sleep(60)
    with pytest.raises(UpstreamUnavailable):
        await upstream.send(READ)
    assert upstream.status().state == "down"
    network.script = [("ok", 0.3)]
    await upstream.send(READ)
    assert (upstream.status().state, upstream.status().reason) == ("degraded", "1 of the last 2 requests failed")
    await clock.sleep(60)
    await upstream.send(READ)
    assert (upstream.status().state, upstream.status().latency) == ("up", pytest.approx(0.3))


async def test_one_that_is_not_set_up_says_so() -> None:
    network = Network([("ok", 0)])
    upstream = upstreams(network).add(policy(), kind="metadata", disabled="No API key is set.")
    with pytest.raises(UpstreamRejected):
        await upstream.send(GET)
    assert (upstream.status().state, upstream.status().reason, network.asked) == ("disabled", "No API key is set.", 0)


async def test_an_abandoned_call_leaves_nothing_behind(clock: LoopClock) -> None:
    network = Network([("hang", 0)])
    upstream = films(network)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(upstream.send(READ))
        await clock.sleep(1)
        assert upstream.status().in_flight == 1
        task.cancel()
    status = upstream.status()
    assert (status.in_flight, status.tries, status.state, network.inside) == (0, 0, "up", 0)


EVERY_FAULT: list[tuple[str, float]] = [
    *(("status", status) for status in (400, 401, 403, 404, 429, 500, 501, 503)),
    *((kind, 0) for kind in ("ok", "refused", "reset", "hang", "garbage", "portal", "endless", "limited")),
    ("drip", 1.0),
]


async def test_secrets_stay_in_the_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    told: list[str] = []
    query = {"api_key": "s3cret-query", "language": "de", "Token": "s3cret-case"}
    call = Call("GET", "/movie/603", query=query, headers={"Authorization": "Bearer s3cret-header"}, expects="application/json")
    with capture_logs() as lines:
        for fault in EVERY_FAULT:
            network = Network([fault])
            registry = CollectorRegistry()
            found = Upstreams(LoopClock(), registry, network=MockNetwork(network))
            bases = ("https://user:s3cret-place@one.example/3", "https://two.example/3")
            upstream = found.add(policy(base_urls=bases, response_limit=10_000), kind="metadata")
            try:
                await upstream.send(call)
            except UpstreamError as error:
                told += [repr(error), str(error), error.detail, repr(error.__cause__), repr(error.__suppress_context__)]
            assert b"s3cret-query" in network.requests[0].url.query
            told += [repr(upstream.status()), repr(upstream.policy), *map(repr, registry.collect())]
    told += [*map(repr, lines), caplog.text]
    assert [text for text in told if "s3cret" in text] == []
    assert any("api_key=***&language=de&Token=***" in text for text in told)
