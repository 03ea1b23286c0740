"""A second factor: setting it up, signing in with it, losing it, and what administrators without one may do."""

from __future__ import annotations

import asyncio
from base64 import b32decode
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.commands import commands
from matinee.features.accounts.one_time_codes import code_at, step_at
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import Origin
from matinee.features.accounts.sessions import Sessions
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.infra.signing import Signer
from tests.integration.accounts.conftest import OPTIONS, PASSWORD, Server, SignIn, build

pytestmark = pytest.mark.anyio
FACTOR = "/me/second-factor"
DAY = 24 * 3600


class App:
    """An authenticator app."""

    def __init__(self, server: Server, secret: str) -> None:
        self._server = server
        self._secret = b32decode(secret)

    def code(self, steps: int = 0) -> str:
        return code_at(self._secret, step_at(self._server.clock.now()) + steps)

    def wrong(self) -> str:
        near = {self.code(steps) for steps in (-1, 0, 1)}
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


async def begin(server: Server, client: httpx2.AsyncClient) -> App:
    answer = await client.post(FACTOR, json={"current_password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return App(server, answer.json()["secret"])


async def enrol(server: Server, client: httpx2.AsyncClient) -> tuple[App, list[str]]:
    """With the factor on; the next code of the app is unused."""
    app = await begin(server, client)
    answer = await client.post(f"{FACTOR}/confirm", json={"code": app.code()})
    assert answer.status_code == 200, answer.text
    await server.clock.advance(30)
    return app, answer.json()["recovery_codes"]


async def login(server: Server, code: str | None = None, **more: str) -> httpx2.Response:
    body = {"name": "anna", "password": PASSWORD, **more}
    address = body.pop("address", "127.0.0.1")
    return await server.client(address).post("/auth/login", json=body if code is None else {**body, "code": code})


def problem(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def events(server: Server, boss: httpx2.AsyncClient) -> list[str]:
    return [entry["event"] for entry in (await boss.get("/admin/audit", params={"limit": 100})).json()["items"]]


async def test_it_counts_once_the_first_code_came(ready: Server, sign_in: SignIn) -> None:
    client, there = await sign_in(), await sign_in()
    assert (await client.get(FACTOR)).json() == {"enabled": False, "since": None, "recovery_codes_left": 0, "needed": False}
    assert problem(await client.post(FACTOR, json={"current_password": "wrong one"})) == (401, "invalid_credentials")
    begun = await client.post(FACTOR, json={"current_password": PASSWORD})
    assert begun.status_code == 201
    assert begun.headers["cache-control"] == "no-store"
    assert begun.json()["uri"] == f"otpauth://totp/Matinee:Anna?secret={begun.json()['secret']}&issuer=Matinee"
    assert begun.json()["qr_svg"].startswith("<svg")
    app = App(ready, begun.json()["secret"])
    assert (await login(ready)).status_code == 200, "nothing is asked for before it is confirmed"
    assert problem(await client.post(f"{FACTOR}/confirm", json={"code": app.wrong()})) == (401, "second_factor_wrong")
    confirmed = await client.post(f"{FACTOR}/confirm", json={"code": app.code()})
    assert confirmed.status_code == 200
    assert confirmed.headers["cache-control"] == "no-store"
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    state = (await client.get(FACTOR)).json()
    assert (state["enabled"], state["recovery_codes_left"]) == (True, 10)
    assert (await there.get("/me")).status_code == 401, "other sessions end"
    assert problem(await login(ready)) == (401, "second_factor_required")
    assert problem(await client.post(FACTOR, json={"current_password": PASSWORD})) == (409, "conflict")
    assert problem(await client.post(f"{FACTOR}/confirm", json={"code": app.code(1)})) == (409, "conflict")


async def test_a_secret_waits_for_its_first_code_for_an_hour(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    first = await begin(ready, client)
    second = await begin(ready, client)
    assert problem(await client.post(f"{FACTOR}/confirm", json={"code": first.code()}))[1] == "second_factor_wrong"
    await ready.clock.advance(3600)
    assert problem(await client.post(f"{FACTOR}/confirm", json={"code": second.code()})) == (409, "conflict")


async def test_signing_in_takes_a_code_within_one_step_and_each_once(ready: Server, sign_in: SignIn) -> None:
    app, _ = await enrol(ready, await sign_in())
    for steps in (-2, 2):
        assert problem(await login(ready, app.code(steps))) == (401, "second_factor_wrong")
    late = app.code(-1)
    assert problem(await login(ready, late)) == (401, "second_factor_wrong"), "it was used to set it up"
    code = app.code()
    assert (await login(ready, f" {code[:3]} {code[3:]} ")).status_code == 200
    assert problem(await login(ready, code)) == (401, "second_factor_wrong")
    await ready.clock.advance(60)
    assert (await login(ready, app.code(1))).status_code == 200
    assert problem(await login(ready, app.code())) == (401, "second_factor_wrong"), "an earlier step than the last"


async def test_one_code_lets_one_of_two_processes_in(ready: Server, sign_in: SignIn) -> None:
    app, codes = await enrol(ready, await sign_in())
    other = build(ready.database, ready.clock, OPTIONS)
    try:
        for code in (app.code(), codes[0]):
            answers = await asyncio.gather(login(ready, code), login(other, code), login(ready, code))
            assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    finally:
        other.container.get(Passwords).close()


async def test_a_recovery_code_works_once(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    _, codes = await enrol(ready, client)
    assert (await login(ready, codes[3].upper().replace("-", " "))).status_code == 200
    assert problem(await login(ready, codes[3])) == (401, "second_factor_wrong")
    assert (await client.get(FACTOR)).json()["recovery_codes_left"] == 9
    assert "recovery_code_used" in await events(ready, await sign_in("boss"))


async def test_nobody_learns_from_a_code_whether_a_name_or_password_is_right(ready: Server, sign_in: SignIn) -> None:
    app, _ = await enrol(ready, await sign_in())
    for code in (None, app.code()):
        wrong = await login(ready, code, password="wrong one")
        nobody = await login(ready, code, name="nobody")
        assert problem(wrong) == problem(nobody) == (401, "invalid_credentials")
        assert wrong.json()["detail"] == nobody.json()["detail"]
    assert (await login(ready, app.code())).status_code == 200, "a code beside a wrong password is not used up"


async def test_wrong_codes_count_like_wrong_passwords(ready: Server, sign_in: SignIn) -> None:
    app, _ = await enrol(ready, await sign_in())
    for _ in range(10):
        assert problem(await login(ready, app.wrong(), address="10.0.0.1")) == (401, "second_factor_wrong")
    assert problem(await login(ready, app.code(), address="10.0.0.1")) == (429, "rate_limited")
    assert (await login(ready, app.code(), address="10.0.0.2")).status_code == 200, "its owner is elsewhere"


async def test_asking_for_the_code_again_and_again_is_limited_too(ready: Server, sign_in: SignIn) -> None:
    await enrol(ready, await sign_in())
    answers = [problem(await login(ready, address="10.0.0.1")) for _ in range(11)]
    assert answers == [(401, "second_factor_required")] * 10 + [(429, "rate_limited")]


async def test_an_account_takes_twenty_wrong_codes_a_day_from_anywhere(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    app, codes = await enrol(ready, client)
    other = build(ready.database, ready.clock, OPTIONS)  # remembers no attempts, as after a restart
    try:
        for number in range(20):
            server = (ready, other)[number % 2]
            assert problem(await login(server, app.wrong(), address=f"10.0.{number}.1")) == (401, "second_factor_wrong")
        for code in (app.code(), codes[0]):
            refused = await login(other, code, address="10.1.0.1")
            assert problem(refused) == (429, "rate_limited")
            assert DAY - 60 <= int(refused.headers["retry-after"]) <= DAY + 1
        body = {"current_password": PASSWORD, "code": app.code()}
        assert problem(await client.request("DELETE", FACTOR, json=body)) == (429, "rate_limited")
        await ready.clock.advance(DAY)
        assert (await login(ready, app.code())).status_code == 200
    finally:
        other.container.get(Passwords).close()


async def test_removing_takes_both_factors_and_ends_the_other_sessions(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    app, codes = await enrol(ready, client)
    there = ready.client()
    assert (await there.post("/auth/login", json={"name": "anna", "password": PASSWORD, "code": codes[0]})).status_code == 200
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"current_password": "wrong one", "code": app.code()}, "invalid_credentials"),
        ({"current_password": PASSWORD, "code": app.wrong()}, "second_factor_wrong"),
        ({"current_password": PASSWORD, "code": codes[0]}, "second_factor_wrong"),
        ({"current_password": PASSWORD}, "validation_failed"),
    ]
    for body, code in wrong:
        assert (await client.request("DELETE", FACTOR, json=body)).json()["code"] == code
    answer = await client.request("DELETE", FACTOR, json={"current_password": PASSWORD, "code": codes[1]})
    assert answer.status_code == 204
    assert (await client.get(FACTOR)).json()["enabled"] is False
    assert (await there.get("/me")).status_code == 401
    assert (await login(ready)).status_code == 200
    body = {"current_password": PASSWORD, "code": app.code()}
    assert problem(await client.request("DELETE", FACTOR, json=body)) == (409, "conflict")
    assert {"second_factor_added", "second_factor_removed"} <= set(await events(ready, await sign_in("boss")))


async def test_new_recovery_codes_end_the_old_ones(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    app, old = await enrol(ready, client)
    body = {"current_password": PASSWORD, "code": app.code()}
    assert problem(await client.post(f"{FACTOR}/recovery-codes", json={**body, "code": app.wrong()}))[0] == 401
    renewed = await client.post(f"{FACTOR}/recovery-codes", json=body)
    assert renewed.status_code == 200
    new = renewed.json()["recovery_codes"]
    assert not set(old) & set(new)
    assert problem(await login(ready, old[0])) == (401, "second_factor_wrong")
    assert (await login(ready, new[0])).status_code == 200
    assert "recovery_codes_renewed" in await events(ready, await sign_in("boss"))


async def test_wrong_codes_are_in_the_audit_log_and_in_the_line_for_fail2ban(ready: Server, sign_in: SignIn) -> None:
    client, boss = await sign_in(), await sign_in("boss")
    app, _ = await enrol(ready, client)
    await login(ready)
    assert not await failures(ready, boss), "to be asked for a code is no failure"
    await login(ready, app.wrong(), address="203.0.113.9")
    await client.request("DELETE", FACTOR, json={"current_password": PASSWORD, "code": app.wrong()})
    assert await failures(ready, boss) == [
        ("password", "wrong_code", "203.0.113.9"),
        ("second_factor", "wrong_code", "127.0.0.1"),
    ]


async def failures(server: Server, boss: httpx2.AsyncClient) -> list[tuple[str, str, str]]:
    await server.container.get(AuditLog).flush()
    found = (await boss.get("/admin/audit", params={"outcome": "failure"})).json()["items"]
    return sorted((entry["detail"]["method"], entry["detail"]["reason"], entry["address"]) for entry in found)


async def test_an_administrator_takes_away_what_somebody_lost(ready: Server, sign_in: SignIn) -> None:
    client, boss = await sign_in(), await sign_in("boss")
    await enrol(ready, client)
    found = {person["name"]: person for person in (await boss.get("/admin/users")).json()["items"]}
    assert (found["Anna"]["second_factor"], found["boss"]["second_factor"]) == (True, False)
    path = f"/admin/users/{found['Anna']['id']}/second-factor"
    link = (await boss.post(f"/admin/users/{found['Anna']['id']}/password-reset")).json()["token"]
    changed = await ready.client().post("/auth/password-reset", json={"token": link, "password": "seven sleepers"})
    assert changed.status_code == 204
    assert problem(await login(ready, password="seven sleepers")) == (401, "second_factor_required"), "a new password keeps it"
    assert (await boss.delete(path)).status_code == 204
    assert (await boss.delete(path)).status_code == 204
    assert (await login(ready, password="seven sleepers")).status_code == 200
    assert (await boss.delete("/admin/users/nobody/second-factor")).status_code == 404
    assert problem(await boss.delete(f"/admin/users/{found['boss']['id']}/second-factor")) == (403, "forbidden")


async def test_nothing_of_it_lies_in_the_database_in_the_clear(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    begun = (await client.post(FACTOR, json={"current_password": PASSWORD})).json()
    app = App(ready, begun["secret"])
    codes = (await client.post(f"{FACTOR}/confirm", json={"code": app.code()})).json()["recovery_codes"]
    async with ready.database.read() as unit:
        rows = [
            str((await unit.session.execute(text(f"SELECT * FROM {name}"))).all()) for name in ("second_factor", "recovery_code")
        ]
    stored = "".join(rows)
    assert begun["secret"] not in stored
    assert not [code for code in codes if code in stored or code.replace("-", "") in stored]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_with_another_secret_key_of_the_server_recovery_codes_still_work(ready: Server, sign_in: SignIn) -> None:
    app, codes = await enrol(ready, await sign_in())
    other = build(ready.database, ready.clock, replace(OPTIONS, token_key=2))
    moved = build(ready.database, ready.clock, OPTIONS, signer=Signer(b"x" * 32))
    try:
        assert problem(await login(moved, app.code())) == (401, "second_factor_wrong")
        assert (await login(moved, codes[0])).status_code == 200
        assert (await login(other, app.code())).status_code == 200, "the number of the token key changes nothing"
    finally:
        for server in (other, moved):
            server.container.get(Passwords).close()


@pytest.fixture
async def strict(database: Database, clock: ManualClock) -> AsyncIterator[Server]:
    """A server that asks administrators for a second factor, with `boss` and `anna`."""
    found = build(database, clock, replace(OPTIONS, second_factor="admins"))
    await found.accounts.add_user("boss", PASSWORD, "admin")
    await found.accounts.add_user("anna", PASSWORD)
    yield found
    found.container.get(Passwords).close()


async def test_where_it_is_asked_for_an_administrator_without_it_only_sets_it_up(strict: Server) -> None:
    client = strict.client()
    answer = await client.post("/auth/login", json={"name": "boss", "password": PASSWORD})
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    bearer = strict.client(Authorization=f"Bearer {answer.json()['access_token']}")
    key = (await client.post("/me/api-keys", json={"name": "k", "scopes": ["playback"]})).json()["key"]
    for caller in (client, bearer, strict.client(**{"X-Api-Key": key})):
        assert problem(await caller.get("/probe/admin")) == (403, "second_factor_needed")
        assert problem(await caller.get("/admin/users")) == (403, "second_factor_needed")
        assert (await caller.get("/probe/playback")).status_code == 200
        me = (await caller.get("/me")).json()
        assert me["second_factor_needed"]
        assert "admin" not in me["scopes"]
    refused = await client.post("/me/api-keys", json={"name": "k", "scopes": ["admin"]})
    assert refused.status_code == 403
    assert (await client.get(FACTOR)).json()["needed"] is True

    _, codes = await enrol(strict, client)
    assert (await client.get("/probe/admin")).status_code == 200
    assert (await client.get("/me")).json()["second_factor_needed"] is False
    assert problem(await bearer.get("/probe/admin")) == (401, "token_revoked"), "a token of before must be refreshed"
    fresh = await client.post("/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]})
    renewed = strict.client(Authorization=f"Bearer {fresh.json()['access_token']}")
    assert (await renewed.get("/probe/admin")).status_code == 200

    removed = await client.request("DELETE", FACTOR, json={"current_password": PASSWORD, "code": codes[0]})
    assert removed.status_code == 204
    assert problem(await client.get("/probe/admin")) == (403, "second_factor_needed")


async def test_where_it_is_asked_for_a_key_made_before_rests_until_it_is_there(strict: Server) -> None:
    lax = build(strict.database, strict.clock, OPTIONS)
    try:
        client = lax.client()
        await client.post("/auth/login", json={"name": "boss", "password": PASSWORD})
        client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
        key = (await client.post("/me/api-keys", json={"name": "k", "scopes": ["admin"]})).json()["key"]
        assert (await lax.client(**{"X-Api-Key": key}).get("/probe/admin")).status_code == 200
        assert problem(await strict.client(**{"X-Api-Key": key}).get("/probe/admin")) == (403, "second_factor_needed")
        await enrol(lax, client)
        await strict.clock.advance(60)
        assert (await strict.client(**{"X-Api-Key": key}).get("/probe/admin")).status_code == 200
    finally:
        lax.container.get(Passwords).close()


async def test_a_session_begun_with_a_provider_counts_as_proven_there(strict: Server) -> None:
    async with strict.database.read() as unit:
        boss = await strict.accounts.user_named(unit, "boss")
    for method, status in (("oidc", 200), ("plex", 200), ("device", 403)):
        async with strict.database.write() as unit:
            begun = await strict.container.get(Sessions).start(unit, boss, Origin("127.0.0.1"), method)
        client = strict.client()
        client.cookies["matinee_session"] = begun.session_token or ""
        assert (await client.get("/probe/admin")).status_code == status
        renewed = (await strict.client().post("/auth/refresh", json={"refresh_token": begun.refresh_token})).json()
        for token in (begun.access_token, renewed["access_token"]):
            assert (await strict.client(Authorization=f"Bearer {token}").get("/probe/admin")).status_code == status


async def test_an_account_without_a_password_has_nothing_to_add_to(ready: Server) -> None:
    async with ready.database.write() as unit:
        await unit.session.execute(text("UPDATE \"user\" SET password_hash = '' WHERE name_key = 'anna'"))
        anna = await ready.accounts.user_named(unit, "anna")
        begun = await ready.container.get(Sessions).start(unit, anna, Origin("127.0.0.1"), "oidc")
    client = ready.client(Authorization=f"Bearer {begun.access_token}")
    assert problem(await client.post(FACTOR, json={"current_password": PASSWORD})) == (409, "conflict")


async def test_members_are_not_asked(strict: Server) -> None:
    client = strict.client()
    assert (await client.post("/auth/login", json={"name": "anna", "password": PASSWORD})).status_code == 200
    assert problem(await client.get("/probe/admin")) == (403, "forbidden")
    assert (await client.get("/me")).json()["second_factor_needed"] is False


async def test_a_key_of_an_account_cannot_touch_its_second_factor(ready: Server, sign_in: SignIn) -> None:
    client = await sign_in()
    key = (await client.post("/me/api-keys", json={"name": "k", "scopes": ["playback"]})).json()["key"]
    program = ready.client(**{"X-Api-Key": key})
    assert problem(await program.post(FACTOR, json={"current_password": PASSWORD})) == (403, "forbidden")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_the_command_line_takes_it_away(ready: Server, sign_in: SignIn) -> None:
    await enrol(ready, await sign_in())

    def run(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work(ready.container), loop).result(10)

    loop = asyncio.get_running_loop()
    for said in ("signs in with the password alone", "has no second factor"):
        result = await asyncio.to_thread(CliRunner().invoke, commands, ["user", "reset-second-factor", "anna"], obj=run)
        assert result.exit_code == 0, result.output
        assert said in result.output
    assert (await login(ready)).status_code == 200
