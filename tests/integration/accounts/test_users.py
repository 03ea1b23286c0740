"""Adding and changing accounts, and the commands for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from matinee.features.accounts.commands import commands
from matinee.features.accounts.people import Changes, People
from matinee.infra.errors import Conflict, NotFound
from matinee.infra.feature import Container
from matinee.infra.ids import UserId
from tests.integration.accounts.conftest import PASSWORD, Server

pytestmark = pytest.mark.anyio
NEW = "seven sleepers"


async def signs_in(server: Server, name: str, password: str) -> bool:
    answer = await server.client().post("/auth/login", json={"name": name, "password": password})
    return answer.status_code == 200


async def test_names_are_unique_without_case(ready: Server) -> None:
    with pytest.raises(Conflict):
        await ready.accounts.add_user("ANNA", PASSWORD)


async def test_the_last_administrator_stays(ready: Server) -> None:
    async with ready.database.read() as unit:
        boss = UserId((await ready.accounts.user_named(unit, "boss")).id)
    with pytest.raises(Conflict):
        async with ready.database.write() as unit:
            await ready.container.get(People).change(unit, boss, Changes(disabled=True), None, None)
    await ready.accounts.add_user("second", PASSWORD, "admin")
    async with ready.database.write() as unit:
        await ready.container.get(People).change(unit, boss, Changes(disabled=True), None, None)
    assert not await signs_in(ready, "boss", PASSWORD)


async def test_unknown_people(ready: Server) -> None:
    async with ready.database.read() as unit:
        with pytest.raises(NotFound):
            await ready.accounts.user_named(unit, "nobody")
        with pytest.raises(NotFound):
            await ready.accounts.user(unit, UserId("nobody"))


async def test_the_commands(ready: Server) -> None:
    loop = asyncio.get_running_loop()

    def run(action: Callable[[Container], Awaitable[Any]]) -> Any:
        return asyncio.run_coroutine_threadsafe(_as_coroutine(action, ready.container), loop).result(30)

    async def matinee(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, commands, ["user", *arguments], obj=run)
        return result.exit_code, result.output

    assert (await matinee("add", "ben", "--password", NEW))[0] == 0
    assert await signs_in(ready, "ben", NEW)
    code, output = await matinee("add", "ben", "--password", NEW)
    assert code == 1
    assert "taken" in output
    assert (await matinee("add", "carl", "--password", "carl"))[0] == 1
    for name in ("be\u202en", "be\x07n", "\u200b", "x" * 65):
        code, output = await matinee("add", name, "--password", NEW)
        assert (code, output.startswith("The name cannot be used: ")) == (1, True), name
    assert await matinee("add", " <i>dora</i>  two ", "--password", NEW) == (0, "dora two can sign in now.\n")
    code, output = await matinee("list")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()[1:]] == ["Anna", "ben", "boss", "dora"]
    assert (await matinee("password", "ben", "--password", PASSWORD))[0] == 0
    assert await signs_in(ready, "ben", PASSWORD)
    assert (await matinee("disable", "ben"))[0] == 0
    assert not await signs_in(ready, "ben", PASSWORD)
    assert (await matinee("disable", "ben", "--undo"))[0] == 0
    assert await signs_in(ready, "ben", PASSWORD)
    assert (await matinee("disable", "nobody"))[0] == 1
    assert (await matinee("disable", "ben"))[0] == 0
    assert (await matinee("enable", "ben"))[0] == 0
    assert await signs_in(ready, "ben", PASSWORD)
    assert await matinee("sign-out", "ben") == (0, "ben is signed out of 1 devices.\n")
    assert (await matinee("tier", "ben", "premium"))[0] == 0
    assert (await matinee("role", "ben", "admin"))[0] == 0
    assert (await matinee("role", "ben", "king"))[0] == 2
    for name in ("boss", "ben"):
        code, output = await matinee("role", name, "user")
    assert (code, "last working administrator" in output) == (1, True)
    code, output = await matinee("reset-link", "ben")
    token = output.splitlines()[0].removeprefix("/reset#token=")
    reset = await ready.client().post("/auth/password-reset", json={"token": token, "password": "another dozen"})
    assert reset.status_code == 204
    assert await signs_in(ready, "ben", "another dozen")
    shown = await asyncio.to_thread(CliRunner().invoke, commands, ["audit", "--event", "role_changed"], obj=run)
    assert (shown.exit_code, shown.output.count("role_changed")) == (0, 2)


async def _as_coroutine(action: Callable[[Container], Awaitable[Any]], container: Container) -> Any:
    return await action(container)
