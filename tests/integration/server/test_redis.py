"""Two real servers that share a Redis, which dies under them."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from tests.servers.product import running
from tests.servers.redis import own
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


def counted(client: httpx2.Client, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").raise_for_status().text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def redis_state(client: httpx2.Client) -> str:
    checks = client.get("/api/health/details").raise_for_status().json()["checks"]
    (check,) = [check for check in checks if check["name"] == "redis"]
    assert not check["critical"]
    return str(check["state"])


def test_servers_hear_of_each_others_purges_and_stay_ready_without_redis(tmp_path: Path) -> None:
    with own() as redis:
        url = redis.server.url()
        with running(tmp_path / "one", redis_url=url) as first, running(tmp_path / "two", redis_url=url) as second:
            with first.signed_in() as one, second.signed_in() as two:
                tiers = one.get("/api/v1/admin/cache").raise_for_status().json()["tiers"]
                assert [(tier["name"], tier["state"]) for tier in tiers] == [("memory", "up"), ("redis", "up")]
                before = counted(two, "matinee_bus_received_total")
                one.post("/api/v1/admin/cache/purge", json={"all": True}).raise_for_status()
                wait_until(lambda: counted(two, "matinee_bus_received_total") > before, 1, "the purge in the other server")
                redis.kill()
                for client in (one, two):
                    assert client.get("/api/health/ready").status_code == 200
                    assert redis_state(client) == "down"
                    assert client.get("/api/v1/home").status_code == 200
                    client.post("/api/v1/admin/cache/purge", json={"keys": ["k"]}).raise_for_status()
                redis.start()
                for client in (one, two):
                    wait_until(lambda client=client: redis_state(client) == "up", 10, "Redis is back")
            for server in (first, second):
                assert server.stop() == 0
                assert server.log.count('"redis_down"') == 1
                assert server.log.count('"redis_up"') == 1
