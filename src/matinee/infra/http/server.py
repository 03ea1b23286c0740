"""uvicorn, with a shutdown that tells the application before it waits for running requests."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from matinee.infra.http.health import HealthChecks

_LOOK_EVERY = 0.1


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
    """Stops in this order: not ready any more, event streams end and WebSockets close with 1012, requests finish, lifespan ends.

    While the requests of before the signal finish, connections are still accepted: a balancer can read that this server is not
    ready, and what reaches it meanwhile is answered.
    """

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
        loop = asyncio.get_running_loop()
        grace = self.config.timeout_graceful_shutdown or 0
        deadline = loop.time() + grace
        self._checks.draining = True
        self._told.event.set()
        running = set(self.server_state.tasks)
        while running and loop.time() < deadline and not self.force_exit:
            _, running = await asyncio.wait(running, timeout=_LOOK_EVERY)
        self.config.timeout_graceful_shutdown = max(1, round(deadline - loop.time()))
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT ask for a stop; a second SIGINT does not wait for requests.

        Unlike uvicorn's own, the signal is not raised again at the end: its default action would kill the process before jobs,
        transcoders and databases were closed. During that time SIGTERM does nothing more, and SIGINT interrupts.
        """
        signal.signal(signal.SIGTERM, self.handle_exit)
        interrupt = signal.signal(signal.SIGINT, self.handle_exit)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, interrupt)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


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
