"""The short way answers as the framework does, and takes only what it can answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Path, Query, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from matinee.infra.errors import RateLimited, TitleNotFound
from matinee.infra.http import problems
from matinee.infra.http.input.strict import strict_query
from matinee.infra.http.short_way import ShortWay

pytestmark = pytest.mark.anyio
CALLS: list[str] = []


async def counted(request: Request) -> str:
    CALLS.append("counted")
    if "x-many" in request.headers:
        raise RateLimited("Too many.", retry_after=7)
    return request.method


async def place(
    method: Annotated[str, Depends(counted)],
    language: Annotated[str | None, Query(pattern="^[a-z]{2}$")] = None,
    tags: Annotated[list[str] | None, Query()] = None,
) -> str:
    return f"{method} {language} {tags}"


async def opened() -> AsyncIterator[str]:
    yield "opened"


def in_a_thread() -> str:
    return "thread"


Place = Annotated[str, Depends(place)]
router = APIRouter()


@router.get("/films/best")
async def best(where: Place, first: Annotated[str, Depends(counted)], again: Annotated[str, Depends(counted)]) -> Response:
    return Response(f"best {where} {first} {again}")


@router.get("/films/{film}")
async def film(
    request: Request,
    film: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,20}$")],
    where: Place,
    limit: Annotated[int, Query(ge=1, le=9)] = 5,
) -> Response:
    match film:
        case "missing":
            raise TitleNotFound("No such film.")
        case "odd":
            raise HTTPException(404)
        case "crash":
            raise ZeroDivisionError
    return Response(f"{film} {where} {limit} {request.path_params} {request.scope['route'].path}", headers={"x-film": film})


@router.get("/films/{film}/parts/{number}", dependencies=[Depends(counted)])
async def part(film: str, number: Annotated[int, Path(ge=0)]) -> Response:
    return Response(f"{film} {number + 1}")


@router.get("/things/model")
async def model() -> dict[str, int]:
    return {"a": 1}


@router.get("/things/opened")
async def with_a_generator(what: Annotated[str, Depends(opened)]) -> Response:
    return Response(what)


@router.get("/things/thread")
async def with_a_thread(what: Annotated[str, Depends(in_a_thread)]) -> Response:
    return Response(what)


@router.get("/things/header")
async def with_a_header(x_word: Annotated[str, Header()] = "") -> Response:
    return Response(x_word)


@router.post("/films/{film}")
async def change(film: str) -> Response:
    return Response(f"changed {film}")


ALWAYS = [Depends(counted), Depends(strict_query)]


class Watched:
    """The framework, and how often it was asked."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.asked = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await self.app(scope, receive, send)


@cache
def framework() -> FastAPI:
    app = FastAPI(dependencies=ALWAYS, redirect_slashes=False)
    problems.install(app)
    api = APIRouter(prefix="/api/v1")
    api.include_router(router)
    app.include_router(api)
    return app


def short() -> tuple[ShortWay, Watched]:
    app = framework()
    made = ShortWay(app, [router], ALWAYS)
    watched: Any = Watched(app)
    watched.dependency_overrides = {}
    made.app = watched
    return made, watched


async def asked(app: ASGIApp, method: str, path: str, headers: dict[str, str]) -> tuple[Any, ...]:
    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"] = {"request_id": "r"}
        await app(scope, receive, send)

    CALLS.clear()
    transport = httpx2.ASGITransport(with_state, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        found = await client.request(method, f"/api/v1{path}", headers=headers)
    return found.status_code, found.content, sorted(found.headers.multi_items()), list(CALLS)


SHORT = [
    "/films/best",
    "/films/best?language=de",
    "/films/tron",
    "/films/tron?language=de&limit=9&tags=a&tags=b",
    "/films/tron?unknown=1",
    "/films/tron?language=de&language=en",
    "/films/t%72on",
    "/films/tron/parts/7",
    "/films/missing",
    "/films/odd",
]
FRAMEWORK = [
    "/films/TRON",
    "/films/tr%2Fon",
    "/films/tr%ff",
    "/films/tron?language=german",
    "/films/tron?limit=x",
    "/films/tron/parts/minus",
    "/films/",
    "/films",
    "/films/tron/",
    "/nothing",
    "/things/model",
    "/things/opened",
    "/things/thread",
    "/things/header",
]


@pytest.mark.parametrize("headers", [{}, {"x-many": "1"}, {"accept-language": "de"}], ids=["plain", "limited", "german"])
@pytest.mark.parametrize("path", [*SHORT, *FRAMEWORK])
async def test_both_ways_answer_the_same(path: str, headers: dict[str, str]) -> None:
    app, watched = short()
    expected = await asked(framework(), "GET", path, headers)
    assert await asked(app, "GET", path, headers) == expected
    assert watched.asked == (0 if path in SHORT else 1)


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "HEAD"])
async def test_other_methods_are_the_frameworks(method: str) -> None:
    app, watched = short()
    assert await asked(app, method, "/films/tron", {}) == await asked(framework(), method, "/films/tron", {})
    assert watched.asked == 1


async def test_a_request_with_a_body_is_the_frameworks() -> None:
    app, watched = short()
    assert (await asked(app, "GET", "/films/tron", {"content-length": "0"}))[0] == 200
    assert watched.asked == 1


async def test_what_nobody_expected_goes_on_to_who_logs_it() -> None:
    app, watched = short()
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/api/v1/films/crash")
    assert watched.asked == 0


async def test_below_a_base_path_and_elsewhere() -> None:
    app, watched = short()

    async def below(scope: Scope, receive: Receive, send: Send) -> None:
        scope["root_path"] = "/cinema"
        await app(scope, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(below), base_url="http://test") as client:
        assert (await client.get("/cinema/api/v1/films/tron")).status_code == 200
        assert watched.asked == 0
        assert (await client.get("/cinema/films/tron")).status_code == 404
        assert watched.asked == 1


async def test_functions_that_a_test_puts_in_another_s_place_are_the_frameworks() -> None:
    app, watched = short()
    watched.dependency_overrides = {counted: lambda: "mine"}  # type: ignore[attr-defined]  # as FastAPI has it
    await asked(app, "GET", "/films/tron", {})
    assert watched.asked == 1
