"""Blocks and lists on real databases: made, shared, kept over a restart, taken back; and the routes of administrators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
import pytest
import structlog

from matinee.features.accounts.service import AuditLog
from matinee.features.admin.routes import protection_router
from matinee.infra.bus import Bus, Handler
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller
from matinee.infra.http.limits import LimitOptions, Limits
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.observability import Metrics
from matinee.infra.paging import Cursors
from matinee.infra.protection import repository
from matinee.infra.protection.policy import ProtectionPolicy
from matinee.infra.protection.service import Protection
from matinee.infra.signing import Signer

pytestmark = pytest.mark.anyio
BAD, GOOD, ADMIN = "203.0.113.7", "203.0.113.8", "198.51.100.1"


class LinkedBus:
    """Two processes' bus: what one publishes the others hear."""

    def __init__(self, others: list[LinkedBus]) -> None:
        self._others, self._handlers = others, list[tuple[str, Handler]]()
        others.append(self)

    async def publish(self, topic: str, message: bytes) -> None:
        for other in self._others:
            if other is not self:
                for wanted, handler in other._handlers:
                    if wanted == topic:
                        handler(message)

    def subscribe(self, topic: str, handler: Handler) -> None:
        self._handlers.append((topic, handler))

    def on_lost(self, handler: Any) -> None:
        return


class Doorman:
    """`admin` is one, every other key a user of that name, none is nobody, `wrong` is refused."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name is None:
            return None
        if name == "wrong":
            from matinee.features.accounts.errors import ApiKeyInvalid

            raise ApiKeyInvalid
        admin = name == "admin"
        scopes = ALL_SCOPES if admin else USER_SCOPES
        return Caller(UserId(name), name, "admin" if admin else "user", "free", scopes, "cookie", "k")


class Process:
    """One process of the installation, as far as this matters."""

    def __init__(self, database: Database, clock: ManualClock, bus: Bus, **given: Any) -> None:
        self.metrics, self.container = Metrics(), Container()
        self.protection = Protection(database, clock, bus, self.metrics, policy=given.get("policy"), **given.get("lists", {}))
        cursors = Cursors(Signer(b"k" * 32))
        self.audit = AuditLog(database, clock, cursors, self.metrics.registry)
        for key, instance in (
            (Metrics, self.metrics),
            (Database, database),
            (Clock, clock),
            (Cursors, cursors),
            (Authenticator, Doorman()),
            (Protection, self.protection),
            (Limits, Limits(LimitOptions.changed(given.get("limits", {})))),
            (AuditLog, self.audit),
        ):
            self.container.add(cast(Any, key), instance)
        options = HttpOptions(trusted_proxies=("127.0.0.1",))
        web = WebFiles(None, "")
        self.app = create_app(self.container, [protection_router], options=options, web=web, lifespan=nothing)

    async def ask(self, address: str, path: str, key: str = "", method: str = "GET", **given: Any) -> httpx2.Response:
        """A request from somewhere, by way of the proxy."""
        headers = {"x-forwarded-for": address} | ({"x-api-key": key} if key else {}) | given.pop("headers", {})
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            return await client.request(method, path, **given)

    async def scan(self, address: str) -> list[int]:
        """What somebody does who looks for other programs."""
        paths = ("/wp-login.php", "/.env", "/phpmyadmin/", "/.git/config", "/cgi-bin/luci", "/x.asp", "/a.jsp")
        return [(await self.ask(address, path, headers={"user-agent": "scanner/1"})).status_code for path in paths]

    def value(self, name: str, **labels: str) -> float:
        self.metrics.render()
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@pytest.fixture
async def process(database: Database, clock: ManualClock) -> AsyncIterator[Process]:
    found = Process(database, clock, LinkedBus([]))
    async with found.protection:
        yield found


async def blocks(process: Process) -> list[dict[str, Any]]:
    answer = await process.ask(ADMIN, "/api/v1/admin/blocks", "admin")
    assert answer.status_code == 200, answer.text
    return cast("list[dict[str, Any]]", answer.json()["items"])


async def test_a_scanner_is_blocked_explained_and_let_in_again(process: Process, clock: ManualClock) -> None:
    with structlog.testing.capture_logs() as lines:
        assert await process.scan(BAD) == [404, 404, 200, 200, 200, 403, 403]
        await process.protection.settle()
        await process.protection.settle()
    refused = await process.ask(BAD, "/api/health/live")
    assert (refused.status_code, refused.json()["code"]) == (403, "address_blocked")
    assert refused.json()["retry_after"] == 600
    assert refused.headers["retry-after"] == "600"
    assert (await process.ask(GOOD, "/api/health/live")).status_code == 200
    (block,) = await blocks(process)
    assert (block["network"], block["source"], block["rule"], block["offence"]) == (BAD, "automatic", "path_scanning", 1)
    assert block["evidence"]["findings"]["path_scanning"]["paths"][0] == "/wp-login.php"
    assert block["score"] == 100
    told = [line for line in lines if line["event"] == "address_blocked"]
    assert [(line["address"], line["rule"], line["seconds"]) for line in told] == [(BAD, "path_scanning", 600)]
    assert process.value("matinee_protection_blocks_total", source="automatic") == 1
    assert process.value("matinee_protection_refused_total") == 3
    await clock.advance(601)
    assert (await process.ask(BAD, "/api/health/live")).status_code == 200
    assert await blocks(process) == []


async def test_each_block_is_longer_unless_an_administrator_took_the_last_one_back(process: Process, clock: ManualClock) -> None:
    lasted = []
    for _ in range(3):
        await process.scan(BAD)
        await process.protection.settle()
        (block,) = await blocks(process)
        left = (await process.ask(BAD, "/")).json()["retry_after"]
        lasted.append((block["offence"], left))
        await clock.advance(left + 1)
    assert lasted == [(1, 600), (2, 3600), (3, 21600)]
    await process.scan(BAD)
    await process.protection.settle()
    (block,) = await blocks(process)
    assert (await process.ask(ADMIN, f"/api/v1/admin/blocks/{block['id']}", "admin", "DELETE")).status_code == 204
    assert (await process.ask(BAD, "/api/health/live")).status_code == 200
    await process.scan(BAD)
    await process.protection.settle()
    assert [block["offence"] for block in await blocks(process)] == [4]


async def test_blocks_are_shared_and_survive_a_restart(database: Database, clock: ManualClock) -> None:
    buses: list[LinkedBus] = []
    one, two = (Process(database, clock, LinkedBus(buses)) for _ in range(2))
    async with one.protection, two.protection:
        await one.scan(BAD)
        await one.protection.settle()
        await two.protection.settle()
        assert (await two.ask(BAD, "/api/health/live")).status_code == 403
        (block,) = await blocks(two)
        await two.ask(ADMIN, f"/api/v1/admin/blocks/{block['id']}", "admin", "DELETE")
        await one.protection.settle()
        assert (await one.ask(BAD, "/api/health/live")).status_code == 200
        await one.ask(ADMIN, "/api/v1/admin/blocks", "admin", "POST", json={"network": "203.0.113.0/29", "note": "<b>noise</b>"})
    later = Process(database, clock, LinkedBus([]))
    async with later.protection:
        assert (await later.ask(BAD, "/api/health/live")).status_code == 403
        (block,) = await blocks(later)
        assert (block["network"], block["note"], block["expires_at"], block["source"]) == (
            "203.0.113.0/29",
            "noise",
            None,
            "manual",
        )


async def test_private_networks_are_never_blocked_automatically(process: Process) -> None:
    for address in ("10.1.2.3", "192.168.1.9", "::1", "fd00::1", "100.64.0.9"):
        assert 403 not in await process.scan(address)
    assert process.protection.worst(10) == []


async def test_where_an_administrator_is_nobody_is_blocked_automatically(process: Process) -> None:
    await blocks(process)
    assert 403 not in await process.scan(ADMIN)
    assert [one.key for one in process.protection.worst(10)] == [ADMIN]


async def test_an_account_is_watched_over_all_its_addresses(process: Process) -> None:
    statuses = []
    for number in range(202):
        answer = await process.ask(f"198.51.100.{number % 100 + 50}", "/api/v1/admin/limits", "eve")
        statuses.append(answer.json()["code"])
    assert statuses[:200] == ["forbidden"] * 200
    await process.protection.settle()
    (block,) = await blocks(process)
    assert (block["rule"], block["evidence"]["account"]) == ("client_errors", "eve")


async def test_guessing_keys_leads_to_a_block(process: Process) -> None:
    statuses = [(await process.ask(BAD, "/api/v1/admin/limits", "wrong")).status_code for _ in range(90)]
    assert statuses == [401] * 80 + [403] * 10


async def test_lists_of_administrators_and_of_the_settings(database: Database, clock: ManualClock) -> None:
    lists = {"allow": ["203.0.113.64/26"], "deny": ["192.0.2.0/24"]}
    process = Process(database, clock, LinkedBus([]), lists=lists)
    path = "/api/v1/admin/blocks/lists"
    async with process.protection:
        assert (await process.ask("192.0.2.9", "/")).status_code == 403
        assert "retry_after" not in (await process.ask("192.0.2.9", "/")).json()
        assert 403 not in await process.scan("203.0.113.65")
        changed = await process.ask(ADMIN, path, "admin", "PUT", json={"allow": [f"{BAD}/32"], "deny": ["203.0.113.9/24"]})
        assert (changed.status_code, changed.json()["allow"], changed.json()["deny"]) == (200, [BAD], ["203.0.113.0/24"])
        assert (await process.ask(ADMIN, path, "admin")).json() == {**changed.json(), "from_settings": lists}
        statuses = [(await process.ask(address, "/api/health/live")).status_code for address in (BAD, GOOD, "203.0.113.65")]
        assert statuses == [200, 403, 200]
        locked_out = await process.ask(ADMIN, path, "admin", "PUT", json={"allow": [], "deny": ["198.51.100.0/24"]})
        assert (locked_out.status_code, locked_out.json()["code"]) == (409, "conflict")
        await process.audit.flush()
    again = Process(database, clock, LinkedBus([]), lists=lists)
    async with again.protection:
        assert (await again.ask(GOOD, "/api/health/live")).status_code == 403


async def test_what_can_be_blocked(process: Process) -> None:
    for body, status in (
        ({"network": "nowhere"}, 422),
        ({"network": "0.0.0.0/0"}, 422),
        ({"network": BAD, "expires_in": 1}, 422),
        ({"network": BAD, "colour": "red"}, 422),
        ({"network": "198.51.100.0/24"}, 409),
        ({"network": BAD, "expires_in": 3600}, 201),
    ):
        assert (await process.ask(ADMIN, "/api/v1/admin/blocks", "admin", "POST", json=body)).status_code == status


async def test_blocks_are_listed_in_pages_and_an_unknown_one_is_not_found(process: Process) -> None:
    for number in range(5):
        await process.ask(ADMIN, "/api/v1/admin/blocks", "admin", "POST", json={"network": f"203.0.113.{number}"})
    first = (await process.ask(ADMIN, "/api/v1/admin/blocks?limit=3", "admin")).json()
    rest = (await process.ask(ADMIN, f"/api/v1/admin/blocks?limit=3&cursor={first['next_cursor']}", "admin")).json()
    found = [block["network"] for block in (*first["items"], *rest["items"])]
    assert (found, rest["next_cursor"]) == ([f"203.0.113.{number}" for number in (4, 3, 2, 1, 0)], None)
    assert (await process.ask(ADMIN, "/api/v1/admin/blocks/nothing", "admin", "DELETE")).status_code == 404
    assert (await process.ask(ADMIN, "/api/v1/admin/blocks", "ben")).status_code == 403


async def test_suspects_are_shown_with_points_and_evidence(process: Process) -> None:
    await process.ask(BAD, "/.env")
    (suspect,) = (await process.ask(ADMIN, "/api/v1/admin/blocks/suspects", "admin")).json()["items"]
    assert (suspect["address"], suspect["score"], suspect["threshold"]) == (BAD, 20, 100)
    assert suspect["findings"][0]["evidence"] == {"paths": ["/.env"], "distinct": 1, "seconds": 60}


async def test_a_blocked_address_gets_no_websocket(process: Process) -> None:
    process.protection.gate.block(BAD, None)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/api/v1/realtime",
        "raw_path": b"/api/v1/realtime",
        "query_string": b"",
        "headers": [(b"x-forwarded-for", BAD.encode())],
        "client": ("127.0.0.1", 1),
        "scheme": "ws",
        "extensions": {"websocket.http.response": {}},
    }
    await process.app(scope, receive, send)
    assert sent[0]["type"] == "websocket.http.response.start"
    assert sent[0]["status"] == 403


async def test_limits_are_shown(database: Database, clock: ManualClock) -> None:
    process = Process(database, clock, LinkedBus([]), limits={"free.downloads": 7})
    shown = (await process.ask(ADMIN, "/api/v1/admin/limits", "admin")).json()
    assert (shown["backend"], shown["degraded"], shown["period"]) == ("memory", False, 60)
    assert {one["name"]: one["period"] for one in shown["classes"]}["downloads"] == 3600
    assert shown["tiers"]["free"] == {
        "hit": 3000, "miss": 120, "search": 60, "write": 60, "progress": 120, "sign_in": 10, "downloads": 7,
    }  # fmt: skip
    assert shown["callers"] == 0


async def _rows(database: Database) -> int:
    async with database.read() as unit:
        return len(await repository.active(unit, datetime(2000, 1, 1, tzinfo=UTC), limit=10))


async def test_ended_blocks_are_forgotten_in_time(database: Database, clock: ManualClock) -> None:
    policy = ProtectionPolicy()
    process = Process(database, clock, LinkedBus([]), policy=policy)
    async with process.protection:
        await process.scan(BAD)
        await process.protection.settle()
        await clock.advance(policy.memory.total_seconds() + 3600)
        await process.protection.settle()
        assert await _rows(database) == 0
        await process.scan(BAD)
        await process.protection.settle()
        assert [block["offence"] for block in await blocks(process)] == [1]
