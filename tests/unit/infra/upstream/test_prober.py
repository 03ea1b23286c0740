"""Who is looked at, how often, and who is left in peace."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from prometheus_client import CollectorRegistry

from matinee.infra.upstream import BreakerPolicy, Call, Prober, Upstream, Upstreams, UpstreamUnavailable, probing
from tests.servers.mock_network import MockNetwork
from tests.unit.infra.upstream.doubles import GET, LoopClock, policy, seconds

pytestmark = pytest.mark.anyio


class World:
    """One upstream with a probe, and a prober that looks every minute, without jitter."""

    def __init__(self, clock: LoopClock) -> None:
        self.clock = clock
        self.broken = False
        self.paths: list[tuple[float, str]] = []
        self.upstreams = Upstreams(clock, CollectorRegistry(), network=MockNetwork(self._answer))
        breaker = BreakerPolicy(minimum_calls=1, open_for=seconds(15), probes=1)
        self.films = self.add("films", breaker)
        self.prober = Prober(self.upstreams, clock, seconds(60), chance=lambda: 0.5)

    def add(self, name: str, breaker: BreakerPolicy | None = None, disabled: str = "") -> Upstream:
        upstream = self.upstreams.add(
            policy(name=name, attempts=1, breaker=breaker or BreakerPolicy()), kind="metadata", disabled=disabled
        )

        async def probe() -> None:
            await upstream.send(Call("GET", f"/probe/{name}"))

        upstream.probe_with(probe)
        return upstream

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append((round(self.clock.monotonic() - self.began), request.url.path))
        return httpx2.Response(500 if self.broken else 200)

    async def watch(self, seconds: float, began: bool = True) -> list[tuple[float, str]]:
        self.began = self.clock.monotonic()
        async with probing(self.prober):
            await self.clock.sleep(seconds)
        return self.paths


@pytest.fixture
def world(clock: LoopClock) -> World:
    return World(clock)


async def test_an_idle_upstream_is_looked_at_every_interval(world: World) -> None:
    assert await world.watch(200) == [(at, "/3/probe/films") for at in (1, 61, 121, 181)]


async def test_one_in_use_needs_no_probe(world: World) -> None:
    async def use() -> None:
        while True:
            await world.films.send(GET)
            await world.clock.sleep(5)

    world.began = world.clock.monotonic()
    async with asyncio.TaskGroup() as group:
        using = group.create_task(use())
        await world.watch(200)
        using.cancel()
    assert {path for _, path in world.paths} == {"/3/movie/603"}


async def test_an_open_breaker_is_looked_at_as_soon_as_it_lets_somebody_through(world: World) -> None:
    world.broken = True
    times = [at for at, _ in await world.watch(50)]
    assert times == pytest.approx([1, 17, 32, 48], abs=1)
    assert world.films.status().state == "down"
    world.broken = False
    await world.watch(20)
    assert world.films.status().state == "up"


async def test_disabled_ones_and_those_without_a_probe_are_left_alone(world: World) -> None:
    world.add("other", disabled="not set up")
    world.upstreams.add(policy(name="third"), kind="metadata")
    assert {path for _, path in await world.watch(100)} == {"/3/probe/films"}


async def test_a_broken_probe_does_not_end_the_watch(world: World) -> None:
    async def wrong() -> None:
        raise KeyError("a mistake of the provider")

    async def unavailable() -> None:
        raise UpstreamUnavailable("odd", "x")

    world.upstreams.add(policy(name="odd"), kind="metadata").probe_with(wrong)
    world.upstreams.add(policy(name="down"), kind="metadata").probe_with(unavailable)
    assert len(await world.watch(200)) == 4
