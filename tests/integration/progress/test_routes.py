"""Progress over HTTP: saved when the answer comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx2
import pytest

from matinee.features.catalog.service import CatalogService
from matinee.features.progress.feature import FEATURE
from matinee.features.progress.learning import LEARN, Learning
from matinee.features.progress.ratings import RatingService
from matinee.features.progress.recommending import Recommender
from matinee.features.progress.service import ProgressService
from matinee.features.progress.watchlist import WatchlistService
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.jobs.definitions import JobDefinition
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.observability import Metrics
from matinee.infra.recommender.learner import lesson
from matinee.infra.recommender.values import LearnOptions
from tests.integration.progress.conftest import Stand

pytestmark = pytest.mark.anyio


class Named:
    """Whoever names himself in `X-Api-Key` is in."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        name = headers.get("x-api-key")
        if name is None:
            return None
        scopes = ALL_SCOPES if name == "root" else ALL_SCOPES - {"admin"} if name != "nothing" else frozenset()
        return Caller(UserId(name), name, "user", "api", frozenset(scopes), "api_key", "k")


@pytest.fixture
def jobs() -> ImmediateJobs:
    return ImmediateJobs(hold=True)


@pytest.fixture
async def client(stand: Stand, jobs: ImmediateJobs) -> AsyncIterator[httpx2.AsyncClient]:
    container = Container()
    container.add(Database, stand.database)
    container.add(Metrics, Metrics())
    container.add(Authenticator, Named())  # type: ignore[type-abstract]  # a Protocol as a key
    container.add(CatalogService, stand.catalog)
    container.add(ProgressService, stand.progress)
    container.add(RatingService, stand.ratings)
    container.add(WatchlistService, stand.watchlist)
    container.add(Recommender, stand.recommender)
    learning = Learning(stand.database, stand.catalog, jobs, stand.clock, LearnOptions(), lesson)
    jobs.register(JobDefinition(LEARN, "Learn", learning.run))
    container.add(Learning, learning)

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


async def test_a_rating_is_set_read_replaced_and_taken_back(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/me/ratings/movie-101")).json()["code"] == "resource_not_found"
    saved = await client.put("/me/ratings/movie-101", json={"rating": 4.5})
    assert (saved.status_code, saved.json()) == (
        200,
        {"title_id": "movie-101", "rating": 4.5, "updated_at": "2026-01-01T00:00:00Z"},
    )
    assert (await client.get("/me/ratings/movie-101")).json() == saved.json()
    await client.put("/me/ratings/movie-101", json={"rating": 2})
    assert (await client.get("/me/ratings/movie-101")).json()["rating"] == 2
    assert (await client.get("/me/ratings/movie-101", headers={"x-api-key": "ben"})).status_code == 404
    for _ in range(2):
        assert (await client.delete("/me/ratings/movie-101")).status_code == 204
    assert (await client.get("/me/ratings/movie-101")).status_code == 404


@pytest.mark.parametrize("body", [{}, {"rating": 0}, {"rating": 5.5}, {"rating": 3.25}, {"rating": "x"}, {"rating": 3, "x": 1}])
async def test_wrong_ratings(client: httpx2.AsyncClient, body: dict[str, object]) -> None:
    answer = await client.put("/me/ratings/movie-101", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert (await client.get("/me/ratings")).json()["items"] == []


async def test_the_watchlist(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/me/watchlist/movie-101")).json()["code"] == "resource_not_found"
    saved = await client.put("/me/watchlist/movie-101")
    assert saved.json() == {"title_id": "movie-101", "added_at": "2026-01-01T00:00:00Z"}
    assert (await client.get("/me/watchlist/movie-101")).json() == saved.json()
    [entry] = (await client.get("/me/watchlist", params={"fields": "title_id,title.title"})).json()["items"]
    assert entry == {"title_id": "movie-101", "title": {"title": "The Paper Lantern"}}
    for _ in range(2):
        assert (await client.delete("/me/watchlist/movie-101")).status_code == 204
    assert (await client.get("/me/watchlist")).json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(("path", "body"), [("/me/ratings/movie-7", {"rating": 3}), ("/me/watchlist/movie-7", None)])
async def test_unknown_titles_are_neither_rated_nor_listed(
    client: httpx2.AsyncClient, path: str, body: dict[str, object] | None
) -> None:
    answer = await client.put(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "title_not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me/ratings"),
        ("GET", "/me/ratings/movie-101"),
        ("DELETE", "/me/ratings/movie-101"),
        ("GET", "/me/watchlist"),
        ("PUT", "/me/watchlist/movie-101"),
        ("DELETE", "/me/watchlist/movie-101"),
        ("GET", "/me/recommendations"),
        ("POST", "/admin/recommendations/learn"),
    ],
)
async def test_nobody_and_keys_without_the_scope_are_refused(client: httpx2.AsyncClient, method: str, path: str) -> None:
    refused = await client.request(method, path, headers={"x-api-key": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    del client.headers["x-api-key"]
    assert (await client.request(method, path)).status_code == 401


async def test_recommendations(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/me/recommendations?limit=5")).json() == {"items": [], "next_cursor": None}
    assert (await client.get("/me/recommendations?limit=0")).status_code == 422


async def test_learning_is_started_by_administrators(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    assert (await client.post("/admin/recommendations/learn")).status_code == 403
    started = [await client.post("/admin/recommendations/learn", headers={"x-api-key": "root"}) for _ in range(2)]
    assert [answer.status_code for answer in started] == [202, 202]
    [job] = (await jobs.list()).items
    assert {answer.json()["job_id"] for answer in started} == {job.id}
