"""The real server and a TMDB that comes and goes: what `/services`, `/admin/breakers`, health and metrics say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.servers import RedisServer
from tests.servers.fake_tmdb import KEY, FakeTmdb
from tests.servers.fault_proxy import FaultProxy, Refuse
from tests.servers.product import Product, running
from tests.servers.waiting import wait_until

DATABASE = 59


@pytest.fixture(scope="module")
def tmdb() -> Iterator[FakeTmdb]:
    with FakeTmdb() as server:
        yield server


@pytest.fixture(scope="module")
def faults(tmdb: FakeTmdb) -> Iterator[FaultProxy]:
    with FaultProxy(tmdb.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def settings(tmdb: FakeTmdb, faults: FaultProxy) -> dict[str, str]:
    return {
        "tmdb_api_key": KEY,
        "tmdb_base_urls": f"{faults.url}/3",
        "tmdb_image_url": tmdb.image_url,
        "probe_interval": "5",
        "log_level": "debug",
        "watch": "false",
    }


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("services"), **settings) as server:
        yield server


@pytest.fixture
def admin(product: Product) -> Iterator[httpx2.Client]:
    with product.signed_in() as client:
        yield client


def service(client: httpx2.Client, name: str = "tmdb") -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/services/{name}").raise_for_status().json()
    return found


def post(client: httpx2.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.post(f"/api/v1/{path}").raise_for_status().json()
    return found


def test_an_upstream_that_nobody_uses_is_looked_at_by_itself(admin: httpx2.Client) -> None:
    found = wait_until(lambda: (one := service(admin))["checked_at"] and one, 10, "the first probe")
    assert (found["kind"], found["state"], found["breaker"], found["reason"]) == ("metadata", "up", "closed", "")
    assert found["latency_ms"] > 0
    kinds = {item["name"]: item["kind"] for item in admin.get("/api/v1/services").json()["items"]}
    assert kinds.items() >= {"tmdb": "metadata", "tmdb-images": "images", "database": "database", "jobs": "jobs"}.items()


def test_one_that_is_gone_is_shown_and_comes_back(admin: httpx2.Client, faults: FaultProxy) -> None:
    faults.fault = Refuse()
    try:
        for _ in range(4):
            found = post(admin, "services/tmdb/check")
        assert (found["state"], found["breaker"], found["reason"]) == ("down", "open", "it refuses connections")
        health = admin.get("/api/health/details").json()
        assert (health["status"], next(c["state"] for c in health["checks"] if c["name"] == "tmdb")) == ("degraded", "down")
        assert admin.get("/api/health/ready").json()["status"] == "up"
        metrics = admin.get("/metrics").text
        assert 'matinee_upstream_breaker_state{state="open",upstream="tmdb"} 1.0' in metrics
        assert KEY not in metrics
    finally:
        faults.fault = None
    reset = post(admin, "admin/breakers/tmdb/reset")
    assert (reset["state"], reset["tries"]) == ("closed", 0)
    assert post(admin, "services/tmdb/check")["state"] == "up"


def test_nobody_asks_a_tripped_one(admin: httpx2.Client, tmdb: FakeTmdb) -> None:
    assert post(admin, "admin/breakers/tmdb/trip")["forced"] is True
    before = tmdb.calls.total()
    assert (post(admin, "services/tmdb/check")["state"], tmdb.calls.total()) == ("down", before)
    post(admin, "admin/breakers/tmdb/reset")
    assert post(admin, "services/tmdb/check")["state"] == "up"


def test_the_key_is_in_no_log(product: Product, admin: httpx2.Client) -> None:
    post(admin, "services/tmdb/check")
    assert KEY not in product.log + product.output + product.errors


def test_without_a_key_it_is_shown_as_not_set_up(tmp_path: Path) -> None:
    with running(tmp_path, watch="false") as server, server.signed_in() as client:
        found = service(client)
        assert (found["state"], found["reason"]) == ("disabled", "MATINEE_TMDB_API_KEY is not set")
        assert post(client, "services/tmdb/check")["state"] == "disabled"


def test_a_trip_in_one_process_is_obeyed_by_another_within_a_second(
    tmp_path: Path, settings: dict[str, str], redis: RedisServer
) -> None:
    with ExitStack() as stack:
        shared = {**settings, "redis_url": redis.url(DATABASE)}
        servers = [stack.enter_context(running(tmp_path / name, **shared)) for name in ("one", "two")]
        here, there = (stack.enter_context(server.signed_in()) for server in servers)
        post(here, "admin/breakers/tmdb/trip")
        wait_until(lambda: service(there)["breaker"] == "open", 1, "the trip in the other process")
        post(there, "admin/breakers/tmdb/reset")
        wait_until(lambda: service(here)["breaker"] == "closed", 1, "the reset in the first process")
