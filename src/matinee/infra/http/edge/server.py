"""uvicorn, with a shutdown that tells the application before it waits for running requests."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp

from matinee.infra.http.edge.connections import Connections, guarded
from matinee.infra.http.edge.hot_lane import HotLane
from matinee.infra.http.edge.lane_protocol import protocol_with
from matinee.infra.http.health import HealthChecks

log = structlog.get_logger(__name__)
_LOOK_EVERY = 0.1
_BACKLOG = 2048


class CannotListen(Exception):
    """The address is taken, not of this machine, or not allowed."""


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
    """`grace` is what running requests get at shutdown, in seconds; `lane` answers before the application what lies ready;
    `connections` bounds what each connection may cost."""

    grace: int
    connections: Connections
    lane: HotLane | None = None


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
    app: ASGIApp,
    listener: socket.socket,
    options: ServerOptions,
    shutdown: Shutdown,
    checks: HealthChecks,
    started: Callable[[str], None],
) -> None:
    """Answer on `listener` until a signal comes. `started` gets the address as a URL once connections are accepted."""
    config = uvicorn.Config(
        app,
        http=protocol_with(options.lane, options.connections) if options.lane else guarded(options.connections),
        ws="auto",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # infra.http.edge.addresses does it, for the hot lane too
        timeout_keep_alive=round(options.connections.options.keep_alive),
        timeout_graceful_shutdown=options.grace,
        ws_max_size=65_536,
    )
    host, port = listener.getsockname()[:2]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - compared only
    url = f"http://{shown}:{port}"

    def listening() -> None:
        log.info("listening", url=url)
        started(url)

    await GracefulServer(config, shutdown, checks, listening).serve(sockets=[listener])


def listen_on(host: str, port: int) -> socket.socket:
    """A listening socket; clients wait in its queue until somebody answers. Raises `CannotListen`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    try:
        return socket.create_server((host, port), family=family, dualstack_ipv6=both, backlog=_BACKLOG)
    except OSError as error:
        raise CannotListen(f"Cannot listen on {host}, port {port}: {error.strerror or error}") from error
