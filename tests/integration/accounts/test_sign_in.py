"""Signing in, staying in, signing out."""

from __future__ import annotations

import asyncio
import logging

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.housekeeping import Housekeeping, keep_house
from matinee.features.accounts.people import Changes, People
from matinee.infra.ids import UserId
from tests.integration.accounts.conftest import MINUTES, PASSWORD, Server, SignIn

pytestmark = pytest.mark.anyio


async def login(client: httpx2.AsyncClient, name: str = "anna", password: str = PASSWORD) -> httpx2.Response:
    return await client.post("/auth/login", json={"name": name, "password": password})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def user_id(server: Server, name: str) -> UserId:
    async with server.database.read() as unit:
        return UserId((await server.accounts.user_named(unit, name)).id)


async def test_gives_tokens_and_cookies(ready: Server) -> None:
    client = ready.client()
    answer = await login(client, "ANNA")
    body = answer.json()
    assert body["user"].keys() == {"id", "name", "role", "tier"}
    assert (body["user"]["name"], body["user"]["role"], body["user"]["tier"]) == ("Anna", "user", "free")
    cookies = {line.split("=", 1)[0]: line for line in answer.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["matinee_session"]
    assert "HttpOnly" not in cookies["matinee_csrf"]
    assert all("SameSite=lax" in line and "Path=/" in line for line in cookies.values())
    plain = ready.client()
    me = await plain.get("/me", headers=bearer(body["access_token"]))
    assert me.json()["id"] == body["user"]["id"]
    assert "admin" not in me.json()["scopes"]
    assert (await client.get("/me")).status_code == 200


async def test_wrong_password_and_unknown_name_answer_alike(ready: Server) -> None:
    answers = [await login(ready.client(), "anna", "wrong one"), await login(ready.client(), "nobody", "wrong one")]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")
        assert "set-cookie" not in answer.headers
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_ten_failures_then_429_for_this_account_and_address(ready: Server) -> None:
    client = ready.client("10.0.0.1")
    for _ in range(10):
        assert (await login(client, "anna", "wrong one")).status_code == 401
    limited = await login(client)
    assert (limited.status_code, limited.json()["code"]) == (429, "rate_limited")
    assert int(limited.headers["retry-after"]) == 15 * 60
    assert (await login(client, "boss")).status_code == 200
    assert (await login(ready.client("10.0.0.2"))).status_code == 200
    await ready.clock.advance(15 * MINUTES + 1)
    assert (await login(client)).status_code == 200


async def test_parallel_guesses_do_not_slip_through(ready: Server) -> None:
    answers = await asyncio.gather(*(login(ready.client(), "anna", f"wrong {n}") for n in range(25)))
    assert [answer.status_code for answer in answers].count(401) == 10


async def test_successes_are_not_limited(ready: Server) -> None:
    client = ready.client()
    assert {(await login(client)).status_code for _ in range(12)} == {200}


async def test_without_a_credential_401(ready: Server) -> None:
    answer = await ready.client().get("/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_required")


async def test_an_access_token_ends(ready: Server) -> None:
    token = (await login(ready.client())).json()["access_token"]
    client = ready.client()
    assert (await client.get("/me", headers=bearer(token))).status_code == 200
    await ready.clock.advance(15 * MINUTES)
    answer = await client.get("/me", headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


async def test_a_forged_token_is_refused(ready: Server) -> None:
    answer = await ready.client().get("/me", headers=bearer("a.b.c"))
    assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")
    answer = await ready.client().get("/me", headers=bearer("x" * 9000))
    assert answer.status_code == 401


async def test_a_cookie_needs_the_csrf_header_on_writes(ready: Server, sign_in: SignIn) -> None:
    client, other = await sign_in(), await sign_in("boss")
    assert (await client.post("/probe/playback")).json() == {"credential": "cookie"}
    for value in ("", "nonsense", other.headers["X-CSRF-Token"]):
        answer = await client.post("/probe/playback", headers={"X-CSRF-Token": value})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    del client.headers["X-CSRF-Token"]
    assert (await client.post("/probe/playback")).status_code == 403
    assert (await client.get("/probe/playback")).status_code == 200


async def test_a_token_needs_no_csrf_header(ready: Server) -> None:
    token = (await login(ready.client())).json()["access_token"]
    assert (await ready.client().post("/probe/playback", headers=bearer(token))).json() == {"credential": "token"}


async def test_a_session_ends_and_its_cookie_is_taken_back(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    await ready.clock.advance(90 * 86400)
    answer = await client.get("/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")
    assert "matinee_session" not in client.cookies
    assert (await login(client)).status_code == 200


async def test_logout_ends_cookie_token_and_refresh_token_at_once(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    body = (await login(client)).json()
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    session = client.cookies["matinee_session"]
    assert (await ready.client().get("/me", headers=bearer(body["access_token"]))).status_code == 200
    assert (await client.get("/me")).status_code == 200
    answer = await client.post("/auth/logout")
    assert answer.status_code == 204
    assert not client.cookies
    assert (await ready.client().get("/me", headers={"Cookie": f"matinee_session={session}"})).status_code == 401
    assert (await ready.client().get("/me", headers=bearer(body["access_token"]))).json()["code"] == "token_revoked"
    refreshed = await ready.client().post("/auth/refresh", json={"refresh_token": body["refresh_token"]})
    assert refreshed.json()["code"] == "token_revoked"
    assert (await client.post("/auth/logout")).status_code == 204


async def test_logout_needs_the_csrf_header_too(sign_in: SignIn) -> None:
    client = await sign_in()
    assert (await client.post("/auth/logout", headers={"X-CSRF-Token": "no"})).status_code == 403
    assert (await client.get("/me")).status_code == 200


async def test_refresh_rotates(ready: Server) -> None:
    first = (await login(ready.client())).json()
    second = (await ready.client().post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await ready.client().get("/me", headers=bearer(second["access_token"]))).status_code == 200
    third = await ready.client().post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert third.status_code == 200


async def test_a_reused_refresh_token_ends_the_whole_session(ready: Server) -> None:
    client = ready.client()
    first = (await login(client)).json()
    second = (await client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    reused = await client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (reused.status_code, reused.json()["code"]) == (401, "token_revoked")
    latest = await client.post("/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert latest.json()["code"] == "token_revoked"
    assert (await ready.client().get("/me", headers=bearer(second["access_token"]))).json()["code"] == "token_revoked"
    assert (await client.get("/me")).status_code == 401


async def test_a_refresh_token_used_twice_at_once_works_once(ready: Server) -> None:
    token = (await login(ready.client())).json()["refresh_token"]
    answers = await asyncio.gather(*(ready.client().post("/auth/refresh", json={"refresh_token": token}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]


async def test_an_unknown_or_expired_refresh_token(ready: Server) -> None:
    unknown = await ready.client().post("/auth/refresh", json={"refresh_token": "nonsense"})
    assert (unknown.status_code, unknown.json()["code"]) == (401, "token_revoked")
    token = (await login(ready.client())).json()["refresh_token"]
    await ready.clock.advance(30 * 86400)
    expired = await ready.client().post("/auth/refresh", json={"refresh_token": token})
    assert (expired.status_code, expired.json()["code"]) == (401, "session_expired")


async def test_a_disabled_account_is_out_at_once_and_back_when_opened(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    body = (await login(ready.client())).json()
    anna = await user_id(ready, "anna")
    assert (await client.get("/me")).status_code == 200
    async with ready.database.write() as unit:
        await ready.container.get(People).change(unit, anna, Changes(disabled=True), None, None)
    assert (await client.get("/me")).status_code in {401, 403}
    assert (await ready.client().get("/me", headers=bearer(body["access_token"]))).status_code == 401
    refreshed = await ready.client().post("/auth/refresh", json={"refresh_token": body["refresh_token"]})
    assert refreshed.status_code in {401, 403}
    assert (await login(ready.client())).json()["code"] == "account_disabled"
    assert (await login(ready.client(), "anna", "wrong one")).json()["code"] == "invalid_credentials"
    await ready.clock.advance(1)
    async with ready.database.write() as unit:
        await ready.container.get(People).change(unit, anna, Changes(disabled=False), None, None)
    await ready.clock.advance(1)
    assert (await login(ready.client())).status_code == 200


async def test_jwks_is_public_and_cacheable(ready: Server) -> None:
    answer = await ready.client().get("/auth/jwks")
    keys = answer.json()["keys"]
    assert {(key["kty"], key["crv"], "d" in key) for key in keys} == {("OKP", "Ed25519", False)}
    assert len({key["kid"] for key in keys}) == len(keys)
    assert "max-age" in answer.headers["cache-control"]


async def test_secrets_are_stored_hashed_and_not_logged(
    ready: Server, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    client = ready.client()
    body = (await login(client)).json()
    await login(client, "anna", "wrong secret")
    secrets = [PASSWORD, "wrong secret", body["refresh_token"], body["access_token"], client.cookies["matinee_session"]]
    async with ready.database.read() as unit:
        stored = ""
        for table in ('"user"', "auth_session", "refresh_token"):
            stored += str((await unit.session.execute(text(f"SELECT * FROM {table}"))).all())
    assert "$argon2id$" in stored
    written = capsys.readouterr()
    for secret in secrets:
        assert secret not in stored + caplog.text + written.out + written.err


async def test_housekeeping_runs_beside_the_server_and_writes_at_its_end(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    async with keep_house(ready.container):
        await ready.clock.advance(30)
        await client.get("/me")
    async with ready.database.read() as unit:
        seen = await unit.session.execute(text("SELECT count(*) FROM auth_session WHERE last_seen_at > created_at"))
        assert seen.scalar_one() == 1


async def test_housekeeping_writes_uses_and_deletes_what_ended(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    housekeeping = ready.container.get(Housekeeping)
    await ready.clock.advance(3600)
    await client.get("/me")
    await housekeeping.save_uses()
    [session] = (await client.get("/me/sessions")).json()["items"]
    assert session["last_seen_at"].startswith("2026-01-01T01:00:00")
    await ready.clock.advance(98 * 86400)
    await housekeeping.delete_ended()
    async with ready.database.read() as unit:
        for table in ("auth_session", "refresh_token"):
            assert (await unit.session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0
