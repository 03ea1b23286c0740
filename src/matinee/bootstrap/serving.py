"""The parts of a process that answers requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from matinee.bootstrap.features import api_tags, groups_of, routers_of
from matinee.config import Settings
from matinee.features.accounts.first_start import FirstStart
from matinee.features.accounts.policy import SESSION_COOKIE
from matinee.infra.clock import Clock
from matinee.infra.feature import ROLES, Container, Role
from matinee.infra.http.answers.shared import SharedAnswers
from matinee.infra.http.app import HttpOptions, build_api, create_app, hot_headers
from matinee.infra.http.caller import CredentialMemory
from matinee.infra.http.edge.addresses import TrustedProxies
from matinee.infra.http.edge.connections import ConnectionOptions, Connections
from matinee.infra.http.edge.heads import Heads
from matinee.infra.http.edge.hot_lane import Entrance, HotLane
from matinee.infra.http.limits import Limits
from matinee.infra.http.web import WebFiles
from matinee.infra.observability import Metrics
from matinee.infra.protection.service import Protection

_HOLD_BLOCKED = 1.0
"""Seconds: what a flood of 64 connections then costs is 64 requests a second, not thousands."""


def application(container: Container, settings: Settings, roles: Sequence[Role]) -> ASGIApp:
    """The ASGI application that serves `roles`."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield  # the container is opened and closed round the server, so that jobs outlive the last request

    return create_app(
        container,
        routers_of(roles),
        options=http_options(settings),
        web=WebFiles(web_folder(), settings.base_path),
        lifespan=lifespan,
        tags=api_tags(),
    )


def hot_lane(container: Container, settings: Settings, roles: Sequence[Role]) -> HotLane:
    """What the server asks before the application: answers and files that lie ready."""
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    memory: CredentialMemory = container.get(CredentialMemory)  # type: ignore[type-abstract]  # a Protocol as a key
    return HotLane(
        container.get(SharedAnswers).table,
        Heads(SESSION_COOKIE),
        memory,
        container.get(Limits),
        clock,
        container.get(Metrics),
        headers=hot_headers(http_options(settings)),
        files=[lane for group in groups_of(roles) if group.lanes for lane in group.lanes(container)],
        entrance=Entrance(TrustedProxies(settings.trusted_proxies), container.get(Protection).gate),
    )


def connections(container: Container, settings: Settings) -> Connections:
    """What each connection to the server may cost."""
    options = ConnectionOptions(per_address=settings.connections_per_address, total=settings.connections)
    proxies, registry = TrustedProxies(settings.trusted_proxies), container.get(Metrics).registry
    return Connections(options, proxies, container.get(Protection).dawdled, registry)


def http_options(settings: Settings) -> HttpOptions:
    return HttpOptions(
        base_path=settings.base_path,
        body_limit=settings.body_limit,
        time_limit=settings.request_timeout,
        hold_blocked=_HOLD_BLOCKED,
        behind_tls=settings.public_url.startswith("https:"),
        image_origin="/".join(settings.cdn_url.split("/")[:3]),
        origins=settings.cors_origins,
        trusted_proxies=settings.trusted_proxies,
    )


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of all roles; nothing is opened for it."""

    @asynccontextmanager
    async def nothing() -> AsyncIterator[None]:
        yield

    container = Container()
    container.add(Metrics, Metrics())
    return build_api(container, routers_of(ROLES), lifespan=nothing, tags=api_tags()).openapi()


def web_folder() -> Path | None:
    """The built UI: inside the installed package, else in the checkout; None when it was not built."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_web", package.parents[1] / "web" / "dist"):
        if (folder / "index.html").is_file():
            return folder
    return None


async def first_steps(container: Container, settings: Settings) -> str | None:
    """What a fresh server needs: its first administrator, from the settings or by the link that is returned (a path)."""
    start = container.get(FirstStart)
    if settings.admin_name and settings.admin_password:
        await start.ensure_admin(settings.admin_name, settings.admin_password.get_secret_value())
    token = await start.token()
    return f"/setup#token={token}" if token else None  # a fragment: it reaches no log of a server or proxy
