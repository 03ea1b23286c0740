"""The first start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from matinee.features.accounts.events import SetupCompleted
from matinee.infra.errors import Conflict
from matinee.infra.feature import EventBus
from tests.integration.accounts.conftest import PASSWORD, Server

pytestmark = pytest.mark.anyio
ADMIN = {"name": "boss", "password": PASSWORD}


async def test_a_near_caller_becomes_the_administrator_and_is_signed_in(server: Server, tmp_path: Path) -> None:
    client = server.client()
    state = (await client.get("/setup")).json()
    assert state == {
        "needs_admin": True,
        "needs_token": False,
        "demo": True,
        "folders": ["/films"],
        "version": "9.9",
        "catalog_access": "members",
    }
    answer = await client.post("/setup", json={**ADMIN, "library_path": str(tmp_path), "demo": True})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["user"]["role"] == "admin"
    assert body["expires_in"] == 900
    assert (await client.get("/me")).json()["name"] == "boss"
    [event] = server.setups
    assert (event.user_id, event.library_path, event.demo) == (body["user"]["id"], str(tmp_path), True)


async def test_it_works_once(server: Server) -> None:
    client = server.client()
    await client.post("/setup", json=ADMIN)
    again = await server.client().post("/setup", json={"name": "second", "password": PASSWORD})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    state = (await server.client().get("/setup")).json()
    assert (state["needs_admin"], state["needs_token"], state["folders"]) == (False, False, [])
    assert await server.first_start.token() is None


async def test_of_two_racing_set_ups_one_wins(server: Server) -> None:
    answers = await asyncio.gather(
        *(server.client().post("/setup", json={"name": f"boss{n}", "password": PASSWORD}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len(server.setups) == 1


@pytest.mark.parametrize("header", [{}, {"X-Forwarded-For": "127.0.0.1"}])
async def test_from_elsewhere_it_takes_the_printed_token(server: Server, header: dict[str, str]) -> None:
    token = await server.first_start.token()
    far = server.client("127.0.0.1" if header else "8.8.8.8", **header)
    state = (await far.get("/setup")).json()
    assert (state["needs_admin"], state["needs_token"], state["folders"]) == (True, True, [])
    for wrong in ({}, {"token": "nonsense"}):
        answer = await far.post("/setup", json={**ADMIN, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await far.post("/setup", json={**ADMIN, "token": token})).status_code == 201


async def test_every_start_may_print_a_token_and_they_end(server: Server) -> None:
    first, second = await server.first_start.token(), await server.first_start.token()
    assert first != second
    await server.clock.advance(7 * 86400 + 1)
    fresh = await server.first_start.token()
    far = server.client("8.8.8.8")
    for old in (first, second):
        assert (await far.post("/setup", json={**ADMIN, "token": old})).status_code == 403
    assert (await far.post("/setup", json={**ADMIN, "token": fresh})).status_code == 201


async def test_bad_values_leave_the_server_without_an_administrator(server: Server, tmp_path: Path) -> None:
    client = server.client()
    for body, location in (
        ({"name": "boss", "password": "boss"}, "body.password"),
        ({"name": "bo\u202ess", "password": PASSWORD}, "body.name"),
        ({**ADMIN, "library_path": str(tmp_path / "nowhere")}, "body.library_path"),
        ({"name": "boss"}, "body.password"),
        ({**ADMIN, "role": "admin"}, "body.role"),
    ):
        answer = await client.post("/setup", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed")
        assert [problem["location"] for problem in answer.json()["errors"]] == [location]
        assert PASSWORD not in answer.text
    assert (await client.get("/setup")).json()["needs_admin"]
    assert server.setups == []


async def test_a_folder_that_cannot_be_added_does_not_undo_the_set_up(server: Server) -> None:
    async def fail(event: SetupCompleted) -> None:
        raise Conflict("The folder is in use.")

    server.container.get(EventBus).subscribe(SetupCompleted, fail)
    client = server.client()
    assert (await client.post("/setup", json=ADMIN)).status_code == 201
    assert (await client.get("/me")).json()["role"] == "admin"


async def test_a_headless_start_makes_the_administrator_of_the_settings_once(server: Server) -> None:
    assert await server.first_start.ensure_admin("boss", PASSWORD)
    assert not await server.first_start.ensure_admin("other", PASSWORD)
    answer = await server.client().post("/auth/login", json=ADMIN)
    assert answer.json()["user"]["role"] == "admin"
    assert not (await server.client().get("/setup")).json()["needs_admin"]
