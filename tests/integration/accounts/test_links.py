"""Invitations and password resets."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.housekeeping import Housekeeping
from tests.integration.accounts.conftest import PASSWORD, Server, SignIn

pytestmark = pytest.mark.anyio
NEW = "seven sleepers"


async def invite(host: httpx2.AsyncClient, **more: object) -> dict[str, Any]:
    answer = await host.post("/admin/invitations", json=more)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return dict(answer.json())


async def join(server: Server, token: str, name: str = "carl", password: str = NEW) -> httpx2.Response:
    return await server.client().post("/auth/register", json={"token": token, "name": name, "password": password})


async def test_somebody_joins_by_invitation_and_is_signed_in(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    made = await invite(boss, tier="premium", note="for Carl")
    assert made["path"] == f"/join#token={made['token']}"
    offer = await ready.client().post("/auth/invitation", json={"token": made["token"]})
    assert (offer.json()["tier"], offer.json()["role"], offer.json()["server"]) == ("premium", "user", "Matinee")
    guest = ready.client()
    joined = await guest.post("/auth/register", json={"token": made["token"], "name": "carl", "password": NEW})
    assert (joined.status_code, joined.json()["user"]["tier"]) == (201, "premium")
    assert (await guest.get("/me")).json()["name"] == "carl"
    for answer in (await join(ready, made["token"], "dora"), await guest.post("/auth/invitation", json={"token": made["token"]})):
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")
    [listed] = (await boss.get("/admin/invitations")).json()["items"]
    assert (listed["used"], listed["note"], "token" in listed) == (1, "for Carl", False)


async def test_an_invitation_is_used_as_often_as_it_says_also_at_the_same_moment(ready: Server, sign_in: SignIn) -> None:
    made = await invite(await sign_in("boss"), uses=2)
    answers = await asyncio.gather(*(join(ready, made["token"], f"guest {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 404, 404]


async def test_a_refused_name_or_password_uses_nothing_up(ready: Server, sign_in: SignIn) -> None:
    made = await invite(await sign_in("boss"))
    assert (await join(ready, made["token"], "ANNA")).status_code == 409
    weak = await join(ready, made["token"], password="Passw0rd!2")
    assert (weak.status_code, weak.json()["errors"][0]["location"]) == (422, "body.password")
    assert (await join(ready, made["token"])).status_code == 201


async def test_an_invitation_ends_by_time_by_deletion_and_with_its_maker(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    short, deleted, orphan = await invite(boss, expires_in=300), await invite(boss), None
    await ready.accounts.add_user("second", PASSWORD, "admin")
    orphan = await invite(await sign_in("second"))
    [second] = (await boss.get("/admin/users", params={"q": "second"})).json()["items"]
    assert (await boss.delete(f"/admin/invitations/{deleted['id']}")).status_code == 204
    assert (await boss.delete(f"/admin/invitations/{deleted['id']}")).status_code == 404
    assert (await boss.patch(f"/admin/users/{second['id']}", json={"disabled": True})).status_code == 200
    await ready.clock.advance(301)
    for made in (short, deleted, orphan):
        assert (await join(ready, made["token"])).status_code == 404
    await ready.clock.advance(8 * 86400)
    await ready.container.get(Housekeeping).delete_ended()
    async with ready.database.read() as unit:
        assert (await unit.session.execute(text("SELECT count(*) FROM invitation"))).scalar_one() == 0


async def test_a_person_with_the_permission_invites_to_plain_accounts_and_sees_only_its_own(
    ready: Server, sign_in: SignIn
) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    others = await invite(boss)
    assert (await anna.post("/admin/invitations", json={})).json()["code"] == "forbidden"
    [person] = (await boss.get("/admin/users", params={"q": "anna"})).json()["items"]
    await boss.patch(f"/admin/users/{person['id']}", json={"granted": ["invite"]})
    own = await invite(anna)
    for wanted in ({"role": "admin"}, {"tier": "premium"}):
        assert (await anna.post("/admin/invitations", json=wanted)).status_code == 403
    assert [item["id"] for item in (await anna.get("/admin/invitations")).json()["items"]] == [own["id"]]
    assert len((await boss.get("/admin/invitations")).json()["items"]) == 2
    assert (await anna.delete(f"/admin/invitations/{others['id']}")).status_code == 404
    key = (await anna.post("/me/api-keys", json={"name": "k", "scopes": ["playback"]})).json()["key"]
    assert (await ready.client(**{"X-Api-Key": key}).get("/admin/invitations")).status_code == 403
    assert (await anna.delete(f"/admin/invitations/{own['id']}")).status_code == 204


async def test_links_are_not_guessed_for_long(ready: Server, sign_in: SignIn) -> None:
    made = await invite(await sign_in("boss"), uses=10)
    guesser = ready.client("10.0.0.7")
    for number in range(20):
        path = ("/auth/invitation", {}) if number % 2 else ("/auth/password-reset", {"password": NEW})
        assert (await guesser.post(path[0], json={"token": f"guess {number}", **path[1]})).status_code == 404
    limited = await guesser.post("/auth/invitation", json={"token": made["token"]})
    assert (limited.status_code, limited.json()["code"]) == (429, "rate_limited")
    assert (await ready.client("10.0.9.9").post("/auth/invitation", json={"token": made["token"]})).status_code == 200


async def test_a_reset_link_gives_a_new_password_once_and_ends_every_session(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    [person] = (await boss.get("/admin/users", params={"q": "anna"})).json()["items"]
    path = f"/admin/users/{person['id']}/password-reset"
    older, link = (await boss.post(path)).json(), await boss.post(path)
    assert (link.status_code, link.json()["path"]) == (201, f"/reset#token={link.json()['token']}")
    assert (await anna.get("/me")).status_code == 200
    guest = ready.client()
    for token, password, status in (
        (older["token"], NEW, 404),
        (link.json()["token"], "password", 422),
        (link.json()["token"], NEW, 204),
        (link.json()["token"], NEW, 404),
    ):
        answer = await guest.post("/auth/password-reset", json={"token": token, "password": password})
        assert answer.status_code == status, answer.text
    assert (await anna.get("/me")).status_code == 401
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        assert (await guest.post("/auth/login", json={"name": "anna", "password": password})).status_code == status
    late = (await boss.post(path)).json()["token"]
    await ready.clock.advance(86401)
    assert (await guest.post("/auth/password-reset", json={"token": late, "password": PASSWORD})).status_code == 404


async def test_tokens_are_stored_hashed(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    made = await invite(boss)
    [person] = (await boss.get("/admin/users", params={"q": "anna"})).json()["items"]
    token = (await boss.post(f"/admin/users/{person['id']}/password-reset")).json()["token"]
    async with ready.database.read() as unit:
        stored = ""
        for table in ("invitation", "password_reset", "audit_entry"):
            stored += str((await unit.session.execute(text(f"SELECT * FROM {table}"))).all())
    assert "invitation_created" in stored
    assert token not in stored
    assert made["token"] not in stored
