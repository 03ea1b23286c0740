"""Signing in with an OpenID Connect provider: there and back, linking, roles, and the end of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy import text

from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.housekeeping import Housekeeping
from matinee.features.accounts.passwords import Passwords
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from matinee.ports.identity import SignInProviders
from tests.integration.accounts.conftest import OPTIONS, PASSWORD, Server, build
from tests.integration.accounts.other_ways import come_back, go_there, oidc_at, there_and_back
from tests.servers.fake_http import Answered
from tests.servers.fake_oidc import FakeOidc

pytestmark = pytest.mark.anyio
ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def fake() -> Iterator[FakeOidc]:
    with FakeOidc(person="ada", kind="ES256") as found:
        yield found


@asynccontextmanager
async def serving(database: Database, clock: ManualClock, fake: FakeOidc, **more: Any) -> AsyncIterator[Server]:
    async with oidc_at(fake, clock, **more) as provider:
        server = build(database, clock, OPTIONS, providers=SignInProviders(redirects=(provider,)))
        await server.accounts.add_user("boss", PASSWORD, "admin")
        await server.accounts.add_user("Ada", PASSWORD)
        yield server
        server.container.get(Passwords).close()


@pytest.fixture
async def open_house(database: Database, clock: ManualClock, fake: FakeOidc) -> AsyncIterator[Server]:
    """Unknown people get an account, and roles follow their groups."""
    rules = {"role_claim": "groups", "admin_values": frozenset({"admins"})}
    async with serving(database, clock, fake, sign_up=True, **rules) as server:
        yield server


@pytest.fixture
async def closed_house(database: Database, clock: ManualClock, fake: FakeOidc) -> AsyncIterator[Server]:
    """Only linked accounts get in; roles are ours."""
    async with serving(database, clock, fake) as server:
        yield server


async def signed_in(server: Server, name: str = "ada") -> httpx2.AsyncClient:
    client = server.client()
    assert (await client.post("/auth/login", json={"name": name, "password": PASSWORD})).status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    return client


async def bye(server: Server, token: str) -> httpx2.Response:
    """The provider tells the server of an end."""
    return await server.client().post("/auth/oidc/backchannel-logout", content=urlencode({"logout_token": token}), headers=FORM)


async def test_there_and_back_again(open_house: Server) -> None:
    client = open_house.client()
    answer = await there_and_back(client, return_to="/movies?sort=new#top")
    assert (answer.status_code, answer.headers["location"]) == (303, "/movies?sort=new#top")
    cookies = {line.split("=", 1)[0]: line for line in answer.headers.get_list("set-cookie")}
    assert "HttpOnly" in cookies["matinee_session"]
    me = (await client.get("/me")).json()
    assert (me["name"], me["role"], me["tier"]) == ("ada 2", "admin", "premium")
    assert (await client.get("/me/identities")).json()["items"][0] | {"id": "", "linked_at": "", "last_used_at": ""} == {
        "id": "", "provider": "home", "label": "ada@mail.example", "linked_at": "", "last_used_at": "",
    }  # fmt: skip


async def test_an_answer_counts_once_and_in_the_browser_that_asked(open_house: Server) -> None:
    client, thief = open_house.client(), open_house.client()
    address = await go_there(client)
    await go_there(thief)
    stolen = await come_back(thief, address)
    assert stolen.headers["location"] == "/signin?problem=oidc_failed"
    assert "matinee_session" not in thief.cookies
    assert (await come_back(client, address)).headers["location"] == "/"
    assert (await come_back(client, address)).headers["location"] == "/signin?problem=oidc_failed"


@ON_SQLITE
async def test_an_old_answer_counts_for_nothing(open_house: Server) -> None:
    client = open_house.client()
    address = await go_there(client)
    await open_house.clock.advance(601)
    assert (await come_back(client, address)).headers["location"] == "/signin?problem=oidc_failed"


@ON_SQLITE
async def test_a_refusal_of_the_provider_is_told_on_our_page(open_house: Server, fake: FakeOidc) -> None:
    fake.person = "nobody"
    answer = await there_and_back(open_house.client(), return_to="/movies")
    assert answer.headers["location"] == "/signin?problem=oidc_failed"


@ON_SQLITE
async def test_a_forged_token_gets_nobody_in(open_house: Server, fake: FakeOidc) -> None:
    fake.sign = "stranger"
    client = open_house.client()
    assert (await there_and_back(client)).headers["location"] == "/signin?problem=oidc_failed"
    assert "matinee_session" not in client.cookies


@ON_SQLITE
async def test_an_equal_name_or_address_opens_nobodys_account(closed_house: Server) -> None:
    answer = await there_and_back(closed_house.client())
    assert answer.headers["location"] == "/signin?problem=identity_unknown"


@ON_SQLITE
async def test_linking_opens_the_account_from_then_on(closed_house: Server) -> None:
    ada = await signed_in(closed_house)
    answer = await there_and_back(ada, purpose="link", return_to="/account")
    assert answer.headers["location"] == "/account"
    client = closed_house.client()
    await there_and_back(client)
    assert (await client.get("/me")).json()["name"] == "Ada"


async def test_what_belongs_to_another_account_is_not_linked(closed_house: Server) -> None:
    await there_and_back(await signed_in(closed_house), purpose="link")
    boss = await signed_in(closed_house, "boss")
    answer = await there_and_back(boss, purpose="link", return_to="/account?tab=2#x")
    assert answer.headers["location"] == "/account?tab=2&problem=identity_taken#x"
    assert (await boss.get("/me/identities")).json()["items"] == []


@ON_SQLITE
async def test_only_a_page_of_ours_may_begin_to_link(closed_house: Server) -> None:
    ada = await signed_in(closed_house)
    query = {"provider": "home", "purpose": "link"}
    for site in ("cross-site", "same-site", "none"):
        answer = await ada.get("/auth/oidc/start", params=query, headers={"sec-fetch-site": site})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = await ada.get("/auth/oidc/start", params=query, headers={"referer": "https://evil.example/"})
    assert answer.status_code == 403
    assert (await closed_house.client().get("/auth/oidc/start", params=query)).status_code == 401
    key = (await ada.post("/me/api-keys", json={"name": "k", "scopes": ["catalog:read"]})).json()["key"]
    assert (await closed_house.client().get("/auth/oidc/start", params=query, headers={"X-Api-Key": key})).status_code == 403


@ON_SQLITE
async def test_who_began_to_link_must_finish(closed_house: Server) -> None:
    client = await signed_in(closed_house)
    address = await go_there(client, purpose="link")
    await client.post("/auth/login", json={"name": "boss", "password": PASSWORD})
    assert (await come_back(client, address)).headers["location"] == "/?problem=forbidden"
    assert (await client.get("/me/identities")).json()["items"] == []


@ON_SQLITE
@pytest.mark.parametrize(
    "place",
    ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/\t/evil.example", "/%0a", "\\\\evil", "", "/" * 1001],
)
async def test_the_way_back_stays_on_this_server(closed_house: Server, place: str) -> None:
    place = "/\n" if place == "/%0a" else place
    answer = await closed_house.client().get("/auth/oidc/start", params={"provider": "home", "return_to": place})
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")


async def test_roles_follow_the_provider_at_each_sign_in(open_house: Server, fake: FakeOidc) -> None:
    fake.person = "ben"
    client = open_house.client()
    await there_and_back(client)
    assert (await client.get("/me")).json()["role"] == "user"
    fake.people["ben"]["groups"] = ["admins"]
    await open_house.clock.advance(1)
    again = open_house.client()
    await there_and_back(again)
    assert (await again.get("/me")).json()["role"] == "admin"
    assert (await client.get("/me")).json()["role"] == "admin"
    del fake.people["ben"]["groups"]
    await open_house.clock.advance(1)
    await there_and_back(again)
    assert (await again.get("/me")).json()["role"] == "user"


async def test_the_last_administrator_stays_one(open_house: Server, fake: FakeOidc) -> None:
    client = open_house.client()
    await there_and_back(client)
    async with open_house.database.write() as unit:
        (await open_house.accounts.user_named(unit, "boss")).disabled = True
    fake.people["ada"]["groups"] = []
    await open_house.clock.advance(1)
    await there_and_back(client)
    assert (await client.get("/me")).json()["role"] == "admin"


@ON_SQLITE
async def test_a_disabled_account_stays_outside(open_house: Server) -> None:
    await there_and_back(open_house.client())
    async with open_house.database.write() as unit:
        (await open_house.accounts.user_named(unit, "ada 2")).disabled = True
    answer = await there_and_back(open_house.client())
    assert answer.headers["location"] == "/signin?problem=account_disabled"


@ON_SQLITE
async def test_the_provider_ends_all_sign_ins_of_a_person(open_house: Server, fake: FakeOidc) -> None:
    first, second, other = open_house.client(), open_house.client(), open_house.client()
    await there_and_back(first)
    await there_and_back(second)
    fake.person = "ben"
    await there_and_back(other)
    by_password = await signed_in(open_house, "boss")
    answer = await bye(open_house, fake.logout_token("u-ada"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    states = [(await client.get("/me")).status_code for client in (first, second, other, by_password)]
    assert states == [401, 401, 200, 200]


async def test_the_provider_ends_one_sign_in(open_house: Server, fake: FakeOidc) -> None:
    first, second = open_house.client(), open_house.client()
    address = await go_there(first)
    [sid] = [code.sid for code in fake.codes.values()]
    await come_back(first, address)
    await there_and_back(second)
    assert (await bye(open_house, fake.logout_token(sid=sid))).status_code == 200
    assert [(await client.get("/me")).status_code for client in (first, second)] == [401, 200]


async def test_a_logout_token_counts_once(open_house: Server, fake: FakeOidc) -> None:
    token = fake.logout_token("u-ada")
    assert (await bye(open_house, token)).status_code == 200
    await there_and_back(client := open_house.client())
    answer = await bye(open_house, token)
    assert (answer.status_code, answer.json()["code"]) == (400, "logout_token_invalid")
    assert (await client.get("/me")).status_code == 200


@ON_SQLITE
async def test_what_is_no_logout_token_ends_nothing(open_house: Server, fake: FakeOidc) -> None:
    await there_and_back(client := open_house.client())
    fake.sign = "stranger"
    for token in (fake.logout_token("u-ada"), "noise", ""):
        answer = await bye(open_house, token)
        assert (answer.status_code, answer.json()["code"]) == (400, "logout_token_invalid")
    twice = await open_house.client().post("/auth/oidc/backchannel-logout", content="logout_token=a&logout_token=b", headers=FORM)
    assert twice.status_code == 400
    as_json = await open_house.client().post("/auth/oidc/backchannel-logout", json={"logout_token": "x"})
    assert as_json.status_code == 415
    assert (await client.get("/me")).status_code == 200


@ON_SQLITE
async def test_signing_out_shows_the_way_out_at_the_provider(open_house: Server) -> None:
    client = open_house.client()
    await there_and_back(client)
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    answer = await client.post("/auth/oidc/logout")
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Fsignin" in answer.json()["redirect_to"]
    assert (await client.get("/me")).status_code == 401
    by_password = await signed_in(open_house, "boss")
    assert (await by_password.post("/auth/oidc/logout")).json() == {"redirect_to": None}


async def test_the_only_way_in_is_not_taken_away(open_house: Server) -> None:
    client = open_house.client()
    await there_and_back(client)
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    [identity] = (await client.get("/me/identities")).json()["items"]
    answer = await client.delete(f"/me/identities/{identity['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@ON_SQLITE
async def test_an_identity_is_unlinked_by_its_owner_alone(closed_house: Server) -> None:
    ada, boss = await signed_in(closed_house), await signed_in(closed_house, "boss")
    await there_and_back(ada, purpose="link")
    [identity] = (await ada.get("/me/identities")).json()["items"]
    assert (await boss.delete(f"/me/identities/{identity['id']}")).status_code == 404
    assert (await ada.delete(f"/me/identities/{identity['id']}")).status_code == 204
    assert (await ada.get("/me/identities")).json()["items"] == []
    answer = await there_and_back(closed_house.client())
    assert answer.headers["location"] == "/signin?problem=identity_unknown"


@ON_SQLITE
async def test_the_providers_are_listed(closed_house: Server) -> None:
    items = (await closed_house.client().get("/auth/providers")).json()["items"]
    assert {"id": "home", "kind": "oidc", "label": "Home"} in items
    unknown = await closed_house.client().get("/auth/oidc/start", params={"provider": "other"})
    assert unknown.status_code == 404


@ON_SQLITE
async def test_none_of_what_binds_a_sign_in_is_in_the_database(open_house: Server, fake: FakeOidc) -> None:
    client = open_house.client()
    await go_there(client)
    [asked] = [code.asked for code in fake.codes.values()]
    async with open_house.database.read() as unit:
        stored = str((await unit.session.execute(text("SELECT * FROM sign_in_attempt"))).all())
    assert stored
    assert not [value for name in ("state", "nonce", "code_challenge") if (value := asked[name]) in stored]
    assert client.cookies["matinee_sign_in"] not in stored


async def test_what_was_never_finished_is_deleted(open_house: Server, fake: FakeOidc) -> None:
    await go_there(open_house.client())
    assert (await bye(open_house, fake.logout_token("u-ada"))).status_code == 200
    await open_house.clock.advance(601)
    await go_there(open_house.client())
    await open_house.container.get(Housekeeping).delete_ended()
    async with open_house.database.read() as unit:
        counts = [await unit.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("sign_in_attempt", "used_token")]
    assert counts == [1, 0]


@ON_SQLITE
async def test_a_provider_that_does_not_answer_is_told_on_our_page(closed_house: Server, fake: FakeOidc) -> None:
    fake.instead["/realms/home/.well-known/openid-configuration"] = Answered(503)
    answer = await closed_house.client().get("/auth/oidc/start", params={"provider": "home"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?problem=upstream_unavailable")
    await closed_house.container.get(AuditLog).flush()
    boss = await signed_in(closed_house, "boss")
    assert (await boss.get("/admin/audit", params={"outcome": "failure"})).json()["items"] == []


@ON_SQLITE
async def test_a_refused_sign_in_is_written_down(closed_house: Server) -> None:
    await there_and_back(closed_house.client("10.0.0.5"))
    await closed_house.container.get(AuditLog).flush()
    boss = await signed_in(closed_house, "boss")
    [entry] = (await boss.get("/admin/audit", params={"outcome": "failure"})).json()["items"]
    assert (entry["event"], entry["address"], entry["detail"]["reason"]) == ("sign_in", "10.0.0.5", "identity_unknown")
