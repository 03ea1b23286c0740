"""Letting in a device that has no keyboard."""

from __future__ import annotations

import asyncio
import re
from xml.etree import ElementTree as ET

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.housekeeping import Housekeeping
from matinee.features.accounts.pairing import Pairings
from tests.integration.accounts.conftest import Server, SignIn

pytestmark = pytest.mark.anyio
ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


async def start(client: httpx2.AsyncClient, name: str = "TV in the kitchen") -> dict[str, str]:
    answer = await client.post("/auth/device/start", json={"client_name": name})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


async def poll(client: httpx2.AsyncClient, started: dict[str, str]) -> httpx2.Response:
    return await client.post("/auth/device/poll", json={"device_code": started["device_code"]})


async def test_a_device_is_let_in(ready: Server, sign_in: SignIn) -> None:
    tv, anna = ready.client("10.0.0.7", **{"User-Agent": "Mozilla/5.0 (Linux; Tizen 6.0)"}), await sign_in()
    started = await start(tv)
    pending = await poll(tv, started)
    assert (pending.status_code, pending.json()["code"]) == (400, "authorization_pending")
    assert int(pending.headers["retry-after"]) == 5
    seen = await anna.post("/auth/device/inspect", json={"user_code": started["user_code"].lower().replace("-", " ")})
    assert seen.json() | {"created_at": "", "expires_at": ""} == {
        "client_name": "TV in the kitchen", "address": "10.0.0.7", "created_at": "", "expires_at": "",
    }  # fmt: skip
    approved = await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True})
    assert approved.status_code == 204
    await ready.clock.advance(5)
    answer = await poll(tv, started)
    assert (answer.status_code, answer.json()["user"]["name"]) == (200, "Anna")
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await ready.client().get("/me", headers=bearer)).json()["name"] == "Anna"
    devices = [one["device"] for one in (await anna.get("/me/sessions")).json()["items"]]
    assert "Samsung TV" in devices
    await ready.clock.advance(10)
    assert (await poll(tv, started)).json()["code"] == "device_code_expired"


async def test_a_device_is_refused(ready: Server, sign_in: SignIn) -> None:
    tv, anna = ready.client(), await sign_in()
    started = await start(tv)
    await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": False})
    answer = await poll(tv, started)
    assert (answer.status_code, answer.json()["code"]) == (403, "device_denied")


async def test_a_code_is_decided_once(ready: Server, sign_in: SignIn) -> None:
    started = await start(ready.client())
    people = [await sign_in("anna"), await sign_in("boss")]
    answers = await asyncio.gather(
        *(one.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True}) for one in people)
    )
    assert sorted(answer.status_code for answer in answers) in ([204, 404], [204, 409])


async def test_a_device_that_is_approved_gets_one_session(ready: Server, sign_in: SignIn) -> None:
    tv, anna = ready.client(), await sign_in()
    started = await start(tv)
    await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True})
    answers = await asyncio.gather(*(poll(ready.client(), started) for _ in range(4)))
    assert [answer.status_code for answer in answers].count(200) == 1


async def test_who_asks_too_often_must_wait_longer(ready: Server) -> None:
    tv = ready.client()
    started = await start(tv)
    assert (await poll(tv, started)).json()["code"] == "authorization_pending"
    await ready.clock.advance(1)
    slower = await poll(tv, started)
    assert (slower.status_code, slower.json()["code"], slower.headers["retry-after"]) == (400, "slow_down", "10")
    await ready.clock.advance(9)
    assert (await poll(tv, started)).headers["retry-after"] == "15"
    await ready.clock.advance(15)
    assert (await poll(tv, started)).json()["code"] == "authorization_pending"


@ON_SQLITE
async def test_codes_end(ready: Server, sign_in: SignIn) -> None:
    tv, anna = ready.client(), await sign_in()
    started = await start(tv)
    await ready.clock.advance(15 * 60)
    assert (await poll(tv, started)).json()["code"] == "device_code_expired"
    answer = await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True})
    assert answer.status_code == 404


async def test_what_has_ended_is_deleted(ready: Server) -> None:
    await start(ready.client())
    await ready.clock.advance(15 * 60 + 3600 + 1)
    await start(ready.client())
    await ready.container.get(Housekeeping).delete_ended()
    async with ready.database.read() as unit:
        assert await unit.session.scalar(text("SELECT count(*) FROM device_pairing")) == 1


@ON_SQLITE
async def test_what_is_shown_to_the_person(ready: Server) -> None:
    started = await start(ready.client())
    assert re.fullmatch(r"[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}", started["user_code"])
    assert started["verification_path"] == "/link"
    assert started["verification_url"] == "http://localhost/link"
    assert started["verification_url_complete"] == f"http://localhost/link#code={started['user_code']}"
    assert (started["expires_in"], started["interval"]) == (900, 5)
    picture = ET.fromstring(started["qr_svg"])
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    assert list(picture.iter("{http://www.w3.org/2000/svg}path"))
    assert "style" not in started["qr_svg"]


@ON_SQLITE
async def test_guesses_are_limited(ready: Server, sign_in: SignIn) -> None:
    anna = await sign_in()
    for _ in range(20):
        assert (await anna.post("/auth/device/inspect", json={"user_code": "BCDF-GHJK"})).status_code == 404
    answer = await anna.post("/auth/device/inspect", json={"user_code": "BCDF-GHJK"})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) > 1


@ON_SQLITE
async def test_an_own_device_does_not_wipe_out_guesses(ready: Server, sign_in: SignIn) -> None:
    anna, started = await sign_in(), await start(ready.client())
    seen = [
        (await anna.post("/auth/device/inspect", json={"user_code": code})).status_code
        for _ in range(11)
        for code in ("BCDF-GHJK", started["user_code"])
    ]
    assert seen.count(429) == 2


@ON_SQLITE
async def test_a_key_lets_no_device_in(ready: Server, sign_in: SignIn) -> None:
    anna, started = await sign_in(), await start(ready.client())
    key = (await anna.post("/me/api-keys", json={"name": "k", "scopes": ["catalog:read"]})).json()["key"]
    program = ready.client(**{"X-Api-Key": key})
    body = {"user_code": started["user_code"], "approve": True}
    assert (await program.post("/auth/device/approve", json=body)).status_code == 403
    assert (await ready.client().post("/auth/device/approve", json=body)).status_code == 401


@ON_SQLITE
async def test_a_profile_with_a_limit_lets_no_device_in(ready: Server, sign_in: SignIn) -> None:
    anna, started = await sign_in(), await start(ready.client())
    made = (await anna.post("/me/profiles", json={"name": "Small", "avatar": "fox", "max_age": 6})).json()
    assert (await anna.post(f"/me/profiles/{made['id']}/use", json={})).status_code == 200
    answer = await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@ON_SQLITE
async def test_one_address_does_not_fill_the_house_with_waiting_devices(ready: Server) -> None:
    pairings = ready.container.get(Pairings)
    from matinee.features.accounts.policy import Origin

    for _ in range(20):
        await pairings.start("TV", Origin("10.0.0.9"))
    answer = await ready.client("10.0.0.9").post("/auth/device/start", json={})
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert (await ready.client("10.0.0.8").post("/auth/device/start", json={})).status_code == 200


@ON_SQLITE
async def test_no_code_is_in_the_database(ready: Server) -> None:
    started = await start(ready.client())
    async with ready.database.read() as unit:
        stored = str((await unit.session.execute(text("SELECT * FROM device_pairing"))).all())
    assert "TV in the kitchen" in stored
    assert started["device_code"] not in stored
    assert started["user_code"] not in stored
    assert started["user_code"].replace("-", "") not in stored


@ON_SQLITE
@pytest.mark.parametrize("name", ["", "x" * 65, "\x00", "a\u202eb"])
async def test_a_device_has_a_readable_name(ready: Server, name: str) -> None:
    answer = await ready.client().post("/auth/device/start", json={"client_name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


@ON_SQLITE
async def test_a_disabled_account_lets_nothing_in(ready: Server, sign_in: SignIn) -> None:
    tv, anna = ready.client(), await sign_in()
    started = await start(tv)
    await anna.post("/auth/device/approve", json={"user_code": started["user_code"], "approve": True})
    async with ready.database.write() as unit:
        (await ready.accounts.user_named(unit, "anna")).disabled = True
    assert (await poll(tv, started)).json()["code"] == "account_disabled"
