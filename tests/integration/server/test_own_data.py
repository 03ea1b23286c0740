"""What all features keep about somebody, on the whole product: taken along, and gone with the account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from matinee.bootstrap import FEATURES
from matinee.infra.database.tables import Table
from tests.fixtures import episodes
from tests.integration.server.conftest import Launch, Secrets
from tests.integration.server.playing import DIRECT, session_of, title_of
from tests.servers.product import Product
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.slow
PASSWORD = "a quite long phrase"
PARTS = {
    "user": "account",
    "profile": "profiles",
    "auth_session": "sessions",
    "api_key": "api_keys",
    "identity": "identities",
    "second_factor": "second_factor",
    "invitation": "invitations",
    "password_reset": "password_resets",
    "device_pairing": "waiting_devices",
    "audit_entry": "audit",
    "progress": "progress",
    "rating": "ratings",
    "watchlist": "watchlist",
    "playback_session": "playing",
}
LEFT_OUT = {
    "recovery_code": "nothing but hashes",
    "sign_in_attempt": "lives for ten minutes, before anybody is known",
}
PERSONAL = {"user_id", "profile_id", "created_by", "actor_id"}


def test_every_table_with_somebodys_id_is_a_part_or_says_why_not() -> None:
    assert FEATURES  # all models are loaded
    tables = {table.name for table in Table.metadata.tables.values() if PERSONAL & set(table.columns.keys())} | {"user"}
    assert tables == PARTS.keys() | LEFT_OUT.keys()


def test_what_somebody_did_is_taken_along_and_gone_with_the_account(launch: Launch, secrets: Secrets, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    episodes.clip(library / "First Film (2001).mp4")
    server: Product = launch(library_paths=str(library))
    with secrets.listen(server.signed_in()) as boss, secrets.listen(server.client()) as anna:
        boss.post("/api/v1/admin/users", json={"name": "anna", "password": PASSWORD}).raise_for_status()
        token = anna.post("/api/v1/auth/login", json={"name": "anna", "password": PASSWORD}).json()["access_token"]
        anna.cookies.clear()
        anna.headers["authorization"] = f"Bearer {token}"
        me = anna.get("/api/v1/me").json()["id"]
        film = title_of(anna)["id"]
        playing = session_of(anna, film, DIRECT)["id"]
        report: dict[str, Any] = {"position": 0.5, "duration": 60, "state": "paused"}
        anna.post(f"/api/v1/streaming/progress/{film}", json=report).raise_for_status()
        anna.put(f"/api/v1/me/ratings/{film}", json={"rating": 4.5}).raise_for_status()
        anna.put(f"/api/v1/me/watchlist/{film}").raise_for_status()
        found = anna.get("/api/v1/me/export").raise_for_status().json()
        assert set(PARTS.values()) <= found.keys()
        assert [(one["profile_id"], one["title_id"], one["position"]) for one in found["progress"]] == [(me, film, 0.5)]
        assert [(one["profile_id"], one["rating"]) for one in found["ratings"]] == [(me, 4.5)]
        assert [one["title_id"] for one in found["watchlist"]] == [film]
        assert [(one["id"], one["title_id"]) for one in found["playing"]] == [(playing, film)]
        assert anna.request("DELETE", "/api/v1/me", json={"current_password": PASSWORD}).status_code == 204
        assert anna.get("/api/v1/me").status_code == 401
        jobs = "/api/v1/admin/jobs?limit=50"

        def forgotten() -> bool:
            listed = boss.get(jobs).raise_for_status().json()["items"]
            return any(one["name"] == "progress.forget" and one["state"] == "succeeded" for one in listed)

        wait_until(forgotten, 30, "what anna did to be forgotten")
        assert [one for one in boss.get("/api/v1/streaming/sessions").json()["items"] if one["user_id"] == me] == []
