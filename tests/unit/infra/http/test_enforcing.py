"""What a route counts as, and what its answers tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast

import httpx2
import pytest
from fastapi import APIRouter, Depends

from matinee.features.accounts.errors import ApiKeyInvalid, InvalidCredentials
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.feature import Container
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import SharedAnswers, SharedOptions
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import USER_SCOPES, Authenticator, Caller
from matinee.infra.http.dependencies import requires
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.limits import LimitOptions, Limits, limited
from matinee.infra.http.limits.metrics import show
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.observability import Metrics

pytestmark = pytest.mark.anyio
LIMITS = {
    "free.hit": 3,
    "free.write": 2,
    "free.progress": 4,
    "free.downloads": 1,
    "anonymous.hit": 5,
    "anonymous.sign_in": 2,
}
User = Annotated[Caller, Depends(requires("progress"))]
router = APIRouter()


@router.get("/thing")
async def read(_caller: User) -> dict[str, str]:
    return {}


@router.post("/thing")
async def write(_caller: User) -> dict[str, str]:
    return {}


@router.post("/report")
@limited("progress")
async def report(_caller: User) -> dict[str, str]:
    return {}


@router.post("/fetch")
@limited("downloads")
async def fetch(_caller: User) -> dict[str, str]:
    return {}


@router.get("/signed")
@limited("none")
async def signed() -> dict[str, str]:
    return {}


@router.post("/enter")
@limited("sign_in")
async def enter(right: bool) -> dict[str, str]:
    if not right:
        raise InvalidCredentials
    return {}


class Doorman:
    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name == "wrong":
            raise ApiKeyInvalid
        role: Any = "admin" if name == "root" else "user"
        return Caller(UserId(name), name, role, "free", USER_SCOPES, "cookie", name) if name else None


class Server:
    def __init__(self, clock: ManualClock) -> None:
        self.clock, self.metrics, self.limits = clock, Metrics(), Limits(LimitOptions.changed(LIMITS))
        show(self.limits, self.metrics)
        container, table = Container(), AnswerTable(1 << 20, self.metrics)
        for key, instance in (
            (Clock, clock),
            (Metrics, self.metrics),
            (Limits, self.limits),
            (Authenticator, Doorman()),
            (HealthChecks, HealthChecks(clock)),
            (SharedAnswers, SharedAnswers(table, self.limits, clock, SharedOptions(), self.metrics)),
        ):
            container.add(cast(Any, key), instance)
        self.app = create_app(container, [router], options=HttpOptions(), web=WebFiles(None, ""), lifespan=nothing)

    async def ask(self, method: str, path: str, key: str = "", address: str = "203.0.113.1") -> httpx2.Response:
        transport = httpx2.ASGITransport(self.app, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
            return await client.request(method, path, headers={"x-api-key": key} if key else {})


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@pytest.fixture
def server(clock: ManualClock) -> Server:
    return Server(clock)


@pytest.mark.parametrize(
    ("method", "path", "name", "limit", "period"),
    [
        ("GET", "/thing", "hit", 3, 60),
        ("HEAD", "/thing", "hit", 3, 60),
        ("POST", "/thing", "write", 2, 60),
        ("POST", "/report", "progress", 4, 60),
        ("POST", "/fetch", "downloads", 1, 3600),
    ],
)
async def test_each_class_has_its_limit_and_every_answer_tells_of_it(
    server: Server, method: str, path: str, name: str, limit: int, period: int
) -> None:
    for left in range(limit - 1, -1, -1):
        answer = await server.ask(method, path, "ada")
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == f'"{name}";q={limit};w={period}'
        assert answer.headers["ratelimit"] == f'"{name}";r={left};t={period}'
        assert answer.headers["x-ratelimit-remaining"] == str(left)
    refused = await server.ask(method, path, "ada")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(period))
    assert refused.headers.get_list("ratelimit") == [f'"{name}";r=0;t={period}']
    if method != "HEAD":
        assert (refused.json()["code"], refused.json()["retry_after"]) == ("rate_limited", period)
    assert (await server.ask(method, path, "ben")).status_code == 200
    await server.clock.advance(2 * period)
    assert (await server.ask(method, path, "ada")).status_code == 200
    server.metrics.render()
    assert server.metrics.registry.get_sample_value("matinee_limits_refused_total", {"class": name}) == 1


async def test_an_administrator_and_what_is_exempt_have_no_limit(server: Server) -> None:
    for _ in range(8):
        assert "ratelimit" not in (await server.ask("POST", "/thing", "root")).headers
        for path in ("/signed", "http://test/api/health/live", "http://test/metrics"):
            assert "ratelimit" not in (await server.ask("GET", path, "ada")).headers
    assert len(server.limits) == 0


async def test_a_failed_request_counts_and_tells_too(server: Server) -> None:
    answer = await server.ask("GET", "/thing?unknown=1", "ada")
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (400, "2")


async def test_who_may_not_write_at_all_is_told_why_and_counts_as_a_reader(server: Server) -> None:
    statuses = [(await server.ask("POST", "/thing")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


async def test_credentials_that_are_not_valid_count_for_the_address(server: Server) -> None:
    statuses = [(await server.ask("GET", "/thing", "wrong")).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert (await server.ask("GET", "/thing", "ada")).status_code == 200
    assert (await server.ask("GET", "/thing", "wrong", "203.0.113.2")).status_code == 401


async def test_only_failed_sign_ins_count_by_address_whoever_asks(server: Server) -> None:
    for _ in range(5):
        assert (await server.ask("POST", "/enter?right=true")).status_code == 200
    statuses = [(await server.ask("POST", "/enter?right=false", "root")).status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert (await server.ask("POST", "/enter?right=true")).status_code == 429
    assert (await server.ask("POST", "/enter?right=true", address="203.0.113.2")).status_code == 200


async def test_each_part_of_a_batch_counts_and_tells_beside_the_batch_itself(server: Server) -> None:
    parts = {"requests": [{"path": "/signed"}, {"path": "/thing"}]}
    transport = httpx2.ASGITransport(server.app, client=("203.0.113.1", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test/api/v1") as client:
        answer = await client.post("/batch", json=parts, headers={"x-api-key": "ada"})
    assert answer.headers["x-ratelimit-remaining"] == "2"
    signed, thing = answer.json()["responses"]
    assert "ratelimit" not in signed["headers"]
    assert thing["headers"]["ratelimit"] == '"hit";r=1;t=60'


async def test_negative_limits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"free\.hit"):
        LimitOptions.changed({"free.hit": -1})
