"""Accounts as administrators see and change them."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from matinee.features.accounts.events import AccountClosed, ProfileDeleted
from matinee.features.accounts.people import Changes, People
from matinee.infra.errors import Conflict
from matinee.infra.feature import EventBus
from matinee.infra.ids import UserId
from tests.integration.accounts.conftest import PASSWORD, Server, SignIn

pytestmark = pytest.mark.anyio


async def one(boss: httpx2.AsyncClient, name: str) -> dict[str, Any]:
    [found] = (await boss.get("/admin/users", params={"q": name})).json()["items"]
    return dict(found)


async def test_people_are_listed_by_name_page_by_page_and_found_by_a_part_of_it(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    for name in ("Zoe", "ben_a", "benXa"):
        made = await boss.post("/admin/users", json={"name": name, "password": "seven sleepers", "tier": "premium"})
        assert (made.status_code, made.json()["tier"], made.json()["has_password"]) == (201, "premium", True)
    names: list[str] = []
    cursor = None
    while True:
        page = (await boss.get("/admin/users", params={"limit": 2, **({"cursor": cursor} if cursor else {})})).json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(names, key=str.casefold) == sorted(["Anna", "ben_a", "benXa", "boss", "Zoe"], key=str.casefold)
    assert len(set(names)) == 5
    assert [item["name"] for item in (await boss.get("/admin/users", params={"q": "N_A"})).json()["items"]] == ["ben_a"]
    foreign = await boss.get("/admin/users", params={"q": "other", "cursor": page["next_cursor"] or "x.y"})
    assert foreign.json()["code"] == "invalid_cursor"


async def test_a_change_of_rights_counts_at_once_for_sessions_and_ends_access_tokens(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    token = (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()["access_token"]
    bearer = ready.client(authorization=f"Bearer {token}")
    assert (await anna.get("/me")).json()["permissions"] == ["download", "play", "request", "transcode"]
    assert (await bearer.get("/me")).json()["permissions"] == ["download", "play", "request", "transcode"]
    change = {"tier": "premium", "granted": ["invite"], "denied": ["download"], "limits": {"streams": 1}}
    changed = await boss.patch(f"/admin/users/{(await one(boss, 'anna'))['id']}", json=change)
    assert changed.status_code == 200, changed.text
    assert changed.json()["permissions"] == ["auto_approve", "invite", "play", "request", "transcode"]
    assert changed.json()["limits"] == {"requests_per_day": None, "downloads_per_day": None, "streams": 1, "transcodes": None}
    assert (await anna.get("/me")).json()["permissions"] == changed.json()["permissions"]
    assert (await bearer.get("/me")).json()["code"] == "token_revoked"
    allowance = await ready.accounts.allowance(UserId(changed.json()["id"]))
    assert (allowance.streams, allowance.transcodes) == (1, 4)
    back = await boss.patch(f"/admin/users/{changed.json()['id']}", json={"limits": {"streams": None}})
    assert back.json()["limits"]["streams"] is None
    assert (await ready.accounts.allowance(UserId(changed.json()["id"]))).streams == 8


@pytest.mark.parametrize(
    "change",
    [
        {"role": "owner"},
        {"granted": ["play"], "denied": ["play"]},
        {"granted": ["fly"]},
        {"limits": {"streams": -1}},
        {"name": "with\u202ebidi"},
    ],
)
async def test_what_cannot_be_is_refused(ready: Server, sign_in: SignIn, change: dict[str, Any]) -> None:
    boss = await sign_in("boss")
    anna = await one(boss, "anna")
    answer = await boss.patch(f"/admin/users/{anna['id']}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
    assert {**await one(boss, "anna"), "last_seen_at": None} == {**anna, "last_seen_at": None}


async def test_whoever_signs_in_is_seen_at_once(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    assert (await one(boss, "boss"))["last_seen_at"] is not None
    assert (await one(boss, "anna"))["last_seen_at"] is None


async def test_a_taken_name_is_a_conflict_and_case_may_change(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    number = (await one(boss, "anna"))["id"]
    assert (await boss.patch(f"/admin/users/{number}", json={"name": "BOSS"})).json()["code"] == "conflict"
    assert (await anna.patch("/me", json={"name": "Boss"})).json()["code"] == "conflict"
    assert (await anna.patch("/me", json={"name": "ANNA"})).json()["name"] == "ANNA"
    assert (await anna.patch("/me", json={})).json()["name"] == "ANNA"


async def test_if_match_protects_what_somebody_else_changed(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    path = f"/admin/users/{(await one(boss, 'anna'))['id']}"
    read = await boss.get(path)
    mine = await boss.patch(path, json={"tier": "premium"}, headers={"If-Match": read.headers["etag"]})
    assert (mine.status_code, mine.headers["etag"]) == (200, (await boss.get(path)).headers["etag"])
    late = await boss.patch(path, json={"tier": "free"}, headers={"If-Match": read.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert (await boss.get(path)).json()["tier"] == "premium"


async def test_the_last_working_administrator_is_neither_demoted_nor_disabled_nor_deleted(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    path = f"/admin/users/{(await one(boss, 'boss'))['id']}"
    for refused in (
        await boss.patch(path, json={"role": "user"}),
        await boss.patch(path, json={"disabled": True}),
        await boss.delete(path),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    asleep = await ready.accounts.add_user("asleep", PASSWORD, "admin")
    async with ready.database.write() as unit:
        await ready.container.get(People).change(unit, UserId(asleep.id), Changes(disabled=True), None, None)
    assert (await boss.delete(path)).status_code == 409, "one who cannot sign in does not count"


async def test_two_administrators_cannot_demote_each_other_at_the_same_moment(ready: Server) -> None:
    second = await ready.accounts.add_user("second", PASSWORD, "admin")
    async with ready.database.read() as unit:
        first = await ready.accounts.user_named(unit, "boss")

    async def demote(user_id: str) -> bool:
        try:
            async with ready.database.write() as unit:
                await ready.container.get(People).change(unit, UserId(user_id), Changes(role="user"), None, None)
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(demote(first.id), demote(second.id))) == [False, True]


async def test_a_deleted_account_is_gone_with_all_that_was_its(ready: Server, sign_in: SignIn) -> None:
    boss, anna = await sign_in("boss"), await sign_in()
    told: list[object] = []

    async def listen(event: object) -> None:
        told.append(event)

    for kind in (AccountClosed, ProfileDeleted):
        ready.container.get(EventBus).subscribe(kind, listen)
    key = (await anna.post("/me/api-keys", json={"name": "k", "scopes": ["playback"]})).json()["key"]
    program = ready.client(**{"X-Api-Key": key})
    assert (await program.get("/me")).status_code == 200
    number = (await one(boss, "anna"))["id"]
    assert (await boss.delete(f"/admin/users/{number}")).status_code == 204
    assert (await anna.get("/me")).status_code == 401
    assert (await program.get("/me")).status_code == 401
    assert (await boss.get(f"/admin/users/{number}")).status_code == 404
    assert (await boss.delete(f"/admin/users/{number}")).status_code == 404
    assert told == [AccountClosed(UserId(number), deleted=True), ProfileDeleted(number)]


async def test_an_administrator_sees_and_ends_the_sessions_of_others(ready: Server, sign_in: SignIn) -> None:
    boss, here, there = await sign_in("boss"), await sign_in(address="10.0.0.9"), await sign_in()
    path = f"/admin/users/{(await one(boss, 'anna'))['id']}/sessions"
    items = (await boss.get(path)).json()["items"]
    assert {item["address"] for item in items} == {"10.0.0.9", "127.0.0.1"}
    assert not any(item["current"] for item in items)
    assert (await boss.delete(path)).status_code == 204
    assert [(await client.get("/me")).status_code for client in (here, there, boss)] == [401, 401, 200]
    assert (await boss.get("/admin/users/nobody/sessions")).status_code == 404


async def test_the_tiers_are_told_as_data(ready: Server, sign_in: SignIn) -> None:
    found = (await (await sign_in("boss")).get("/admin/permissions")).json()
    assert {one["name"] for one in found["permissions"]} >= {"play", "transcode", "invite"}
    assert found["tiers"]["free"]["limits"]["streams"] == 4
    assert "auto_approve" in found["tiers"]["premium"]["permissions"]
