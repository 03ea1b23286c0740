"""Server-sent events and the WebSocket, as a client sees them: the application is called directly, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from matinee.features.library.events import LibraryChanged
from matinee.features.notifications.feature import build
from matinee.features.notifications.routes import router
from matinee.infra.errors import AuthenticationRequired
from matinee.infra.feature import Container, EventBus
from matinee.infra.http.app import build_api
from matinee.infra.http.caller import ALL_SCOPES, USER_SCOPES, Authenticator, Caller
from matinee.infra.http.edge.server import Shutdown
from matinee.infra.ids import UserId
from matinee.infra.jobs.definitions import JobContext, JobDefinition, Jobs
from matinee.infra.jobs.immediate import ImmediateJobs
from matinee.infra.observability.metrics import Metrics

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(20)]
ADMIN = Caller(UserId("1"), "ann", "admin", "free", ALL_SCOPES, "cookie", "c")
USER = Caller(UserId("2"), "ben", "user", "free", USER_SCOPES, "token", "t")


class Doorman:
    """Knows the two callers by a word in the header `authorization` or in a cookie."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        if cookies.get("matinee_session") == "ann":
            return ADMIN
        known = {"": None, "Bearer ben": USER}
        if (word := headers.get("authorization", "")) not in known:
            raise AuthenticationRequired("who?")
        return known[word]


class Connection:
    """One request to the application, answered message by message."""

    def __init__(self, app: Any, scope: dict[str, Any]) -> None:
        base = {"headers": [], "query_string": b"", "root_path": "", "scheme": "http", "server": ("test", 80), "client": ("c", 1)}
        self._scope = {**base, "path": scope["path"], "raw_path": scope["path"].encode(), "http_version": "1.1", **scope}
        self._app = app
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(self, **message: Any) -> None:
        self._to_app.put_nowait(message)

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.from_app.get(), 5)

    async def message(self) -> Any:
        """The next message, whichever way it came."""
        while True:
            raw = await self.next()
            if raw["type"] == "websocket.send":
                return json.loads(raw["text"])
            if raw["type"] == "http.response.body" and raw["body"].startswith(b"data: "):
                (only,) = raw["body"].decode().strip().split("\n\n")
                return json.loads(only.removeprefix("data: "))

    async def run(self) -> None:
        await self._app(self._scope, self._to_app.get, self.from_app.put)


class Stand:
    def __init__(self) -> None:
        self.jobs = ImmediateJobs(JobDefinition("library.scan", "Scan the library", scan), hold=True)
        self.events, self.shutdown = EventBus(), Shutdown()
        self.container = Container()
        self.container.add(Metrics, Metrics())
        self.container.add(EventBus, self.events)
        self.container.add(Shutdown, self.shutdown)
        self.container.add(Jobs, self.jobs)  # type: ignore[type-abstract]  # a key
        self.container.add(Authenticator, Doorman())  # type: ignore[type-abstract]  # a key
        build(self.container)
        self.app = build_api(self.container, [router], lifespan=nothing)

    async def connected(self) -> None:
        """Wait until the hub has a client."""
        registry = self.container.get(Metrics).registry
        while not registry.get_sample_value("matinee_realtime_clients"):
            await asyncio.sleep(0)

    @asynccontextmanager
    async def connect(self, path: str, kind: str = "http", **scope: Any) -> AsyncIterator[Connection]:
        method = {"method": "GET"} if kind == "http" else {"subprotocols": [], "extensions": {"websocket.http.response": {}}}
        connection = Connection(self.app, {"type": kind, "path": path, **method, **scope})
        connection.tell(type="http.request" if kind == "http" else "websocket.connect", body=b"", more_body=False)
        async with asyncio.TaskGroup() as group:
            running = group.create_task(connection.run())
            try:
                yield connection
                connection.tell(type="http.disconnect" if kind == "http" else "websocket.disconnect", code=1000)
                await asyncio.wait_for(running, 5)
            finally:
                running.cancel()


async def scan(context: JobContext) -> dict[str, Any]:
    await context.progress(1, 2, "a.mkv")
    return {"added": 3}


@asynccontextmanager
async def nothing() -> AsyncIterator[None]:
    yield


@pytest.fixture
def stand() -> Stand:
    return Stand()


def headers(**named: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]


ANN, BEN = headers(cookie="matinee_session=ann", host="test"), headers(authorization="Bearer ben")
EVENTS, SOCKET = "/api/v1/events", "/api/v1/realtime"


@pytest.mark.parametrize(("path", "kind"), [(EVENTS, "http"), (SOCKET, "websocket")])
async def test_an_administrator_gets_the_active_jobs_and_then_every_change(stand: Stand, path: str, kind: str) -> None:
    waiting = await stand.jobs.enqueue("library.scan")
    async with stand.connect(path, kind, headers=ANN) as client:
        first = await client.message()
        assert (first["type"], first["data"]["id"], first["data"]["state"]) == ("job", waiting, "queued")
        await stand.jobs.run(waiting)
        last = (await client.message())["data"]
        assert {"state": "succeeded", "progress": 1.0, "result": {"added": 3}}.items() <= last.items()


@pytest.mark.parametrize(("path", "kind"), [(EVENTS, "http"), (SOCKET, "websocket")])
async def test_others_hear_of_the_library_and_not_of_jobs(stand: Stand, path: str, kind: str) -> None:
    waiting = await stand.jobs.enqueue("library.scan")
    async with stand.connect(path, kind, headers=BEN) as client:
        await stand.connected()
        await stand.jobs.run(waiting)
        await stand.events.publish(LibraryChanged(added=2))
        assert await client.message() == {"type": "library", "data": {"added": 2, "updated": 0, "removed": 0}}


async def test_the_stream_ends_when_the_server_stops(stand: Stand) -> None:
    async with stand.connect(EVENTS, headers=BEN) as client:
        start = await client.next()
        assert dict(start["headers"])[b"content-type"].startswith(b"text/event-stream")
        stand.shutdown.event.set()
        while (last := await client.next())["more_body"]:
            pass
        assert last["body"] == b""


async def test_the_socket_is_closed_with_1012_when_the_server_stops(stand: Stand) -> None:
    async with stand.connect(SOCKET, "websocket", headers=BEN) as client:
        assert (await client.next())["type"] == "websocket.accept"
        stand.shutdown.event.set()
        closed = await client.next()
        assert (closed["type"], closed["code"]) == ("websocket.close", 1012)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (headers(), 401),
        (headers(authorization="Bearer stranger"), 401),
        (headers(cookie="matinee_session=ann", host="test", origin="http://evil.example"), 403),
    ],
)
async def test_the_socket_refuses_strangers_and_pages_of_other_sites(
    stand: Stand, given: list[tuple[bytes, bytes]], status: int
) -> None:
    async with stand.connect(SOCKET, "websocket", headers=given) as client:
        refusal = await client.next()
        assert (refusal["type"], refusal["status"]) == ("websocket.http.response.start", status)
        assert dict(refusal["headers"])[b"content-type"] == b"application/problem+json"


async def test_the_socket_takes_a_token_as_subprotocol(stand: Stand) -> None:
    async with stand.connect(SOCKET, "websocket", subprotocols=["matinee", "bearer.ben"]) as client:
        accepted = await client.next()
        assert (accepted["type"], accepted["subprotocol"]) == ("websocket.accept", "matinee")


async def test_the_socket_answers_a_ping_and_bears_nonsense(stand: Stand) -> None:
    async with stand.connect(
        SOCKET, "websocket", headers=headers(cookie="matinee_session=ann", host="test", origin="http://test")
    ) as client:
        assert (await client.next())["type"] == "websocket.accept"
        for text in ("{", "[1]", '{"type": "unknown"}', '{"type": "ping"}'):
            client.tell(type="websocket.receive", text=text)
        assert await client.message() == {"type": "pong", "data": {}}


async def test_the_stream_needs_a_caller(stand: Stand) -> None:
    async with stand.connect(EVENTS) as client:
        assert (await client.next())["status"] == 401


async def test_an_idle_stream_sends_comments(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.notifications.routes.HEARTBEAT", 0.01)
    async with stand.connect(EVENTS, headers=BEN) as client:
        started = await client.next()
        assert (started["status"], dict(started["headers"])[b"content-type"][:17]) == (200, b"text/event-stream")
        sent = b"".join([(await client.next()).get("body", b"") for _ in range(6)])
        assert sent.count(b"\n: ") + sent.startswith(b": ") >= 2


async def test_a_revoked_credential_ends_the_connection(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.notifications.routes.CHECK_AGAIN", 0.01)
    async with stand.connect(SOCKET, "websocket", headers=BEN) as client:
        assert (await client.next())["type"] == "websocket.accept"
        monkeypatch.setattr(Doorman, "authenticate", cast(Any, lambda *_: _refuse()))
        closed = await client.next()
        assert (closed["type"], closed["code"]) == ("websocket.close", 1008)


async def test_a_switch_to_another_profile_ends_the_connection(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matinee.features.notifications.routes.CHECK_AGAIN", 0.01)
    async with stand.connect(SOCKET, "websocket", headers=BEN) as client:
        assert (await client.next())["type"] == "websocket.accept"
        child = replace(USER, profile_id="kim", max_age=6)
        monkeypatch.setattr(Doorman, "authenticate", cast(Any, lambda *_: _named(child)))
        closed = await client.next()
        assert (closed["type"], closed["code"]) == ("websocket.close", 1008)


async def _named(caller: Caller) -> Caller:
    return caller


async def _refuse() -> None:
    raise AuthenticationRequired("revoked")
