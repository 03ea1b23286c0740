"""Profiles: the people that share an account, whom a session acts for, and what a limit leaves of an account's rights."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.events import ProfileDeleted
from matinee.infra.feature import EventBus
from matinee.infra.http.caller import Authenticator, Caller, CredentialMemory
from tests.integration.accounts.conftest import MINUTES, PASSWORD, Server, SignIn
from tests.integration.accounts.test_revocations import Line, pair, signed_in, until_refused

__all__ = ["pair"]
pytestmark = pytest.mark.anyio
CHILD = {"name": "Kim", "avatar": "fox", "max_age": 6}
LIMITED_SCOPES = ["catalog:read", "library:read", "playback", "progress"]


@pytest.fixture
async def anna(sign_in: SignIn) -> httpx2.AsyncClient:
    return await sign_in()


async def made(client: httpx2.AsyncClient, **values: Any) -> dict[str, Any]:
    answer = await client.post("/me/profiles", json={**CHILD, **values})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def use(client: httpx2.AsyncClient, profile_id: str, pin: str | None = None) -> httpx2.Response:
    return await client.post(f"/me/profiles/{profile_id}/use", json={} if pin is None else {"pin": pin})


async def caller_of(server: Server, **headers: str) -> Caller:
    authenticator = server.container.get(Authenticator)  # type: ignore[type-abstract]  # a key
    found = await authenticator.authenticate("GET", headers, {})
    assert found is not None
    return found


def code_of(answer: httpx2.Response) -> str:
    return str(answer.json()["errors"][0]["code"])


async def test_an_account_begins_with_one_profile_that_bears_its_name(anna: httpx2.AsyncClient) -> None:
    me = (await anna.get("/me")).json()
    items = (await anna.get("/me/profiles")).json()["items"]
    assert len(items) == me["profiles_count"] == 1
    assert items[0] == me["profile"] | {"has_pin": False, "is_default": True, "active": True}
    assert (items[0]["id"], items[0]["name"], items[0]["max_age"]) == (me["id"], "Anna", None)


async def test_profiles_are_made_changed_listed_and_deleted(anna: httpx2.AsyncClient) -> None:
    child = await made(anna, language="de", pin="2468")
    expected = CHILD | {"language": "de", "has_pin": True, "is_default": False, "active": False}
    assert child == expected | {"id": child["id"]}
    changed = await anna.patch(f"/me/profiles/{child['id']}", json={"name": "  Kim\u00a0B. ", "max_age": 12, "pin": None})
    assert changed.json() == child | {"name": "Kim B.", "max_age": 12, "has_pin": False}
    assert [one["id"] for one in (await anna.get("/me/profiles")).json()["items"]][1:] == [child["id"]]
    assert (await anna.delete(f"/me/profiles/{child['id']}")).status_code == 204
    assert (await anna.get("/me")).json()["profiles_count"] == 1


async def test_the_first_profile_can_be_changed_but_neither_limited_nor_deleted(anna: httpx2.AsyncClient) -> None:
    own = (await anna.get("/me")).json()["id"]
    changed = await anna.patch(f"/me/profiles/{own}", json={"avatar": "owl", "language": "fr", "pin": "13579"})
    assert (changed.json()["avatar"], changed.json()["has_pin"], changed.json()["is_default"]) == ("owl", True, True)
    assert (await anna.get("/me")).json()["profile"]["language"] == "fr"
    limited = await anna.patch(f"/me/profiles/{own}", json={"max_age": 12})
    assert (limited.status_code, code_of(limited)) == (422, "default_profile")
    assert (await anna.delete(f"/me/profiles/{own}")).status_code == 409


async def test_an_account_has_at_most_eight(anna: httpx2.AsyncClient) -> None:
    for number in range(7):
        await made(anna, name=f"Number {number}")
    assert (await anna.post("/me/profiles", json=CHILD)).status_code == 409


WRONG: tuple[dict[str, Any], ...] = (
    {"avatar": "dragon"},
    {"name": ""},
    {"name": "x" * 33},
    {"name": "a\u202eb"},
    {"max_age": 19},
    {"max_age": -1},
    {"pin": "123"},
    {"pin": "123456789"},
    {"pin": "12a4"},
    {"language": "German"},
    {"colour": "red"},
)


async def test_values_that_make_no_sense_are_refused(anna: httpx2.AsyncClient) -> None:
    for wrong in WRONG:
        answer = await anna.post("/me/profiles", json={**CHILD, **wrong})
        assert answer.status_code in {400, 422}, wrong
        assert "12a4" not in answer.text
    assert (await anna.get("/me")).json()["profiles_count"] == 1


async def test_nobody_reaches_the_profiles_of_another_account(anna: httpx2.AsyncClient, sign_in: SignIn) -> None:
    child = await made(anna)
    boss = await sign_in("boss")
    for profile_id in (child["id"], "01m7znothingofthekind00000"):
        answers = [
            await use(boss, profile_id),
            await boss.patch(f"/me/profiles/{profile_id}", json={"name": "Mine"}),
            await boss.delete(f"/me/profiles/{profile_id}"),
            await boss.post("/me/api-keys", json={"name": "k", "scopes": ["playback"], "profile_id": profile_id}),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
    assert (await boss.get("/me/profiles")).json()["items"][0]["name"] == "boss"


async def test_a_session_stays_in_its_profile_and_another_does_not_move(
    ready: Server, anna: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    child = await made(anna)
    other = await sign_in()
    assert (await anna.get("/me")).json()["profile"]["name"] == "Anna"  # remembered now
    entered = await use(anna, child["id"])
    assert entered.json() == {"profile": child | {"active": True}, "access_token": None, "expires_in": None}
    assert entered.headers["clear-site-data"] == '"cache"'
    assert (await anna.get("/me")).json()["profile"]["name"] == "Kim"
    await ready.clock.advance(10 * MINUTES)  # beyond what is remembered
    assert (await anna.get("/me")).json()["profile"]["name"] == "Kim"
    assert (await other.get("/me")).json()["profile"]["name"] == "Anna"
    own = (await anna.get("/me")).json()["id"]
    back = await use(anna, own)
    assert back.json()["profile"]["is_default"] is True
    assert "clear-site-data" not in back.headers
    assert (await anna.get("/me")).json()["profile"]["name"] == "Anna"


async def test_a_limit_leaves_looking_and_playing_also_to_an_administrator(ready: Server, sign_in: SignIn) -> None:
    boss = await sign_in("boss")
    child = await made(boss)
    assert (await boss.get("/probe/admin")).status_code == 200
    await use(boss, child["id"])
    assert (await boss.get("/me")).json()["scopes"] == LIMITED_SCOPES
    assert (await boss.get("/probe/admin")).status_code == 403
    assert (await boss.get("/probe/playback")).status_code == 200


async def test_a_limited_profile_neither_sees_nor_changes_the_account(anna: httpx2.AsyncClient) -> None:
    child, other = await made(anna), await made(anna, name="Robin")
    session = (await anna.get("/me/sessions")).json()["items"][0]["id"]
    await use(anna, child["id"])
    passwords = {"current_password": PASSWORD, "new_password": "another tiger lily"}
    answers = [
        await anna.post("/me/profiles", json={"name": "More", "avatar": "sun"}),
        await anna.patch(f"/me/profiles/{child['id']}", json={"max_age": None}),
        await anna.patch(f"/me/profiles/{other['id']}", json={"max_age": None}),
        await anna.delete(f"/me/profiles/{other['id']}"),
        await anna.put("/me/password", json=passwords),
        await anna.post("/me/api-keys", json={"name": "way out", "scopes": ["playback"]}),
        await anna.delete("/me/sessions"),
        await anna.delete(f"/me/sessions/{session}"),
        await anna.get("/me/sessions"),
        await anna.get("/me/api-keys"),
        await anna.get("/me/identities"),
        await anna.get("/me/second-factor"),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert all("limited profile" in answer.json()["detail"] for answer in answers)


async def test_a_pin_is_asked_for_at_the_door_and_nowhere_else(anna: httpx2.AsyncClient) -> None:
    own = (await anna.get("/me")).json()["id"]
    await anna.patch(f"/me/profiles/{own}", json={"pin": "1234"})
    child = await made(anna)
    assert (await use(anna, own)).status_code == 200  # in it already
    assert (await use(anna, child["id"])).status_code == 200  # the child has none
    missing, wrong = await use(anna, own), await use(anna, own, "4321")
    assert [(answer.status_code, code_of(answer)) for answer in (missing, wrong)] == [(422, "pin_required"), (422, "pin_wrong")]
    assert "4321" not in wrong.text
    assert (await anna.get("/me")).json()["profile"]["name"] == "Kim"
    assert (await use(anna, own, "1234")).status_code == 200
    assert (await anna.get("/me")).json()["profile"]["name"] == "Anna"


async def test_five_wrong_pins_close_the_door_from_everywhere_for_a_quarter_of_an_hour(
    ready: Server, anna: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    locked = await made(anna, name="Robin", max_age=None, pin="9999")
    other = await sign_in(address="10.1.1.1")
    for number in range(5):
        assert (await use(anna if number % 2 else other, locked["id"], f"000{number}")).status_code == 422
    refused = await use(other, locked["id"], "9999")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused.headers["retry-after"]) > 0
    await ready.clock.advance(16 * MINUTES)
    assert (await use(other, locked["id"], "9999")).status_code == 200


async def test_pins_are_kept_as_argon2_and_wrong_ones_are_in_the_audit_log(ready: Server, anna: httpx2.AsyncClient) -> None:
    locked = await made(anna, pin="86420")
    await use(anna, locked["id"], "11111")
    await ready.container.get(AuditLog).flush()
    async with ready.database.read() as unit:
        hashed = (await unit.session.execute(text("SELECT pin_hash FROM profile"))).scalar_one()
        rows = (await unit.session.execute(text("SELECT event, outcome, subject_name FROM audit_entry ORDER BY at, id"))).all()
    assert hashed.startswith("$argon2id$")
    assert ("profile_created", "success", "Kim") in [tuple(row) for row in rows]
    assert ("profile_entered", "failure", "Kim") in [tuple(row) for row in rows]


async def test_an_access_token_carries_the_profile_and_the_one_before_ends(ready: Server, anna: httpx2.AsyncClient) -> None:
    child = await made(anna)
    tokens = (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()
    phone = ready.client(Authorization=f"Bearer {tokens['access_token']}")
    assert (await phone.get("/me")).status_code == 200
    answer = (await use(phone, child["id"])).json()
    assert answer["expires_in"] == 900
    old = await phone.get("/me")
    assert (old.status_code, old.json()["code"]) == (401, "session_expired")
    caller = await caller_of(ready, authorization=f"Bearer {answer['access_token']}")
    assert (caller.profile_id, caller.max_age, sorted(caller.scopes)) == (child["id"], 6, LIMITED_SCOPES)
    assert caller.permissions <= {"play", "transcode"}
    assert caller.user_id != caller.profile_id


async def test_a_refresh_keeps_the_profile(ready: Server, anna: httpx2.AsyncClient) -> None:
    child = await made(anna)
    tokens = (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()
    phone = ready.client(Authorization=f"Bearer {tokens['access_token']}")
    await use(phone, child["id"])
    again = (await ready.client().post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    caller = await caller_of(ready, authorization=f"Bearer {again['access_token']}")
    assert (caller.profile_id, caller.max_age) == (child["id"], 6)


async def test_a_key_acts_for_the_profile_it_was_made_for_and_cannot_leave_it(ready: Server, anna: httpx2.AsyncClient) -> None:
    child = await made(anna)
    body = {"name": "set-top box", "scopes": ["playback", "requests"], "profile_id": child["id"]}
    key = (await anna.post("/me/api-keys", json=body)).json()
    assert key["profile_id"] == child["id"]
    box = ready.client(**{"X-Api-Key": key["key"]})
    caller = await caller_of(ready, **{"x-api-key": key["key"]})
    assert (caller.profile_id, caller.max_age, caller.scopes) == (child["id"], 6, frozenset({"playback"}))
    assert (await use(box, caller.user_id)).status_code == 403
    plain = (await anna.post("/me/api-keys", json={"name": "other", "scopes": ["playback"]})).json()
    assert plain["profile_id"] is None
    assert (await caller_of(ready, **{"x-api-key": plain["key"]})).profile_id == caller.user_id


async def test_what_is_deleted_takes_its_sessions_and_keys_with_it_and_others_are_told(
    ready: Server, anna: httpx2.AsyncClient, sign_in: SignIn
) -> None:
    gone: list[str] = []

    async def hear(event: ProfileDeleted) -> None:
        gone.append(event.profile_id)

    ready.container.get(EventBus).subscribe(ProfileDeleted, hear)
    child = await made(anna)
    body = {"name": "box", "scopes": ["playback"], "profile_id": child["id"]}
    key = (await anna.post("/me/api-keys", json=body)).json()["key"]
    tablet = await sign_in()
    await use(tablet, child["id"])
    assert (await tablet.get("/me")).status_code == 200
    assert (await anna.delete(f"/me/profiles/{child['id']}")).status_code == 204
    assert gone == [child["id"]]
    assert (await tablet.get("/me")).status_code == 401
    assert (await ready.client(**{"X-Api-Key": key}).get("/probe/playback")).status_code == 401
    assert (await anna.get("/me")).status_code == 200


async def test_the_profile_in_use_is_not_deleted(anna: httpx2.AsyncClient) -> None:
    grown_up = await made(anna, max_age=None)
    await use(anna, grown_up["id"])
    assert (await anna.delete(f"/me/profiles/{grown_up['id']}")).status_code == 409


async def test_another_limit_holds_at_once_for_sessions_and_tokens(ready: Server, anna: httpx2.AsyncClient) -> None:
    robin = await made(anna, max_age=None)
    tokens = (await ready.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()
    phone = ready.client(Authorization=f"Bearer {tokens['access_token']}")
    token = (await use(phone, robin["id"])).json()["access_token"]
    assert (await caller_of(ready, authorization=f"Bearer {token}")).max_age is None
    await ready.clock.advance(1)
    assert (await anna.patch(f"/me/profiles/{robin['id']}", json={"max_age": 12})).status_code == 200
    phone.headers["Authorization"] = f"Bearer {token}"
    assert (await phone.get("/me")).status_code == 401
    await ready.clock.advance(1)
    again = (await phone.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
    assert (await caller_of(ready, authorization=f"Bearer {again['access_token']}")).max_age == 12


async def test_the_hot_lane_never_knows_a_limited_caller(ready: Server, anna: httpx2.AsyncClient) -> None:
    memory = ready.container.get(CredentialMemory)  # type: ignore[type-abstract]  # a key
    cookie = anna.cookies["matinee_session"]
    child = await made(anna)
    await anna.get("/me")
    assert memory.remembered("", "", cookie) is not None
    before = memory.generation.number
    await use(anna, child["id"])
    await anna.get("/me")
    assert memory.generation.number > before
    assert memory.remembered("", "", cookie) is None


async def test_a_switch_is_heard_by_the_other_process(pair: tuple[Server, Server, Line]) -> None:
    first, second, _ = pair
    anna = await signed_in(first)
    child = await made(anna)
    tokens = (await first.client().post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    here, there = first.client(**bearer), second.client(**bearer)
    assert (await there.get("/me")).status_code == 200  # remembered there
    await use(here, child["id"])
    assert (await until_refused(there)).json()["code"] == "session_expired"
