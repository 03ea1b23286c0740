"""Identical requests at the same moment are worked out once, and nothing else is."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from matinee.infra.http.coalescing import Coalescing
from matinee.infra.observability import Metrics

pytestmark = pytest.mark.anyio
BODY = b'{"a":1}'


@dataclass
class App:
    """Counts how often it is asked, and answers when it is let."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0
    status: int = 200
    chunks: tuple[bytes, ...] = (BODY,)
    headers: tuple[tuple[bytes, bytes], ...] = ((b"content-type", b"application/json"),)
    error: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        scope["route"] = self
        await self.go.wait()
        if self.error:
            raise self.error
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        for number, chunk in enumerate(self.chunks, 1):
            await send({"type": "http.response.body", "body": chunk, "more_body": number < len(self.chunks)})


def scope_of(path: str = "/api/v1/me", method: str = "GET", **headers: str) -> dict[str, Any]:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    raw = path.encode()
    return {"type": "http", "method": method, "path": path, "raw_path": raw, "query_string": b"", "headers": given}


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def ask(app: Coalescing, scope: dict[str, Any]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if "headers" in message:
            message["headers"].append((b"x-request-id", b"own"))  # as the middleware outside does

    await app(scope, receive, send)
    return sent


async def asked_together(inner: App, scopes: list[dict[str, Any]]) -> list[Any]:
    app = Coalescing(inner, Metrics())
    tasks = [asyncio.ensure_future(ask(app, scope)) for scope in scopes]
    for _ in range(5):
        await asyncio.sleep(0)
    inner.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_requests_before_and_after_a_switch_of_profiles_are_not_the_same() -> None:
    app = App()
    generation = 0
    coalescing = Coalescing(app, Metrics(), lambda: generation)
    async with asyncio.TaskGroup() as group:
        before = group.create_task(ask(coalescing, scope_of(cookie="matinee_session=1")))
        await asyncio.sleep(0)
        generation += 1
        after = group.create_task(ask(coalescing, scope_of(cookie="matinee_session=1")))
        await asyncio.sleep(0)
        app.go.set()
    assert (before.result()[0]["status"], after.result()[0]["status"], app.asked) == (200, 200, 2)


async def test_identical_requests_get_one_answer_each_with_headers_of_its_own() -> None:
    inner = App()
    scopes = [scope_of(x_api_key="k") for _ in range(10)]
    answers = await asked_together(inner, scopes)
    assert inner.asked == 1
    for sent in answers:
        assert [message.get("body") for message in sent] == [None, BODY]
        assert [name for name, _ in sent[0]["headers"]].count(b"x-request-id") == 1
    assert all(scope["route"] is inner for scope in scopes)


@pytest.mark.parametrize(
    "other",
    [
        scope_of(x_api_key="another"),
        scope_of(x_api_key="k", accept_language="de"),
        scope_of(x_api_key="k", if_none_match='"x"'),
        scope_of("/api/v1/me/history", x_api_key="k"),
        scope_of(x_api_key="k", method="POST"),
        scope_of("/api/v1/events", x_api_key="k"),
        scope_of(x_api_key="k", range="bytes=0-1"),
    ],
)
async def test_requests_that_differ_go_their_own_way(other: dict[str, Any]) -> None:
    inner = App()
    await asked_together(inner, [scope_of(x_api_key="k"), other])
    assert inner.asked == 2


@pytest.mark.parametrize(
    "inner",
    [
        App(status=503),
        App(chunks=(b"x" * 300_000,)),
        App(headers=((b"set-cookie", b"a=b"),)),
    ],
)
async def test_answers_that_are_not_for_others_are_asked_for_again(inner: App) -> None:
    inner.go = asyncio.Event()
    await asked_together(inner, [scope_of(), scope_of()])
    assert inner.asked == 2


async def test_one_that_crashes_leaves_the_others_to_ask_for_themselves() -> None:
    inner = App(error=OSError("gone"))
    answers = await asked_together(inner, [scope_of(), scope_of()])
    assert inner.asked == 2
    assert all(isinstance(answer, OSError) for answer in answers)


async def test_one_that_is_cancelled_leaves_the_others_to_ask_for_themselves() -> None:
    inner = App()
    app = Coalescing(inner, Metrics())
    first = asyncio.ensure_future(ask(app, scope_of()))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(ask(app, scope_of()))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    inner.go.set()
    assert [message.get("body") for message in await second] == [None, BODY]
    assert inner.asked == 2


async def test_a_later_request_is_asked_anew() -> None:
    inner = App()
    app = Coalescing(inner, Metrics())
    inner.go.set()
    await ask(app, scope_of())
    await ask(app, scope_of())
    assert inner.asked == 2
