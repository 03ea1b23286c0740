"""uvicorn, with a shutdown that tells the application before it waits for running requests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from matinee.infra.http.health import HealthChecks


class Shutdown:
    """Set when the server begins to stop; endless answers (event streams) end when it is."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    @property
    def begun(self) -> bool:
        return self.event.is_set()

    async def wait(self) -> None:
        await self.event.wait()


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Where to listen. `grace` is what running requests get at shutdown, in seconds."""

    host: str
    port: int
    trusted_proxies: Sequence[str]
    grace: int


class GracefulServer(uvicorn.Server):
    """Stops in this order: not ready any more, event streams end, requests finish (WebSockets get 1012), lifespan ends."""

    def __init__(self, config: uvicorn.Config, shutdown: Shutdown, checks: HealthChecks, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._told = shutdown
        self._checks = checks
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and not self.should_exit:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._checks.draining = True
        self._told.event.set()
        await super().shutdown(sockets)


async def serve(
    app: ASGIApp, options: ServerOptions, shutdown: Shutdown, checks: HealthChecks, started: Callable[[str], None]
) -> None:
    """Listen until a signal comes. `started` gets the address as a URL once connections are accepted."""
    config = uvicorn.Config(
        app,
        host=options.host,
        port=options.port,
        http="httptools",
        ws="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=list(options.trusted_proxies),
        timeout_keep_alive=15,
        timeout_graceful_shutdown=options.grace,
        ws_max_size=65_536,
    )
    bound = config.bind_socket()
    host, port = bound.getsockname()[:2]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared only
    server = GracefulServer(config, shutdown, checks, lambda: started(f"http://{shown}:{port}"))
    await server.serve(sockets=[bound])
