"""One's own account: password, sessions, keys."""

from __future__ import annotations

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.housekeeping import Housekeeping
from tests.integration.accounts.conftest import PASSWORD, Server, SignIn

pytestmark = pytest.mark.anyio
NEW = "seven sleepers"


async def create(client: httpx2.AsyncClient, scopes: list[str], **more: object) -> httpx2.Response:
    return await client.post("/me/api-keys", json={"name": "script", "scopes": scopes, **more})


async def test_a_new_password_ends_the_other_sessions(ready: Server, sign_in: SignIn) -> None:
    here, there = await sign_in(), await sign_in()
    wrong = await here.put("/me/password", json={"current_password": "wrong one", "new_password": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "invalid_credentials")
    weak = await here.put("/me/password", json={"current_password": PASSWORD, "new_password": "password"})
    assert (weak.status_code, weak.json()["errors"][0]["location"]) == (422, "body.new_password")
    assert (await there.get("/me")).status_code == 200
    assert (await here.put("/me/password", json={"current_password": PASSWORD, "new_password": NEW})).status_code == 204
    assert (await here.get("/me")).status_code == 200
    assert (await there.get("/me")).status_code == 401
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).status_code == 401
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": NEW})).status_code == 200


async def test_sessions_are_listed_and_ended_one_by_one(ready: Server, sign_in: SignIn) -> None:
    here, there, boss = await sign_in(), await sign_in(address="10.0.0.9"), await sign_in("boss")
    items = (await here.get("/me/sessions")).json()["items"]
    assert len(items) == 2
    [mine] = [item for item in items if item["current"]]
    [other] = [item for item in items if not item["current"]]
    assert other["address"] == "10.0.0.9"
    assert (await boss.delete(f"/me/sessions/{other['id']}")).status_code == 404
    assert (await there.get("/me")).status_code == 200
    assert (await here.delete(f"/me/sessions/{other['id']}")).status_code == 204
    assert (await there.get("/me")).status_code == 401
    assert (await here.delete(f"/me/sessions/{other['id']}")).status_code == 404
    assert (await here.delete(f"/me/sessions/{mine['id']}")).status_code == 204
    assert (await here.get("/me")).status_code == 401


async def test_signing_out_everywhere_else(sign_in: SignIn) -> None:
    here, there = await sign_in(), await sign_in()
    assert (await here.delete("/me/sessions")).status_code == 204
    assert (await here.get("/me")).status_code == 200
    assert (await there.get("/me")).status_code == 401


async def test_a_key_is_shown_once_and_acts_within_its_scopes(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    created = await create(client, ["playback"])
    assert created.status_code == 201
    assert created.headers["cache-control"] == "no-store"
    key = created.json()["key"]
    [listed] = (await client.get("/me/api-keys")).json()["items"]
    assert "key" not in listed
    assert key.startswith(listed["prefix"])
    assert listed["scopes"] == ["playback"]
    program = ready.client(**{"X-Api-Key": key})
    assert (await program.get("/probe/playback")).json() == {"tier": "api"}
    assert (await program.post("/probe/playback")).json() == {"credential": "api_key"}
    assert (await program.get("/probe/admin")).json()["code"] == "scope_missing"
    assert (await program.get("/me")).json()["scopes"] == ["playback"]


async def test_nobody_gives_away_what_they_lack(sign_in: SignIn) -> None:
    client = await sign_in()
    answer = await create(client, ["playback", "admin"])
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert (await create(client, ["nonsense"])).status_code == 422
    assert (await create(client, [])).status_code == 422
    assert (await create(client, ["playback"], expires_in=0)).status_code == 422


async def test_a_key_cannot_make_itself_permanent(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in("boss")
    key = (await create(client, ["admin", "playback"])).json()
    program = ready.client(**{"X-Api-Key": key["key"]})
    assert (await program.get("/probe/admin")).status_code == 200
    assert (await create(program, ["playback"])).status_code == 403
    assert (await program.put("/me/password", json={"current_password": PASSWORD, "new_password": NEW})).status_code == 403
    assert (await program.delete("/me/sessions")).status_code == 403
    assert (await program.delete(f"/me/api-keys/{key['id']}")).status_code == 403


async def test_an_admins_key_keeps_the_admins_tier(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in("boss")
    key = (await create(client, ["playback"])).json()["key"]
    program = ready.client(**{"X-Api-Key": key})
    assert (await program.get("/probe/playback")).json() == {"tier": "premium"}
    assert (await program.get("/probe/admin")).status_code == 403


async def test_a_deleted_or_expired_key_stops_at_once(ready: Server, sign_in: SignIn) -> None:
    client, boss = await sign_in(), await sign_in("boss")
    deleted, expiring = (await create(client, ["playback"])).json(), (await create(client, ["playback"], expires_in=60)).json()
    for key in (deleted, expiring):
        assert (await ready.client(**{"X-Api-Key": key["key"]}).get("/probe/playback")).status_code == 200
    assert (await boss.delete(f"/me/api-keys/{deleted['id']}")).status_code == 404
    assert (await client.delete(f"/me/api-keys/{deleted['id']}")).status_code == 204
    await ready.clock.advance(60)
    for key in (deleted["key"], expiring["key"], "mtn_nonsense"):
        answer = await ready.client(**{"X-Api-Key": key}).get("/probe/playback")
        assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


async def test_the_last_use_of_a_key_is_kept(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    key = (await create(client, ["playback"])).json()
    assert (await client.get("/me/api-keys")).json()["items"][0]["last_used_at"] is None
    await ready.client(**{"X-Api-Key": key["key"]}).get("/probe/playback")
    await ready.container.get(Housekeeping).save_uses()
    assert (await client.get("/me/api-keys")).json()["items"][0]["last_used_at"].startswith("2026-01-01T00:00:00")


async def test_a_rotated_key_takes_the_place_of_the_old_one_at_once(ready: Server, sign_in: SignIn) -> None:
    client, boss = await sign_in(), await sign_in("boss")
    old = (await create(client, ["playback", "progress"], expires_in=3600)).json()
    assert (await ready.client(**{"X-Api-Key": old["key"]}).get("/me")).status_code == 200
    await ready.clock.advance(1800)
    assert (await boss.post(f"/me/api-keys/{old['id']}/rotate")).status_code == 404
    rotated = await client.post(f"/me/api-keys/{old['id']}/rotate")
    new = rotated.json()
    assert (rotated.status_code, new["name"], new["scopes"]) == (201, "script", ["playback", "progress"])
    assert new["expires_at"].startswith("2026-01-01T01:30:00")
    assert (await ready.client(**{"X-Api-Key": old["key"]}).get("/me")).status_code == 401
    assert (await ready.client(**{"X-Api-Key": new["key"]}).get("/me")).status_code == 200
    assert [item["id"] for item in (await client.get("/me/api-keys")).json()["items"]] == [new["id"]]


async def test_a_session_says_where_it_was_last_seen(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in(address="10.0.0.9")
    elsewhere = ready.client("10.0.0.77")
    elsewhere.cookies = client.cookies
    await ready.clock.advance(600)
    await elsewhere.get("/me")
    await ready.container.get(Housekeeping).save_uses()
    [session] = (await client.get("/me/sessions")).json()["items"]
    assert (session["address"], session["last_address"]) == ("10.0.0.9", "10.0.0.77")
    boss = await sign_in("boss")
    [person] = (await boss.get("/admin/users", params={"q": "anna"})).json()["items"]
    assert person["last_seen_at"].startswith("2026-01-01T00:10:00")


async def test_who_has_no_password_chooses_one_soon_after_signing_in(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    async with ready.database.write() as unit:
        await unit.session.execute(text("UPDATE \"user\" SET password_hash = '' WHERE name_key = 'anna'"))
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": ""})).status_code == 422
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).status_code == 401
    assert (await client.get("/me")).json()["has_password"] is False
    await ready.clock.advance(601)
    assert (await client.put("/me/password", json={"new_password": NEW})).status_code == 403
    await ready.clock.advance(-300)
    assert (await client.put("/me/password", json={"new_password": NEW})).status_code == 204
    assert (await client.put("/me/password", json={"new_password": PASSWORD})).status_code == 401
    assert (await ready.client().post("/auth/login", json={"name": "anna", "password": NEW})).status_code == 200
