"""Signing in with Plex."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.passwords import Passwords
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.ports.identity import SignInProviders
from tests.integration.accounts.conftest import OPTIONS, PASSWORD, Server, build
from tests.integration.accounts.other_ways import plex_at
from tests.servers.fake_plex import SAM, FakePlex, over_limit
from tests.servers.fault_proxy import Answer, FaultProxy, Garbage, Reset

pytestmark = pytest.mark.anyio
ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def fake() -> Iterator[FakePlex]:
    with FakePlex() as found:
        yield found


@asynccontextmanager
async def serving(database: Database, clock: ManualClock, url: str, *, sign_up: bool) -> AsyncIterator[Server]:
    async with plex_at(url, sign_up=sign_up) as plex:
        server = build(database, clock, OPTIONS, providers=SignInProviders(pins=(plex,)))
        await server.accounts.add_user("boss", PASSWORD, "admin")
        await server.accounts.add_user("Anna", PASSWORD)
        yield server
        server.container.get(Passwords).close()


@pytest.fixture
async def members(database: Database, clock: ManualClock, fake: FakePlex) -> AsyncIterator[Server]:
    """Only accounts that are linked may sign in."""
    async with serving(database, clock, fake.url, sign_up=False) as server:
        yield server


@pytest.fixture
async def anyone(database: Database, clock: ManualClock, fake: FakePlex) -> AsyncIterator[Server]:
    """Whoever has an account at Plex gets one here."""
    async with serving(database, clock, fake.url, sign_up=True) as server:
        yield server


async def signed_in(server: Server, name: str = "anna") -> httpx2.AsyncClient:
    client = server.client()
    assert (await client.post("/auth/login", json={"name": name, "password": PASSWORD})).status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    return client


async def start(client: httpx2.AsyncClient, purpose: str = "sign_in") -> dict[str, str]:
    answer = await client.post("/auth/plex/start", json={"purpose": purpose})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


async def poll(client: httpx2.AsyncClient, started: dict[str, str]) -> httpx2.Response:
    return await client.post("/auth/plex/poll", json={"id": started["id"]})


async def link(server: Server, fake: FakePlex, name: str = "anna") -> httpx2.AsyncClient:
    client = await signed_in(server, name)
    started = await start(client, "link")
    fake.confirm(started["code"])
    assert (await poll(client, started)).status_code == 204
    return client


async def test_a_person_confirms_at_plex_and_gets_an_account(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    parts = urlsplit(started["auth_url"])
    asked = parse_qs(parts.fragment.lstrip("?"))
    assert (parts.query, asked["code"], asked["context[device][product]"]) == ("", [started["code"]], ["Matinee"])
    assert asked["forwardUrl"] == ["http://localhost/signin?plex=done"]
    pending = await poll(client, started)
    assert (pending.status_code, pending.json()["code"]) == (202, "plex_sign_in_pending")
    assert int(pending.headers["retry-after"]) == 2
    fake.confirm(started["code"])
    await anyone.clock.advance(2)
    answer = await poll(client, started)
    assert answer.status_code == 200, answer.text
    assert answer.json()["user"] | {"id": ""} == {"id": "", "name": "sam", "role": "user", "tier": "free"}
    assert (await client.get("/me")).json()["name"] == "sam"
    assert [one["provider"] for one in (await client.get("/me/identities")).json()["items"]] == ["plex"]


@ON_SQLITE
async def test_the_same_person_finds_the_same_account_again(anyone: Server, fake: FakePlex) -> None:
    ids = set()
    for name in ("sam", "a new name"):
        client = anyone.client()
        started = await start(client)
        fake.confirm(started["code"], {**SAM, "username": name})
        ids.add((await poll(client, started)).json()["user"]["id"])
    assert len(ids) == 1


@ON_SQLITE
async def test_an_equal_name_or_address_opens_nobodys_account(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    fake.confirm(started["code"], {**SAM, "username": "ANNA", "email": "anna@mail.example"})
    user = (await poll(client, started)).json()["user"]
    assert user["name"] == "ANNA 2"
    anna = await signed_in(anyone)
    assert (await anna.get("/me")).json()["id"] != user["id"]


@ON_SQLITE
async def test_where_only_members_may_an_unknown_person_stays_outside(members: Server, fake: FakePlex) -> None:
    client = members.client()
    started = await start(client)
    fake.confirm(started["code"])
    answer = await poll(client, started)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity_unknown")
    assert "matinee_session" not in client.cookies


@ON_SQLITE
async def test_a_linked_account_is_entered_with_plex(members: Server, fake: FakePlex) -> None:
    await link(members, fake)
    client = members.client()
    started = await start(client)
    fake.confirm(started["code"])
    assert (await poll(client, started)).json()["user"]["name"] == "Anna"
    [identity] = (await client.get("/me/identities")).json()["items"]
    assert (identity["label"], identity["last_used_at"] is not None) == ("sam", True)


async def test_what_is_linked_to_one_account_is_not_linked_to_another(members: Server, fake: FakePlex) -> None:
    await link(members, fake)
    boss = await signed_in(members, "boss")
    started = await start(boss, "link")
    fake.confirm(started["code"])
    answer = await poll(boss, started)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity_taken")
    assert (await boss.get("/me/identities")).json()["items"] == []


@ON_SQLITE
async def test_linking_needs_somebody_who_is_signed_in(members: Server) -> None:
    answer = await members.client().post("/auth/plex/start", json={"purpose": "link"})
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_required")


@ON_SQLITE
async def test_who_began_to_link_must_finish(members: Server, fake: FakePlex) -> None:
    """A shared computer: one begins, another signs in, and must not get the first one's identity."""
    client = await signed_in(members)
    started = await start(client, "link")
    fake.confirm(started["code"])
    await client.post("/auth/login", json={"name": "boss", "password": PASSWORD})
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    assert (await poll(client, started)).status_code == 403


@ON_SQLITE
async def test_another_browser_cannot_ask_about_a_sign_in(anyone: Server, fake: FakePlex) -> None:
    client, thief = anyone.client(), anyone.client()
    started = await start(client)
    await start(thief)
    fake.confirm(started["code"])
    stolen = await poll(thief, started)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "plex_token_expired")
    assert (await poll(client, started)).status_code == 200


async def test_a_sign_in_works_once(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    fake.confirm(started["code"])
    assert (await poll(client, started)).status_code == 200
    assert (await poll(client, started)).json()["code"] == "plex_token_expired"


@ON_SQLITE
async def test_it_ends_when_plex_says_so_or_its_time_is_over(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    first, second = await start(client), await start(client)
    fake.expire(first["code"])
    assert (await poll(client, first)).json()["code"] == "plex_token_expired"
    await anyone.clock.advance(1801)
    assert (await poll(client, second)).json()["code"] == "plex_token_expired"


@ON_SQLITE
async def test_plex_is_not_asked_more_often_than_it_likes(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    for _ in range(5):
        assert (await poll(client, started)).status_code == 202
    assert sum(count for path, count in fake.calls.items() if path.startswith("/api/v2/pins/")) == 1


@ON_SQLITE
async def test_a_disabled_account_stays_outside(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    fake.confirm(started["code"])
    await poll(client, started)
    async with anyone.database.write() as unit:
        user = await anyone.accounts.user_named(unit, "sam")
        user.disabled = True
    again = anyone.client()
    started = await start(again)
    fake.confirm(started["code"])
    assert (await poll(again, started)).json()["code"] == "account_disabled"


@ON_SQLITE
async def test_nobodys_token_is_kept(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client()
    started = await start(client)
    token = fake.confirm(started["code"])
    answer = await poll(client, started)
    assert token not in answer.text + str(answer.headers) + str(client.cookies)
    assert all(asked.query.get("X-Plex-Token") is None for asked in fake.asked)


@ON_SQLITE
@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (over_limit("20"), 202, "plex_sign_in_pending"),
        (over_limit(), 202, "plex_sign_in_pending"),
    ],
)
async def test_too_many_questions_are_asked_again_later(
    anyone: Server, fake: FakePlex, fault: Answer, status: int, code: str
) -> None:
    client = anyone.client()
    started = await start(client)
    number = next(iter(fake.pins))
    fake.instead[f"/api/v2/pins/{number}"] = fault
    answer = await poll(client, started)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert int(answer.headers["retry-after"]) >= 1


@ON_SQLITE
@pytest.mark.parametrize(
    "fault",
    [
        Reset(),
        Garbage(),
        Answer(500),
        Answer(200, {"Content-Type": "text/html"}, b"<html>"),
        Answer(200, body=b'{"id": "no number"}'),
        Answer(401, body=b"{}"),
    ],
    ids=repr,
)
async def test_a_broken_plex_is_said_so(database: Database, clock: ManualClock, fake: FakePlex, fault: Answer) -> None:
    with FaultProxy(fake.port) as faults:
        async with serving(database, clock, faults.url, sign_up=True) as server:
            faults.fault = fault
            answer = await server.client().post("/auth/plex/start", json={})
            assert (answer.status_code, answer.json()["code"]) == (503, "upstream_unavailable")
            assert "retry_after" in answer.json()
            faults.fault = None
            assert (await server.client().post("/auth/plex/start", json={})).status_code == 200


@ON_SQLITE
async def test_without_the_setting_there_is_no_plex(server: Server) -> None:
    assert (await server.client().post("/auth/plex/start", json={})).status_code == 404
    kinds = [one["kind"] for one in (await server.client().get("/auth/providers")).json()["items"]]
    assert kinds == ["password", "device"]


@ON_SQLITE
async def test_one_address_begins_so_many_sign_ins_and_no_more(anyone: Server, fake: FakePlex) -> None:
    client = anyone.client("10.0.0.5")
    states = [(await client.post("/auth/plex/start", json={})).status_code for _ in range(61)]
    assert (set(states[:60]), states[60]) == ({200}, 429)
    assert fake.calls["/api/v2/pins"] == 60
    assert (await anyone.client("10.0.1.5").post("/auth/plex/start", json={})).status_code == 200


@ON_SQLITE
async def test_a_refused_sign_in_is_written_down(members: Server, fake: FakePlex) -> None:
    client = members.client("10.0.0.5")
    started = await start(client)
    fake.confirm(started["code"])
    assert (await poll(client, started)).status_code == 403
    await members.container.get(AuditLog).flush()
    boss = await signed_in(members, "boss")
    [entry] = (await boss.get("/admin/audit", params={"outcome": "failure"})).json()["items"]
    assert (entry["event"], entry["address"], entry["detail"]) == (
        "sign_in",
        "10.0.0.5",
        {"method": "plex", "reason": "identity_unknown"},
    )


@ON_SQLITE
async def test_linking_is_written_down(members: Server, fake: FakePlex) -> None:
    anna = await link(members, fake)
    [identity] = (await anna.get("/me/identities")).json()["items"]
    assert (await anna.delete(f"/me/identities/{identity['id']}")).status_code == 204
    boss = await signed_in(members, "boss")
    events = [one["event"] for one in (await boss.get("/admin/audit")).json()["items"]]
    assert [event for event in events if event.startswith("identity")] == ["identity_unlinked", "identity_linked"]


@ON_SQLITE
async def test_a_key_cannot_finish_what_its_owner_began(members: Server, fake: FakePlex) -> None:
    anna = await signed_in(members)
    started = await start(anna, "link")
    fake.confirm(started["code"])
    key = (await anna.post("/me/api-keys", json={"name": "k", "scopes": ["catalog:read"]})).json()["key"]
    del anna.headers["X-CSRF-Token"]
    answer = await anna.post("/auth/plex/poll", json={"id": started["id"]}, headers={"X-Api-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await anna.get("/me/identities")).json()["items"] == []
