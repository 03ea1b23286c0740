"""What ends in one process ends in the others, before their memory of it is over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import anyio
import anyio.lowlevel
import httpx2
import pytest

from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.revocations import announcing
from matinee.infra.clock import ManualClock
from matinee.infra.database import Database
from tests.integration.accounts.conftest import OPTIONS, PASSWORD, Server, build

pytestmark = pytest.mark.anyio


class Line:
    """A bus between servers in one process: what one publishes the others hear."""

    def __init__(self) -> None:
        self.ends: list[End] = []

    def end(self) -> End:
        made = End(self)
        self.ends.append(made)
        return made


class End:
    def __init__(self, line: Line) -> None:
        self.line = line
        self.handlers: defaultdict[str, list[Callable[[bytes], None]]] = defaultdict(list)
        self.lost: list[Callable[[], None]] = []

    async def publish(self, topic: str, message: bytes) -> None:
        for other in self.line.ends:
            if other is not self:
                for handler in other.handlers[topic]:
                    handler(message)

    def subscribe(self, topic: str, handler: Callable[[bytes], None]) -> None:
        self.handlers[topic].append(handler)

    def on_lost(self, handler: Callable[[], None]) -> None:
        self.lost.append(handler)


@pytest.fixture
async def pair(database: Database, clock: ManualClock) -> AsyncIterator[tuple[Server, Server, Line]]:
    """Two processes of one installation, with the administrator `boss` and the user `anna`."""
    line = Line()
    servers = [build(database, clock, OPTIONS, line.end()) for _ in range(2)]
    await servers[0].accounts.add_user("boss", PASSWORD, "admin")
    await servers[0].accounts.add_user("Anna", PASSWORD)
    async with AsyncExitStack() as stack:
        for server in servers:
            await stack.enter_async_context(announcing(server.container))
        yield servers[0], servers[1], line
    for server in servers:
        server.container.get(Passwords).close()


async def signed_in(server: Server, name: str = "anna") -> httpx2.AsyncClient:
    client = server.client()
    assert (await client.post("/auth/login", json={"name": name, "password": PASSWORD})).status_code == 200
    client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
    return client


async def until_refused(client: httpx2.AsyncClient, path: str = "/me") -> httpx2.Response:
    """The first refusal; the message needs a turn of the loop or two, and no time passes on the servers' clock."""
    with anyio.fail_after(5):
        while (answer := await client.get(path)).status_code == 200:
            await anyio.lowlevel.checkpoint()
    return answer


async def test_a_deleted_key_is_refused_by_the_other_process(pair: tuple[Server, Server, Line]) -> None:
    first, second, _ = pair
    anna = await signed_in(first)
    key = (await anna.post("/me/api-keys", json={"name": "tv", "scopes": ["playback"]})).json()
    elsewhere = second.client(**{"X-Api-Key": key["key"]})
    assert (await elsewhere.get("/probe/playback")).status_code == 200
    await anna.delete(f"/me/api-keys/{key['id']}")
    assert (await until_refused(elsewhere, "/probe/playback")).json()["code"] == "api_key_invalid"


async def test_a_session_and_its_tokens_end_everywhere(pair: tuple[Server, Server, Line]) -> None:
    first, second, _ = pair
    anna = await signed_in(first)
    tokens = (await anna.post("/auth/login", json={"name": "anna", "password": PASSWORD})).json()
    anna.headers["X-CSRF-Token"] = anna.cookies["matinee_csrf"]
    elsewhere = second.client(Authorization=f"Bearer {tokens['access_token']}")
    assert (await elsewhere.get("/me")).status_code == 200
    assert (await anna.post("/auth/logout")).status_code in {200, 204}
    assert (await until_refused(elsewhere)).json()["code"] == "token_revoked"


async def test_after_lost_messages_every_credential_is_looked_up_anew(pair: tuple[Server, Server, Line]) -> None:
    first, second, line = pair
    anna = await signed_in(first)
    key = (await anna.post("/me/api-keys", json={"name": "tv", "scopes": ["playback"]})).json()
    elsewhere = second.client(**{"X-Api-Key": key["key"]})
    assert (await elsewhere.get("/probe/playback")).status_code == 200
    line.ends[1].handlers.clear()  # cut off
    await anna.delete(f"/me/api-keys/{key['id']}")
    assert (await elsewhere.get("/probe/playback")).status_code == 200
    for handler in line.ends[1].lost:
        handler()
    assert (await elsewhere.get("/probe/playback")).status_code == 401


async def test_a_message_that_is_none_is_ignored(pair: tuple[Server, Server, Line]) -> None:
    first, second, line = pair
    anna = await signed_in(second)
    await line.ends[0].publish("accounts.revoked", b"nonsense")
    assert (await anna.get("/me")).status_code == 200
    assert first is not second
