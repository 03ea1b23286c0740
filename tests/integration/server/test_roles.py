"""A server with fewer roles, and jobs in processes of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fixtures import episodes
from tests.integration.server.conftest import Launch, Secrets, descendants, left_of
from tests.servers.product import Product, Worker, run
from tests.servers.waiting import wait_for_end, wait_until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]
FILES = 300


def statuses(client: httpx2.Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


def test_a_server_answers_for_its_roles_only(launch: Launch, secrets: Secrets) -> None:
    accounts: Product = launch("--role", "auth", "--no-jobs")
    with secrets.listen(accounts.signed_in()) as client:
        assert statuses(client, "/api/v1/me", "/api/v1/auth/jwks", "/api/health/ready", "/metrics", "/docs") == [200] * 5
        gone = ["/api/v1/library/movies", "/api/v1/home", "/api/v1/admin/jobs", "/api/v1/events", "/api/v1/streaming/sessions"]
        assert statuses(client, *gone) == [404] * 5
        assert client.get(gone[0]).headers["content-type"] == "application/problem+json"
        token = client.headers["authorization"]
    watching: Product = launch("--role", "client,catalog,streaming", "--no-jobs")
    with secrets.listen(watching.client()) as client:
        client.headers["authorization"] = token  # signed in at the other one: tokens are verified by each process itself
        assert statuses(client, "/api/v1/library/movies", "/api/v1/home", "/api/v1/streaming/sessions") == [200] * 3
        assert statuses(client, "/api/v1/admin/jobs", "/api/v1/auth/jwks", "/api/v1/me") == [404] * 3
        paths = client.get("/openapi.json").json()["paths"]
    assert not [path for path in paths if path.startswith(("/api/v1/admin", "/api/v1/auth"))]


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    ended = run(tmp_path, "serve", "--role", "auth,kitchen")
    assert ended.returncode == 2
    assert "--role" in ended.stderr
    assert "client, admin" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_workers_do_what_a_server_without_jobs_takes(
    empty_database_url: str, launch: Launch, secrets: Secrets, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    episodes.fill(library, episodes.clip(tmp_path / "clip.mp4"), FILES)
    settings = {"library_paths": str(library), "database_url": empty_database_url}
    if not empty_database_url.startswith("sqlite"):  # which is migrated at the start
        run(tmp_path / "data", "migrate", **settings).check_returncode()
    server: Product = launch("--no-jobs", **settings)
    with secrets.listen(server.signed_in()) as client:
        job_id = client.post("/api/v1/library/scan", json={}).raise_for_status().json()["job_id"]
        first: Worker = launch(kind=Worker, **settings)
        wait_until(lambda: begun(client, job_id), 30, "the scan to have begun")
        family = descendants(first)
        first.kill()
        assert left_of(family) == []
        second: Worker = launch(kind=Worker, **settings)
        job = wait_for_end(client, job_id, 30)
        assert job["attempts"] == 2
        assert client.get(f"/api/v1/library/scan/{job_id}").json()["added"] == FILES
        assert second.stop() == 0
        assert descendants(server) == []  # it has probed nothing itself


def begun(client: httpx2.Client, job_id: str) -> dict[str, Any] | None:
    job: dict[str, Any] = client.get(f"/api/v1/admin/jobs/{job_id}").raise_for_status().json()
    assert job["state"] in {"queued", "running"}, f"too late to interrupt: {job}"
    return job if job["state"] == "running" and job["done"] else None
