"""Two servers that differ in one thing: the first has the hot lane, the second has not. Their clocks stand still."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, cast

import uvicorn
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from matinee.infra.bus import MemoryBus
from matinee.infra.cache.entries import Invalidation
from matinee.infra.cache.freshness import Freshness
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.errors import TitleNotFound
from matinee.infra.feature import Container
from matinee.infra.http.answers.paging import Fields
from matinee.infra.http.answers.prebuilt import AnswerTable
from matinee.infra.http.answers.shared import CatalogueReader, SharedAnswers, SharedOptions
from matinee.infra.http.app import HttpOptions, create_app, security_headers
from matinee.infra.http.caller import USER_SCOPES, Authenticator, Caller, Generation
from matinee.infra.http.dependencies import service
from matinee.infra.http.edge.addresses import TrustedProxies
from matinee.infra.http.edge.connections import ConnectionOptions, Connections, guarded
from matinee.infra.http.edge.heads import Heads
from matinee.infra.http.edge.hot_lane import Entrance, HotLane
from matinee.infra.http.edge.lane_protocol import protocol_with
from matinee.infra.http.health import HealthChecks
from matinee.infra.http.limits import LimitOptions, Limits
from matinee.infra.http.maturity import Sieve
from matinee.infra.http.web import WebFiles
from matinee.infra.ids import UserId
from matinee.infra.observability import Metrics
from matinee.infra.protection.gate import Gate
from matinee.infra.protection.service import Protection

POLICY = CachePolicy("details", fresh=timedelta(hours=24), stale=timedelta(hours=24), error=timedelta(days=30))
KEYS = {
    "key-ada": ("ada", "premium"),
    "key-ben": ("ben", "free"),
    "key-out": ("out", "free"),
    "key-few": ("few", "api"),
    "key-kid": ("kid", "free"),
}
_NO_DATABASE: Any = None  # nothing is stored here: the protection is not started
Answers = Annotated[SharedAnswers, Depends(service(SharedAnswers))]


class Thing(BaseModel):
    id: str
    title: str
    text: str
    times: int


@dataclass
class Accounts:
    """Both ways to a caller: asked in full, and from memory after that."""

    generation: Generation = field(default_factory=Generation)
    _seen: dict[str, Caller] = field(default_factory=dict)

    async def authenticate(self, method: str, headers: Any, cookies: Any) -> Caller | None:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        secret = token if scheme.lower() == "bearer" else headers.get("x-api-key") or cookies.get("matinee_session")
        if not secret:
            return None
        if secret not in KEYS:
            from matinee.features.accounts.errors import ApiKeyInvalid

            raise ApiKeyInvalid
        name, tier = KEYS[secret]
        scopes = frozenset[Any]() if name == "out" else USER_SCOPES
        age = 12 if name == "kid" else None
        caller = Caller(UserId(name), name, "user", tier, scopes, "api_key", name, max_age=age)  # type: ignore[arg-type]
        self._seen[secret] = caller
        return caller

    def remembered(self, authorization: str, api_key: str, session: str) -> tuple[Caller, float] | None:
        scheme, _, token = authorization.partition(" ")
        caller = self._seen.get(token if scheme.lower() == "bearer" else api_key or session)
        return (caller, float("inf")) if caller else None


class Everything:
    """A sieve with holes as large as whatever falls through: what is looked at is who sends the answer."""

    async def require(self, title_id: str, max_age: int) -> None:
        return

    async def sift(self, value: Any, max_age: int) -> Any:
        return value


@dataclass
class Twin:
    """One of the servers."""

    port: int
    table: AnswerTable
    accounts: Accounts
    metrics: Metrics
    loop: asyncio.AbstractEventLoop
    built: dict[str, int]
    gate: Gate
    protection: Protection
    connections: Connections

    def block(self, network: str) -> None:
        """What an administrator does."""
        self._call(lambda: self.gate.block(network, None))

    def unblock_all(self) -> None:
        """The same."""
        self._call(lambda: self.gate.replace({}, (), ()))

    def invalidate(self, tag: str) -> None:
        """Drop what has this tag, in the server's own loop, and wait until it is done."""
        self._call(lambda: self.table.invalidate(Invalidation(tags=frozenset({tag}))))

    def forget_credentials(self) -> None:
        """What a revocation does."""

        def forget() -> None:
            self.accounts._seen.clear()
            self.accounts.generation.number += 1

        self._call(forget)

    def hot(self) -> float:
        """How many requests the hot lane has answered."""
        self.metrics.render()
        return self.metrics.registry.get_sample_value("matinee_http_hot_requests_total") or 0.0

    def _call(self, action: Any) -> None:
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (action(), done.set()))
        assert done.wait(10)


def router(built: dict[str, int]) -> APIRouter:
    """Answers of every kind: short, long, with fields, unknown."""
    routes = APIRouter()

    @routes.get("/things/{name}", response_model=Thing)
    async def thing(request: Request, name: str, answers: Answers, _caller: CatalogueReader, fields: Fields = None) -> Response:
        async def build() -> tuple[BaseModel, Freshness]:
            if name == "missing":
                raise TitleNotFound("There is no such thing.")
            built[name] = built.get(name, 0) + 1
            await asyncio.sleep(0)
            state, reason = ("error", "circuit_open") if name == "old" else ("miss", None)
            text = "long text, " * {"long": 400, "old": 400, "huge": 100_000}.get(name, 1)
            value = Thing(id=name, title=f"Thing ☃ {name}", text=text, times=built[name])
            fresh_for = 0.0 if name == "old" else 3600.0
            keys, tags = frozenset({name}), frozenset({f"thing:{name}"})
            return value, Freshness(POLICY, state, 100.0, fresh_for, keys, tags, reason)  # type: ignore[arg-type]

        return await answers.send(request, build, fields=fields)

    return routes


@dataclass(frozen=True)
class Setup:
    """What both servers are given."""

    public: bool = False
    base_path: str = ""
    limits: dict[str, int] = field(default_factory=dict)
    trusted: tuple[str, ...] = ()
    connections: ConnectionOptions = field(default_factory=ConnectionOptions)


@contextmanager
def twins(**given: Any) -> Iterator[tuple[Twin, Twin]]:
    """The server with the hot lane and the one without; see `Setup`."""
    with serving(hot=True, setup=Setup(**given)) as first, serving(hot=False, setup=Setup(**given)) as second:
        yield first, second


@contextmanager
def serving(*, hot: bool, setup: Setup) -> Iterator[Twin]:
    """One of them."""
    started = threading.Event()
    made: list[tuple[Twin, uvicorn.Server]] = []

    async def run() -> None:
        bound = socket.create_server(("127.0.0.1", 0))
        made.append(_server(setup, bound.getsockname()[1], hot=hot))
        server = made[0][1]
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[bound]))
            while not server.started:
                await asyncio.sleep(0.005)
            started.set()

    thread = threading.Thread(target=_run, args=(run,), daemon=True)
    thread.start()
    assert started.wait(20)
    twin, server = made[0]
    try:
        yield twin
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@asynccontextmanager
async def _lifespan() -> Any:
    yield


def _server(setup: Setup, port: int, *, hot: bool) -> tuple[Twin, uvicorn.Server]:
    clock, metrics, accounts = ManualClock(), Metrics(), Accounts()
    container, counted = Container(), Limits(LimitOptions.changed(setup.limits))
    table, built = AnswerTable(8 << 20, metrics), dict[str, int]()
    protection = Protection(_NO_DATABASE, clock, MemoryBus(), metrics)
    for key, instance in (
        (Clock, clock),
        (Metrics, metrics),
        (Limits, counted),
        (Protection, protection),
        (Sieve, Everything()),
        (HealthChecks, HealthChecks(clock)),
        (Authenticator, accounts),
        (SharedAnswers, SharedAnswers(table, counted, clock, SharedOptions(public=setup.public), metrics)),
    ):
        container.add(cast(Any, key), instance)
    options, proxies = HttpOptions(base_path=setup.base_path, trusted_proxies=setup.trusted), TrustedProxies(setup.trusted)
    app = create_app(container, [router(built)], options=options, web=WebFiles(None, setup.base_path), lifespan=_lifespan)
    headers, entrance = security_headers(options), Entrance(proxies, protection.gate)
    lane = HotLane(table, Heads("matinee_session"), accounts, counted, clock, metrics, headers=headers, entrance=entrance)
    connections = Connections(setup.connections, proxies, protection.dawdled, metrics.registry)
    config = uvicorn.Config(
        app,
        http=protocol_with(lane, connections) if hot else guarded(connections),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=False,
        timeout_keep_alive=round(setup.connections.keep_alive),
        timeout_graceful_shutdown=2,
    )
    loop = asyncio.get_running_loop()
    twin = Twin(port, table, accounts, metrics, loop, built, protection.gate, protection, connections)
    return twin, uvicorn.Server(config)


def _run(main: Any) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
