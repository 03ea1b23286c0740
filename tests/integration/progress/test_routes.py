"""Progress over HTTP: saved when the answer comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest

from matinee.features.catalog.service import CatalogService
from matinee.features.progress.feature import FEATURE
from matinee.features.progress.service import ProgressService
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.observability import Metrics
from tests.integration.progress.conftest import Stand

pytestmark = pytest.mark.anyio


class Named:
    """Whoever names himself in `X-Api-Key` is in."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        return None if name is None else Caller(UserId(name), name, "user", "api", ALL_SCOPES, "api_key", "k")


@pytest.fixture
async def client(stand: Stand) -> AsyncIterator[httpx2.AsyncClient]:
    container = Container()
    container.add(Database, stand.database)
    container.add(Metrics, Metrics())
    container.add(Authenticator, Named())  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(CatalogService, stand.catalog)
    container.add(ProgressService, stand.progress)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    routers = [router for group in FEATURE.routes for router in group.routers]
    app = create_app(container, routers, options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost/api/v1", headers={"x-api-key": "anna"}
    ) as found:
        yield found


async def test_post_then_get(client: httpx2.AsyncClient) -> None:
    body = {
        "position": 1500.25,
        "duration": 6000,
        "state": "paused",
        "device": "tv",
        "client_time": "2025-12-31T23:59:00Z",
        "sequence": 3,
    }
    saved = await client.post("/streaming/progress/movie-101", json=body)
    read = await client.get("/streaming/progress/movie-101")
    assert saved.status_code == 200
    assert saved.json() == {
        "position": 1500.25,
        "watched": False,
        "updated_at": "2026-01-01T00:00:00Z",
        "duration": 6000.0,
        "state": "paused",
        "title_id": "movie-101",
        "item_id": "lantern",
    }
    held = {name: saved.json()[name] for name in ("position", "duration", "watched", "updated_at")}
    assert read.json() == {**saved.json(), "items": {"lantern": held}}


async def test_nothing_played_yet(client: httpx2.AsyncClient) -> None:
    body = (await client.get("/streaming/progress/movie-101")).json()
    assert (body["position"], body["watched"], body["updated_at"], body["items"]) == (0, False, None, {})


async def test_an_episode_by_query_or_body(client: httpx2.AsyncClient) -> None:
    await client.post("/streaming/progress/show-201", json={"position": 60, "duration": 3000, "item_id": "e2"})
    await client.post("/streaming/progress/show-201?item_id=e3", json={"position": 90, "duration": 3000, "sequence": 1})
    for path, position in (("?item_id=e2", 60), ("?item_id=e3", 90), ("", 90), ("?item_id=e1", 0)):
        assert (await client.get(f"/streaming/progress/show-201{path}")).json()["position"] == position, path


async def test_all_episodes_in_one_answer(client: httpx2.AsyncClient) -> None:
    await client.post("/streaming/progress/show-201", json={"position": 2900, "duration": 3000, "item_id": "e1"})
    await client.post("/streaming/progress/show-201", json={"position": 60, "duration": 3000, "item_id": "e2"})
    await client.post("/streaming/progress/movie-101", json={"position": 600, "duration": 6000})
    for path in ("", "?item_id=e1", "?item_id=e3"):
        items = (await client.get(f"/streaming/progress/show-201{path}")).json()["items"]
        assert {key: (one["position"], one["watched"]) for key, one in items.items()} == {"e1": (2900, True), "e2": (60, False)}
        assert set(items["e1"]) == {"position", "duration", "watched", "updated_at"}
    others = await client.get("/streaming/progress/show-201", headers={"x-api-key": "ben"})
    assert others.json()["items"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"position": -1, "duration": 10},
        {"position": 1},
        {"position": "x", "duration": 10},
        {"position": 1, "duration": 10, "state": "asleep"},
        {"position": 1, "duration": 10, "client_time": "2025-12-31T23:59:00"},
        {"position": 1, "duration": 10, "sequence": -1},
        {"position": 1, "duration": 10, "speed": 2},
        {"position": 1, "duration": 10, "item_id": "a\0b"},
        {"position": 1, "duration": 10, "device": "a\0b"},
    ],
)
async def test_wrong_reports(client: httpx2.AsyncClient, body: dict[str, object]) -> None:
    answer = await client.post("/streaming/progress/movie-101", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_unknown_titles(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/streaming/progress/movie-7", json={"position": 1, "duration": 10})
    assert (answer.status_code, answer.json()["code"]) == (404, "title_not_found")


async def test_lists(client: httpx2.AsyncClient) -> None:
    await client.post("/streaming/progress/movie-101", json={"position": 600, "duration": 6000})
    cards = (await client.get("/me/continue-watching", params={"fields": "id,progress.position"})).json()
    assert cards == {"items": [{"id": "movie-101", "progress": {"position": 600.0}}], "next_cursor": None}
    [entry] = (await client.get("/me/history")).json()["items"]
    assert (entry["title"]["title"], entry["position"]) == ("The Paper Lantern", 600)
    assert (await client.get("/me/history", headers={"x-api-key": "ben"})).json()["items"] == []
    assert (await client.get("/me/history?limit=0")).status_code == 422


async def test_a_caller_is_needed(client: httpx2.AsyncClient) -> None:
    del client.headers["x-api-key"]
    assert (await client.get("/streaming/progress/movie-101")).status_code == 401
    assert (await client.post("/streaming/progress/movie-101", json={"position": 1, "duration": 2})).status_code == 401
    assert (await client.get("/me/continue-watching")).status_code == 401
