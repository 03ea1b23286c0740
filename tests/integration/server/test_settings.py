"""What the process makes of its environment, and what it says about it."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from tests.fail2ban import banned
from tests.integration.server.conftest import Launch, Secrets, check_log
from tests.servers.product import ADMIN, Product, run
from tests.servers.waiting import wait_until

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


def test_every_wrong_setting_is_reported_at_once(tmp_path: Path) -> None:
    wrong = {
        "port": "ninety",
        "log_level": "loud",
        "database_url": "mysql://db/films",
        "secret_key": "short",
        "media_workers": "0",
    }
    ended = run(tmp_path, "serve", **wrong)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("5 setting(s) cannot be used:\n")
    for name in wrong:
        assert f"  MATINEE_{name.upper()}\n    problem:  " in ended.stderr
    assert ended.stderr.count("expected:") == ended.stderr.count("example:  MATINEE_") == 5
    assert "Traceback" not in ended.stderr


def test_a_port_that_is_taken_is_a_plain_message(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run(tmp_path, "serve", "--no-jobs", port=port)
    assert ended.returncode == 1
    assert port in ended.stderr
    assert "in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_shown_settings_hide_secrets(tmp_path: Path) -> None:
    secrets = {
        "database_url": "postgresql://films:hunter2@db/films",
        "secret_key": "0123456789abcdef0123456789abcdef",
        "tmdb_api_key": "a-key-of-tmdb",
        "redis_url": "redis://:hunter3@redis:6379/0",
    }
    shown = run(tmp_path, "config", "show", port="8123", prot="8124", **secrets)
    assert shown.returncode == 0
    assert "8123" in shown.stdout
    assert "********" in shown.stdout
    for secret in ("hunter2", "hunter3", secrets["secret_key"], secrets["tmdb_api_key"], ADMIN[1]):
        assert secret not in shown.stdout + shown.stderr
    assert "there is no setting MATINEE_PROT" in shown.stderr


def test_a_first_start_in_production(launch: Launch, secrets: Secrets, tmp_path: Path) -> None:
    """Password from a file, a misspelt variable, an untrusted proxy; then what the log says of it all."""
    password = "from a file, with a line break at its end"
    secrets.seen.add(password)
    (tmp_path / "password").write_text(f"{password}\n")
    given = {"admin_password": "", "admin_password_file": str(tmp_path / "password"), "prot": "80"}
    server: Product = launch(trusted_proxies="10.0.0.0/8", **given)
    with secrets.listen(server.client()) as client:
        answer = client.post("/api/v1/auth/login", json={"name": ADMIN[0], "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        key = client.post("/api/v1/me/api-keys", json={"name": "k", "scopes": ["admin"], "expires_in": None}).raise_for_status()
        client.get("/api/v1/admin/jobs", headers={"x-api-key": key.json()["key"], "authorization": ""})
        client.post("/api/v1/auth/login", json={"name": ADMIN[0], "password": ADMIN[1]})  # wrong here
        spoofed = {"x-forwarded-for": "192.0.2.1"}
        client.post("/api/v1/auth/login", json={"name": "nobody", "password": "a wrong one"}, headers=spoofed)
        client.post("/api/v1/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]})
        headers = {"x-forwarded-for": "198.51.100.7", "x-request-id": "forwarded-2"}
        assert client.get("/api/v1/me", headers=headers).headers["x-request-id"] == "forwarded-2"
        client.get("/setup?token=a-token-in-an-address")
    assert server.stop() == 0
    secrets.seen.add("a-token-in-an-address")
    lines = check_log(server, secrets)
    requests = [line for line in lines if line["event"] == "request"]
    assert len(requests) >= 7
    assert all(line["request_id"] for line in requests)
    assert [line["client"] for line in requests if line["request_id"] == "forwarded-2"] == ["127.0.0.1"]
    assert [line["variable"] for line in lines if line["event"] == "unknown_setting"] == ["MATINEE_PROT"]
    assert any(line["logger"].startswith("uvicorn") for line in lines)
    assert banned(server.errors) == ["127.0.0.1", "127.0.0.1"], "the address that connected, for names that are known or not"


def test_the_link_of_the_first_start_works_once(launch: Launch, secrets: Secrets) -> None:
    nobody = {"admin_name": "", "admin_password": "", "trusted_proxies": "127.0.0.1"}
    server: Product = launch("--no-jobs", **nobody)
    said = re.compile(r"\S+/setup#token=\S+(?=\s)")
    link = wait_until(lambda: said.search(server.output), 10, "the link, which is told after the address").group()
    assert link.startswith(f"{server.url}/setup#token=")
    address, _, token = link.partition("#token=")
    secrets.seen.add(token)
    account = {"name": "grace", "password": "a sentence to remember"}
    from_afar = {"x-forwarded-for": "198.51.100.7"}
    with secrets.listen(server.client()) as client:
        assert client.get(address).headers["content-type"].startswith("text/html")
        assert client.get("/api/v1/setup", headers=from_afar).json()["needs_token"] is True
        assert client.post("/api/v1/setup", json=account, headers=from_afar).status_code == 403
        answer = client.post("/api/v1/setup", json={**account, "token": token}, headers=from_afar)
        assert (answer.status_code, answer.json()["user"]["role"]) == (201, "admin")
        again = client.post(
            "/api/v1/setup", json={"name": "eve", "password": "another sentence", "token": token}, headers=from_afar
        )
        assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert server.stop() == 0
    said = len(server.output)
    server.start("--no-jobs")
    assert "token" not in server.output[said:]
    secrets.seen.add(account["password"])
    assert json.dumps(account["password"]) not in server.errors


def test_a_command_that_is_refused_says_why(tmp_path: Path) -> None:
    ended = run(tmp_path, "user", "add", ADMIN[0], "--password", "short")
    assert ended.returncode == 1
    assert ended.stderr.startswith("validation_failed: ")
    assert "Traceback" not in ended.stderr
