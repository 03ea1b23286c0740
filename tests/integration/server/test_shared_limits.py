"""Two real servers on one database: what an account may play at a time is counted over both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.fixtures import episodes
from tests.integration.server.conftest import Launch, Secrets
from tests.integration.server.playing import DIRECT, session_of
from tests.servers.product import Product, run
from tests.servers.waiting import wait_for_job

pytestmark = [pytest.mark.timeout(180), pytest.mark.slow]
GUEST = ("ben", "a quite long phrase")


@contextmanager
def guest_at(server: Product, secrets: Secrets) -> Iterator[httpx2.Client]:
    with secrets.listen(server.client()) as client:
        answer = client.post("/api/v1/auth/login", json={"name": GUEST[0], "password": GUEST[1]}).raise_for_status()
        client.cookies.clear()
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def refused(client: httpx2.Client, title_id: str) -> str:
    answer = client.post("/api/v1/streaming/sessions", json={"title_id": title_id, "capabilities": DIRECT})
    return str(answer.json().get("code", answer.status_code))


def test_an_account_with_one_stream_has_one_in_two_servers(
    empty_database_url: str, launch: Launch, secrets: Secrets, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    content = episodes.clip(library / "First Film (2001).mp4")
    (library / "Second Film (2002).mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\2")
    settings = {"library_paths": str(library), "database_url": empty_database_url, "secret_key": "k" * 40}
    run(tmp_path / "one", "migrate", **settings).check_returncode()
    here: Product = launch(data="one", **settings)
    there: Product = launch("--no-jobs", data="two", **settings)
    with secrets.listen(here.signed_in()) as boss:
        wait_for_job(boss, boss.post("/api/v1/library/scan", json={}))
        first, second = [film["id"] for film in boss.get("/api/v1/library/movies").raise_for_status().json()["items"]]
        person = boss.post("/api/v1/admin/users", json={"name": GUEST[0], "password": GUEST[1]}).raise_for_status().json()
        boss.patch(f"/api/v1/admin/users/{person['id']}", json={"limits": {"streams": 1}}).raise_for_status()
    with guest_at(here, secrets) as one, guest_at(there, secrets) as two:
        session = session_of(one, first, DIRECT)
        assert refused(two, second) == "quota_exceeded"
        assert refused(one, second) == "quota_exceeded"
        one.delete(f"/api/v1/streaming/sessions/{session['id']}").raise_for_status()
        session_of(two, second, DIRECT)
        assert refused(one, first) == "quota_exceeded"
        assert here.stop() == there.stop() == 0
