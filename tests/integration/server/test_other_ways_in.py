"""The product as a process, with Plex and a provider beside it: settings lead there, and nothing secret is in the log."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.servers.fake_oidc import CLIENT, FakeOidc
from tests.servers.fake_plex import FakePlex
from tests.servers.product import Product, run, running

pytestmark = pytest.mark.slow
IDENTITY = ["plex", "oidc-home", "oidc-home-elsewhere"]


def over_plex(server: Product, plex: FakePlex) -> list[str]:
    """Signs in; gives what must stay secret."""
    with server.client() as client:
        started = client.post("/api/v1/auth/plex/start", json={}).raise_for_status().json()
        token = plex.confirm(started["code"])
        answer = client.post("/api/v1/auth/plex/poll", json={"id": started["id"]}).raise_for_status()
        assert answer.json()["user"]["name"] == "sam"
    return [token, started["id"], started["code"], answer.json()["refresh_token"]]


def over_oidc(server: Product) -> list[str]:
    with server.client() as client:
        there = client.get("/api/v1/auth/oidc/start", params={"provider": "home", "return_to": "/movies"})
        assert there.status_code == 303, there.text
        back = httpx2.get(there.headers["location"], trust_env=False).headers["location"]
        assert back.startswith(f"{server.url}/api/v1/auth/oidc/callback?")
        assert client.get(back).headers["location"] == "/movies"
        assert client.get("/api/v1/me").json()["role"] == "admin"
        asked = parse_qs(urlsplit(back).query)
        return [asked["state"][0], asked["code"][0], client.cookies["matinee_session"], client.cookies["matinee_sign_in"]]


def test_plex_and_a_provider_let_people_in(tmp_path: Path) -> None:
    with FakePlex() as plex, FakeOidc(person="ada") as oidc:
        settings = {"plex_sign_in": "anyone", "plex_url": plex.url, "plex_page_url": plex.page_url, "log_level": "debug"}
        provider = oidc.setting(sign_up=True, role_claim="groups", admin_values=["admins"])
        with running(tmp_path / "data", oidc=provider, watch="false", **settings) as server:
            secrets = [*over_plex(server, plex), *over_oidc(server), CLIENT[1]]
            with server.signed_in() as admin:
                services = {one["name"]: one["state"] for one in admin.get("/api/v1/services").json()["items"]}
            assert all(services[name] in {"up", "degraded"} for name in IDENTITY)
        assert [secret for secret in secrets if secret in server.log] == []


def test_a_wrong_provider_stops_the_start_and_shows_no_secret(tmp_path: Path) -> None:
    wrong = '[{"id": "home", "issuer": "http://id.example", "client_id": "m", "client_secret": "hush-hush"}]'
    ended = run(tmp_path, "config", "check", oidc=wrong)
    assert ended.returncode != 0
    assert "issuer must begin with https" in ended.stdout + ended.stderr
    assert "hush" not in ended.stdout + ended.stderr
