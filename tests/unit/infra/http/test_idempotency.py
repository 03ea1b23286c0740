"""`Idempotency-Key`: the same request twice, another request under the same key, and what is kept of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from matinee.infra.cache import Cache
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.errors import Conflict
from matinee.infra.feature import Container
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import ALL_SCOPES, Authenticator, Caller
from matinee.infra.http.idempotency import LARGEST_ANSWER, POLICY, IdempotentRoute, idempotency_key
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.observability import Metrics
from matinee.infra.signing import Signer

pytestmark = pytest.mark.anyio


class Film(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str


class Made(BaseModel):
    number: int
    secret: str


class Headers:
    """`X-Session: s1` is the whole sign-in, of one and the same person."""

    async def authenticate(self, method: str, headers: Any, cookies: Any) -> Caller | None:
        session = headers.get("x-session")
        return Caller(UserId("ada"), "ada", "user", "free", ALL_SCOPES, "token", session) if session else None


@dataclass
class Shop:
    """Routes that count what they create."""

    made: list[str] = field(default_factory=list)
    fails: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def router(self) -> APIRouter:
        router = APIRouter(route_class=IdempotentRoute)

        @router.post("/films", status_code=201, dependencies=[Depends(idempotency_key)])
        async def create(request: Request, film: Film) -> Response:
            await self.gate.wait()
            if self.fails:
                self.fails -= 1
                raise Conflict("not now")
            self.made.append(film.title)
            size = LARGEST_ANSWER if film.title == "long" else 5000 if film.title == "wide" else 10
            view = Made(number=len(self.made), secret="shown once " + "x" * size)
            return answer(request, view, cache=NO_STORE, status=201, headers={"location": "films/1", "x-other": "1"})

        return router


@pytest.fixture
async def shop(cache: Cache, clock: ManualClock) -> Shop:
    found = Shop()
    found.gate.set()
    container = Container()
    container.add(Cache, cache)
    container.add(Signer, Signer(b"s" * 32))
    container.add(Clock, clock)  # type: ignore[type-abstract]
    container.add(Metrics, Metrics())
    container.add(Authenticator, Headers())  # type: ignore[type-abstract]

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    app = create_app(container, [found.router()], options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    for session in ("s1", "s2", ""):
        transport = httpx2.ASGITransport(app=app)
        headers = {"x-session": session} if session else {}
        found.clients.append(httpx2.AsyncClient(transport=transport, base_url="http://localhost/api/v1", headers=headers))
    return found


async def post(shop: Shop, key: str | None, title: str = "Alien", who: int = 0, **headers: str) -> httpx2.Response:
    extra = {} if key is None else {"Idempotency-Key": key}
    return await shop.clients[who].post("/films", json={"title": title}, headers={**extra, **headers})


async def test_a_repeated_request_gets_the_first_answer(shop: Shop, clock: ManualClock) -> None:
    first, again = await post(shop, "k"), await post(shop, "k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (again.headers["idempotency-replayed"], again.headers["cache-control"]) == ("true", "no-store")
    assert again.headers["location"] == "films/1"
    assert "idempotency-replayed" not in first.headers
    assert shop.made == ["Alien"]
    await clock.advance(POLICY.fresh.total_seconds() + 1)
    assert (await post(shop, "k")).json()["number"] == 2


async def test_another_body_under_the_same_key_is_refused(shop: Shop) -> None:
    await post(shop, "k")
    refused = await post(shop, "k", "Brazil")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")
    assert refused.json()["errors"][0]["location"] == "header.idempotency-key"
    assert shop.made == ["Alien"]


async def test_keys_belong_to_a_session_and_mean_nothing_without_a_caller(shop: Shop) -> None:
    for who in (0, 1, 2, 2):
        assert "idempotency-replayed" not in (await post(shop, "k", who=who)).headers
    assert len(shop.made) == 4


async def test_without_a_key_everything_is_made_each_time(shop: Shop) -> None:
    await post(shop, None)
    await post(shop, None)
    assert len(shop.made) == 2


async def test_a_failure_is_not_kept(shop: Shop) -> None:
    shop.fails = 1
    assert (await post(shop, "k")).status_code == 409
    assert (await post(shop, "k")).status_code == 201
    assert (await shop.clients[0].post("/films", json={"name": "x"}, headers={"Idempotency-Key": "j"})).status_code in {400, 422}
    assert (await post(shop, "j")).status_code == 201


async def test_the_same_request_twice_at_once_is_carried_out_once(shop: Shop) -> None:
    shop.gate.clear()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(post(shop, "k")) for _ in range(3)]
        await asyncio.sleep(0)
        group.create_task(asyncio.to_thread(lambda: None)).add_done_callback(lambda _: shop.gate.set())
    assert {task.result().json()["number"] for task in tasks} == {1}
    assert shop.made == ["Alien"]


async def test_an_answer_that_was_compressed_comes_again_as_it_can_be_read(shop: Shop) -> None:
    first = await post(shop, "k", "wide", **{"accept-encoding": "gzip"})
    again = await post(shop, "k", "wide", **{"accept-encoding": "identity"})
    assert (first.headers["content-encoding"], "content-encoding" in again.headers) == ("gzip", False)
    assert again.json() == first.json()


async def test_a_huge_answer_is_not_kept(shop: Shop) -> None:
    for _ in range(2):
        await post(shop, "k", "long")
    assert len(shop.made) == 2


async def test_what_the_cache_holds_cannot_be_read_without_the_servers_secret(shop: Shop, cache: Cache) -> None:
    first = await post(shop, "k")
    kept = b"".join(entry.stored.value or b"" for entry in cache._memory._entries.values())
    assert len(kept) > 20
    assert first.json()["secret"].encode() not in kept
    assert b"shown once" not in kept


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there"])
async def test_a_key_that_is_none_is_refused(shop: Shop, key: str) -> None:
    refused = await post(shop, key)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert shop.made == []
