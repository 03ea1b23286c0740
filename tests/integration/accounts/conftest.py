"""The accounts feature behind the product's own HTTP layer, on each engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends

from matinee.features.accounts.events import SetupCompleted
from matinee.features.accounts.feature import FEATURE
from matinee.features.accounts.first_start import FirstStart
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import AccountsOptions
from matinee.features.accounts.service import AccountsService
from matinee.infra.bus import Bus, MemoryBus
from matinee.infra.clock import Clock, ManualClock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus
from matinee.infra.http.app import HttpOptions, create_app
from matinee.infra.http.caller import Caller
from matinee.infra.http.dependencies import requires
from matinee.infra.http.web import WebFiles
from matinee.infra.observability import Metrics
from matinee.infra.paging import Cursors
from matinee.infra.signing import Signer
from matinee.ports.identity import SignInProviders

PASSWORD = "tiger lily"
OPTIONS = AccountsOptions(hash_memory=64, hash_rounds=1, library_paths=("/films",), version="9.9", demo=True)


@dataclass
class Server:
    """The application, and ways to talk to it."""

    app: Any
    container: Container
    clock: ManualClock
    setups: list[SetupCompleted] = field(default_factory=list)

    def client(self, address: str = "127.0.0.1", **headers: str) -> httpx2.AsyncClient:
        """A new browser at `address`, with its own cookies."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 4711))
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost/api/v1", headers=headers)

    @property
    def accounts(self) -> AccountsService:
        return self.container.get(AccountsService)

    @property
    def first_start(self) -> FirstStart:
        return self.container.get(FirstStart)

    @property
    def database(self) -> Database:
        return self.container.get(Database)


def probe() -> APIRouter:
    """Routes of another feature, as they use the caller."""
    router = APIRouter(prefix="/probe")

    @router.get("/admin")
    async def admin(caller: Annotated[Caller, Depends(requires("admin"))]) -> dict[str, str]:
        return {"name": caller.name}

    @router.get("/playback")
    async def playback(caller: Annotated[Caller, Depends(requires("playback"))]) -> dict[str, str]:
        return {"tier": caller.tier}

    @router.post("/playback")
    async def write(caller: Annotated[Caller, Depends(requires("playback"))]) -> dict[str, str]:
        return {"credential": caller.credential}

    return router


def build(
    database: Database,
    clock: ManualClock,
    options: AccountsOptions,
    messages: Bus | None = None,
    providers: SignInProviders | None = None,
    signer: Signer | None = None,
) -> Server:
    container = Container()
    container.add(Database, database)
    container.add(Clock, clock)  # type: ignore[type-abstract]
    signer = container.add(Signer, signer or Signer(b"s" * 32))
    container.add(Cursors, Cursors(signer))
    bus = container.add(EventBus, EventBus())
    container.add(Metrics, Metrics())
    container.add(AccountsOptions, options)
    container.add(Bus, messages or MemoryBus())  # type: ignore[type-abstract]
    if providers is not None:
        container.add(SignInProviders, providers)
    FEATURE.build(container)
    routers = [router for group in FEATURE.routes for router in group.routers]

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield

    app = create_app(container, [*routers, probe()], options=HttpOptions(), web=WebFiles(None, ""), lifespan=lifespan)
    server = Server(app, container, clock)

    async def remember(event: SetupCompleted) -> None:
        server.setups.append(event)

    bus.subscribe(SetupCompleted, remember)
    return server


@pytest.fixture
async def server(database: Database, clock: ManualClock) -> AsyncIterator[Server]:
    """A server without anybody."""
    found = build(database, clock, OPTIONS)
    yield found
    found.container.get(Passwords).close()


@pytest.fixture
async def ready(server: Server) -> Server:
    """A server with the administrator `boss` and the user `anna`."""
    await server.accounts.add_user("boss", PASSWORD, "admin")
    await server.accounts.add_user("Anna", PASSWORD)
    return server


SignIn = Callable[..., Awaitable[httpx2.AsyncClient]]


@pytest.fixture
def sign_in(ready: Server) -> SignIn:
    """Signs in as a browser does; the client sends its CSRF header."""

    async def do(name: str = "anna", password: str = PASSWORD, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        client = ready.client(address)
        answer = await client.post("/auth/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = client.cookies["matinee_csrf"]
        return client

    return do


MINUTES = timedelta(minutes=1).total_seconds()
