"""An address that another system names is looked at where it becomes a connection, whatever the name was said to mean."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from matinee.infra.clock import ManualClock, SystemClock
from matinee.infra.upstream import Call, UpstreamPolicy, UpstreamRejected, Upstreams, UpstreamUnavailable
from matinee.infra.upstream.client import HttpClient
from matinee.infra.upstream.guard import Guard
from matinee.infra.upstream.network import RealNetwork
from tests.integration.upstream.conftest import FilmServer
from tests.servers.fault_proxy import Answer, FaultProxy

pytestmark = pytest.mark.anyio
REFUSED = "in a network that may not be reached"
LOOPBACK = Guard.allowing(["127.0.0.1/32"])


class Names(AbstractResolver):
    """Names mean what the test says; each look-up takes the next answer."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        addresses = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=socket.AI_NUMERICHOST)
            for one in addresses
        ]

    async def close(self) -> None:
        return


@asynccontextmanager
async def client(
    guard: Guard | None, *, names: Names | None = None, redirects: int = 0, proxy: str | None = None
) -> AsyncIterator[HttpClient]:
    policy = UpstreamPolicy(
        name="elsewhere",
        base_urls=("http://public.example",),
        per_try=timedelta(seconds=3),
        guard=guard,
        redirects=redirects,
        proxy=proxy,
    )
    network = RealNetwork(policy)
    if names is not None:
        connector: Any = network._open().connector
        await connector._resolver.close()
        connector._resolver = names
        connector._use_dns_cache = False
    found = HttpClient(policy, SystemClock(), network)
    try:
        yield found
    finally:
        await found.aclose()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.0.0.2", "2130706433", "0x7f.1"])
async def test_nothing_of_this_machine_is_reached(film_server: FilmServer, host: str) -> None:
    async with client(Guard()) as elsewhere:
        with pytest.raises((UpstreamRejected, UpstreamUnavailable)):
            await elsewhere.send(Call("GET", "/", base_url=f"http://{host}:{film_server.port}"))
    assert film_server.asked == []


async def test_a_name_that_means_a_private_address_is_refused(film_server: FilmServer) -> None:
    async with client(Guard(), names=Names(["127.0.0.1"])) as elsewhere:
        with pytest.raises(UpstreamRejected, match=REFUSED):
            await elsewhere.send(Call("GET", "/", base_url=f"http://public.example:{film_server.port}"))
    assert film_server.asked == []


async def test_a_name_that_changes_its_mind_is_looked_at_every_time(film_server: FilmServer, faults: FaultProxy) -> None:
    """The first answer is fit, the second is not: each connection goes to the very address that was looked at."""
    async with client(LOOPBACK, names=Names(["127.0.0.1"], ["127.0.0.2"])) as elsewhere:
        assert (await elsewhere.send(Call("GET", "/", base_url=f"http://public.example:{film_server.port}"))).ok
        with pytest.raises(UpstreamRejected, match=REFUSED):
            await elsewhere.send(Call("GET", "/", base_url=f"http://public.example:{faults.port}"))
    assert len(film_server.asked) == 1


async def test_of_several_addresses_only_fit_ones_are_tried(film_server: FilmServer) -> None:
    async with client(LOOPBACK, names=Names(["127.0.0.2", "127.0.0.1"])) as elsewhere:
        assert (await elsewhere.send(Call("GET", "/", base_url=f"http://public.example:{film_server.port}"))).ok


async def test_a_redirect_into_the_private_network_is_refused(film_server: FilmServer, faults: FaultProxy) -> None:
    faults.once(Answer(302, {"Location": f"http://127.0.0.2:{film_server.port}/secret"}))
    async with client(LOOPBACK, redirects=3) as elsewhere:
        with pytest.raises(UpstreamRejected, match=REFUSED):
            await elsewhere.send(Call("GET", "/", base_url=faults.url))
    assert film_server.asked == []


async def test_a_redirect_elsewhere_takes_no_credential_with_it(film_server: FilmServer, faults: FaultProxy) -> None:
    faults.once(Answer(302, {"Location": f"{film_server.url}/there"}))
    headers = {"authorization": "Bearer secret", "x-plex-token": "secret", "cookie": "a=b"}
    async with client(LOOPBACK, redirects=1) as elsewhere:
        assert (await elsewhere.send(Call("GET", "/", headers=headers, base_url=faults.url))).ok
    [(target, sent)] = film_server.asked
    assert target == "/there"
    assert "secret" not in str(sent)
    assert not {name.lower() for name in sent} & set(headers)


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user:pass@127.0.0.1/", "http://["])
async def test_a_redirect_to_what_is_no_web_address_is_refused(faults: FaultProxy, location: str) -> None:
    faults.once(Answer(302, {"Location": location}))
    async with client(LOOPBACK, redirects=1) as elsewhere:
        with pytest.raises((UpstreamRejected, UpstreamUnavailable)):
            await elsewhere.send(Call("GET", "/", base_url=faults.url))


async def test_behind_a_proxy_the_name_is_looked_at_before(film_server: FilmServer) -> None:
    async with client(Guard(), proxy=film_server.url) as elsewhere:
        with pytest.raises(UpstreamRejected, match=REFUSED):
            await elsewhere.send(Call("GET", "/", base_url="http://127.0.0.1:9"))
    assert film_server.asked == []


async def test_without_a_guard_an_operators_address_is_reached(film_server: FilmServer) -> None:
    async with client(None) as elsewhere:
        assert (await elsewhere.send(Call("GET", "/", base_url=film_server.url))).ok


async def test_what_is_refused_is_counted_by_region_and_logged_once_a_minute(film_server: FilmServer) -> None:
    registry, clock = CollectorRegistry(), ManualClock()
    upstreams = Upstreams(clock, registry)
    policy = UpstreamPolicy(name="elsewhere", base_urls=("http://public.example",), guard=Guard())
    elsewhere = upstreams.add(policy, kind="identity")

    def refused(region: str) -> float:
        labels = {"upstream": "elsewhere", "region": region}
        return registry.get_sample_value("matinee_upstream_refused_addresses_total", labels) or 0.0

    async def ask(host: str) -> None:
        with pytest.raises(UpstreamRejected, match=REFUSED):
            await elsewhere.send(Call("GET", "/", base_url=f"http://{host}:{film_server.port}"))

    with capture_logs() as lines:
        for host in ("127.0.0.1", "127.0.0.2", "169.254.169.254", "10.1.2.3"):
            await ask(host)
        await clock.advance(61)
        await ask("127.0.0.3")
    assert [refused(region) for region in ("loopback", "metadata", "private", "special")] == [3, 1, 1, 0]
    told = [(one["region"], one["address"], one["unsaid"]) for one in lines if one["event"] == "upstream_address_refused"]
    assert told == [
        ("loopback", "127.0.0.1", 0),
        ("metadata", "169.254.169.254", 0),
        ("private", "10.1.2.3", 0),
        ("loopback", "127.0.0.3", 1),
    ]
    await upstreams.aclose()
