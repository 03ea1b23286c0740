"""Taking one's data along, and leaving."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest

from matinee.features.accounts.events import AccountClosed, ProfileDeleted
from matinee.infra.database import walking
from matinee.infra.feature import EventBus
from tests.integration.accounts.conftest import PASSWORD, Server, SignIn
from tests.integration.accounts.test_second_factor import enrol

pytestmark = pytest.mark.anyio


async def leave(client: httpx2.AsyncClient, **body: str) -> httpx2.Response:
    return await client.request("DELETE", "/me", json=body)


async def exported(client: httpx2.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/me/export")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == 'attachment; filename="matinee-export.json"'
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


async def test_everything_about_the_account_is_in_it_and_nothing_secret(
    ready: Server, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "PORTION", 2)  # several portions
    boss, anna = await sign_in("boss", address="10.1.2.3"), await sign_in()
    key = (await anna.post("/me/api-keys", json={"name": "script", "scopes": ["playback"]})).json()
    for name in ("Kim", "Robin", "Sam"):
        await anna.post("/me/profiles", json={"name": name, "avatar": "fox", "pin": "1234"})
    app, codes = await enrol(ready, anna)
    me = (await anna.get("/me")).json()["id"]
    await boss.patch(f"/admin/users/{me}", json={"tier": "premium"})
    anna = await signed_in_with(ready, app.code())
    found = await exported(anna)
    assert found["format"] == 1
    (account,) = found["account"]
    assert (account["id"], account["name"], account["tier"], account["has_password"]) == (me, "Anna", "premium", True)
    assert sorted(profile["name"] for profile in found["profiles"]) == ["Kim", "Robin", "Sam"]
    assert all(profile["has_pin"] for profile in found["profiles"])
    assert len(found["sessions"]) >= 2
    assert [one["name"] for one in found["api_keys"]] == ["script"]
    assert len(found["second_factor"]) == 1
    events = {entry["event"]: entry for entry in found["audit"]}
    assert {"sign_in", "api_key_created", "profile_created", "user_changed", "second_factor_added"} <= events.keys()
    assert events["api_key_created"]["actor_name"] == "Anna"
    assert (events["user_changed"]["actor_name"], events["user_changed"]["address"]) == ("", ""), "what others are is theirs"
    text = json.dumps(found)
    for secret in (key["key"], anna.cookies["matinee_session"], PASSWORD, "$argon2", "10.1.2.3", *codes):
        assert secret not in text
    assert not [name for name in _names(found) if name.endswith(("_hash", "sealed"))]


def _names(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in _names(one)}
    return {name for one in value for name in _names(one)} if isinstance(value, list) else set()


async def signed_in_with(server: Server, code: str) -> httpx2.AsyncClient:
    client = server.client()
    body = {"name": "anna", "password": PASSWORD, "code": code}
    assert (await client.post("/auth/login", json=body)).status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    return client


async def test_nobody_elses_rows_are_in_it(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    await boss.post("/me/api-keys", json={"name": "of the boss", "scopes": ["playback"]})
    own = (await boss.get("/me")).json()["id"]
    text = json.dumps(await exported(anna))
    assert own not in text
    assert "boss" not in text


async def test_who_leaves_proves_it_and_takes_everything_with_it(ready: Server, sign_in: SignIn) -> None:
    told: list[Any] = []

    async def hear(event: Any) -> None:
        told.append(event)

    for kind in (AccountClosed, ProfileDeleted):
        ready.container.get(EventBus).subscribe(kind, hear)
    anna, elsewhere = await sign_in(), await sign_in()
    me = (await anna.get("/me")).json()["id"]
    child = (await anna.post("/me/profiles", json={"name": "Kim", "avatar": "fox"})).json()["id"]
    key = (await anna.post("/me/api-keys", json={"name": "script", "scopes": ["playback"]})).json()["key"]
    for body in ({}, {"current_password": "not this one"}):
        refused = await leave(anna, **body)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credentials")
    gone = await leave(anna, current_password=PASSWORD)
    assert gone.status_code == 204
    assert "matinee_session" not in anna.cookies
    assert [(type(one), getattr(one, "user_id", None) or one.profile_id) for one in told] == [
        (AccountClosed, me),
        (ProfileDeleted, me),
        (ProfileDeleted, child),
    ]
    assert (await elsewhere.get("/me")).status_code == 401
    assert (await ready.client().get("/me", headers={"x-api-key": key})).status_code == 401
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).status_code == 401
    boss = await sign_in("boss")
    entries = (await boss.get("/admin/audit?event=user_deleted")).json()["items"]
    assert [(one["actor"]["name"], one["subject"]["name"]) for one in entries] == [("Anna", "Anna")]


async def test_the_last_administrator_does_not_leave(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    refused = await leave(boss, current_password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    await ready.accounts.add_user("second", PASSWORD, "admin")
    assert (await leave(boss, current_password=PASSWORD)).status_code == 204


async def test_a_second_factor_is_asked_for_and_a_wrong_code_counts(ready: Server, sign_in: SignIn) -> None:
    anna = await sign_in()
    app, codes = await enrol(ready, anna)
    missing = await leave(anna, current_password=PASSWORD)
    assert (missing.status_code, missing.json()["code"]) == (401, "second_factor_required")
    for _ in range(20):
        wrong = await leave(anna, current_password=PASSWORD, code=app.wrong())
        assert (wrong.status_code, wrong.json()["code"]) == (401, "second_factor_wrong")
    assert (await leave(anna, current_password=PASSWORD, code=codes[0])).status_code == 429
    await ready.clock.advance(24 * 3600 + 1)
    assert (await leave(anna, current_password=PASSWORD, code=app.code())).status_code == 204


async def test_keys_and_limited_profiles_neither_take_nor_leave(ready: Server, sign_in: SignIn) -> None:
    anna = await sign_in()
    key = (await anna.post("/me/api-keys", json={"name": "script", "scopes": ["playback"]})).json()["key"]
    child = (await anna.post("/me/profiles", json={"name": "Kim", "avatar": "fox", "max_age": 12})).json()["id"]
    program = ready.client(**{"x-api-key": key})
    await anna.post(f"/me/profiles/{child}/use", json={})
    for client in (program, anna):
        answers = [await client.get("/me/export"), await leave(client, current_password=PASSWORD)]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(403, "forbidden")] * 2
