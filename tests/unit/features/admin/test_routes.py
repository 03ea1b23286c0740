"""The administration's routes, over the test double of the jobs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest

from matinee.features.admin.feature import build
from matinee.features.admin.routes import router
from matinee.features.admin.service import measure
from matinee.features.library.service import LibraryService
from matinee.infra.cache import Cache, CachePolicy, Fill
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.database import Database, ReadUnit
from matinee.infra.errors import ValidationFailed
from matinee.infra.feature import Container
from matinee.infra.http.app import build_api
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller
from matinee.infra.ids import JobId, UserId
from matinee.infra.jobs.definitions import JobContext, JobDefinition, Jobs
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.observability.metrics import Metrics
from matinee.infra.paging import Cursors
from matinee.infra.paths import DataPaths
from matinee.infra.signing import Signer

pytestmark = pytest.mark.anyio


class Doorman:
    """Everybody with a key is an administrator, but Ben."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        admin = headers.get("x-api-key") != "ben"
        scopes = ALL_SCOPES if admin else USER_SCOPES
        return Caller(UserId("1"), "somebody", "admin" if admin else "user", "free", scopes, "cookie", "k")


class NoDatabase:
    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadUnit]:
        yield ReadUnit(cast(Any, None))


class Shelf:
    async def folders(self, unit: ReadUnit) -> list[Any]:
        return [SimpleNamespace(files=3), SimpleNamespace(files=4)]


async def scan(context: JobContext) -> dict[str, Any]:
    await context.progress(2, 4, "b.mkv")
    if context.payload.get("wrong"):
        raise ValidationFailed("There is no such folder.")
    return {"added": 2}


@pytest.fixture
def jobs() -> ImmediateJobs:
    return ImmediateJobs(JobDefinition("library.scan", "Scan the library", scan))


@pytest.fixture
async def cache(anyio_backend: str) -> AsyncIterator[Cache]:
    async with Cache(ManualClock()) as found:
        yield found


@pytest.fixture
async def client(jobs: ImmediateJobs, cache: Cache, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    container = Container()
    container.add(Metrics, Metrics())
    for key, instance in (
        (Jobs, jobs),
        (Cache, cache),
        (Clock, ManualClock()),
        (Authenticator, Doorman()),
        (Database, NoDatabase()),
        (LibraryService, Shelf()),
        (Cursors, Cursors(Signer(b"k" * 32))),
        (DataPaths, DataPaths(tmp_path)),
    ):
        container.add(cast(Any, key), instance)
    build(container)
    app = build_api(container, [router], lifespan=nothing)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test/api/v1/admin/") as found:
        yield found


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


async def test_jobs_are_listed_newest_first_in_signed_pages(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    ids = [await jobs.enqueue("library.scan") for _ in range(3)]
    first = (await client.get("jobs", params={"limit": 2})).json()
    assert [job["id"] for job in first["items"]] == ids[:0:-1]
    second = (await client.get("jobs", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([job["id"] for job in second["items"]], second["next_cursor"]) == ([ids[0]], None)
    other = await client.get("jobs", params={"limit": 2, "state": "failed", "cursor": first["next_cursor"]})
    assert (other.status_code, other.json()["code"]) == (400, "invalid_cursor")


async def test_jobs_are_filtered_and_cut_to_fields(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    await jobs.enqueue("library.scan")
    failed = await jobs.enqueue("library.scan", {"wrong": True})
    page = (await client.get("jobs", params={"state": "failed", "fields": "id,error"})).json()
    assert page["items"] == [{"id": failed, "error": "There is no such folder."}]
    assert (await client.get("jobs", params={"name": "other.job"})).json()["items"] == []
    assert (await client.get("jobs", params={"state": "odd"})).status_code == 422


async def test_a_job_in_full(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    job_id = await jobs.enqueue("library.scan")
    job = (await client.get(f"jobs/{job_id}")).json()
    assert set(job) == {
        *("id", "name", "title", "queue", "state", "progress", "done", "total", "message", "result", "error", "attempts"),
        *("created_at", "started_at", "updated_at", "finished_at"),
    }
    assert (job["title"], job["state"], job["progress"], job["done"], job["total"]) == (
        "Scan the library",
        "succeeded",
        1.0,
        2,
        4,
    )
    assert job["created_at"].endswith("Z")
    assert (await client.get("jobs/none")).json()["code"] == "resource_not_found"


async def test_cancel_and_retry(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    jobs.hold = True
    job_id = await jobs.enqueue("library.scan")
    assert (await client.post(f"jobs/{job_id}/retry")).json()["code"] == "conflict"
    cancelled = await client.post(f"jobs/{job_id}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    assert (await client.post(f"jobs/{job_id}/cancel")).status_code == 409
    assert (await client.post(f"jobs/{job_id}/retry")).json()["state"] == "queued"
    assert (await jobs.run(JobId(job_id))).state == "succeeded"


async def test_only_administrators(client: httpx2.AsyncClient, jobs: ImmediateJobs) -> None:
    job_id = await jobs.enqueue("library.scan")
    for method, path in (
        ("GET", "jobs"),
        ("GET", f"jobs/{job_id}"),
        ("POST", f"jobs/{job_id}/cancel"),
        ("POST", f"jobs/{job_id}/retry"),
        ("GET", "schedules"),
        ("GET", "stats"),
    ):
        refused = await client.request(method, path, headers={"x-api-key": "ben"})
        assert (path, refused.status_code, refused.json()["code"]) == (path, 403, "forbidden")


async def test_stats(client: httpx2.AsyncClient, jobs: ImmediateJobs, tmp_path: Path) -> None:
    await jobs.enqueue("library.scan")
    folder = tmp_path / "cache" / "segments" / "x"
    folder.mkdir(parents=True)
    (folder / "1.m4s").write_bytes(b"1234")
    stats = (await client.get("stats")).json()
    assert stats["library"] == {"folders": 2, "files": 7}
    assert stats["jobs"] == {"default": {"succeeded": 1}}
    segments = next(use for use in stats["disk"] if use["name"] == "segments")
    assert (segments["files"], segments["bytes"]) == (1, 4)
    assert stats["process"]["memory_bytes"] > 1_000_000
    assert (await client.get("schedules")).json() == {"items": []}


def test_a_folder_that_is_missing_measures_as_empty(tmp_path: Path) -> None:
    assert (measure("gone", tmp_path / "gone").files, measure("gone", tmp_path / "gone").bytes) == (0, 0)


POLICY = CachePolicy("details", fresh=timedelta(hours=1))


async def film() -> Fill:
    return Fill(b"film", frozenset({"title:movie-1"}))


async def test_the_cache_shows_its_figures(client: httpx2.AsyncClient, cache: Cache) -> None:
    for key in ("movie:1", "movie:1", "movie:2", "movie:1"):
        await cache.get(POLICY, key, film)
    found = (await client.get("cache")).json()
    (policy,) = found["policies"]
    assert (policy["name"], policy["hits"], policy["misses"], policy["hit_rate"]) == ("details", 2, 2, 0.5)
    assert (policy["entries"], policy["bytes"]) == (2, found["tiers"][0]["bytes"])
    assert [(tier["name"], tier["state"], tier["entries"]) for tier in found["tiers"]] == [("memory", "up", 2)]
    assert found["top_keys"] == [{"key": "movie:1", "calls": 3}, {"key": "movie:2", "calls": 1}]
    assert found["loading"] == 0


@pytest.mark.parametrize(
    ("body", "removed", "left"),
    [
        ({"keys": ["movie:1"]}, 1, {"movie:2", "show:1"}),
        ({"tags": ["title:movie-1"]}, 3, set()),
        ({"prefix": "movie:"}, 2, {"show:1"}),
        ({"keys": ["show:1"], "prefix": "movie:2"}, 2, {"movie:1"}),
        ({"all": True}, 3, set()),
    ],
)
async def test_the_cache_forgets_what_an_administrator_names(
    client: httpx2.AsyncClient, cache: Cache, body: dict[str, Any], removed: int, left: set[str]
) -> None:
    keys = ("movie:1", "movie:2", "show:1")
    for key in keys:
        await cache.get(POLICY, key, film)
    answered = await client.post("cache/purge", json=body)
    assert (answered.status_code, answered.json()) == (200, {"removed": removed})
    assert {key for key in keys if await cache.peek(POLICY, key)} == left


@pytest.mark.parametrize("body", [{}, {"keys": []}, {"prefix": ""}, {"all": False}, {"everything": True}, {"tags": "title"}])
async def test_a_purge_that_names_nothing_is_refused(client: httpx2.AsyncClient, cache: Cache, body: dict[str, Any]) -> None:
    await cache.get(POLICY, "movie:1", film)
    assert (await client.post("cache/purge", json=body)).status_code in {400, 422}
    assert await cache.peek(POLICY, "movie:1") is not None


async def test_the_cache_is_for_administrators(client: httpx2.AsyncClient) -> None:
    ben = {"x-api-key": "ben"}
    assert (await client.get("cache", headers=ben)).status_code == 403
    assert (await client.post("cache/purge", json={"all": True}, headers=ben)).status_code == 403
