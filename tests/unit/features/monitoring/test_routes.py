"""The services as a client sees them, and the breakers as an administrator steers them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from matinee.features.monitoring.feature import build, watching
from matinee.features.monitoring.policy import MonitoringOptions
from matinee.features.monitoring.routes import breakers_router, services_router
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.database import Database
from matinee.infra.errors import DatabaseUnavailable
from matinee.infra.feature import Container
from matinee.infra.http.app import build_api
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller
from matinee.infra.http.health import HealthChecks
from matinee.infra.ids import UserId
from matinee.infra.observability.metrics import Metrics
from matinee.infra.upstream import BreakerPolicy, Call, Upstream, UpstreamPolicy, Upstreams, UpstreamUnavailable
from tests.servers.mock_network import MockNetwork

pytestmark = pytest.mark.anyio
BEN = {"x-api-key": "ben"}


class Doorman:
    """Everybody is an administrator, but Ben."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        admin = headers.get("x-api-key") != "ben"
        scopes = ALL_SCOPES if admin else USER_SCOPES
        return Caller(UserId("1"), "Ada", "admin" if admin else "user", "free", scopes, "cookie", "k")


class NoDatabase:
    """Decisions hold without it."""

    def read(self) -> None:
        raise DatabaseUnavailable


class World:
    """An upstream in use, one that is not set up, and a database; each can be broken."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.film_status = 200
        self.database_works = True
        self.pings = self.asked = 0
        self.container = Container()
        metrics = self.container.add(Metrics, Metrics())
        checks = self.container.add(HealthChecks, HealthChecks(self.clock))
        checks.add("database", self._ping, critical=True)
        self.upstreams = Upstreams(self.clock, metrics.registry, network=MockNetwork(self._answer))
        self.films = self._films()
        self.upstreams.add(UpstreamPolicy("requests", ("https://r.example",)), kind="requests", disabled="No address is set.")
        for key, instance in (
            (Clock, self.clock),
            (Authenticator, Doorman()),
            (Upstreams, self.upstreams),
            (Database, NoDatabase()),
            (MonitoringOptions, MonitoringOptions()),
        ):
            self.container.add(cast(Any, key), instance)
        build(self.container)
        self.app = build_api(self.container, [services_router, breakers_router], lifespan=nothing)

    def _films(self) -> Upstream:
        breaker = BreakerPolicy(minimum_calls=3, open_for=timedelta(seconds=15))
        policy = UpstreamPolicy("films", ("https://f.example",), attempts=1, breaker=breaker)
        upstream = self.upstreams.add(policy, kind="metadata")

        async def probe() -> None:
            await upstream.send(Call("GET", "/probe"))

        upstream.probe_with(probe)
        return upstream

    def _answer(self, _request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return httpx2.Response(self.film_status)

    async def _ping(self) -> str:
        self.pings += 1
        if not self.database_works:
            raise ConnectionError("no connection to db.internal:5432")
        return "sqlite"


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(world.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1/") as found:
        yield found


async def test_all_services_with_what_tools_rely_on(client: httpx2.AsyncClient, world: World) -> None:
    await world.films.send(Call("GET", "/"))
    items = (await client.get("services")).json()["items"]
    assert [(item["name"], item["kind"], item["state"], item["breaker"]) for item in items] == [
        ("films", "metadata", "up", "closed"),
        ("requests", "requests", "disabled", "closed"),
        ("database", "database", "up", "closed"),
    ]
    assert set(items[0]) == {
        *("name", "kind", "state", "breaker", "latency_ms", "latency_p95_ms", "checked_at", "reason"),
        *("budget", "in_flight", "in_flight_limit", "decision"),
    }
    assert items[0]["checked_at"] == "2026-01-01T00:00:00Z"
    assert items[0]["budget"] == {"rate": 20, "left": 19, "waiting": 0, "paused_for": 0}
    assert items[1]["reason"] == "No address is set."
    assert (items[2]["budget"], items[2]["latency_ms"] >= 0) == (None, True)


async def test_one_service_and_one_that_does_not_exist(client: httpx2.AsyncClient) -> None:
    assert (await client.get("services/films", headers=BEN)).json()["name"] == "films"
    assert (await client.get("services/database", headers=BEN)).json()["kind"] == "database"
    for method, path in (("GET", "services/x"), ("POST", "services/x/check"), ("POST", "admin/breakers/x/trip")):
        assert (await client.request(method, path)).json()["code"] == "resource_not_found"
    assert (await client.post("admin/breakers/database/reset")).status_code == 404


async def test_fields(client: httpx2.AsyncClient) -> None:
    items = (await client.get("services", params={"fields": "name,budget.left"})).json()["items"]
    assert items[0] == {"name": "films", "budget": {"left": 20}}
    assert (await client.get("admin/breakers", params={"fields": "name"})).json()["items"][0] == {"name": "films"}


async def test_an_administrator_has_a_service_looked_at(client: httpx2.AsyncClient, world: World) -> None:
    world.film_status = 500
    found = (await client.post("services/films/check")).json()
    assert (found["state"], found["reason"]) == ("down", "it answered with status 500")
    world.film_status = 200
    assert (await client.post("services/films/check")).json()["state"] == "degraded"
    await world.clock.advance(60)
    assert (await client.post("services/films/check")).json()["state"] == "up"
    assert (await client.post("services/requests/check")).json()["state"] == "disabled"
    assert world.asked == 3


async def test_our_own_parts_are_looked_at_once_in_half_a_minute(client: httpx2.AsyncClient, world: World) -> None:
    for _ in range(5):
        await client.get("services")
    assert world.pings == 1
    world.database_works = False
    assert (await client.get("services/database")).json()["state"] == "up"
    assert (await client.post("services/database/check")).json()["state"] == "down"
    await world.clock.advance(30)
    world.database_works = True
    assert (await client.get("services/database")).json()["state"] == "up"
    assert world.pings == 3


async def test_only_administrators_read_what_names_our_hosts(client: httpx2.AsyncClient, world: World) -> None:
    world.database_works = False
    assert "db.internal" in (await client.get("services/database")).json()["reason"]
    assert (await client.get("services/database", headers=BEN)).json()["reason"] == "It does not answer."


async def test_refreshing_looks_at_everything_and_is_for_administrators(client: httpx2.AsyncClient, world: World) -> None:
    await client.get("services")
    assert (world.asked, world.pings) == (0, 1)
    await client.get("services", params={"refresh": "true"})
    assert (world.asked, world.pings) == (1, 2)
    assert (await client.get("services", params={"refresh": "true"}, headers=BEN)).json()["code"] == "forbidden"


async def test_a_breaker_is_tripped_and_reset(client: httpx2.AsyncClient, world: World) -> None:
    tripped = (await client.post("admin/breakers/films/trip")).json()
    assert (tripped["state"], tripped["forced"], tripped["retry_after"]) == ("open", True, None)
    service = (await client.get("services/films")).json()
    assert (service["state"], service["breaker"], service["reason"]) == ("down", "open", "switched off by an administrator")
    assert service["decision"] == {"action": "trip", "at": world.clock.now().isoformat().replace("+00:00", "Z"), "by": "Ada"}
    of_others = (await client.get("services/films", headers={"x-api-key": "ben"})).json()["decision"]
    assert (of_others["action"], of_others["by"]) == ("trip", None)
    assert (await client.post("services/films/check")).json()["state"] == "down"
    assert world.asked == 0
    reset = (await client.post("admin/breakers/films/reset")).json()
    assert (reset["state"], reset["forced"], reset["decision"]["action"]) == ("closed", False, "reset")
    assert (await client.post("services/films/check")).json()["state"] == "up"


async def test_breakers_show_what_they_counted(client: httpx2.AsyncClient, world: World) -> None:
    world.film_status = 503
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            await world.films.send(Call("GET", "/"))
    found = (await client.get("admin/breakers")).json()["items"][0]
    assert (found["state"], found["tries"], found["failed"]) == ("closed", 2, 2)
    await client.post("services/films/check")
    found = (await client.get("admin/breakers")).json()["items"][0]
    assert (found["state"], found["forced"], found["retry_after"]) == ("open", False, 15)


async def test_steering_is_for_administrators(client: httpx2.AsyncClient, world: World) -> None:
    for method, path in (
        ("POST", "services/films/check"),
        ("GET", "admin/breakers"),
        ("POST", "admin/breakers/films/trip"),
        ("POST", "admin/breakers/films/reset"),
    ):
        refused = await client.request(method, path, headers=BEN)
        assert (path, refused.status_code, refused.json()["code"]) == (path, 403, "forbidden")
    assert world.films.status().breaker == "closed"


async def test_upstreams_are_parts_of_the_health_report_but_never_fail_readiness(world: World) -> None:
    checks = world.container.get(HealthChecks)
    world.films.trip()
    found = {check.name: check for check in await checks.run()}
    assert (found["films"].state, found["films"].critical, found["requests"].state) == ("down", False, "up")
    assert "switched off" in found["films"].detail
    assert checks.status(list(found.values())) == "degraded"
    assert checks.status(await checks.run(critical_only=True)) == "up"


async def test_idle_upstreams_are_watched_while_the_process_serves(world: World) -> None:
    async with watching(world.container):
        for _ in range(200):
            await world.clock.advance(0.1)
    assert world.asked == 1
